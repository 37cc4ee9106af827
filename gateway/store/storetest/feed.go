package storetest

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"occigate/gateway/store"
)

var feedCases = []testCase{
	{"gives every write, oldest first", feedOrder},
	{"gives at most limit, and goes on after it", feedLimit},
	{"gives nothing after its end without waiting", feedEnd},
	{"wakes a waiting reader", feedWakes},
	{"wakes every waiting reader", feedWakesAll},
	{"lets wait pass, at most a second", feedWaits},
	{"misses nothing of eight writers", feedConcurrent},
	{"says reload when it does not reach back", feedTrimmed},
	{"says reload for a position of another epoch", feedOtherEpoch},
	{"says reload for what is no position", feedNoPosition},
	{"says reload when the store was emptied", feedFlushed},
}

func feedOrder(e env) {
	a, b := key("a", "server", "1"), key("a", "server", "2")
	e.put(b, 0, "b1")
	e.put(a, 0, "a1")
	e.put(b, 1, "b2")
	e.remove(a, 1)
	e.put(a, 0, "a3")
	want := []store.Record{record(b, 1, "b1"), record(a, 1, "a1"), record(b, 2, "b2"), removal(a, 2), record(a, 3, "a3")}
	written, pos := e.changes(store.Shard("a"), "")
	e.equal(written, want)
	e.equal(pos.Epoch() != "", true)
	_, loaded := e.load(store.Shard("a"))
	e.equal(pos, loaded)
}

func feedLimit(e env) {
	shard := store.Shard("a")
	for i := range 5 {
		e.put(key("a", "server", strconv.Itoa(i)), 0, "x")
	}
	var pos store.Position
	for _, want := range []int{2, 2, 1, 0} {
		page, next, err := e.Store.Changes(e.ctx, shard, pos, 2, 0)
		e.ok(err)
		e.equal(len(page), want)
		pos = next
	}
	for _, limit := range []int{0, -1} {
		_, _, err := e.Store.Changes(e.ctx, shard, pos, limit, 0)
		e.wantErr(err, store.ErrInvalid)
	}
}

func feedEnd(e env) {
	shard := store.Shard("a")
	page, first, err := e.Store.Changes(e.ctx, shard, "", 10, 0)
	e.ok(err)
	e.equal(len(page), 0)
	e.equal(first.Epoch() != "", true)
	k := key("a", "server", "1")
	e.put(k, 0, "x")
	page, next, err := e.Store.Changes(e.ctx, shard, first, 10, -1)
	e.ok(err)
	e.equal(page, []store.Record{record(k, 1, "x")})
	page, same, err := e.Store.Changes(e.ctx, shard, next, 10, 0)
	e.ok(err)
	e.equal(len(page), 0)
	e.equal(same, next)
}

// await starts a reader that waits on a shard and gives what it was given.
func (e env) await(all *sync.WaitGroup, s store.Store, pos store.Position) <-chan []store.Record {
	given := make(chan []store.Record, 1)
	all.Go(func() {
		defer close(given)
		for began := time.Now(); time.Since(began) < patience; {
			page, next, err := s.Changes(e.ctx, store.Shard("a"), pos, 10, store.MaxWait)
			if err != nil {
				e.Error(err)
				return
			}
			if len(page) > 0 {
				given <- page
				return
			}
			pos = next
		}
	})
	return given
}

func feedWakes(e env) {
	var all sync.WaitGroup
	defer all.Wait()
	_, pos := e.load(store.Shard("a"))
	rev := uint64(0)
	for i := range 5 {
		e.prompt(func() {
			given := e.await(&all, e.Store, pos)
			time.Sleep(time.Duration(i) * 5 * time.Millisecond) // before, while or after it begins to wait: any will do
			e.put(key("a", "server", "1"), rev, "x")
			rev++
			e.equal(<-given, []store.Record{record(key("a", "server", "1"), rev, "x")})
			_, pos = e.changes(store.Shard("a"), pos)
		})
	}
}

func feedWakesAll(e env) {
	var all sync.WaitGroup
	defer all.Wait()
	_, pos := e.load(store.Shard("a"))
	var readers []<-chan []store.Record
	for i := range 10 {
		s := []store.Store{e.Store, e.Peer}[i%2]
		readers = append(readers, e.await(&all, s, pos))
	}
	e.put(key("a", "server", "1"), 0, "x")
	for _, given := range readers {
		e.equal(<-given, []store.Record{record(key("a", "server", "1"), 1, "x")})
	}
}

func feedWaits(e env) {
	_, pos := e.load(store.Shard("a"))
	e.put(key(uids(9, 1)[0], "server", "1"), 0, "in another shard")
	wait := func(d, least time.Duration) {
		began := time.Now()
		page, next, err := e.Store.Changes(e.ctx, store.Shard("a"), pos, 1, d)
		took := time.Since(began)
		e.ok(err)
		e.equal(len(page), 0)
		e.equal(next, pos)
		if took < least || took > patience {
			e.Fatalf("waiting %v took %v, want at least %v", d, took, least)
		}
	}
	e.prompt(func() { wait(30*time.Millisecond, 25*time.Millisecond) })
	wait(time.Hour, store.MaxWait*9/10)
}

// feedConcurrent follows the feed while eight writers write, each its own key
// of one shard, and wants every revision of every key once and in order.
func feedConcurrent(e env) {
	const writers, each = 8, 20 // fewer than FeedLength together
	shard := store.Shard("a")
	var all sync.WaitGroup
	defer all.Wait()
	for i := range writers {
		s := []store.Store{e.Store, e.Peer}[i%2]
		all.Go(func() {
			for rev := range uint64(each) {
				k := key("a", "server", strconv.Itoa(i))
				if _, err := s.Put(e.ctx, record(k, rev, fmt.Sprint(rev+1))); err != nil {
					e.Error(err)
				}
			}
		})
	}
	var pos store.Position
	seen := map[store.Key]uint64{}
	for total := 0; total < writers*each; {
		page, next, err := e.Store.Changes(e.ctx, shard, pos, 9, store.MaxWait)
		e.ok(err)
		for _, rec := range page {
			e.equal(rec, record(rec.Key, seen[rec.Key]+1, fmt.Sprint(seen[rec.Key]+1)))
			seen[rec.Key]++
		}
		total, pos = total+len(page), next
	}
}

func feedTrimmed(e env) {
	shard, k := store.Shard("a"), key("a", "counter", "1")
	e.put(k, 0, "first")
	_, old := e.changes(shard, "")
	for rev := range uint64(4 * FeedLength) {
		e.put(k, rev+1, "x")
	}
	for _, pos := range []store.Position{"", old} {
		_, _, err := e.Store.Changes(e.ctx, shard, pos, 10, store.MaxWait)
		e.wantErr(err, store.ErrReload)
	}
	all, pos := e.load(shard)
	e.equal(all, []store.Record{record(k, 4*FeedLength+1, "x")})
	for rev := range uint64(FeedLength - 1) {
		e.put(k, all[0].Rev+rev, "y")
	}
	written, _ := e.changes(shard, pos)
	e.equal(len(written), FeedLength-1)
}

// feedOtherEpoch hands positions of one shard to another that has as many
// writes, or had none yet when the position was given.
func feedOtherEpoch(e env) {
	here, there := store.Shard("a"), (store.Shard("a")+1)%store.Shards
	_, first := e.load(here)
	e.put(key("a", "server", "1"), 0, "x")
	e.put(key(uids(there, 1)[0], "server", "1"), 0, "x")
	_, pos := e.load(here)
	e.equal(pos.Epoch(), first.Epoch())
	for shard := range store.Shards {
		_, other := e.load(shard)
		e.equal(other.Epoch() == pos.Epoch(), shard == here)
	}
	for _, other := range []store.Position{first, pos} {
		_, _, err := e.Store.Changes(e.ctx, there, other, 10, store.MaxWait)
		e.wantErr(err, store.ErrReload)
	}
}

func feedNoPosition(e env) {
	e.put(key("a", "server", "1"), 0, "x")
	_, pos := e.load(store.Shard("a"))
	epoch := store.Position(pos.Epoch())
	for _, bad := range []store.Position{"x", "/", epoch, epoch + "/", epoch + "/x", epoch + "/-1", pos + "x", epoch + "/9999", epoch + "/9999-1"} {
		_, _, err := e.Store.Changes(e.ctx, store.Shard("a"), bad, 10, store.MaxWait)
		e.wantErr(err, store.ErrReload)
	}
}

// feedFlushed empties what is behind the store. Readers have to notice, also
// once there are as many new writes as there were old ones, and fences have to
// grow on from what gateways remember.
func feedFlushed(e env) {
	if e.Flush == nil {
		return // its records are in its own hands
	}
	shard, k := store.Shard("a"), key("a", "server", "1")
	lease := e.acquire("a", "me")
	e.put(k, 0, "x")
	_, old := e.load(shard)
	e.Flush()
	_, _, err := e.Store.Changes(e.ctx, shard, old, 10, 0)
	e.wantErr(err, store.ErrReload)
	e.wantErr(e.Store.Apply(e.ctx, lease, nil), store.ErrFenced)
	e.equal(e.put(k, 0, "anew"), uint64(1))
	_, _, err = e.Store.Changes(e.ctx, shard, old, 10, 0)
	e.wantErr(err, store.ErrReload)
	all, pos := e.load(shard)
	e.equal(all, []store.Record{record(k, 1, "anew")})
	e.equal(pos.Epoch() != old.Epoch(), true)
	taken, err := e.Store.Acquire(e.ctx, "a", "you", time.Hour, lease.Fence)
	e.ok(err)
	e.equal(taken.Fence, lease.Fence+1)

	_, err = e.Store.Load(e.ctx, shard, func(store.Record) error {
		e.Flush()
		return nil
	})
	e.wantErr(err, store.ErrReload)
}
