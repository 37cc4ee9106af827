package storetest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"occigate/gateway/store"
)

var forgetCases = []testCase{
	{"leaves what is durable", forgetDurable},
	{"leaves other accounts", forgetOthers},
	{"is in the feed", forgetFeed},
	{"takes more than a batch", forgetMany},
	{"leaves the fence", forgetFence},
}

var lifeCases = []testCase{
	{"reopening keeps everything", lifeReopen},
	{"every call ends with its context's error", lifeCancelled},
	{"a cancelled wait ends promptly", lifeCancelledWait},
	{"a deadline ends a wait", lifeDeadline},
	{"closing ends waits", lifeCloseWait},
	{"closing twice is no error, and calls then say so", lifeClosed},
}

func forgetDurable(e env) {
	title := store.Record{Key: key("a", "title", "1"), Rev: 1, Data: []byte("x"), Durable: true}
	_, err := e.Store.Put(e.ctx, store.Record{Key: title.Key, Data: title.Data, Durable: true})
	e.ok(err)
	e.put(key("a", "server", "1"), 0, "x")
	e.put(key("a", "volume", "1"), 0, "x")
	e.ok(e.Store.Forget(e.ctx, "a"))
	all, _ := e.load(store.Shard("a"))
	e.equal(all, []store.Record{title})
	e.ok(e.Store.Forget(e.ctx, "a"))
	e.ok(e.Store.Forget(e.ctx, "never"))
}

func forgetOthers(e env) {
	accounts := uids(6, 3)
	for _, uid := range accounts {
		e.put(key(uid, "server", "1"), 0, uid)
	}
	e.ok(e.Store.Forget(e.ctx, accounts[0]))
	e.wantGone(key(accounts[0], "server", "1"))
	for _, uid := range accounts[1:] {
		e.equal(e.get(key(uid, "server", "1")), record(key(uid, "server", "1"), 1, uid))
	}
}

func forgetFeed(e env) {
	k := key("a", "server", "1")
	e.put(k, 0, "x")
	e.ok(e.Store.Forget(e.ctx, "a"))
	e.equal(e.put(k, 0, "y"), uint64(3))
	written, _ := e.changes(store.Shard("a"), "")
	e.equal(written, []store.Record{record(k, 1, "x"), removal(k, 2), record(k, 3, "y")})
}

func forgetMany(e env) {
	const durable = 5
	lease := e.acquire("a", "me")
	for i := range 3 {
		batch := writes("a", store.MaxBatch, "x")
		for j := range batch {
			batch[j].ID = fmt.Sprintf("%d-%d", j, i)
		}
		e.apply(lease, batch...)
	}
	for i := range durable {
		_, err := e.Store.Put(e.ctx, store.Record{Key: key("a", "server", fmt.Sprintf("%d0", i)), Data: []byte("x"), Durable: true})
		e.ok(err)
	}
	e.ok(e.Store.Forget(e.ctx, "a"))
	all, _ := e.load(store.Shard("a"))
	e.equal(len(all), durable)
}

func forgetFence(e env) {
	lease := e.acquire("a", "me")
	e.ok(e.Store.Forget(e.ctx, "a"))
	e.ok(e.Store.Release(e.ctx, lease))
	e.equal(e.acquire("a", "you").Fence, lease.Fence+1)
}

func lifeReopen(e env) {
	shard := store.Shard("a")
	kept, gone := key("a", "title", "1"), key("a", "server", "1")
	want := store.Record{Key: kept, Rev: 1, Data: []byte("x"), Durable: true}
	_, err := e.Store.Put(e.ctx, store.Record{Key: kept, Data: want.Data, Durable: true})
	e.ok(err)
	e.put(gone, 0, "x")
	_, pos := e.load(shard)
	e.remove(gone, 1)
	lease := e.acquire("a", "me")
	e.ok(e.Store.Release(e.ctx, lease))

	e.Store = e.Reopen()
	all, _ := e.load(shard)
	e.equal(all, []store.Record{want})
	written, _ := e.changes(shard, pos)
	e.equal(written, []store.Record{removal(gone, 2)})
	e.equal(e.put(gone, 0, "again"), uint64(3))
	e.equal(e.acquire("a", "me").Fence, lease.Fence+1)
}

// calls is every method of a store but Close.
func calls(ctx context.Context, s store.Store) map[string]error {
	lease := store.Lease{UID: "a", Holder: "me", Fence: 1}
	all := map[string]error{
		"Apply":   s.Apply(ctx, lease, nil),
		"Release": s.Release(ctx, lease),
		"Forget":  s.Forget(ctx, "a"),
		"Ping":    s.Ping(ctx),
		"Slow":    s.Slow(ctx, "a", slowly, 0),
	}
	_, all["Load"] = s.Load(ctx, 0, func(store.Record) error { return nil })
	_, _, all["Changes"] = s.Changes(ctx, 0, "", 1, store.MaxWait)
	_, all["Get"] = s.Get(ctx, key("a", "server", "1"))
	_, all["Find"] = s.Find(ctx, key("a", "server", "1"))
	_, all["Put"] = s.Put(ctx, record(key("a", "server", "1"), 0, "x"))
	_, all["Acquire"] = s.Acquire(ctx, "a", "me", time.Hour, 0)
	_, all["Take"] = s.Take(ctx, "a", slowly, time.Hour)
	return all
}

func lifeCancelled(e env) {
	e.ok(e.Store.Ping(e.ctx))
	ctx, cancel := context.WithCancel(e.ctx)
	cancel()
	for name, err := range calls(ctx, e.Store) {
		e.Log(name)
		e.wantErr(err, context.Canceled)
	}
	all, _ := e.load(store.Shard("a"))
	e.equal(len(all), 0)
}

func lifeCancelledWait(e env) {
	_, pos := e.load(0)
	for range 5 {
		e.prompt(func() {
			ctx, cancel := context.WithCancel(e.ctx)
			time.AfterFunc(20*time.Millisecond, cancel)
			_, _, err := e.Store.Changes(ctx, 0, pos, 1, store.MaxWait)
			e.wantErr(err, context.Canceled)
		})
	}
}

func lifeDeadline(e env) {
	_, pos := e.load(0)
	e.prompt(func() {
		ctx, cancel := context.WithTimeout(e.ctx, 20*time.Millisecond)
		defer cancel()
		_, _, err := e.Store.Changes(ctx, 0, pos, 1, store.MaxWait)
		e.wantErr(err, context.DeadlineExceeded)
	})
}

func lifeCloseWait(e env) {
	e.prompt(func() {
		e.Store = e.Reopen()
		var all sync.WaitGroup
		for shard := range store.Shards {
			_, pos := e.load(shard)
			all.Go(func() { e.readUntilClosed(shard, pos) })
		}
		time.Sleep(20 * time.Millisecond) // most wait by then; those that do not have to end too
		e.ok(e.Store.Close())
		all.Wait()
	})
}

func (e env) readUntilClosed(shard int, pos store.Position) {
	for began := time.Now(); time.Since(began) < patience; {
		if _, _, err := e.Store.Changes(e.ctx, shard, pos, 1, store.MaxWait); err != nil {
			e.wantErrNow(err, store.ErrClosed)
			return
		}
	}
	e.Errorf("the reader of shard %d did not end", shard)
}

func lifeClosed(e env) {
	e.ok(e.Store.Close())
	e.ok(e.Store.Close())
	for name, err := range calls(e.ctx, e.Store) {
		e.Log(name)
		e.wantErr(err, store.ErrClosed)
	}
}
