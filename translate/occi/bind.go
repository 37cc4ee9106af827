package occi

import (
	"slices"
	"strings"
)

// Binder resolves what documents say against a registry. Its methods are pure;
// their errors are *Error and name the line, member or header and what was
// expected.
type Binder struct {
	Registry *Registry
	Hosts    []string // "host" or "host:port" of the gateway itself: URLs there become paths
}

// Bound is an entity that a client describes, with its values in the Go types
// of their definitions. What the server decides is not among the attributes:
// states and other observed values are dropped, immutable values are compared.
type Bound struct {
	Entity   Entity          // ID is the client's; links have no Source where it is implied
	Given    map[string]bool // attributes in the document, those of the core included
	Changed  []string        // immutable attributes whose value differs from the current one, sorted
	Warnings []string        // what was ignored and why, for people
	Pos      Pos
}

// mode is what an entity is described for.
type mode int

const (
	forCreate  mode = iota
	forUpdate       // partial
	forReplace      // full
	forRead         // an answer of another server: nothing is dropped
)

// Create reads the entities of a create request: each needs a kind and its
// required attributes. Links of a resource are inline or, in JSON, beside it.
func (b Binder) Create(d *Document) ([]Bound, error) {
	if len(d.Entities) == 0 {
		return nil, Pos{}.fail("no entity", "", "a category of class kind")
	}
	return b.all(d, forCreate)
}

// Read reads the entities of another server's answer, with states, ids and
// legal actions.
func (b Binder) Read(d *Document) ([]Entity, error) {
	bound, err := b.all(d, forRead)
	entities := make([]Entity, len(bound))
	for i := range bound {
		entities[i] = bound[i].Entity
	}
	return entities, err
}

// Update reads a partial update of an entity: mixins to associate, attributes
// to set, links to add. The kind may be left out and cannot change.
func (b Binder) Update(d *Document, current *Entity) (*Bound, error) {
	if others := d.Entities; !current.IsLink() && len(others) > 0 && !slices.ContainsFunc(others, isNoLink) {
		return b.entity(&Part{Pos: others[0].Pos, Links: others}, forUpdate, current) // {"links": […]} of a resource
	}
	return b.one(d, forUpdate, current)
}

func isNoLink(p Part) bool { return !p.isLink() }

// Replace reads the full description that an entity gets: what is not given
// is unset. Required attributes must be there, the kind may be left out.
func (b Binder) Replace(d *Document, current *Entity) (*Bound, error) {
	return b.one(d, forReplace, current)
}

func (b Binder) one(d *Document, m mode, current *Entity) (*Bound, error) {
	switch len(d.Entities) {
	case 0:
		return nil, Pos{}.fail("no entity", "", "categories, links or attributes")
	case 1:
		return b.entity(&d.Entities[0], m, current)
	}
	return nil, d.Entities[1].Pos.fail("several entities", "", "one")
}

// all reads every entity of a document. Links that JSON lists beside a resource
// and that belong to it become inline.
func (b Binder) all(d *Document, m mode) ([]Bound, error) {
	bound := make([]Bound, 0, len(d.Entities))
	for _, part := range inlined(d.Entities) {
		one, err := b.entity(&part, m, nil)
		if err != nil {
			return nil, err
		}
		bound = append(bound, *one)
	}
	return bound, nil
}

// inlined moves links that a resource of the same document names or that start
// at one into that resource.
func inlined(parts []Part) []Part {
	if len(parts) < 2 {
		return parts
	}
	byLink, byID := map[string]int{}, map[string]int{} // ids -> index of the resource
	for i := range parts {
		for _, id := range parts[i].LinkIDs {
			byLink[lastSegment(id)] = i
		}
		if id := parts[i].value(AttrID); id != "" && !parts[i].isLink() {
			byID[lastSegment(id)] = i
		}
	}
	parts = slices.Clone(parts)
	moved := make([]bool, len(parts))
	for i := range parts {
		if !parts[i].isLink() {
			continue
		}
		id := lastSegment(parts[i].value(AttrID))
		owner, found := byLink[id]
		if !found {
			owner, found = byID[lastSegment(parts[i].value(AttrSource))]
		}
		if moved[i] = found && owner != i; moved[i] {
			parts[owner].adopt(parts[i], id)
		}
	}
	var kept []Part
	for i := range parts {
		if !moved[i] {
			kept = append(kept, parts[i])
		}
	}
	return kept
}

func (p *Part) isLink() bool { return p.value(AttrTarget) != "" }

// adopt makes a link inline.
func (p *Part) adopt(link Part, id string) {
	p.Links = append(slices.Clip(p.Links), link)
	p.LinkIDs = slices.DeleteFunc(slices.Clone(p.LinkIDs), func(named string) bool { return lastSegment(named) == id })
}

// value is the text of an attribute, also where JSON nests it.
func (p *Part) value(name string) string {
	for i := range p.Attributes {
		v := &p.Attributes[i]
		if v.Name == name {
			return v.Text
		}
		nested, ok := v.Data.(map[string]any)
		rest, below := strings.CutPrefix(name, v.Name+".")
		if !ok || !below {
			continue
		}
		if text := nestedText(nested, rest); text != "" {
			return text
		}
	}
	return ""
}

func nestedText(members map[string]any, name string) string {
	key, rest, more := strings.Cut(name, ".")
	if !more {
		text, _ := members[key].(string)
		return text
	}
	inner, _ := members[key].(map[string]any)
	return nestedText(inner, rest)
}
