package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"

	"occigate/gateway/store"
)

// leases are those that are held now. They are in memory: whoever opens the file
// is alone with it, so that no lease outlives its process. The file has the
// fences, which do. So to renew a lease writes nothing, and does not wait behind
// a large batch until the lease has run out.
type leases struct {
	mu   sync.Mutex
	held map[string]grant // by uid

	taking [store.Shards]chan struct{} // has room for one, who takes a lease
}

func newLeases() *leases {
	l := &leases{held: map[string]grant{}}
	for i := range l.taking {
		l.taking[i] = make(chan struct{}, 1)
	}
	return l
}

// grant is a lease that is held.
type grant struct {
	store.Lease
	end time.Time
}

// check says whether a lease is held at a moment; store.ErrFenced.
func (l *leases) check(lease store.Lease, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.held[lease.UID]; g.Lease != lease || !now.Before(g.end) {
		return fmt.Errorf("%w: account %q, fence %d", store.ErrFenced, lease.UID, lease.Fence)
	}
	return nil
}

// extend lets a lease run longer by as long as the store has kept its holder
// waiting, who could not renew it meanwhile.
func (l *leases) extend(lease store.Lease, by time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.held[lease.UID]; g.Lease == lease {
		g.end = g.end.Add(by)
		l.held[lease.UID] = g
	}
}

// renew makes the lease of an account run on, when the caller may have it as it
// is; store.ErrHeld.
func (l *leases) renew(uid, holder string, now, end time.Time, seen uint64) (store.Lease, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.held[uid]
	switch runs := now.Before(g.end); {
	case runs && g.Holder != holder:
		return store.Lease{}, false, fmt.Errorf("%w: account %q, holder %q", store.ErrHeld, uid, g.Holder)
	case !runs || seen > g.Fence:
		return store.Lease{}, false, nil
	}
	g.end = end
	l.held[uid] = g
	return g.Lease, true, nil
}

func (l *leases) set(g grant) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[g.UID] = g
}

// end ends a lease, unless it is not held any more.
func (l *leases) end(lease store.Lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[lease.UID].Lease == lease {
		delete(l.held, lease.UID)
	}
}

// Acquire takes or renews the lease of an account.
func (s *Store) Acquire(ctx context.Context, uid, holder string, ttl time.Duration, seen uint64) (store.Lease, error) {
	if strings.Contains(uid, "\x00") || ttl < time.Millisecond {
		return store.Lease{}, fmt.Errorf("%w: a lease of %q for %v", store.ErrInvalid, uid, ttl)
	}
	if err := s.ready(ctx); err != nil {
		return store.Lease{}, err
	}
	now := s.options.Now()
	if lease, ok, err := s.leases.renew(uid, holder, now, now.Add(ttl), seen); ok || err != nil {
		return lease, err
	}
	taking := s.leases.taking[store.Shard(uid)]
	select {
	case taking <- struct{}{}:
		defer func() { <-taking }()
	case <-ctx.Done():
		return store.Lease{}, ctx.Err()
	}
	now = s.options.Now()
	if lease, ok, err := s.leases.renew(uid, holder, now, now.Add(ttl), seen); ok || err != nil {
		return lease, err
	}
	fence, err := s.nextFence(ctx, uid, seen)
	if err != nil {
		return store.Lease{}, err
	}
	g := grant{store.Lease{UID: uid, Holder: holder, Fence: fence}, s.options.Now().Add(ttl)}
	s.leases.set(g)
	return g.Lease, nil
}

// nextFence gives a fence that is larger than every one before.
func (s *Store) nextFence(ctx context.Context, uid string, seen uint64) (fence uint64, err error) {
	err = s.write(ctx, store.Shard(uid), func(sh *shard) error {
		last, err := sh.fence(uid)
		if err != nil {
			return err
		}
		fence = max(last, seen) + 1
		return sh.leases.Put(leaseKey(uid), encodeFence(fence))
	})
	return fence, err
}

// Release gives a lease back.
func (s *Store) Release(ctx context.Context, lease store.Lease) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	s.leases.end(lease)
	return nil
}

// Keys of buckets are not empty, but an account's uid may be.
func leaseKey(uid string) []byte { return []byte("=" + uid) }

// fence is the newest of an account, 0 when it never had one.
func (sh *shard) fence(uid string) (uint64, error) {
	v := sh.leases.Get(leaseKey(uid))
	if v == nil {
		return 0, nil
	}
	return decodeFence(v)
}

// fenceSize is the size of a fence; what follows it in files of former versions
// is of no use.
const fenceSize = 8

func encodeFence(fence uint64) []byte {
	b := make([]byte, sealSize, sealSize+fenceSize)
	return seal(binary.BigEndian.AppendUint64(b, fence))
}

func decodeFence(v []byte) (uint64, error) {
	b, err := unseal(v)
	if err != nil {
		return 0, err
	}
	if len(b) < fenceSize {
		return 0, damaged("a fence of %d bytes", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}
