package inventory

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// Word is something that items can be found by: a fact of one facet. The facets
// but [FacetMixin] are the caller's, see [Options].
type Word struct {
	Facet string
	UID   string // account that the value belongs to, "" for values that are everybody's
	Value string
}

// FacetMixin is the facet of what users put on items: every item has a word of
// it for each of its Mixins.
const FacetMixin = "mixin"

// index finds the items of one kind.
type index struct {
	all   *Set
	words map[Word]*Set
	found *Answers[string]
	gen   uint64 // another one after every change
}

// Any is a list of words of which an item is wanted to have one. It does not
// change, so that one of many words is best made once.
type Any struct {
	words []Word
	name  string // tells it from others
}

// AnyOf makes the list of some words.
func AnyOf(words ...Word) Any {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", words))
	return Any{words, string(sum[:])}
}

// indexChange is what one publication changes of an index.
type indexChange struct {
	all   map[string]*Item
	words map[Word]map[string]*Item
}

// wordsOf are the words of an item, those of its Mixins first.
func (v *view) wordsOf(it *Item) []Word {
	words := make([]Word, 0, len(it.Mixins)+6)
	for _, id := range it.Mixins {
		words = append(words, Word{Facet: FacetMixin, Value: id})
	}
	return append(words, v.words(it)...)
}

// move notes that an item takes another's place. Either may be nil.
func (v *view) move(changes map[Kind]*indexChange, old, now *Item) {
	for _, it := range []*Item{old, now} { // the new one last, as it stays
		if it == nil {
			continue
		}
		c := changes[it.Kind]
		if c == nil {
			c = &indexChange{map[string]*Item{}, map[Word]map[string]*Item{}}
			changes[it.Kind] = c
		}
		var stays *Item
		if it == now {
			stays = now
		}
		c.all[it.ID] = stays
		for _, w := range v.wordsOf(it) {
			if c.words[w] == nil {
				c.words[w] = map[string]*Item{}
			}
			c.words[w][it.ID] = stays
		}
	}
}

// reindex makes the indexes after changes. What is returned shows them; it is
// called under the lock.
func (v *view) reindex(changes map[Kind]*indexChange) (swap func()) {
	type made struct {
		at    *index
		all   *Set
		words map[Word]*Set
	}
	next := make([]made, 0, len(changes))
	for kind, c := range changes {
		x := v.at(kind)
		m := made{at: x, all: x.all.with(c.all), words: make(map[Word]*Set, len(c.words))}
		for w, items := range c.words {
			m.words[w] = x.words[w].with(items)
		}
		next = append(next, m)
	}
	return func() {
		for _, m := range next {
			m.at.all, m.at.found = m.all, &Answers[string]{}
			m.at.gen++
			setOrDelete(m.at.words, m.words, func(s *Set) bool { return s == nil })
		}
	}
}

// at is the index of a kind.
func (v *view) at(kind Kind) *index {
	if x := v.indexes[kind]; x != nil {
		return x
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	x := &index{words: map[Word]*Set{}, found: &Answers[string]{}}
	v.indexes[kind] = x
	return x
}

// setOrDelete takes changed values over, without those that are empty.
func setOrDelete[K comparable, V any](m, changed map[K]V, empty func(V) bool) {
	for key, value := range changed {
		if empty(value) {
			delete(m, key)
			continue
		}
		m[key] = value
	}
}

// Select returns the items of a kind that have a word of each of the lists. What
// it costs depends on the least of the lists, not on how many items there are;
// for no list or one of a single word it is nothing, and what was found is
// remembered for a while.
func (v *Inventory) Select(kind Kind, lists ...Any) *Set {
	v.feed.view.mu.RLock()
	x := v.feed.view.indexes[kind]
	if x == nil {
		v.feed.view.mu.RUnlock()
		return nil
	}
	search := ""
	for _, l := range lists {
		search += l.name
	}
	known, ok := x.known(lists, search)
	if ok {
		v.feed.view.mu.RUnlock()
		return known
	}
	found, sets := x.found, x.find(lists)
	v.feed.view.mu.RUnlock()
	return found.Get(search, func() *Set { return intersect(sets) })
}

// known is what a search finds that needs none.
func (x *index) known(lists []Any, search string) (s *Set, ok bool) {
	switch {
	case len(lists) == 0:
		return x.all, true
	case len(lists) == 1 && len(lists[0].words) == 1:
		return x.words[lists[0].words[0]], true
	}
	return x.found.known(search)
}

// find looks the words of lists up.
func (x *index) find(lists []Any) [][]*Set {
	sets := make([][]*Set, len(lists))
	for i, list := range lists {
		sets[i] = make([]*Set, len(list.words))
		for k, w := range list.words {
			sets[i][k] = x.words[w]
		}
	}
	return sets
}

// intersect gives the items that are in a set of each list.
func intersect(lists [][]*Set) *Set {
	slices.SortStableFunc(lists, func(a, b []*Set) int { return total(a) - total(b) })
	least := union(lists[0])
	if len(lists) == 1 {
		return least
	}
	var items []*Item
	for it := range least.From(0) {
		if !slices.ContainsFunc(lists[1:], func(sets []*Set) bool { return !holds(sets, it.ID) }) {
			items = append(items, it)
		}
	}
	return SetOf(items)
}

func total(sets []*Set) (n int) {
	for _, s := range sets {
		n += s.Len()
	}
	return n
}

func holds(sets []*Set, id string) bool {
	return slices.ContainsFunc(sets, func(s *Set) bool { return s.find(id) != nil })
}

// union gives the items that are in any of some sets.
func union(sets []*Set) *Set {
	sets = slices.DeleteFunc(slices.Clone(sets), func(s *Set) bool { return s.Len() == 0 })
	switch len(sets) {
	case 0:
		return nil
	case 1:
		return sets[0]
	}
	items := make([]*Item, 0, total(sets))
	for _, s := range sets {
		items = slices.AppendSeq(items, s.From(0))
	}
	slices.SortFunc(items, func(a, b *Item) int { return byID(a, b.ID) })
	return SetOf(slices.CompactFunc(items, func(a, b *Item) bool { return a.ID == b.ID }))
}
