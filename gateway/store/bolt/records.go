package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"occigate/gateway/store"
)

// Get reads one record.
func (s *Store) Get(ctx context.Context, key store.Key) (store.Record, error) {
	name, err := key.Name()
	if err != nil {
		return store.Record{}, err
	}
	var rec store.Record
	err = s.read(ctx, store.Shard(key.UID), func(sh *shard) error {
		e, err := sh.get(name)
		if err != nil {
			return err
		}
		rec, err = e.record()
		return err
	})
	return rec, err
}

// Find reads those of some records that exist.
func (s *Store) Find(ctx context.Context, keys ...store.Key) (found []store.Record, err error) {
	for _, key := range keys {
		rec, err := s.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, rec)
	}
	return found, nil
}

// Put writes or removes a record if its stored revision is rec.Rev.
func (s *Store) Put(ctx context.Context, rec store.Record) (uint64, error) {
	name, err := rec.Name()
	if err != nil {
		return 0, err
	}
	e := entry{name: name, durable: rec.Durable, removed: rec.Data == nil, data: rec.Data}
	var rev uint64
	err = s.write(ctx, store.Shard(rec.UID), func(sh *shard) error {
		old, err := sh.get(name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if old.rev != rec.Rev || e.removed && err != nil {
			return fmt.Errorf("%w: %d, not %d: %q", store.ErrRevision, old.rev, rec.Rev, rec.Key)
		}
		rev, err = sh.append(e)
		return err
	})
	if err != nil {
		return 0, err
	}
	return rev, nil
}

// Apply writes a batch of cached records under their account's lease.
func (s *Store) Apply(ctx context.Context, lease store.Lease, batch []store.Write) error {
	names, err := store.BatchNames(lease, batch)
	if err != nil {
		return err
	}
	if err := s.ready(ctx); err != nil {
		return err
	}
	began := s.options.Now()
	if err := s.leases.check(lease, began); err != nil {
		return err
	}
	defer func() { s.leases.extend(lease, s.options.Now().Sub(began)) }()
	return s.write(ctx, store.Shard(lease.UID), func(sh *shard) error {
		if err := s.leases.check(lease, began); err != nil {
			return err
		}
		for i, w := range batch {
			if err := sh.apply(names[i], w.Data); err != nil {
				return err
			}
		}
		return nil
	})
}

// apply writes one record of a batch, when that changes something.
func (sh *shard) apply(name string, data []byte) error {
	old, err := sh.get(name)
	exists := err == nil
	if !exists && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if exists && data != nil && bytes.Equal(old.data, data) || !exists && data == nil {
		return nil
	}
	_, err = sh.append(entry{name: name, durable: old.durable, removed: data == nil, data: data})
	return err
}

// Forget removes the records of an account that are not durable.
func (s *Store) Forget(ctx context.Context, uid string) error {
	from, to, err := store.AccountNames(uid)
	if err != nil {
		return err
	}
	for from != "" {
		var next string
		err := s.write(ctx, store.Shard(uid), func(sh *shard) (err error) {
			next, err = sh.forget(from, to)
			return err
		})
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// forget removes the next records from a name on, and gives the name to go on
// from, "" at the end.
func (sh *shard) forget(from, to string) (next string, err error) {
	var names []string
	c := sh.records.Cursor()
	for k, v := c.Seek([]byte(from)); k != nil && string(k) < to; k, v = c.Next() {
		if len(names) == store.MaxBatch {
			next = string(k)
			break
		}
		e, err := decodeEntry(v)
		if err != nil {
			return "", err
		}
		if !e.durable {
			names = append(names, e.name)
		}
	}
	for _, name := range names {
		if _, err := sh.append(entry{name: name, removed: true}); err != nil {
			return "", err
		}
	}
	return next, nil
}
