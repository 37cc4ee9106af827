package occi

import (
	"slices"
	"strings"
)

// binding reads one part as an entity.
type binding struct {
	Binder
	mode    mode
	part    *Part
	current *Entity // nil when there is none
	scope   [][]Attribute
	out     *Bound
}

// entity reads a part that stands by itself.
func (b Binder) entity(part *Part, m mode, current *Entity) (*Bound, error) {
	n := b.binding(part, m, current)
	if err := n.categories(); err != nil {
		return nil, err
	}
	if err := n.kind(); err != nil {
		return nil, err
	}
	if err := n.values(); err != nil {
		return nil, err
	}
	if err := n.links(); err != nil {
		return nil, err
	}
	if err := n.required(); err != nil {
		return nil, err
	}
	n.ends()
	n.compare()
	return n.out, nil
}

func (b Binder) binding(part *Part, m mode, current *Entity) *binding {
	out := &Bound{Entity: Entity{Attributes: Attributes{}}, Given: map[string]bool{}, Pos: part.Pos}
	return &binding{Binder: b, mode: m, part: part, current: current, out: out}
}

// categories reads the kind and the mixins. Links of older clients name their
// categories without saying of which class they are.
func (n *binding) categories() error {
	e := &n.out.Entity
	for i := range n.part.Categories {
		c := &n.part.Categories[i]
		id, class, err := n.resolve(c)
		switch {
		case err != nil:
			return err
		case class == ClassAction:
			return c.Pos.fail("action among the categories of an entity:", id, "a kind or a mixin")
		case class == ClassMixin:
			if !slices.Contains(e.Mixins, id) {
				e.Mixins = append(e.Mixins, id)
			}
		case e.Kind != "" && e.Kind != id:
			return c.Pos.fail("second kind", id, "one kind")
		default:
			e.Kind = id
		}
	}
	if n.mode == forRead {
		e.Actions = slices.Clone(n.part.Actions)
	}
	return nil
}

// resolve finds the category that is meant.
func (b Binder) resolve(c *CategoryRef) (string, Class, error) {
	id := b.Registry.Resolve(c.Scheme, c.Term)
	class := b.Registry.Class(id)
	if class == "" {
		return "", "", c.Pos.fail("unknown category", strings.TrimPrefix(id, "#"), "scheme and term of one that /-/ lists")
	}
	if c.Class != "" && c.Class != class {
		return "", "", c.Pos.fail("wrong class of category", id, string(class))
	}
	return id, class, nil
}

// kind checks the kind and which mixins fit it, and finds the attributes that
// the entity may have.
func (n *binding) kind() error {
	e := &n.out.Entity
	kind, mixins := e.Kind, e.Mixins
	if n.current != nil {
		if kind != "" && kind != n.current.Kind {
			return n.part.Pos.fail("the kind of an entity cannot change to", kind, n.current.Kind)
		}
		kind = n.current.Kind
		mixins = slices.Concat(mixins, n.current.Mixins)
	}
	switch kind {
	case "":
		return n.part.Pos.fail("no kind", "", "a category of class kind")
	case KindEntity, KindResource, KindLink:
		return n.part.Pos.fail("kind has no instances:", kind, "a kind that is derived from it")
	}
	for _, m := range e.Mixins {
		if !n.Registry.Applies(m, kind) {
			return n.part.Pos.fail("mixin does not apply to this kind:", m, "")
		}
	}
	e.Kind = kind
	n.collect(kind, mixins)
	return nil
}

// collect finds the definitions of attributes: the kind's, the mixins', and
// those of mixins that serve the same purpose under another name.
func (n *binding) collect(kind string, mixins []string) {
	for attributes := range n.Registry.scope(kind, mixins) {
		n.scope = append(n.scope, attributes)
	}
	for _, id := range mixins {
		if m := n.Registry.Mixin(siblings[id]); m != nil {
			n.scope = append(n.scope, m.Attributes)
		}
	}
}

// definition finds the definition of an attribute of the entity; the kind's
// comes first.
func (n *binding) definition(name string) *Attribute {
	return findDefinition(n.scope, name)
}

func findDefinition(scope [][]Attribute, name string) *Attribute {
	if alias, ok := attributeAliases[name]; ok {
		name = alias
	}
	for _, attributes := range scope {
		for i := range attributes {
			if attributes[i].Name == name {
				return &attributes[i]
			}
		}
	}
	return nil
}

// required checks that a full description has what a client must supply.
func (n *binding) required() error {
	if n.mode != forCreate && n.mode != forReplace {
		return nil
	}
	for _, attributes := range n.scope {
		for i := range attributes {
			a := &attributes[i]
			if a.Required && a.Mutable && !n.out.Given[a.Name] {
				return n.part.Pos.fail("missing required attribute", a.Name, a.describe())
			}
		}
	}
	return nil
}

// ends adds the kinds of the ends of a link that are entities of ours.
func (n *binding) ends() {
	if n.mode == forRead {
		return
	}
	for _, end := range []*End{&n.out.Entity.Source, &n.out.Entity.Target} {
		if end.Location != "" && end.Kind == "" {
			end.Kind = n.kindOf(end.Location)
		}
	}
}

// compare finds immutable attributes that would change. The ends of a link
// are set once, when it is made.
func (n *binding) compare() {
	if n.current == nil {
		return
	}
	e, c := &n.out.Entity, n.current
	ends := []struct{ name, now, before string }{
		{AttrID, strings.ToLower(e.ID), strings.ToLower(c.ID)},
		{AttrSource, e.Source.Location, c.Source.Location},
		{AttrTarget, e.Target.Location, c.Target.Location},
	}
	for _, end := range ends {
		if n.out.Given[end.name] && end.now != end.before {
			n.out.Changed = append(n.out.Changed, end.name)
		}
	}
	slices.Sort(n.out.Changed)
	n.out.Changed = slices.Compact(n.out.Changed)
}
