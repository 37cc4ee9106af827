package occi

import (
	"strconv"
	"strings"
)

// ErrorKind says what an [Error] means to the client. The set is closed.
type ErrorKind int

// The kinds of errors and the HTTP status that each stands for (GFD.223
// section 5.4).
const (
	Invalid       ErrorKind = iota // 400: malformed, unknown or missing
	TooLarge                       // 413: beyond a limit of [Limits]
	Unsupported                    // 415: a media type of a request that is not known
	NotAcceptable                  // 406: a rendering that would not fit
	Conflict                       // 409: contradictory or already there
)

// Error is what is wrong with a document, a category or a rendering, and where.
type Error struct {
	Kind     ErrorKind
	Line     int    // line of a text body counted from 1, 0 when there is none
	Path     string // JSON pointer, or header name and item as in "Link[2]"
	Name     string // the category, attribute or member concerned
	Problem  string // what is wrong, in lower case
	Expected string // what would have been right, empty when there is nothing to say
}

// Error is one line of printable text with the place, the problem, the name
// and what was expected. Names are shortened.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Line > 0:
		b.WriteString("line " + strconv.Itoa(e.Line) + ": ")
	case e.Path != "":
		b.WriteString("at " + shorten(e.Path) + ": ")
	}
	b.WriteString(e.Problem)
	if e.Name != "" {
		b.WriteString(" " + strconv.Quote(shorten(e.Name)))
	}
	if e.Expected != "" {
		b.WriteString(", expected " + e.Expected)
	}
	return string(appendPlain(nil, b.String()))
}

// maxShown is how much of a client's text an error message repeats, in bytes.
const maxShown = 200

func shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "…"
}
