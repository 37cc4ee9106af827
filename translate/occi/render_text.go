package occi

import "strconv"

// writer lays structures out: a line each in text/plain, one header line per
// name, joined by commas, in text/occi.
type writer struct {
	dst    []byte
	start  int    // where the writer's own output starts
	name   string // of the structure at the end
	header func(name string, value []byte)
}

// begin starts a value of a structure.
func (w *writer) begin(name string) {
	switch {
	case w.header == nil:
		if len(w.dst) > w.start {
			w.dst = append(w.dst, '\n')
		}
		w.dst = append(append(w.dst, name...), ": "...)
	case w.name == name:
		w.dst = append(w.dst, ", "...)
	default:
		w.flush()
		w.name = name
	}
}

// flush hands a header over.
func (w *writer) flush() {
	if w.name != "" {
		w.header(w.name, w.dst)
		w.dst = w.dst[:0]
	}
}

// AppendText appends an entity in text/plain, without a line break at the end.
func (r *Renderer) AppendText(dst []byte, e *Entity) []byte {
	w := writer{dst: dst, start: len(dst)}
	r.writeEntity(&w, e)
	return w.dst
}

// writeEntity writes the categories, links and attributes of an entity. Headers
// get the categories in short, since their size is limited.
func (r *Renderer) writeEntity(w *writer, e *Entity) {
	r.writeCategory(w, e.Kind)
	for i, id := range e.Mixins {
		if r.known(e.Mixins, i, ClassMixin) {
			r.writeCategory(w, id)
		}
	}
	k := r.Registry.Kind(e.Kind)
	for i, id := range e.Actions {
		if k != nil && r.known(e.Actions, i, ClassAction) {
			w.begin("Link")
			_, term := SplitID(id)
			w.dst = appendURI(append(append(w.dst, '<'), k.Location...), e.ID)
			w.dst = append(append(append(w.dst, "?action="...), term...), `>; rel="`...)
			w.dst = append(append(w.dst, id...), '"')
		}
	}
	for i := range e.Links {
		w.begin("Link")
		w.dst = r.appendLink(w.dst, e, &e.Links[i])
	}
	r.writeAttributes(w, e)
}

func (r *Renderer) writeCategory(w *writer, id string) {
	w.begin("Category")
	entry := r.Registry.categories[id]
	switch {
	case entry.class == "":
		scheme, term := SplitID(id)
		w.dst = append(w.dst, shortLine(Category{Scheme: scheme, Term: term}, ClassKind)...)
	case w.header != nil:
		w.dst = append(w.dst, entry.short...)
	default:
		w.dst = append(w.dst, entry.line...)
	}
}

func (r *Renderer) writeAttributes(w *writer, e *Entity) {
	const name = "X-OCCI-Attribute"
	w.begin(name)
	w.dst = append(append(w.dst, AttrID...), `="`...)
	w.dst = append(r.appendID(w.dst, e.ID), '"')
	for _, field := range []struct{ name, value string }{{AttrTitle, e.Title}, {AttrSummary, e.Summary}} {
		if field.value != "" {
			w.begin(name)
			w.dst = append(append(w.dst, field.name...), '=')
			w.dst = appendQuoted(w.dst, field.value)
		}
	}
	for _, end := range []struct{ name, uri string }{
		{AttrSource, e.Source.Location}, {AttrTarget, e.Target.Location}, {AttrTargetKind, e.Target.Kind},
	} {
		if end.uri != "" {
			w.begin(name)
			w.dst = append(append(w.dst, end.name...), `="`...)
			w.dst = append(appendURI(w.dst, end.uri), '"')
		}
	}
	var buffer [usualAttributes]string
	for _, attribute := range attributeNames(e.Attributes, buffer[:]) {
		w.begin(name)
		w.dst = append(append(w.dst, attribute...), '=')
		w.dst = appendValue(w.dst, e.Attributes[attribute])
	}
}

// appendLink appends an inline link (GFD.229 section 4.2). It always has
// attributes, since a client fails on one without.
func (r *Renderer) appendLink(dst []byte, e, l *Entity) []byte {
	dst = append(appendURI(append(dst, '<'), l.Target.Location), `>; rel="`...)
	dst = appendURI(dst, linkRel(l))
	if k := r.Registry.Kind(l.Kind); k != nil {
		dst = append(append(dst, `"; self="`...), k.Location...)
		dst = appendURI(dst, l.ID)
	}
	dst = append(append(dst, `"; category="`...), l.Kind...)
	for i, id := range l.Mixins {
		if r.known(l.Mixins, i, ClassMixin) {
			dst = append(append(dst, ' '), id...)
		}
	}
	dst = append(append(append(dst, `"; `...), AttrID...), `="`...)
	dst = r.appendID(dst, l.ID)
	if l.Title != "" {
		dst = append(append(append(dst, `"; `...), AttrTitle...), `="`...)
		dst = appendEscaped(dst, l.Title, ";")
	}
	if k := r.Registry.Kind(e.Kind); k != nil && e.ID != "" {
		dst = append(append(append(dst, `"; `...), AttrSource...), `="`...)
		dst = appendURI(append(dst, k.Location...), e.ID)
	}
	dst = append(append(append(dst, `"; `...), AttrTarget...), `="`...)
	dst = append(appendURI(dst, l.Target.Location), '"')
	var buffer [usualAttributes]string
	for _, name := range attributeNames(l.Attributes, buffer[:]) {
		if value := l.Attributes[name]; value != "" {
			dst = append(append(append(dst, "; "...), name...), '=')
			dst = appendLinkValue(dst, value)
		}
	}
	return dst
}

// linkRel is the kind of a link's target, which text cannot leave open.
func linkRel(l *Entity) string {
	if l.Target.Kind != "" {
		return l.Target.Kind
	}
	return KindResource
}

// appendValue appends the value of an attribute. Arrays and objects, which text
// has no form for, are strings of JSON.
func appendValue(dst []byte, value any) []byte { return appendTextValue(dst, value, "") }

// appendLinkValue is appendValue in links, where clients split at semicolons.
func appendLinkValue(dst []byte, value any) []byte { return appendTextValue(dst, value, ";") }

func appendTextValue(dst []byte, value any, unwanted string) []byte {
	switch v := value.(type) {
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case float64:
		return appendNumber(dst, v)
	case string:
		return append(appendEscaped(append(dst, '"'), v, unwanted), '"')
	}
	return append(appendEscaped(append(dst, '"'), string(appendJSON(nil, value)), unwanted), '"')
}
