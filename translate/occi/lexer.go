package occi

import (
	"strings"
	"unicode/utf8"
)

// The lexical rules of the text renderings (GFD.229 section 4): values of a
// structure are separated by commas, parameters of a value by semicolons, and
// neither counts inside of "…" (where \ escapes) or of a leading <…>.

// cut splits s at the first separator that counts. ok is false when a quoted
// string or a bracket is not closed.
func cut(s string, separator byte) (item, rest string, ok bool) {
	started := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == separator:
			return s[:i], s[i+1:], true
		case c == '"', c == '<' && !started:
			n := enclosed(s[i:])
			if n < 0 {
				return "", "", false
			}
			i += n
		case c == '=':
			i += apostrophes(s[i+1:])
		}
		started = started || !isBlank(c)
	}
	return s, "", true
}

// enclosed is the index of the closing character of s, which begins with a
// quote or a bracket; -1 when there is none.
func enclosed(s string) int {
	if s[0] == '<' {
		return strings.IndexByte(s, '>')
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// apostrophes is the length of a value in apostrophes, which some clients use
// as quotes, at the start of s; 0 when s begins with something else or what
// follows shows that the apostrophe is part of a word.
func apostrophes(s string) int {
	start := len(s) - len(strings.TrimLeft(s, " \t"))
	if start == len(s) || s[start] != '\'' {
		return 0
	}
	n := strings.IndexByte(s[start+1:], '\'')
	if n < 0 {
		return 0
	}
	end := start + 1 + n + 1
	if end == len(s) || strings.IndexByte(" \t;,", s[end]) >= 0 {
		return end
	}
	return 0
}

// parameter is one key=value of a structure.
type parameter struct {
	key  string
	text string
	form Form
}

// list reads a value that holds words, as rel, category and actions do.
func (p parameter) list() []string { return strings.Fields(p.text) }

// parseParameter splits at the first "=" and takes the quotes off the value.
// problem is empty when all is well.
func parseParameter(s string) (p parameter, problem string) {
	key, value, found := strings.Cut(s, "=")
	p.key = trim(key)
	if !found || p.key == "" {
		return p, "not a name=value pair"
	}
	value = trim(value)
	switch {
	case value == "":
	case value[0] == '"':
		n := enclosed(value)
		if n < 0 {
			return p, "quote is not closed"
		}
		if n != len(value)-1 {
			return p, "text after the closing quote"
		}
		p.text = unescape(value[1:n])
	case value[0] == '\'' && len(value) > 1 && apostrophes(value) == len(value):
		p.text = value[1 : len(value)-1]
	default:
		p.text, p.form = value, Bare
	}
	return p, ""
}

// unescape turns \x into x.
func unescape(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for ; i >= 0 && i+1 < len(s); i = strings.IndexByte(s, '\\') {
		b = append(append(b, s[:i]...), s[i+1])
		s = s[i+2:]
	}
	return string(append(b, s...))
}

func trim(s string) string { return strings.Trim(s, " \t") }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// unprintable finds the first control character or broken UTF-8 sequence of a
// line; -1 when there is none. Tabs are blanks.
func unprintable(s string) int {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return i
		}
	}
	if !utf8.ValidString(s) {
		return len(strings.ToValidUTF8(s, ""))
	}
	return -1
}
