package gateway

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate"
)

// put answers PUT on an entity's path: it replaces the entity's description
// (GFD.223 section 10.2.2), or makes one whose id is the path's last segment
// (section 10.2.1).
func (g *Gateway) put(c echo.Context) error {
	if c.QueryParam(actionKey) != "" {
		return notAllowed(c, "POST")
	}
	it, err := g.item(c)
	if err != nil {
		return g.createAt(c)
	}
	return g.revise(c, it, true)
}

// createAt makes the one entity that a PUT at an unused path describes.
func (g *Gateway) createAt(c echo.Context) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	m := g.models.current()
	path := c.Request().URL.Path
	cut := strings.LastIndexByte(path, '/') + 1
	id := strings.ToLower(strings.TrimPrefix(path[cut:], "urn:uuid:"))
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id {
		return &problem{status: http.StatusBadRequest, message: "an entity can only be made at a UUID, not at " + path}
	}
	doc, binder, err := g.read(c, m)
	if err != nil {
		return err
	}
	bounds, err := binder.Create(doc)
	if err != nil {
		return err
	}
	e := &bounds[0].Entity
	switch {
	case len(bounds) > 1:
		return &problem{status: http.StatusBadRequest, message: "several entities for one path"}
	case translate.Location(e.Kind, "") != path[:cut] || creators[e.Kind] == nil:
		return &problem{status: http.StatusBadRequest, message: e.Kind + " is not the kind of " + path[:cut]}
	case uuid.Validate(e.ID) == nil && !strings.EqualFold(e.ID, id):
		return &problem{status: http.StatusBadRequest, message: "occi.core.id differs from the path: " + e.ID}
	}
	made, err := g.plan(c, m, e, id)
	if err != nil {
		return inCreate(err)
	}
	warn(c, append(bounds[0].Warnings, translate.Ignored(e)...))
	it, err := made.do(c.Request().Context())
	if err != nil {
		return inCreate(err)
	}
	g.explain(c, it)
	return g.writeCreated(c, media, pathOf(it))
}

// linksOf checks the new links that an update has inline and prepares them.
// Those that the entity has already, by their id, are left out.
func (g *Gateway) linksOf(c echo.Context, m *model, n revision) ([]making, error) {
	var list []making
	for i := range n.bound.Entity.Links {
		link := &n.bound.Entity.Links[i]
		if n.has(link.ID) {
			continue
		}
		link.Source.Location = pathOf(n.item)
		made, err := g.plan(c, m, link, "")
		if err != nil {
			return nil, inCreate(err)
		}
		list = append(list, made)
	}
	return list, nil
}

// has reports whether the entity has a link with an id.
func (n revision) has(id string) bool {
	for i := range n.current.Links {
		if strings.EqualFold(n.current.Links[i].ID, id) {
			return true
		}
	}
	return false
}

// connect makes the new links of an update one after the other. When one fails,
// those before it are taken away again.
func (g *Gateway) connect(ctx context.Context, links []making) error {
	var made []*inventory.Item
	for _, link := range links {
		it, err := link.do(ctx)
		if err == nil {
			made = append(made, it)
			continue
		}
		for _, it := range made {
			if undo := g.inv.Delete(context.WithoutCancel(ctx), it.ID); undo != nil {
				return &problem{
					status:  problemOf(inCreate(err)).status,
					message: problemOf(inCreate(err)).message + "; the link " + pathOf(it) + " was made and stays: " + undo.Error(),
				}
			}
		}
		return inCreate(err)
	}
	return nil
}
