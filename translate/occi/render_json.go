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
	dst = r.appendIDMember(append(dst, `,"id":`...), e.ID)
	dst = appendMember(dst, `,"title":`, e.Title)
	dst = appendMember(dst, `,"summary":`, e.Summary)
	if owner == nil {
		dst = appendEnd(dst, `,"source":`, e.Source)
	} else {
		dst = r.appendOwner(dst, owner)
	}
	dst = appendEnd(dst, `,"target":`, e.Target)
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

func (r *Renderer) appendIDMember(dst []byte, id string) []byte {
	if !isUUID(id) {
		return appendString(dst, id)
	}
	return append(r.appendID(append(dst, '"'), id), '"')
}

// appendOwner appends the source of an inline link, the resource it is part of.
func (r *Renderer) appendOwner(dst []byte, owner *Entity) []byte {
	k := r.Registry.Kind(owner.Kind)
	if k == nil || owner.ID == "" {
		return dst
	}
	dst = append(append(dst, `,"source":{"location":"`...), k.Location...)
	dst = append(appendURI(dst, owner.ID), '"')
	dst = appendString(append(dst, `,"kind":`...), owner.Kind)
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
	dst = appendString(append(append(dst, open...), `{"location":`...), end.Location)
	dst = appendMember(dst, `,"kind":`, end.Kind)
	return append(dst, '}')
}
