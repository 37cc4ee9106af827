package gateway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/providers"
	"occigate/translate/occi"
)

// queryRenderings are the media types of the query interface, which is no list
// of entities.
var queryRenderings = []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON, occi.JSON, occi.TextOCCIPlain}

// query answers the query interface (GFD.223 section 9.1): all categories, or
// those that the request selects.
func (g *Gateway) query(c echo.Context) error {
	media, err := accepted(c, queryRenderings...)
	if err != nil {
		return noListing(c, err)
	}
	m := g.models.current()
	s, all, err := g.selected(c, m)
	switch {
	case err != nil:
		return err
	case all:
		return g.writeQuery(c, media, m)
	}
	return g.writeCategories(c, media, m, s)
}

// noListing makes 400 of a refused media type when the client would have taken
// a list of URIs, which only entities have (GFD.229 section 8).
func noListing(c echo.Context, refused error) error {
	if _, ok := occi.Negotiate(c.Request().Header.Values("Accept"), occi.URIList); ok {
		return &problem{status: http.StatusBadRequest, message: "categories cannot be had as a list of URIs, but as: " + join(queryRenderings)}
	}
	return refused
}

// selected are the categories that a request asks for: those named and what
// depends on them. Headers name them for OCCI 1.1, with their actions for
// clients that announce 1.2; the query string, category=TYPE-ID, is for clients
// that speak JSON, with actions. What is named in both ways has to fit both.
func (g *Gateway) selected(c echo.Context, m *model) (s occi.Selection, all bool, err error) {
	q, err := queryOf(c.Request())
	if err != nil {
		return s, false, err
	}
	s, all = m.registry.All(), true
	if header := c.Request().Header; len(header.Values("Category")) > 0 {
		doc, err := occi.Parse(occi.TextOCCI, header, http.NoBody, g.o.Limits)
		if err != nil {
			return s, false, err
		}
		named := occi.Binder{Registry: m.registry}.Categories(doc)
		s, all = m.registry.Select(named, speaks12(c.Request())), false
	}
	if named := q[categoryKey]; len(named) > 0 {
		f, err := occi.Binder{Registry: m.registry}.FilterQuery(named, nil)
		if err != nil {
			return s, false, err
		}
		s, all = common(s, m.registry.Select(f.Categories, true)), false
	}
	return s, all, nil
}

// speaks12 reports whether a client announces OCCI 1.2.
func speaks12(r *http.Request) bool { return strings.Contains(r.UserAgent(), "OCCI/1.2") }

// define adds the mixins that a POST on the query interface describes (GFD.223
// section 9.3): all of them or none. What is there already, and what is the
// provider's, is 403.
func (g *Gateway) define(c echo.Context) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	doc, binder, err := g.read(c, g.models.current())
	if err != nil {
		return err
	}
	g.models.defining.Lock()
	defer g.models.defining.Unlock()
	m := g.models.current()
	binder.Registry = m.registry
	mixins, err := m.definable(c, binder, doc)
	if err != nil {
		return forbidden(err)
	}
	ctx := c.Request().Context()
	for i := range mixins {
		if err = g.defineOne(ctx, &mixins[i]); err == nil {
			continue
		}
		for k := range i { // a mixin without members is easily made again
			err = errors.Join(err, g.inv.Undefine(ctx, mixins[k].ID()))
		}
		return forbidden(err)
	}
	return g.writeOK(c, media)
}

func (g *Gateway) defineOne(ctx context.Context, m *occi.Mixin) error {
	data, err := encodeMixin(m)
	if err != nil {
		return err
	}
	return g.inv.Define(ctx, m.ID(), data)
}

// definable reads new mixins and checks that they fit into the model.
func (m *model) definable(c echo.Context, b occi.Binder, doc *occi.Document) ([]occi.Mixin, error) {
	for _, id := range b.Categories(doc) {
		if m.provides(id) {
			return nil, &problem{status: http.StatusForbidden, message: id + " is in a scheme of the provider's: mixins need a scheme of your own"}
		}
	}
	mixins, err := b.Mixins(doc)
	if err != nil {
		return nil, err
	}
	for i := range mixins {
		if at := reserved(c.Echo(), mixins[i].Location); at != "" {
			return nil, &problem{status: http.StatusForbidden, message: "location " + mixins[i].Location + " is taken: " + at + " is the gateway's own"}
		}
	}
	_, err = m.registry.With(mixins...)
	return mixins, err
}

// provides reports whether a category's scheme is not for users: the
// standard's, or one in which the provider has categories.
func (m *model) provides(id string) bool {
	scheme, _ := occi.SplitID(id)
	return strings.HasPrefix(scheme, occi.SchemeOGF) ||
		slices.ContainsFunc(m.registry.Mixins(), func(x *occi.Mixin) bool { return !x.User && x.Scheme == scheme }) ||
		slices.ContainsFunc(m.registry.Kinds(), func(x *occi.Kind) bool { return x.Scheme == scheme }) ||
		slices.ContainsFunc(m.registry.Actions(), func(x *occi.Action) bool { return x.Scheme == scheme })
}

// reserved finds the path of a fixed route at which or below which a location
// lies, "" when there is none.
func reserved(e *echo.Echo, location string) string {
	for _, route := range e.Routes() {
		path := strings.TrimSuffix(route.Path, "/") + "/"
		if path != "/" && !strings.ContainsAny(path, ":*") && strings.HasPrefix(location, path) {
			return route.Path
		}
	}
	return ""
}

// undefine removes the mixins that a DELETE on the query interface names, and
// takes them off all entities (GFD.223 section 9.4). What is unknown or the
// provider's is 403, and nothing is removed.
func (g *Gateway) undefine(c echo.Context) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	doc, binder, err := g.read(c, g.models.current())
	if err != nil {
		return err
	}
	ids := binder.Categories(doc)
	if len(ids) == 0 {
		return &problem{status: http.StatusBadRequest, message: "no mixin is named: a category with term and scheme is expected"}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	g.models.defining.Lock()
	defer g.models.defining.Unlock()
	if err := g.undefinable(ids); err != nil {
		return err
	}
	for _, id := range ids {
		if err := g.undefineOne(c, id); err != nil {
			return err
		}
	}
	return g.writeOK(c, media)
}

// undefineOne takes a mixin off its members, many at a time, and removes it.
func (g *Gateway) undefineOne(c echo.Context, id string) error {
	var s membership
	for _, r := range g.direct(g.models.current(), id) {
		s.add(r, g.mixing(r, nil, []string{id}))
	}
	if err := g.takeSteps(c, s); err != nil {
		return err
	}
	return forbidden(g.inv.Undefine(c.Request().Context(), id))
}

// undefinable checks that all categories are mixins of users. What is defined
// counts, not what the model shows: a mixin whose location a cloud took later
// can be removed too.
func (g *Gateway) undefinable(ids []string) error {
	defined := map[string]bool{}
	for _, d := range g.inv.Definitions() {
		defined[d.ID] = true
	}
	for _, id := range ids {
		switch {
		case defined[id]:
		case g.models.current().registry.Class(id) != "":
			return &problem{status: http.StatusForbidden, message: id + " is the provider's and cannot be removed"}
		default:
			return &problem{status: http.StatusForbidden, message: "there is no mixin " + id}
		}
	}
	return nil
}

// forbidden makes 403 of what is there already and of what is gone, which is
// what clients expect of the query interface.
func forbidden(err error) error {
	var e *occi.Error
	conflict := errors.As(err, &e) && e.Kind == occi.Conflict
	if conflict || errors.Is(err, providers.ErrConflict) || errors.Is(err, providers.ErrNotFound) {
		return &problem{status: http.StatusForbidden, message: err.Error(), cause: err}
	}
	return err
}

// common are the categories that are in both selections.
func common(a, b occi.Selection) occi.Selection {
	return occi.Selection{
		Kinds:   inBoth(a.Kinds, b.Kinds),
		Mixins:  inBoth(a.Mixins, b.Mixins),
		Actions: inBoth(a.Actions, b.Actions),
	}
}

func inBoth[T comparable](a, b []T) []T {
	has := make(map[T]bool, len(b))
	for _, x := range b {
		has[x] = true
	}
	var list []T
	for _, x := range a {
		if has[x] {
			list = append(list, x)
		}
	}
	return list
}
