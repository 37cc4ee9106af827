package bolt

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"occigate/gateway/store"
)

// The file:
//
//	meta                 layout -> "1", shards -> "16", sum -> checksum of the two
//	s00 .. s15           epoch -> random text
//	    records          name -> entry
//	    feed             place -> entry, without gaps, the oldest are cut off
//	    gone             name -> place of its removal, while the feed has that
//	    leases           uid -> the fence of its newest lease
//
// The newest place of the feed is the shard's sequence: the feed is never
// empty once something was written.
var (
	bucketMeta    = []byte("meta")
	bucketRecords = []byte("records")
	bucketFeed    = []byte("feed")
	bucketGone    = []byte("gone")
	bucketLeases  = []byte("leases")

	keyEpoch = []byte("epoch")
)

// metaValues say what the file is.
var metaValues = map[string]string{
	"layout": "1",
	"shards": fmt.Sprint(store.Shards),
}

// metaSum is the key of the checksum of metaValues, by which a damaged name of this
// layout is told from that of another one.
const metaSum = "sum"

func sumOf(meta map[string]string) string {
	return fmt.Sprintf("%08x", checksum(fmt.Appendf(nil, "%q %q", meta["layout"], meta["shards"])))
}

func shardName(number int) []byte {
	return fmt.Appendf(nil, "s%02d", number)
}

// prepare makes what a new file lacks.
func prepare(tx *bbolt.Tx) error {
	meta, err := tx.CreateBucketIfNotExists(bucketMeta)
	if err != nil {
		return err
	}
	for k, v := range metaValues {
		if err := meta.Put([]byte(k), []byte(v)); err != nil {
			return err
		}
	}
	if err := meta.Put([]byte(metaSum), []byte(sumOf(metaValues))); err != nil {
		return err
	}
	for i := range store.Shards {
		if err := prepareShard(tx, shardName(i)); err != nil {
			return err
		}
	}
	return nil
}

func prepareShard(tx *bbolt.Tx, name []byte) error {
	b, err := tx.CreateBucketIfNotExists(name)
	if err != nil {
		return err
	}
	for _, part := range [][]byte{bucketRecords, bucketFeed, bucketGone, bucketLeases} {
		if _, err := b.CreateBucketIfNotExists(part); err != nil {
			return err
		}
	}
	if b.Get(keyEpoch) == nil {
		return b.Put(keyEpoch, []byte(rand.Text()))
	}
	return nil
}

// shard is one shard inside a transaction.
type shard struct {
	epoch   string
	records *bbolt.Bucket
	feed    *bbolt.Bucket
	gone    *bbolt.Bucket
	leases  *bbolt.Bucket
	options Options
	wrote   bool    // something for the feed's readers
	kept    []entry // writes of what is or was durable
}

func shardOf(tx *bbolt.Tx, number int, options Options) *shard {
	b := tx.Bucket(shardName(number))
	sh := &shard{
		epoch:   string(b.Get(keyEpoch)),
		records: b.Bucket(bucketRecords),
		feed:    b.Bucket(bucketFeed),
		gone:    b.Bucket(bucketGone),
		leases:  b.Bucket(bucketLeases),
		options: options,
	}
	sh.feed.FillPercent = 0.95 // it only grows at its end
	return sh
}

// last gives the place of the newest write, 0 when there was none.
func (sh *shard) last() uint64 {
	k, _ := sh.feed.Cursor().Last()
	if k == nil {
		return 0
	}
	return binary.BigEndian.Uint64(k)
}

// get gives the record of a name; store.ErrNotFound.
func (sh *shard) get(name string) (entry, error) {
	v := sh.records.Get([]byte(name))
	if v == nil {
		return entry{}, store.ErrNotFound
	}
	return decodeEntry(v)
}

// newest gives a name's newest write that is still known: the record, else its
// removal, else an entry of revision 0.
func (sh *shard) newest(name string) (entry, error) {
	e, err := sh.get(name)
	if !errors.Is(err, store.ErrNotFound) {
		return e, err
	}
	at := sh.gone.Get([]byte(name))
	if at == nil {
		return entry{}, nil
	}
	return decodeEntry(sh.feed.Get(at))
}

// append writes e, a record or a removal, and its feed entry, and returns the
// revision that e got.
func (sh *shard) append(e entry) (uint64, error) {
	old, err := sh.newest(e.name)
	if err != nil {
		return 0, err
	}
	e.rev, e.seq = old.rev+1, sh.last()+1
	e.durable = e.durable && !e.removed
	if e.durable || old.durable {
		sh.kept = append(sh.kept, e)
	}
	name, value, at := []byte(e.name), e.encode(), place(e.seq)
	if e.removed {
		err = errors.Join(sh.records.Delete(name), sh.gone.Put(name, at))
	} else {
		err = errors.Join(sh.records.Put(name, value), sh.gone.Delete(name))
	}
	if err := errors.Join(err, sh.feed.Put(at, value)); err != nil {
		return 0, err
	}
	sh.wrote = true
	return e.rev, sh.trim(e.seq)
}

// trim cuts off what is too old for the feed, and the removals in it.
func (sh *shard) trim(last uint64) error {
	c := sh.feed.Cursor()
	for k, v := c.First(); k != nil && binary.BigEndian.Uint64(k)+uint64(sh.options.FeedLength) <= last; k, v = c.First() {
		e, err := decodeEntry(v)
		if err != nil {
			return err
		}
		if bytes.Equal(sh.gone.Get([]byte(e.name)), k) {
			err = sh.gone.Delete([]byte(e.name))
		}
		if err := errors.Join(err, sh.feed.Delete(k)); err != nil {
			return err
		}
	}
	return nil
}
