package occi

import "strings"

// MaxTerm is the length in bytes to which [Term] shortens.
const MaxTerm = 64

// Term makes a term that every known client can read, [a-z0-9][a-z0-9_-]*,
// from any text: letters become lower case and every run of other characters
// becomes one "_" ("t2.micro" gives "t2_micro"). The result is at most
// [MaxTerm] bytes long and is "x" when nothing is left. Different texts can
// give the same term: whoever needs unique ones adds a hash.
func Term(s string) string {
	var b []byte
	gap := false
	for i := 0; i < len(s) && len(b) < MaxTerm; i++ {
		c := lower(s[i])
		if !isAlphanumeric(c) && c != '-' {
			gap = true
			continue
		}
		if gap && len(b) > 0 {
			b = append(b, '_')
		}
		gap = false
		b = append(b, c)
	}
	if t := strings.Trim(string(b[:min(len(b), MaxTerm)]), "_-"); t != "" {
		return t
	}
	return "x"
}

// ValidTerm reports whether s is [a-z0-9][a-z0-9_-]*, the form of terms that
// every known client can read.
func ValidTerm(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && (i == 0 || c != '-' && c != '_') {
			return false
		}
	}
	return s != ""
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isAlphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
