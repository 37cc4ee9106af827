// Package bolttest opens embedded stores for tests and closes them when the test
// ends. It knows no more of a store than that.
package bolttest

import (
	"path/filepath"
	"testing"

	"occigate/gateway/store/bolt"
)

// New is an empty store in a folder of the test's own.
func New(t testing.TB) *bolt.Store {
	t.Helper()
	return Open(t, filepath.Join(t.TempDir(), "store.db"), bolt.Options{})
}

// Open opens the store of a file, or a new one. A test that opens the file again
// closes it before; closing it twice does no harm.
func Open(t testing.TB, path string, o bolt.Options) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
