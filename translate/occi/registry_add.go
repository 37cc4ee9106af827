package occi

import (
	"regexp"
	"strings"
)

func (r *Registry) addAction(a *Action) error {
	if err := r.checkCategory(a.Category, a.Attributes); err != nil {
		return err
	}
	entry := category{id: a.ID(), class: ClassAction, action: a, short: shortLine(a.Category, ClassAction)}
	entry.line = entry.short
	r.actions = append(r.actions, a)
	r.categories[entry.id] = entry
	return nil
}

func (r *Registry) addKind(k *Kind) error {
	if err := r.checkCategory(k.Category, k.Attributes); err != nil {
		return err
	}
	if k.Parent != "" && r.Kind(k.Parent) == nil {
		return unfit(k.Category, "has an unknown parent", k.Parent)
	}
	if err := r.checkActions(k.Category, k.Actions); err != nil {
		return err
	}
	if k.Location != "" {
		if err := r.bind(k.Category, k.Location); err != nil {
			return err
		}
	}
	r.kinds = append(r.kinds, k)
	r.index(k.Attributes)
	entry := category{id: k.ID(), class: ClassKind, kind: k, short: shortLine(k.Category, ClassKind)}
	entry.line = entityLine(entry.short, k.Title, "", k.Location)
	r.categories[entry.id] = entry
	return nil
}

func (r *Registry) addMixin(m *Mixin, rank int) error {
	if err := r.checkCategory(m.Category, m.Attributes); err != nil {
		return err
	}
	if err := r.checkRelations(m); err != nil {
		return err
	}
	if err := r.bind(m.Category, m.Location); err != nil {
		return err
	}
	if strings.HasPrefix(m.Scheme, schemeOpenStack) {
		rank = rankLast
	}
	r.mixins = append(r.mixins, m)
	r.index(m.Attributes)
	entry := category{id: m.ID(), class: ClassMixin, mixin: m, rank: rank, short: shortLine(m.Category, ClassMixin)}
	entry.line = entityLine(entry.short, m.Title, r.rel(m), m.Location)
	r.categories[entry.id] = entry
	return nil
}

// checkRelations allows a user's mixin to depend on what is not in the model;
// such a relation is kept and not shown.
func (r *Registry) checkRelations(m *Mixin) error {
	for _, id := range m.Depends {
		if r.Mixin(id) == nil && !m.User {
			return unfit(m.Category, "depends on an unknown mixin", id)
		}
	}
	for _, id := range m.Applies {
		if r.Kind(id) == nil {
			return unfit(m.Category, "applies to an unknown kind", id)
		}
	}
	return r.checkActions(m.Category, m.Actions)
}

func (r *Registry) checkActions(c Category, ids []string) error {
	for _, id := range ids {
		if r.Action(id) == nil {
			return unfit(c, "has an unknown action", id)
		}
	}
	return nil
}

func (r *Registry) checkCategory(c Category, attributes []Attribute) error {
	if !ValidTerm(c.Term) {
		return unfit(c, "has a term that clients cannot read", "[a-z0-9][a-z0-9_-]*")
	}
	if !validScheme(c.Scheme) {
		return unfit(c, "has a scheme that clients cannot read", `an absolute URI that ends in "#"`)
	}
	if r.categories[c.ID()].class != "" {
		return &Error{Kind: Conflict, Name: c.ID(), Problem: "category is already there"}
	}
	return r.checkAttributes(c, attributes)
}

func (r *Registry) checkAttributes(c Category, attributes []Attribute) error {
	for i := range attributes {
		a := &attributes[i]
		if !validAttributeName(a.Name) {
			return unfit(c, "has a badly named attribute", a.Name)
		}
		if a.Pattern == "" || r.patterns[a.Pattern] != nil {
			continue
		}
		pattern, err := regexp.CompilePOSIX(anchored(a.Pattern))
		if err != nil {
			return unfit(c, "has an attribute with a bad pattern", a.Name)
		}
		r.patterns[a.Pattern] = pattern
	}
	return nil
}

// anchored makes a pattern match whole values.
func anchored(pattern string) string { return "^(" + pattern + ")$" }

// bind reserves a location. None may lie below that of a kind, where entities
// live, nor where the query interface is.
func (r *Registry) bind(c Category, location string) error {
	if !validLocation(location) {
		return unfit(c, "has a location that cannot be used", `an absolute path of plain characters that ends in "/"`)
	}
	if _, taken := r.locations[location]; taken {
		return &Error{Kind: Conflict, Name: location, Problem: "location is already taken"}
	}
	for i := range len(location) - 1 {
		if location[i] == '/' && r.KindAt(location[:i+1]) != nil {
			return &Error{Kind: Conflict, Name: location, Problem: "location lies below that of a kind"}
		}
	}
	r.locations[location] = c.ID()
	return nil
}

// index makes the first definition of an attribute the one that filters use.
func (r *Registry) index(attributes []Attribute) {
	for i := range attributes {
		if a := &attributes[i]; r.attributes[a.Name] == nil {
			r.attributes[a.Name] = a
		}
	}
}

func unfit(c Category, problem, expected string) error {
	return &Error{Name: c.ID(), Problem: "category " + problem, Expected: expected}
}
