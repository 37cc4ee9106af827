package providertest

import (
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// expiredSession ends the session before each call: it is begun again, and
// nobody sees it.
func expiredSession(t testing.TB, c Cloud) {
	server := c.running(t).ID
	logins := func() int { return c.Faults.Plan.Calls()[c.Faults.Login] }
	for _, call := range c.calls(t, server) {
		before := logins()
		c.set(fault.Fault{Kind: fault.Expire, Times: 1})
		c.ok(t, call.do(t.Context()), call.name+" in an expired session")
		if n := logins() - before; n != 1 {
			t.Errorf("%s in an expired session: %d logins, want 1", call.name, n)
		}
		c.heal()
	}
}

// expiredAlways is a credential that is not valid any more, or sessions that
// end at once.
func expiredAlways(t testing.TB, c Cloud) {
	calls := c.calls(t, c.running(t).ID)
	c.set(fault.Fault{Kind: fault.Expire})
	for _, call := range calls {
		before := c.count()
		c.refused(t, call.do(t.Context()), call.name+" with nothing but expired sessions", providers.ErrDenied)
		if n := c.count() - before; n > 4 {
			t.Errorf("%s with nothing but expired sessions: %d calls", call.name, n)
		}
	}
}

// expiredCreate loses the session at the create: there is one server.
func expiredCreate(t testing.TB, c Cloud) {
	spec := c.wish(t)
	c.set(fault.Fault{Kind: fault.Expire, Call: c.Faults.Create, Times: 1})
	c.reaches(t, c.create(t, spec).ID, providers.StateActive)
	if rows := c.withToken(t, spec.Token); len(rows) != 1 {
		t.Errorf("%d servers with the token, want 1", len(rows))
	}
}

// skewedClock is a cloud whose clock is ten minutes off. Calls work, or are
// denied with a word on the clock, so that nobody looks for a wrong key.
func skewedClock(t testing.TB, c Cloud) {
	for _, off := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		calls := c.calls(t, c.running(t).ID)
		c.set(fault.Fault{Kind: fault.Skew, Delay: off})
		for _, call := range calls {
			err := call.do(t.Context())
			if err == nil {
				continue
			}
			c.refused(t, err, call.name+" with a clock that is off", providers.ErrDenied)
			if !strings.Contains(err.Error(), "clock") {
				t.Errorf("%s: says nothing of the clock: %v", call.name, err)
			}
		}
		c.heal()
		_, _ = c.Provider.Servers(t.Context()) // one refusal teaches a client that corrects its clock
	}
}
