package gateway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
	"occigate/translate/occi"
)

// post answers POST on the path of a collection: an action on its members with
// ?action=, else a create, which kinds' locations and "/" take, or new members of
// a mixin.
func (g *Gateway) post(c echo.Context) error {
	m := g.models.current()
	col, ok := m.collectionAt(c.Request().URL.Path)
	switch term := c.QueryParam(actionKey); {
	case !ok:
		return g.unknown(c)
	case term != "" && col.bound:
		return g.actAll(c, m, col, term)
	case term != "":
		return notAllowed(c, "GET, HEAD")
	case col.mixin != "":
		return g.associate(c, m, m.registry.Mixin(col.mixin))
	case !col.bound && c.Request().URL.Path != "/":
		return g.unchangeable(c)
	}
	return g.create(c, m)
}

// create makes the entities that a POST describes (GFD.223 section 11.3.1). All
// are checked before any is made. When a cloud refuses one of several, no more
// are begun and those made before are deleted again, as far as the clouds allow
// that: the answer is described at [result].
func (g *Gateway) create(c echo.Context, m *model) error {
	media, err := accepted(c, occi.Renderings()...)
	if err != nil {
		return err
	}
	bounds, err := g.described(c, m)
	if err != nil {
		return err
	}
	var warnings []string
	list := make([]making, len(bounds))
	for i := range bounds {
		if list[i], err = g.plan(c, m, &bounds[i].Entity, ""); err != nil {
			return inBound(err, bounds, i)
		}
		warnings = append(append(warnings, bounds[i].Warnings...), translate.Ignored(&bounds[i].Entity)...)
	}
	slices.Sort(warnings)
	warn(c, slices.Compact(warnings))
	if len(list) > 1 {
		return g.createAll(c, media, list)
	}
	it, err := list[0].do(c.Request().Context())
	if err != nil {
		return inCreate(err)
	}
	g.explain(c, it)
	return g.writeCreated(c, media, pathOf(it))
}

// mostCreated is how many entities one request may create.
const mostCreated = 250

// described reads the entities of a create request, which must be of the
// location's kind unless that is "/".
func (g *Gateway) described(c echo.Context, m *model) ([]occi.Bound, error) {
	doc, binder, err := g.read(c, m)
	if err != nil {
		return nil, err
	}
	list, err := binder.Create(doc)
	if err != nil {
		return nil, err
	}
	if len(list) > mostCreated {
		return nil, &problem{
			status:  http.StatusRequestEntityTooLarge,
			message: "at most " + strconv.Itoa(mostCreated) + " entities can be created by a request",
		}
	}
	location := strings.TrimSuffix(c.Request().URL.Path, "/") + "/"
	for i := range list {
		kind := list[i].Entity.Kind
		switch {
		case creators[kind] == nil:
			err = &problem{status: http.StatusBadRequest, message: kind + " has no entities that could be created"}
		case location != "/" && translate.Location(kind, "") != location:
			err = &problem{status: http.StatusBadRequest, message: kind + " is not the kind of " + location}
		}
		if err != nil {
			return nil, inBound(err, list, i)
		}
	}
	return list, nil
}

// inBound says which of several entities of a document a problem is about.
func inBound(err error, list []occi.Bound, i int) error {
	if len(list) == 1 {
		return inCreate(err)
	}
	p := *problemOf(inCreate(err))
	p.message = "entity " + strconv.Itoa(i+1) + ": " + p.message
	return &p
}

// making is a create of one entity that was checked as far as that goes without
// the cloud.
type making struct {
	uid  string // account
	kind string
	do   func(context.Context) (*inventory.Item, error)
}

// plan checks a create and prepares it. id is the UUID that the entity gets, ""
// for one of ours. Errors of plan and of what it returns are for inCreate.
func (g *Gateway) plan(c echo.Context, m *model, e *occi.Entity, id string) (making, error) {
	n := creation{inv: g.inv, wishes: g.wishes(c, m), entity: e, id: id, pricing: pricing{g.desk, m.templates}, placer: g.placer}
	n.room = g.roomWait(c.Request())
	if translate.Placed(e) { // several clouds may be asked, one after the other
		_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{})
	}
	made, err := creators[e.Kind](n)
	made.kind = e.Kind
	return made, err
}

// createAll carries out several creates, or none.
func (g *Gateway) createAll(c echo.Context, media occi.MediaType, list []making) error {
	base := g.base(c.Request())
	if err := g.fits(media, base, list); err != nil {
		return err
	}
	ctx := c.Request().Context()
	items := make([]*inventory.Item, len(list))
	uids := make([]string, len(list))
	for i := range list {
		uids[i] = list[i].uid
	}
	errs := g.inBulk(c, uids, true, func(i int) (err error) {
		items[i], err = list[i].do(ctx)
		return inCreate(err)
	})
	if firstOf(errs) >= 0 {
		return partly(errs, g.undo(c, items, errs), "created")
	}
	urls := make([]string, len(items))
	for i, it := range items {
		urls[i] = base + pathOf(it)
	}
	return g.writeManyCreated(c, media, urls)
}

// fits makes sure that the locations of new entities can be told in headers
// before anything is made.
func (g *Gateway) fits(media occi.MediaType, base string, list []making) error {
	if media != occi.TextOCCI {
		return nil
	}
	urls := make([]string, len(list))
	for i := range list {
		urls[i] = base + translate.Location(list[i].kind, "00000000-0000-0000-0000-000000000000")
	}
	return occi.SetLocations(http.Header{}, slices.Values(urls))
}

// undo deletes what was created before something else failed, the newest first,
// and says what became of each entity. It goes on when the client is gone.
func (g *Gateway) undo(c echo.Context, items []*inventory.Item, errs []error) []result {
	ctx := context.WithoutCancel(c.Request().Context())
	base := g.base(c.Request())
	results := make([]result, len(items))
	var made []int
	var uids []string
	for i := len(items) - 1; i >= 0; i-- {
		if errs[i] != nil {
			results[i] = failure(errs[i], "")
			continue
		}
		made, uids = append(made, i), append(uids, items[i].UID)
	}
	undone := g.inBulk(c, uids, false, func(k int) error { return g.deleteSoon(ctx, items[made[k]].ID) })
	for k, err := range undone {
		results[made[k]] = result{Result: resultUndone, Location: base + pathOf(items[made[k]])}
		if err != nil {
			results[made[k]].Result = resultCreated
			results[made[k]].Message = "it could not be deleted again: " + problemOf(err).message
		}
	}
	return results
}

// What is being created can often be deleted only when it is ready: that is
// tried again so often, for so long.
const (
	undoPause    = 500 * time.Millisecond
	undoPatience = 20 * time.Second
)

// deleteSoon deletes an entity as soon as its cloud allows it.
func (g *Gateway) deleteSoon(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, undoPatience)
	defer cancel()
	for {
		err := g.inv.Delete(ctx, id)
		if !errors.Is(err, providers.ErrConflict) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(undoPause):
		}
	}
}

// writeManyCreated answers with the locations of new entities. There is no
// Location header, which would be that of one.
func (g *Gateway) writeManyCreated(c echo.Context, media occi.MediaType, urls []string) error {
	if media.Rendering() == occi.TextOCCI {
		h := c.Response().Header()
		if err := occi.SetLocations(h, slices.Values(urls)); err != nil {
			return err
		}
		h.Del("Location")
		return g.write(c, http.StatusCreated, media, occi.AppendOK(nil, media))
	}
	list := occi.LocationList{Media: media}
	var body []byte
	for _, u := range urls {
		body = list.Append(body, u)
	}
	return g.write(c, http.StatusCreated, media, list.End(body))
}
