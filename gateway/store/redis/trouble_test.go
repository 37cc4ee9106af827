package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"occigate/gateway/store"
	"occigate/gateway/store/redis"
	"occigate/gateway/store/storetest"
	"occigate/test/servers"
)

// prompt is the longest that a call may take after it was told to end, endless
// the time-out of a store in which one that waits for Redis would take longer.
const (
	prompt  = time.Minute
	endless = time.Hour
)

func took(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}

func TestCancellationDoesNotWaitForRedis(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}, Timeout: endless})
	_, pos, err := s.Changes(t.Context(), 0, "", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	server.Pause()
	calls := map[string]func(context.Context) error{
		"Get": func(ctx context.Context) error { _, err := s.Get(ctx, title.Key); return err },
		"Put": func(ctx context.Context) error { _, err := s.Put(ctx, title); return err },
		"Changes": func(ctx context.Context) error {
			_, _, err := s.Changes(ctx, 0, pos, 1, store.MaxWait)
			return err
		},
		"Load": func(ctx context.Context) error {
			_, err := s.Load(ctx, 0, func(store.Record) error { return nil })
			return err
		},
	}
	for name, call := range calls {
		for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
			ctx, cancel := context.WithCancel(t.Context())
			if want == context.Canceled {
				time.AfterFunc(20*time.Millisecond, cancel)
			} else {
				ctx, cancel = context.WithTimeout(ctx, 20*time.Millisecond)
			}
			d := took(func() { err = call(ctx) })
			cancel()
			if !errors.Is(err, want) || d > prompt {
				t.Errorf("%s: error %v after %v, want %v", name, err, d, want)
			}
		}
	}
}

func TestCloseDoesNotWaitForRedis(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}, PoolSize: 2, Timeout: endless})
	server.Pause()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := s.Get(context.Background(), title.Key); !errors.Is(err, store.ErrClosed) {
				t.Errorf("error %v, want ErrClosed", err)
			}
		})
	}
	d := took(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
	})
	if d > prompt {
		t.Errorf("Close took %v", d)
	}
}

func TestTimeoutBoundsCalls(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}, Timeout: time.Second})
	server.Pause()
	var d time.Duration
	for range 5 { // a busy machine can make one of them slow
		var err error
		d = took(func() { err = s.Ping(context.Background()) }) // four times, with pauses; by default each waits 3 s
		if err == nil {
			t.Fatal("a server that is paused has answered")
		}
		if d < 10*time.Second {
			return
		}
	}
	t.Errorf("a call takes %v with a time-out of a second", d)
}

// TestScriptsAreLoadedAgain: a restarted server knows no scripts.
func TestScriptsAreLoadedAgain(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}})
	put(t, s, title)
	if err := server.admin.ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	put(t, s, store.Record{Key: title.Key, Rev: 1, Data: []byte("y")})
}

// TestLostEpochIsNoticed takes the epoch of a shard away and leaves the rest.
func TestLostEpochIsNoticed(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}})
	put(t, s, title)
	shard := store.Shard("a")
	_, pos, err := s.Changes(t.Context(), shard, "", 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.admin.Del(t.Context(), fmt.Sprintf("occigate:{s%02d}:meta", shard)).Err(); err != nil {
		t.Fatal(err)
	}
	put(t, s, store.Record{Key: title.Key, Rev: 1, Data: []byte("y")})
	if _, _, err := s.Changes(t.Context(), shard, pos, 10, 0); !errors.Is(err, store.ErrReload) {
		t.Errorf("error %v, want ErrReload", err)
	}
	if page, _, err := s.Changes(t.Context(), shard, "", 10, 0); err != nil || len(page) != 1 || page[0].Rev != 2 {
		t.Errorf("written %v, error %v; want revision 2 alone", page, err)
	}
}

// TestLostWritesAreNoticed puts the server back to an earlier state, as when a
// replica becomes master that lacks the last writes, and writes on: the reader
// stands on an entry that is not there any more, or is another's.
func TestLostWritesAreNoticed(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}})
	shard, rec := store.Shard("a"), title
	write := func(n int) store.Position {
		for range n {
			put(t, s, rec)
			rec.Rev++
		}
		pos, err := s.Load(t.Context(), shard, func(store.Record) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return pos
	}
	early := write(3)
	state := server.dump(t)
	late := write(3)
	server.restore(t, state)
	rec.Rev -= 3
	for n := range 4 {
		if _, _, err := s.Changes(t.Context(), shard, late, 10, 0); !errors.Is(err, store.ErrReload) {
			t.Fatalf("after %d other writes: error %v, want ErrReload", n, err)
		}
		write(1)
	}
	if page, _, err := s.Changes(t.Context(), shard, early, 10, 0); err != nil || len(page) != 4 {
		t.Fatalf("%d records, error %v; want the 4 other writes", len(page), err)
	}
}

// dump gives all keys of a server with their values.
func (s *server) dump(t *testing.T) map[string]string {
	t.Helper()
	state := map[string]string{}
	for _, key := range s.admin.Keys(t.Context(), "*").Val() {
		state[key] = s.admin.Dump(t.Context(), key).Val()
	}
	return state
}

func (s *server) restore(t *testing.T, state map[string]string) {
	t.Helper()
	err := s.admin.FlushAll(t.Context()).Err()
	for key, value := range state {
		err = errors.Join(err, s.admin.RestoreReplace(t.Context(), key, 0, value).Err())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestRemovalsAreForgotten: what is remembered of removals does not grow beyond
// what the feed holds.
func TestRemovalsAreForgotten(t *testing.T) {
	server := serve(t)
	s := open(t, redis.Options{Addresses: []string{server.Address}, FeedLength: storetest.FeedLength})
	lease, err := s.Acquire(t.Context(), "a", "me", time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 10 {
		var batch []store.Write
		for i := range 200 {
			key := store.Key{UID: "a", Kind: "server", ID: fmt.Sprint(round, "-", i)}
			batch = append(batch, store.Write{Key: key, Data: []byte("x")}, store.Write{Key: key})
		}
		if err := s.Apply(t.Context(), lease, batch); err != nil {
			t.Fatal(err)
		}
	}
	prefix := fmt.Sprintf("occigate:{s%02d}:", store.Shard("a"))
	gone, trail := server.admin.HLen(t.Context(), prefix+"gone").Val(), server.admin.ZCard(t.Context(), prefix+"trail").Val()
	if n := server.admin.ZCard(t.Context(), prefix+"index").Val(); n != 0 {
		t.Errorf("%d removed records are in the index", n)
	}
	if gone != trail || gone < storetest.FeedLength/2 || gone > storetest.FeedLength {
		t.Fatalf("%d removals and %d in their trail are remembered", gone, trail)
	}
}

// TestLostAnswers loses the answer of every kind of write once. go-redis then
// sends it again, and the outcome has to be that of one call.
func TestLostAnswers(t *testing.T) {
	server := serve(t)
	proxy := servers.NewProxy(t, server.Address)
	s := open(t, redis.Options{Addresses: []string{proxy.Address}})
	lose := func(name string, do func() error) {
		t.Helper()
		if err := s.Ping(t.Context()); err != nil { // so that a connection is open
			t.Fatal(err)
		}
		proxy.Lose("evalsha")
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !proxy.Lost() {
			t.Errorf("%s: no answer was lost", name)
		}
	}
	put(t, s, title)
	put(t, s, store.Record{Key: title.Key, Rev: 1}) // loads the script for what follows
	rec, lease := title, store.Lease{}
	lose("Put", func() (err error) { rec.Rev, err = s.Put(t.Context(), rec); return err })
	lose("Put", func() (err error) { rec.Rev, err = s.Put(t.Context(), rec); return err })
	lose("Put of nil", func() (err error) {
		_, err = s.Put(t.Context(), store.Record{Key: rec.Key, Rev: rec.Rev})
		return err
	})
	lose("Acquire", func() (err error) { lease, err = s.Acquire(t.Context(), "a", "me", time.Hour, 0); return err })
	lose("Apply", func() error {
		return s.Apply(t.Context(), lease, []store.Write{{Key: rec.Key, Data: []byte("y")}})
	})
	lose("Forget", func() error { return s.Forget(t.Context(), "a") })
	lose("Release", func() error { return s.Release(t.Context(), lease) })
	written, _, err := s.Changes(t.Context(), store.Shard("a"), "", 100, 0)
	if err != nil || len(written) != 7 || written[6].Rev != 7 {
		t.Fatalf("written %v, error %v; want 7 writes", written, err)
	}
	if lease.Fence != 1 {
		t.Errorf("fence %d, want 1", lease.Fence)
	}
}

// TestFailover kills the master: the store goes on with the replica, and what
// had reached it is there.
func TestFailover(t *testing.T) {
	set := servers.RedisSentinel(t)
	s := open(t, redis.Options{Addresses: servers.Addresses(set.Sentinels), Master: set.Name})
	put(t, s, title)
	old, replica := set.Nodes[0], set.Nodes[1]
	eventually(t, "the replica has it", func() bool {
		written, err := old.Do("DBSIZE")
		copied, err2 := replica.Do("DBSIZE")
		return errors.Join(err, err2) == nil && copied == written
	})
	set.KillMaster(t)
	rec := title
	eventually(t, "the store can be written again", func() bool {
		rev, err := s.Put(t.Context(), store.Record{Key: title.Key, Rev: rec.Rev + 1, Data: []byte("y")})
		rec.Rev = rev
		return err == nil || errors.Is(err, store.ErrRevision)
	})
	if got, err := s.Get(t.Context(), title.Key); err != nil || got.Rev != 2 || string(got.Data) != "y" {
		t.Errorf("%v, error %v; want revision 2", got, err)
	}
	eventually(t, "every Sentinel takes the replica for the master", func() bool { return set.Master() == replica })
}
