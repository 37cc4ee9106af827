package occi

// AppendCategoriesJSON appends categories in application/occi+json (GFD.226
// sections 3.2 and 3.4): one object with kinds, mixins and actions.
func (r *Renderer) AppendCategoriesJSON(dst []byte, s Selection) []byte {
	dst = append(dst, `{"kinds":[`...)
	for i, k := range s.Kinds {
		dst = openCategory(dst, i, k.Category)
		dst = r.appendDescriptions(dst, k.Attributes)
		dst = appendMember(dst, `,"parent":`, k.Parent)
		dst = appendIDs(dst, `,"actions":`, k.Actions)
		dst = append(appendMember(dst, `,"location":`, k.Location), '}')
	}
	dst = append(dst, `],"mixins":[`...)
	for i, m := range s.Mixins {
		dst = openCategory(dst, i, m.Category)
		dst = r.appendDescriptions(dst, m.Attributes)
		dst = appendIDs(dst, `,"depends":`, r.knownMixins(m.Depends))
		dst = appendIDs(dst, `,"applies":`, m.Applies)
		dst = appendIDs(dst, `,"actions":`, m.Actions)
		dst = append(appendMember(dst, `,"location":`, m.Location), '}')
	}
	dst = append(dst, `],"actions":[`...)
	for i, a := range s.Actions {
		dst = openCategory(dst, i, a.Category)
		dst = append(r.appendDescriptions(dst, a.Attributes), '}')
	}
	return append(dst, "]}"...)
}

// knownMixins leaves out what a user's mixin depends on and nobody has.
func (r *Renderer) knownMixins(ids []string) []string {
	for i, id := range ids {
		if r.Registry.Mixin(id) != nil {
			continue
		}
		known := append([]string(nil), ids[:i]...)
		return append(known, r.knownMixins(ids[i+1:])...)
	}
	return ids
}

func openCategory(dst []byte, i int, c Category) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = appendString(append(dst, `{"term":`...), c.Term)
	dst = appendString(append(dst, `,"scheme":`...), c.Scheme)
	return appendMember(dst, `,"title":`, c.Title)
}

func appendIDs(dst []byte, open string, ids []string) []byte {
	if len(ids) == 0 {
		return dst
	}
	return appendStrings(append(dst, open...), ids)
}

// appendDescriptions appends what attributes are (GFD.226 section 3.5.1).
func (r *Renderer) appendDescriptions(dst []byte, attributes []Attribute) []byte {
	if len(attributes) == 0 {
		return dst
	}
	dst = append(dst, `,"attributes":{`...)
	for i := range attributes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, attributes[i].Name), ':')
		dst = r.appendDescription(dst, &attributes[i])
	}
	return append(dst, '}')
}

func (r *Renderer) appendDescription(dst []byte, a *Attribute) []byte {
	dst = appendJSON(append(dst, `{"mutable":`...), a.Mutable)
	dst = appendJSON(append(dst, `,"required":`...), a.Required)
	dst = appendString(append(dst, `,"type":`...), jsonTypes[a.Type])
	if !r.OmitPatterns {
		dst = appendPattern(dst, a)
	}
	if a.Default != nil {
		dst = appendJSON(append(dst, `,"default":`...), a.Default)
	}
	dst = appendMember(dst, `,"description":`, a.Description)
	return append(dst, '}')
}

// jsonTypes are the types that the standard knows in JSON.
var jsonTypes = map[Type]string{
	String: "string", Enum: "string", URI: "string", IP: "string", CIDR: "string",
	Integer: "number", Number: "number", Boolean: "boolean", Array: "array", Object: "object",
}

// schemaTypes are the types of JSON Schema where they say more.
var schemaTypes = map[Type]string{Integer: "integer", Number: "number", String: "string"}

// appendPattern appends what restricts a value as a JSON Schema, and nothing
// for an attribute that takes any value of its type.
func appendPattern(dst []byte, a *Attribute) []byte {
	if a.Type != Integer && a.Type != Enum && a.Pattern == "" && a.Min == nil && a.Max == nil {
		return dst
	}
	dst = append(dst, `,"pattern":{"$schema":"http://json-schema.org/draft-04/schema#"`...)
	dst = appendMember(dst, `,"type":`, schemaTypes[a.Type])
	if a.Type == Enum {
		dst = appendStrings(append(dst, `,"enum":`...), a.Enum)
	}
	if a.Pattern != "" {
		dst = appendString(append(dst, `,"pattern":`...), anchored(a.Pattern))
	}
	for _, b := range []struct {
		name  string
		value *float64
	}{{`,"minimum":`, a.Min}, {`,"maximum":`, a.Max}} {
		if b.value != nil {
			dst = appendBound(append(dst, b.name...), a.Type, *b.value)
		}
	}
	return append(dst, '}')
}

func appendBound(dst []byte, t Type, v float64) []byte {
	if t == Integer {
		return appendJSON(dst, int64(v))
	}
	return appendNumber(dst, v)
}
