package occi

import (
	"iter"
	"net/http"
	"strings"
)

// The largest answer in text/occi: clients and proxies cut or refuse more.
const (
	MaxHeader  = 16 << 10 // bytes of one header line
	MaxHeaders = 48 << 10 // bytes of all header lines of a rendering
)

// SetEntity sets the headers of an entity in text/occi. An *Error of kind
// NotAcceptable says that it does not fit; h is then as it was.
func (r *Renderer) SetEntity(h http.Header, e *Entity) error {
	return setHeaders(h, func(w *writer) { r.writeEntity(w, e) })
}

// SetCategories sets the headers of categories in text/occi, as SetEntity does.
func (r *Renderer) SetCategories(h http.Header, s Selection) error {
	return setHeaders(h, func(w *writer) { r.writeCategories(w, s) })
}

// SetLocations sets the headers of a list of absolute URLs in text/occi, as
// SetEntity does: X-OCCI-Location, and Location for a client that only reads
// lists there. It takes no more of the URLs than it needs to know that they do not
// fit.
func SetLocations(h http.Header, urls iter.Seq[string]) error {
	var line string
	err := setHeaders(h, func(w *writer) {
		for u := range urls {
			w.begin("X-OCCI-Location")
			if w.dst = appendURI(w.dst, u); len(w.dst) > MaxHeader {
				return
			}
		}
		line = string(w.dst)
	})
	if err == nil && line != "" {
		h["Location"] = []string{strings.ReplaceAll(line, ", ", ",")}
	}
	return err
}

// SetError sets the header of an error in text/occi.
func SetError(h http.Header, message string) {
	text := appendPlain(nil, message)
	h["X-OCCI-Error"] = []string{string(text[:min(len(text), MaxHeader)])}
}

// setHeaders collects headers, one line per name with the exact case of the
// standard, which net/http would change.
func setHeaders(h http.Header, write func(*writer)) error {
	collected := http.Header{}
	total, longest := 0, 0
	w := writer{header: func(name string, value []byte) {
		collected[name] = []string{string(value)}
		total += len(name) + len(value)
		longest = max(longest, len(value))
	}}
	write(&w)
	w.flush()
	if total > MaxHeaders || longest > MaxHeader {
		return &Error{Kind: NotAcceptable, Problem: "rendering does not fit into headers", Expected: "text/plain or application/occi+json"}
	}
	for name, lines := range collected {
		h[name] = lines
	}
	return nil
}
