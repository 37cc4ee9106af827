package gateway

import (
	"fmt"
	"iter"
	"slices"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// search is what a listing is asked for, as far as possible in words that the
// inventory has an index of: what it costs then depends on what it finds.
type search struct {
	model  *model
	kinds  []inventory.Kind
	lists  []inventory.Any           // one of each is wanted
	checks []func(*occi.Entity) bool // what the words leave open
	named  string                    // what the checks are for, which tells them from others
	title  string                    // wanted, a cheap check before the others
}

// found are the items that a search has found, in the order of lists: by kind
// and id, which only creates and deletes change.
type found struct {
	kinds []inventory.Kind
	sets  []*inventory.Set // one for each of kinds
	total int
}

// search is the search for the members of a collection.
func (m *model) search(col collection) *search {
	s := &search{kinds: col.kinds, model: m}
	switch {
	case col.mixin != "":
		s.having(col.mixin)
	case col.below != nil:
		s.oneOf(col.below)
	}
	return s
}

// narrow adds what a filter asks for.
func (s *search) narrow(f *occi.Filter) {
	r := s.model.registry
	for _, id := range f.Categories {
		if r.Kind(id) == nil {
			s.having(id)
			continue
		}
		s.kinds = slices.DeleteFunc(slices.Clone(s.kinds), func(k inventory.Kind) bool { return !r.IsA(kinds[k], id) })
	}
	open := occi.Filter{Attributes: occi.Attributes{}}
	for name, value := range f.Attributes {
		text, ok := value.(string)
		if ok && states[name] {
			s.lists = append(s.lists, inventory.AnyOf(inventory.Word{Facet: name, Value: text}))
			continue
		}
		open.Attributes[name] = value
	}
	if len(open.Attributes) > 0 {
		s.title, _ = open.Attributes[occi.AttrTitle].(string)
		s.check(fmt.Sprintf("%#v", open.Attributes), func(e *occi.Entity) bool { return open.Match(r, e) })
	}
}

// having asks for entities with a mixin or one that depends on it.
func (s *search) having(mixin string) {
	group := s.model.groups[mixin]
	if group == nil {
		group = s.model.group(mixin, []string{mixin})
	}
	s.oneOf(group)
}

// oneOf asks for entities that have one of some mixins.
func (s *search) oneOf(g *group) {
	if g.mixins[translate.Observed] {
		return // every entity has it
	}
	s.lists = append(s.lists, g.words)
	if !g.exact {
		s.check(g.name, func(e *occi.Entity) bool {
			return slices.ContainsFunc(e.Mixins, func(id string) bool { return g.mixins[id] })
		})
	}
}

func (s *search) check(name string, passes func(*occi.Entity) bool) {
	s.checks = append(s.checks, passes)
	s.named += name + "\n"
}

// run looks the search up.
func (s *search) run(inv *inventory.Inventory) found {
	f := found{kinds: s.kinds}
	for _, kind := range s.kinds {
		set := inv.Select(kind, s.lists...)
		if len(s.checks) > 0 && set.Len() > 0 {
			all := set
			set = s.model.checked.Get(check{all, s.named}, func() *inventory.Set { return s.checked(all) })
		}
		f.sets = append(f.sets, set)
		f.total += set.Len()
	}
	return f
}

// check names the checks of the items of a set. Neither the set nor the model
// that its entities are shown under changes, so that what the checks leave of it
// can be kept.
type check struct {
	of    *inventory.Set
	named string
}

// checked are the items of a set that pass the checks.
func (s *search) checked(set *inventory.Set) *inventory.Set {
	var passed []*inventory.Item
	for it := range set.From(0) {
		if s.title != "" && it.Title != s.title {
			continue
		}
		e := s.model.entity(it)
		if !slices.ContainsFunc(s.checks, func(passes func(*occi.Entity) bool) bool { return !passes(&e) }) {
			passed = append(passed, it)
		}
	}
	return inventory.SetOf(passed)
}

// from gives what was found from an index on, at most n of it, in runs of one
// kind each. What is read of the sets are their items or only the ids of those.
func from[T any](f found, index, n int, read func(*inventory.Set, int) iter.Seq[[]T]) iter.Seq2[inventory.Kind, []T] {
	return func(yield func(inventory.Kind, []T) bool) {
		skip, left := index, n
		for i, set := range f.sets {
			if skip >= set.Len() {
				skip -= set.Len()
				continue
			}
			for run := range read(set, skip) {
				run = run[:min(len(run), left)]
				if left -= len(run); len(run) == 0 || !yield(f.kinds[i], run) {
					return
				}
			}
			skip = 0
		}
	}
}
