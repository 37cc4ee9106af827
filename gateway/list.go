package gateway

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// collection is what a listing asks for: the entities of some kinds, and of one
// mixin when that is set.
type collection struct {
	kinds []inventory.Kind
	mixin string
}

// allKinds are the kinds of entities in the order in which unions list them.
var allKinds = []inventory.Kind{
	inventory.KindServer, inventory.KindVolume, inventory.KindNetwork,
	inventory.KindInterface, inventory.KindAddress, inventory.KindAttachment,
}

// unions are the paths that list entities of several kinds (GFD.223 section
// 4.1).
var unions = map[string][]inventory.Kind{
	"/":          allKinds,
	"/entity/":   allKinds,
	"/resource/": allKinds[:3],
	"/link/":     allKinds[3:],
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
		return collection{kinds: itemKinds[kind.ID()]}, true
	}
	if mixin := m.registry.MixinAt(path); mixin != nil {
		return collection{kinds: allKinds, mixin: mixin.ID()}, true
	}
	return collection{}, false
}

// members are the entities of a collection, by kind and id.
func (g *Gateway) members(m *model, col collection) []*rendered {
	var list []*rendered
	for _, kind := range col.kinds {
		items := g.inv.List(kind)
		list = slices.Grow(list, len(items))
		for _, it := range items {
			if !visible(it) {
				continue
			}
			if r := show(m, it); col.mixin == "" || m.has(r, col.mixin) {
				list = append(list, r)
			}
		}
	}
	return list
}

// has reports whether an entity has a mixin or one that depends on it.
func (m *model) has(r *rendered, mixin string) bool {
	return slices.ContainsFunc(r.entity.Mixins, func(id string) bool { return m.registry.IsA(id, mixin) })
}

// list answers the collection at the request's path.
func (g *Gateway) list(c echo.Context) error {
	m := g.models.current()
	col, ok := m.collectionAt(c.Request().URL.Path)
	if !ok {
		return g.unknown(c)
	}
	media, err := accepted(c, occi.Renderings()...)
	if err != nil {
		return err
	}
	g.tellFreshness(c)
	return g.writeList(c, media, g.members(m, col))
}

// unknown answers every path that is nothing.
func (g *Gateway) unknown(c echo.Context) error {
	return &problem{status: http.StatusNotFound, message: "there is nothing at " + c.Request().URL.Path}
}

// unchangeable answers methods other than GET and HEAD on collections that can
// only be read.
func (g *Gateway) unchangeable(c echo.Context) error {
	if _, ok := g.models.current().collectionAt(c.Request().URL.Path); !ok {
		return g.unknown(c)
	}
	return notAllowed(c, "GET, HEAD")
}
