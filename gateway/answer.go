package gateway

import (
	"bytes"
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// accepted chooses the media type of an answer; 406 when the client takes none
// of the offered.
func accepted(c echo.Context, offered ...occi.MediaType) (occi.MediaType, error) {
	media, ok := occi.Negotiate(c.Request().Header.Values("Accept"), offered...)
	if !ok {
		return "", &problem{
			status:  http.StatusNotAcceptable,
			message: "none of the accepted media types can be had here, these can: " + join(offered),
		}
	}
	return media, nil
}

// acceptedEntity chooses the media type of an answer that is no listing. A
// client that asks for a list of URIs alone gets text.
func acceptedEntity(c echo.Context) (occi.MediaType, error) {
	media, err := accepted(c, occi.Renderings()...)
	if media == occi.URIList {
		media = occi.TextPlain
	}
	return media, err
}

func join(list []occi.MediaType) string {
	words := make([]string, len(list))
	for i, m := range list {
		words[i] = string(m)
	}
	return strings.Join(words, ", ")
}

// headerText makes text safe for a header: one line of printable ASCII.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s)
}

// contentType is the value of the Content-Type header of a media type.
func contentType(m occi.MediaType) string {
	if m.Rendering() == occi.OCCIJSON {
		return string(m)
	}
	return string(m) + "; charset=utf-8"
}

// write answers with a body in one piece.
func (g *Gateway) write(c echo.Context, status int, media occi.MediaType, body []byte) error {
	body = g.lines(media, body)
	c.Response().Header().Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(status, contentType(media), body)
}

// lines ends the lines of a text as the switches say.
func (g *Gateway) lines(media occi.MediaType, text []byte) []byte {
	if !g.o.Switches.CRLF || media.Rendering() == occi.OCCIJSON {
		return text
	}
	return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
}

// writeOK answers that all went well and there is no more to say.
func (g *Gateway) writeOK(c echo.Context, media occi.MediaType) error {
	return g.write(c, http.StatusOK, media, occi.AppendOK(nil, media))
}

// writeEntity answers with the entity of an item.
func (g *Gateway) writeEntity(c echo.Context, status int, media occi.MediaType, it *inventory.Item) error {
	m := g.models.current()
	if tagged(c, media, m.etagOf(it)) {
		return nil
	}
	seen := g.freshness.at(g.o.Now()).seen(it)
	if media.Rendering() == occi.TextOCCI {
		e := m.entityAt(it, seen)
		if err := m.renderer().SetEntity(c.Response().Header(), &e); err != nil {
			return err
		}
		return g.write(c, status, media, occi.AppendOK(nil, media))
	}
	pooled := g.buffers.Get().(*[]byte)
	defer g.buffers.Put(pooled)
	*pooled = m.appendBody((*pooled)[:0], it, media, seen, true)
	return g.write(c, status, media, *pooled)
}

// writeCreated answers with the location of a new entity, in the header and in
// the body, where other clients look for it.
func (g *Gateway) writeCreated(c echo.Context, media occi.MediaType, path string) error {
	base := g.base(c.Request())
	h := c.Response().Header()
	if media.Rendering() == occi.TextOCCI {
		if err := occi.SetLocations(h, []string{base + path}); err != nil {
			return err
		}
		return g.write(c, http.StatusCreated, media, occi.AppendOK(nil, media))
	}
	h.Set("Location", base+path)
	list := occi.LocationList{Media: media, Base: base}
	return g.write(c, http.StatusCreated, media, list.End(list.Append(nil, path)))
}

// writeMixin answers with the rendering of one mixin.
func (g *Gateway) writeMixin(c echo.Context, media occi.MediaType, m *model, mixin *occi.Mixin) error {
	return g.writeCategories(c, media, m, occi.Selection{Mixins: []*occi.Mixin{mixin}})
}

// writeQuery answers with the whole query interface from what the model keeps
// rendered.
func (g *Gateway) writeQuery(c echo.Context, media occi.MediaType, m *model) error {
	if media.Rendering() == occi.TextOCCI {
		return g.writeCategories(c, media, m, m.registry.All())
	}
	q := m.query()
	if tagged(c, media, q.etag) {
		return nil
	}
	text, packed := q.text, m.zippedText
	if media.Rendering() == occi.OCCIJSON {
		text, packed = q.json, m.zippedJSON
	}
	if len(text) < leastCompressed || g.o.Switches.CRLF || !takesGzip(c.Request().Header["Accept-Encoding"]) {
		return g.write(c, http.StatusOK, media, text)
	}
	markZipped(c.Response().Header())
	body := packed()
	c.Response().Header().Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, contentType(media), body)
}

// writeCategories answers with some categories: the query interface as far as
// it was asked for, or what an action has made.
func (g *Gateway) writeCategories(c echo.Context, media occi.MediaType, m *model, s occi.Selection) error {
	if safe(c.Request().Method) && tagged(c, media, m.digestOf(s)) {
		return nil
	}
	switch media.Rendering() {
	case occi.OCCIJSON:
		return g.write(c, http.StatusOK, media, m.renderer().AppendCategoriesJSON(nil, s))
	case occi.TextOCCI:
		if err := m.renderer().SetCategories(c.Response().Header(), s); err != nil {
			return err
		}
		return g.writeOK(c, media)
	}
	return g.write(c, http.StatusOK, media, m.renderer().AppendCategoriesText(nil, s))
}

// chunk is how much of a listing is gathered before it is sent.
const chunk = 128 << 10

// listed is what a listing shows: some items under one model.
type listed struct {
	model *model
	items iter.Seq[*inventory.Item]
	count int
	sets  []*inventory.Set // of which it is the whole, nil when it is not known to be
}

// writeList answers with a listing: whole entities in JSON, locations else. It
// is sent piece by piece and never whole in memory.
func (g *Gateway) writeList(c echo.Context, media occi.MediaType, l listed) error {
	base := g.base(c.Request())
	if safe(c.Request().Method) && tagged(c, media, l.digest(base)) {
		return nil
	}
	switch media.Rendering() {
	case occi.TextOCCI:
		urls := make([]string, 0, l.count)
		for it := range l.items {
			urls = append(urls, base+pathOf(it))
		}
		if err := occi.SetLocations(c.Response().Header(), urls); err != nil {
			return err
		}
		return g.writeOK(c, media)
	case occi.OCCIJSON:
		return g.stream(c, media, l, &entityLister{
			model: l.model, media: media, at: g.freshness.at(g.o.Now()), keep: l.count <= largestPage,
		})
	}
	return g.stream(c, media, l, &locationLister{LocationList: occi.LocationList{Media: media, Base: base}})
}

// lister writes the entries of a listing.
type lister interface {
	add(dst []byte, it *inventory.Item) []byte
	End(dst []byte) []byte
}

// entityLister writes whole entities.
type entityLister struct {
	occi.EntityList
	model *model
	media occi.MediaType
	at    *instant
	keep  bool // the renderings are worth to be kept
}

func (l *entityLister) add(dst []byte, it *inventory.Item) []byte {
	return l.model.appendBody(l.Next(dst, isLink(it.Kind)), it, l.media, l.at.seen(it), l.keep)
}

// locationLister writes locations. Items of one kind mostly come together, so
// that the path is looked up once for them.
type locationLister struct {
	occi.LocationList
	kind inventory.Kind
	path string // of kind
}

func (l *locationLister) add(dst []byte, it *inventory.Item) []byte {
	if l.path == "" || it.Kind != l.kind {
		l.kind, l.path = it.Kind, translate.Location(kinds[it.Kind], "")
	}
	return l.Append(dst, l.path, it.ID)
}

// stream sends a listing in chunks. One that fits into a chunk has its length
// said.
func (g *Gateway) stream(c echo.Context, media occi.MediaType, list listed, l lister) error {
	pooled := g.buffers.Get().(*[]byte)
	defer g.buffers.Put(pooled)
	buffer := (*pooled)[:0]
	defer func() { *pooled = buffer }()
	w := c.Response()
	w.Header().Set("Content-Type", contentType(media))
	for it := range list.items {
		if buffer = l.add(buffer, it); len(buffer) >= chunk {
			if _, err := w.Write(g.lines(media, buffer)); err != nil {
				return err
			}
			buffer = buffer[:0]
		}
	}
	buffer = l.End(buffer)
	rest := g.lines(media, buffer)
	if !w.Committed {
		w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	}
	_, err := w.Write(rest)
	return err
}

// writeError answers with an error in the media type that the client takes,
// else in text.
func (g *Gateway) writeError(c echo.Context, p *problem) {
	media, ok := occi.Negotiate(c.Request().Header.Values("Accept"), occi.Renderings()...)
	if !ok || media == occi.URIList {
		media = occi.TextPlain
	}
	if media == occi.TextOCCI {
		occi.SetError(c.Response().Header(), p.message)
	}
	// A client that is gone cannot be told of it.
	_ = g.write(c, p.status, media, appendResults(occi.AppendError(nil, media, p.status, p.message), media, p.results))
}
