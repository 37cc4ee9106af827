package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"occigate/gateway/store"
)

// grant is what the file knows of an account's lease. The fence outlives it.
type grant struct {
	fence  uint64
	end    int64 // Unix time in nanoseconds, 0 when it was given back
	holder string
}

func (g grant) encode() []byte {
	b := make([]byte, sealSize, sealSize+16+len(g.holder))
	b = binary.BigEndian.AppendUint64(b, g.fence)
	b = binary.BigEndian.AppendUint64(b, uint64(g.end))
	return seal(append(b, g.holder...))
}

func decodeGrant(v []byte) (grant, error) {
	b, err := unseal(v)
	if err != nil {
		return grant{}, err
	}
	if len(b) < 16 {
		return grant{}, fmt.Errorf("%w: a lease of %d bytes", ErrCorrupt, len(b))
	}
	return grant{
		fence:  binary.BigEndian.Uint64(b),
		end:    int64(binary.BigEndian.Uint64(b[8:])),
		holder: string(b[16:]),
	}, nil
}

// Keys of buckets are not empty, but an account's uid may be.
func leaseKey(uid string) []byte { return []byte("=" + uid) }

func (sh *shard) grant(uid string) (grant, error) {
	v := sh.leases.Get(leaseKey(uid))
	if v == nil {
		return grant{}, nil
	}
	return decodeGrant(v)
}

func (sh *shard) runs(g grant) bool {
	return sh.options.Now().UnixNano() < g.end
}

// checkLease says whether a lease is held now; store.ErrFenced.
func (sh *shard) checkLease(lease store.Lease) error {
	g, err := sh.grant(lease.UID)
	if err != nil {
		return err
	}
	if g.fence != lease.Fence || g.holder != lease.Holder || !sh.runs(g) {
		return fmt.Errorf("%w: account %q, fence %d", store.ErrFenced, lease.UID, lease.Fence)
	}
	return nil
}

// Acquire takes or renews the lease of an account.
func (s *Store) Acquire(ctx context.Context, uid, holder string, ttl time.Duration, seen uint64) (store.Lease, error) {
	if strings.Contains(uid, "\x00") || ttl < time.Millisecond {
		return store.Lease{}, fmt.Errorf("%w: a lease of %q for %v", store.ErrInvalid, uid, ttl)
	}
	var fence uint64
	err := s.write(ctx, store.Shard(uid), func(sh *shard) error {
		g, err := sh.grant(uid)
		if err != nil {
			return err
		}
		runs := sh.runs(g)
		if runs && g.holder != holder {
			return fmt.Errorf("%w: account %q, holder %q", store.ErrHeld, uid, g.holder)
		}
		fence = g.fence
		if !runs || seen > fence {
			fence = max(fence, seen) + 1
		}
		g = grant{fence: fence, end: sh.options.Now().Add(ttl).UnixNano(), holder: holder}
		return sh.leases.Put(leaseKey(uid), g.encode())
	})
	if err != nil {
		return store.Lease{}, err
	}
	return store.Lease{UID: uid, Holder: holder, Fence: fence}, nil
}

// Release gives a lease back.
func (s *Store) Release(ctx context.Context, lease store.Lease) error {
	return s.write(ctx, store.Shard(lease.UID), func(sh *shard) error {
		err := sh.checkLease(lease)
		if errors.Is(err, store.ErrFenced) {
			return nil
		}
		if err != nil {
			return err
		}
		return sh.leases.Put(leaseKey(lease.UID), grant{fence: lease.Fence}.encode())
	})
}

// endLeases ends all leases of a shard.
func endLeases(b *bbolt.Bucket) error {
	held := map[string]grant{}
	err := b.ForEach(func(k, v []byte) error {
		g, err := decodeGrant(v)
		held[string(k)] = grant{fence: g.fence}
		return err
	})
	if err != nil {
		return err
	}
	for k, g := range held {
		if err := b.Put([]byte(k), g.encode()); err != nil {
			return err
		}
	}
	return nil
}
