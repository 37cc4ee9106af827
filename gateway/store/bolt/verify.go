package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"occigate/gateway/store"
)

// verify reads all of the file before it is opened for writing. bbolt checks
// only its two head pages and maps the file into memory, so that a damaged page
// shows as a panic and a missing one as a memory fault: both are caught here,
// on a read-only handle.
func verify(path string, options Options) (err error) {
	if info, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damage(&err)
	db, err := openFile(path, &bbolt.Options{
		Timeout:         options.LockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		ReadOnly:        true,
		PreLoadFreelist: true, // here, where a fault is caught
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := verifyHeads(path); err != nil {
		return err
	}
	tx, err := db.Begin(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if err := verifyFile(tx); err != nil {
		return err
	}
	return verifyPages(tx)
}

// verifyPages wants every page to be used once or free, and keys in order. It
// comes last, for bbolt does it in a goroutine where a fault is not caught.
func verifyPages(tx *bbolt.Tx) (err error) {
	for fault := range tx.Check() { // to its end, or the goroutine stays
		if err == nil {
			err = fmt.Errorf("%w: %w", ErrCorrupt, fault)
		}
	}
	return err
}

// The head of a bbolt file: two pages, written by turns, each with a page header
// and what bbolt calls meta, whose last field is the FNV-1a sum of the others.
const (
	pageHead     = 16
	metaSum      = pageHead + 56
	metaEnd      = metaSum + 8
	metaPageSize = pageHead + 8
)

// verifyHeads wants both heads whole. bbolt is content with one, and then goes
// back by a transaction in silence. A head is smaller than a disk's sector, so
// that not even a power cut leaves half of one.
func verifyHeads(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [metaEnd]byte
	for _, page := range []int64{0, 1} {
		at := page * int64(binary.NativeEndian.Uint32(head[metaPageSize:]))
		if _, err := f.ReadAt(head[:], at); err != nil {
			return fmt.Errorf("%w: head %d: %w", ErrCorrupt, page, err)
		}
		sum := fnv.New64a()
		sum.Write(head[pageHead:metaSum])
		if sum.Sum64() != binary.NativeEndian.Uint64(head[metaSum:]) {
			return fmt.Errorf("%w: head %d: a checksum is wrong", ErrCorrupt, page)
		}
	}
	return nil
}

// openFile is bbolt.Open with damage as an error.
func openFile(path string, options *bbolt.Options) (db *bbolt.DB, err error) {
	defer damage(&err)
	db, err = bbolt.Open(path, 0o600, options)
	return db, err
}

// damage, deferred, turns a panic over a damaged file into ErrCorrupt.
func damage(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrCorrupt, p)
	}
}

func verifyFile(tx *bbolt.Tx) error {
	if first, _ := tx.Cursor().First(); first == nil {
		return nil // the program that made it ended before it wrote anything
	}
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return fmt.Errorf("%w: it was not made by this program", ErrSchema)
	}
	for k, want := range metaValues {
		if got := meta.Get([]byte(k)); string(got) != want {
			return fmt.Errorf("%w: %s %q, not %q", ErrSchema, k, got, want)
		}
	}
	for i := range store.Shards {
		name := shardName(i)
		if err := verifyShard(tx.Bucket(name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func verifyShard(b *bbolt.Bucket) error {
	parts := []struct {
		name  []byte
		check func(b *bbolt.Bucket) func(k, v []byte) error
	}{
		{bucketRecords, verifyRecords},
		{bucketFeed, verifyFeed},
		{bucketGone, verifyGone},
		{bucketLeases, verifyLeases},
	}
	for _, part := range parts {
		if b == nil || b.Bucket(part.name) == nil {
			return fmt.Errorf("%w: %s is missing", ErrCorrupt, part.name)
		}
		if err := b.Bucket(part.name).ForEach(part.check(b)); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func verifyRecords(*bbolt.Bucket) func(k, v []byte) error {
	return func(k, v []byte) error {
		e, err := decodeEntry(v)
		if err == nil && (e.name != string(k) || e.removed) {
			err = fmt.Errorf("%w: %q stands where %q should", ErrCorrupt, e.name, k)
		}
		return err
	}
}

func verifyFeed(*bbolt.Bucket) func(k, v []byte) error {
	var last uint64
	return func(k, v []byte) error {
		e, err := decodeEntry(v)
		if err != nil {
			return err
		}
		if !bytes.Equal(k, place(e.seq)) || last != 0 && e.seq != last+1 {
			return fmt.Errorf("%w: %d follows %d", ErrCorrupt, e.seq, last)
		}
		last = e.seq
		return nil
	}
}

func verifyGone(shard *bbolt.Bucket) func(k, v []byte) error {
	feed := shard.Bucket(bucketFeed)
	return func(k, v []byte) error {
		e, err := decodeEntry(feed.Get(v))
		if err == nil && (e.name != string(k) || !e.removed) {
			err = fmt.Errorf("%w: no removal of %q at its place", ErrCorrupt, k)
		}
		return err
	}
}

func verifyLeases(*bbolt.Bucket) func(k, v []byte) error {
	return func(_, v []byte) error {
		_, err := decodeGrant(v)
		return err
	}
}
