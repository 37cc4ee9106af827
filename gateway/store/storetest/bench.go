package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"occigate/gateway/store"
)

// Bench measures what a gateway does most: a refresh that changed everything or
// nothing, the start from a full shard, a look for an id at sixty accounts beside
// one at one, and how long a change takes to be seen.
func Bench(b *testing.B, start Start) {
	b.Run("apply 500 changed", func(b *testing.B) { benchApply(b, start, true) })
	b.Run("apply 500 equal", func(b *testing.B) { benchApply(b, start, false) })
	b.Run("load 20000", func(b *testing.B) { benchLoad(b, start(b).Store) })
	b.Run("find of 1", func(b *testing.B) { benchFind(b, start(b).Store, 1) })
	b.Run("find of 60", func(b *testing.B) { benchFind(b, start(b).Store, 60) })
	b.Run("change seen", func(b *testing.B) { benchSeen(b, start(b)) })
}

// benchBatch is a batch of records of 600 bytes.
func benchBatch(first, round int) []store.Write {
	batch := writes("a", store.MaxBatch, "")
	for i := range batch {
		batch[i].ID = fmt.Sprintf("%08d", first+i)
		batch[i].Data = fmt.Appendf(nil, "%08d%s", round, strings.Repeat("x", 592))
	}
	return batch
}

func benchLease(b *testing.B, s store.Store) store.Lease {
	lease, err := s.Acquire(context.Background(), "a", "me", time.Hour, 0)
	if err != nil {
		b.Fatal(err)
	}
	return lease
}

func benchApply(b *testing.B, start Start, changed bool) {
	s := start(b).Store
	lease, round := benchLease(b, s), 0
	for b.Loop() {
		if changed {
			round++
		}
		if err := s.Apply(context.Background(), lease, benchBatch(0, round)); err != nil {
			b.Fatal(err)
		}
	}
}

func benchLoad(b *testing.B, s store.Store) {
	const records = 20_000
	lease := benchLease(b, s)
	for first := 0; first < records; first += store.MaxBatch {
		if err := s.Apply(context.Background(), lease, benchBatch(first, 0)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		n := 0
		_, err := s.Load(context.Background(), store.Shard("a"), func(store.Record) error {
			n++
			return nil
		})
		if err != nil || n != records {
			b.Fatalf("%d records, error %v", n, err)
		}
	}
}

func benchFind(b *testing.B, s store.Store, accounts int) {
	keys := make([]store.Key, accounts)
	for i := range keys {
		keys[i] = key(fmt.Sprint("account", i), "intent", "1")
	}
	for b.Loop() {
		if found, err := s.Find(context.Background(), keys...); err != nil || len(found) > 0 {
			b.Fatalf("%d records, error %v", len(found), err)
		}
	}
}

// benchSeen writes one record and waits until the other gateway's reader, which
// waits for it, has it.
func benchSeen(b *testing.B, h Harness) {
	ctx, stop := context.WithCancel(context.Background())
	seen, done := make(chan uint64), make(chan struct{})
	go func() {
		defer close(done)
		var pos store.Position
		for ctx.Err() == nil {
			page, next, err := h.Peer.Changes(ctx, store.Shard("a"), pos, 10, store.MaxWait)
			if err != nil {
				return
			}
			for _, rec := range page {
				seen <- rec.Rev
			}
			pos = next
		}
	}()
	rec := store.Record{Key: key("a", "server", "1"), Data: []byte(strings.Repeat("x", 600))}
	for b.Loop() {
		var err error
		if rec.Rev, err = h.Store.Put(ctx, rec); err != nil {
			b.Fatal(err)
		}
		if rev := <-seen; rev != rec.Rev {
			b.Fatalf("revision %d, want %d", rev, rec.Rev)
		}
	}
	stop()
	<-done
}
