// Package conformance holds the gateway to the OCCI standard over HTTP. Its
// table, in rows/*.http, is made of requests and of what their answers have to
// be, each named after the requirements that it proves; requirements.txt has
// the short text of each requirement. docs/occi.md is written from both. The
// package knows the standard and nothing of how the gateway is made.
package conformance

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ./generate ../../docs/occi.md

//go:embed rows/*.http
var rowFiles embed.FS

// Group is one file of the table. Its rows are carried out in order against a
// program of their own and share the names that they bind.
type Group struct {
	Name string
	Rows []Row
}

// Row is one request and what its answer has to be.
type Row struct {
	Name         string
	Requirements []string
	Method       string
	Path         string
	Headers      [][2]string
	Body         string
	Answer       Expected
}

// Expected is what an answer has to be. Its texts are patterns, see [Names.match].
type Expected struct {
	Status     int
	Eventually bool // the request is repeated until the answer is so
	Headers    [][2]string
	NoHeaders  []string // names of headers that must not be there
	Body       []bodyCheck
}

// bodyCheck is one line about a body. The operator is one of
//
//   - = the whole body is this; several lines are joined
//   - + a line is this
//   - - no line is this
//   - ~ the text is somewhere in the body
//   - @ the member at a JSON pointer has a value, written as JSON
//   - ! there is no member at a JSON pointer
type bodyCheck struct {
	operator byte
	text     string
}

// Groups reads the table.
func Groups() ([]Group, error) {
	names, err := fs.Glob(rowFiles, "rows/*.http")
	if err != nil {
		return nil, err
	}
	groups := make([]Group, 0, len(names))
	for _, name := range names {
		text, err := rowFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rows, err := parseRows(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		groups = append(groups, Group{strings.TrimSuffix(path.Base(name), ".http"), rows})
	}
	return groups, nil
}

var operators = []string{"=", "+", "-", "~", "@", "!"}

var (
	title   = regexp.MustCompile(`^=== ([a-z0-9][a-z0-9-]*) \|((?: [A-Z]-\d+[a-z]?)+)$`)
	request = regexp.MustCompile(`^([A-Z]+) (\S+)$`)
	status  = regexp.MustCompile(`^--- (\d{3})( eventually)?$`)
	header  = regexp.MustCompile(`^([A-Za-z-]+): ?(.*)$`)
)

// rowReader reads rows line by line.
type rowReader struct {
	lines []string
	at    int // lines read so far
}

func (r *rowReader) next() string {
	line := r.lines[r.at]
	r.at++
	return line
}

// ended reports whether the part of a row that the reader is in has ended.
func (r *rowReader) ended(marks ...string) bool {
	return r.at == len(r.lines) || slices.ContainsFunc(marks, func(m string) bool { return strings.HasPrefix(r.lines[r.at], m) })
}

func (r *rowReader) fail(want string) error {
	line := ""
	if r.at > 0 {
		line = r.lines[r.at-1]
	}
	return fmt.Errorf("line %d: %q is not %s", r.at, line, want)
}

func parseRows(text string) ([]Row, error) {
	r := &rowReader{lines: strings.Split(strings.TrimRight(text, "\n"), "\n")}
	var rows []Row
	for r.at < len(r.lines) {
		if line := r.lines[r.at]; line == "" || strings.HasPrefix(line, "#") {
			r.at++
			continue
		}
		row, err := r.row()
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (r *rowReader) row() (Row, error) {
	m := title.FindStringSubmatch(r.next())
	if m == nil {
		return Row{}, r.fail("=== name | requirements")
	}
	row := Row{Name: m[1], Requirements: strings.Fields(m[2])}
	if r.ended() {
		return row, r.fail("followed by a request")
	}
	if m = request.FindStringSubmatch(r.next()); m == nil {
		return row, r.fail("METHOD path")
	}
	row.Method, row.Path = m[1], m[2]
	if err := r.headers(&row); err != nil {
		return row, err
	}
	var body []string
	for !r.ended("---") {
		body = append(body, r.next())
	}
	row.Body = strings.Join(body, "\n")
	return row, r.answer(&row.Answer)
}

// headers reads the request's headers and the empty line after them.
func (r *rowReader) headers(row *Row) error {
	for !r.ended("---") {
		line := r.next()
		if line == "" {
			return nil
		}
		m := header.FindStringSubmatch(line)
		if m == nil {
			return r.fail("a header")
		}
		row.Headers = append(row.Headers, [2]string{m[1], m[2]})
	}
	return nil
}

func (r *rowReader) answer(e *Expected) (err error) {
	if r.ended() {
		return r.fail("followed by --- status")
	}
	m := status.FindStringSubmatch(r.next())
	if m == nil {
		return r.fail("--- status")
	}
	e.Eventually = m[2] != ""
	if e.Status, err = strconv.Atoi(m[1]); err != nil {
		return err
	}
	for !r.ended("===") {
		if err := r.expect(e, r.next()); err != nil {
			return err
		}
	}
	return nil
}

// expect reads one line about an answer.
func (r *rowReader) expect(e *Expected, line string) error {
	operator, text, spaced := strings.Cut(line, " ")
	switch {
	case line == "" || strings.HasPrefix(line, "#"):
	case slices.Contains(operators, operator):
		e.Body = append(e.Body, bodyCheck{operator[0], text})
	case !spaced && strings.HasPrefix(line, "no:"):
		e.NoHeaders = append(e.NoHeaders, line[len("no:"):])
	default:
		m := header.FindStringSubmatch(line)
		if m == nil {
			return r.fail("a header or a check of the body")
		}
		e.Headers = append(e.Headers, [2]string{m[1], m[2]})
	}
	return nil
}
