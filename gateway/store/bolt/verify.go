package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"occigate/gateway/store"
)

// verify reads all of the file, before it is opened for writing, under a shared
// lock so that no other process writes it meanwhile.
func verify(path string, options Options) (err error) {
	if info, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return verifyLost(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// Read-only, bbolt locks the file and looks at nothing but its heads.
	lock, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: options.LockTimeout, ReadOnly: true})
	if err != nil {
		nothing := func([]string, []byte, []byte) error { return nil }
		if why := readPages(file, nothing); why != nil && !errors.Is(err, bolterrors.ErrTimeout) {
			return why // what bbolt says of a file that is too short is no error to be asked for
		}
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	v := verifier{buckets: map[string]bool{}, meta: map[string]string{}, removals: map[string]string{}}
	if err := readPages(file, v.see); err != nil {
		return err
	}
	return v.complete()
}

// verifier looks at every key of a file. The buckets of a shard come in the
// order of their names: feed, gone, leases, records.
type verifier struct {
	buckets  map[string]bool   // those that were seen, by path
	meta     map[string]string // contents of bucketMeta
	last     uint64            // place of the feed's newest entry so far
	removals map[string]string // place -> name of the removals in the shard's feed
}

func (v *verifier) see(path []string, key, value []byte) error {
	if value == nil {
		v.enter(append(path, string(key)))
		return nil
	}
	var err error
	switch {
	case len(path) == 1 && path[0] == string(bucketMeta):
		v.meta[string(key)] = string(value)
	case len(path) == 2:
		err = v.part(path[1], key, value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// enter begins with another bucket.
func (v *verifier) enter(path []string) {
	v.buckets[fmt.Sprint(path)] = true
	if len(path) == 1 {
		v.last = 0
		clear(v.removals)
	}
}

// part looks at a key of a bucket of a shard.
func (v *verifier) part(bucket string, key, value []byte) error {
	switch bucket {
	case string(bucketRecords):
		return verifyRecord(key, value)
	case string(bucketFeed):
		return v.feed(key, value)
	case string(bucketGone):
		if v.removals[string(value)] != string(key) {
			return damaged("no removal of %q in the feed", key)
		}
	case string(bucketLeases):
		_, err := decodeFence(value)
		return err
	}
	return nil
}

func verifyRecord(key, value []byte) error {
	e, err := decodeEntry(value)
	if err == nil && (e.name != string(key) || e.removed) {
		err = damaged("%q stands where %q should", e.name, key)
	}
	return err
}

func (v *verifier) feed(key, value []byte) error {
	e, err := decodeEntry(value)
	if err != nil {
		return err
	}
	if !bytes.Equal(key, place(e.seq)) || v.last != 0 && e.seq != v.last+1 {
		return damaged("%d follows %d", e.seq, v.last)
	}
	v.last = e.seq
	if e.removed {
		v.removals[string(key)] = e.name
	}
	return nil
}

// complete says whether the file has all that a store needs.
func (v *verifier) complete() error {
	if len(v.buckets) == 0 {
		return nil // the program that made it ended before it wrote anything
	}
	if err := v.layout(); err != nil {
		return err
	}
	for i := range store.Shards {
		for _, part := range [][]byte{bucketRecords, bucketFeed, bucketGone, bucketLeases} {
			if path := fmt.Sprint([]string{string(shardName(i)), string(part)}); !v.buckets[path] {
				return damaged("%s is missing", path)
			}
		}
	}
	return nil
}

// layout says whether the file is of this layout. Files of before have no checksum
// of its name; one without any name and with shards has lost it.
func (v *verifier) layout() error {
	sum, summed := v.meta[metaSum]
	if summed && sum != sumOf(v.meta) || len(v.meta) == 0 && v.buckets[fmt.Sprint([]string{string(shardName(0))})] {
		return damaged("the name of its layout")
	}
	for k, want := range metaValues {
		if got := v.meta[k]; got != want {
			return fmt.Errorf("%w: %s %q, not %q", ErrSchema, k, got, want)
		}
	}
	return nil
}
