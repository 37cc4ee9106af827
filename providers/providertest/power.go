package providertest

import (
	"fmt"
	"slices"
	"testing"

	"occigate/providers"
)

// leadsTo is the state that each power operation ends in. Clouds differ in
// what they call a hibernated machine.
var leadsTo = map[providers.PowerOp][]providers.State{
	providers.PowerStart:     {providers.StateActive},
	providers.PowerStop:      {providers.StateInactive},
	providers.PowerOff:       {providers.StateInactive},
	providers.PowerReboot:    {providers.StateActive},
	providers.PowerReset:     {providers.StateActive},
	providers.PowerSuspend:   {providers.StateSuspended},
	providers.PowerHibernate: {providers.StateSuspended, providers.StateInactive},
}

// power does one operation and the steps of its ticket.
func (c Cloud) power(t testing.TB, id string, op providers.PowerOp) {
	t.Helper()
	ticket, err := c.Provider.(providers.PowerControl).Power(t.Context(), id, op)
	c.ok(t, err, "Power "+string(op))
	c.finish(t, ticket)
}

// halt stops a server that runs: it asks the guest where the cloud can, and
// cuts the power where it offers nothing else.
func (c Cloud) halt(t testing.TB, s providers.Server) providers.Server {
	t.Helper()
	halts := []providers.PowerOp{providers.PowerStop, providers.PowerOff}
	i := slices.IndexFunc(halts, s.Offers)
	if i < 0 {
		t.Fatalf("an active server offers %v, none of %v", s.Power, halts)
	}
	c.power(t, s.ID, halts[i])
	return c.reaches(t, s.ID, providers.StateInactive)
}

func stopAndStart(t testing.TB, c Cloud) {
	s := c.running(t)
	stopped := c.halt(t, s)
	if !stopped.Offers(providers.PowerStart) || stopped.Offers(providers.PowerStop) || stopped.Offers(providers.PowerOff) {
		t.Errorf("a stopped server offers %v, want start and no stop", stopped.Power)
	}
	c.power(t, s.ID, providers.PowerStart)
	started := c.reaches(t, s.ID, providers.StateActive)
	if started.Token != s.Token || started.Name != s.Name {
		t.Errorf("after stop and start the server is %s %q, was %s %q", started.Token, started.Name, s.Token, s.Name)
	}
}

// offeredPowerWorks walks one server through every operation that it offers in
// every state it gets to.
func offeredPowerWorks(t testing.TB, c Cloud) {
	s := c.running(t)
	type step struct {
		from providers.State
		op   providers.PowerOp
	}
	done := map[step]bool{}
	for {
		i := slices.IndexFunc(s.Power, func(op providers.PowerOp) bool { return !done[step{s.State, op}] })
		op := providers.PowerStart
		switch {
		case i >= 0:
			op = s.Power[i]
		case s.State == providers.StateActive || !s.Offers(op):
			if len(done) < 2 {
				t.Errorf("only %d power operations are offered", len(done))
			}
			return
		}
		done[step{s.State, op}] = true
		c.power(t, s.ID, op)
		s = c.reaches(t, s.ID, leadsTo[op]...)
		if c.report != nil {
			c.report.power[op] = true
		}
	}
}

// otherPowerRefused asks for what is not offered. A cloud may accept an
// operation that changes nothing, as a start of a running server.
func otherPowerRefused(t testing.TB, c Cloud) {
	pc := c.Provider.(providers.PowerControl)
	s := c.running(t)
	refuse := func() {
		for op, states := range leadsTo {
			if s.Offers(op) {
				continue
			}
			_, err := pc.Power(t.Context(), s.ID, op)
			if err == nil && slices.Contains(states, s.State) {
				continue
			}
			c.refused(t, err, fmt.Sprintf("Power %s of a server that is %s", op, s.State),
				providers.ErrConflict, providers.ErrUnsupported, providers.ErrInvalid)
		}
	}
	refuse()
	s = c.halt(t, c.reaches(t, s.ID, providers.StateActive))
	refuse()
}

// resize changes the size in the first state that allows it, active or
// stopped.
func resize(t testing.TB, c Cloud) {
	s := c.running(t)
	other := c.otherSize(t, s.SizeID)
	if !s.Can(providers.AbilityResize) {
		s = c.halt(t, s)
	}
	if !s.Can(providers.AbilityResize) {
		t.Fatal("resize is offered neither of an active nor of a stopped server")
	}
	was := s.State
	ticket, err := c.Provider.(providers.Resizer).ResizeServer(t.Context(), s.ID, other)
	c.ok(t, err, "ResizeServer")
	c.finish(t, ticket)
	s = c.reaches(t, s.ID, was)
	if s.SizeID != other {
		t.Errorf("size is %s after a resize to %s", s.SizeID, other)
	}
	_, err = c.Provider.(providers.Resizer).ResizeServer(t.Context(), s.ID, c.unknown("size"))
	c.refused(t, err, "ResizeServer to an unknown size", providers.ErrInvalid, providers.ErrNotFound)
}

func (c Cloud) otherSize(t testing.TB, not string) string {
	t.Helper()
	if c.OtherSize != "" {
		return c.OtherSize
	}
	cat, err := c.Provider.Catalogue(t.Context())
	c.ok(t, err, "Catalogue")
	for _, s := range cat.Sizes {
		if s.ID != not {
			return s.ID
		}
	}
	t.Fatal("the catalogue has one size only, nothing to resize to")
	return ""
}
