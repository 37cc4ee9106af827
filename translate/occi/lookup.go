package occi

import (
	"slices"
	"strings"
)

// maxChain bounds walks along parents and dependencies: user mixins may depend
// on each other in a circle.
const maxChain = 16

// Class says whether an identifier is that of a kind, a mixin or an action; it
// is empty for an unknown one.
func (r *Registry) Class(id string) Class { return r.categories[id].class }

// Kind finds a kind by type identifier; nil when there is none.
func (r *Registry) Kind(id string) *Kind { return r.categories[id].kind }

// Mixin finds a mixin by type identifier; nil when there is none.
func (r *Registry) Mixin(id string) *Mixin { return r.categories[id].mixin }

// Action finds an action by type identifier; nil when there is none.
func (r *Registry) Action(id string) *Action { return r.categories[id].action }

// KindAt finds a kind by location; nil when there is none.
func (r *Registry) KindAt(location string) *Kind { return r.Kind(r.locations[location]) }

// MixinAt finds a mixin by location; nil when there is none.
func (r *Registry) MixinAt(location string) *Mixin { return r.Mixin(r.locations[location]) }

// Attribute finds the definition of an attribute among those of all kinds and
// mixins; nil when there is none. Definitions of one name agree in type.
func (r *Registry) Attribute(name string) *Attribute { return r.attributes[name] }

// IsA reports whether a kind is another or a descendant of it, or a mixin is
// another or depends on it, in steps of any number.
func (r *Registry) IsA(id, ancestor string) bool { return r.isA(id, ancestor, maxChain) }

func (r *Registry) isA(id, ancestor string, steps int) bool {
	if id == ancestor {
		return id != ""
	}
	entry := r.categories[id]
	switch {
	case steps == 0:
		return false
	case entry.kind != nil:
		return r.isA(entry.kind.Parent, ancestor, steps-1)
	case entry.mixin != nil:
		return slices.ContainsFunc(entry.mixin.Depends, func(d string) bool { return r.isA(d, ancestor, steps-1) })
	}
	return false
}

// Applies reports whether a mixin may be associated with entities of a kind. A
// mixin that names no kinds fits wherever those fit that it depends on; one
// that names a kind fits its descendants too.
func (r *Registry) Applies(mixin, kind string) bool { return r.applies(mixin, kind, maxChain) }

func (r *Registry) applies(mixin, kind string, steps int) bool {
	m := r.Mixin(mixin)
	if m == nil || steps == 0 {
		return true
	}
	if len(m.Applies) > 0 && !slices.ContainsFunc(m.Applies, func(k string) bool { return r.IsA(kind, k) }) {
		return false
	}
	return !slices.ContainsFunc(m.Depends, func(d string) bool { return !r.applies(d, kind, steps-1) })
}

// Defaults are the values of attributes that apply when the client gives none.
// Those of mixins win over the kind's, later mixins over earlier ones (GFD.221
// section 5.3.7). Observed attributes have none here.
func (r *Registry) Defaults(kind string, mixins []string) Attributes {
	values := Attributes{}
	for attributes := range r.scope(kind, mixins) {
		for i := range attributes {
			if a := &attributes[i]; a.Default != nil && !a.Observed {
				values[a.Name] = a.Default
			}
		}
	}
	return values
}

// ActionFor finds the action with a term among those of a kind and of mixins.
// Found is the number of such actions: 0 and more than 1 are errors of the
// client.
func (r *Registry) ActionFor(term, kind string, mixins []string) (id string, found int) {
	for action := range r.actionsOf(kind, mixins) {
		if _, t := SplitID(action); t == term && action != id {
			id = action
			found++
		}
	}
	return id, found
}

// Path is where an entity is found: its kind's location and its id. It is
// empty for a kind that is not in the registry.
func (r *Registry) Path(e *Entity) string { return r.PathOf(e.Kind, e.ID) }

// PathOf is Path for a kind's type identifier and an id.
func (r *Registry) PathOf(kind, id string) string {
	k := r.Kind(kind)
	if k == nil || id == "" {
		return ""
	}
	return k.Location + id
}

// Resolve finds the identifier of the category that a client means: it adds a
// missing "#", drops a term that is repeated in the scheme, and knows the
// schemes that older clients use for categories of ours.
func (r *Registry) Resolve(scheme, term string) string {
	scheme = strings.TrimSuffix(scheme, "#"+term)
	if !strings.HasSuffix(scheme, "#") {
		scheme += "#"
	}
	if alias, ok := schemeAliases[scheme]; ok {
		scheme = alias
	}
	return scheme + term
}
