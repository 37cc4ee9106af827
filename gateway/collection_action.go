package gateway

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
	"occigate/translate/occi"
)

// actAll carries out an action on the members of a collection, or on those
// among them that the request lists by location (GFD.223 section 11.3.3). It is
// checked for all first: when one does not have the action, or cannot do it now
// and is not where it leads to, nothing is carried out. Failures after that do
// not stop the others, and the answer is described at [result].
func (g *Gateway) actAll(c echo.Context, m *model, col collection, term string) error {
	media, err := acceptedEntity(c)
	if err != nil {
		return err
	}
	doc, binder, err := g.addressing(c, m)
	if err != nil {
		return err
	}
	members, err := g.addressed(c, m, col, binder.References(doc))
	if err != nil {
		return err
	}
	if len(members) == 0 {
		if err := hasAction(binder, doc, term, col); err != nil {
			return err
		}
		return g.writeOK(c, media)
	}
	calls := make([]*occi.Invocation, len(members))
	for i, r := range members {
		if calls[i], err = binder.Action(doc, term, r.entity.Kind, r.entity.Mixins); err != nil {
			return err
		}
	}
	warn(c, calls[0].Warnings)
	if err := g.mayAll(c, members, calls); err != nil {
		return err
	}
	ctx := c.Request().Context()
	notes := make([]string, len(members))
	errs := g.inBulk(c, uidsOf(members), false, func(i int) (err error) {
		notes[i], err = g.carryOut(ctx, members[i].item, calls[i])
		return err
	})
	warn(c, tally(notes))
	if firstOf(errs) >= 0 {
		return partly(errs, g.resultsOf(c, members, errs), "acted on")
	}
	return g.writeOK(c, media)
}

// tally says each of the notes on entities once, and of how many it is true.
func tally(notes []string) []string {
	var all []string
	for _, note := range slices.Compact(slices.Sorted(slices.Values(notes))) {
		if note == "" {
			continue
		}
		n := 0
		for _, other := range notes {
			if other == note {
				n++
			}
		}
		all = append(all, strconv.Itoa(n)+" of "+strconv.Itoa(len(notes))+" entities: "+note)
	}
	return all
}

// hasAction checks an action on a collection without members: one of the kinds
// that it could hold, or its mixin, must have the action.
func hasAction(binder occi.Binder, doc *occi.Document, term string, col collection) (err error) {
	for _, kind := range col.kinds {
		if _, err = binder.Action(doc, term, kinds[kind], []string{col.mixin}); err == nil {
			return nil
		}
	}
	return err
}

// mayAll checks that every member can do what is asked of it. The problem names
// those that cannot.
func (g *Gateway) mayAll(c echo.Context, members []*rendered, calls []*occi.Invocation) error {
	ctx := c.Request().Context()
	errs := g.inBulk(c, uidsOf(members), false, func(i int) error { return g.may(ctx, members[i].item, calls[i]) })
	first := firstOf(errs)
	if first < 0 {
		return nil
	}
	base := g.base(c.Request())
	p := *problemOf(errs[first])
	for i, err := range errs {
		if err != nil {
			p.results = append(p.results, result{
				Result: resultRefused, Location: base + members[i].path, Message: problemOf(err).message,
			})
		}
	}
	p.message = strconv.Itoa(len(p.results)) + " of " + strconv.Itoa(len(members)) + " entities cannot do this now, so nothing was begun: " + p.message
	return &p
}

// may checks an action on one entity as far as that goes without carrying it
// out.
func (g *Gateway) may(ctx context.Context, it *inventory.Item, call *occi.Invocation) error {
	switch {
	case it.Server == nil:
		return mayOther(it, call)
	case call.Action == occi.ActionSave:
		if _, err := translate.SaveSpec(call.Attributes, it.Title); err != nil {
			return err
		}
		if !it.Server.Can(providers.AbilitySave) {
			return providers.Errorf(providers.ErrConflict, "save", "the server is %s and cannot be saved now", it.Server.State)
		}
		return nil
	}
	op, err := translate.PowerOp(it.Server, call.Action, call.Attributes)
	if err != nil {
		return err
	}
	return g.inv.MayPower(ctx, it.ID, op)
}

// carryOut carries out an action on one entity. The note says what has been done
// where that is not all that was asked for.
func (g *Gateway) carryOut(ctx context.Context, it *inventory.Item, call *occi.Invocation) (note string, err error) {
	switch {
	case it.Server == nil:
		return "", g.actOther(ctx, it, call)
	case call.Action == occi.ActionSave:
		_, note, err = g.save(ctx, it, call)
		return note, err
	}
	op, err := translate.PowerOp(it.Server, call.Action, call.Attributes)
	if err == nil {
		_, err = g.inv.Power(ctx, it.ID, op)
	}
	return "", err
}

// resultsOf says what became of each member of a collection.
func (g *Gateway) resultsOf(c echo.Context, members []*rendered, errs []error) []result {
	base := g.base(c.Request())
	results := make([]result, len(members))
	for i, r := range members {
		if results[i] = (result{Result: resultDone, Location: base + r.path}); errs[i] != nil {
			results[i] = failure(errs[i], base+r.path)
		}
	}
	return results
}

// uidsOf are the accounts of entities.
func uidsOf(members []*rendered) []string {
	uids := make([]string, len(members))
	for i, r := range members {
		uids[i] = r.item.UID
	}
	return uids
}

// addressing reads a request about members of a collection. Locations in the
// headers count even beside a body, so that none that a client meant is
// overlooked.
func (g *Gateway) addressing(c echo.Context, m *model) (*occi.Document, occi.Binder, error) {
	doc, binder, err := g.read(c, m)
	if err != nil || doc.Media.Rendering() == occi.TextOCCI {
		return doc, binder, err
	}
	const name = "X-Occi-Location"
	listed, err := occi.Parse(occi.TextOCCI, http.Header{name: c.Request().Header[name]}, nil, g.o.Limits)
	if err != nil {
		return nil, binder, err
	}
	doc.Locations = append(doc.Locations, listed.Locations...)
	return doc, binder, nil
}

// addressed are the members of a collection that a request refers to, each
// once; all when it refers to none.
func (g *Gateway) addressed(c echo.Context, m *model, col collection, refs []occi.Reference) ([]*rendered, error) {
	if len(refs) == 0 {
		return g.members(m, col), nil
	}
	var list []*rendered
	seen := map[string]bool{}
	for _, ref := range refs {
		it := g.referred(c, ref)
		if it == nil || !m.holds(col, it, show(m, it)) {
			return nil, &problem{
				status:  http.StatusBadRequest,
				message: refName(ref) + " is not in " + c.Request().URL.Path,
			}
		}
		if !seen[it.ID] {
			seen[it.ID] = true
			list = append(list, show(m, it))
		}
	}
	return list, nil
}

// referred finds the entity of a reference; nil when there is none.
func (g *Gateway) referred(c echo.Context, ref occi.Reference) *inventory.Item {
	if ref.Path != "" {
		return g.at(c, ref.Path)
	}
	it, ok := g.inv.Get(c.Request().Context(), ref.ID)
	if !ok || !visible(it) || kinds[it.Kind] == "" {
		return nil
	}
	return it
}

func refName(ref occi.Reference) string {
	if ref.Path != "" {
		return ref.Path
	}
	return ref.ID
}
