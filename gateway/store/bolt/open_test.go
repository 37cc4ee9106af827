package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
)

// filled gives the bytes of a store's file with records, removals and leases in
// every shard.
func filled(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s := bolttest.Open(t, path, bolt.Options{FeedLength: 20})
	for i := range 40 {
		uid := fmt.Sprint("account", i)
		lease, err := s.Acquire(t.Context(), uid, "me", time.Hour, 0)
		var batch []store.Write
		for j := range 10 {
			key := store.Key{UID: uid, Kind: "server", ID: fmt.Sprint(j)}
			batch = append(batch, store.Write{Key: key, Data: []byte(strings.Repeat("x", 600))})
		}
		batch = append(batch, store.Write{Key: batch[0].Key})
		if err := errors.Join(err, s.Apply(t.Context(), lease, batch)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fileOf(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenSaysWhichFileIsHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	bolttest.Open(t, path, bolt.Options{})
	_, err := bolt.Open(path, bolt.Options{LockTimeout: 10 * time.Millisecond})
	if !errors.Is(err, bolt.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Fatalf("error %v, want ErrInUse and %s", err, path)
	}
}

func TestOpenWantsTheFolder(t *testing.T) {
	_, err := bolt.Open(filepath.Join(t.TempDir(), "none", "store.db"), bolt.Options{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("error %v, want os.ErrNotExist", err)
	}
}

func TestOpenMakesAFileForTheOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	bolttest.Open(t, path, bolt.Options{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, want 0600", info.Mode())
	}
}

func TestOpenTakesAnEmptyFile(t *testing.T) {
	bolttest.Open(t, fileOf(t, nil), bolt.Options{})
}

// TestOpenFindsTruncation cuts a file at many places. Whatever is cut off, Open
// either says so or lost nothing.
func TestOpenFindsTruncation(t *testing.T) {
	whole := filled(t)
	want := contents(t, fileOf(t, whole))
	corrupt := 0
	sizes := []int{64, 4096, 5000, 3 * 4096} // within its heads, and just behind them
	for size := 1; size < len(whole); size += len(whole) / 60 {
		sizes = append(sizes, size)
	}
	for _, size := range sizes {
		path := fileOf(t, whole[:size])
		if s, err := bolt.Open(path, bolt.Options{}); err != nil {
			wantCorrupt(t, err, path)
			corrupt++
		} else if s.Close(); contents(t, path) != want {
			t.Fatalf("opened with records missing after truncation to %d bytes of %d", size, len(whole))
		}
	}
	if corrupt < 20 {
		t.Fatalf("%d of 60 truncations were found", corrupt)
	}
}

// TestOpenFindsFlippedBytes flips single bytes all over a file. Each is found or
// was in a page that nothing uses.
func TestOpenFindsFlippedBytes(t *testing.T) {
	whole := filled(t)
	want := contents(t, fileOf(t, whole))
	corrupt, tries := 0, 0
	for at := 3; at < len(whole); at += 5003 {
		damaged := append([]byte{}, whole...)
		damaged[at] ^= 0x41
		path := fileOf(t, damaged)
		tries++
		if s, err := bolt.Open(path, bolt.Options{}); err != nil {
			wantCorrupt(t, err, path)
			corrupt++
		} else if s.Close(); contents(t, path) != want {
			t.Fatalf("opened with other records after byte %d of %d was flipped", at, len(whole))
		}
	}
	if corrupt < tries/4 {
		t.Fatalf("%d of %d flips were found", corrupt, tries)
	}
}

// TestADamagedLayoutIsNoOther flips a bit of each byte in and around the names of the layout:
// a file that was damaged there can be rescued, one of another layout is left alone.
func TestADamagedLayoutIsNoOther(t *testing.T) {
	whole := filled(t)
	want := contents(t, fileOf(t, whole))
	corrupt := 0
	for _, name := range []string{"meta", "layout1", "shards16", "sum"} {
		place := bytes.LastIndex(whole, []byte(name)) // of the page in use, which was written last
		if place < 0 {
			t.Fatalf("no %s in the file", name)
		}
		for at := place - 8; at < place+len(name)+8; at++ {
			damaged := bytes.Clone(whole)
			damaged[at] ^= 1 << (at % 8)
			path := fileOf(t, damaged)
			if s, err := bolt.Open(path, bolt.Options{}); err != nil {
				wantCorrupt(t, err, path)
				corrupt++
			} else if s.Close(); contents(t, path) != want {
				t.Fatalf("opened with other records after bit %d of byte %d was flipped, at %s", at%8, at, name)
			}
		}
	}
	if corrupt < 30 {
		t.Fatalf("%d flips were found", corrupt)
	}
}

// TestOpenFindsDamageInItsHeads: bbolt would take the other head, and with it
// the file as it was before the last write.
func TestOpenFindsDamageInItsHeads(t *testing.T) {
	whole := filled(t)
	for _, page := range []int{0, os.Getpagesize()} {
		for at := 16; at < 80; at += 3 {
			damaged := append([]byte{}, whole...)
			damaged[page+at] ^= 0x41
			path := fileOf(t, damaged)
			_, err := bolt.Open(path, bolt.Options{})
			wantCorrupt(t, err, path)
		}
	}
}

func wantCorrupt(t *testing.T, err error, path string) {
	t.Helper()
	if !errors.Is(err, bolt.ErrCorrupt) || !strings.Contains(err.Error(), path) {
		t.Fatalf("error %v, want ErrCorrupt and %s", err, path)
	}
}

// contents gives all records of a file as text.
func contents(t *testing.T, path string) string {
	t.Helper()
	s := bolttest.Open(t, path, bolt.Options{})
	var all strings.Builder
	for shard := range store.Shards {
		_, err := s.Load(t.Context(), shard, func(rec store.Record) error {
			_, err := fmt.Fprintf(&all, "%q %d %t %s\n", rec.Key, rec.Rev, rec.Durable, rec.Data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestOpenRefusesWhatItDidNotMake(t *testing.T) {
	set := func(bucket, key, value string) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(bucket))
			return errors.Join(err, b.Put([]byte(key), []byte(value)))
		}
	}
	meta := func(layout, shards string) func(*bbolt.Tx) error {
		sum := crc32.Checksum(fmt.Appendf(nil, "%q %q", layout, shards), crc32.MakeTable(crc32.Castagnoli))
		return func(tx *bbolt.Tx) error {
			return errors.Join(set("meta", "layout", layout)(tx), set("meta", "shards", shards)(tx), set("meta", "sum", fmt.Sprintf("%08x", sum))(tx))
		}
	}
	part := func(name string, change func(*bbolt.Bucket) error) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			return change(tx.Bucket([]byte("s07")).Bucket([]byte(name)))
		}
	}
	cases := []struct {
		name   string
		change func(*bbolt.Tx) error
		want   error
	}{
		{"another layout", meta("2", "16"), bolt.ErrSchema},
		{"another number of shards", meta("1", "32"), bolt.ErrSchema},
		{"another layout, of before names had checksums", func(tx *bbolt.Tx) error {
			return errors.Join(tx.Bucket([]byte("meta")).Delete([]byte("sum")), set("meta", "layout", "0")(tx))
		}, bolt.ErrSchema},
		{"a file of something else", func(tx *bbolt.Tx) error {
			err := tx.ForEach(func(name []byte, _ *bbolt.Bucket) error { return tx.DeleteBucket(name) })
			return errors.Join(err, set("mail", "inbox", "3 letters")(tx))
		}, bolt.ErrSchema},
		{"no meta", func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("meta")) }, bolt.ErrCorrupt},
		{"a gap in a feed", part("feed", func(b *bbolt.Bucket) error {
			c := b.Cursor()
			c.First()
			k, _ := c.Next()
			return b.Delete(k)
		}), bolt.ErrCorrupt},
		{"an entry at another's place", part("feed", func(b *bbolt.Bucket) error {
			_, v := b.Cursor().First()
			return b.Put([]byte("\xff"), v)
		}), bolt.ErrCorrupt},
		{"a record under another's name", part("records", func(b *bbolt.Bucket) error {
			_, v := b.Cursor().First()
			return b.Put([]byte("other"), v)
		}), bolt.ErrCorrupt},
		{"a removal that the feed does not have", part("gone", func(b *bbolt.Bucket) error {
			return b.Put([]byte("other"), []byte("12345678"))
		}), bolt.ErrCorrupt},
		{"no lease", part("leases", func(b *bbolt.Bucket) error {
			return b.Put([]byte("=a"), []byte("12345678"))
		}), bolt.ErrCorrupt},
		{"no shard", func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte("s07")) }, bolt.ErrCorrupt},
	}
	whole := filled(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := fileOf(t, whole)
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(c.change), db.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := bolt.Open(path, bolt.Options{}); !errors.Is(err, c.want) || !strings.Contains(err.Error(), path) {
				t.Fatalf("error %v, want %v and %s", err, c.want, path)
			}
		})
	}
}

// TestOpenEndsLeases: whoever held them in this file is gone, or Open would not
// have the file.
func TestOpenEndsLeases(t *testing.T) {
	h := start(t)
	if _, err := h.Store.Acquire(t.Context(), "a", "me", time.Hour, 0); err != nil {
		t.Fatal(err)
	}
	s := h.Reopen()
	lease, err := s.Acquire(t.Context(), "a", "you", time.Hour, 0)
	if err != nil || lease.Fence != 2 {
		t.Fatalf("lease %v, error %v; want fence 2", lease, err)
	}
}
