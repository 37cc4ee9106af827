package occi

import "slices"

// shortLine is a category as links to it need it.
func shortLine(c Category, class Class) string {
	return c.Term + `; scheme="` + c.Scheme + `"; class="` + string(class) + `"`
}

// entityLine is a category as entities show it. The order of the properties is
// fixed: clients match it.
func entityLine(short, title, rel, location string) string {
	line := short
	for _, p := range []struct{ name, value string }{
		{"title", categoryTitle(title)}, {"rel", rel}, {"location", location},
	} {
		if p.value != "" {
			line += "; " + p.name + `="` + p.value + `"`
		}
	}
	return line
}

// rel is what a mixin depends on: one identifier that the registry knows, since
// clients refuse a model with another. Empty when there is none.
func (r *Registry) rel(m *Mixin) string {
	i := slices.IndexFunc(m.Depends, func(id string) bool { return r.Mixin(id) != nil })
	if i < 0 {
		return ""
	}
	return m.Depends[i]
}

// mixinLine is a mixin as entities show it, kept if it is of this registry.
func (r *Registry) mixinLine(m *Mixin) string {
	if entry := r.categories[m.ID()]; entry.mixin == m {
		return entry.line
	}
	return entityLine(shortLine(m.Category, ClassMixin), m.Title, r.rel(m), m.Location)
}

// AppendCategoriesText appends categories in text/plain.
func (r *Renderer) AppendCategoriesText(dst []byte, s Selection) []byte {
	w := writer{dst: dst, start: len(dst)}
	r.writeCategories(&w, s)
	return w.dst
}

func (r *Renderer) writeCategories(w *writer, s Selection) {
	for _, k := range s.Kinds {
		w.begin("Category")
		w.dst = append(w.dst, entityLine(shortLine(k.Category, ClassKind), k.Title, k.Parent, k.Location)...)
		w.dst = appendDefinitions(w.dst, k.Attributes)
		w.dst = appendReferences(w.dst, k.Actions)
	}
	for _, m := range s.Mixins {
		w.begin("Category")
		w.dst = append(w.dst, r.Registry.mixinLine(m)...)
		w.dst = appendDefinitions(w.dst, m.Attributes)
		w.dst = appendReferences(w.dst, m.Actions)
	}
	for _, a := range s.Actions {
		w.begin("Category")
		w.dst = append(w.dst, entityLine(shortLine(a.Category, ClassAction), a.Title, "", "")...)
		w.dst = appendDefinitions(w.dst, a.Attributes)
	}
}

// appendDefinitions appends attributes="…" (GFD.229 section 4.1).
func appendDefinitions(dst []byte, attributes []Attribute) []byte {
	if len(attributes) == 0 {
		return dst
	}
	dst = append(dst, `; attributes="`...)
	for i := range attributes {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, attributes[i].Name...)
		dst = append(dst, properties[[2]bool{!attributes[i].Mutable, attributes[i].Required}]...)
	}
	return append(dst, '"')
}

// properties follow an attribute's name, by whether it is immutable and
// whether it is required.
var properties = map[[2]bool]string{
	{true, false}: "{immutable}",
	{false, true}: "{required}",
	{true, true}:  "{immutable required}",
}

func appendReferences(dst []byte, actions []string) []byte {
	if len(actions) == 0 {
		return dst
	}
	dst = append(dst, `; actions="`...)
	for i, id := range actions {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, id...)
	}
	return append(dst, '"')
}
