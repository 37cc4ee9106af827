package inventory

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Set is an immutable set of items in the order of their ids. A change makes a
// new one that shares most of the old, so that a reader keeps what it has while
// writers go on. nil is the empty set.
//
// It is a list of chunks: finding a place costs a step for each chunk, a change
// copies the chunks that it touches and the list of them.
type Set struct {
	chunks []*chunk // none is empty
	count  int
}

// chunk is a part of a set, and does not change either.
type chunk struct {
	items  []*Item
	packed sync.Once
	ids    []string // of the items, when packed
}

// chunkLength is the largest number of items in a chunk. New chunks are half
// full, so that they take some inserts before they are split again.
const chunkLength = 256

// SetOf makes a set of items that are in the order of their ids, each once.
func SetOf(items []*Item) *Set {
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
		for run := range s.Runs(index) {
			for _, it := range run {
				if !yield(it) {
					return
				}
			}
		}
	}
}

// Runs gives the items as From does, in pieces of up to some hundred. They must
// not be modified.
func (s *Set) Runs(index int) iter.Seq[[]*Item] {
	return runs(s, index, func(c *chunk) []*Item { return c.items })
}

// IDs gives the ids of the items as Runs gives the items, without a look at them.
func (s *Set) IDs(index int) iter.Seq[[]string] { return runs(s, index, (*chunk).names) }

// runs gives what a function gives of each chunk, which is as long as that.
func runs[T any](s *Set, index int, of func(*chunk) []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		if s == nil {
			return
		}
		skip := index
		for _, c := range s.chunks {
			if skip >= len(c.items) {
				skip -= len(c.items)
				continue
			}
			if !yield(of(c)[skip:]) {
				return
			}
			skip = 0
		}
	}
}

// names are the ids of a chunk's items. Those lie all over the memory, so that
// going through them takes longer than writing the list that is made of it: once
// somebody has asked, the ids are kept in one piece.
func (c *chunk) names() []string {
	c.packed.Do(func() {
		var text strings.Builder
		for _, it := range c.items {
			text.WriteString(it.ID)
		}
		rest := text.String()
		c.ids = make([]string, len(c.items))
		for i, it := range c.items {
			c.ids[i], rest = rest[:len(it.ID)], rest[len(it.ID):]
		}
	})
	return c.ids
}

// find is the item with an id, nil when it is not in the set.
func (s *Set) find(id string) *Item {
	if s == nil {
		return nil
	}
	i, _ := slices.BinarySearchFunc(s.chunks, id, func(c *chunk, id string) int { return byID(c.items[len(c.items)-1], id) })
	if i == len(s.chunks) {
		return nil
	}
	items := s.chunks[i].items
	k, ok := slices.BinarySearchFunc(items, id, byID)
	if !ok {
		return nil
	}
	return items[k]
}

func byID(it *Item, id string) int { return strings.Compare(it.ID, id) }

// with makes the set that has the changes in their places; a nil item is one
// that is taken out. nil when nothing is left.
func (s *Set) with(changes map[string]*Item) *Set {
	ids := slices.Sorted(maps.Keys(changes))
	next := &Set{}
	if s != nil {
		next.chunks = make([]*chunk, 0, len(s.chunks)+1)
		for i, c := range s.chunks {
			n := len(ids) // of those that belong here
			if i < len(s.chunks)-1 {
				n, _ = slices.BinarySearch(ids, s.chunks[i+1].items[0].ID)
			}
			if n == 0 {
				next.chunks = append(next.chunks, c)
				next.count += len(c.items)
				continue
			}
			next.add(merge(c.items, ids[:n], changes))
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
	if last := len(s.chunks) - 1; last >= 0 && len(s.chunks[last].items)+len(items) <= chunkLength/2 {
		items = slices.Concat(s.chunks[last].items, items)
		s.chunks = s.chunks[:last]
	}
	if len(items) <= chunkLength {
		if len(items) > 0 {
			s.chunks = append(s.chunks, &chunk{items: slices.Clip(items)})
		}
		return
	}
	for some := range slices.Chunk(items, chunkLength/2) {
		s.chunks = append(s.chunks, &chunk{items: slices.Clone(some)})
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
