package inventory

import (
	"context"
	"errors"

	"occigate/gateway/store"
)

// This file is about a store that has lost what it had: it was emptied, or a
// replica that did not have its last writes took its place. Gateways go on
// showing what they hold. Each writes back the durable records that are missing,
// and the holder of an account's lease its rows; both have revision 0 until
// then.

// loss is what befell a shard before it was loaded.
type loss struct {
	emptied bool               // durable records are missing
	torn    bool               // the last writes are
	removed map[store.Key]bool // missing since somebody removed them in the meantime
}

// loss compares what was read of a shard with what is loaded up to a position.
// What others have removed since is known from the feed, as far as that reaches
// back; memory would take it for lost and bring it back.
func (f *feed) loss(ctx context.Context, shard int, pos store.Position, torn bool) (loss, error) {
	f.mu.Lock()
	was := f.at[shard].Epoch()
	l := loss{torn: torn, removed: map[store.Key]bool{}}
	l.emptied = was != "" && was != pos.Epoch() || torn || len(f.lost[shard]) > 0
	f.mu.Unlock()
	for at := store.Position(""); l.emptied; {
		const batch = 1000
		records, next, err := f.store.Changes(ctx, shard, at, batch, 0)
		if errors.Is(err, store.ErrReload) {
			break
		}
		if err != nil {
			return l, err
		}
		for _, rec := range records {
			l.removed[rec.Key] = rec.Data == nil
		}
		if len(records) == 0 {
			break
		}
		at = next
	}
	return l, nil
}

// inherit keeps of an old state what a new one, as it was loaded, has lost: rows
// when the account has no stamp any more or some of its records are missing, and
// durable records. It gives the latter.
func (s *state) inherit(old *state, l loss) (lost []store.Record) {
	if s.raw.same(old.raw) {
		s.stamp, s.raw = old.stamp, old.raw // it was seen first then
	}
	if old.stamp != nil && (s.stamp == nil || l.torn) {
		s.inheritRows(old)
	}
	if !l.emptied {
		return nil
	}
	one := newSharing()
	for _, rec := range old.durable() {
		if l.removed[rec.Key] {
			continue
		}
		if now := s.durableData(rec.Key); now != nil {
			if rec.Kind == recOwn && newer(rec.Data, now) { // another gateway wrote an older one back, or the replica has it
				lost = append(lost, rec)
			}
			continue
		}
		known, err := one.decode(rec)
		if err != nil {
			continue // it was decoded before, so this cannot be
		}
		known.set(s)
		lost = append(lost, rec)
	}
	return lost
}

func (s *state) inheritRows(old *state) {
	s.unsaved = true
	if s.stamp == nil {
		s.stamp, s.raw = old.stamp, old.raw
	}
	for k, r := range old.rows {
		if s.rows[k] == nil {
			kept := *r
			kept.rev, kept.sum = 0, 0
			s.setRow(k, &kept)
		}
	}
	for id, t := range old.tombs {
		if s.tombs[id] == nil {
			s.tombs[id] = t
		}
	}
}

// saved ends what inheritRows began: the holder of the lease has written all it
// had, and what is not among that it knows to be gone.
func (s *state) saved() {
	s.unsaved = false
	for k, r := range s.rows {
		if r.rev == 0 {
			s.setRow(k, nil)
		}
	}
}

// durableData is the stored form of a durable record that the state knows, nil
// when it knows none.
func (s *state) durableData(key store.Key) []byte {
	switch key.Kind {
	case recOwn:
		if o := s.owns[key.ID]; o != nil {
			return encode(o)
		}
	case recIntent:
		if in := s.intents[key.ID]; in != nil {
			return encode(in)
		}
	case recIdentity:
		if s.identity != nil {
			return encode(s.identity)
		}
	case recDefinition:
		return s.defined[key.ID]
	}
	return nil
}

// held is a durable record that memory has; unstored says that it has it alone.
func (f *feed) held(key store.Key) (data []byte, unstored bool) {
	f.with(key.UID, func(s *state) { data, unstored = s.durableData(key), f.revs[key] == 0 })
	return data, unstored && data != nil
}

// lostOne writes a durable record back that the store does not have and memory
// does, unless it turns out that it was removed. It reports whether the record
// is to be read again.
func (f *feed) lostOne(ctx context.Context, key store.Key) (again bool, err error) {
	if data, _ := f.held(key); data == nil {
		return false, nil
	}
	within, cancel := context.WithTimeout(ctx, f.limit)
	defer cancel()
	if err := f.catchUp(within, key.UID); err != nil {
		return false, err
	}
	data, unstored := f.held(key)
	if !unstored {
		return data != nil, nil
	}
	err = f.save(ctx, store.Record{Key: key, Durable: true, Data: data})
	if errors.Is(err, store.ErrRevision) {
		err = nil
	}
	return err == nil, err
}

// catchUp returns when all that was written to an account's shard before it was
// called is known, and a loss of what was written too. While much is written that
// takes its time.
func (f *feed) catchUp(ctx context.Context, uid string) error {
	shard := store.Shard(uid)
	for {
		f.mu.Lock()
		pos, changed := f.at[shard], f.changed
		f.mu.Unlock()
		records, _, err := f.store.Changes(ctx, shard, pos, 1, 0)
		switch {
		case err == nil && len(records) == 0:
			return nil
		case err != nil && !errors.Is(err, store.ErrReload):
			return err
		}
		select { // the reader of the shard is about to see it
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unsaved gives the rows and the evidence that the store has lost, but for those
// that are written anyway.
func (w *worker) unsaved(writes []store.Write) (lost []store.Write) {
	written := map[store.Key]bool{}
	for _, x := range writes {
		written[x.Key] = true
	}
	w.feed.with(w.UID, func(s *state) {
		if !s.unsaved {
			return
		}
		for _, r := range s.rows {
			if r.rev == 0 && !written[r.key(w.UID)] {
				lost = append(lost, r.write(w.UID))
			}
		}
		for id, t := range s.tombs {
			if key := (store.Key{UID: w.UID, Kind: recTomb, ID: id}); w.feed.revs[key] == 0 && !written[key] {
				lost = append(lost, store.Write{Key: key, Data: encode(t)})
			}
		}
	})
	return lost
}

// repair writes what the store has lost of the account's cached records.
func (w *worker) repair(ctx context.Context) {
	var lost bool
	w.feed.with(w.UID, func(s *state) { lost = s.unsaved })
	if lost {
		w.log.Warn("the store has lost what it had of the account; it is written back from memory")
		if st := w.nextStamp(); w.apply(ctx, nil, st) {
			w.shown(ctx, st)
		}
	}
}
