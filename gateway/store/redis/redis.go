// Package redis keeps a store.Store in Redis 7.0 or later, for many gateways:
// one server, one watched by Sentinels, or a Cluster. Everything of a shard has
// one hash tag; every mutation is one script that writes records and feed
// together. The package knows nothing of what is in a record, and it leaves
// go-redis's own logger, which is global, as it is.
package redis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"occigate/gateway/store"
)

// ErrSchema is Open's error when the records there have another layout or
// number of shards: another version of the program wrote them.
var ErrSchema = errors.New("the records have another layout")

// Store is a store.Store in Redis.
type Store struct {
	options Options
	client  redis.UniversalClient
	reader  redis.UniversalClient // of readers that wait: they hold a connection each

	life  context.Context // ends with Close
	end   context.CancelFunc
	mu    sync.Mutex // guards calls.Add against Close
	calls sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// Open connects and checks the layout, which it writes when there is none. The
// errors are ErrSchema, those of options that contradict each other, and those
// of the connection; none holds a password.
func Open(ctx context.Context, options Options) (*Store, error) {
	options = options.withDefaults()
	if err := options.check(); err != nil {
		return nil, err
	}
	s := &Store{options: options, client: options.client(options.PoolSize), reader: options.client(readers)}
	s.life, s.end = context.WithCancel(context.Background())
	if err := s.checkLayout(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("redis: open: %w", err), s.Close())
	}
	return s, nil
}

// checkLayout writes what layout the records have, unless it is known already,
// and wants it to be ours.
func (s *Store) checkLayout(ctx context.Context) error {
	key := s.options.Prefix + ":meta"
	want := map[string]string{layoutName: layout, shardsName: fmt.Sprint(store.Shards)}
	got, err := await(ctx, s, func(ctx context.Context) (map[string]string, error) {
		for name, value := range want {
			if err := s.client.HSetNX(ctx, key, name, value).Err(); err != nil {
				return nil, err
			}
		}
		return s.client.HGetAll(ctx, key).Result()
	})
	if err != nil {
		return err
	}
	for name, value := range want {
		if got[name] != value {
			return fmt.Errorf("%w: %s %q, not %q", ErrSchema, name, got[name], value)
		}
	}
	return nil
}

// Ping says whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	_, err := await(ctx, s, func(ctx context.Context) (string, error) {
		return s.client.Ping(ctx).Result()
	})
	return err
}

// Close ends all calls, closes the connections and waits for what still runs.
func (s *Store) Close() error {
	s.mu.Lock()
	first := s.life.Err() == nil
	s.end()
	s.mu.Unlock()
	if !first {
		return nil
	}
	err := errors.Join(s.client.Close(), s.reader.Close())
	s.calls.Wait()
	return err
}

// begin counts a call in; store.ErrClosed.
func (s *Store) begin(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life.Err() != nil {
		return store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.calls.Add(1)
	return nil
}

// await does something with Redis and returns when that, the context or the
// store ends. go-redis does not end a command whose context is cancelled: it is
// left to itself then, to end at the latest with its time-out, and Close waits
// for it.
func await[T any](ctx context.Context, s *Store, do func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := s.begin(ctx); err != nil {
		return none, err
	}
	done := make(chan result, 1)
	go func() {
		defer s.calls.Done()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(s.life, cancel)()
		value, err := do(ctx)
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return none, s.reason(ctx, r.err)
		}
		return r.value, nil
	case <-ctx.Done():
		return none, ctx.Err()
	case <-s.life.Done():
		return none, store.ErrClosed
	}
}

// reason gives why a command failed: the connection's error may only be what the
// end of the store or of the context looks like from there.
func (s *Store) reason(ctx context.Context, err error) error {
	deadline, ok := ctx.Deadline()
	switch {
	case s.life.Err() != nil:
		return store.ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case ok && !time.Now().Before(deadline):
		return context.DeadlineExceeded
	case errors.Is(err, redis.Nil):
		return err
	}
	return fmt.Errorf("redis: %w", err)
}
