package occi

// member reads one member of an entity, link, action, category or collection
// (GFD.226 section 3).
func (j *jsonParser) member(o *jsonObject, name string) (err error) {
	part := &o.part
	switch name {
	case "kind":
		return j.category(part, ClassKind)
	case "mixins":
		return j.categories(o, ClassMixin)
	case "kinds":
		o.wrapper = true
		return j.categories(o, ClassKind)
	case "actions":
		return j.categories(o, ClassAction)
	case "attributes":
		return j.attributes(part)
	case "id":
		return j.field(part, AttrID)
	case "title":
		o.definition.Title, err = j.text()
		part.Attributes = append(part.Attributes, Value{Name: AttrTitle, Text: o.definition.Title, Pos: o.in(name)})
		return err
	case "summary":
		return j.field(part, AttrSummary)
	case "source":
		return j.end(part, AttrSource, AttrSourceKind)
	case "target":
		return j.end(part, AttrTarget, AttrTargetKind)
	case "links":
		return j.array(func() error { return j.linkInto(part) })
	case "resources":
		o.wrapper = true
		return j.array(func() error { return j.resourceInto(o) })
	case "action":
		return j.action(o)
	case "rel":
		part.Rel, err = j.text()
		o.definition.Rel = append(o.definition.Rel, part.Rel)
		return err
	}
	return j.definitionMember(o, name)
}

// entityMembers are the members that the rendering gives entities and actions.
const entityMembers = "kind, mixins, attributes, id, title, summary, source, target, links, action, resources"

// definitionMember reads a member that only categories have, or one that older
// clients send and that the server decides.
func (j *jsonParser) definitionMember(o *jsonObject, name string) (err error) {
	switch name {
	case "term":
		o.definition.Term, err = j.shortText()
	case "scheme":
		o.definition.Scheme, err = j.shortText()
	case "depends":
		var depends []string
		depends, err = j.texts()
		o.definition.Rel = append(o.definition.Rel, depends...)
	case "location":
		o.definition.Location, err = j.shortText()
	case "applies":
		o.definition.Applies, err = j.texts()
	case "parent", "class", "self", "uri", "href", "$schema":
		return j.dec.SkipValue()
	default:
		return j.pos().fail("unknown JSON member", name, entityMembers)
	}
	return err
}

// field reads a member that is an attribute elsewhere.
func (j *jsonParser) field(part *Part, attribute string) error {
	text, err := j.text()
	part.Attributes = append(part.Attributes, Value{Name: attribute, Text: text, Pos: j.pos()})
	return err
}

// end reads source or target: an object, or the location alone.
func (j *jsonParser) end(part *Part, location, kind string) error {
	if j.dec.PeekKind() != '{' {
		return j.field(part, location)
	}
	return j.members(func(name string) error {
		switch name {
		case "location":
			return j.field(part, location)
		case "kind":
			return j.field(part, kind)
		}
		return j.pos().fail("unknown JSON member", name, "location or kind")
	})
}

// category reads a type identifier.
func (j *jsonParser) category(part *Part, class Class) error {
	id, err := j.text()
	if err != nil {
		return err
	}
	scheme, term := SplitID(id)
	pos := j.pos()
	if err := j.named(id, pos); err != nil {
		return err
	}
	part.Categories = append(part.Categories, CategoryRef{Scheme: scheme, Term: term, Class: class, Pos: pos})
	return nil
}

// categories reads an array of type identifiers, which say what an entity has,
// or of definitions, which make a collection of categories.
func (j *jsonParser) categories(o *jsonObject, class Class) error {
	return j.array(func() error {
		if j.dec.PeekKind() == '{' {
			o.wrapper = true
			return j.definitionInto(o, class)
		}
		if class == ClassAction {
			id, err := j.text()
			o.part.Actions = append(o.part.Actions, id)
			return err
		}
		return j.category(&o.part, class)
	})
}

// definitionInto reads a category that is described in full. Its attributes
// are descriptions, not values: they are read over.
func (j *jsonParser) definitionInto(o *jsonObject, class Class) error {
	inner := jsonObject{}
	err := j.members(func(name string) error {
		switch name {
		case "attributes", "actions", "parent":
			return j.dec.SkipValue()
		}
		return j.definitionOrTitle(&inner, name)
	})
	inner.definition.Class, inner.definition.Pos = class, j.pos()
	o.definitions = append(o.definitions, inner.definition)
	return err
}

func (j *jsonParser) definitionOrTitle(o *jsonObject, name string) (err error) {
	if name == "title" {
		o.definition.Title, err = j.shortText()
		return err
	}
	return j.definitionMember(o, name)
}

// entityInto reads an entity and appends it to a list.
func (j *jsonParser) entityInto(list *[]Part) error {
	var o jsonObject
	if err := j.object(&o); err != nil {
		return err
	}
	if o.wrapper || o.action != nil || o.isDefinition() {
		return o.part.Pos.fail("not an entity", "", "kind, attributes, links and the like")
	}
	*list = append(*list, o.part)
	return nil
}

// linkInto reads an inline link, or the name of one that is described
// elsewhere in the document.
func (j *jsonParser) linkInto(part *Part) error {
	if j.dec.PeekKind() != '"' {
		return j.entityInto(&part.Links)
	}
	id, err := j.text()
	part.LinkIDs = append(part.LinkIDs, id)
	return err
}

// resourceInto reads a resource, or the location of one.
func (j *jsonParser) resourceInto(o *jsonObject) error {
	if j.dec.PeekKind() != '"' {
		return j.entityInto(&o.resources)
	}
	return j.reference()
}

// reference reads the location of an entity.
func (j *jsonParser) reference() error {
	s, err := j.text()
	if err != nil {
		return err
	}
	return j.uri(s, j.pos())
}

// action reads the type identifier of an action. Older clients put an action
// invocation of its own there.
func (j *jsonParser) action(o *jsonObject) error {
	o.action = &Part{Pos: j.pos()}
	if j.dec.PeekKind() != '{' {
		return j.category(o.action, ClassAction)
	}
	return j.members(func(name string) error {
		switch name {
		case "action":
			return j.category(o.action, ClassAction)
		case "attributes":
			return j.attributes(o.action)
		}
		return j.pos().fail("unknown JSON member", name, "action or attributes")
	})
}
