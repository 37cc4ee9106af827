package inventory_test

import (
	"errors"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// The store takes the intent of a create and does not say so: the create is
// refused, and nothing of it is left when the store answers again. So it is when
// that takes longer than until the intent counts as one whose asker has died.
func TestARefusedCreateLeavesNoIntent(t *testing.T) {
	for name, away := range map[string]time.Duration{"for a moment": time.Second, "for long": 3 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := newCloud("1")
				h, st := alone(t, file, a)
				defer h.stop()
				const id = "0b4cbdd3-32a5-4f0a-8d2c-7dbd2ec8e61f"
				create := func() (*inventory.Item, error) {
					return h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "x"}, inventory.Own{ID: id, Title: "x"})
				}
				st.set(func() { st.mute = errors.New("connection reset by peer") })
				if _, err := create(); providers.Kind(err) != providers.ErrUnavailable {
					t.Fatalf("a create that the store does not answer: %v", err)
				}
				h.sleep(away)
				st.set(func() { st.mute = nil })
				h.sleep(30 * time.Second)
				if list := h.List(inventory.KindServer); len(list) != 0 {
					t.Errorf("a refused create is shown: %+v", list[0])
				}
				if _, err := create(); err != nil {
					t.Errorf("the same again: %v", err)
				}
			})
		})
	}
}
