package inventory_test

import (
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// fail lets every listing of a cloud fail, and its logins.
func (c *cloud) fail(err error) {
	c.do(func() {
		for _, method := range append(listings, "Identity") {
			c.fails[method] = err
		}
	})
}

func (c *cloud) heal() { c.do(func() { clear(c.fails) }) }

// listed is how many listings a cloud was asked for.
func (c *cloud) listed() (n int) {
	for _, method := range listings {
		n += c.count(method)
	}
	return n
}

var down = &providers.Error{Kind: providers.ErrUnavailable, Op: "List", Message: "bad gateway"}

// While a cloud is sick it gets single probes, further and further apart; what
// is shown of it stays; creates are refused with a reason and a time; a stop,
// which does no harm when it is repeated, is tried. When a probe works all of it
// is listed at once.
func TestASickCloudIsOnlyProbed(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		if st := h.status("a"); st.Circuit != inventory.CircuitClosed {
			t.Errorf("the circuit of a cloud that is well is %s", st.Circuit)
		}
		a.fail(down)
		h.sleep(2 * time.Minute)
		st := h.status("a")
		if st.Circuit == inventory.CircuitClosed || st.Problem == "" || st.Kind != providers.ErrUnavailable || st.Counts[inventory.KindServer] != 1 {
			t.Errorf("after two minutes: %+v", st)
		}
		before := a.listed()
		h.sleep(time.Hour)
		if n := a.listed() - before; n < 10 || n > 17 {
			t.Errorf("%d listings in an hour, want one in about five minutes", n)
		}
		h.Ring("a")
		h.sleep(10 * time.Second)
		if n := a.listed() - before; n > 18 {
			t.Errorf("%d listings, though nothing shortens a back-off", n)
		}
		_, err := h.create("a", "x")
		if providers.Kind(err) != providers.ErrUnavailable || providers.RetryAfter(err) <= 0 || a.count("CreateServer") != 0 {
			t.Errorf("create: %v, to be tried again in %v; the cloud was asked %d times", err, providers.RetryAfter(err), a.count("CreateServer"))
		}
		if _, err := h.Power(t.Context(), h.native("a", "i-1").ID, providers.PowerStop); err != nil {
			t.Errorf("stop: %v", err)
		}
		a.heal()
		h.sleep(6 * time.Minute)
		if st := h.status("a"); st.Circuit != inventory.CircuitClosed || st.Problem != "" {
			t.Errorf("the circuit of a cloud that is well again is %s: %s", st.Circuit, st.Problem)
		}
		if _, err := h.create("a", "x"); err != nil {
			t.Errorf("create: %v", err)
		}
	})
}

// A listing of before the circuit opened may still be under way when the probe is
// due: whichever it is, the cloud goes on to be asked, and is well again soon
// after it works.
func TestASlowListingIsNoProbe(t *testing.T) {
	for _, slow := range listings {
		t.Run(slow, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := newCloud("1")
				h := open(t, file, a)
				defer h.stop()
				a.fail(down)
				a.do(func() { a.before[slow] = func() { time.Sleep(50 * time.Second) } })
				h.sleep(10 * time.Minute)
				if st := h.status("a"); st.Circuit == inventory.CircuitClosed || a.listed() > 25 {
					t.Errorf("after ten minutes the circuit is %s, with %d listings", st.Circuit, a.listed())
				}
				a.heal()
				a.do(func() { clear(a.before) })
				h.sleep(7 * time.Minute)
				if st := h.status("a"); st.Circuit != inventory.CircuitClosed || st.Problem != "" {
					t.Errorf("the circuit of a cloud that is well again is %s: %s", st.Circuit, st.Problem)
				}
			})
		})
	}
}

// A cloud that is sick when the gateway starts is asked for a login alone.
func TestALoginIsTheProbe(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.fail(down)
		h := open(t, file, a)
		defer h.stop()
		h.sleep(time.Hour)
		if n := a.count("Identity"); n < 12 || n > 22 || a.listed() != 0 {
			t.Errorf("%d logins and %d listings", n, a.listed())
		}
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrUnavailable {
			t.Errorf("create: %v", err)
		}
	})
}

// Credentials that are refused while the gateway runs stop the calls, but for
// one slow probe.
func TestRevokedCredentialsAreProbedSlowly(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		a.fail(&providers.Error{Kind: providers.ErrDenied, Op: "List", Message: "the key was revoked"})
		h.sleep(10 * time.Minute)
		if st := h.status("a"); st.Circuit == inventory.CircuitClosed || st.Kind != providers.ErrDenied {
			t.Errorf("after ten minutes: %+v", st)
		}
		before := a.listed()
		h.sleep(time.Hour)
		if n := a.listed() - before; n < 4 || n > 7 {
			t.Errorf("%d listings in an hour, want one in ten minutes", n)
		}
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrDenied || a.count("CreateServer") != 0 {
			t.Errorf("create: %v", err)
		}
		a.heal()
		h.sleep(12 * time.Minute)
		if st := h.status("a"); st.Problem != "" || st.Circuit != inventory.CircuitClosed {
			t.Errorf("the problem stays: %+v", st)
		}
	})
}

// One part that fails is not a sick cloud.
func TestOneSickPart(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		a.do(func() { a.fails["Volumes"] = down })
		before := a.count("Servers")
		for range 60 {
			h.sleep(30 * time.Second)
			if st := h.status("a"); st.Circuit != inventory.CircuitClosed {
				t.Fatalf("the circuit is %s", st.Circuit)
			}
		}
		if n := a.count("Servers") - before; n < 50 {
			t.Errorf("%d listings of servers in half an hour beside volumes that fail", n)
		}
		if _, err := h.create("a", "x"); err != nil {
			t.Errorf("create: %v", err)
		}
	})
}

// The circuit goes with the account to another gateway, and so does its
// patience.
func TestACircuitMovesWithTheAccount(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		c := openCrowd(t, st, 2, 1)
		a := c.clouds[0]
		a.fail(&providers.Error{Kind: providers.ErrThrottled, Op: "List", RetryAfter: time.Hour})
		c.sleep(10 * time.Minute)
		holder, other := 0, 1
		if c.held(other) > 0 {
			holder, other = 1, 0
		}
		if got := c.houses[other].status("a").Circuit; got != inventory.CircuitOpen {
			t.Errorf("the other gateway tells that the circuit is %s", got)
		}
		before := a.listed()
		c.stop(holder)
		c.houses[other].sleep(30 * time.Minute)
		if !c.houses[other].status("a").Held || a.listed() > before {
			t.Errorf("%d listings by the new holder while the cloud asks for patience", a.listed()-before)
		}
		a.heal()
		c.houses[other].sleep(30 * time.Minute)
		if got := c.houses[other].status("a").Circuit; got != inventory.CircuitClosed {
			t.Errorf("in the end the circuit is %s", got)
		}
		c.stop(other)
	})
}
