package gateway

import (
	"iter"
	"strconv"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// chunk is how much of a listing is gathered before it is sent.
const chunk = 128 << 10

// listed is what a listing shows: a part of what was found, under one model.
type listed struct {
	model *model
	found
	start, count int
}

// items are the listed in runs of one kind.
func (l listed) items() iter.Seq2[inventory.Kind, []*inventory.Item] {
	return from(l.found, l.start, l.count, (*inventory.Set).Runs)
}

// ids are the ids of the listed likewise, which is all that their locations need.
func (l listed) ids() iter.Seq2[inventory.Kind, []string] {
	return from(l.found, l.start, l.count, (*inventory.Set).IDs)
}

// urls are the locations of the listed one by one.
func (l listed) urls(base string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for kind, run := range l.ids() {
			for _, id := range run {
				if !yield(base + translate.Location(kinds[kind], id)) {
					return
				}
			}
		}
	}
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
		if err := occi.SetLocations(c.Response().Header(), l.urls(base)); err != nil {
			return err
		}
		return g.writeOK(c, media)
	case occi.OCCIJSON:
		at := g.freshness.at(g.o.Now())
		entries := &entityLister{model: l.model, media: media, at: at, keep: l.count <= largestPage}
		return listing[*inventory.Item]{media, l.items(), entries}.send(g, c)
	}
	entries := &locationLister{occi.LocationList{Media: media, Base: base}}
	return listing[string]{media, l.ids(), entries}.send(g, c)
}

// lister writes the entries of a listing, which are made of items or of ids.
type lister[T any] interface {
	begin(run inventory.Kind) // of which all entries are until the next one
	add(dst []byte, one T) []byte
	End(dst []byte) []byte
}

// entityLister writes whole entities.
type entityLister struct {
	occi.EntityList
	model *model
	media occi.MediaType
	at    *instant
	keep  bool // the renderings are worth to be kept

	links bool      // the run is one of links
	seen  sightings // of its kind
}

func (l *entityLister) begin(run inventory.Kind) { l.links, l.seen = isLink(run), l.at.seen[run] }

func (l *entityLister) add(dst []byte, it *inventory.Item) []byte {
	return l.model.appendBody(l.Next(dst, l.links), it, l.media, l.seen.of(it), l.keep)
}

// locationLister writes locations.
type locationLister struct{ occi.LocationList }

func (l *locationLister) begin(run inventory.Kind) { l.Below(translate.Location(kinds[run], "")) }

func (l *locationLister) add(dst []byte, id string) []byte { return l.Append(dst, id) }

// listing is a listing as it is sent.
type listing[T any] struct {
	media   occi.MediaType
	runs    iter.Seq2[inventory.Kind, []T]
	entries lister[T]
}

// send sends a listing in chunks. One that fits into a chunk has its length said.
func (l listing[T]) send(g *Gateway, c echo.Context) error {
	pooled := g.buffers.Get().(*[]byte)
	defer g.buffers.Put(pooled)
	buffer := (*pooled)[:0]
	defer func() { *pooled = buffer }()
	w := c.Response()
	w.Header().Set("Content-Type", contentType(l.media))
	for kind, run := range l.runs {
		l.entries.begin(kind)
		for _, one := range run {
			if buffer = l.entries.add(buffer, one); len(buffer) < chunk {
				continue
			}
			if _, err := w.Write(g.lines(l.media, buffer)); err != nil {
				return err
			}
			buffer = buffer[:0]
		}
	}
	buffer = l.entries.End(buffer)
	rest := g.lines(l.media, buffer)
	if !w.Committed {
		w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	}
	_, err := w.Write(rest)
	return err
}
