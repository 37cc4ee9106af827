package inventory

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
	"occigate/providers"
)

// retryHeld is how long it takes until a lease that another gateway holds is
// asked for again: when a gateway dies, its accounts wait so much longer than
// their leases run.
const retryHeld = time.Second

// hold takes, renews or gives back the account's lease, whatever is due. What
// another gateway is to hold is given back when nothing is under way any more;
// until then nothing new sets out.
func (w *worker) hold(ctx context.Context) {
	now, mine := w.now(), w.peers.mine(w.UID)
	switch {
	case !mine && w.lease != nil && w.aloft == 0 && len(w.landings) == 0:
		w.release(ctx)
		w.renew = now.Add(w.limits.Lease)
	case !mine && w.lease == nil:
		w.renew = now.Add(w.limits.Lease)
	case mine && w.yields, !w.renew.After(now):
		w.acquire(ctx)
	}
	w.yields = !mine
	w.held.Store(w.lease != nil)
}

// acquire takes or renews the lease. A lease that cannot be renewed for want of
// the store is held until it ends.
func (w *worker) acquire(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, w.limits.Store)
	defer cancel()
	asked := w.now()
	lease, err := w.feed.store.Acquire(ctx, w.UID, w.holder, w.limits.Lease, w.seen())
	failed := err != nil && !errors.Is(err, store.ErrHeld)
	if failed && !w.leaseless {
		w.log.Warn("the lease cannot be asked for", zap.Error(err))
	}
	w.leaseless = failed
	switch {
	case err == nil:
		w.renew, w.until = w.now().Add(w.limits.Lease/3), asked.Add(w.limits.Lease)
		if w.lease == nil || w.lease.Fence != lease.Fence {
			w.adopt(lease)
		}
	case errors.Is(err, store.ErrHeld):
		w.renew, w.lease = w.now().Add(retryHeld), nil
	default:
		w.renew = w.now().Add(w.limits.Lease / 3)
		if !w.until.After(w.now()) {
			w.lease = nil
		}
	}
}

// seen is the largest fence that this gateway knows of.
func (w *worker) seen() (fence uint64) {
	w.feed.with(w.UID, func(s *state) {
		if s.stamp != nil {
			fence = s.stamp.Fence
		}
	})
	return fence
}

// adopt begins to hold a new lease. Another gateway may have written meanwhile:
// what was listed before is not written any more, and the schedule goes on where
// the other left it, so that a cloud is not asked again because its account has
// moved.
func (w *worker) adopt(lease store.Lease) {
	now := w.now()
	for _, l := range w.landings {
		w.discard(l)
	}
	w.lease, w.landings = &lease, nil
	w.feed.with(w.UID, func(s *state) {
		w.inherit(s.stamp)
		for _, g := range w.groups {
			end := s.stamp.group(g)
			if w.flying[g] || !end.newest().After(w.began[g]) || w.began[g].IsZero() && end.dated(now) {
				continue
			}
			w.slots[g] = slot{due: s.stamp.due(end.Next, now, w.longest(g)), sick: end.Problem != ""}
			w.began[g], w.complete[g] = notAfter(end.newest(), now), [2]time.Time{notAfter(end.Observed, now)}
			w.last = later(w.last, w.began[g])
		}
	})
}

// longest is the longest that a group can have to wait for its next listing.
func (w *worker) longest(g group) time.Duration {
	p := w.Refresh.pace(g)
	return max(2*p.every, 2*p.longest, p.denied)
}

// notAfter is a time, or a limit when that is earlier.
func notAfter(t, limit time.Time) time.Time {
	if t.After(limit) {
		return limit
	}
	return t
}

// told is an error as a stamp holds it.
type told struct {
	kind  error
	words string
}

func (t told) Error() string { return t.words }
func (t told) Unwrap() error { return t.kind }

// inherit takes over the circuit that another gateway has opened.
func (w *worker) inherit(st *stamp) {
	fresh := w.last.IsZero() && !w.loggedIn
	if st == nil || st.Gateway == w.holder || fresh && errorKinds[st.Kind] != providers.ErrThrottled {
		return
	}
	w.circuit = circuit{}
	if st.Trips > 0 {
		w.circuit = circuit{open: true, trips: st.Trips, due: st.probe(w.now()), why: told{errorKinds[st.Kind], st.Problem}}
	}
}

// moment is how old a listing may be that a gateway takes over when it holds an
// account for the first time.
const moment = 30 * time.Second

// dated says whether a gateway that has just started lists again what another
// has listed: the configuration may have changed between the two, and what
// failed may work now. The patience that a cloud
// asked for counts for every gateway.
func (end *groupEnd) dated(now time.Time) bool {
	if end.Problem != "" {
		return errorKinds[end.Kind] != providers.ErrThrottled
	}
	return now.Sub(end.newest()) > moment
}

// release gives the lease back, so that another gateway need not wait.
func (w *worker) release(ctx context.Context) {
	if w.lease == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := w.feed.store.Release(ctx, *w.lease); err != nil {
		w.log.Warn("the lease was not given back", zap.Error(err))
	}
	w.lease = nil
	w.held.Store(false)
}
