package occi

import (
	"maps"
	"slices"
	"strings"
)

// values reads all attributes of the part.
func (n *binding) values() error {
	for i := range n.part.Attributes {
		if err := n.value(&n.part.Attributes[i]); err != nil {
			return err
		}
	}
	return nil
}

// listedAttribute is what an unknown attribute could have been.
const listedAttribute = "one that /-/ lists for its categories"

func (n *binding) value(v *Value) error {
	if v.Form != Structure && strings.HasPrefix(v.Name, "occi.core.") {
		return n.coreValue(v)
	}
	a := n.definition(v.Name)
	if nested, ok := v.Data.(map[string]any); ok && (a == nil || a.Type != Object) {
		return n.nested(v, nested)
	}
	if a == nil {
		return v.Pos.fail("unknown attribute", v.Name, listedAttribute)
	}
	return n.set(a, v)
}

// nested reads the members of an object as attributes whose names begin with
// the object's, as clients write that know an old draft of the rendering.
func (n *binding) nested(v *Value, members map[string]any) error {
	at := v.Pos
	if at.Member != "" {
		at = Pos{Path: at.pointer()}
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		inner := nestedValue(v.Name+"."+key, members[key])
		if inner.Pos = at; at.Path != "" {
			inner.Pos.Member = key
		}
		if members[key] == nil {
			continue
		}
		if err := n.value(&inner); err != nil {
			return err
		}
	}
	return nil
}

func nestedValue(name string, data any) Value {
	v := Value{Name: name, Data: data}
	switch data := data.(type) {
	case string:
		v.Text, v.Data = data, nil
	case bool, float64:
		v.Form, v.Text, v.Data = Bare, string(appendJSON(nil, data)), nil
	default:
		v.Form = Structure
	}
	return v
}

// set takes the value of an attribute that has a definition.
func (n *binding) set(a *Attribute, v *Value) error {
	if a.Observed && n.mode != forRead {
		return nil
	}
	value, err := n.Registry.coerce(a, v)
	if err != nil && a.Lenient && v.Form != Structure {
		n.warn(a.Name + " " + quoted(v.Text) + " was ignored, expected " + a.describe())
		return nil
	}
	if err != nil {
		return err
	}
	if !a.Mutable && n.mode != forRead {
		n.immutable(a.Name, value)
		return nil
	}
	n.out.Given[a.Name] = true
	n.out.Entity.Attributes[a.Name] = value
	return nil
}

// immutable compares a value that only the server sets with the current one.
// Renderings replace characters, so it compares what a client can have read.
func (n *binding) immutable(name string, value any) {
	if n.current == nil {
		return
	}
	before, known := n.current.Attributes[name]
	same := known && string(appendLinkValue(nil, before)) == string(appendLinkValue(nil, value))
	if !same {
		n.out.Changed = append(n.out.Changed, name)
	}
}

// coreValue takes the attributes that are fields of an entity.
func (n *binding) coreValue(v *Value) error {
	e := &n.out.Entity
	text := strings.Clone(v.Text)
	switch v.Name {
	case AttrID:
		e.ID = bareID(text)
	case AttrTitle:
		e.Title = text
	case AttrSummary:
		e.Summary = text
	case AttrSource:
		e.Source.Location = n.Path(text)
	case AttrTarget:
		e.Target.Location = n.Path(text)
	case AttrSourceKind:
		e.Source.Kind = text
	case AttrTargetKind:
		e.Target.Kind = text
	default:
		return v.Pos.fail("unknown attribute", v.Name, listedAttribute)
	}
	if references[v.Name] && !validReference(text) {
		return v.Pos.fail("wrong value of attribute", v.Name, "a URI")
	}
	n.out.Given[v.Name] = true
	return nil
}

// references are the attributes of the core that hold URIs.
var references = map[string]bool{
	AttrSource: true, AttrTarget: true, AttrSourceKind: true, AttrTargetKind: true,
}

func (n *binding) warn(text string) { n.out.Warnings = append(n.out.Warnings, text) }

// bareID takes the URN prefix off an id.
func bareID(s string) string {
	for len(s) > len(urn) && strings.EqualFold(s[:len(urn)], urn) {
		s = s[len(urn):]
	}
	return s
}

const urn = "urn:uuid:"
