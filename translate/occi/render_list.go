package occi

import "strconv"

// LocationList writes a list of locations entry by entry: lines of
// X-OCCI-Location in text/plain, URLs in text/uri-list, an array of strings in
// JSON. There is no line break at the end. Text/occi has SetLocations instead.
type LocationList struct {
	Media MediaType
	Base  string // scheme and host that the client used, without "/" at the end
	begin []byte // of every entry: one byte that parts it from the one before, and all up to its path
	count int
}

// Below sets how the paths of all entries begin that follow, which are often of
// one kind: what they have in common is put together once.
func (l *LocationList) Below(path string) {
	begin := "\n"
	switch l.Media.Rendering() {
	case OCCIJSON:
		begin = `,"`
	case TextPlain:
		begin = "\nX-OCCI-Location: "
	}
	l.begin = append(appendURI([]byte(begin), l.Base), path...)
}

// Append appends the entry of a path, or of the rest of one, see Below. It is one
// that [Registry.Path] made: it is copied as it is.
func (l *LocationList) Append(dst []byte, path string) []byte {
	if l.begin == nil {
		l.Below("")
	}
	begin, inJSON := l.begin, l.begin[0] == ','
	if l.count == 0 {
		begin = begin[1:]
		if inJSON {
			dst = append(dst, '[')
		}
	}
	l.count++
	dst = append(append(dst, begin...), path...)
	if inJSON {
		dst = append(dst, '"')
	}
	return dst
}

// End appends what closes the list.
func (l *LocationList) End(dst []byte) []byte {
	switch {
	case l.Media.Rendering() != OCCIJSON:
		return dst
	case l.count == 0:
		return append(dst, "[]"...)
	}
	return append(dst, ']')
}

// EntityList writes a collection of entities in JSON, one by one: the resources
// first, then the links (GFD.226 section 3.3).
type EntityList struct {
	Links bool // an empty list is one of links, not of resources
	open  string
}

// Next appends what stands before an entity, which AppendJSON appends then.
func (l *EntityList) Next(dst []byte, isLink bool) []byte {
	member := `"resources":[`
	if isLink {
		member = `"links":[`
	}
	switch l.open {
	case member:
		dst = append(dst, ',')
	case "":
		dst = append(append(dst, '{'), member...)
	default:
		dst = append(append(dst, "],"...), member...)
	}
	l.open = member
	return dst
}

// End appends what closes the list.
func (l *EntityList) End(dst []byte) []byte {
	switch {
	case l.open != "":
		return append(dst, "]}"...)
	case l.Links:
		return append(dst, `{"links":[]}`...)
	}
	return append(dst, `{"resources":[]}`...)
}

// AppendOK appends the body of an answer that says no more than that all went
// well.
func AppendOK(dst []byte, m MediaType) []byte {
	if m.Rendering() == OCCIJSON {
		return append(dst, "{}"...)
	}
	return append(dst, "OK"...)
}

// AppendError appends the body of an error: an HTTP status and a message for
// people, on one line. Text/occi has SetError beside it.
func AppendError(dst []byte, m MediaType, status int, message string) []byte {
	if m.Rendering() != OCCIJSON {
		return appendPlain(dst, message)
	}
	dst = strconv.AppendInt(append(dst, `{"code":`...), int64(status), 10)
	return append(appendString(append(dst, `,"message":`...), message), '}')
}
