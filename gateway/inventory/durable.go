package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"occigate/gateway/store"
	"occigate/providers"
)

// durable gives the records of a state that no cloud can give back.
func (s *state) durable() []store.Record {
	var all []store.Record
	keep := func(kind, id string, value any) {
		key := store.Key{UID: s.uid, Kind: kind, ID: id}
		all = append(all, store.Record{Key: key, Durable: true, Data: encode(value)})
	}
	for id, o := range s.owns {
		keep(recOwn, id, o)
	}
	for id, in := range s.intents {
		keep(recIntent, id, in)
	}
	keep(recIdentity, theOne, s.identity)
	return all
}

// restore writes the durable records back that the store has lost. One that
// another gateway has written back already is fine.
func (f *feed) restore(ctx context.Context, shard int) error {
	f.mu.Lock()
	lost := f.lost[shard]
	f.mu.Unlock()
	for _, rec := range lost {
		if err := f.save(ctx, rec); err != nil && !errors.Is(err, store.ErrRevision) {
			return err
		}
	}
	f.mu.Lock()
	delete(f.lost, shard)
	f.mu.Unlock()
	return nil
}

// save writes a record at its revision and shows it at once.
func (f *feed) save(ctx context.Context, rec store.Record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.limit)
	defer cancel()
	rev, err := f.store.Put(ctx, rec)
	if err != nil {
		return err
	}
	rec.Rev = rev
	f.take([]store.Record{rec})
	return nil
}

// revise changes a durable record on its stored revision, again and again while
// others change it too. old is nil when there is none; a nil result removes it.
func (f *feed) revise(ctx context.Context, key store.Key, to func(old []byte) ([]byte, error)) error {
	const tries = 10
	for range tries {
		rec, err := f.stored(ctx, key)
		if err != nil {
			return storeFailed(err)
		}
		old := rec.Data
		rec.Durable = true
		if rec.Data, err = to(old); err != nil {
			return err
		}
		if (old == nil) == (rec.Data == nil) && bytes.Equal(old, rec.Data) {
			return nil
		}
		switch err := f.save(ctx, rec); {
		case err == nil:
			return nil
		case !errors.Is(err, store.ErrRevision):
			return storeFailed(err)
		}
	}
	return providers.Errorf(providers.ErrConflict, "inventory", "%s %s is being changed by too many at once", key.Kind, key.ID)
}

// stored reads a record; one that does not exist has revision 0 and no data.
func (f *feed) stored(ctx context.Context, key store.Key) (store.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, f.limit)
	defer cancel()
	rec, err := f.store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{Key: key}, nil
	}
	return rec, err
}

// remove removes a record in whatever revision.
func (f *feed) remove(ctx context.Context, key store.Key) error {
	return f.revise(ctx, key, func([]byte) ([]byte, error) { return nil, nil })
}

// storeFailed says that the store did not answer, as an error of a kind.
func storeFailed(err error) error {
	return fmt.Errorf("inventory: the store: %w: %w", providers.ErrUnavailable, err)
}
