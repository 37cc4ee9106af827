package inventory

import (
	"crypto/sha256"
	"strings"

	"github.com/google/uuid"
)

// namespace is the product's own for computed ids: UUIDv5 of
// "urn:occigate:inventory" in the URL namespace. It must never change.
var namespace = uuid.MustParse("6e8dd2e2-fa4d-5162-93ad-8fbc3e05433c")

// computedID is the id of a thing that we did not make: the same on every
// gateway and after the loss of the store.
func computedID(uid string, kind Kind, native string) string {
	name := strings.Join([]string{uid, string(kind), native}, "\x00")
	return uuid.NewSHA1(namespace, []byte(name)).String()
}

// newToken makes the id of a thing that we are about to make, from 16 random
// bytes. It is a UUIDv8 (RFC 9562): 60 random bits, then 62 bits of a digest
// over them, uid and kind. So a token found at a cloud names the account and
// the kind that it was made for, though it is only a UUID.
func newToken(uid string, kind Kind, random uuid.UUID) string {
	u := random
	u[6] = 0x80 | u[6]&0x0f
	d := tokenDigest(u, uid, kind)
	copy(u[8:], d[:8])
	u[8] = 0x80 | u[8]&0x3f
	return u.String()
}

// tokenNames reports whether a token was made by newToken for uid and kind.
func tokenNames(token, uid string, kind Kind) bool {
	u, err := uuid.Parse(token)
	if err != nil || u.Version() != 8 {
		return false
	}
	return newToken(uid, kind, u) == token
}

func tokenDigest(u uuid.UUID, uid string, kind Kind) [sha256.Size]byte {
	text := string(u[:8]) + uid + "\x00" + string(kind)
	return sha256.Sum256([]byte(text))
}

// isUUID reports whether text is a UUID in its canonical form: 36 characters,
// lower case.
func isUUID(text string) bool {
	u, err := uuid.Parse(text)
	return err == nil && u.String() == text
}

// linkNative is what stands for the native id of a link, which clouds do not
// give: the server's native id and the port id, MAC or volume's native id.
func linkNative(server, end string) string { return server + "/" + end }
