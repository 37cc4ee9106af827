package occi

// AppendJSON appends an entity in application/occi+json (GFD.226 section 3.1).
func (r *Renderer) AppendJSON(dst []byte, e *Entity) []byte { return r.appendObject(dst, e, nil) }

// appendObject appends an entity; owner is the resource that an inline link
// starts at.
func (r *Renderer) appendObject(dst []byte, e, owner *Entity) []byte {
	dst = appendString(append(dst, `{"kind":`...), e.Kind)
	dst = r.appendList(dst, `,"mixins":[`, e.Mixins, ClassMixin)
	dst = appendAttributes(append(dst, `,"attributes":`...), e.Attributes)
	dst = r.appendList(dst, `,"actions":[`, e.Actions, ClassAction)
	dst = append(dst, `,"id":"`...)
	if isUUID(e.ID) {
		dst = append(r.appendID(dst, e.ID), '"')
	} else {
		dst = appendString(dst[:len(dst)-1], e.ID)
	}
	dst = appendMember(dst, `,"title":`, e.Title)
	dst = appendMember(dst, `,"summary":`, e.Summary)
	source := e.Source
	if owner != nil {
		source = End{Location: r.Registry.Path(owner), Kind: owner.Kind}
	}
	dst = appendEnd(dst, `,"source":{"location":`, source)
	dst = appendEnd(dst, `,"target":{"location":`, e.Target)
	for i := range e.Links {
		if i == 0 {
			dst = append(dst, `,"links":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = r.appendObject(dst, &e.Links[i], e)
	}
	if len(e.Links) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// appendList appends the known categories of a list, and nothing for none.
func (r *Renderer) appendList(dst []byte, open string, ids []string, class Class) []byte {
	some := false
	for i, id := range ids {
		switch {
		case !r.known(ids, i, class):
			continue
		case some:
			dst = append(dst, ',')
		default:
			dst = append(dst, open...)
		}
		dst = appendString(dst, id)
		some = true
	}
	if some {
		dst = append(dst, ']')
	}
	return dst
}

func appendAttributes(dst []byte, a Attributes) []byte {
	var buffer [usualAttributes]string
	dst = append(dst, '{')
	for i, name := range attributeNames(a, buffer[:]) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, name), ':')
		dst = appendJSON(dst, a[name])
	}
	return append(dst, '}')
}

func appendMember(dst []byte, open, value string) []byte {
	if value == "" {
		return dst
	}
	return appendString(append(dst, open...), value)
}

func appendEnd(dst []byte, open string, end End) []byte {
	if end.Location == "" {
		return dst
	}
	dst = appendString(append(dst, open...), end.Location)
	dst = appendMember(dst, `,"kind":`, end.Kind)
	return append(dst, '}')
}
