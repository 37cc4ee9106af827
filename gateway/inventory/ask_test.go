package inventory_test

import (
	"context"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

var servers = []inventory.Kind{inventory.KindServer, inventory.KindInterface}

// awaited waits as a client does, and says for how long.
func (h *house) awaited(since time.Time, patience time.Duration) time.Duration {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	began := time.Now()
	h.Ask("a", servers, since)
	h.Await(ctx, "a", servers, since)
	return time.Since(began)
}

func TestOnlyWhatIsTooOldIsAskedFor(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, b := estate(), newCloud("2")
		h := open(t, file, a, b)
		defer h.stop()
		h.sleep(8 * time.Second)
		before, volumes, others := a.count("Servers"), a.count("Volumes"), b.count("Servers")
		h.Ask("a", servers, time.Now().Add(-time.Minute))
		h.sleep(time.Second)
		if n := a.count("Servers") - before; n != 0 {
			t.Errorf("%d listings for what is young enough", n)
		}
		for range 50 {
			h.Ask("a", servers, time.Now())
		}
		h.sleep(time.Second)
		if n := a.count("Servers") - before; n != 1 {
			t.Errorf("%d listings for 50 equal wishes, want 1", n)
		}
		if a.count("Volumes") != volumes || b.count("Servers") != others {
			t.Error("what nobody asked for was listed")
		}
	})
}

// A wish that comes while a listing is under way is for a later one.
func TestAWishDuringAListing(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		h.sleep(8 * time.Second)
		a.do(func() {
			a.before["Servers"] = func() { time.Sleep(2 * time.Second) }
		})
		h.Ask("a", servers, time.Now())
		h.sleep(time.Second)
		wished, before := time.Now(), a.count("Servers")
		if took := h.awaited(wished, 20*time.Second).Round(10 * time.Millisecond); took != 6*time.Second {
			t.Errorf("waited %v, want the 4 s left of the least interval and 2 s of the listing", took)
		}
		if n := a.count("Servers") - before; n != 1 {
			t.Errorf("%d listings, want 1", n)
		}
		if st := h.status("a").Parts[0]; st.Name != "servers" || st.Observed.Before(wished) {
			t.Errorf("%+v, observed before it was wished for", st)
		}
	})
}

func TestNobodyWaitsForWhatCannotCome(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		h.sleep(8 * time.Second)
		a.do(func() {
			a.fails["Servers"] = &providers.Error{Kind: providers.ErrThrottled, Op: "List", Message: "slow down", RetryAfter: time.Hour}
		})
		if took := h.awaited(time.Now(), 20*time.Second); took >= time.Second {
			t.Errorf("waited %v for a cloud that has failed", took)
		}
		h.sleep(10 * time.Second)
		before := a.count("Servers")
		if took := h.awaited(time.Now(), 20*time.Second); took >= time.Second {
			t.Errorf("waited %v for a cloud that is left alone for an hour", took)
		}
		if n := a.count("Servers") - before; n != 0 {
			t.Errorf("%d listings against the cloud's wish", n)
		}
		if st := h.status("a").Parts[0]; st.Kind != providers.ErrThrottled || time.Until(st.Next) < 50*time.Minute {
			t.Errorf("%+v", st)
		}
	})
}

func TestAHangingCloudIsWaitedForNoLongerThanAsked(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		h.sleep(8 * time.Second)
		a.do(func() { a.hangs["Servers"] = true })
		if took := h.awaited(time.Now(), 7*time.Second).Round(10 * time.Millisecond); took != 7*time.Second {
			t.Errorf("waited %v, want 7 s", took)
		}
	})
}

// The gateway that holds no lease hands wishes on, and sees them come true.
func TestAskingWhereNoLeaseIsHeld(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, same := newCloud("1"), newCloud("1")
		st := &watched{Store: openStore(t, file)}
		o := inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "first"}
		first := openOn(t, st, o)
		defer first.stop()
		o = inventory.Options{Accounts: accountsOf([]*cloud{same}), Holder: "second"}
		second := openOn(t, st, o)
		defer second.stop()
		second.sleep(8 * time.Second)
		before, puts := a.count("Servers"), 0
		st.set(func() { puts = st.puts })
		for range 50 {
			second.Ask("a", servers, time.Now())
			time.Sleep(time.Millisecond)
		}
		if took := second.awaited(time.Now(), 20*time.Second); took < 4*time.Second || took > 7*time.Second {
			t.Errorf("waited %v, want about the least interval", took)
		}
		if n := a.count("Servers") - before; n != 2 {
			t.Errorf("%d listings, want 2: for the first wish, and for those after it", n)
		}
		st.set(func() { puts = st.puts - puts })
		if puts != 2 || same.count("Servers") != 0 {
			t.Errorf("%d bells and %d listings of its own, want 2 and none", puts, same.count("Servers"))
		}
	})
}
