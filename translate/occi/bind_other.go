package occi

import (
	"iter"
	"strings"
)

// Invocation is an action with its parameters.
type Invocation struct {
	Action     string // type identifier
	Attributes Attributes
	Warnings   []string
}

// Action reads the invocation of an action on an entity, or on a collection,
// of a kind with mixins. term is the one in the URL; it must be that of the
// action in the document. An empty document means the action of that term, if
// there is one: more than one is an *Error of kind Conflict.
func (b Binder) Action(d *Document, term, kind string, mixins []string) (*Invocation, error) {
	part := d.Action
	if part == nil && len(d.Entities) > 0 {
		part = &d.Entities[0]
	}
	id, found := b.Registry.ActionFor(term, kind, mixins)
	if part == nil || len(part.Categories) == 0 {
		switch {
		case found == 0:
			return nil, Pos{}.fail("unknown action", term, "an action of "+kind)
		case found > 1:
			return nil, &Error{Kind: Conflict, Name: term, Problem: "several actions are called", Expected: "the action's category in the body"}
		}
	} else {
		var err error
		if id, err = b.namedAction(part, term, kind, mixins); err != nil {
			return nil, err
		}
	}
	return b.invocation(id, part)
}

// namedAction resolves the one category of an invocation.
func (b Binder) namedAction(part *Part, term, kind string, mixins []string) (string, error) {
	c := &part.Categories[0]
	id, class, err := b.resolve(c)
	switch {
	case err != nil:
		return "", err
	case len(part.Categories) > 1:
		return "", part.Categories[1].Pos.fail("more than one category", part.Categories[1].Term, "the action's alone")
	case class != ClassAction:
		return "", c.Pos.fail("not an action:", id, "a category of class action")
	case term != "" && c.Term != term:
		return "", c.Pos.fail("action differs from the one in the URL:", id, term)
	}
	for action := range b.Registry.actionsOf(kind, mixins) {
		if action == id {
			return id, nil
		}
	}
	return "", c.Pos.fail("action is not one of this entity:", id, "an action of "+kind)
}

func (b Binder) invocation(id string, part *Part) (*Invocation, error) {
	action := b.Registry.Action(id)
	if part == nil {
		part = &Part{}
	}
	n := b.binding(part, forCreate, nil)
	n.scope = [][]Attribute{action.Attributes}
	if err := n.values(); err != nil {
		return nil, err
	}
	if err := n.required(); err != nil {
		return nil, err
	}
	return &Invocation{Action: id, Attributes: n.out.Entity.Attributes, Warnings: n.out.Warnings}, nil
}

// Mixins reads the definitions of mixins that a user adds. Each needs a term, a
// scheme of the user's and a location; what it depends on is kept even if the
// registry does not know it. Attributes and actions are not taken.
func (b Binder) Mixins(d *Document) ([]Mixin, error) {
	var mixins []Mixin
	for c := range definitions(d) {
		m := Mixin{
			Category: Category{Scheme: c.Scheme, Term: c.Term, Title: c.Title},
			Depends:  c.Rel, Applies: c.Applies, Location: b.Path(c.Location), User: true,
		}
		scheme, term := SplitID(b.Registry.Resolve(c.Scheme, c.Term))
		m.Scheme, m.Term = scheme, term
		if m.Location != "" && !strings.HasSuffix(m.Location, "/") {
			m.Location += "/"
		}
		if err := checkDefinition(&m, c); err != nil {
			return nil, err
		}
		mixins = append(mixins, m)
	}
	if len(mixins) == 0 {
		return nil, Pos{}.fail("no mixin", "", "a category of class mixin")
	}
	return mixins, nil
}

func checkDefinition(m *Mixin, c *CategoryRef) error {
	switch {
	case c.Class != "" && c.Class != ClassMixin:
		return c.Pos.fail("only mixins can be added:", m.ID(), "class mixin")
	case !ValidTerm(m.Term):
		return c.Pos.fail("not a term", m.Term, "[a-z0-9][a-z0-9_-]*")
	case !validScheme(m.Scheme):
		return c.Pos.fail("not a scheme", m.Scheme, `an absolute URI that ends in "#"`)
	case strings.HasPrefix(m.Scheme, SchemeOGF):
		return c.Pos.fail("scheme is reserved:", m.Scheme, "a scheme of your own")
	case !validLocation(m.Location):
		return c.Pos.fail("not a location", m.Location, `an absolute path that ends in "/"`)
	}
	return nil
}

// Categories reads the identifiers of the categories in a document, known or
// not, as a request to remove user mixins or to select categories names them.
func (b Binder) Categories(d *Document) []string {
	var ids []string
	for c := range definitions(d) {
		ids = append(ids, b.Registry.Resolve(c.Scheme, c.Term))
	}
	return ids
}

// definitions yields the categories of a document wherever its media type has
// them.
func definitions(d *Document) iter.Seq[*CategoryRef] {
	return func(yield func(*CategoryRef) bool) {
		for i := range d.Definitions {
			if !yield(&d.Definitions[i]) {
				return
			}
		}
		for i := range d.Entities {
			for k := range d.Entities[i].Categories {
				if !yield(&d.Entities[i].Categories[k]) {
					return
				}
			}
		}
	}
}

// Reference is an entity that a document refers to.
type Reference struct {
	Path string // as the gateway writes it, or a foreign URI; empty when only an id is given
	ID   string // last segment of the path, without "urn:uuid:"
	Pos  Pos
}

// References reads the entities that a document lists: by location, or in JSON
// by id with or without kind.
func (b Binder) References(d *Document) []Reference {
	var list []Reference
	for _, l := range d.Locations {
		list = append(list, b.reference(l.URI, l.Pos))
	}
	for i := range d.Entities {
		part := &d.Entities[i]
		id := part.value(AttrID)
		if id == "" {
			continue
		}
		ref := Reference{ID: lastSegment(id), Pos: part.Pos}
		if len(part.Categories) > 0 {
			c := part.Categories[0]
			ref.Path = b.Registry.PathOf(b.Registry.Resolve(c.Scheme, c.Term), ref.ID)
		}
		list = append(list, ref)
	}
	return list
}

func (b Binder) reference(uri string, pos Pos) Reference {
	ref := Reference{ID: lastSegment(uri), Pos: pos}
	if strings.Contains(uri, "/") {
		ref.Path = b.Path(uri)
	}
	return ref
}
