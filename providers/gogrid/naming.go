package gogrid

import (
	"encoding/base32"
	"encoding/hex"
	"regexp"
	"strings"
)

// Where our token is kept: a name has at most 20 characters and is unique in an
// account (inferred), so it ends in 8 characters of base32, the first 40 bits
// of the token; a second add with the same token is refused for its name. The
// whole token stands in the description, behind the title, and counts only when
// the name ends in its first bits: a description alone may have been copied.
const (
	maxName        = 20
	maxDescription = 500 // characters; counted in bytes here
	suffixBits     = 40
)

var mark = regexp.MustCompile(`^(?s:(.*?)) ?\[occigate ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]$`)

// describe is a description with title and token.
func describe(title, token string) string {
	tail := " [occigate " + token + "]"
	return strings.ToValidUTF8(cut(title, maxDescription-len(tail)), "") + tail
}

// unmark takes a description apart; without a token it is all title.
func unmark(description string) (title, token string) {
	if m := mark.FindStringSubmatch(description); m != nil {
		return m[1], m[2]
	}
	return description, ""
}

// suffix is the end of the name of what was made with a token.
func suffix(token string) string {
	digits := strings.ReplaceAll(token, "-", "")
	bits, err := hex.DecodeString(cut(digits, suffixBits/4))
	if err != nil || len(bits) != suffixBits/8 {
		return ""
	}
	return "-" + strings.ToLower(base32.StdEncoding.EncodeToString(bits))
}

// carries reports whether a name ends in the first bits of a token.
func carries(name, token string) bool {
	s := suffix(token)
	return s != "" && strings.HasSuffix(name, s)
}

// odd are characters that a name is not trusted with; which ones the cloud takes
// is not documented.
var odd = regexp.MustCompile(`[^A-Za-z0-9.]+`)

// nameOf makes the cloud's name of a server from its title and token.
func nameOf(title, token string) string {
	end := suffix(token)
	start := strings.Trim(odd.ReplaceAllString(title, "-"), "-.")
	start = strings.TrimRight(cut(start, maxName-len(end)), "-.")
	if start == "" {
		start = "server"
	}
	return start + end
}

func cut(text string, most int) string { return text[:min(len(text), most)] }
