package inventory

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
)

// Ask wants what is shown of some kinds of an account to be as the cloud had it
// at since or later. It returns at once: the lease holder, this gateway or
// another, lists what is older as soon as the least interval and a back-off
// allow. Equal wishes are one. A cloud of which that much is known already is
// not asked.
func (v *Inventory) Ask(uid string, kinds []Kind, since time.Time) {
	if w := v.workers[uid]; w != nil {
		w.want(w.groupsFor(kinds), since)
	}
}

// Await waits until what was asked for is there, or cannot come before ctx ends:
// the cloud has failed since, or is left alone for longer than ctx has.
func (v *Inventory) Await(ctx context.Context, uid string, kinds []Kind, since time.Time) {
	w := v.workers[uid]
	if w == nil {
		return
	}
	limit, bounded := ctx.Deadline()
	// How the wait ended is seen in what Accounts tells, whatever the reason.
	_ = w.feed.await(ctx, uid, func(s *state) bool {
		if s.stamp == nil {
			return false
		}
		if s.stamp.Problem != "" && bounded && s.stamp.Next.After(limit) {
			return true
		}
		return !slices.ContainsFunc(w.groupsFor(kinds), func(g group) bool {
			end := s.stamp.group(g)
			hopeless := end.Problem != "" && (!end.Tried.Before(since) || bounded && end.Next.After(limit))
			return end.Observed.Before(since) && !hopeless
		})
	})
}

// groupsFor are the listings of the account that show some kinds.
func (w *worker) groupsFor(kinds []Kind) (groups []group) {
	for _, k := range kinds {
		if g := kindGroup[k]; slices.Contains(w.groups, g) && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// everyday are all listings but that of the catalogue, which is large and
// changes rarely.
func (w *worker) everyday() []group {
	return slices.DeleteFunc(slices.Clone(w.groups), func(g group) bool { return g == groupCatalogue })
}

// wants is how new the listings of an account are wanted: the latest moment at
// which anybody asked for one that began no earlier. A wish is fulfilled by
// time, not by an answer, so that none is lost while a listing is under way.
type wants struct {
	mu    sync.Mutex
	since map[group]time.Time
	told  bool // this gateway has wished nothing since it told the lease holder
}

// raise takes a wish of this gateway, given the start of the newest listing of
// each group. It reports whether the loop has to look: not for a wish that comes
// true with an open one, so that many wishes are not many turns.
func (w *wants) raise(since time.Time, newest map[group]time.Time) (look bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for g, at := range newest {
		was := w.since[g]
		if since.After(at) && since.After(was) {
			w.since[g] = since
			look = look || w.told || !was.After(at)
		}
	}
	w.told = w.told && !look
	return look
}

// hear takes the wishes of another gateway.
func (w *wants) hear(wishes map[group]time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since = latest(w.since, wishes)
}

// open are the wishes that the newest listings do not fulfil.
func (w *wants) open(newest map[group]time.Time) map[group]time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	open := maps.Clone(w.since)
	maps.DeleteFunc(open, func(g group, since time.Time) bool { return !since.After(newest[g]) })
	return open
}

// tell notes whether the holder knows all wishes, and says whether it did.
func (w *wants) tell(told bool) (was bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, w.told = w.told, told
	return was
}

// latest is the later moment of each group.
func latest(a, b map[group]time.Time) map[group]time.Time {
	all := maps.Clone(a)
	for g, at := range b {
		if at.After(all[g]) {
			all[g] = at
		}
	}
	return all
}

// want asks for listings of groups that began at since or later.
func (w *worker) want(groups []group, since time.Time) {
	if w.wants.raise(since, w.newest(groups)) {
		strike(w.bell)
	}
}

// ring asks for everything but the catalogue.
func (w *worker) ring() { w.want(w.everyday(), w.now()) }

// hear takes another gateway's wishes. A moment of a clock that is ahead, and not
// known to be, counts as now, or it would be wished for until then.
func (w *worker) hear(bell []byte) {
	var wishes map[group]time.Time
	if err := json.Unmarshal(bell, &wishes); err != nil {
		w.log.Warn("another gateway's wishes cannot be read", zap.Error(err))
		return
	}
	now, lead := w.now(), w.lead()
	for g, since := range wishes {
		wishes[g] = now.Add(-max(0, now.Sub(since.Add(-lead))))
	}
	w.wants.hear(wishes)
	strike(w.bell)
}

// newest is when the newest known listing of each group began, complete or not.
func (w *worker) newest(groups []group) map[group]time.Time {
	newest := make(map[group]time.Time, len(groups))
	at := w.feed.view.stands[w.UID].Load()
	for _, g := range groups {
		newest[g] = at.stamp.group(g).newest()
	}
	return newest
}

// wished are the wishes that no listing of this gateway or another, under way or
// ended, fulfils. It is for the loop.
func (w *worker) wished() map[group]time.Time {
	return w.wants.open(latest(w.began, w.newest(w.groups))) // what stamps say moves when the clock is set
}

// tell hands the wishes of this gateway to the lease holder, no more often than
// the holder could follow, and says when to look again.
func (w *worker) tell(ctx context.Context) (next time.Time) {
	wishes, now := w.wished(), w.now()
	if len(wishes) == 0 {
		return w.renew
	}
	if at := w.told.Add(w.least()); at.After(now) {
		return at
	}
	if w.wants.tell(true) {
		return w.renew
	}
	w.told = now
	lead := w.lead()
	for g, since := range wishes {
		wishes[g] = since.Add(lead)
	}
	key := store.Key{UID: w.UID, Kind: recBell, ID: theOne}
	err := w.feed.revise(ctx, key, func(old []byte) ([]byte, error) {
		others := map[group]time.Time{}
		if old != nil {
			if err := json.Unmarshal(old, &others); err != nil {
				w.log.Warn("what was wished before cannot be read", zap.Error(err))
			}
		}
		return encode(latest(wishes, others)), nil
	})
	if err != nil {
		w.wants.tell(false)
		w.log.Warn("the lease holder cannot be asked", zap.Error(err))
	}
	return w.renew
}
