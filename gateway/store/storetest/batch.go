package storetest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"occigate/gateway/store"
)

var batchCases = []testCase{
	{"writes whatever the revisions", batchWrites},
	{"is in the feed in its order", batchOrder},
	{"does not write what is equal", batchEqual},
	{"leaves durable records durable", batchDurable},
	{"is written whole or not at all", batchWhole},
	{"is seen whole or not at all", batchSeenWhole},
	{"may have MaxBatch records and no more", batchSize},
	{"is of the lease's account", batchAccount},
	{"is refused without a lease", batchNoLease},
	{"is refused once another took the lease", batchTakenOver},
	{"is refused once the lease ran out", batchRunOut},
	{"is refused once the lease was given back", batchGivenBack},
	{"cannot undo a new holder's", batchRace},
}

func batchWrites(e env) {
	lease := e.acquire("a", "me")
	one, two, three := key("a", "server", "1"), key("a", "server", "2"), key("a", "server", "3")
	e.put(one, 0, "x")
	e.put(one, 1, "y")
	e.put(two, 0, "x")
	e.apply(lease, write(one, "new"), store.Write{Key: two}, write(three, ""), store.Write{Key: key("a", "none", "")})
	e.equal(e.get(one), record(one, 3, "new"))
	e.wantGone(two)
	e.equal(e.get(three), record(three, 1, ""))
	written, _ := e.changes(store.Shard("a"), "")
	e.equal(written[3:], []store.Record{record(one, 3, "new"), removal(two, 2), record(three, 1, "")})
}

func batchOrder(e env) {
	lease := e.acquire("a", "me")
	a, b := key("a", "server", "a"), key("a", "server", "b")
	e.apply(lease, write(b, "1"), write(a, "1"), write(b, "2"), store.Write{Key: b}, write(b, "4"))
	written, _ := e.changes(store.Shard("a"), "")
	e.equal(written, []store.Record{record(b, 1, "1"), record(a, 1, "1"), record(b, 2, "2"), removal(b, 3), record(b, 4, "4")})
}

func batchEqual(e env) {
	lease := e.acquire("a", "me")
	batch := writes("a", 20, "same")
	e.apply(lease, batch...)
	_, pos := e.load(store.Shard("a"))
	e.apply(lease, batch...)
	batch[7].Data = []byte("other")
	e.apply(lease, batch...)
	written, _ := e.changes(store.Shard("a"), pos)
	e.equal(written, []store.Record{record(batch[7].Key, 2, "other")})
}

func batchDurable(e env) {
	lease := e.acquire("a", "me")
	k := key("a", "title", "1")
	_, err := e.Store.Put(e.ctx, store.Record{Key: k, Data: []byte("x"), Durable: true})
	e.ok(err)
	e.apply(lease, write(k, "y"))
	e.equal(e.get(k), store.Record{Key: k, Rev: 2, Data: []byte("y"), Durable: true})
}

func batchWhole(e env) {
	lease := e.acquire("a", "me")
	shard := store.Shard("a")
	bad := writes("a", 20, "x")
	bad[19].Kind = "\x00"
	e.wantErr(e.Store.Apply(e.ctx, lease, bad), store.ErrInvalid)
	stale := lease
	stale.Fence--
	e.wantErr(e.Store.Apply(e.ctx, stale, writes("a", 20, "x")), store.ErrFenced)
	all, pos := e.load(shard)
	e.equal(len(all), 0)
	written, _ := e.changes(shard, pos)
	e.equal(len(written), 0)
}

// batchSeenWhole writes one number into all records of a batch, and reads the
// first and the last of them meanwhile: what is read later is never older.
func batchSeenWhole(e env) {
	lease := e.acquire("a", "me")
	batch := writes("a", 50, "0")
	first, last := batch[0].Key, batch[49].Key
	e.apply(lease, batch...)
	ctx, stop := context.WithCancel(e.ctx)
	var writer sync.WaitGroup
	defer writer.Wait()
	defer stop()
	writer.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			for i := range batch {
				batch[i].Data = fmt.Append(nil, n)
			}
			if err := e.Peer.Apply(ctx, lease, batch); err != nil && ctx.Err() == nil {
				e.Error(err)
				return
			}
		}
	})
	number := func(k store.Key) int {
		n, err := strconv.Atoi(string(e.get(k).Data))
		e.ok(err)
		return n
	}
	for range 100 {
		for _, pair := range [][2]store.Key{{first, last}, {last, first}} {
			if before, after := number(pair[0]), number(pair[1]); after < before {
				e.Fatalf("%s has %d after %s had %d", pair[1].ID, after, pair[0].ID, before)
			}
		}
	}
}

func batchSize(e env) {
	lease := e.acquire("a", "me")
	e.apply(lease)
	e.apply(lease, writes("a", store.MaxBatch, "x")...)
	e.wantErr(e.Store.Apply(e.ctx, lease, writes("a", store.MaxBatch+1, "y")), store.ErrInvalid)
	all, _ := e.load(store.Shard("a"))
	e.equal(len(all), store.MaxBatch)
	e.equal(string(all[0].Data), "x")
}

func batchAccount(e env) {
	both := uids(5, 2)
	lease := e.acquire(both[0], "me")
	e.acquire(both[1], "me")
	err := e.Store.Apply(e.ctx, lease, []store.Write{write(key(both[0], "s", "1"), "x"), write(key(both[1], "s", "1"), "x")})
	e.wantErr(err, store.ErrInvalid)
	e.wantGone(key(both[0], "s", "1"))
}

func batchNoLease(e env) {
	for _, lease := range []store.Lease{{UID: "a"}, {UID: "a", Holder: "me"}, {UID: "a", Holder: "me", Fence: 1}} {
		e.wantErr(e.Store.Apply(e.ctx, lease, writes("a", 1, "x")), store.ErrFenced)
	}
	lease := e.acquire("a", "me")
	lease.Holder = "you"
	e.wantErr(e.Store.Apply(e.ctx, lease, writes("a", 1, "x")), store.ErrFenced)
	e.wantGone(writes("a", 1, "x")[0].Key)
}

func batchTakenOver(e env) {
	old, err := e.Store.Acquire(e.ctx, "a", "me", 20*time.Millisecond, 0)
	e.ok(err)
	e.Advance(20 * time.Millisecond)
	lease, err := e.Peer.Acquire(e.ctx, "a", "you", time.Hour, 0)
	e.ok(err)
	e.wantErr(e.Store.Apply(e.ctx, old, writes("a", 1, "old")), store.ErrFenced)
	e.ok(e.Peer.Apply(e.ctx, lease, writes("a", 1, "new")))
	e.equal(string(e.get(writes("a", 1, "")[0].Key).Data), "new")
}

func batchRunOut(e env) {
	lease, err := e.Store.Acquire(e.ctx, "a", "me", 20*time.Millisecond, 0)
	e.ok(err)
	e.Advance(20 * time.Millisecond)
	e.wantErr(e.Store.Apply(e.ctx, lease, writes("a", 1, "x")), store.ErrFenced)
}

func batchGivenBack(e env) {
	lease := e.acquire("a", "me")
	e.apply(lease, writes("a", 1, "x")...)
	e.ok(e.Store.Release(e.ctx, lease))
	e.wantErr(e.Store.Apply(e.ctx, lease, writes("a", 1, "y")), store.ErrFenced)
}

// batchRace lets holders take the lease from each other while each writes its
// fence: the fence that is stored never gets smaller.
func batchRace(e env) {
	k := key("a", "fence", "")
	shard := store.Shard("a")
	var all sync.WaitGroup
	for i := range 4 {
		s := []store.Store{e.Store, e.Peer}[i%2]
		all.Go(func() {
			for range 15 {
				lease, err := s.Acquire(e.ctx, "a", strconv.Itoa(i), time.Hour, 0)
				if err != nil {
					continue
				}
				_ = s.Release(e.ctx, lease) // another may have it when we write
				lease, err = s.Acquire(e.ctx, "a", strconv.Itoa(i), time.Hour, 0)
				if err != nil {
					continue
				}
				if err := s.Apply(e.ctx, lease, []store.Write{write(k, fmt.Sprint(lease.Fence))}); err != nil {
					e.Errorf("under a lease that is held: %v", err)
				}
				_ = s.Apply(e.ctx, store.Lease{UID: "a", Holder: lease.Holder, Fence: lease.Fence - 1}, []store.Write{write(k, "0")})
				_ = s.Release(e.ctx, lease)
			}
		})
	}
	all.Wait()
	written, _ := e.changes(shard, "")
	last := 0
	for _, rec := range written {
		fence, err := strconv.Atoi(string(rec.Data))
		e.ok(err)
		if fence <= last {
			e.Fatalf("fence %d was written after %d", fence, last)
		}
		last = fence
	}
	e.equal(last > 0, true)
}
