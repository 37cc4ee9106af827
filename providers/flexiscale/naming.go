package flexiscale

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// Where our token is kept: a server has no field of its own for it, so that it
// stands whole at the end of the name, behind two hyphens, as 26 characters of
// base32. Names cannot be changed, hence neither can the token. How long a name
// may be is not on record; 63 characters are what a host name has.
const maxName = 63

var (
	mark = regexp.MustCompile(`^(.+)--([a-z2-7]{26})$`)
	odd  = regexp.MustCompile(`[^A-Za-z0-9_-]+`)
	uuid = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// nameOf makes the cloud's name of a server: the title without the characters
// that a name must not have, and the token, which must be a UUID.
func nameOf(title, token string) (name string, ok bool) {
	if !uuid.MatchString(token) {
		return "", false
	}
	bits, err := hex.DecodeString(strings.ReplaceAll(token, "-", ""))
	if err != nil {
		return "", false
	}
	end := "--" + coded(bits)
	start := strings.Trim(odd.ReplaceAllString(title, "-"), "-")
	start = strings.TrimRight(start[:min(len(start), maxName-len(end))], "-")
	if start == "" {
		start = "server"
	}
	return start + end, true
}

// unmark takes a name apart; without a token it is all title.
func unmark(name string) (title, token string) {
	m := mark.FindStringSubmatch(name)
	if m == nil {
		return name, ""
	}
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(m[2]))
	if err != nil || coded(b) != m[2] {
		return name, ""
	}
	return m[1], fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func coded(bits []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(bits))
}
