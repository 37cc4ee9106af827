package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"occigate/gateway/store"
)

// Get reads one record.
func (s *Store) Get(ctx context.Context, key store.Key) (store.Record, error) {
	name, err := key.Name()
	if err != nil {
		return store.Record{}, err
	}
	value, err := await(ctx, s, func(ctx context.Context) (string, error) {
		return s.client.Get(ctx, s.shardOf(key.UID).record(name)).Result()
	})
	if errors.Is(err, redis.Nil) {
		return store.Record{}, store.ErrNotFound
	}
	if err != nil {
		return store.Record{}, err
	}
	return parseValue(key, value)
}

// Find reads some records, of whatever shards, in one round trip to each node.
func (s *Store) Find(ctx context.Context, keys ...store.Key) ([]store.Record, error) {
	names := make([]string, len(keys))
	for i, key := range keys {
		name, err := key.Name()
		if err != nil {
			return nil, err
		}
		names[i] = s.shardOf(key.UID).record(name)
	}
	return await(ctx, s, func(ctx context.Context) (found []store.Record, err error) {
		answers := make([]*redis.StringCmd, len(keys))
		_, _ = s.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each answer has its own error
			for i, name := range names {
				answers[i] = p.Get(ctx, name)
			}
			return nil
		})
		for i, answer := range answers {
			value, err := answer.Result()
			if errors.Is(err, redis.Nil) {
				continue
			}
			if err != nil {
				return nil, err
			}
			rec, err := parseValue(keys[i], value)
			if err != nil {
				return nil, err
			}
			found = append(found, rec)
		}
		return found, nil
	})
}

// Put writes or removes a record if its stored revision is rec.Rev.
func (s *Store) Put(ctx context.Context, rec store.Record) (uint64, error) {
	name, err := rec.Name()
	if err != nil {
		return 0, err
	}
	sh, durable := s.shardOf(rec.UID), 0
	if rec.Durable {
		durable = 1
	}
	rev, err := s.runShard(ctx, putScript, sh, []string{sh.record(name)},
		name, strconv.FormatUint(rec.Rev, 10), durable, sign(rec.Data), rec.Data)
	if err != nil {
		return 0, fmt.Errorf("%w: %q, revision %d", err, rec.Key, rec.Rev)
	}
	return strconv.ParseUint(rev, 10, 64)
}

// Apply writes a batch of cached records under their account's lease.
func (s *Store) Apply(ctx context.Context, lease store.Lease, batch []store.Write) error {
	names, err := store.BatchNames(lease, batch)
	if err != nil {
		return err
	}
	sh := s.shardOf(lease.UID)
	args := []any{lease.Holder, strconv.FormatUint(lease.Fence, 10)}
	for i, w := range batch {
		args = append(args, names[i], sign(w.Data), w.Data)
	}
	keys := append([]string{sh.lease(lease.UID)}, sh.records(names)...)
	if _, err := s.runShard(ctx, applyScript, sh, keys, args...); err != nil {
		return fmt.Errorf("%w: account %q, fence %d", err, lease.UID, lease.Fence)
	}
	return nil
}

// sign tells the scripts whether data is written or removed.
func sign(data []byte) string {
	if data == nil {
		return "-"
	}
	return "+"
}

// Forget removes the records of an account that are not durable.
func (s *Store) Forget(ctx context.Context, uid string) error {
	from, to, err := store.AccountNames(uid)
	if err != nil {
		return err
	}
	sh := s.shardOf(uid)
	for from = "[" + from; ; {
		names, err := s.names(ctx, sh, from, "("+to, store.MaxBatch)
		if err != nil || len(names) == 0 {
			return err
		}
		args := make([]any, len(names))
		for i, name := range names {
			args[i] = name
		}
		if _, err := s.runShard(ctx, forgetScript, sh, sh.records(names), args...); err != nil {
			return err
		}
		from = "(" + names[len(names)-1]
	}
}

// names gives the next names of a shard's records.
func (s *Store) names(ctx context.Context, sh shard, from, to string, count int64) ([]string, error) {
	return await(ctx, s, func(ctx context.Context) ([]string, error) {
		return s.client.ZRangeByLex(ctx, sh.index(), &redis.ZRangeBy{Min: from, Max: to, Count: count}).Result()
	})
}
