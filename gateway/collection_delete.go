package gateway

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"occigate/providers"
)

// deleteMembers deletes the entities of a kind that the request lists, by
// X-OCCI-Location, as a list of URIs or in JSON. Without a list all would be
// meant (GFD.223 section 11.4.1), which takes Options.DeleteAll, since they are
// spread over all clouds. One that fails does not stop the others; the answer is
// then described at [result].
func (g *Gateway) deleteMembers(c echo.Context) error {
	m := g.models.current()
	col, ok := m.collectionAt(c.Request().URL.Path)
	if !ok {
		return g.unknown(c)
	}
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	doc, binder, err := g.addressing(c, m)
	if err != nil {
		return err
	}
	refs := binder.References(doc)
	switch {
	case len(refs) == 0 && !doc.Empty():
		return &problem{status: http.StatusBadRequest, message: "no entity is listed: their locations are expected"}
	case len(refs) == 0 && !g.o.DeleteAll:
		return &problem{
			status:  http.StatusForbidden,
			message: "deleting all of " + c.Request().URL.Path + " is switched off (occi.delete_all): list the locations of the entities meant",
		}
	}
	members, err := g.addressed(c, m, col, refs)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	errs := g.inBulk(c, uidsOf(members), false, func(i int) error {
		err := g.inv.Delete(ctx, members[i].item.ID)
		if errors.Is(err, providers.ErrNotFound) { // somebody else has done it meanwhile
			return nil
		}
		return err
	})
	if firstOf(errs) >= 0 {
		return partly(errs, g.resultsOf(c, members, errs), "deleted")
	}
	return g.writeOK(c, media)
}

// unchangeable answers methods that the collections of several kinds, and what
// is nothing, do not have.
func (g *Gateway) unchangeable(c echo.Context) error {
	col, ok := g.models.current().collectionAt(c.Request().URL.Path)
	switch {
	case !ok:
		return g.unknown(c)
	case col.mixin != "":
		return notAllowed(c, "GET, HEAD, POST, PUT, DELETE")
	case col.bound || c.Request().URL.Path == "/":
		return notAllowed(c, "GET, HEAD, POST")
	}
	return notAllowed(c, "GET, HEAD")
}
