package inventory

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"occigate/providers"
)

// circuit is the circuit breaker of an account. While it is closed the account's
// groups are listed, each by its own schedule. It opens when the cloud as a
// whole fails: nothing is listed then but one probe at a time, and creates are
// refused. The zero value is closed.
type circuit struct {
	fails  int     // listings that failed since anything worked
	groups []group // of which
	trips  int     // how often it opened since anything worked
	open   bool
	due    time.Time // of the next probe, while open
	why    error     // it is open
}

// So many listings have to fail, of so many groups, with none that works between
// them, until the cloud is taken for sick. A single group that fails is left to
// its own back-off.
const (
	tripFails  = 3
	tripGroups = 2
)

// after is the circuit after a listing that ended now. jitter is between -1 and
// 1. What was under way when the circuit opened says nothing new by failing.
func (c circuit) after(now time.Time, l landing, p pace, jitter float64) circuit {
	switch {
	case l.err == nil:
		return circuit{}
	case c.open && l.probe:
		return c.trip(now, l.err, p, jitter)
	case c.open:
		return c
	}
	c.fails++
	if !slices.Contains(c.groups, l.group) {
		c.groups = append(slices.Clip(c.groups), l.group)
	}
	if c.fails < tripFails || len(c.groups) < tripGroups {
		return c
	}
	return c.trip(now, l.err, p, jitter)
}

// trip opens the circuit, or keeps it open after a probe that failed: for longer
// each time, and for as long as the cloud asks.
func (c circuit) trip(now time.Time, err error, p pace, jitter float64) circuit {
	c.open, c.trips, c.why = true, c.trips+1, err
	c.due = now.Add(patience(err, c.trips, p, jitter))
	return c
}

// sendProbe sets out on the one listing that an open circuit lets through, of one
// everyday group after the other. There is none while all of them are still under
// way from before it opened: the end of the first wakes the loop.
func (w *worker) sendProbe(ctx context.Context, now time.Time) {
	free := slices.DeleteFunc(w.everyday(), func(g group) bool { return w.flying[g] })
	if len(free) == 0 {
		return
	}
	w.probing = true
	w.depart(ctx, free[w.circuit.trips%len(free)], now)
}

// judge takes a listing's end into the circuit. When that closes, what waits for
// the cloud to be well again is listed now.
func (w *worker) judge(now time.Time, l landing) {
	was := w.circuit
	w.circuit = was.after(now, l, w.Refresh.pace(groupServers), jitter())
	if was.open == w.circuit.open {
		return
	}
	w.log.Warn("the circuit of the account has changed", zap.Bool("open", w.circuit.open))
	if !w.circuit.open {
		w.recovered(now)
	}
}

// recovered lists now what waits for the cloud to be well again.
func (w *worker) recovered(now time.Time) {
	for _, g := range w.groups {
		if w.slots[g].sick {
			w.slots[g] = slot{due: now}
		}
	}
}

// The states of a circuit, in the order in which it goes through them.
const (
	CircuitClosed   = "closed"
	CircuitOpen     = "open"
	CircuitHalfOpen = "half-open" // a probe is due or under way
)

// circuitState tells how the circuit of a stamp stands: a probe is not written
// down before it has ended.
func (st *stamp) circuitState(now time.Time) string {
	switch {
	case st == nil || st.Trips == 0:
		return CircuitClosed
	case st.Next.After(now):
		return CircuitOpen
	}
	return CircuitHalfOpen
}

// probe is when the next probe is due by our own clock: never later than as long
// from now as the gateway that set it meant to wait, whose clock may be ahead.
// What a cloud itself asked for is in that wait, however long.
func (st *stamp) probe(now time.Time) time.Time {
	return st.due(st.Next, now, max(0, st.Next.Sub(now)))
}

// reachable makes sure that an account's cloud is called at all, before it is
// asked for something new: what is known of its state is of no use then, and the
// next probe says when to come back.
func (w *worker) reachable(op string) (err error) {
	w.feed.with(w.UID, func(s *state) {
		now := w.now()
		if s.stamp.circuitState(now) == CircuitClosed {
			return
		}
		err = &providers.Error{
			Kind: providers.ErrUnavailable, Op: op, RetryAfter: max(time.Second, s.stamp.probe(now).Sub(now)),
			Message: w.UID + " is not called until it works again: " + s.stamp.Problem,
		}
	})
	return err
}
