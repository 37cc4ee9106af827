package gateway

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// group is some mixins of which an entity is asked to have one: a mixin and those
// that depend on it, or those below a path. All images of all clouds are one, so
// that it is made with the model and not for a request.
type group struct {
	name   string          // the mixin's or the path
	mixins map[string]bool // type identifiers
	words  inventory.Any   // one for each of the mixins
	exact  bool            // who has one of the words has one of the mixins
}

func (m *model) group(name string, mixins []string) *group {
	g := &group{name: name, mixins: make(map[string]bool, len(mixins)), exact: true}
	words := make([]inventory.Word, 0, len(mixins))
	for _, id := range mixins {
		word, exact := m.wordOf(id)
		words = append(words, word)
		g.mixins[id] = true
		g.exact = g.exact && exact
	}
	g.words = inventory.AnyOf(words...)
	return g
}

// findGroups makes the groups of a model's registry.
func (m *model) findGroups() {
	m.groups, m.unbound = map[string]*group{}, map[string]*group{}
	dependents := dependents(m.registry)
	for id, others := range dependents {
		m.groups[id] = m.group(id, append([]string{id}, others...))
	}
	below := map[string]map[string]bool{}
	for _, mixin := range m.registry.Mixins() {
		id := mixin.ID()
		for path := range above(mixin.Location) {
			if below[path] == nil {
				below[path] = map[string]bool{}
			}
			for _, id := range append([]string{id}, dependents[id]...) {
				below[path][id] = true
			}
		}
	}
	for path, mixins := range below {
		m.unbound[path] = m.group(path, slices.Sorted(maps.Keys(mixins)))
	}
}

// above are the paths that a location is below, but for the root, which is a union.
func above(location string) iter.Seq[string] {
	return func(yield func(string) bool) {
		path := strings.TrimSuffix(location, "/")
		for i := strings.LastIndexByte(path, '/'); i > 0 && yield(path[:i+1]); i = strings.LastIndexByte(path[:i], '/') {
		}
	}
}

// dependents finds for every mixin those that depend on it.
func dependents(r *occi.Registry) map[string][]string {
	all := map[string][]string{}
	for _, mixin := range r.Mixins() {
		id := mixin.ID()
		seen := map[string]bool{id: true}
		for queue := mixin.Depends; len(queue) > 0; queue = queue[1:] {
			if on := queue[0]; !seen[on] {
				seen[on] = true
				all[on] = append(all[on], id)
				if m := r.Mixin(on); m != nil {
					queue = append(slices.Clone(queue), m.Depends...)
				}
			}
		}
	}
	return all
}
