package inventory_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// TestClaimOfWhatIsMade finds what is being made or deleted though nothing of it is
// shown, whoever began that, and forgets what was refused.
func TestClaimOfWhatIsMade(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		id := uuid.NewString()
		taken := func(want bool) {
			t.Helper()
			free, err := h.Claim(t.Context(), id)
			if want != (providers.Kind(err) == providers.ErrConflict && strings.Contains(err.Error(), "is being made at a already")) {
				t.Errorf("%v, want it taken: %v", err, want)
			}
			if err == nil {
				free()
			}
		}
		during := func() {
			if _, shown := h.Get(t.Context(), id); shown {
				t.Error("is shown while the cloud is asked")
			}
			taken(true)
		}
		taken(false)
		a.do(func() {
			a.before["CreateServer"], a.fails["CreateServer"] = during, &providers.Error{Kind: providers.ErrQuota, Op: "RunInstances"}
		})
		_, _ = h.CreateServer(t.Context(), "a", providers.ServerSpec{}, inventory.Own{ID: id})
		taken(false)
		a.do(func() { clear(a.fails) })
		if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, inventory.Own{ID: id}); err != nil {
			t.Fatal(err)
		}
		taken(true)
		if err := h.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		taken(true) // the machine is still there
		a.do(func() { clear(a.servers) })
		h.sleep(30 * time.Minute)
		taken(false)
	})
}

// TestClaim lets many ask for one id at once, at three gateways: one gets it, and
// the next one only when it is free, or when who had it has died and a beat is overdue.
func TestClaim(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		c := openCrowd(t, st, 3, 1)
		c.sleep(10 * time.Second)
		id := uuid.NewString()
		for round := range 20 {
			var got atomic.Int32
			var free func()
			var all sync.WaitGroup
			for n := range 9 {
				all.Go(func() {
					f, err := c.houses[n%3].Claim(t.Context(), id)
					switch {
					case err == nil:
						got.Add(1)
						free = f
					case providers.Kind(err) != providers.ErrConflict || !strings.Contains(err.Error(), "is being looked for already"):
						t.Error(err)
					}
				})
			}
			all.Wait()
			if got.Load() != 1 {
				t.Fatalf("round %d: %d have the id", round, got.Load())
			}
			free()
		}
		if _, err := c.houses[0].Claim(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		c.sleep(time.Minute) // it takes its time
		for i, h := range c.houses {
			if _, err := h.Claim(t.Context(), id); providers.Kind(err) != providers.ErrConflict {
				t.Errorf("gateway %d: %v", i, err)
			}
		}
		c.stores[0].set(func() { c.stores[0].broken = errors.New("no route to host") })
		c.houses[1].sleep(30 * time.Second)
		if _, err := c.houses[1].Claim(t.Context(), id); err != nil {
			t.Errorf("the claim of a dead gateway stands: %v", err)
		}
		if _, err := c.houses[2].Claim(t.Context(), id); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("two have taken it over: %v", err)
		}
		if _, err := c.houses[0].Claim(t.Context(), id); !errors.Is(err, inventory.ErrStore) {
			t.Errorf("claimed without the store: %v", err)
		}
		c.stores[0].set(func() { c.stores[0].broken = nil })
		c.stop(0, 1, 2)
	})
}

// TestTheStoreIsAskedOnceForAllAccounts reads what is at none of many accounts, and
// claims it, whatever their number: an id that a client chose may be anywhere.
func TestTheStoreIsAskedOnceForAllAccounts(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		c := openCrowd(t, openStore(t, file), 1, 20)
		defer c.stop(0)
		st := c.stores[0]
		for version, asked := range map[string]int{"4": 1, "5": 0, "8": 0} { // computed ids are nowhere, made ones name their account
			st.set(func() { st.finds = 0 })
			id := "00000000-0000-" + version + "000-8000-000000000000"
			if it, ok := c.houses[0].Get(t.Context(), id); ok || st.finds != asked {
				t.Errorf("version %s: %+v, the store was asked %d times, want %d", version, it, st.finds, asked)
			}
		}
		st.set(func() { st.finds = 0 })
		if _, err := c.houses[0].Claim(t.Context(), uuid.NewString()); err != nil || st.finds != 1 {
			t.Errorf("claimed with %d questions, %v", st.finds, err)
		}
	})
}

// TestClaimOfAnEarlierRun does not outlive a gateway that has its store alone.
func TestClaimOfAnEarlierRun(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, id := newCloud("1"), uuid.NewString()
		h := open(t, file, a)
		if _, err := h.Claim(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		free, err := h.Claim(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		free()
		if free, err = h.Claim(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		free()
	})
}
