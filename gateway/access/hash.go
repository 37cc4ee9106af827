package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost are the parameters of an argon2id hash (RFC 9106).
type cost struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
}

// present is the cost of new hashes: OWASP's second choice for argon2id, 19 MiB
// and two passes.
var present = cost{memoryKiB: 19 * 1024, passes: 2, lanes: 1}

// most bounds what a configured hash may cost, so that a check cannot take the
// machine's memory.
var most = cost{memoryKiB: 256 * 1024, passes: 16, lanes: 16}

const (
	saltBytes = 16
	keyBytes  = 32
)

// Hash makes the argon2id hash of a password in PHC string format.
func Hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, present.passes, present.memoryKiB, present.lanes, keyBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		present.memoryKiB, present.passes, present.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// HashToken gives the form in which bearer tokens are configured: the SHA-256
// in hexadecimal. Tokens are random, so that a slow hash adds nothing.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// NewToken makes a random bearer token of 256 bits.
func NewToken() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashed is a parsed PHC string.
type hashed struct {
	cost
	salt, key []byte
}

func parseHash(s string) (hashed, error) {
	var h hashed
	var version int
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return h, errors.New("not an argon2id hash in PHC format ($argon2id$v=19$m=...,t=...,p=...$salt$hash)")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return h, fmt.Errorf("argon2id version %q is not supported, 19 is", parts[2])
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memoryKiB, &h.passes, &h.lanes); err != nil {
		return h, fmt.Errorf("the argon2id parameters %q cannot be read", parts[3])
	}
	if h.passes < 1 || h.lanes < 1 || h.memoryKiB > most.memoryKiB || h.passes > most.passes || h.lanes > most.lanes {
		return h, fmt.Errorf("the argon2id parameters %q are out of bounds", parts[3])
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(h.salt) < 8 {
		return h, errors.New("the salt of the argon2id hash cannot be read")
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(h.key) < 16 {
		return h, errors.New("the key of the argon2id hash cannot be read")
	}
	return h, nil
}

func (h hashed) matches(password string) bool {
	key := argon2.IDKey([]byte(password), h.salt, h.passes, h.memoryKiB, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}
