package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"occigate/gateway/store"
)

// entry is one write: the value of a record and of the feed alike.
type entry struct {
	seq     uint64 // place in the shard's feed
	rev     uint64
	durable bool
	removed bool
	name    string // store.Key.Name
	data    []byte
}

const (
	flagDurable = 1 << iota
	flagRemoved
)

// entryHead is the size of what stands before the name: sequence, revision,
// flags and length of the name.
const entryHead = 8 + 8 + 1 + 4

func (e entry) encode() []byte {
	var flags byte
	if e.durable {
		flags |= flagDurable
	}
	if e.removed {
		flags |= flagRemoved
	}
	b := make([]byte, sealSize, sealSize+entryHead+len(e.name)+len(e.data))
	b = binary.BigEndian.AppendUint64(b, e.seq)
	b = binary.BigEndian.AppendUint64(b, e.rev)
	b = append(b, flags)
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.name)))
	b = append(b, e.name...)
	return seal(append(b, e.data...))
}

// decodeEntry gives the entry that v holds. Its data is a piece of v.
func decodeEntry(v []byte) (entry, error) {
	b, err := unseal(v)
	if err != nil {
		return entry{}, err
	}
	if len(b) < entryHead {
		return entry{}, fmt.Errorf("%w: an entry of %d bytes", ErrCorrupt, len(b))
	}
	size := int(binary.BigEndian.Uint32(b[17:]))
	if size > len(b)-entryHead {
		return entry{}, fmt.Errorf("%w: a name of %d bytes in an entry of %d", ErrCorrupt, size, len(b))
	}
	return entry{
		seq:     binary.BigEndian.Uint64(b),
		rev:     binary.BigEndian.Uint64(b[8:]),
		durable: b[16]&flagDurable != 0,
		removed: b[16]&flagRemoved != 0,
		name:    string(b[entryHead : entryHead+size]),
		data:    b[entryHead+size:],
	}, nil
}

// record gives the entry as callers see it, with data of their own.
func (e entry) record() (store.Record, error) {
	key, ok := store.ParseName(e.name)
	if !ok {
		return store.Record{}, fmt.Errorf("%w: %q is no name", ErrCorrupt, e.name)
	}
	rec := store.Record{Key: key, Rev: e.rev, Durable: e.durable}
	if !e.removed {
		rec.Data = append([]byte{}, e.data...)
	}
	return rec, nil
}

// sealSize is the size of the checksum at the head of every value: CRC-32 with
// the Castagnoli polynomial, which processors compute.
const sealSize = 4

// seal writes the checksum of what follows into the first bytes of v.
func seal(v []byte) []byte {
	binary.BigEndian.PutUint32(v, checksum(v[sealSize:]))
	return v
}

// unseal gives what follows the checksum, when that is right.
func unseal(v []byte) ([]byte, error) {
	if len(v) < sealSize || binary.BigEndian.Uint32(v) != checksum(v[sealSize:]) {
		return nil, fmt.Errorf("%w: a checksum is wrong", ErrCorrupt)
	}
	return v[sealSize:], nil
}

func checksum(b []byte) uint32 {
	return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
}

// place is the key of a feed entry: big-endian, so that the feed is in order.
func place(seq uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, seq)
}
