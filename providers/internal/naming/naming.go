// Package naming keeps our token in names and descriptions, for clouds that have
// no field of its own for it: in base32 at the end of a name, or whole in
// brackets behind a text. It knows no cloud; which characters and how many a
// name may have is for the adapter to say.
package naming

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

const uuidForm = `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`

var uuid = regexp.MustCompile(`^` + uuidForm + `$`)

// Code writes the first bits of a token in base32, in lower case: 8 characters
// for 40 bits, 26 for all 128. It is empty when the token is no UUID.
func Code(token string, bits int) string {
	if !uuid.MatchString(token) {
		return ""
	}
	b, err := hex.DecodeString(strings.ReplaceAll(token, "-", ""))
	if err != nil {
		return ""
	}
	return encode(b[:bits/8])
}

func encode(b []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}

// Token reads a code of all 128 bits; anything else is empty.
func Token(code string) string {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(code))
	if err != nil || len(b) != 16 || encode(b) != code {
		return ""
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Form is what the names of a cloud may be.
type Form struct {
	Odd   *regexp.Regexp // characters that a name is not trusted with, a hyphen stands for them
	Trim  string         // characters that a name neither begins nor ends with
	Most  int            // bytes
	Empty string         // stands for a title of which nothing is left
	Joint string         // stands between title and end
}

// Name makes a name of a title and an end that it must have, such as a code.
func (f Form) Name(title, end string) string {
	end = f.Joint + end
	start := strings.Trim(f.Odd.ReplaceAllString(title, "-"), f.Trim)
	start = strings.TrimRight(start[:min(len(start), f.Most-len(end))], f.Trim)
	if start == "" {
		start = f.Empty
	}
	return start + end
}

// Ends reports whether a name has that end, which an empty one no name has.
func (f Form) Ends(name, end string) bool { return end != "" && strings.HasSuffix(name, f.Joint+end) }

// Split takes a name apart whose end is the code of a whole token. Any other name
// is all title.
func (f Form) Split(name string) (title, token string) {
	if at := strings.LastIndex(name, f.Joint); at > 0 {
		token = Token(name[at+len(f.Joint):])
		title = name[:at]
	}
	if token == "" {
		return name, ""
	}
	return title, token
}

// distinctBits are a token's in a name that is to differ from all others.
const distinctBits = 40

// Distinct makes a name of a title where names are unique and titles are not: a
// part of the token stands behind it. Without a token the title is the name.
func Distinct(title, token string) string {
	if code := Code(token, distinctBits); code != "" {
		return title + "-" + code
	}
	return title
}

// Title takes that part of the token off a name again.
func Title(name, token string) string {
	return strings.TrimSuffix(name, Distinct("", token))
}

// bracketed is a text with a token behind it.
var bracketed = regexp.MustCompile(`^(?s:(.*?)) ?\[occigate (` + uuidForm + `)\]$`)

// Bracket puts a token behind a text, of which no more is kept than fits into
// most bytes; 0 keeps all. Without a token the text stays as it is.
func Bracket(text, token string, most int) string {
	if token == "" {
		return text
	}
	end := " [occigate " + token + "]"
	if most > 0 {
		text = strings.ToValidUTF8(text[:min(len(text), most-len(end))], "")
	}
	return text + end
}

// Unbracket takes such a text apart. One without a token is all text.
func Unbracket(marked string) (text, token string) {
	if m := bracketed.FindStringSubmatch(marked); m != nil {
		return m[1], m[2]
	}
	return marked, ""
}
