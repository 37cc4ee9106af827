package bolt_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/gateway/store/storetest"
)

// start opens a store in a new file, with a clock that stands still.
func start(t testing.TB) storetest.Harness {
	path := filepath.Join(t.TempDir(), "store.db")
	var now atomic.Int64
	now.Store(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	options := bolt.Options{
		FeedLength: storetest.FeedLength,
		Now:        func() time.Time { return time.Unix(0, now.Load()) },
	}
	s := bolttest.Open(t, path, options)
	return storetest.Harness{
		Store:   s,
		Peer:    s,
		Advance: func(d time.Duration) { now.Add(int64(d)) },
		Reopen: func() store.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = bolttest.Open(t, path, options)
			return s
		},
	}
}

func TestStore(t *testing.T) {
	storetest.Run(t, start)
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, start)
}
