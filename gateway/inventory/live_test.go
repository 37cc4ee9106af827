package inventory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/providers"
)

// This file is about what must not keep an account standing still, or its cloud
// busy: stores that refuse, leases that are lost on the way, adapters that fail.

// A large account takes longer to write than a lease runs: it is renewed
// meanwhile, and the cloud is not listed again for nothing.
func TestALargeAccountIsWrittenUnderOneLease(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(3 * store.MaxBatch)
		st := &watched{Store: openStore(t, file), slow: 4 * time.Second}
		h := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a})})
		defer h.stop()
		h.sleep(20 * time.Second)
		if n := len(h.List(inventory.KindServer)); n != 3*store.MaxBatch || a.count("Servers") != 1 {
			t.Errorf("%d servers after %d listings, want all after one", n, a.count("Servers"))
		}
	})
}

// While much is written, what was written shows late. It is not listed again for
// that.
func TestWhatShowsLateIsListedOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		st := &watched{Store: openStore(t, file), slow: 2 * time.Second, late: 7 * time.Second}
		h := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a})})
		defer h.stop()
		h.sleep(25 * time.Second)
		if n := a.count("Servers"); n != 1 || h.native("a", "i-1") == nil {
			t.Errorf("%d listings, want 1 and its server shown", n)
		}
	})
}

// What the store does not take is listed again, but not where the cloud has asked
// for patience.
func TestAStoreThatRefusesShortensNoBackOff(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h, st := alone(t, file, a)
		defer h.stop()
		a.do(func() {
			a.fails["Volumes"] = &providers.Error{Kind: providers.ErrThrottled, Op: "List", Message: "slow down", RetryAfter: time.Hour}
		})
		st.set(func() { st.closed = errors.New("out of memory") })
		h.sleep(10 * time.Minute)
		if n := a.count("Volumes"); n > 2 {
			t.Errorf("%d listings of volumes while the cloud asks for patience", n)
		}
		servers := a.count("Servers")
		st.set(func() { st.closed = nil })
		h.sleep(10 * time.Second)
		if part := h.status("a").Parts[1]; part.Kind != providers.ErrThrottled {
			t.Errorf("when the store takes writes again, of %s is told: %q", part.Name, part.Problem)
		}
		h.sleep(time.Minute)
		if a.count("Servers") == servers || a.count("Volumes") > 2 {
			t.Errorf("%d more listings of servers, %d of volumes", a.count("Servers")-servers, a.count("Volumes"))
		}
	})
}

// Credentials that are refused while the store takes nothing are told of when it
// does again, not when they are probed the next time.
func TestAProblemIsToldWhenTheStoreIsBack(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.fails["Identity"] = &providers.Error{Kind: providers.ErrDenied, Op: "Login", Message: "wrong password"}
		st := &watched{Store: openStore(t, file), closed: errors.New("out of memory")}
		h := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a})})
		defer h.stop()
		h.sleep(time.Minute)
		st.set(func() { st.closed = nil })
		h.sleep(15 * time.Second)
		if got := h.status("a"); got.Kind != providers.ErrDenied || a.count("Identity") != 1 {
			t.Errorf("after %d logins: %+v", a.count("Identity"), got)
		}
	})
}

// A wish is not fulfilled by a listing of which nothing became: its lease was lost
// while it was under way.
func TestAWishOutlivesALostLease(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h, st := alone(t, file, a)
		defer h.stop()
		h.sleep(8 * time.Second)
		a.do(func() { a.before["Networks"] = func() { time.Sleep(20 * time.Second) } })
		wished := time.Now()
		networks := []inventory.Kind{inventory.KindNetwork}
		h.Ask("a", networks, wished)
		h.sleep(time.Second)
		st.set(func() { st.broken = errors.New("no route to host") })
		h.sleep(15 * time.Second)
		st.set(func() { st.broken = nil })
		a.do(func() { clear(a.before) })
		h.sleep(30 * time.Second) // networks are listed every five minutes
		for _, part := range h.status("a").Parts {
			if part.Name == "networks" && part.Observed.Before(wished) {
				t.Errorf("networks were observed %v before they were wished for", wished.Sub(part.Observed))
			}
		}
	})
}

// An adapter that cannot bear what its cloud says is a cloud that fails, and no
// end of the gateway.
func TestAnAdapterThatPanics(t *testing.T) {
	for _, method := range append([]string{"Identity"}, listings...) {
		t.Run(method, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a, b := newCloud("1"), newCloud("2")
				a.add(1)
				b.add(1)
				a.before[method] = func() { panic("index out of range") }
				h := open(t, file, a, b)
				defer h.stop()
				if st := h.status("a"); st.Kind != providers.ErrUnavailable || !strings.Contains(st.Problem, "index out of range") {
					t.Errorf("%+v", st)
				}
				if h.native("b", "i-1") == nil || h.status("b").Problem != "" {
					t.Error("the other cloud is harmed")
				}
				a.do(func() { clear(a.before) })
				h.sleep(time.Minute)
				if st := h.status("a"); st.Problem != "" || h.native("a", "i-1") == nil {
					t.Errorf("when it can again: %+v", st)
				}
			})
		})
	}
}
