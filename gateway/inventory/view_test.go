package inventory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is put and removed, a set is what a map of the same changes holds, in
// the order of ids, and one that was handed out does not change.
func TestSetIsAMapInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]*Item{}
		var s *Set
		id := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%03x", rapid.IntRange(0, 0xfff).Draw(t, "id")) })
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			handed, before := s, slices.Collect(s.From(0))
			changes := map[string]*Item{}
			for _, id := range rapid.SliceOfN(id, 0, 3*chunkLength).Draw(t, "ids") {
				if changes[id] = nil; rapid.IntRange(0, 3).Draw(t, "put") > 0 {
					changes[id] = &Item{ID: id}
				}
			}
			for id, it := range changes {
				if delete(model, id); it != nil {
					model[id] = it
				}
			}
			s = s.with(changes)
			if !slices.Equal(slices.Collect(handed.From(0)), before) {
				t.Fatal("a set that was handed out has changed")
			}
		}
		same(t, s, model)
	})
}

// same holds a set to a map, from each of some places on.
func same(t *rapid.T, s *Set, model map[string]*Item) {
	want := make([]*Item, 0, len(model))
	for _, id := range slices.Sorted(maps.Keys(model)) {
		want = append(want, model[id])
	}
	if s.Len() != len(want) {
		t.Fatalf("%d items, want %d", s.Len(), len(want))
	}
	from := rapid.IntRange(0, len(want)).Draw(t, "from")
	rest := s.From(from)
	for range 2 { // a sequence can be read again
		if !slices.Equal(slices.Collect(rest), want[from:]) {
			t.Fatalf("from %d on it is another", from)
		}
	}
	if !slices.EqualFunc(slices.Concat(slices.Collect(s.IDs(from))...), want[from:], func(id string, it *Item) bool { return id == it.ID }) {
		t.Fatalf("from %d on the ids are others", from)
	}
	for _, it := range want {
		if s.find(it.ID) != it {
			t.Fatalf("%s is not found", it.ID)
		}
	}
	if s.find("none") != nil {
		t.Fatal("what is not there is found")
	}
	if s != nil {
		for i, chunk := range s.chunks {
			if len(chunk.items) == 0 || len(chunk.items) > chunkLength {
				t.Fatalf("chunk %d holds %d", i, len(chunk.items))
			}
		}
	}
}

// Whatever is published, an item is found by each of its words, and by no other.
func TestSelectIsAScan(t *testing.T) {
	words := []Word{{Facet: "state", Value: "on"}, {Facet: "state", Value: "off"}, {Facet: "cloud", UID: "a"}, {Facet: FacetMixin, Value: "m"}}
	has := func(it *Item) []Word { return it.Derived.([]Word) }
	rapid.Check(t, func(t *rapid.T) {
		v := &Inventory{feed: &feed{view: newView(Options{Words: has})}}
		some := rapid.SliceOfDistinct(rapid.SampledFrom(words[:3]), rapid.ID)
		for range rapid.IntRange(1, 5).Draw(t, "rounds") {
			e := edit{items: map[string]entry{}, removed: map[string]bool{}}
			for _, id := range rapid.SliceOfDistinct(rapid.SampledFrom(strings.Split("abcdefghijkl", "")), rapid.ID).Draw(t, "ids") {
				if _, there := v.feed.view.entries[id]; there && rapid.Bool().Draw(t, "remove") {
					e.removed[id] = true
					continue
				}
				it := &Item{ID: id, Kind: KindVolume, Derived: some.Draw(t, "words")}
				if rapid.Bool().Draw(t, "mixed") {
					it.Mixins = []string{"m"}
				}
				e.items[id] = entry{it, 0}
			}
			v.feed.view.show(e, nil)
		}
		lists := rapid.SliceOfN(rapid.SliceOfDistinct(rapid.SampledFrom(words), rapid.ID), 0, 3).Draw(t, "lists")
		model := map[string]*Item{}
		for id, n := range v.feed.view.entries {
			all := v.feed.view.wordsOf(n.item)
			misses := func(list []Word) bool {
				return !slices.ContainsFunc(list, func(w Word) bool { return slices.Contains(all, w) })
			}
			if !slices.ContainsFunc(lists, misses) {
				model[id] = n.item
			}
		}
		wanted := make([]Any, len(lists))
		for i, list := range lists {
			wanted[i] = AnyOf(list...)
		}
		for range 2 { // the second time from memory
			same(t, v.Select(KindVolume, wanted...), model)
		}
	})
}
