package flexiscale

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"occigate/providers/internal/wire"
)

// node is an element of an answer, known by its local name, since prefixes vary.
type node struct {
	name, id, href, arrayType string
	nothing                   bool // xsi:nil
	body                      string
	kids                      []*node
}

// deepest is how many elements may stand inside each other.
const deepest = 32

// parse reads a document into its root element.
func parse(text []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	root := new(node)
	open := []*node{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(root.kids) == 1 {
			return root.kids[0], nil
		}
		if err != nil {
			return nil, err
		}
		in := open[len(open)-1]
		switch e := token.(type) {
		case xml.StartElement:
			if len(open) > deepest {
				return nil, errors.New("too deep")
			}
			n := started(e)
			in.kids = append(in.kids, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			in.body += string(e)
		}
	}
}

func started(e xml.StartElement) *node {
	n := &node{name: e.Name.Local}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "id":
			n.id = a.Value
		case "href":
			n.href = strings.TrimPrefix(a.Value, "#")
		case "arrayType":
			n.arrayType = a.Value
		case "nil", "null":
			n.nothing = a.Value == "true" || a.Value == "1"
		}
	}
	return n
}

// kid finds an element below by its name, nil when there is none.
func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// document is an answer being read. What is wrong with it is noted, so that a
// whole listing is read and judged once.
type document struct {
	answer wire.Answer
	ids    map[string]*node
	broken error
}

func (d *document) note(format string, args ...any) {
	if d.broken == nil {
		d.broken = d.answer.Broken(format, args...)
	}
}

// row is an element of a document with references resolved.
type row struct {
	doc *document
	*node
}

// at wraps a node; one that only refers to another is that one, and one that is
// missing is empty.
func (d *document) at(n *node) row {
	for range deepest {
		if n == nil {
			return row{d, &node{}}
		}
		if n.href == "" {
			return row{d, n}
		}
		target := d.ids[n.href]
		if target == nil {
			d.note("the answer refers to what is not in it, at %.40q", n.name)
		}
		n = target
	}
	d.note("the answer's references go in a circle")
	return row{d, &node{}}
}

func (r row) kid(name string) row { return r.doc.at(r.node.kid(name)) }

func (r row) value() string { return strings.TrimSpace(r.body) }

func (r row) text(name string) string { return r.kid(name).value() }

// number reads a member; a missing one is 0.
func (r row) number(name string) int {
	if r.text(name) == "" {
		return 0
	}
	return r.kid(name).integer()
}

// integer reads the element itself.
func (r row) integer() int {
	n, err := strconv.Atoi(r.value())
	if err != nil {
		r.doc.note("the answer has a wrong type at %q", r.name)
	}
	return n
}

// id reads a number that must be there, as text.
func (r row) id(name string) string {
	if r.text(name) == "" {
		r.doc.note("the answer lacks %q", name)
	}
	return strconv.Itoa(r.number(name))
}

var arraySize = regexp.MustCompile(`\[(\d+)\]$`)

// items are the rows of an array; nil and missing ones have none. An array that
// has not as many as it says is broken.
func (r row) items() (rows []row) {
	if r.nothing {
		return nil
	}
	for _, k := range r.kids {
		rows = append(rows, r.doc.at(k))
	}
	if m := arraySize.FindStringSubmatch(r.arrayType); m != nil && m[1] != strconv.Itoa(len(rows)) {
		r.doc.note("an array of the answer has %d rows, it says %s", len(rows), m[1])
	}
	return rows
}

// read takes an answer apart: what the operation returns, or the fault. An
// answer that is no envelope is [providers.ErrUnavailable].
func read(a wire.Answer) (returned row, refused *wire.Refusal, err error) {
	root, parseErr := parse(a.Body)
	switch {
	case len(bytes.TrimSpace(a.Body)) == 0:
		return row{}, nil, a.Broken("the answer is empty")
	case parseErr != nil:
		return row{}, nil, a.Broken("the answer is no XML, or breaks off")
	case root.name != "Envelope" || root.kid("Body") == nil || len(root.kid("Body").kids) == 0:
		return row{}, nil, a.Broken("the answer is no SOAP envelope")
	}
	d := &document{answer: a, ids: map[string]*node{}}
	d.index(root)
	body := d.at(root.kid("Body"))
	if fault := body.node.kid("Fault"); fault != nil {
		f := d.at(fault)
		return row{}, refusal(f.text("faultcode"), f.text("faultstring")), nil
	}
	for _, k := range d.at(body.kids[0]).kids {
		if strings.HasSuffix(k.name, "Return") {
			return d.at(k), nil, d.broken
		}
	}
	return row{d, &node{}}, nil, d.broken
}

func (d *document) index(n *node) {
	if n.id != "" {
		d.ids[n.id] = n
	}
	for _, k := range n.kids {
		d.index(k)
	}
}
