package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"occigate/gateway/store"
)

// Acquire takes or renews the lease of an account, by the clock of Redis.
func (s *Store) Acquire(ctx context.Context, uid, holder string, ttl time.Duration, seen uint64) (store.Lease, error) {
	if strings.Contains(uid, "\x00") || ttl < time.Millisecond {
		return store.Lease{}, fmt.Errorf("%w: a lease of %q for %v", store.ErrInvalid, uid, ttl)
	}
	answer, err := s.run(ctx, acquireScript, []string{s.shardOf(uid).lease(uid)},
		holder, ttl.Milliseconds(), strconv.FormatUint(seen, 10))
	if err != nil {
		return store.Lease{}, err
	}
	fence, err := strconv.ParseUint(answer, 10, 64)
	if err != nil {
		return store.Lease{}, fmt.Errorf("redis: account %q has fence %q", uid, answer)
	}
	return store.Lease{UID: uid, Holder: holder, Fence: fence}, nil
}

// Release gives a lease back.
func (s *Store) Release(ctx context.Context, lease store.Lease) error {
	_, err := s.run(ctx, releaseScript, []string{s.shardOf(lease.UID).lease(lease.UID)},
		lease.Holder, strconv.FormatUint(lease.Fence, 10))
	return err
}
