package inventory_test

import (
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/providers"
	machines "occigate/test/servers"
)

// The clock of the gateway's machine is set by an hour while changes are under
// way: they come to their end as they would have, nothing blinks, and the cloud is
// asked as often as before.
func TestTheClockIsSet(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				clock := &machines.Clock{}
				st := bolttest.Open(t, file, bolt.Options{Now: clock.Now})
				a := newCloud("1")
				a.add(3)
				h := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Clock: clock})
				defer h.stop()
				h.sleep(time.Minute)
				kept, stopped, deleted := h.native("a", "i-1").ID, h.native("a", "i-2").ID, h.native("a", "i-3").ID
				made, err := h.create("a", "x")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := h.Power(t.Context(), stopped, providers.PowerStop); err != nil {
					t.Fatal(err)
				}
				if err := h.Delete(t.Context(), deleted); err != nil {
					t.Fatal(err)
				}
				clock.Set(off)
				a.do(func() {
					delete(a.servers, "i-3")
					a.servers[made.Native].State = providers.StateActive
				})
				h.sleep(time.Minute)
				for _, id := range []string{kept, stopped, made.ID} {
					it, ok := h.Get(t.Context(), id)
					if !ok || it.Pending != "" || it.Problem != "" {
						t.Errorf("a minute after, %s is %+v", id, it)
					}
				}
				before := a.count("Servers")
				for range 15 {
					h.sleep(time.Minute)
					if it, ok := h.Get(t.Context(), deleted); ok {
						t.Fatalf("the deleted server is back: %s", it.Problem)
					}
				}
				if n := a.count("Servers") - before; n < 27 || n > 34 {
					t.Errorf("%d listings in a quarter of an hour, want one in half a minute", n)
				}
				if st := h.status("a"); st.Problem != "" || !st.Held {
					t.Errorf("%+v", st)
				}
			})
		})
	}
}
