package occi

import "strings"

// validScheme reports whether s is an absolute URI that ends in its only "#"
// and needs no quoting anywhere.
func validScheme(s string) bool {
	return strings.Contains(s, ":") && strings.IndexByte(s, '#') == len(s)-1 && plainURI(s)
}

// validLocation reports whether s is an absolute path that can stand in all
// renderings and does not collide with the query interface.
func validLocation(s string) bool {
	return strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/") && len(s) > 1 &&
		!strings.Contains(s, "//") && !strings.Contains(s, "/.") && !strings.HasPrefix(s, "/-/") &&
		!strings.ContainsAny(s, "?#%") && plainURI(s)
}

// plainURI reports whether s holds only characters of a URI, without those
// that separate values in the text renderings.
func plainURI(s string) bool {
	for i := range len(s) {
		if !uriByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// validAttributeName reports whether s can stand before "=" in all renderings.
func validAttributeName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(lower(c)) && strings.IndexByte(".-_", c) < 0 {
			return false
		}
	}
	return s != ""
}

// validReference reports whether s can be a URI reference: not empty, no
// blanks, control characters, quotes or angle brackets.
func validReference(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || strings.IndexByte("\"<>\\", s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}
