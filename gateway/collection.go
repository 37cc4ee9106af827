package gateway

import (
	"slices"
	"strings"

	"occigate/gateway/inventory"
)

// collection is what a path stands for that is no entity: the entities of some
// kinds, those of one mixin, or those of all mixins below an unbound path
// (GFD.223 section 4).
type collection struct {
	kinds []inventory.Kind
	mixin string // type identifier, "" for any
	below *group // of mixins, nil for any
	bound bool   // the location of a kind that has instances, or of a mixin
}

// allKinds are the kinds of entities in the order in which unions list them:
// resources first.
var allKinds = []inventory.Kind{
	inventory.KindServer, inventory.KindVolume, inventory.KindNetwork, inventory.KindReservation,
	inventory.KindInterface, inventory.KindAddress, inventory.KindAttachment,
}

// resources is how many of allKinds are kinds of resources.
const resources = 4

// unions are the paths that list entities of several kinds (GFD.223 section
// 4.1).
var unions = map[string][]inventory.Kind{
	"/":          allKinds,
	"/entity/":   allKinds,
	"/resource/": allKinds[:resources],
	"/link/":     allKinds[resources:],
}

// collectionAt finds the collection at a path, with or without its last slash.
func (m *model) collectionAt(path string) (collection, bool) {
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	if kinds, ok := unions[path]; ok {
		return collection{kinds: kinds}, true
	}
	if kind := m.registry.KindAt(path); kind != nil {
		return collection{kinds: itemKinds[kind.ID()], bound: true}, true
	}
	if mixin := m.registry.MixinAt(path); mixin != nil {
		return collection{kinds: allKinds, mixin: mixin.ID(), bound: true}, true
	}
	if below := m.unbound[path]; below != nil {
		return collection{kinds: allKinds, below: below}, true
	}
	return collection{}, false
}

// links reports whether all members of a collection are links.
func (col collection) links() bool {
	return !slices.ContainsFunc(col.kinds, func(k inventory.Kind) bool { return !isLink(k) })
}

// isLink reports whether items of a kind are shown as links.
func isLink(kind inventory.Kind) bool { return slices.Contains(allKinds[resources:], kind) }

// holds reports whether an item with its rendering is in a collection.
func (m *model) holds(col collection, it *inventory.Item, r *rendered) bool {
	return visible(it) && slices.Contains(col.kinds, it.Kind) && m.selects(col, r)
}

// selects reports whether an entity of one of a collection's kinds is in it.
func (m *model) selects(col collection, r *rendered) bool {
	switch {
	case col.mixin != "":
		return m.has(r, col.mixin)
	case col.below != nil:
		return slices.ContainsFunc(r.entity.Mixins, func(id string) bool { return col.below.mixins[id] })
	}
	return true
}

// has reports whether an entity has a mixin or one that depends on it.
func (m *model) has(r *rendered, mixin string) bool {
	return slices.ContainsFunc(r.entity.Mixins, func(id string) bool { return m.registry.IsA(id, mixin) })
}

// members are the entities of a collection, in the order of lists. For requests
// that change them: it costs what there is.
func (g *Gateway) members(m *model, col collection) []*rendered {
	f := m.search(col).run(g.inv)
	list := make([]*rendered, 0, f.total)
	for _, run := range f.whole(m).items() {
		for _, it := range run {
			list = append(list, show(m, it))
		}
	}
	return list
}
