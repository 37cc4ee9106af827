package inventory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

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
	for id, data := range s.defined {
		all = append(all, store.Record{Key: store.Key{UID: s.uid, Kind: recDefinition, ID: id}, Durable: true, Data: data})
	}
	if s.identity != nil {
		keep(recIdentity, theOne, s.identity)
	}
	return all
}

// restore writes the durable records back that the store has lost. One that
// another gateway has written back already is fine, unless ours is newer.
func (f *feed) restore(ctx context.Context, shard int) error {
	f.mu.Lock()
	lost := f.lost[shard]
	f.mu.Unlock()
	for _, rec := range lost {
		err := store.ErrRevision
		if _, unstored := f.held(rec.Key); unstored {
			err = f.save(ctx, rec)
		}
		if errors.Is(err, store.ErrRevision) {
			err = f.supersede(ctx, rec)
		}
		if err != nil {
			return err
		}
	}
	f.mu.Lock()
	delete(f.lost, shard)
	f.mu.Unlock()
	return nil
}

// supersede puts an item's own data in the place of older data that another gateway
// has written back: it had not heard of the last changes when the store lost them.
func (f *feed) supersede(ctx context.Context, rec store.Record) error {
	if rec.Kind != recOwn {
		return nil
	}
	for {
		now, err := f.stored(ctx, rec.Key)
		if err != nil || !newer(rec.Data, now.Data) {
			return err
		}
		rec.Rev = now.Rev
		if err := f.save(ctx, rec); !errors.Is(err, store.ErrRevision) {
			return err
		}
	}
}

// silence is how long a store that did not answer gets little time only, so that
// a change that goes through without it does not wait for it at every step.
const silence = 10 * time.Second

// ask makes one call of the store within its limit.
func (f *feed) ask(ctx context.Context, do func(context.Context) error) error {
	limit := f.limit
	if f.now().Sub(time.Unix(0, f.silent.Load())) < silence {
		limit /= 10
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := f.now()
	err := do(within)
	switch {
	case err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrRevision):
		f.silent.Store(0)
	case ctx.Err() == nil && f.now().Sub(began) > limit/2:
		f.silent.Store(f.now().UnixNano())
	}
	return err
}

// save writes a record at its revision and shows it at once, unless the store
// has been emptied meanwhile: revisions begin anew then.
func (f *feed) save(ctx context.Context, rec store.Record) error {
	before := f.epoch(rec.UID)
	err := f.ask(context.WithoutCancel(ctx), func(ctx context.Context) (err error) {
		rec.Rev, err = f.store.Put(ctx, rec)
		return err
	})
	if err != nil {
		return err
	}
	if f.epoch(rec.UID) == before {
		f.take([]store.Record{rec})
	}
	return nil
}

// epoch is that of what is known of an account's shard.
func (f *feed) epoch(uid string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at[store.Shard(uid)].Epoch()
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
		if rec.Data == nil {
			if again, err := f.lostOne(ctx, key); err != nil {
				return storeFailed(err)
			} else if again {
				continue
			}
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
	rec := store.Record{Key: key}
	err := f.ask(ctx, func(ctx context.Context) error {
		got, err := f.store.Get(ctx, key)
		if err == nil {
			rec = got
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return rec, err
}

// find reads those of some records that exist.
func (f *feed) find(ctx context.Context, keys []store.Key) (found []store.Record, err error) {
	err = f.ask(ctx, func(ctx context.Context) (err error) {
		found, err = f.store.Find(ctx, keys...)
		return err
	})
	return found, err
}

// remove removes a record in whatever revision.
func (f *feed) remove(ctx context.Context, key store.Key) error {
	return f.revise(ctx, key, func([]byte) ([]byte, error) { return nil, nil })
}

// storeFailed says that the store did not answer, as an error of a kind.
func storeFailed(err error) error {
	return fmt.Errorf("inventory: %w: %w: %w", ErrStore, providers.ErrUnavailable, err)
}
