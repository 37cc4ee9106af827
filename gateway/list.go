package gateway

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"occigate/translate/occi"
)

// list answers the collection at the request's path (GFD.223 section 11.1),
// filtered and by pages when the request asks for that.
func (g *Gateway) list(c echo.Context) error {
	m := g.models.current()
	col, ok := m.collectionAt(c.Request().URL.Path)
	if !ok {
		return g.unknown(c)
	}
	media, err := accepted(c, occi.Renderings()...)
	if err != nil {
		return err
	}
	q, err := queryOf(c.Request())
	if err != nil {
		return err
	}
	p, err := pageOf(q)
	if err != nil {
		return err
	}
	filter, err := g.filter(c, m, q)
	if err != nil {
		return err
	}
	if _, err := g.freshen(c, m.scopeOf(col, filter)); err != nil {
		return err
	}
	m, f, err := g.find(c, q)
	if err != nil {
		return err
	}
	c.Response().Header().Set("X-Total-Count", strconv.Itoa(f.total))
	l := f.page(m, p)
	if l.count == 0 && col.links() && media.Rendering() == occi.OCCIJSON {
		return g.writeNoLinks(c, media, l)
	}
	return g.writeList(c, media, l)
}

// find looks up what the request's path and filter select. The model is one that
// knows all that what was found mentions: a catalogue is published before what
// is made of it, so it is if it is still the newest then.
func (g *Gateway) find(c echo.Context, q url.Values) (*model, found, error) {
	for {
		m := g.models.current()
		col, ok := m.collectionAt(c.Request().URL.Path)
		if !ok {
			return nil, found{}, g.unknown(c)
		}
		filter, err := g.filter(c, m, q)
		if err != nil {
			return nil, found{}, err
		}
		wanted := m.search(col)
		if filter != nil {
			wanted.narrow(filter)
		}
		if f := wanted.run(g.inv); g.models.current() == m {
			return m, f, nil
		}
	}
}

// writeNoLinks answers with an empty collection of links in JSON, which is
// another than one of resources.
func (g *Gateway) writeNoLinks(c echo.Context, media occi.MediaType, none listed) error {
	if tagged(c, media, none.digest(g.base(c.Request()))) {
		return nil
	}
	return g.write(c, http.StatusOK, media, (&occi.EntityList{Links: true}).End(nil))
}

// filterHeaders are the headers that a filter is made of (GFD.223 section 7);
// the last is what one client library writes for the first.
var filterHeaders = []string{"Category", http.CanonicalHeaderKey("X-OCCI-Attribute"), http.CanonicalHeaderKey("X-OCCI-Category")}

// The query string form of a filter, for clients that speak JSON: category is a
// type identifier, attribute is name=value; each can be there several times.
const (
	categoryKey  = "category"
	attributeKey = "attribute"
)

// filter reads the filter of a request, nil when there is none. What stands in
// its headers and in its query string is combined.
func (g *Gateway) filter(c echo.Context, m *model, q url.Values) (*occi.Filter, error) {
	headers := http.Header{}
	for _, name := range filterHeaders {
		if lines := c.Request().Header[name]; len(lines) > 0 {
			headers[name] = lines
		}
	}
	queried := q.Has(categoryKey) || q.Has(attributeKey)
	if len(headers) == 0 && !queried {
		return nil, nil
	}
	binder := occi.Binder{Registry: m.registry, Hosts: g.hosts(c.Request())}
	doc, err := occi.Parse(occi.TextOCCI, headers, nil, g.o.Limits)
	if err != nil {
		return nil, err
	}
	f, err := binder.Filter(doc)
	if err != nil || !queried {
		return &f, err
	}
	more, err := binder.FilterQuery(q[categoryKey], q[attributeKey])
	if err != nil {
		return nil, err
	}
	return combined(f, more)
}

// combined selects what both filters do. An attribute in both is refused.
func combined(a, b occi.Filter) (*occi.Filter, error) {
	a.Categories = append(a.Categories, b.Categories...)
	for name, value := range b.Attributes {
		if _, twice := a.Attributes[name]; twice {
			return nil, &problem{status: http.StatusBadRequest, message: name + " is in the headers and in the query string"}
		}
		a.Attributes[name] = value
	}
	return &a, nil
}

// page is a part of a listing (GFD.223 section 6). The zero value is all of it.
type page struct {
	number int // from 1
	size   int // entities on a page, 0 for all
}

const (
	pageKey, sizeKey = "page", "number"

	defaultPage = 100   // entities on a page whose size is not asked for
	largestPage = 10000 // entities on a page; 413 beyond
)

// pageOf reads which page is asked for: "page" counts from 1, "number" is the
// number of entities on each. One of them is enough.
func pageOf(q url.Values) (page, error) {
	if !q.Has(pageKey) && !q.Has(sizeKey) {
		return page{}, nil
	}
	p := page{number: 1, size: defaultPage}
	for key, into := range map[string]*int{pageKey: &p.number, sizeKey: &p.size} {
		if !q.Has(key) {
			continue
		}
		n, err := strconv.ParseUint(q.Get(key), 10, 31)
		if errors.Is(err, strconv.ErrRange) {
			n, err = math.MaxInt32, nil
		}
		if err != nil || n == 0 {
			return page{}, &problem{status: http.StatusBadRequest, message: key + " must be a whole number from 1 on"}
		}
		*into = int(n)
	}
	if p.size > largestPage {
		return page{}, &problem{
			status:  http.StatusRequestEntityTooLarge,
			message: "number is too large, at most " + strconv.Itoa(largestPage) + " entities are on a page",
		}
	}
	return p, nil
}

// page is the part of what was found that is on a page, empty past the end.
func (f found) page(m *model, p page) listed {
	if p.size == 0 {
		return f.whole(m)
	}
	start := f.total
	if p.number-1 <= f.total/p.size {
		start = min((p.number-1)*p.size, f.total)
	}
	return listed{model: m, found: f, start: start, count: min(p.size, f.total-start)}
}

// whole is all that was found.
func (f found) whole(m *model) listed { return listed{model: m, found: f, count: f.total} }

// unknown answers every path that is nothing.
func (g *Gateway) unknown(c echo.Context) error {
	return &problem{status: http.StatusNotFound, message: "there is nothing at " + c.Request().URL.Path}
}
