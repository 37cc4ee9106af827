package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// This file reads bbolt's file format, version 2, to find damage in it. bbolt
// itself maps the file into memory and trusts it: a damaged page makes it panic,
// loop or fault in goroutines of its own, where nobody can catch it.
//
// Integers have the byte order of the machine. A page begins with its number
// (8 bytes), its kind (2), the number of its elements (2) and the number of
// pages that it goes on for (4). Pages 0 and 1 are heads, written by turns.
// Elements have 16 bytes each; their keys and values stand behind them.
const (
	headSize    = 16
	elementSize = 16

	kindBranch   = 0x01
	kindLeaf     = 0x02
	kindFreelist = 0x10

	elementBucket = 0x01 // the value is a bucket
)

var order = binary.NativeEndian

// visitor is given every key of the file with the names of the buckets around
// it, those of a bucket after its own name. A bucket has no value. What it is
// given is good only until it returns.
type visitor func(path []string, key, value []byte) error

// pages is a file under examination.
type pages struct {
	file io.ReaderAt
	size uint64 // of a page
	used []bool // by page number, up to the first that was never written
	see  visitor
}

// readPages reads every page of a file, wants each to be used or free, and used
// once, keys in order and heads whole, and shows its keys to see. The errors
// are ErrCorrupt and those of see.
func readPages(file io.ReaderAt, see visitor) error {
	head, err := newestHead(file)
	if err != nil {
		return err
	}
	p := &pages{file: file, size: uint64(head.pageSize), see: see}
	if head.pages < 2 || head.pages > 1<<40/p.size {
		return damaged("%d pages", head.pages)
	}
	p.used = make([]bool, head.pages)
	p.used[0], p.used[1] = true, true
	if err := p.freelist(head.freelist); err != nil {
		return err
	}
	if err := p.tree(head.root, nil, bounds{}); err != nil {
		return err
	}
	for id, used := range p.used {
		if !used {
			return damaged("page %d is neither used nor free", id)
		}
	}
	return nil
}

// page is a page with those that it goes on for, without its head.
type page struct {
	kind  uint16
	count int
	body  []byte
}

// page reads a page and marks it used.
func (p *pages) page(id uint64) (page, error) {
	b, err := p.read(id, 1)
	if err != nil {
		return page{}, err
	}
	more := uint64(order.Uint32(b[12:]))
	if order.Uint64(b) != id {
		return page{}, damaged("page %d says that it is page %d", id, order.Uint64(b))
	}
	if more > 0 {
		if b, err = p.read(id, more+1); err != nil {
			return page{}, err
		}
	}
	for i := id; i <= id+more; i++ {
		if err := p.use(i); err != nil {
			return page{}, err
		}
	}
	return parsePage(b), nil
}

func parsePage(b []byte) page {
	return page{kind: order.Uint16(b[8:]), count: int(order.Uint16(b[10:])), body: b[headSize:]}
}

func (p *pages) read(id, n uint64) ([]byte, error) {
	if last := uint64(len(p.used)); id >= last || n > last-id {
		return nil, damaged("page %d of %d, %d long", id, last, n)
	}
	b := make([]byte, n*p.size)
	if _, err := p.file.ReadAt(b, int64(id*p.size)); err != nil {
		return nil, damaged("page %d: %v", id, err)
	}
	return b, nil
}

func (p *pages) use(id uint64) error {
	if id >= uint64(len(p.used)) || p.used[id] {
		return damaged("page %d is used twice or not there", id)
	}
	p.used[id] = true
	return nil
}

// freelist marks what is free. The count of a long list is in its first place.
func (p *pages) freelist(id uint64) error {
	list, err := p.page(id)
	if err != nil {
		return err
	}
	count := uint64(list.count)
	if count == 0xFFFF {
		count, list.body = order.Uint64(list.body), list.body[8:]
	}
	if list.kind != kindFreelist || count > uint64(len(list.body)/8) {
		return damaged("page %d is no freelist", id)
	}
	for i := range count {
		if err := p.use(order.Uint64(list.body[i*8:])); err != nil {
			return err
		}
	}
	return nil
}

// bounds are where the keys of a part of a tree have to be: from least on, and
// before end; nil is no bound.
type bounds struct{ least, end []byte }

func (b bounds) check(key []byte) error {
	if len(key) == 0 || bytes.Compare(key, b.least) < 0 || b.end != nil && bytes.Compare(key, b.end) >= 0 {
		return damaged("key %q is not between %q and %q", key, b.least, b.end)
	}
	return nil
}

// tree reads the part of a bucket's tree that begins at a page.
func (p *pages) tree(id uint64, path []string, in bounds) error {
	pg, err := p.page(id)
	if err != nil {
		return err
	}
	switch pg.kind {
	case kindBranch:
		return p.branch(pg, path, in)
	case kindLeaf:
		return p.leaf(pg, path, in)
	}
	return damaged("page %d is of kind %#x", id, pg.kind)
}

// branch reads a page of keys and pages: place of the key from here on and its
// size (4 bytes each), number of the page (8).
func (p *pages) branch(pg page, path []string, in bounds) error {
	if pg.count == 0 {
		return damaged("a branch without pages")
	}
	keys := make([][]byte, pg.count+1)
	for i := range pg.count {
		key, err := pg.cut(i, 0, 4)
		if err != nil {
			return err
		}
		if err := in.check(key); err != nil {
			return err
		}
		keys[i] = key
	}
	keys[pg.count] = in.end
	for i := range pg.count {
		child := order.Uint64(pg.body[i*elementSize+8:])
		if err := p.tree(child, path, bounds{keys[i], keys[i+1]}); err != nil {
			return err
		}
	}
	return nil
}

// leaf reads a page of keys and values: flags, place of the key from here on,
// size of the key and size of the value that follows it (4 bytes each).
func (p *pages) leaf(pg page, path []string, in bounds) error {
	for i := range pg.count {
		key, err := pg.cut(i, 4, 8)
		if err != nil {
			return err
		}
		value, err := pg.cut(i, 4, 8, 12)
		if err != nil {
			return err
		}
		if err := in.check(key); err != nil {
			return err
		}
		in.least = append(bytes.Clone(key), 0) // the next key is larger
		if order.Uint32(pg.body[i*elementSize:])&elementBucket != 0 {
			err = p.bucket(append(path, string(key)), value)
		} else {
			err = p.see(path, key, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket reads a bucket: its root page and a sequence (8 bytes each), and for a
// small one, whose root is 0, its only page.
func (p *pages) bucket(path []string, value []byte) error {
	last := len(path) - 1
	if err := p.see(path[:last], []byte(path[last]), nil); err != nil {
		return err
	}
	if len(value) < 16 {
		return damaged("a bucket of %d bytes", len(value))
	}
	if root := order.Uint64(value); root != 0 {
		return p.tree(root, path, bounds{})
	}
	if len(value) < 16+headSize {
		return damaged("a bucket of %d bytes", len(value))
	}
	pg := parsePage(value[16:])
	if pg.kind != kindLeaf {
		return damaged("a bucket of kind %#x", pg.kind)
	}
	return p.leaf(pg, path, bounds{})
}

// cut gives a piece of an element. The place of its key, and the sizes of the
// pieces up to the one that is wanted, stand at these offsets in the element.
func (pg page) cut(element, place int, sizes ...int) ([]byte, error) {
	at := uint64(element * elementSize)
	if at+elementSize > uint64(len(pg.body)) {
		return nil, damaged("element %d is beyond its page", element)
	}
	field := pg.body[at:]
	from := at + uint64(order.Uint32(field[place:]))
	to := from
	for _, offset := range sizes {
		from, to = to, to+uint64(order.Uint32(field[offset:]))
	}
	if to > uint64(len(pg.body)) {
		return nil, damaged("element %d goes beyond its page", element)
	}
	return pg.body[from:to], nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}
