package occi

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Document is what a request says, in the order in which it says it, before
// any of it is looked up. Each part knows where it stands, for error messages.
type Document struct {
	Media       MediaType
	Entities    []Part        // text holds at most one; it may also be a filter
	Action      *Part         // JSON only: text shows an action as a Part with its category
	Definitions []CategoryRef // JSON only: text shows definitions as a Part's categories
	Locations   []LocationRef
}

// Empty reports whether the document says nothing.
func (d *Document) Empty() bool {
	return len(d.Entities) == 0 && d.Action == nil && len(d.Definitions) == 0 && len(d.Locations) == 0
}

// Part is an entity, an inline link, an action invocation or a filter. What
// JSON has as members (id, title, summary, source, target) is among the
// attributes under its name of GFD.229 section 5.5.1.
type Part struct {
	Categories []CategoryRef
	Attributes []Value
	Links      []Part
	Actions    []string // type identifiers of action links
	Target     string   // text links: what stands in <>
	Rel        string   // links: kind of the target
	LinkIDs    []string // JSON of older clients: links that are described elsewhere in the document
	Pos        Pos
}

// CategoryRef names a category or defines one.
type CategoryRef struct {
	Scheme   string
	Term     string
	Class    Class // empty when not given
	Title    string
	Location string
	Rel      []string // type identifiers
	Applies  []string // JSON only: type identifiers of kinds
	Pos      Pos
}

// Form says how a value was written.
type Form int

// The forms of values.
const (
	Quoted    Form = iota // a string
	Bare                  // a number, a boolean or, in text, an unquoted word
	Structure             // a JSON array or object
)

// Value is an attribute with its value as it was written.
type Value struct {
	Name string
	Form Form
	Text string // of a Quoted or Bare value
	Data any    // of a Structure: []any or map[string]any
	Pos  Pos
}

// LocationRef is a URI that refers to an entity.
type LocationRef struct {
	URI string
	Pos Pos
}

// Pos is a place in a document.
type Pos struct {
	Line   int    // in a text body, from 1
	Path   string // JSON pointer or header name
	Item   int    // in a header, from 1
	Member string // name of a JSON member below Path
}

// fail makes the error of kind Invalid for a place.
func (p Pos) fail(problem, name, expected string) *Error {
	path := p.Path
	switch {
	case p.Item > 0:
		path += "[" + strconv.Itoa(p.Item) + "]"
	case p.Member != "":
		path = p.pointer()
	}
	return &Error{Line: p.Line, Path: path, Name: name, Problem: problem, Expected: expected}
}

// pointer is the JSON pointer of a member.
func (p Pos) pointer() string {
	return string(jsontext.Pointer(p.Path).AppendToken(p.Member))
}

func (p Pos) tooLarge(problem string, limit int, unit string) *Error {
	e := p.fail(problem, "", "at most "+strconv.Itoa(limit)+" "+unit)
	e.Kind = TooLarge
	return e
}
