package inventory

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
)

// worker keeps one account: it alone decides when the account's cloud is
// listed, logs in, writes the rows and settles the intents, while this gateway
// holds the lease. Its loop calls the store, never a cloud: calls of the cloud
// are flights, goroutines that hand a function back to the loop. So a cloud
// that hangs holds up nothing but its own flight.
type worker struct {
	Account
	feed    *feed
	log     *zap.Logger
	metrics Metrics
	now     func() time.Time
	limits  Limits
	holder  string
	peers   *peers // nil when no other gateway shares the store
	claims  *claims

	wants  wants
	bell   chan struct{}              // rung when there is something new in wants
	landed chan func(context.Context) // what flights hand back
	flight sync.WaitGroup
	tried  atomic.Bool
	held   atomic.Bool // the lease is held, as far as is known
	owing  sync.Mutex
	owed   []intent // answered, but not stored yet
	void   []intent // of refused creates, which the store may have taken all the same

	// The loop's own.
	groups   []group
	slots    map[group]slot
	flying   map[group]bool         // listings set out on and not written yet
	ended    map[group]bool         // of which a listing has ended, whatever came of it
	began    map[group]time.Time    // start of the newest listing
	complete map[group][2]time.Time // starts of the two newest complete listings
	last     time.Time              // start of the newest listing of any group
	told     time.Time              // when the lease holder was told what is wanted
	aloft    int                    // calls of the cloud under way
	lease    *store.Lease
	renew    time.Time // when the lease is renewed or asked for
	until    time.Time // end of the lease, if it cannot be renewed
	yields   bool      // another gateway is to hold the account

	leaseless bool // the store did not even say whose the lease is
	loggedIn  bool
	circuit   circuit
	probing   bool              // a login or a probe is under way
	landings  []landing         // listings not written yet
	first     time.Time         // landing of the first of them
	unsaid    map[group]landing // failures that the stamp does not tell, since the store did not take it
	behind    bool              // there are some, or a problem of the account as a whole
	moving    map[rowKey]time.Time
	polls     map[string]polling
	heard     map[string]hearing // of intents, by intentID
	listened  time.Time          // when the intents were looked at last
}

func newWorker(v *Inventory, a Account) *worker {
	w := &worker{
		Account: a, feed: v.feed, metrics: v.o.Metrics, now: v.o.Clock.Now,
		log:    v.o.Log.With(zap.String("uid", a.UID)),
		limits: v.o.Limits, holder: v.o.Holder, peers: v.peers, claims: &v.claims,
		wants: wants{since: map[group]time.Time{}}, bell: make(chan struct{}, 1), groups: groupsOf(a.Provider),
		slots: map[group]slot{}, flying: map[group]bool{}, ended: map[group]bool{}, began: map[group]time.Time{},
		complete: map[group][2]time.Time{}, moving: map[rowKey]time.Time{}, unsaid: map[group]landing{}, polls: map[string]polling{}, heard: map[string]hearing{},
	}
	w.landed = make(chan func(context.Context), len(w.groups)+1+flights) // one place for every flight
	return w
}

// strike never blocks: a bell that rings is rung.
func strike(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// run is the loop. It returns when ctx has ended and all flights have landed.
func (w *worker) run(ctx context.Context) {
	defer w.release(ctx)
	defer w.flight.Wait()
	loaded := func(*state) bool { return w.feed.loaded[store.Shard(w.UID)] }
	if w.feed.await(ctx, w.UID, loaded) != nil {
		return
	}
	alarm := time.AfterFunc(time.Hour, func() { strike(w.bell) })
	defer alarm.Stop()
	strike(w.bell)
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.bell:
		case land := <-w.landed:
			w.aloft--
			land(ctx)
		}
		w.wake(alarm, w.turn(ctx))
	}
}

// wake sets the alarm that rings the bell. What is due already needs none: timers
// that fire at once crash the race detector in a testing/synctest bubble of Go
// 1.26, where two of them write to one context without a lock.
func (w *worker) wake(alarm *time.Timer, at time.Time) {
	if wait := at.Sub(w.now()); wait > 0 {
		alarm.Reset(wait)
		return
	}
	strike(w.bell)
}

// turn does what is due and says when to look again.
func (w *worker) turn(ctx context.Context) time.Time {
	now := w.now()
	w.payUp(ctx)
	w.hold(ctx)
	if w.lease != nil && w.written(now) {
		w.commit(ctx)
		w.hold(ctx)
	}
	if w.lease != nil {
		w.repair(ctx)
		w.restamp(ctx)
	}
	if w.lease == nil {
		w.listen(w.now())
		return sooner(w.renew, w.tell(ctx))
	}
	next := w.renew
	if len(w.landings) > 0 {
		next = sooner(next, w.first.Add(grace))
	}
	if w.yields {
		return next
	}
	next = sooner(next, w.settle(ctx))
	return sooner(next, w.start(ctx, now))
}

// sooner is the sooner of two times; zero is never.
func sooner(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

// start sets out on the login, the probe or the listings that are due.
func (w *worker) start(ctx context.Context, now time.Time) (next time.Time) {
	switch {
	case w.probing:
		return time.Time{} // its end wakes the loop
	case w.circuit.open && w.circuit.due.After(now):
		return w.circuit.due
	case !w.loggedIn:
		w.probing = true
		w.fly(ctx, w.limits.Listing, w.identify)
		return time.Time{}
	case w.circuit.open:
		w.sendProbe(ctx, now)
		return time.Time{}
	}
	w.relist(now)
	due, next := dueNow(w.hurried(now), w.groups, w.last, now, w.least())
	for _, g := range due {
		w.depart(ctx, g, now)
	}
	return next
}

// depart sets out on one listing.
func (w *worker) depart(ctx context.Context, g group, now time.Time) {
	if w.flying[g] {
		return
	}
	w.flying[g], w.began[g], w.last = true, now, now
	l := landing{group: g, began: now, fence: w.lease.Fence, probe: w.probing}
	w.fly(ctx, w.limits.Listing, func(ctx context.Context) func(context.Context) { return w.list(ctx, l) })
}

// relist brings the listings forward that the store has lost since they were
// written, as when it was emptied: what they showed is not shown any more.
func (w *worker) relist(now time.Time) {
	w.feed.with(w.UID, func(s *state) {
		for _, g := range w.groups {
			if !w.complete[g][0].IsZero() && (s.stamp == nil || s.stamp.group(g).Observed.IsZero()) {
				w.slots[g] = w.slots[g].ring(now)
				delete(w.complete, g)
			}
		}
	})
}

// least is the shortest time between two refreshes.
func (w *worker) least() time.Duration { return or(w.Refresh.Least, 5*time.Second) }

// hurried are the slots, brought forward where something is in transition or
// somebody wants it. Groups whose listing is under way are far in the future.
func (w *worker) hurried(now time.Time) map[group]slot {
	slots := make(map[group]slot, len(w.slots))
	busy, wished := w.busy(now), w.wished()
	for _, g := range w.groups {
		s := w.slots[g]
		if busy[g] {
			s = s.hurry(w.began[g], w.Refresh.pace(g))
		}
		if !wished[g].IsZero() {
			s = s.ring(now)
		}
		if w.flying[g] {
			s.due = now.Add(time.Hour)
		}
		slots[g] = s
	}
	return slots
}

func jitter() float64 { return 2*rand.Float64() - 1 }

// busy says in which groups something of ours or of the cloud's is in
// transition; a row that never leaves its transition counts for a while only.
func (w *worker) busy(now time.Time) map[group]bool {
	busy := map[group]bool{}
	w.feed.with(w.UID, func(s *state) {
		for _, in := range s.intents {
			if in.Phase == accepted || in.Phase == unknown {
				busy[kindGroup[in.Kind]] = true
			}
		}
		for k := range w.moving {
			if !s.passing[k] {
				delete(w.moving, k)
			}
		}
		for k := range s.passing {
			if w.moving[k].IsZero() {
				w.moving[k] = now
			}
			if now.Sub(w.moving[k]) < w.limits.Changing {
				busy[kindGroup[k.kind]] = true
			}
		}
	})
	return busy
}
