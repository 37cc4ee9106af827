package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"occigate/gateway/store"
)

// Take takes one call out of an account's budget, by the clock of Redis.
func (s *Store) Take(ctx context.Context, uid string, b store.Budget, longest time.Duration) (time.Duration, error) {
	return s.spend(ctx, uid, b, longest, "take")
}

// Slow takes note that a cloud complains.
func (s *Store) Slow(ctx context.Context, uid string, b store.Budget, pause time.Duration) error {
	_, err := s.spend(ctx, uid, b, pause, "slow")
	return err
}

func (s *Store) spend(ctx context.Context, uid string, b store.Budget, d time.Duration, op string) (time.Duration, error) {
	if err := b.Check(uid); err != nil {
		return 0, err
	}
	answer, err := s.run(ctx, budgetScript, []string{s.shardOf(uid).budget(uid)},
		b.PerSecond, b.Burst, max(0, d).Microseconds(), store.LeastShare,
		store.Recovery.Microseconds(), store.OneComplaint.Microseconds(), op)
	if err != nil {
		return 0, err
	}
	wait, err := strconv.ParseInt(answer, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("redis: account %q has to wait for %q", uid, answer)
	}
	return time.Duration(wait) * time.Microsecond, nil
}
