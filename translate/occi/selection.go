package occi

import "slices"

// Selection is a collection of categories, as the query interface shows it.
type Selection struct {
	Kinds   []*Kind
	Mixins  []*Mixin
	Actions []*Action
}

// All selects everything.
func (r *Registry) All() Selection { return Selection{r.kinds, r.mixins, r.actions} }

// Select selects the categories with the identifiers, those that are derived
// from or depend on them, and on request the actions of all these. Unknown
// identifiers select nothing.
func (r *Registry) Select(ids []string, withActions bool) Selection {
	related := func(id string) bool {
		return slices.ContainsFunc(ids, func(wanted string) bool { return r.IsA(id, wanted) || id == wanted })
	}
	var s Selection
	wanted := map[string]bool{}
	for _, k := range r.kinds {
		if related(k.ID()) {
			s.Kinds = append(s.Kinds, k)
			note(wanted, k.Actions)
		}
	}
	for _, m := range r.mixins {
		if related(m.ID()) {
			s.Mixins = append(s.Mixins, m)
			note(wanted, m.Actions)
		}
	}
	for _, a := range r.actions {
		if slices.Contains(ids, a.ID()) || withActions && wanted[a.ID()] {
			s.Actions = append(s.Actions, a)
		}
	}
	return s
}

func note(set map[string]bool, ids []string) {
	for _, id := range ids {
		set[id] = true
	}
}
