package inventory

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
)

// feed turns the store's records into states and the view. It is the only
// writer of both. Records come from the store's feed and, ahead of it, from our
// own writes; revisions make taking one twice harmless.
type feed struct {
	store  store.Store
	log    *zap.Logger
	now    func() time.Time
	view   *view
	limit  time.Duration           // of one call of the store
	silent atomic.Int64            // when the store last did not answer, Unix time in nanoseconds
	bells  map[string]func([]byte) // by uid: takes what another gateway asks for
	beats  func(gateway string, beat []byte)
	ahead  func(gateway string) (by time.Duration, heard bool) // of our clock is another gateway's

	mu      sync.Mutex
	states  map[string]*state    // by uid; what is not configured is not here
	revs    map[store.Key]uint64 // of all but the rows, which have theirs
	graves  []grave
	loaded  map[int]bool
	at      map[int]store.Position // up to where it was read, by shard
	lost    map[int][]store.Record // what memory alone has, to be written back, by shard
	changed chan struct{}          // closed and replaced whenever something was taken over
}

// grave remembers the revision of a removed record for a while, so that an
// older one that comes late does not bring it back.
type grave struct {
	key store.Key
	rev uint64
	at  time.Time
}

const graveAge = time.Minute

func newFeed(o Options) *feed {
	f := &feed{
		store: o.Store, log: o.Log, now: o.Clock.Now, view: newView(o), limit: o.Limits.Store,
		bells: map[string]func([]byte){}, beats: func(string, []byte) {}, ahead: func(string) (time.Duration, bool) { return 0, false },
		states: map[string]*state{}, revs: map[store.Key]uint64{}, loaded: map[int]bool{},
		at: map[int]store.Position{}, lost: map[int][]store.Record{}, changed: make(chan struct{}),
	}
	f.states[noAccount] = newState(noAccount, "")
	for _, a := range o.Accounts {
		f.states[a.UID] = newState(a.UID, a.Cloud)
	}
	return f
}

// shards are those that have accounts, and that of what is no account's, in
// order.
func (f *feed) shards() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	set := map[int]bool{}
	for uid := range f.states {
		set[store.Shard(uid)] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// read keeps one shard current until ctx ends.
func (f *feed) read(ctx context.Context, shard int) {
	torn := false
	for ctx.Err() == nil {
		pos, err := f.load(ctx, shard, torn)
		if err == nil {
			err = f.follow(ctx, shard, pos)
			torn = false
		}
		torn = torn || errors.Is(err, store.ErrTorn)
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrReload) {
			f.log.Warn("the store cannot be read", zap.Int("shard", shard), zap.Error(err))
			pause(ctx, time.Second)
		}
	}
}

// load reads a whole shard, in place of what was known of it. torn says that it
// has lost its last writes.
func (f *feed) load(ctx context.Context, shard int, torn bool) (store.Position, error) {
	loaded, one := []fact{}, newSharing()
	pos, err := f.store.Load(ctx, shard, func(r store.Record) error {
		known, err := one.decode(r)
		if err != nil {
			f.unreadable(r, err)
			return nil
		}
		loaded = append(loaded, known)
		return nil
	})
	if err != nil {
		return "", err
	}
	l, err := f.loss(ctx, shard, pos, torn)
	if err == nil {
		f.replace(shard, pos, loaded, l)
		err = f.restore(ctx, shard)
	}
	return pos, err
}

// follow takes over what is written to a shard. The error is never nil.
func (f *feed) follow(ctx context.Context, shard int, pos store.Position) error {
	const batch, wait = 1000, time.Second
	for {
		records, next, err := f.store.Changes(ctx, shard, pos, batch, wait)
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		f.take(records)
		f.reach(shard, next)
		pos = next
	}
}

// reach notes up to where a shard was read.
func (f *feed) reach(shard int, pos store.Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at[shard] != pos {
		f.at[shard] = pos
		f.wake()
	}
}

// replace puts the loaded records of a shard in place of the old ones. What the
// store has lost is kept, to be written back.
func (f *feed) replace(shard int, pos store.Position, loaded []fact, l loss) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost[shard] = nil
	for key := range f.revs {
		if store.Shard(key.UID) == shard {
			delete(f.revs, key)
		}
	}
	fresh := map[string]*state{}
	for uid, old := range f.states {
		if store.Shard(uid) == shard {
			fresh[uid] = old.renewed()
		}
	}
	f.put(fresh, loaded)
	for uid, s := range fresh {
		f.lost[shard] = append(f.lost[shard], s.inherit(f.states[uid], l)...)
		f.states[uid] = s
		f.view.quiet = !f.loaded[shard] // what is shown first is no change
		f.view.update(s)
	}
	f.view.quiet = false
	f.at[shard] = pos
	f.loaded[shard] = true
	f.wake()
}

// take takes records over, whether they come from the feed or are our own.
func (f *feed) take(records []store.Record) {
	if len(records) == 0 {
		return
	}
	decoded := decodeAll(records, f.unreadable)
	f.mu.Lock()
	defer f.mu.Unlock()
	var changed []*state
	for uid := range f.put(f.states, decoded) {
		changed = append(changed, f.states[uid])
	}
	f.view.update(changed...)
	f.bury()
	f.wake()
}

// put sets records in states unless they are older than what is there.
func (f *feed) put(states map[string]*state, records []fact) (uids map[string]bool) {
	uids = map[string]bool{}
	for _, rec := range records {
		s := states[rec.UID]
		if s == nil || rec.Rev <= f.rev(s, rec.Key) {
			continue
		}
		rec.set(s)
		if f.rev(s, rec.Key) != rec.Rev {
			f.revs[rec.Key] = rec.Rev
		}
		if rec.Kind == recStamp {
			f.date(s)
			if s.unsaved && rec.Data != nil {
				s.saved()
			}
		}
		if rec.Data == nil {
			f.graves = append(f.graves, grave{rec.Key, rec.Rev, f.now()})
		}
		switch {
		case rec.Kind == recGateway:
			f.beats(rec.ID, rec.Data)
		case rec.Kind == recBell && rec.Data != nil && f.bells[rec.UID] != nil:
			f.bells[rec.UID](rec.Data)
		}
		uids[rec.UID] = true
	}
	return uids
}

// rev is the revision of what is known of a record, 0 when nothing is.
func (f *feed) rev(s *state, key store.Key) uint64 {
	if r := s.rows[rowKey{Kind(key.Kind), key.ID}]; r != nil {
		return r.rev
	}
	return f.revs[key]
}

func (f *feed) unreadable(rec store.Record, err error) {
	f.log.Error("a record cannot be read", zap.String("uid", rec.UID), zap.Error(err))
}

// bury forgets the revisions of what was removed long ago.
func (f *feed) bury() {
	old := f.now().Add(-graveAge)
	for len(f.graves) > 0 && f.graves[0].at.Before(old) {
		if g := f.graves[0]; f.revs[g.key] == g.rev {
			delete(f.revs, g.key)
		}
		f.graves = f.graves[1:]
	}
}

func (f *feed) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// has reports whether the shard of an account has been read.
func (f *feed) has(uid string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.loaded[store.Shard(uid)]
}

// ready reports whether all shards have been read.
func (f *feed) ready() bool {
	shards := f.shards()
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.loaded) == len(shards)
}

// with runs a function with the state of an account, which it must only read.
func (f *feed) with(uid string, do func(*state)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.states[uid]; s != nil {
		do(s)
	}
}

// await waits until a state is as wished, or ctx ends.
func (f *feed) await(ctx context.Context, uid string, wished func(*state) bool) error {
	for {
		ok := false
		f.mu.Lock()
		if s := f.states[uid]; s != nil {
			ok = wished(s)
		}
		changed := f.changed
		f.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
