package occi

import (
	"slices"
	"strings"
)

// Renderer writes entities and categories. Its methods are pure and append to
// the slice they are given; none writes a host, so that what they return can be
// kept and served under any. Categories that the registry does not know are
// left out: a client that meets one refuses the whole answer.
//
// What text renderings cannot hold is replaced: control characters and line
// breaks by spaces, in attributes of inline links semicolons too; empty
// attributes of inline links and numbers that are not finite are left out.
// The kind of a link's source is only in JSON.
type Renderer struct {
	Registry     *Registry
	BareIDs      bool // writes ids without "urn:uuid:"
	OmitPatterns bool // leaves patterns out of JSON, for clients that expect a string there
}

// urnLength is the length of a UUID.
const urnLength = 36

// appendID appends an id as text shows it: as a URN if it is a UUID.
func (r *Renderer) appendID(dst []byte, id string) []byte {
	if !isUUID(id) {
		return appendEscaped(dst, id, ";")
	}
	if !r.BareIDs {
		dst = append(dst, urn...)
	}
	return append(dst, id...)
}

func isUUID(s string) bool {
	if len(s) != urnLength {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !isHex(lower(s[i])) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// attributeNames are the names of what can be rendered, sorted, without those
// that are fields of an entity. buffer saves an allocation.
func attributeNames(a Attributes, buffer []string) []string {
	names := buffer[:0]
	for name, value := range a {
		if finite(value) && value != nil && validAttributeName(name) && !strings.HasPrefix(name, "occi.core.") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// usualAttributes is how many attributes an entity has room for without an
// allocation.
const usualAttributes = 32

// known reports whether the i-th of a list of categories is of a class and is
// there for the first time.
func (r *Renderer) known(ids []string, i int, class Class) bool {
	return r.Registry.Class(ids[i]) == class && !slices.Contains(ids[:i], ids[i])
}
