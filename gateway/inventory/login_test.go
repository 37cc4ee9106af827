package inventory_test

import (
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

func TestDeniedLoginIsProbedSlowly(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.fails["Identity"] = &providers.Error{Kind: providers.ErrDenied, Op: "Login", Message: "wrong password"}
		h := open(t, file, a)
		defer h.stop()
		if !h.Ready() {
			t.Error("not ready after the first try")
		}
		if st := h.status("a"); st.Kind != providers.ErrDenied {
			t.Errorf("status %+v", st)
		}
		h.Ring("a")
		h.sleep(time.Hour)
		if n := a.count("Identity"); n < 5 || n > 8 {
			t.Errorf("%d logins in an hour, want one in ten minutes", n)
		}
		if n := a.count("Servers"); n != 0 {
			t.Errorf("%d listings without login", n)
		}
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrDenied {
			t.Errorf("create: %v", err)
		}
		a.do(func() { clear(a.fails) })
		h.sleep(12 * time.Minute)
		if st := h.status("a"); st.Problem != "" {
			t.Errorf("the problem stays: %s", st.Problem)
		}
	})
}

func TestOneIdentityTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, b := newCloud("1"), newCloud("1")
		a.add(1)
		b.add(1)
		h := open(t, file, a, b)
		defer h.stop()
		refused := 0
		for _, st := range h.Accounts() {
			if st.Problem != "" {
				refused++
			}
		}
		if refused != 1 || len(h.List(inventory.KindServer)) != 1 {
			t.Errorf("%d accounts refused, %d servers; want one of each", refused, len(h.List(inventory.KindServer)))
		}
	})
}

func TestChangedIdentityStopsTheAccount(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		open(t, file, a).stop()
		other := newCloud("2")
		h := open(t, file, other)
		defer h.stop()
		h.sleep(time.Hour)
		if st := h.status("a"); st.Kind != providers.ErrDenied {
			t.Errorf("status %+v", st)
		}
		if n := len(h.List(inventory.KindServer)); n != 2 || other.count("Servers") != 0 {
			t.Errorf("%d servers shown, %d listings; want 2 and none", n, other.count("Servers"))
		}
	})
}
