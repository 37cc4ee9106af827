package occi

import (
	"slices"
	"strings"
)

// Filter selects entities that have all of its categories and all of its
// attributes with equal values (GFD.223 section 7). The zero value selects all.
type Filter struct {
	Categories []string // type identifiers of kinds and mixins
	Attributes Attributes
}

// Filter reads the filter in a request that gets a collection.
func (b Binder) Filter(d *Document) (Filter, error) {
	f := Filter{Attributes: Attributes{}}
	for i := range d.Entities {
		part := &d.Entities[i]
		for k := range part.Categories {
			id, class, err := b.resolve(&part.Categories[k])
			if err != nil {
				return Filter{}, err
			}
			if class == ClassAction {
				return Filter{}, part.Categories[k].Pos.fail("action in a filter:", id, "a kind or a mixin")
			}
			f.Categories = append(f.Categories, id)
		}
		for k := range part.Attributes {
			if err := b.filterValue(&f, &part.Attributes[k]); err != nil {
				return Filter{}, err
			}
		}
	}
	return f, nil
}

// FilterQuery reads a filter from the values of a query string: type
// identifiers, and attributes as name=value.
func (b Binder) FilterQuery(categories, attributes []string) (Filter, error) {
	d := Document{Entities: []Part{{}}}
	part := &d.Entities[0]
	for _, id := range categories {
		scheme, term := SplitID(id)
		part.Categories = append(part.Categories, CategoryRef{Scheme: scheme, Term: term})
	}
	for _, a := range attributes {
		name, value, found := strings.Cut(a, "=")
		if !found {
			return Filter{}, Pos{}.fail("not a filter", a, "name=value")
		}
		part.Attributes = append(part.Attributes, Value{Name: name, Form: Bare, Text: strings.Trim(value, `"`)})
	}
	return b.Filter(&d)
}

func (b Binder) filterValue(f *Filter, v *Value) error {
	name := v.Name
	if alias, ok := attributeAliases[name]; ok {
		name = alias
	}
	a := b.Registry.Attribute(name)
	if a == nil {
		return v.Pos.fail("unknown attribute", v.Name, listedAttribute)
	}
	value, err := b.Registry.coerce(a, v)
	if err != nil {
		return err
	}
	switch text, _ := value.(string); name {
	case AttrID:
		value = bareID(text)
	case AttrSource, AttrTarget:
		value = b.Path(text)
	}
	f.Attributes[name] = value
	return nil
}

// Match reports whether the filter selects an entity. A kind selects the
// entities of kinds that are derived from it too, a mixin those with a mixin
// that depends on it.
func (f *Filter) Match(r *Registry, e *Entity) bool {
	for _, id := range f.Categories {
		has := r.IsA(e.Kind, id) || slices.ContainsFunc(e.Mixins, func(m string) bool { return r.IsA(m, id) })
		if !has {
			return false
		}
	}
	for name, value := range f.Attributes {
		if !sameValue(attributeOf(e, name), value) {
			return false
		}
	}
	return true
}

// attributeOf is an attribute by name, those that are fields included.
func attributeOf(e *Entity, name string) any {
	switch name {
	case AttrID:
		return e.ID
	case AttrTitle:
		return e.Title
	case AttrSummary:
		return e.Summary
	case AttrSource:
		return e.Source.Location
	case AttrTarget:
		return e.Target.Location
	case AttrTargetKind:
		return e.Target.Kind
	}
	return e.Attributes[name]
}

// sameValue compares values as renderings show them.
func sameValue(a, b any) bool {
	if x, ok := a.(string); ok {
		y, ok := b.(string)
		return ok && x == y
	}
	return a == nil && b == nil || a != nil && string(appendJSON(nil, a)) == string(appendJSON(nil, b))
}
