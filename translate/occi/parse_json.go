package occi

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonParser reads JSON token by token, so that errors have a path and nothing
// is built that a limit forbids.
type jsonParser struct {
	*parser
	dec *jsontext.Decoder
}

// json parses application/occi+json (GFD.226): an entity, an action, an object
// of collections, or an array of entities or locations. Older forms are
// understood too: nested attributes, strings for the ends of links.
func (p *parser) json(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	j := jsonParser{p, jsontext.NewDecoder(bytes.NewBuffer(body))}
	err := j.top()
	if err == nil {
		if _, after := j.dec.ReadToken(); !errors.Is(after, io.EOF) {
			err = j.pos().fail("text after the document", "", "")
		}
	}
	return located(err, body)
}

// located turns an error of the JSON syntax into one with a line.
func located(err error, body []byte) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return Pos{Line: 1 + bytes.Count(body, []byte("\n"))}.fail("JSON ends too early", "", "")
	case errors.As(err, &syntax):
		at := min(max(int(syntax.ByteOffset), 0), len(body))
		e := Pos{Line: 1 + bytes.Count(body[:at], []byte("\n")), Path: string(syntax.JSONPointer)}.fail("malformed JSON: "+syntax.Err.Error(), "", "")
		if errors.Is(err, jsontext.ErrDuplicateName) {
			e.Problem, e.Name = "duplicate JSON member", syntax.JSONPointer.LastToken()
		}
		return e
	}
	return err
}

func (j *jsonParser) top() error {
	switch j.dec.PeekKind() {
	case '{':
		var o jsonObject
		if err := j.object(&o); err != nil {
			return err
		}
		return j.file(&o)
	case '[':
		return j.array(func() error {
			if j.dec.PeekKind() == '"' {
				return j.reference()
			}
			return j.element()
		})
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	return j.pos().fail("not a document of OCCI", "", "a JSON object or array")
}

// element reads an entity or the definition of a mixin in an outermost array.
func (j *jsonParser) element() error {
	var o jsonObject
	if err := j.object(&o); err != nil {
		return err
	}
	if o.wrapper || o.action != nil {
		return o.part.Pos.fail("not an entity", "", "kind, attributes, links and the like")
	}
	if !o.isDefinition() {
		j.doc.Entities = append(j.doc.Entities, o.part)
		return nil
	}
	o.definition.Class, o.definition.Pos = ClassMixin, o.part.Pos
	j.doc.Definitions = append(j.doc.Definitions, o.definition)
	return nil
}

// file sorts what the outermost object holds into the document.
func (j *jsonParser) file(o *jsonObject) error {
	switch {
	case o.isDefinition():
		o.definition.Class, o.definition.Pos = ClassMixin, o.part.Pos
		j.doc.Definitions = slices.Concat(o.definitions, []CategoryRef{o.definition})
	case o.action != nil:
		o.action.Attributes = append(o.action.Attributes, o.part.Attributes...)
		j.doc.Action = o.action
		j.doc.Entities = slices.Concat(o.resources, o.part.Links) // those that it is meant for
	case o.isEntity() && o.wrapper:
		return o.part.Pos.fail("both an entity and collections", "", "one of them")
	case o.isEntity():
		j.doc.Entities = append(j.doc.Entities, o.part)
	default:
		j.doc.Entities = slices.Concat(o.resources, o.part.Links)
		j.doc.Definitions = o.definitions
		for _, id := range o.part.LinkIDs {
			if err := j.uri(id, o.in("links")); err != nil {
				return err
			}
		}
	}
	return nil
}

// jsonObject is an object before it is known what it stands for.
type jsonObject struct {
	part        Part
	action      *Part
	resources   []Part
	definition  CategoryRef // of the object itself
	definitions []CategoryRef
	wrapper     bool // has members of a collection of resources or of categories
}

// in is the place of a member.
func (o *jsonObject) in(name string) Pos { return Pos{Path: o.part.Pos.Path, Member: name} }

// isDefinition tells a category from an entity.
func (o *jsonObject) isDefinition() bool { return o.definition.Term != "" || o.definition.Scheme != "" }

// isEntity tells an entity from an object of collections.
func (o *jsonObject) isEntity() bool {
	return len(o.part.Categories) > 0 || len(o.part.Attributes) > 0
}

// object reads an object of any of the forms that member knows. A null is a
// member that is not given.
func (j *jsonParser) object(o *jsonObject) error {
	first := true
	return j.members(func(name string) error {
		if first {
			o.part.Pos.Path = string(j.dec.StackPointer().Parent())
			first = false
		}
		if j.dec.PeekKind() == 'n' {
			return j.dec.SkipValue()
		}
		return j.member(o, name)
	})
}

// members reads an object and calls f behind each name.
func (j *jsonParser) members(f func(name string) error) error {
	if err := j.open('{', "an object"); err != nil {
		return err
	}
	for j.dec.PeekKind() != '}' {
		token, err := j.dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		if err := j.tally(name); err != nil {
			return err
		}
		if err := f(name); err != nil {
			return err
		}
	}
	_, err := j.dec.ReadToken()
	return err
}

// array reads an array and calls f before each element.
func (j *jsonParser) array(f func() error) error {
	if err := j.open('[', "an array"); err != nil {
		return err
	}
	for j.dec.PeekKind() != ']' {
		if err := j.tally(""); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	_, err := j.dec.ReadToken()
	return err
}

// tally counts a member or an element; its place is only made for an error.
func (j *jsonParser) tally(name string) error {
	if j.count < j.limits.Values && len(name) <= j.limits.Name {
		j.count++
		return nil
	}
	if err := j.counted(j.pos()); err != nil {
		return err
	}
	return j.named(name, j.pos())
}

// open reads the start of an object or array.
func (j *jsonParser) open(kind jsontext.Kind, expected string) error {
	token, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return j.pos().fail("wrong JSON type", "", expected)
	}
	if j.dec.StackDepth() > j.limits.Depth {
		return j.pos().tooLarge("JSON is nested too deeply", j.limits.Depth, "levels")
	}
	return nil
}

// text reads a string.
func (j *jsonParser) text() (string, error) {
	token, err := j.dec.ReadToken()
	if err != nil {
		return "", err
	}
	if token.Kind() != '"' {
		return "", j.pos().fail("wrong JSON type", "", "a string")
	}
	return token.String(), nil
}

// shortText reads a string that has the length of a name.
func (j *jsonParser) shortText() (string, error) {
	s, err := j.text()
	if err != nil {
		return "", err
	}
	return s, j.named(s, j.pos())
}

// texts reads an array of strings.
func (j *jsonParser) texts() (list []string, err error) {
	err = j.array(func() error {
		s, err := j.text()
		list = append(list, s)
		return err
	})
	return list, err
}

// pos is the place of what was read last.
func (j *jsonParser) pos() Pos { return Pos{Path: string(j.dec.StackPointer())} }
