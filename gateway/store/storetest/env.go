package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/store"
)

// patience bounds every wait for something that has to happen.
const patience = 2 * time.Minute

// env is what a case works with. Its methods end the test when the store gives
// an error that the case does not expect.
type env struct {
	*testing.T
	Harness
	ctx context.Context
}

func newEnv(t *testing.T, start Start) env {
	return env{T: t, Harness: start(t), ctx: t.Context()}
}

func (e env) ok(err error) {
	e.Helper()
	if err != nil {
		e.Fatalf("unexpected error: %v", err)
	}
}

func (e env) wantErr(err, want error) {
	e.Helper()
	if !errors.Is(err, want) {
		e.Fatalf("error %v, want %v", err, want)
	}
}

// wantErrNow is wantErr for goroutines other than the test's.
func (e env) wantErrNow(err, want error) {
	e.Helper()
	if !errors.Is(err, want) {
		e.Errorf("error %v, want %v", err, want)
	}
}

func (e env) equal(got, want any) {
	e.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		e.Fatalf("not as expected (-want +got):\n%s", diff)
	}
}

// put writes a record and returns its revision.
func (e env) put(key store.Key, rev uint64, data string) uint64 {
	e.Helper()
	rev, err := e.Store.Put(e.ctx, store.Record{Key: key, Rev: rev, Data: []byte(data)})
	e.ok(err)
	return rev
}

// remove removes a record and returns the removal's revision.
func (e env) remove(key store.Key, rev uint64) uint64 {
	e.Helper()
	rev, err := e.Store.Put(e.ctx, store.Record{Key: key, Rev: rev})
	e.ok(err)
	return rev
}

func (e env) get(key store.Key) store.Record {
	e.Helper()
	rec, err := e.Store.Get(e.ctx, key)
	e.ok(err)
	return rec
}

func (e env) wantGone(key store.Key) {
	e.Helper()
	_, err := e.Store.Get(e.ctx, key)
	e.wantErr(err, store.ErrNotFound)
}

// load gives all of a shard.
func (e env) load(shard int) ([]store.Record, store.Position) {
	e.Helper()
	all, pos, err := loadAll(e.ctx, e.Store, shard)
	e.ok(err)
	return all, pos
}

func loadAll(ctx context.Context, s store.Store, shard int) (all []store.Record, pos store.Position, err error) {
	pos, err = s.Load(ctx, shard, func(rec store.Record) error {
		all = append(all, rec)
		return nil
	})
	return all, pos, err
}

// changes gives all that was written after pos, in pieces, without waiting.
func (e env) changes(shard int, pos store.Position) ([]store.Record, store.Position) {
	e.Helper()
	var all []store.Record
	for {
		page, next, err := e.Store.Changes(e.ctx, shard, pos, 7, 0)
		e.ok(err)
		if len(page) == 0 {
			return all, next
		}
		all, pos = append(all, page...), next
	}
}

func (e env) acquire(uid, holder string) store.Lease {
	e.Helper()
	lease, err := e.Store.Acquire(e.ctx, uid, holder, time.Hour, 0)
	e.ok(err)
	return lease
}

func (e env) apply(lease store.Lease, batch ...store.Write) {
	e.Helper()
	e.ok(e.Store.Apply(e.ctx, lease, batch))
}

// prompt fails the test if do takes longer than a call may that was told to end,
// or a reader that has something to read. A busy machine can make any one call
// slow, so it is done again a few times: a store that is not prompt never is.
func (e env) prompt(do func()) {
	e.Helper()
	var took time.Duration
	for range 20 {
		began := time.Now()
		do()
		if took = time.Since(began); took <= store.MaxWait/2 {
			return
		}
	}
	e.Fatalf("took %v each time, which is not prompt", took)
}

// within does what shows something only if it takes less than d by the store's
// clock, which may go on by itself. Where a busy machine took longer for it, what
// do says is wrong does not count, and it is done again for another account.
func (e env) within(d time.Duration, do func(uid string) (wrong string)) {
	e.Helper()
	for i := 0; ; i++ {
		began := time.Now()
		wrong := do(fmt.Sprint("within", i))
		switch took := time.Since(began); {
		case wrong != "" && took < d:
			e.Fatal(wrong)
		case wrong == "":
			return
		case i == 100:
			e.Fatalf("%s, and it never took less than %v", wrong, d)
		}
	}
}

// uids gives n accounts that share a shard, some of them beginning like others.
func uids(shard, n int) []string {
	var all []string
	for i := 0; len(all) < n; i++ {
		uid := fmt.Sprintf("a%d", i)
		if len(all) > 0 {
			uid = fmt.Sprintf("%s%d", all[0], i)
		}
		if store.Shard(uid) == shard {
			all = append(all, uid)
		}
	}
	return all
}

func key(uid, kind, id string) store.Key {
	return store.Key{UID: uid, Kind: kind, ID: id}
}

func record(k store.Key, rev uint64, data string) store.Record {
	return store.Record{Key: k, Rev: rev, Data: []byte(data)}
}

func removal(k store.Key, rev uint64) store.Record {
	return store.Record{Key: k, Rev: rev}
}

func write(k store.Key, data string) store.Write {
	return store.Write{Key: k, Data: []byte(data)}
}

// writes gives a batch of n records of an account.
func writes(uid string, n int, data string) []store.Write {
	batch := make([]store.Write, n)
	for i := range batch {
		batch[i] = write(key(uid, "server", fmt.Sprintf("%05d", i)), data)
	}
	return batch
}
