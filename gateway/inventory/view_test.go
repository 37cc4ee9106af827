package inventory

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is put and removed, a list is what a map of the same changes holds,
// in the order of ids, and a slice that was handed out does not change.
func TestMergeIsAMapInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]*Item{}
		var sorted []*Item
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			before := slices.Clone(sorted)
			handed := sorted
			delta := map[string]*Item{}
			for _, id := range rapid.SliceOf(rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 1, 2, -1)).Draw(t, "ids") {
				if delta[id] = nil; rapid.Bool().Draw(t, "put") {
					delta[id] = &Item{ID: id}
				}
			}
			for id, it := range delta {
				if delete(model, id); it != nil {
					model[id] = it
				}
			}
			sorted = merge(sorted, delta)
			if !slices.Equal(handed, before) {
				t.Fatal("a slice that was handed out has changed")
			}
		}
		if len(sorted) != len(model) {
			t.Fatalf("%d items, want %d", len(sorted), len(model))
		}
		for i, it := range sorted {
			if model[it.ID] != it || i > 0 && sorted[i-1].ID >= it.ID {
				t.Fatalf("item %d is %s", i, it.ID)
			}
		}
	})
}
