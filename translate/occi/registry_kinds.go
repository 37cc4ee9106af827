package occi

import (
	"maps"
	"slices"
)

// WithKinds returns a registry that has the kinds too, behind its own. A parent
// comes before its children. It returns an [*Error] that names the kind that
// does not fit.
func (r *Registry) WithKinds(kinds ...Kind) (*Registry, error) {
	more := &Registry{
		kinds:      slices.Clone(r.kinds),
		mixins:     r.mixins,
		actions:    r.actions,
		categories: maps.Clone(r.categories),
		locations:  maps.Clone(r.locations),
		attributes: maps.Clone(r.attributes),
		patterns:   maps.Clone(r.patterns),
	}
	kinds = slices.Clone(kinds)
	for i := range kinds {
		if err := more.addKind(&kinds[i]); err != nil {
			return nil, err
		}
	}
	return more, nil
}

// InheritedFrom are the attributes of a kind of the model, for one that is
// derived from it; nil when there is no such kind.
func (r *Registry) InheritedFrom(kind string) []Attribute {
	if k := r.Kind(kind); k != nil {
		return slices.Clone(k.Attributes)
	}
	return nil
}
