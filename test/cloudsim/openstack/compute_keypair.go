package openstack

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5" //nolint:gosec // Nova's fingerprints are MD5
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// KeyPair is one of the user's keys in Nova; its name is its id. Source: Compute
// API reference, "Keypairs (keypairs)".
type KeyPair struct {
	Name        string
	Type        string // ssh or x509
	PublicKey   string
	Fingerprint string
	Created     time.Time
}

func (k *KeyPair) id() string      { return k.Name }
func (k *KeyPair) born() time.Time { return k.Created }

func (c *Cloud) listKeyPairs(q *call) (answer, error) {
	rows := c.keys.order
	if q.minor < 35 { // paging came with 2.35
		return ok(object{"keypairs": each(rows, func(k *KeyPair) object { return showKey(q, k) })})
	}
	rows, next, err := page(c, q, rows, badMarker)
	if err != nil {
		return answer{}, err
	}
	return listed(q, "keypairs", each(rows, func(k *KeyPair) object { return showKey(q, k) }), next)
}

func showKey(q *call, k *KeyPair) object {
	return object{"keypair": k.document(q)}
}

func (k *KeyPair) document(q *call) object {
	doc := object{"name": k.Name, "public_key": k.PublicKey, "fingerprint": k.Fingerprint}
	if q.minor >= 2 {
		doc["type"] = k.Type
	}
	return doc
}

func (c *Cloud) readKeyPair(q *call) (answer, error) {
	k, err := c.keyPair(q)
	if err != nil {
		return answer{}, err
	}
	doc := k.document(q)
	doc["user_id"], doc["id"], doc["deleted"] = c.UserID(), 1, false
	doc["created_at"], doc["updated_at"], doc["deleted_at"] = k.Created.UTC().Format(micros), nil, nil
	return ok(object{"keypair": doc})
}

func (c *Cloud) keyPair(q *call) (*KeyPair, error) {
	k, ok := c.keys.get(q.PathValue("id"))
	if !ok {
		return nil, refuse(http.StatusNotFound, "Keypair %s not found for user %s", q.PathValue("id"), c.UserID())
	}
	return k, nil
}

// createKeyPair imports a public key; without one it makes a pair, which Nova
// does no more since 2.92.
func (c *Cloud) createKeyPair(q *call) (answer, error) {
	var wish struct {
		Name      string `json:"name"`
		Type      string `json:"type"`
		PublicKey string `json:"public_key"`
	}
	if err := q.decode("keypair", &wish); err != nil {
		return answer{}, err
	}
	fill(&wish.Type, "ssh")
	_, taken := c.keys.get(wish.Name)
	switch {
	case wish.Name == "":
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute keypair. 'name' is a required property")
	case wish.PublicKey == "" && q.minor >= 92:
		return answer{}, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute keypair. 'public_key' is a required property")
	case taken:
		return answer{}, refuse(http.StatusConflict, "Key pair '%s' already exists.", wish.Name)
	case exceeds(len(c.keys.order)+1, c.opt.Quotas.KeyPairs):
		return answer{}, refuse(http.StatusForbidden, "Quota exceeded, too many key pairs.")
	}
	k := &KeyPair{Name: wish.Name, Type: wish.Type, PublicKey: wish.PublicKey, Created: c.line.At}
	private := ""
	if k.PublicKey == "" {
		k.PublicKey, private = newKey()
	}
	if k.Fingerprint = fingerprint(k.PublicKey); k.Fingerprint == "" {
		return answer{}, refuse(http.StatusBadRequest, "Keypair data is invalid: failed to generate fingerprint")
	}
	c.keys.add(k.Name, k)
	doc := k.document(q)
	doc["user_id"] = c.UserID()
	if private != "" {
		doc["private_key"] = private
	}
	if q.minor < 2 {
		return ok(object{"keypair": doc})
	}
	return created(object{"keypair": doc})
}

func (c *Cloud) deleteKeyPair(q *call) (answer, error) {
	k, err := c.keyPair(q)
	if err != nil {
		return answer{}, err
	}
	c.keys.drop(k.Name)
	if q.minor < 2 {
		return accepted(nil)
	}
	return noContent()
}

// newKey makes a key pair. The public half only looks like an OpenSSH key: no
// machine will ever be asked to accept it.
func newKey() (public, private string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", ""
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return "", ""
	}
	private = string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "", ""
	}
	return "ecdsa-sha2-nistp256 " + base64.StdEncoding.EncodeToString(spki) + " Generated-by-Nova", private
}

// fingerprint is the MD5 of an OpenSSH key, in hexadecimal pairs; empty when it
// is not one.
func fingerprint(key string) string {
	fields := strings.Fields(key)
	if len(fields) < 2 {
		return ""
	}
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return ""
	}
	sum := md5.Sum(blob) //nolint:gosec // as above
	return strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":")
}
