package inventory

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
)

// grace is how long finished listings wait for others that began with them, so
// that they are written with one stamp; one that hangs is not waited for.
const grace = time.Second

// land takes a finished listing into the loop. One that was made under another
// lease says what was so before that of another gateway, and is of no use.
func (w *worker) land(l landing) {
	if w.lease == nil || w.lease.Fence != l.fence {
		w.discard(l)
		return
	}
	if len(w.landings) == 0 {
		w.first = w.now()
	}
	w.landings = append(w.landings, l)
}

// end lets a listing's group be listed again. A finished one that waits to be
// written has not moved the schedule yet: it still counts as under way, or the
// cloud would be asked twice.
func (w *worker) end(l landing) {
	delete(w.flying, l.group)
	w.probing = w.probing && !l.probe
}

// discard ends a listing of which nothing becomes, so that it is made again soon:
// who wished for it wishes still. A cloud that has failed is left alone for as
// long as it would have been.
func (w *worker) discard(l landing) {
	w.end(l)
	delete(w.began, l.group)
	s := w.slots[l.group]
	soon := w.now().Add(w.Refresh.pace(l.group).fast)
	if s.sick {
		soon = later(soon, s.due)
	}
	s.due = soon
	w.slots[l.group] = s
}

// written reports whether the finished listings are to be written now.
func (w *worker) written(now time.Time) bool {
	if len(w.landings) == 0 {
		return false
	}
	return len(w.flying) == len(w.landings) || now.Sub(w.first) >= grace
}

// commit writes what the finished listings changed, and one stamp. A failed
// listing changes nothing but the problem shown.
func (w *worker) commit(ctx context.Context) {
	now, busy := w.now(), w.busy(w.now())
	w.sweep(ctx, nil)
	st := w.nextStamp()
	var all change
	landings := failedFirst(w.landings)
	w.landings = nil
	for _, l := range landings {
		w.end(l)
		w.ended[l.group] = true
		w.slots[l.group] = w.slots[l.group].after(now, l.err, busy[l.group], w.Refresh.pace(l.group), jitter())
		w.judge(now, l)
		st.note(l, now)
		if l.err == nil {
			all.join(l.change)
			continue
		}
		w.log.Warn("a listing failed", zap.String("listing", string(l.group)), zap.Error(l.err))
	}
	w.foretell(st, now)
	if st.healthy(w.groups) {
		st.Observed = w.last
	}
	for _, r := range all.gone {
		all.writes = append(all.writes, store.Write{Key: r.key(w.UID)}, w.bury(r, now))
	}
	all.writes = append(all.writes, w.oldTombs(now, all.writes)...)
	switch {
	case !w.apply(ctx, all.writes, st):
		w.unstored(landings)
	case w.shown(ctx, st):
		w.completed(landings)
		w.sweep(ctx, all.died)
	}
	if len(w.ended) == len(w.groups) {
		w.tried.Store(true)
	}
}

// unstored keeps in mind what the store did not take: complete listings are made
// again, failures are to be told.
func (w *worker) unstored(landings []landing) {
	for _, l := range landings {
		if w.discard(l); l.err != nil {
			w.unsaid[l.group], w.behind = l, true
		}
	}
}

// failedFirst puts those that failed before those that did not: when anything of
// the cloud works, it does.
func failedFirst(landings []landing) []landing {
	slices.SortStableFunc(landings, func(a, b landing) int {
		switch {
		case a.err != nil && b.err == nil:
			return -1
		case a.err == nil && b.err != nil:
			return 1
		}
		return 0
	})
	return landings
}

// completed notes when the complete listings among some began. They are evidence
// of what is absent only now that all of what they list is shown.
func (w *worker) completed(landings []landing) {
	for _, l := range landings {
		if l.err == nil {
			w.complete[l.group] = [2]time.Time{l.began, w.complete[l.group][0]}
		}
	}
}

// bury is the evidence that a row is gone.
func (w *worker) bury(r *row, now time.Time) store.Write {
	evidence := "absent from complete listings or not found when asked for"
	t := tomb{Kind: r.Kind, Native: r.Native, At: now, Evidence: evidence}
	return store.Write{Key: store.Key{UID: w.UID, Kind: recTomb, ID: r.ID}, Data: encode(t)}
}

// oldTombs removes evidence that nobody needs any more: it is old, or the thing
// is there again.
func (w *worker) oldTombs(now time.Time, writes []store.Write) (removals []store.Write) {
	back := map[string]bool{}
	for _, r := range writes {
		back[r.ID] = r.Kind != recTomb && r.Data != nil
	}
	w.feed.with(w.UID, func(s *state) {
		for id, t := range s.tombs {
			if back[id] || now.Sub(t.At) > w.limits.Tombs {
				removals = append(removals, store.Write{Key: store.Key{UID: w.UID, Kind: recTomb, ID: id}})
			}
		}
	})
	return removals
}

// apply writes under the lease, the stamp last. It reports whether all was written.
func (w *worker) apply(ctx context.Context, writes []store.Write, st *stamp) bool {
	if w.lease == nil {
		return false
	}
	lease := *w.lease
	st.Fence, st.Gateway = lease.Fence, w.holder
	key := store.Key{UID: w.UID, Kind: recStamp, ID: theOne}
	writes = append(w.unsaved(writes), writes...)
	writes = append(writes, store.Write{Key: key, Data: encode(st)})
	for batch := range slices.Chunk(writes, store.MaxBatch) {
		err := w.keep(ctx, lease)
		if err == nil {
			err = w.write(ctx, lease, batch)
		}
		if err != nil {
			w.unwritten(err)
			return false
		}
	}
	w.behind = false
	clear(w.unsaid)
	return true
}

// shown waits until the view has a stamp that was written, and all that was written
// before it; not for ever, when much is written.
func (w *worker) shown(ctx context.Context, st *stamp) bool {
	ctx, cancel := context.WithTimeout(ctx, w.limits.Store)
	defer cancel()
	return w.feed.await(ctx, w.UID, func(s *state) bool {
		return s.stamp != nil && (s.stamp.Fence > st.Fence || s.stamp.Fence == st.Fence && s.stamp.Seq >= st.Seq)
	}) == nil
}

// keep renews the lease when that is due: writing a large account may take longer
// than a lease runs.
func (w *worker) keep(ctx context.Context, lease store.Lease) error {
	if !w.renew.After(w.now()) {
		w.acquire(ctx)
	}
	if w.lease == nil || *w.lease != lease {
		return errLost
	}
	return nil
}

// errLost says that the lease was lost between two writes.
var errLost = errors.New("inventory: the lease was lost")

func (w *worker) write(ctx context.Context, lease store.Lease, batch []store.Write) error {
	ctx, cancel := context.WithTimeout(ctx, w.limits.Store)
	defer cancel()
	return w.feed.store.Apply(ctx, lease, batch)
}

// unread ends a listing that could not be compared with what the store holds.
func (w *worker) unread(l landing, err error) {
	w.discard(l)
	if l.probe {
		w.circuit.due = w.now().Add(w.Refresh.pace(l.group).fast)
	}
	w.unwritten(err)
}

// unwritten notes that the store did not take a refresh.
func (w *worker) unwritten(err error) {
	w.log.Warn("a refresh could not be written", zap.Error(err))
	if errors.Is(err, store.ErrFenced) {
		w.lease = nil
	}
}

// sweep removes what we alone knew of things that are gone, or of an earlier
// incarnation of things that were made anew (died).
func (w *worker) sweep(ctx context.Context, died []string) {
	dead := slices.Clone(died)
	w.feed.with(w.UID, func(s *state) {
		for id := range s.tombs {
			if s.owns[id] != nil && s.about(id, classCreate) == nil {
				dead = append(dead, id)
			}
		}
	})
	for _, id := range dead {
		if err := w.feed.remove(ctx, store.Key{UID: w.UID, Kind: recOwn, ID: id}); err != nil {
			w.log.Warn("own data of a thing that is gone was not removed", zap.String("id", id), zap.Error(err))
		}
	}
}
