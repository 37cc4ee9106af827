package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"occigate/gateway/store"
)

var loadCases = []testCase{
	{"gives nothing of an empty shard", loadEmpty},
	{"gives every record in the order of keys", loadOrder},
	{"gives nothing of another shard", loadShards},
	{"gives five thousand records", loadBulk},
	{"ends with the error of each", loadError},
	{"lets each call the store", loadCalls},
	{"misses no write to what it gave already", loadBehind},
	{"misses no write that comes meanwhile", loadMeanwhile},
	{"refuses a shard that there is not", loadNoShard},
}

func loadEmpty(e env) {
	for shard := range store.Shards {
		all, pos := e.load(shard)
		e.equal(len(all), 0)
		written, next := e.changes(shard, pos)
		e.equal(len(written), 0)
		e.equal(next, pos)
	}
}

func loadOrder(e env) {
	accounts := uids(3, 3) // "a", then two that begin like it
	var want []store.Record
	for _, uid := range accounts {
		for _, kind := range []string{"", "a", "a!", "ab", "b"} {
			for _, id := range []string{"", "1", "10", "2", "é"} {
				want = append(want, record(key(uid, kind, id), 1, uid+kind+id))
			}
		}
	}
	for _, i := range []int{1, 0, 2} { // not in order
		for j := range 25 {
			rec := want[i*25+(j*7)%25]
			e.put(rec.Key, 0, string(rec.Data))
		}
	}
	slices.SortFunc(want, func(a, b store.Record) int {
		return slices.Compare([]string{a.UID, a.Kind, a.ID}, []string{b.UID, b.Kind, b.ID})
	})
	all, _ := e.load(3)
	e.equal(all, want)
}

func loadShards(e env) {
	for shard := range store.Shards {
		k := key(uids(shard, 1)[0], "server", "1")
		e.put(k, 0, strconv.Itoa(shard))
	}
	for shard := range store.Shards {
		want := []store.Record{record(key(uids(shard, 1)[0], "server", "1"), 1, strconv.Itoa(shard))}
		all, _ := e.load(shard)
		e.equal(all, want)
		written, _ := e.changes(shard, "")
		e.equal(written, want)
	}
}

func loadBulk(e env) {
	const records = 5000
	lease := e.acquire("a", "me")
	for first := 0; first < records; first += store.MaxBatch {
		var batch []store.Write
		for i := range store.MaxBatch {
			batch = append(batch, write(key("a", "server", fmt.Sprintf("%05d", first+i)), fmt.Sprintf("%0600d", first+i)))
		}
		e.apply(lease, batch...)
	}
	all, _ := e.load(store.Shard("a"))
	e.equal(len(all), records)
	for i, rec := range all {
		if string(rec.Data) != fmt.Sprintf("%0600d", i) || rec.ID != fmt.Sprintf("%05d", i) || rec.Rev != 1 {
			e.Fatalf("record %d is %v", i, rec)
		}
	}
}

func loadError(e env) {
	for i := range 3 {
		e.put(key("a", "server", strconv.Itoa(i)), 0, "x")
	}
	stop, calls := errors.New("enough"), 0
	_, err := e.Store.Load(e.ctx, store.Shard("a"), func(store.Record) error {
		calls++
		return stop
	})
	e.wantErr(err, stop)
	e.equal(calls, 1)
}

func loadCalls(e env) {
	k := key("a", "server", "1")
	e.put(k, 0, "one")
	pos, err := e.Store.Load(e.ctx, store.Shard("a"), func(rec store.Record) error {
		rec.Data = []byte("two")
		_, err := e.Store.Put(e.ctx, rec)
		return err
	})
	e.ok(err)
	written, _ := e.changes(store.Shard("a"), pos)
	e.equal(written, []store.Record{record(k, 2, "two")})
}

// loadBehind writes the first record again while a long load is at its end.
func loadBehind(e env) {
	const records = 3000
	lease, first := e.acquire("a", "me"), key("a", "server", "00000")
	for n := 0; n < records; n += store.MaxBatch {
		batch := writes("a", store.MaxBatch, "x")
		for i := range batch {
			batch[i].ID = fmt.Sprintf("%05d", n+i)
		}
		e.apply(lease, batch...)
	}
	n := 0
	pos, err := e.Store.Load(e.ctx, store.Shard("a"), func(store.Record) error {
		if n++; n == records/2 {
			e.apply(lease, write(first, "again"))
		}
		return nil
	})
	e.ok(err)
	e.equal(n, records)
	written, _ := e.changes(store.Shard("a"), pos)
	e.equal(written, []store.Record{record(first, 2, "again")})
}

// loadMeanwhile loads again and again while a writer puts and removes, goes on
// from each load with the feed, and wants to end with what is stored.
func loadMeanwhile(e env) {
	const keys, rounds = 40, 3
	shard := store.Shard("a")
	ks := make([]store.Key, keys)
	for i := range ks {
		ks[i] = key("a", "server", fmt.Sprintf("%02d", i))
		e.put(ks[i], 0, "0")
	}
	var writer sync.WaitGroup
	writer.Go(func() { churn(e, ks, rounds) })
	type view struct {
		records map[store.Key]store.Record
		pos     store.Position
	}
	var views []view
	for range 10 {
		all, pos := e.load(shard)
		v := view{map[store.Key]store.Record{}, pos}
		for _, rec := range all {
			v.records[rec.Key] = rec
		}
		views = append(views, v)
	}
	writer.Wait()
	want, _ := e.load(shard)
	for _, v := range views {
		written, _ := e.changes(shard, v.pos)
		for _, rec := range written {
			if rec.Data == nil {
				delete(v.records, rec.Key)
				continue
			}
			v.records[rec.Key] = rec
		}
		got := slices.SortedFunc(maps.Values(v.records), func(a, b store.Record) int {
			return slices.Compare([]string{a.ID}, []string{b.ID})
		})
		e.equal(got, want)
	}
}

// churn writes every key in each round, and removes and makes anew every third.
func churn(e env, ks []store.Key, rounds int) {
	rev := map[store.Key]uint64{}
	put := func(rec store.Record) {
		var err error
		if rev[rec.Key], err = e.Peer.Put(e.ctx, rec); err != nil {
			e.Error(err)
		}
	}
	for round := range rounds {
		for i, k := range ks {
			if round == 0 {
				rev[k] = 1
			}
			if i%3 == round%3 {
				put(removal(k, rev[k]))
				put(record(k, 0, fmt.Sprint(round)))
				continue
			}
			put(record(k, rev[k], fmt.Sprint(round)))
		}
	}
}

func loadNoShard(e env) {
	for _, shard := range []int{-1, store.Shards} {
		_, _, err := loadAll(e.ctx, e.Store, shard)
		e.wantErr(err, store.ErrInvalid)
		_, _, err = e.Store.Changes(e.ctx, shard, "", 1, 0)
		e.wantErr(err, store.ErrInvalid)
	}
}
