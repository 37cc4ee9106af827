package gateway

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/providers"
	"occigate/translate"
	"occigate/translate/occi"
)

// onMixin hands a request on the location of a mixin on; other collections are
// not changed like that.
func (g *Gateway) onMixin(do func(echo.Context, *model, *occi.Mixin) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		m := g.models.current()
		mixin := m.registry.MixinAt(strings.TrimSuffix(c.Request().URL.Path, "/") + "/")
		if mixin == nil {
			return g.unchangeable(c)
		}
		return do(c, m, mixin)
	}
}

// membership is what a request does to the members of a mixin: to each of
// these, at the same index, one step.
type membership struct {
	members []*rendered
	steps   []func(context.Context) error
}

func (s *membership) add(r *rendered, step func(context.Context) error) {
	s.members = append(s.members, r)
	s.steps = append(s.steps, step)
}

// associate gives a mixin to the entities that a POST lists (GFD.223 section
// 11.3.2); those that have it already may be among them. A size of a cloud, or
// of the compute template profile, resizes the computes. Other mixins of the
// provider are chosen at creation or decided by the cloud: 400 (GFD.221 section
// 5.3.4).
func (g *Gateway) associate(c echo.Context, m *model, mixin *occi.Mixin) error {
	listed, err := g.listed(c, m)
	if err != nil {
		return err
	}
	if len(listed) == 0 {
		return &problem{status: http.StatusBadRequest, message: "no entity is listed: their locations are expected"}
	}
	s, err := g.joining(m, mixin, listed)
	if err != nil {
		return err
	}
	return g.carry(c, s, mixin)
}

// joining plans that entities get a mixin. All are checked.
func (g *Gateway) joining(m *model, mixin *occi.Mixin, listed []*rendered) (s membership, err error) {
	id := mixin.ID()
	for _, r := range listed {
		var step func(context.Context) error
		switch {
		case r.holdsItself(id):
			continue
		case !m.registry.Applies(id, r.entity.Kind):
			return s, &problem{status: http.StatusBadRequest, message: r.path + ": " + id + " does not apply to " + r.entity.Kind}
		case mixin.User:
			step = g.mixing(r, []string{id}, nil)
		default:
			if step, err = g.resizing(m, r, id); err != nil {
				return s, err
			}
		}
		s.add(r, step)
	}
	return s, nil
}

// mixing is the step that gives users' mixins to an entity and takes others
// off. One that is gone needs nothing taken off.
func (g *Gateway) mixing(r *rendered, add, remove []string) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := g.inv.Mix(ctx, r.item.ID, add, remove)
		if len(add) == 0 && errors.Is(err, providers.ErrNotFound) {
			return nil
		}
		return inCreate(err)
	}
}

// resizing is the step that gives a provider's mixin to a compute that has not
// got it, which only sizes allow.
func (g *Gateway) resizing(m *model, r *rendered, mixin string) (func(context.Context) error, error) {
	if mixin == occi.MixinResourceTemplate || !m.registry.IsA(mixin, occi.MixinResourceTemplate) {
		return nil, &problem{
			status:  http.StatusBadRequest,
			message: r.path + " has not got " + mixin + ", which is chosen at creation or decided by the cloud",
		}
	}
	delta, err := m.templates.Delta(translate.Update{
		Current: &r.entity, Wanted: &occi.Entity{Kind: r.entity.Kind, Mixins: []string{mixin}}, UID: r.item.UID,
	})
	if err != nil {
		return nil, notPossible(err)
	}
	return func(ctx context.Context) error {
		if delta.Size != "" {
			if _, err := g.inv.Resize(ctx, r.item.ID, delta.Size); err != nil {
				return notPossible(err)
			}
		}
		if len(delta.Add)+len(delta.Remove) == 0 {
			return nil
		}
		_, err := g.inv.Mix(ctx, r.item.ID, delta.Add, delta.Remove)
		return inCreate(err)
	}, nil
}

// notPossible makes 409 of what a cloud does not offer: the mixin can be
// associated in general, this entity stands against it.
func notPossible(err error) error {
	if errors.Is(err, providers.ErrUnsupported) {
		return &problem{status: http.StatusConflict, message: err.Error(), cause: err}
	}
	return inCreate(err)
}

// replaceMembers makes the entities that a PUT lists, and no others, the
// members of a user's mixin (GFD.223 section 11.2).
func (g *Gateway) replaceMembers(c echo.Context, m *model, mixin *occi.Mixin) error {
	if !mixin.User {
		return &problem{status: http.StatusForbidden, message: mixin.ID() + " is the provider's: its members cannot be replaced"}
	}
	listed, err := g.listed(c, m)
	if err != nil {
		return err
	}
	s, err := g.joining(m, mixin, listed)
	if err != nil {
		return err
	}
	stays := map[string]bool{}
	for _, r := range listed {
		stays[r.item.ID] = true
	}
	for _, r := range g.direct(m, mixin.ID()) {
		if !stays[r.item.ID] {
			s.add(r, g.mixing(r, nil, []string{mixin.ID()}))
		}
	}
	return g.carry(c, s, mixin)
}

// dissociate takes a user's mixin off the entities that a DELETE lists, or off
// all its members without a list (GFD.223 section 11.4.2). The entities stay.
func (g *Gateway) dissociate(c echo.Context, m *model, mixin *occi.Mixin) error {
	if !mixin.User {
		return &problem{
			status:  http.StatusConflict,
			message: mixin.ID() + " is the provider's and cannot be taken off; entities are deleted at the locations of their kinds",
		}
	}
	listed, err := g.listed(c, m)
	if err != nil {
		return err
	}
	if len(listed) == 0 {
		listed = g.direct(m, mixin.ID())
	}
	var s membership
	for _, r := range listed {
		if r.holdsItself(mixin.ID()) {
			s.add(r, g.mixing(r, nil, []string{mixin.ID()}))
		}
	}
	return g.carry(c, s, mixin)
}

// direct are the entities that have a mixin themselves.
func (g *Gateway) direct(m *model, mixin string) (list []*rendered) {
	for _, r := range g.members(m, collection{kinds: allKinds, mixin: mixin}) {
		if r.holdsItself(mixin) {
			list = append(list, r)
		}
	}
	return list
}

// listed are the entities that a request refers to, each once; none when it is
// empty.
func (g *Gateway) listed(c echo.Context, m *model) (list []*rendered, err error) {
	doc, binder, err := g.addressing(c, m)
	if err != nil {
		return nil, err
	}
	refs := binder.References(doc)
	unnamed := len(refs) < len(doc.Locations)+len(doc.Entities) && len(doc.Locations) == 0
	if unnamed || len(refs) == 0 && !doc.Empty() {
		return nil, &problem{status: http.StatusBadRequest, message: "entities are listed by location or, in JSON, by id"}
	}
	seen := map[string]bool{}
	for _, ref := range refs {
		it := g.referred(c, ref)
		switch {
		case it == nil:
			return nil, &problem{status: http.StatusBadRequest, message: "there is no entity " + refName(ref)}
		case !seen[it.ID]:
			seen[it.ID] = true
			list = append(list, show(m, it))
		}
	}
	return list, nil
}

// takeSteps takes the steps of a request, several at a time. One that fails does
// not stop the others; the problem is then described at [result].
func (g *Gateway) takeSteps(c echo.Context, s membership) error {
	ctx := c.Request().Context()
	errs := g.inBulk(c, uidsOf(s.members), false, func(i int) error { return s.steps[i](ctx) })
	if firstOf(errs) >= 0 {
		return partly(errs, g.resultsOf(c, s.members, errs), "changed")
	}
	return nil
}

// carry takes the steps of a request on the members of a mixin and answers: in
// JSON and as a list of URIs with the members as they are then, else OK.
func (g *Gateway) carry(c echo.Context, s membership, mixin *occi.Mixin) error {
	media, err := accepted(c, occi.Renderings()...)
	if err != nil {
		return err
	}
	if err := g.takeSteps(c, s); err != nil {
		return err
	}
	if r := media.Rendering(); r != occi.OCCIJSON && r != occi.URIList {
		return g.writeOK(c, media)
	}
	m := g.models.current()
	return g.writeList(c, media, m.search(collection{kinds: allKinds, mixin: mixin.ID()}).run(g.inv).whole(m))
}
