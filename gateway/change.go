package gateway

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/providers"
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
	if term := c.QueryParam(actionKey); term != "" {
		return g.act(c, it, term)
	}
	return g.revise(c, it, false)
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
	ctx := c.Request().Context()
	if call.Action == occi.ActionSave {
		saved, note, err := g.save(ctx, it, call)
		if err != nil {
			return err
		}
		return g.writeSaved(c, media, saved, note)
	}
	if _, err := g.carryOut(ctx, it, call); err != nil {
		return err
	}
	return g.writeActed(c, media, it)
}

// writeActed answers after an action with the entity as it is now, in JSON; in
// the other renderings clients look for OK.
func (g *Gateway) writeActed(c echo.Context, media occi.MediaType, it *inventory.Item) error {
	if media.Rendering() != occi.OCCIJSON {
		return g.writeOK(c, media)
	}
	if now, ok := g.inv.Get(c.Request().Context(), it.ID); ok {
		it = now
	}
	return g.writeEntity(c, http.StatusOK, media, it)
}

// keptBackup is what a client is told that has asked for a template at a cloud
// that makes none.
const keptBackup = "no template was made: this cloud keeps what is saved as a backup with the machine, named after it or as asked, and restores it into that machine alone"

// save makes an image of a compute and gives the item of that, or, with a note,
// that of the compute when it has become a backup.
func (g *Gateway) save(ctx context.Context, it *inventory.Item, call *occi.Invocation) (saved *inventory.Item, note string, err error) {
	spec, err := translate.SaveSpec(call.Attributes, it.Title)
	if err != nil {
		return nil, "", err
	}
	saved, err = g.inv.Save(ctx, it.ID, spec, inventory.Own{})
	if err == nil && saved.Kind == inventory.KindServer {
		note = keptBackup
	}
	return saved, note, err
}

// writeSaved answers after a save with the template that a compute has become
// (GFD.224 section 3.1), or with the note that says why there is none.
func (g *Gateway) writeSaved(c echo.Context, media occi.MediaType, saved *inventory.Item, note string) error {
	if note != "" {
		warn(c, []string{note})
		return g.writeActed(c, media, saved)
	}
	m := g.models.current()
	mixin := m.registry.Mixin(m.templates.Of(translate.OSTpl, saved.UID, saved.Native))
	if mixin == nil {
		return g.writeOK(c, media)
	}
	return g.writeMixin(c, media, m, mixin)
}

// revision is an update of an entity: of the whole description, or of a part of
// it.
type revision struct {
	item    *inventory.Item
	current *occi.Entity
	bound   *occi.Bound
	full    bool
}

// revise changes an entity to what a request describes: a POST without an
// action in part, a PUT in full.
func (g *Gateway) revise(c echo.Context, it *inventory.Item, full bool) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	m := g.models.current()
	doc, binder, err := g.read(c, m)
	if err != nil {
		return err
	}
	n := revision{item: it, current: &show(m, it).entity, full: full}
	if full {
		if err := g.o.Switches.checkReplace(doc); err != nil {
			return err
		}
		n.bound, err = binder.Replace(doc, n.current)
	} else {
		n.bound, err = binder.Update(doc, n.current)
	}
	if err != nil {
		return err
	}
	if len(n.bound.Changed) > 0 {
		return &problem{status: http.StatusForbidden, message: "immutable: " + strings.Join(n.bound.Changed, ", ")}
	}
	if it, err = g.apply(c, m, n); err != nil {
		return err
	}
	return g.writeEntity(c, http.StatusOK, media, it)
}

// apply carries out an update: all of it is checked first, then come sizes and
// links, since the cloud may refuse them, and last what the gateway keeps
// itself.
func (g *Gateway) apply(c echo.Context, m *model, n revision) (*inventory.Item, error) {
	delta, err := m.templates.Delta(translate.Update{
		Current: n.current, Wanted: &n.bound.Entity, UID: n.item.UID, Full: n.full,
	})
	if err != nil {
		return nil, err
	}
	links, err := g.linksOf(c, m, n)
	if err != nil {
		return nil, err
	}
	warn(c, slices.Concat(n.bound.Warnings, delta.Warnings))
	ctx := c.Request().Context()
	if err := g.resize(ctx, n.item.ID, delta); err != nil {
		return nil, err
	}
	if err := g.connect(ctx, links); err != nil {
		return nil, err
	}
	return g.keep(ctx, n, delta)
}

// resize gives a compute or a storage its new size, if there is one.
func (g *Gateway) resize(ctx context.Context, id string, delta translate.Delta) (err error) {
	switch {
	case delta.Size != "":
		_, err = g.inv.Resize(ctx, id, delta.Size)
	case delta.VolumeGiB > 0:
		_, err = g.inv.ResizeVolume(ctx, id, delta.VolumeGiB)
	}
	return err
}

// keep changes what the gateway itself keeps of an entity, and gives the entity
// as it is now.
func (g *Gateway) keep(ctx context.Context, n revision, delta translate.Delta) (*inventory.Item, error) {
	id, e := n.item.ID, &n.bound.Entity
	own := inventory.Own{Title: e.Title, Summary: e.Summary, Extra: delta.Kept}
	if len(delta.Add) > 0 || len(delta.Remove) > 0 {
		if _, err := g.inv.Mix(ctx, id, delta.Add, delta.Remove); err != nil {
			return nil, err
		}
	}
	switch {
	case n.full:
		return g.inv.Replace(ctx, id, own)
	case own.Title != "" || own.Summary != "" || len(own.Extra) > 0:
		return g.inv.Describe(ctx, id, own)
	}
	it, ok := g.inv.Get(ctx, id)
	if !ok {
		return nil, providers.Errorf(providers.ErrNotFound, "update", "%s was deleted meanwhile", id)
	}
	return it, nil
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
