package occi

import (
	"errors"
	"io"
	"net/http"
)

// Parse reads a document of a media type: TextOCCI from the header, all others
// from the body, which may be nil. An empty body is an empty document. What is
// malformed or too large is an *Error; other errors are those of reading the
// body. Nothing is looked up: that is done by [Binder].
func Parse(m MediaType, header http.Header, body io.Reader, limits Limits) (*Document, error) {
	p := parser{limits: limits.withDefaults(), doc: &Document{Media: m}}
	if m.Rendering() == TextOCCI {
		if err := p.headers(header); err != nil {
			return nil, err
		}
		return p.doc, nil
	}
	text, err := p.read(body)
	if err != nil {
		return nil, err
	}
	switch m.Rendering() {
	case TextPlain:
		err = p.plain(text)
	case URIList:
		err = p.uriList(text)
	case OCCIJSON:
		err = p.json(text)
	default:
		err = &Error{Kind: Unsupported, Name: string(m), Problem: "unsupported media type", Expected: knownMedia()}
	}
	if err != nil {
		return nil, err
	}
	return p.doc, nil
}

// parser fills a document within limits.
type parser struct {
	limits Limits
	doc    *Document
	part   *Part // of a text document
	count  int   // values seen
}

// read reads a body up to its limit.
func (p *parser) read(body io.Reader) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	text, err := io.ReadAll(io.LimitReader(body, p.limits.Body+1))
	var tooLarge *http.MaxBytesError
	switch {
	case int64(len(text)) > p.limits.Body || errors.As(err, &tooLarge):
		return nil, Pos{}.tooLarge("body is too large", int(p.limits.Body), "bytes")
	case err != nil:
		return nil, err
	}
	return text, nil
}

// counted keeps the number of values within its limit.
func (p *parser) counted(pos Pos) error {
	if p.count++; p.count > p.limits.Values {
		return pos.tooLarge("too many values", p.limits.Values, "values")
	}
	return nil
}

// named keeps the length of a term, scheme or name within its limit.
func (p *parser) named(name string, pos Pos) error {
	if len(name) > p.limits.Name {
		return pos.tooLarge("name is too long", p.limits.Name, "bytes")
	}
	return nil
}
