package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// Entity tags (RFC 9110 section 8.8.3) are strong and have three parts: a digest
// of the content, which is equal in all media types and on all gateways; a
// letter for the media type; and "gz" when the answer is compressed. There is no
// Last-Modified, since clouds do not say when something changed, so that
// If-Unmodified-Since and If-Modified-Since are ignored.

// suffixes tell the renderings of one content apart.
var suffixes = map[occi.MediaType]string{occi.TextPlain: "t", occi.TextOCCI: "h", occi.OCCIJSON: "j", occi.URIList: "u"}

const zipped = "-gz"

// tagged sets the entity tag of an answer, and reports whether the client of a
// GET has that content already: it has then been answered with 304.
func tagged(c echo.Context, media occi.MediaType, digest string) (done bool) {
	tag := digest + "-" + suffixes[media.Rendering()]
	h := c.Response().Header()
	h["Etag"] = []string{`"` + tag + `"`}
	r := c.Request()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	has, ok := find(r.Header["If-None-Match"], func(t entityTag) bool {
		return t.any || strings.TrimSuffix(t.opaque, zipped) == tag
	})
	if !ok {
		return false
	}
	if has != "" {
		h["Etag"] = []string{`"` + has + `"`}
	}
	c.Response().WriteHeader(http.StatusNotModified)
	return true
}

// conditional refuses changes whose If-Match or If-None-Match does not hold,
// before anything is done. The content is compared with what this gateway knows
// at that moment, whatever media type the tag is of.
func (g *Gateway) conditional(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		match, none := r.Header["If-Match"], r.Header["If-None-Match"]
		if len(match) == 0 && len(none) == 0 || safe(r.Method) {
			return next(c)
		}
		digest := g.digestAt(c)
		if digest == "" && r.Method != http.MethodPut {
			return next(c) // there is nothing at all: 404, not 412
		}
		same := func(t entityTag) bool {
			found, _, _ := strings.Cut(t.opaque, "-")
			return digest != "" && (t.any || found == digest)
		}
		_, holds := find(match, func(t entityTag) bool { return !t.weak && same(t) })
		if len(match) > 0 && !holds {
			return failed("If-Match", r)
		}
		if _, found := find(none, same); found {
			return failed("If-None-Match", r)
		}
		return next(c)
	}
}

func safe(method string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, method)
}

func failed(header string, r *http.Request) error {
	return &problem{
		status:  http.StatusPreconditionFailed,
		message: header + " does not hold for what is at " + r.URL.Path + " now",
	}
}

// digestAt is the digest of what is at a request's path, "" for nothing.
func (g *Gateway) digestAt(c echo.Context) string {
	m := g.models.current()
	path := c.Request().URL.Path
	if strings.HasSuffix(strings.TrimSuffix(path, "/"), "/-") {
		return m.query().etag
	}
	if it, err := g.item(c); err == nil {
		return m.etagOf(it)
	}
	if col, ok := m.collectionAt(path); ok {
		return m.search(col).run(g.inv).whole(m).digest(g.base(c.Request()))
	}
	return ""
}

// The step of FNV-1a, on words: marks are well mixed, so that a multiplication
// each is enough to keep lists apart.
const fnvStart, fnvPrime uint64 = 14695981039346656037, 1099511628211

// digest is that of a listing: of the marks of its members in their order, and of
// its URLs' beginning.
func (l listed) digest(base string) string {
	sum := l.sum()
	for i := range len(base) {
		sum = (sum ^ uint64(base[i])) * fnvPrime
	}
	return strconv.FormatUint(sum, 16)
}

// marked is what the members of some sets, which never change, come to.
type marked struct {
	sets []*inventory.Set
	sum  uint64
}

// sum digests the members. That of the whole of some sets is kept, since most
// requests are for a list that has not changed since the one before.
func (l listed) sum() uint64 {
	whole := l.count == l.total
	if whole {
		if kept := l.model.marked.Load(); kept != nil && slices.Equal(kept.sets, l.sets) {
			return kept.sum
		}
	}
	sum := fnvStart
	for _, run := range l.items() {
		for _, it := range run {
			sum = (sum ^ l.model.mark(it)) * fnvPrime
		}
	}
	if whole {
		l.model.marked.Store(&marked{l.sets, sum})
	}
	return sum
}

// entityTag is one entry of If-Match or If-None-Match.
type entityTag struct {
	opaque string // without quotes
	weak   bool
	any    bool // "*"
}

// find returns the first tag in header lines that is wanted, or "" for "*",
// which every present content has. What is malformed ends its line.
func find(lines []string, wanted func(entityTag) bool) (opaque string, ok bool) {
	for _, line := range lines {
		rest := strings.TrimSpace(line)
		if rest == "*" && wanted(entityTag{any: true}) {
			return "", true
		}
		for rest != "" {
			var t entityTag
			rest, t.weak = strings.CutPrefix(rest, "W/")
			parts := strings.SplitN(rest, `"`, 3)
			if len(parts) < 3 || parts[0] != "" {
				break
			}
			t.opaque, rest = parts[1], strings.TrimLeft(parts[2], ", \t")
			if wanted(t) {
				return t.opaque, true
			}
		}
	}
	return "", false
}
