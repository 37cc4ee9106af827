package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// document is a parsed file that remembers where each key stands.
type document struct {
	file string
	root *yaml.Node
	keys map[mark]string // of every value, by its place
	line map[string]int  // of every key
}

type mark struct{ line, column int }

// parse reads one YAML document whose top is a mapping.
func parse(file string, text []byte) (*document, Problems) {
	doc := &document{file: file, keys: map[mark]string{}, line: map[string]int{}}
	var top yaml.Node
	if err := yaml.Load(text, &top); err != nil {
		return nil, doc.translate(err)
	}
	doc.root = top.Content[0]
	doc.index(doc.root, "")
	return doc, nil
}

// index notes the places of n and everything in it.
func (d *document) index(n *yaml.Node, key string) {
	d.keys[mark{n.Line, n.Column}] = key
	if _, known := d.line[key]; !known {
		d.line[key] = n.Line
	}
	switch n.Kind {
	case yaml.MappingNode:
		for name, value := range pairs(n) {
			inner := join(key, name.Value)
			d.line[inner] = name.Line
			d.keys[mark{name.Line, name.Column}] = inner
			d.index(value, inner)
		}
	case yaml.SequenceNode:
		for i, value := range n.Content {
			d.index(value, fmt.Sprintf("%s[%d]", key, i))
		}
	}
}

// pairs iterates over the keys and values of a mapping.
func pairs(n *yaml.Node) func(yield func(name, value *yaml.Node) bool) {
	return func(yield func(name, value *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// problem is of a key; one that does not stand in the file takes the line of
// what it would be in.
func (d *document) problem(key, text string) Problem {
	at := key
	for d.line[at] == 0 && at != "" {
		at = at[:max(0, strings.LastIndexAny(at, ".["))]
	}
	return Problem{File: d.file, Line: d.line[at], Key: key, Text: text}
}

// decode reads n into the value that into points to. Keys it has no field for,
// keys given twice and values of the wrong type are problems.
func (d *document) decode(n *yaml.Node, key string, into any) Problems {
	problems := d.check(n, key, reflect.TypeOf(into))
	if len(problems) > 0 {
		return problems
	}
	if err := n.Load(into, yaml.WithUniqueKeys()); err != nil {
		return d.translate(err)
	}
	return nil
}

// duration is what durations are known by.
var (
	duration    = reflect.TypeFor[time.Duration]()
	unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()
)

// check compares a value with the type that it shall become.
func (d *document) check(n *yaml.Node, key string, t reflect.Type) Problems {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if reflect.PointerTo(t).Implements(unmarshaler) || n.Tag == "!!null" {
		return nil
	}
	switch {
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		return d.checkFields(n, key, t)
	case t.Kind() == reflect.Map && n.Kind == yaml.MappingNode:
		return d.checkValues(n, key, t.Elem())
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		var problems Problems
		for i, value := range n.Content {
			problems = append(problems, d.check(value, fmt.Sprintf("%s[%d]", key, i), t.Elem())...)
		}
		return problems
	case t == duration && n.Tag == "!!int" && n.Value != "0":
		return Problems{d.problem(key, "is a number, "+want(t))}
	case t.Kind() == reflect.String && n.Kind == yaml.ScalarNode:
		n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle // 007 and 1e3 are text here
	}
	return nil
}

func (d *document) checkFields(n *yaml.Node, key string, t reflect.Type) (problems Problems) {
	fields := map[string]reflect.Type{}
	fieldsOf(t, fields)
	for name, value := range pairs(n) {
		inner := join(key, name.Value)
		field, known := fields[name.Value]
		switch {
		case known:
			problems = append(problems, d.check(value, inner, field)...)
		case name.Value == "<<":
			problems = append(problems, d.check(value, key, t)...)
		default:
			problems = append(problems, d.problem(inner, unknown(name.Value, fields)))
		}
	}
	return problems
}

func (d *document) checkValues(n *yaml.Node, key string, t reflect.Type) (problems Problems) {
	for name, value := range pairs(n) {
		problems = append(problems, d.check(value, join(key, name.Value), t)...)
	}
	return problems
}

// fieldsOf collects the keys of a struct, those of inlined ones too.
func fieldsOf(t reflect.Type, into map[string]reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || name == "-" || len(f.Index) > 1:
		case strings.Contains(options, "inline"):
			fieldsOf(f.Type, into)
		case name == "":
			into[strings.ToLower(f.Name)] = f.Type
		default:
			into[name] = f.Type
		}
	}
}

func unknown(name string, fields map[string]reflect.Type) string {
	known := make([]string, 0, len(fields))
	for k := range fields {
		known = append(known, k)
	}
	slices.Sort(known)
	if near := nearest(name, known); near != "" {
		return "unknown key, did you mean " + near + "?"
	}
	return "unknown key, known are " + strings.Join(known, ", ")
}

// translate makes problems of the library's errors, without the values that
// it quotes.
func (d *document) translate(err error) Problems {
	list := &yaml.LoadErrors{}
	if one := (*yaml.LoadError)(nil); !errors.As(err, &list) && errors.As(err, &one) {
		list.Errors = []*yaml.LoadError{one}
	}
	var problems Problems
	for _, e := range list.Errors {
		key := d.keys[mark{e.Mark.Line, e.Mark.Column}]
		problems = append(problems, Problem{File: d.file, Line: e.Mark.Line, Key: key, Text: plain(e.Message)})
	}
	if len(problems) == 0 {
		problems = Problems{{File: d.file, Text: "cannot be read as YAML"}}
	}
	return problems
}

// plain says what a library's message means.
func plain(message string) string {
	if _, after, found := strings.Cut(message, "no documents"); found && after != "" {
		return "is empty"
	}
	if !strings.Contains(message, "cannot construct") {
		return strings.TrimPrefix(message, "yaml: ")
	}
	target := message[strings.LastIndex(message, " into ")+len(" into "):]
	if t, known := wanted[target]; known {
		return "is of the wrong type, " + t
	}
	return "is of the wrong type"
}

// wanted says in words what a Go type takes.
var wanted = map[string]string{
	"bool":          "want true or false",
	"int":           "want a whole number",
	"int64":         "want a whole number",
	"float64":       "want a number",
	"string":        "want text",
	"[]string":      "want a list of texts",
	"time.Duration": "want a duration with its unit, such as 30s or 5m",
}

func want(t reflect.Type) string { return wanted[t.String()] }
