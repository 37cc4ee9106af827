package occi

import "iter"

// scope yields the attributes of a kind and of mixins with all that these
// depend on, in the order in which later definitions win.
func (r *Registry) scope(kind string, mixins []string) iter.Seq[[]Attribute] {
	return func(yield func([]Attribute) bool) {
		if k := r.Kind(kind); k != nil && !yield(k.Attributes) {
			return
		}
		for m := range r.withDepends(mixins) {
			if !yield(m.Attributes) {
				return
			}
		}
	}
}

// actionsOf yields the identifiers of the actions of a kind with its ancestors
// and of mixins with all that these depend on.
func (r *Registry) actionsOf(kind string, mixins []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := r.Kind(kind); k != nil; k = r.Kind(k.Parent) {
			for _, id := range k.Actions {
				if !yield(id) {
					return
				}
			}
		}
		for m := range r.withDepends(mixins) {
			for _, id := range m.Actions {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// withDepends yields mixins, each after those that it depends on. Unknown ones
// are skipped.
func (r *Registry) withDepends(ids []string) iter.Seq[*Mixin] {
	return func(yield func(*Mixin) bool) { r.walk(ids, maxChain, yield) }
}

func (r *Registry) walk(ids []string, steps int, yield func(*Mixin) bool) bool {
	for _, id := range ids {
		m := r.Mixin(id)
		if m == nil || steps == 0 {
			continue
		}
		if !r.walk(m.Depends, steps-1, yield) || !yield(m) {
			return false
		}
	}
	return true
}
