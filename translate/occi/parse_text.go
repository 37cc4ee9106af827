package occi

import (
	"net/http"
	"slices"
	"strings"
)

// structure is a kind of line of text/plain, which is a kind of header of
// text/occi (GFD.229 section 4).
type structure struct {
	name  string
	parse func(p *parser, item string, pos Pos) error
}

// structures are the lines that a document may hold. Names are compared
// without regard to case; two are what one client library writes.
var structures = []structure{
	{"Category", (*parser).category},
	{"Link", (*parser).link},
	{"X-OCCI-Attribute", (*parser).attribute},
	{"X-OCCI-Location", (*parser).location},
	{"X-OCCI-Category", (*parser).category},
	{"X-OCCI-Link", (*parser).link},
}

const structureNames = "Category, Link, X-OCCI-Attribute or X-OCCI-Location"

func findStructure(name string) *structure {
	i := slices.IndexFunc(structures, func(s structure) bool { return strings.EqualFold(s.name, name) })
	if i < 0 {
		return nil
	}
	return &structures[i]
}

// headers parses text/occi. Header names arrive in any spelling.
func (p *parser) headers(header http.Header) error {
	for i := range structures {
		s := &structures[i]
		pos := Pos{Path: s.name}
		for _, line := range headerLines(header, s.name) {
			if err := p.items(s, line, &pos); err != nil {
				return err
			}
		}
	}
	return nil
}

// headerLines are the lines with a name in the form that net/http gives it and
// in the form that this package writes.
func headerLines(header http.Header, name string) []string {
	lines := header[http.CanonicalHeaderKey(name)]
	if name != http.CanonicalHeaderKey(name) {
		lines = slices.Concat(lines, header[name])
	}
	return lines
}

// plain parses text/plain: one structure a line, long ones continued on lines
// that begin with a blank.
func (p *parser) plain(body []byte) error {
	var folded logicalLine
	number := 0
	for line := range strings.SplitSeq(string(body), "\n") {
		number++
		line = strings.Trim(line, "\r")
		if trim(line) == "" {
			continue
		}
		if !isBlank(line[0]) || folded.number == 0 {
			if err := p.line(&folded); err != nil {
				return err
			}
			folded = logicalLine{number: number}
		}
		if folded.add(line); folded.size > p.limits.Line {
			return Pos{Line: number}.tooLarge("line is too long", p.limits.Line, "bytes")
		}
	}
	return p.line(&folded)
}

// logicalLine is a line with its continuation lines.
type logicalLine struct {
	number int // of its first line
	parts  []string
	size   int
}

func (l *logicalLine) add(line string) {
	l.parts = append(l.parts, trim(line))
	l.size += len(line) + 1
}

func (p *parser) line(l *logicalLine) error {
	if l.number == 0 {
		return nil
	}
	text := l.parts[0]
	if len(l.parts) > 1 {
		text = strings.Join(l.parts, " ")
	}
	pos := Pos{Line: l.number}
	name, value, found := strings.Cut(text, ":")
	s := findStructure(trim(name))
	if !found || s == nil {
		return pos.fail("not a line of OCCI", trim(name), structureNames)
	}
	return p.items(s, value, &pos)
}

// items parses the comma-separated values of a structure. Empty ones are
// skipped. In headers pos counts them.
func (p *parser) items(s *structure, line string, pos *Pos) error {
	if len(line) > p.limits.Line {
		return pos.tooLarge("line is too long", p.limits.Line, "bytes")
	}
	if unprintable(line) >= 0 {
		return pos.fail("control character or broken UTF-8 in", s.name, "printable text")
	}
	for line != "" {
		item, rest, ok := cut(line, ',')
		if pos.Path != "" {
			pos.Item++
		}
		if !ok {
			return pos.fail("quote or bracket is not closed in", s.name, "")
		}
		line = rest
		if item = trim(item); item == "" {
			continue
		}
		if err := p.counted(*pos); err != nil {
			return err
		}
		if err := s.parse(p, item, *pos); err != nil {
			return err
		}
	}
	return nil
}

// uriList parses text/uri-list (RFC 2483): one URI a line, comments after "#".
func (p *parser) uriList(body []byte) error {
	number := 0
	for line := range strings.SplitSeq(string(body), "\n") {
		number++
		line = trim(strings.Trim(line, "\r"))
		if line == "" || line[0] == '#' {
			continue
		}
		pos := Pos{Line: number}
		if len(line) > p.limits.Line {
			return pos.tooLarge("line is too long", p.limits.Line, "bytes")
		}
		if err := p.counted(pos); err != nil {
			return err
		}
		if err := p.uri(line, pos); err != nil {
			return err
		}
	}
	return nil
}

// location parses a value of X-OCCI-Location; quotes and brackets around it
// are taken off.
func (p *parser) location(item string, pos Pos) error {
	if len(item) > 1 && (item[0] == '<' && item[len(item)-1] == '>' || item[0] == '"' && item[len(item)-1] == '"') {
		item = trim(item[1 : len(item)-1])
	}
	return p.uri(item, pos)
}

func (p *parser) uri(s string, pos Pos) error {
	if !validReference(s) {
		return pos.fail("not a URI", s, "a path or an absolute URI")
	}
	p.doc.Locations = append(p.doc.Locations, LocationRef{URI: s, Pos: pos})
	return nil
}
