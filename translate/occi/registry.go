package occi

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Registry is an immutable snapshot of all categories that can be used. It is
// safe for concurrent use; whoever adds mixins gets a new one. What its methods
// return is shared and must not be changed.
type Registry struct {
	kinds      []*Kind
	mixins     []*Mixin // own, then added ones by identifier, then those of schemeOpenStack
	actions    []*Action
	categories map[string]category
	locations  map[string]string // location -> type identifier
	attributes map[string]*Attribute
	patterns   map[string]*regexp.Regexp
}

// category is a Kind, a Mixin or an Action with the renderings that every
// entity of it repeats.
type category struct {
	id     string
	class  Class
	kind   *Kind
	mixin  *Mixin
	action *Action
	rank   int
	short  string // term, scheme and class
	line   string // and title, rel and location, as entities show it
}

// The groups in which mixins are listed.
const (
	rankOwn = iota
	rankAdded
	rankLast
)

// NewRegistry makes a registry. A parent must come before its children, a
// mixin after those that it depends on. It returns an *Error
// that names the category which is there twice, has a term or location
// that clients cannot read, or refers to one that is not in the model.
func NewRegistry(kinds []Kind, mixins []Mixin, actions []Action) (*Registry, error) {
	r := &Registry{
		categories: map[string]category{},
		locations:  map[string]string{},
		attributes: map[string]*Attribute{},
		patterns:   map[string]*regexp.Regexp{},
	}
	kinds, mixins, actions = slices.Clone(kinds), slices.Clone(mixins), slices.Clone(actions)
	for i := range actions {
		if err := r.addAction(&actions[i]); err != nil {
			return nil, err
		}
	}
	for i := range kinds {
		if err := r.addKind(&kinds[i]); err != nil {
			return nil, err
		}
	}
	for i := range mixins {
		if err := r.addMixin(&mixins[i], rankOwn); err != nil {
			return nil, err
		}
	}
	r.order()
	return r, nil
}

// With returns a registry that has the mixins too, listed by identifier
// whatever their order here. A mixin comes after those that it depends on. The
// error names the first mixin that does not fit.
func (r *Registry) With(mixins ...Mixin) (*Registry, error) {
	merged, errs := r.Merge(mixins...)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return merged, nil
}

// Merge is With for mixins that come from many clouds and users: those that do
// not fit are left out, and an *Error says why for each.
func (r *Registry) Merge(mixins ...Mixin) (*Registry, []error) {
	merged := &Registry{
		kinds:      r.kinds,
		mixins:     slices.Grow(slices.Clone(r.mixins), len(mixins)),
		actions:    r.actions,
		categories: maps.Clone(r.categories),
		locations:  maps.Clone(r.locations),
		attributes: maps.Clone(r.attributes),
		patterns:   maps.Clone(r.patterns),
	}
	var errs []error
	mixins = slices.Clone(mixins)
	for i := range mixins {
		if err := merged.addMixin(&mixins[i], rankAdded); err != nil {
			errs = append(errs, err)
		}
	}
	merged.order()
	return merged, errs
}

// order sorts the mixins that were added by identifier, behind the model's own
// and before those of schemeOpenStack.
func (r *Registry) order() {
	entries := make([]category, len(r.mixins))
	for i, m := range r.mixins {
		entries[i] = r.categories[m.ID()]
	}
	slices.SortStableFunc(entries, func(a, b category) int {
		if c := cmp.Compare(a.rank, b.rank); c != 0 || a.rank == rankOwn {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	for i := range entries {
		r.mixins[i] = entries[i].mixin
	}
}

// Kinds lists all kinds; core#entity, core#resource and core#link come first
// in the built-in model.
func (r *Registry) Kinds() []*Kind { return r.kinds }

// Mixins lists all mixins in an order that does not depend on when each of
// them was added.
func (r *Registry) Mixins() []*Mixin { return r.mixins }

// Actions lists all actions.
func (r *Registry) Actions() []*Action { return r.actions }
