package bolt

import (
	"hash/fnv"
	"io"
)

// head is what a head page says.
type head struct {
	pageSize    uint32
	root        uint64
	freelist    uint64
	pages       uint64 // number of the first page that was never written
	transaction uint64
}

// newestHead wants both heads whole and gives the newer. bbolt is content with
// one, and then goes back by a transaction in silence. A head is smaller than a
// disk's sector, so that not even a power cut leaves half of one.
func newestHead(file io.ReaderAt) (head, error) {
	first, err := readHead(file, 0)
	if err != nil {
		return head{}, err
	}
	second, err := readHead(file, int64(first.pageSize))
	if err != nil {
		return head{}, err
	}
	if first.transaction > second.transaction {
		return first, nil
	}
	return second, nil
}

// readHead reads a head page: magic, version, page size and flags (4 bytes
// each), root page and sequence of the root bucket, page of the freelist, number
// of pages, transaction and the FNV-1a sum of all these (8 bytes each).
func readHead(file io.ReaderAt, at int64) (head, error) {
	const sum = 56
	var b [sum + 8]byte
	if _, err := file.ReadAt(b[:], at+headSize); err != nil {
		return head{}, damaged("no head at %d: %v", at, err)
	}
	hash := fnv.New64a()
	hash.Write(b[:sum])
	if hash.Sum64() != order.Uint64(b[sum:]) {
		return head{}, damaged("the checksum of the head at %d is wrong", at)
	}
	return head{
		pageSize:    order.Uint32(b[8:]),
		root:        order.Uint64(b[16:]),
		freelist:    order.Uint64(b[32:]),
		pages:       order.Uint64(b[40:]),
		transaction: order.Uint64(b[48:]),
	}, nil
}
