package gateway

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
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
	seen := g.freshness.at(g.o.Now()).seen[it.Kind].of(it)
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
		if err := occi.SetLocations(h, slices.Values([]string{base + path})); err != nil {
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
