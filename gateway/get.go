package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
)

// get answers one entity.
func (g *Gateway) get(c echo.Context) error {
	it, err := g.item(c)
	if err != nil {
		return err
	}
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	waited, err := g.freshen(c, scope{uid: it.UID, kinds: []inventory.Kind{it.Kind}})
	if err == nil && waited {
		it, err = g.item(c)
	}
	if err != nil {
		return err
	}
	return g.writeEntity(c, http.StatusOK, media, it)
}

// item finds the entity that the request's path names. The path is the kind's
// location and the UUID, which may have "urn:uuid:" before it.
func (g *Gateway) item(c echo.Context) (*inventory.Item, error) {
	path, err := url.PathUnescape(c.Request().URL.Path)
	if err == nil {
		if it := g.at(c, path); it != nil {
			return it, nil
		}
	}
	return nil, g.unknown(c)
}

// at finds the entity at a path; nil when there is none.
func (g *Gateway) at(c echo.Context, path string) *inventory.Item {
	i := strings.LastIndexByte(path, '/')
	id := strings.ToLower(strings.TrimPrefix(path[i+1:], "urn:uuid:"))
	it, ok := g.inv.Get(c.Request().Context(), id)
	if !ok || !visible(it) || kinds[it.Kind] == "" || pathOf(it) != path[:i+1]+id {
		return nil
	}
	return it
}
