package storetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"occigate/gateway/store"
)

// shape is a store as the contract describes it, in maps: what the state machine
// compares a store with. It covers two accounts of one shard.
type shape struct {
	records map[store.Key]store.Record
	revs    map[store.Key]uint64 // of the newest write, also of a removal
	feed    []store.Record
	leases  map[string]store.Lease // those that are held
	fences  map[string]uint64
}

func (m *shape) put(rec store.Record) (uint64, error) {
	old, exists := m.records[rec.Key]
	if old.Rev != rec.Rev || rec.Data == nil && !exists {
		return 0, store.ErrRevision
	}
	return m.write(rec), nil
}

func (m *shape) write(rec store.Record) uint64 {
	m.revs[rec.Key]++
	rec.Rev = m.revs[rec.Key]
	m.records[rec.Key] = rec
	if rec.Data == nil {
		rec.Durable = false
		delete(m.records, rec.Key)
	}
	m.feed = append(m.feed, rec)
	return rec.Rev
}

func (m *shape) apply(lease store.Lease, batch []store.Write) error {
	if held, ok := m.leases[lease.UID]; !ok || held != lease {
		return store.ErrFenced
	}
	for _, w := range batch {
		old, exists := m.records[w.Key]
		if exists && w.Data != nil && string(old.Data) == string(w.Data) || !exists && w.Data == nil {
			continue
		}
		m.write(store.Record{Key: w.Key, Durable: old.Durable, Data: w.Data})
	}
	return nil
}

func (m *shape) acquire(uid, holder string, seen uint64) (store.Lease, error) {
	held, ok := m.leases[uid]
	if ok && held.Holder != holder {
		return store.Lease{}, store.ErrHeld
	}
	if !ok || seen > held.Fence {
		m.fences[uid] = max(m.fences[uid], seen) + 1
	}
	m.leases[uid] = store.Lease{UID: uid, Holder: holder, Fence: m.fences[uid]}
	return m.leases[uid], nil
}

func (m *shape) forget(uid string) {
	for _, rec := range m.sorted() {
		if rec.UID == uid && !rec.Durable {
			m.write(store.Record{Key: rec.Key})
		}
	}
}

func (m *shape) sorted() []store.Record {
	return slices.SortedFunc(maps.Values(m.records), func(a, b store.Record) int {
		return slices.Compare([]string{a.UID, a.Kind, a.ID}, []string{b.UID, b.Kind, b.ID})
	})
}

// machine does the same to a store and to its shape.
type machine struct {
	ctx      context.Context
	h        Harness
	model    shape
	shard    int
	accounts []string
	reader   struct { // follows the feed in steps
		pos store.Position
		at  int
	}
}

func runModel(t *testing.T, start Start) {
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{
			ctx: t.Context(),
			h:   start(t),
			model: shape{
				records: map[store.Key]store.Record{}, revs: map[store.Key]uint64{},
				leases: map[string]store.Lease{}, fences: map[string]uint64{},
			},
			shard:    11,
			accounts: uids(11, 2),
		}
		r.Repeat(map[string]func(*rapid.T){
			"Put":     m.put,
			"Apply":   m.apply,
			"Acquire": m.acquire,
			"RunOut":  m.runOut,
			"Release": m.release,
			"Forget":  m.forget,
			"Follow":  m.follow,
			"":        m.check,
		})
		m.h.Store.Close()
		m.h.Peer.Close()
	})
}

// handle draws one of the two handles: it makes no difference which.
func (m *machine) handle(r *rapid.T) store.Store {
	if rapid.Bool().Draw(r, "peer") {
		return m.h.Peer
	}
	return m.h.Store
}

func (m *machine) account(r *rapid.T) string {
	return rapid.SampledFrom(m.accounts).Draw(r, "account")
}

func (m *machine) key(r *rapid.T, uid string) store.Key {
	return key(uid, "server", rapid.SampledFrom([]string{"1", "10", "2"}).Draw(r, "id"))
}

func data(r *rapid.T) []byte {
	s := rapid.SampledFrom([]string{"x", "y", "", "removed"}).Draw(r, "data")
	if s == "removed" {
		return nil
	}
	return []byte(s)
}

// lease draws the lease that is held, an older one or nobody's.
func (m *machine) lease(r *rapid.T, uid string) store.Lease {
	lease := m.model.leases[uid]
	lease.UID = uid
	if rapid.IntRange(0, 3).Draw(r, "wrong") == 0 && lease.Fence > 0 {
		lease.Fence--
	}
	return lease
}

func (m *machine) put(r *rapid.T) {
	rec := store.Record{Key: m.key(r, m.account(r)), Data: data(r)}
	rec.Durable = rapid.Bool().Draw(r, "durable")
	rec.Rev = m.model.records[rec.Key].Rev
	if rapid.IntRange(0, 4).Draw(r, "wrong") == 0 {
		rec.Rev = rapid.Uint64Range(0, 3).Draw(r, "rev")
	}
	got, err := m.handle(r).Put(m.ctx, rec)
	want, wantErr := m.model.put(rec)
	same(r, "Put", got, err, want, wantErr)
}

func (m *machine) apply(r *rapid.T) {
	uid := m.account(r)
	var batch []store.Write
	for range rapid.IntRange(0, 5).Draw(r, "size") {
		batch = append(batch, store.Write{Key: m.key(r, uid), Data: data(r)})
	}
	lease := m.lease(r, uid)
	err := m.handle(r).Apply(m.ctx, lease, batch)
	same(r, "Apply", nil, err, nil, m.model.apply(lease, batch))
}

func (m *machine) acquire(r *rapid.T) {
	uid, holder := m.account(r), rapid.SampledFrom([]string{"me", "you"}).Draw(r, "holder")
	seen := rapid.Uint64Range(0, 5).Draw(r, "seen")
	got, err := m.handle(r).Acquire(m.ctx, uid, holder, time.Hour, seen)
	want, wantErr := m.model.acquire(uid, holder, seen)
	same(r, "Acquire", got, err, want, wantErr)
}

// runOut renews a lease for a moment, or takes it, and lets the moment pass.
func (m *machine) runOut(r *rapid.T) {
	uid := m.account(r)
	got, err := m.handle(r).Acquire(m.ctx, uid, "me", time.Millisecond, 0)
	want, wantErr := m.model.acquire(uid, "me", 0)
	same(r, "Acquire", got, err, want, wantErr)
	if err == nil {
		m.h.Advance(time.Millisecond)
		delete(m.model.leases, uid)
	}
}

func (m *machine) release(r *rapid.T) {
	uid := m.account(r)
	lease := m.lease(r, uid)
	same(r, "Release", nil, m.handle(r).Release(m.ctx, lease), nil, nil)
	if m.model.leases[uid] == lease {
		delete(m.model.leases, uid)
	}
}

func (m *machine) forget(r *rapid.T) {
	uid := m.account(r)
	same(r, "Forget", nil, m.handle(r).Forget(m.ctx, uid), nil, nil)
	m.model.forget(uid)
}

// follow reads some of the feed. Once the reader is so far behind that the feed
// may be cut off, it begins at the end.
func (m *machine) follow(r *rapid.T) {
	if len(m.model.feed)-m.reader.at >= FeedLength {
		_, pos, err := loadAll(m.ctx, m.h.Store, m.shard)
		same(r, "Load", nil, err, nil, nil)
		m.reader.pos, m.reader.at = pos, len(m.model.feed)
		return
	}
	limit := rapid.IntRange(1, 9).Draw(r, "limit")
	got, pos, err := m.handle(r).Changes(m.ctx, m.shard, m.reader.pos, limit, 0)
	want := m.model.feed[m.reader.at:]
	want = want[:min(limit, len(want))]
	same(r, "Changes", append([]store.Record{}, got...), err, append([]store.Record{}, want...), nil)
	m.reader.pos, m.reader.at = pos, m.reader.at+len(want)
}

// check compares all that is stored.
func (m *machine) check(r *rapid.T) {
	got, _, err := loadAll(m.ctx, m.h.Store, m.shard)
	same(r, "Load", got, err, m.model.sorted(), nil)
}

// same compares what the store answered with what its shape did.
func same(r *rapid.T, call string, got any, err error, want any, wantErr error) {
	if !errors.Is(err, wantErr) {
		r.Fatalf("%s: error %v, want %v", call, err, wantErr)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("%s (-want +got):\n%s", call, diff)
	}
}
