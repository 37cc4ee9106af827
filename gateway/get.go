package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
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
	return g.writeEntity(c, http.StatusOK, media, show(g.models.current(), it))
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

// query answers the query interface (GFD.223 section 9.1). Categories in the
// request's headers select those, what depends on them, and for clients of OCCI
// 1.2 the actions of all these.
func (g *Gateway) query(c echo.Context) error {
	media, err := accepted(c, occi.TextPlain, occi.TextOCCI, occi.OCCIJSON, occi.JSON, occi.TextOCCIPlain)
	if err != nil {
		return err
	}
	m := g.models.current()
	header := c.Request().Header
	if len(header.Values("Category")) == 0 {
		return g.writeQuery(c, media, m)
	}
	doc, err := occi.Parse(occi.TextOCCI, header, http.NoBody, g.o.Limits)
	if err != nil {
		return err
	}
	wanted := occi.Binder{Registry: m.registry}.Categories(doc)
	return g.writeCategories(c, media, m, m.registry.Select(wanted, speaks12(c.Request())))
}

// speaks12 reports whether a client announces OCCI 1.2.
func speaks12(r *http.Request) bool { return strings.Contains(r.UserAgent(), "OCCI/1.2") }
