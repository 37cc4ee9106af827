package bolt_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
)

// A gateway renews the leases of all its accounts every few seconds: that costs
// the disk nothing, and waits for no write.
func TestARenewalWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := bolttest.Open(t, path, bolt.Options{})
	first, err := s.Acquire(t.Context(), "a", "me", time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, path)
	for range 20 {
		again, err := s.Acquire(t.Context(), "a", "me", time.Hour, first.Fence)
		if err != nil || again != first {
			t.Fatalf("renewed: %+v, %v; want %+v", again, err, first)
		}
	}
	if !bytes.Equal(read(t, path), before) {
		t.Error("the file was written to")
	}
}

// While the store itself keeps the holder of a lease waiting, that does not run
// out: many accounts that are written at once would lose theirs.
func TestALeaseDoesNotRunOutWhileTheStoreIsBusy(t *testing.T) {
	var now, step atomic.Int64 // in seconds; step is how long it takes from one look at the clock to the next
	options := bolt.Options{Now: func() time.Time { return time.Unix(now.Add(step.Load()), 0) }}
	s := bolttest.Open(t, filepath.Join(t.TempDir(), "store.db"), options)
	lease, err := s.Acquire(t.Context(), "a", "me", 9*time.Second, 0)
	if err != nil {
		t.Fatal(err)
	}
	step.Store(6)
	if err := s.Apply(t.Context(), lease, nil); err != nil {
		t.Fatal(err)
	}
	step.Store(0)
	if err := s.Apply(t.Context(), lease, nil); err != nil {
		t.Errorf("twelve seconds later, six of which the store was at work: %v", err)
	}
	now.Add(9)
	if err := s.Apply(t.Context(), lease, nil); !errors.Is(err, store.ErrFenced) {
		t.Errorf("when it has run out: %v", err)
	}
}
