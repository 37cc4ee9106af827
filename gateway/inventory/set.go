package inventory

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// Set is an immutable set of items in the order of their ids. A change makes a
// new one that shares most of the old, so that a reader keeps what it has while
// writers go on. nil is the empty set.
//
// It is a list of chunks: finding a place costs a step for each chunk, a change
// copies the chunks that it touches and the list of them.
type Set struct {
	chunks [][]*Item // none is empty
	count  int
}

// chunkLength is the largest number of items in a chunk. New chunks are half
// full, so that they take some inserts before they are split again.
const chunkLength = 256

// setOf makes a set of items that are in order, each once.
func setOf(items []*Item) *Set {
	s := &Set{}
	s.add(items)
	return s
}

// Len is the number of items.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return s.count
}

// From gives the items in order, from the one at an index on.
func (s *Set) From(index int) iter.Seq[*Item] {
	return func(yield func(*Item) bool) {
		if s == nil {
			return
		}
		skip := index
		for _, chunk := range s.chunks {
			if skip >= len(chunk) {
				skip -= len(chunk)
				continue
			}
			for _, it := range chunk[skip:] {
				if !yield(it) {
					return
				}
			}
			skip = 0
		}
	}
}

// find is the item with an id, nil when it is not in the set.
func (s *Set) find(id string) *Item {
	if s == nil {
		return nil
	}
	i, _ := slices.BinarySearchFunc(s.chunks, id, func(c []*Item, id string) int { return strings.Compare(c[len(c)-1].ID, id) })
	if i == len(s.chunks) {
		return nil
	}
	k, ok := slices.BinarySearchFunc(s.chunks[i], id, byID)
	if !ok {
		return nil
	}
	return s.chunks[i][k]
}

func byID(it *Item, id string) int { return strings.Compare(it.ID, id) }

// with makes the set that has the changes in their places; a nil item is one
// that is taken out. nil when nothing is left.
func (s *Set) with(changes map[string]*Item) *Set {
	ids := slices.Sorted(maps.Keys(changes))
	next := &Set{}
	if s != nil {
		next.chunks = make([][]*Item, 0, len(s.chunks)+1)
		for i, chunk := range s.chunks {
			n := len(ids) // of those that belong here
			if i < len(s.chunks)-1 {
				n, _ = slices.BinarySearch(ids, s.chunks[i+1][0].ID)
			}
			if n == 0 {
				next.chunks = append(next.chunks, chunk)
				next.count += len(chunk)
				continue
			}
			next.add(merge(chunk, ids[:n], changes))
			ids = ids[n:]
		}
	}
	next.add(merge(nil, ids, changes))
	if next.count == 0 {
		return nil
	}
	return next
}

// add appends items, with the last chunk when both are small, in several chunks
// when they are many.
func (s *Set) add(items []*Item) {
	s.count += len(items)
	if last := len(s.chunks) - 1; last >= 0 && len(s.chunks[last])+len(items) <= chunkLength/2 {
		items = slices.Concat(s.chunks[last], items)
		s.chunks = s.chunks[:last]
	}
	if len(items) <= chunkLength {
		if len(items) > 0 {
			s.chunks = append(s.chunks, slices.Clip(items))
		}
		return
	}
	for chunk := range slices.Chunk(items, chunkLength/2) {
		s.chunks = append(s.chunks, slices.Clone(chunk))
	}
}

// merge gives a new slice with the changes of some ids, which are in order, in
// their places.
func merge(sorted []*Item, ids []string, changes map[string]*Item) []*Item {
	out := make([]*Item, 0, len(sorted)+len(ids))
	for _, id := range ids {
		i, found := slices.BinarySearchFunc(sorted, id, byID)
		out = append(out, sorted[:i]...)
		sorted = sorted[i:]
		if found {
			sorted = sorted[1:]
		}
		if it := changes[id]; it != nil {
			out = append(out, it)
		}
	}
	return append(out, sorted...)
}
