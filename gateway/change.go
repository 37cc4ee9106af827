package gateway

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// change answers POST on an entity: an action with ?action=, else a partial
// update (GFD.223 section 10.3).
func (g *Gateway) change(c echo.Context) error {
	it, err := g.item(c)
	if err != nil {
		return err
	}
	if term := c.QueryParam("action"); term != "" {
		return g.act(c, it, term)
	}
	return g.update(c, it)
}

// act carries out an action on an entity.
func (g *Gateway) act(c echo.Context, it *inventory.Item, term string) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	m := g.models.current()
	doc, binder, err := g.read(c, m)
	if err != nil {
		return err
	}
	entity := &show(m, it).entity
	call, err := binder.Action(doc, term, entity.Kind, entity.Mixins)
	if err != nil {
		return err
	}
	warn(c, call.Warnings)
	switch {
	case it.Server == nil:
		return &problem{status: http.StatusNotImplemented, message: "no cloud has the action " + term + " for this kind"}
	case call.Action == occi.ActionSave:
		return g.save(c, media, it, call)
	}
	op, err := translate.PowerOp(it.Server, call.Action, call.Attributes)
	if err != nil {
		return err
	}
	if it, err = g.inv.Power(c.Request().Context(), it.ID, op); err != nil {
		return err
	}
	if media.Rendering() == occi.OCCIJSON {
		return g.writeEntity(c, http.StatusOK, media, show(g.models.current(), it))
	}
	return g.writeOK(c, media)
}

// save makes an image of a compute and answers with the template that it has
// become (GFD.224 section 3.1).
func (g *Gateway) save(c echo.Context, media occi.MediaType, it *inventory.Item, call *occi.Invocation) error {
	spec, err := translate.SaveSpec(call.Attributes, it.Title)
	if err != nil {
		return err
	}
	image, err := g.inv.Save(c.Request().Context(), it.ID, spec, inventory.Own{})
	if err != nil {
		return err
	}
	m := g.models.current()
	mixin := m.registry.Mixin(m.templates.Of(translate.OSTpl, image.UID, image.Native))
	if mixin == nil {
		return g.writeOK(c, media)
	}
	return g.writeMixin(c, media, m, mixin)
}

// update changes what a POST without an action describes.
func (g *Gateway) update(c echo.Context, it *inventory.Item) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	m := g.models.current()
	doc, binder, err := g.read(c, m)
	if err != nil {
		return err
	}
	bound, err := binder.Update(doc, &show(m, it).entity)
	if err != nil {
		return err
	}
	if len(bound.Changed) > 0 {
		return &problem{status: http.StatusForbidden, message: "immutable: " + strings.Join(bound.Changed, ", ")}
	}
	warn(c, bound.Warnings)
	if it, err = g.apply(c, m, it, bound); err != nil {
		return err
	}
	return g.writeEntity(c, http.StatusOK, media, show(g.models.current(), it))
}

// apply carries out a partial update: sizes at the cloud first, since it may
// refuse, then what the gateway keeps itself.
func (g *Gateway) apply(c echo.Context, m *model, it *inventory.Item, bound *occi.Bound) (*inventory.Item, error) {
	ctx := c.Request().Context()
	delta, err := m.templates.Delta(&show(m, it).entity, &bound.Entity, it.UID)
	if err != nil {
		return nil, err
	}
	if delta.Size != "" {
		if it, err = g.inv.Resize(ctx, it.ID, delta.Size); err != nil {
			return nil, err
		}
	}
	if delta.VolumeGiB > 0 {
		if it, err = g.inv.ResizeVolume(ctx, it.ID, delta.VolumeGiB); err != nil {
			return nil, err
		}
	}
	return g.inv.Describe(ctx, it.ID, inventory.Own{
		Title: bound.Entity.Title, Summary: bound.Entity.Summary, Extra: delta.Kept,
	})
}

// delete destroys an entity: a link is detached, a machine is gone.
func (g *Gateway) delete(c echo.Context) error {
	it, err := g.item(c)
	if err != nil {
		return err
	}
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	if err := g.inv.Delete(c.Request().Context(), it.ID); err != nil {
		return err
	}
	return g.writeOK(c, media)
}
