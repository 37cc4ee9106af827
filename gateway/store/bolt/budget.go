package bolt

import (
	"context"
	"time"

	"occigate/gateway/store"
)

// Take takes one call out of an account's budget. Only one gateway has the file,
// so that its memory is all that has to know.
func (s *Store) Take(ctx context.Context, uid string, b store.Budget, longest time.Duration) (wait time.Duration, err error) {
	err = s.spend(ctx, uid, b, func(k *store.Bucket, now time.Time) { wait = k.Take(now, b, longest) })
	return wait, err
}

// Slow takes note that a cloud complains.
func (s *Store) Slow(ctx context.Context, uid string, b store.Budget, pause time.Duration) error {
	return s.spend(ctx, uid, b, func(k *store.Bucket, now time.Time) { k.Slow(now, b, pause) })
}

func (s *Store) spend(ctx context.Context, uid string, b store.Budget, do func(*store.Bucket, time.Time)) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if err := b.Check(uid); err != nil {
		return err
	}
	s.spending.Lock()
	defer s.spending.Unlock()
	k := s.buckets[uid]
	if k == nil {
		k = new(store.Bucket)
		s.buckets[uid] = k
	}
	do(k, s.options.Now())
	return nil
}
