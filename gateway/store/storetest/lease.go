package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"occigate/gateway/store"
)

var leaseCases = []testCase{
	{"has one holder", leaseOneHolder},
	{"has one holder among eight who ask", leaseRace},
	{"keeps its fence when it is renewed in time", leaseRenewed},
	{"ends by the store's clock", leaseEnds},
	{"gets a new fence when it is renewed too late", leaseTooLate},
	{"gets a fence larger than the caller has seen", leaseSeen},
	{"can be given back", leaseReleased},
	{"cannot be given back by who lost it", leaseReleasedLate},
	{"is of one account", leaseAccounts},
	{"is for a millisecond at least", leaseTTL},
}

func leaseOneHolder(e env) {
	lease := e.acquire("a", "me")
	e.equal(lease, store.Lease{UID: "a", Holder: "me", Fence: 1})
	_, err := e.Peer.Acquire(e.ctx, "a", "you", time.Hour, 0)
	e.wantErr(err, store.ErrHeld)
	_, err = e.Peer.Acquire(e.ctx, "a", "you", time.Hour, 99)
	e.wantErr(err, store.ErrHeld)
}

func leaseRace(e env) {
	var mu sync.Mutex
	var won []store.Lease
	var all sync.WaitGroup
	for i := range 8 {
		s := []store.Store{e.Store, e.Peer}[i%2]
		all.Go(func() {
			lease, err := s.Acquire(e.ctx, "a", strconv.Itoa(i), time.Hour, 0)
			if err != nil && !errors.Is(err, store.ErrHeld) {
				e.Error(err)
			}
			if err == nil {
				mu.Lock()
				won = append(won, lease)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	e.equal(len(won), 1)
	e.apply(won[0], writes("a", 1, "x")...)
}

func leaseRenewed(e env) {
	const first = 50 * time.Millisecond
	var lease store.Lease
	e.within(first, func(uid string) string {
		var err error
		lease, err = e.Store.Acquire(e.ctx, uid, "me", first, 0)
		e.ok(err)
		for _, seen := range []uint64{0, lease.Fence} {
			renewed, err := e.Store.Acquire(e.ctx, uid, "me", time.Hour, seen)
			e.ok(err)
			if renewed != lease {
				return fmt.Sprintf("renewed in time, %+v is %+v", lease, renewed)
			}
		}
		return ""
	})
	e.Advance(first)
	e.apply(lease, writes(lease.UID, 1, "x")...)
}

func leaseEnds(e env) {
	_, err := e.Store.Acquire(e.ctx, "a", "me", 20*time.Millisecond, 0)
	e.ok(err)
	e.Advance(20 * time.Millisecond)
	lease, err := e.Peer.Acquire(e.ctx, "a", "you", time.Hour, 0)
	e.ok(err)
	e.equal(lease, store.Lease{UID: "a", Holder: "you", Fence: 2})
}

func leaseTooLate(e env) {
	_, err := e.Store.Acquire(e.ctx, "a", "me", 20*time.Millisecond, 0)
	e.ok(err)
	e.Advance(20 * time.Millisecond)
	e.equal(e.acquire("a", "me").Fence, uint64(2))
}

func leaseSeen(e env) {
	lease, err := e.Store.Acquire(e.ctx, "a", "me", time.Hour, 41)
	e.ok(err)
	e.equal(lease.Fence, uint64(42))
	e.ok(e.Store.Release(e.ctx, lease))
	lease, err = e.Store.Acquire(e.ctx, "a", "me", time.Hour, 7)
	e.ok(err)
	e.equal(lease.Fence, uint64(43))
	renewed, err := e.Store.Acquire(e.ctx, "a", "me", time.Hour, 99)
	e.ok(err)
	e.equal(renewed.Fence, uint64(100))
	e.wantErr(e.Store.Apply(e.ctx, lease, nil), store.ErrFenced)
	e.apply(renewed)
}

func leaseReleased(e env) {
	lease := e.acquire("a", "me")
	e.ok(e.Store.Release(e.ctx, lease))
	e.ok(e.Store.Release(e.ctx, lease))
	taken, err := e.Peer.Acquire(e.ctx, "a", "you", time.Hour, 0)
	e.ok(err)
	e.equal(taken.Fence, lease.Fence+1)
}

func leaseReleasedLate(e env) {
	old := e.acquire("a", "me")
	e.ok(e.Store.Release(e.ctx, old))
	lease, err := e.Peer.Acquire(e.ctx, "a", "you", time.Hour, 0)
	e.ok(err)
	for _, other := range []store.Lease{old, {UID: "a", Holder: "you", Fence: old.Fence}, {UID: "a", Holder: "me", Fence: lease.Fence}} {
		e.ok(e.Store.Release(e.ctx, other))
	}
	e.ok(e.Peer.Apply(e.ctx, lease, writes("a", 1, "x")))
	e.ok(e.Store.Release(e.ctx, store.Lease{UID: "never", Holder: "me", Fence: 1}))
}

func leaseAccounts(e env) {
	both := uids(5, 2)
	one, two := e.acquire(both[0], "me"), e.acquire(both[1], "you")
	none, err := e.Store.Acquire(e.ctx, "", "me", time.Hour, 0)
	e.ok(err)
	for _, lease := range []store.Lease{one, two, none} {
		e.equal(lease.Fence, uint64(1))
		e.apply(lease, writes(lease.UID, 1, "x")...)
	}
}

func leaseTTL(e env) {
	for _, ttl := range []time.Duration{0, -time.Second, time.Microsecond} {
		_, err := e.Store.Acquire(e.ctx, "a", "me", ttl, 0)
		e.wantErr(err, store.ErrInvalid)
	}
}
