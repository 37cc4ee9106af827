package bolt_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"occigate/gateway/store/bolt"
)

// A gateway renews the leases of all its accounts every few seconds: that costs
// the disk nothing, and waits for no write.
func TestARenewalWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path, bolt.Options{})
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
