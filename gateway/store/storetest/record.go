package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"occigate/gateway/store"
)

var recordCases = []testCase{
	{"comes back as it was put", recordComesBack},
	{"is not found before it is put", func(e env) { e.wantGone(key("a", "server", "1")) }},
	{"may have any key without NUL", recordAnyKey},
	{"is found among others, of whatever accounts", recordFound},
	{"is refused with NUL in its key", recordNUL},
	{"is written only over the stated revision", recordRevision},
	{"is written though its data is equal", recordEqual},
	{"is removed by nil data", recordRemoved},
	{"is removed only at the stated revision", recordRemovedRevision},
	{"keeps counting revisions across removal", recordRevisionAcrossRemoval},
	{"has one winner among eight writers", recordRace},
	{"shares no memory with the caller", recordMemory},
}

func recordComesBack(e env) {
	wants := []store.Record{
		{Key: key("a", "server", "1"), Data: []byte(`{"name":"web"}`)},
		{Key: key("a", "title", "1"), Data: []byte("x"), Durable: true},
		{Key: key("a", "empty", "1"), Data: []byte{}},
		{Key: key("a", "bytes", "1"), Data: []byte("\x00\xff\n\r\n 1 2\n")},
		{Key: key("", "tenant", "none"), Data: []byte("of no account")},
	}
	for _, want := range wants {
		rev, err := e.Store.Put(e.ctx, want)
		e.ok(err)
		e.equal(rev, uint64(1))
		want.Rev = 1
		e.equal(e.get(want.Key), want)
		rec, err := e.Peer.Get(e.ctx, want.Key)
		e.ok(err)
		e.equal(rec, want)
	}
	all, _ := e.load(store.Shard(""))
	e.equal(len(all) > 0, true)
}

func recordAnyKey(e env) {
	keys := []store.Key{
		key("a", "b", "c"), key("a", "bc", ""), key("ab", "", "c"), key("abc", "", ""), key("", "", ""),
		key("a b", "c\nd", "e/f"), key("{a}", "}{", "s00"), key("ü", "\xff", "\x01"), key("*", "?", "[a]"),
	}
	for i, k := range keys {
		e.put(k, 0, strconv.Itoa(i))
	}
	for i, k := range keys {
		e.equal(e.get(k), record(k, 1, strconv.Itoa(i)))
	}
}

func recordFound(e env) {
	accounts := append(uids(3, 2), uids(11, 2)...)
	var keys []store.Key
	var wants []store.Record
	for i, uid := range accounts {
		there, removed := key(uid, "server", "there"), key(uid, "server", "removed")
		keys = append(keys, key(uid, "server", "never"), there, removed)
		wants = append(wants, record(there, 2, strconv.Itoa(i)))
		e.put(there, 0, "before")
		e.put(there, 1, strconv.Itoa(i))
		e.put(removed, 0, "before")
		e.remove(removed, 1)
	}
	for _, s := range []store.Store{e.Store, e.Peer} {
		found, err := s.Find(e.ctx, keys...)
		e.ok(err)
		e.equal(found, wants)
		found, err = s.Find(e.ctx, keys[0], keys[2])
		e.ok(err)
		e.equal(len(found), 0)
		found, err = s.Find(e.ctx)
		e.ok(err)
		e.equal(len(found), 0)
	}
}

func recordNUL(e env) {
	for _, k := range []store.Key{key("a\x00", "b", "c"), key("a", "\x00", "c"), key("a", "b", "c\x00d")} {
		_, err := e.Store.Put(e.ctx, record(k, 0, "x"))
		e.wantErr(err, store.ErrInvalid)
		_, err = e.Store.Get(e.ctx, k)
		e.wantErr(err, store.ErrInvalid)
		_, err = e.Store.Find(e.ctx, key("a", "b", "c"), k)
		e.wantErr(err, store.ErrInvalid)
		err = e.Store.Apply(e.ctx, store.Lease{UID: k.UID}, []store.Write{write(k, "x")})
		e.wantErr(err, store.ErrInvalid)
	}
	_, err := e.Store.Acquire(e.ctx, "a\x00", "me", patience, 0)
	e.wantErr(err, store.ErrInvalid)
	e.wantErr(e.Store.Forget(e.ctx, "a\x00"), store.ErrInvalid)
}

func recordRevision(e env) {
	k := key("a", "server", "1")
	_, err := e.Store.Put(e.ctx, record(k, 1, "too early"))
	e.wantErr(err, store.ErrRevision)
	e.wantGone(k)
	e.equal(e.put(k, 0, "one"), uint64(1))
	e.equal(e.put(k, 1, "two"), uint64(2))
	for _, rev := range []uint64{0, 1, 3} {
		_, err := e.Store.Put(e.ctx, record(k, rev, "wrong"))
		e.wantErr(err, store.ErrRevision)
	}
	e.equal(e.get(k), record(k, 2, "two"))
	written, _ := e.changes(store.Shard("a"), "")
	e.equal(written, []store.Record{record(k, 1, "one"), record(k, 2, "two")})
}

func recordEqual(e env) {
	k := key("a", "title", "1")
	e.put(k, 0, "same")
	rev, err := e.Store.Put(e.ctx, store.Record{Key: k, Rev: 1, Data: []byte("same"), Durable: true})
	e.ok(err)
	want := store.Record{Key: k, Rev: 2, Data: []byte("same"), Durable: true}
	e.equal(rev, uint64(2))
	e.equal(e.get(k), want)
	e.equal(e.put(k, 2, "same"), uint64(3)) // durable no more
	written, _ := e.changes(store.Shard("a"), "")
	e.equal(written, []store.Record{record(k, 1, "same"), want, record(k, 3, "same")})
}

func recordRemoved(e env) {
	k := key("a", "server", "1")
	e.put(k, 0, "x")
	e.equal(e.remove(k, 1), uint64(2))
	e.wantGone(k)
	all, _ := e.load(store.Shard("a"))
	e.equal(len(all), 0)
	written, _ := e.changes(store.Shard("a"), "")
	e.equal(written, []store.Record{record(k, 1, "x"), removal(k, 2)})
}

func recordRemovedRevision(e env) {
	k := key("a", "server", "1")
	_, err := e.Store.Put(e.ctx, removal(k, 0))
	e.wantErr(err, store.ErrRevision)
	e.put(k, 0, "x")
	for _, rev := range []uint64{0, 2} {
		_, err := e.Store.Put(e.ctx, removal(k, rev))
		e.wantErr(err, store.ErrRevision)
	}
	e.remove(k, 1)
	for _, rev := range []uint64{0, 1, 2} {
		_, err := e.Store.Put(e.ctx, removal(k, rev))
		e.wantErr(err, store.ErrRevision)
	}
}

func recordRevisionAcrossRemoval(e env) {
	k := key("a", "server", "1")
	e.put(k, 0, "x")
	e.remove(k, 1)
	_, err := e.Store.Put(e.ctx, record(k, 2, "there is no such record"))
	e.wantErr(err, store.ErrRevision)
	e.equal(e.put(k, 0, "again"), uint64(3))
	e.remove(k, 3)
	lease := e.acquire("a", "me")
	e.apply(lease, write(k, "by batch"))
	e.equal(e.get(k).Rev, uint64(5))
}

// recordRace lets eight writers count in one record, each reading, adding one
// and trying again when it was too late. No addition may be lost.
func recordRace(e env) {
	const writers, each = 8, 10
	k := key("a", "counter", "1")
	e.put(k, 0, "0")
	var all sync.WaitGroup
	for i := range writers {
		s := []store.Store{e.Store, e.Peer}[i%2]
		all.Go(func() {
			for done := 0; done < each; {
				switch err := countOne(e, s, k); {
				case err == nil:
					done++
				case !errors.Is(err, store.ErrRevision):
					e.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	e.equal(e.get(k), record(k, writers*each+1, strconv.Itoa(writers*each)))
}

func countOne(e env, s store.Store, k store.Key) error {
	rec, err := s.Get(e.ctx, k)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(rec.Data))
	if err != nil {
		return err
	}
	rec.Data = fmt.Append(nil, n+1)
	_, err = s.Put(e.ctx, rec)
	return err
}

func recordMemory(e env) {
	big := strings.Repeat("abc", 5000)
	k, data := key("a", "server", "1"), []byte(big)
	_, err := e.Store.Put(e.ctx, store.Record{Key: k, Data: data})
	e.ok(err)
	data[0] = 'X'
	got := e.get(k)
	e.equal(got, record(k, 1, big))
	got.Data[0] = 'Y'
	written, _ := e.changes(store.Shard("a"), "")
	written[0].Data[0] = 'Z'
	loaded, _ := e.load(store.Shard("a"))
	loaded[0].Data[0] = 'Z'
	e.equal(e.get(k), record(k, 1, big))
	again, _ := e.changes(store.Shard("a"), "")
	e.equal(again, []store.Record{record(k, 1, big)})
}
