package occi

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// appendQuoted appends a quoted string: \ before quotes and backslashes, a
// space for what would break a line or a header.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s, "")
	return append(dst, '"')
}

// appendEscaped is appendQuoted without the quotes. Characters of unwanted
// become spaces too.
func appendEscaped(dst []byte, s, unwanted string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		with := replacement(c, size, unwanted)
		if with != "" {
			dst = append(append(dst, s[start:i]...), with...)
			start = i + size
		}
		i += size
	}
	return append(dst, s[start:]...)
}

// replacement is what stands for a character in a quoted string, empty for the
// character itself.
func replacement(c rune, size int, unwanted string) string {
	switch {
	case c == '"':
		return `\"`
	case c == '\\':
		return `\\`
	case c < ' ', c >= 0x7f && c <= 0x9f, c == '\u2028', c == '\u2029':
		return " "
	case c == utf8.RuneError && size == 1:
		return "\uFFFD"
	case unwanted != "" && c < utf8.RuneSelf && strings.IndexByte(unwanted, byte(c)) >= 0:
		return " "
	}
	return ""
}

// categoryTitle is a title as text renderings can show it: clients split lines
// at ; , = wherever they stand, and some know no escapes.
func categoryTitle(title string) string {
	clean := strings.Map(func(c rune) rune {
		if strings.ContainsRune(`;,="\`, c) {
			return ' '
		}
		return c
	}, title)
	return strings.Join(strings.Fields(string(appendEscaped(nil, clean, ""))), " ")
}

// appendURI appends a URI reference with everything percent-encoded that has a
// meaning in the text renderings or none in URIs. Most have nothing of the kind
// and are copied at once.
func appendURI(dst []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	i := 0
	for i < len(s) && uriByte(s[i]) {
		i++
	}
	dst = append(dst, s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		if uriByte(c) {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', hex[c>>4], hex[c&15])
	}
	return dst
}

// uriByte reports whether a byte can stand in a URI in every rendering:
// printable ASCII but for the separators of the text renderings and what RFC
// 3986 leaves out.
func uriByte(c byte) bool {
	switch c {
	case '"', '<', '>', '\\', '^', '`', '{', '|', '}', ';', ',':
		return false
	}
	return c > ' ' && c < 0x7f
}

// appendNumber appends a number that is no integer by type: digits with a
// point, never an exponent, which some clients cut off without a word.
func appendNumber(dst []byte, v float64) []byte {
	if v == math.Trunc(v) {
		if v == 0 {
			v = 0 // not -0
		}
		return strconv.AppendFloat(dst, v, 'f', 1, 64)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}

// finite reports whether a value can be written down.
func finite(value any) bool {
	f, ok := value.(float64)
	return !ok || !math.IsNaN(f) && !math.IsInf(f, 0)
}

// appendPlain appends text as one line without escapes.
func appendPlain(dst []byte, s string) []byte {
	for i, c := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		if with := replacement(c, size, ""); with == " " {
			dst = append(dst, ' ')
			continue
		}
		dst = utf8.AppendRune(dst, c)
	}
	return dst
}
