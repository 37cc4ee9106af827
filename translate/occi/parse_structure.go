package occi

import "strings"

// entity is the one part that a text document holds.
func (p *parser) entity(pos Pos) *Part {
	if p.part == nil {
		p.doc.Entities = []Part{{Pos: pos}}
		p.part = &p.doc.Entities[0]
	}
	return p.part
}

// category parses term; scheme="…"; class=… and the properties that describe a
// category in full (GFD.229 section 4.1). Unknown properties are ignored.
func (p *parser) category(item string, pos Pos) error {
	term, rest, ok := cut(item, ';')
	c := CategoryRef{Term: trim(term), Pos: pos}
	if !ok || !validAttributeName(c.Term) {
		return pos.fail("not a term", c.Term, "letters, digits, dots, dashes and underscores")
	}
	for rest != "" {
		var err error
		if rest, err = p.parameter(rest, c.Term, pos, c.set); err != nil {
			return err
		}
	}
	if c.Scheme == "" {
		return pos.fail("category without a scheme", c.Term, `scheme="…"`)
	}
	for _, text := range []string{c.Scheme + c.Term, c.Title, c.Location} {
		if err := p.named(text, pos); err != nil {
			return err
		}
	}
	if c.Class != "" && c.Class != ClassKind && c.Class != ClassMixin && c.Class != ClassAction {
		return pos.fail("unknown class", string(c.Class), "kind, mixin or action")
	}
	part := p.entity(pos)
	part.Categories = append(part.Categories, c)
	return nil
}

func (c *CategoryRef) set(v parameter) {
	switch strings.ToLower(v.key) {
	case "scheme":
		c.Scheme = v.text
	case "class":
		c.Class = Class(strings.ToLower(v.text))
	case "title":
		c.Title = v.text
	case "rel":
		c.Rel = v.list()
	case "location":
		c.Location = v.text
	}
}

// parameter parses the next name=value of a list and returns what follows it.
// Empty ones, as a trailing semicolon makes, are skipped.
func (p *parser) parameter(list, of string, pos Pos, set func(parameter)) (string, error) {
	item, rest, ok := cut(list, ';')
	if !ok {
		return "", pos.fail("quote or bracket is not closed in", of, "")
	}
	if trim(item) == "" {
		return rest, nil
	}
	v, problem := parseParameter(item)
	if problem != "" {
		return "", pos.fail(problem+":", trim(item), "")
	}
	if err := p.counted(pos); err != nil {
		return "", err
	}
	if err := p.named(v.key, pos); err != nil {
		return "", err
	}
	set(v)
	return rest, nil
}

// attribute parses name=value (GFD.229 section 4.3). Several may
// be separated by semicolons.
func (p *parser) attribute(item string, pos Pos) error {
	part := p.entity(pos)
	for item != "" {
		rest, err := p.parameter(item, "X-OCCI-Attribute", pos, func(v parameter) {
			part.Attributes = append(part.Attributes, Value{Name: v.key, Form: v.form, Text: v.text, Pos: pos})
		})
		if err != nil {
			return err
		}
		item = rest
	}
	return nil
}

// link parses <target>; rel="…"; self="…"; category="…"; name=value (GFD.229
// section 4.2). A target that asks for an action is the reference to an action
// that clients repeat from what they read.
func (p *parser) link(item string, pos Pos) error {
	first, rest, ok := cut(item, ';')
	first = trim(first)
	if !ok || len(first) < 2 || first[0] != '<' || first[len(first)-1] != '>' {
		return pos.fail("not a link", first, "<target>")
	}
	l := Part{Target: trim(first[1 : len(first)-1]), Pos: pos}
	if l.Target != "" && !validReference(l.Target) {
		return pos.fail("not a URI", l.Target, "a path or an absolute URI")
	}
	var categories []string
	for rest != "" {
		var err error
		if rest, err = p.parameter(rest, l.Target, pos, func(v parameter) { categories = l.set(v, categories) }); err != nil {
			return err
		}
	}
	part := p.entity(pos)
	if _, query, _ := strings.Cut(l.Target, "?"); strings.HasPrefix(query, "action=") {
		part.Actions = append(part.Actions, l.Rel)
		return nil
	}
	for _, id := range categories {
		scheme, term := SplitID(id)
		l.Categories = append(l.Categories, CategoryRef{Scheme: scheme, Term: term, Pos: pos})
	}
	part.Links = append(part.Links, l)
	return nil
}

// set takes a parameter of a link. Several categories are collected.
func (l *Part) set(v parameter, categories []string) []string {
	switch strings.ToLower(v.key) {
	case "rel":
		if rel := v.list(); len(rel) > 0 {
			l.Rel = rel[0]
		}
	case "category":
		return append(categories, v.list()...)
	case "self":
	default:
		l.Attributes = append(l.Attributes, Value{Name: v.key, Form: v.form, Text: v.text, Pos: l.Pos})
	}
	return categories
}
