package ec2

import (
	"crypto/md5" //nolint:gosec // AWS's fingerprint of RSA keys
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// keyPair is the public half of an imported key pair.
type keyPair struct {
	resource
	name        string
	algorithm   string // "rsa" or "ed25519"
	fingerprint string
	material    string // OpenSSH form
}

type keyPairItem struct {
	ID          string `xml:"keyPairId"`
	Name        string `xml:"keyName"`
	Fingerprint string `xml:"keyFingerprint"`
	Type        string `xml:"keyType,omitempty"`
	Created     string `xml:"createTime,omitempty"`
	Material    string `xml:"publicKey,omitempty"`
	Tags        []tag  `xml:"tagSet>item"`
}

var keyPairListing = listing[*keyPair]{filters: map[string]filter[*keyPair]{
	"fingerprint": of(func(k *keyPair) string { return k.fingerprint }),
	"key-name":    of(func(k *keyPair) string { return k.name }),
	"key-pair-id": of(func(k *keyPair) string { return k.id }),
}}

// describeKeyPairs lists key pairs, which EC2 does without pages.
func describeKeyPairs(c *call) (any, error) {
	shown := c.keyPairs
	if names := c.list("KeyName"); len(names) > 0 {
		shown = newRows[*keyPair](keyPairKind)
		for _, name := range names {
			k, err := c.keyNamed(name)
			if err != nil {
				return nil, err
			}
			shown.add(k)
		}
	}
	found, _, err := describe(c, &shown, keyPairListing)
	var answer struct {
		Keys []keyPairItem `xml:"keySet>item"`
	}
	for _, k := range found {
		item := keyPairItem{k.id, k.name, k.fingerprint, k.algorithm, timeText(k.born), "", tagSet(&k.resource)}
		if c.flag("IncludePublicKey", false) {
			item.Material = k.material
		}
		answer.Keys = append(answer.Keys, item)
	}
	return answer, err
}

func (c *Cloud) keyNamed(name string) (*keyPair, error) {
	all := c.keyPairs.all()
	i := slices.IndexFunc(all, func(k *keyPair) bool { return k.name == name })
	if i < 0 {
		return nil, keyPairKind.notFound(name)
	}
	return all[i], nil
}

func importKeyPair(c *call) (any, error) {
	tags, err := c.specified("key-pair")
	if err != nil {
		return nil, err
	}
	name := c.text("KeyName")
	if _, err := c.keyNamed(name); err == nil {
		return nil, fail("InvalidKeyPair.Duplicate", "The keypair already exists")
	}
	material, err := base64.StdEncoding.DecodeString(c.text("PublicKeyMaterial"))
	if err != nil {
		return nil, fail("InvalidParameterValue", "Value for parameter PublicKeyMaterial is invalid. Not base64.")
	}
	algorithm, text, err := fingerprint(material)
	if err != nil {
		return nil, fail("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
	}
	k := &keyPair{c.fresh(keyPairKind, tags["key-pair"]), name, algorithm, text, strings.TrimSpace(string(material))}
	c.keyPairs.add(k)
	return keyPairItem{ID: k.id, Name: k.name, Fingerprint: k.fingerprint, Tags: tagSet(&k.resource)}, nil
}

// fingerprint is what EC2 shows of an imported key: the MD5 of an RSA key's DER
// form, the SHA-256 of an ED25519 key. Other keys are refused (Amazon EC2 User
// Guide, "Create a key pair").
func fingerprint(material []byte) (algorithm, text string, err error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey(material)
	if err != nil {
		return "", "", err
	}
	switch key.Type() {
	case ssh.KeyAlgoED25519:
		return "ed25519", strings.TrimPrefix(ssh.FingerprintSHA256(key), "SHA256:") + "=", nil
	case ssh.KeyAlgoRSA:
		der, err := x509.MarshalPKIXPublicKey(key.(ssh.CryptoPublicKey).CryptoPublicKey())
		sum := md5.Sum(der) //nolint:gosec // see above
		return "rsa", strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":"), err
	}
	return "", "", fmt.Errorf("key type %s", key.Type())
}

// deleteKeyPair removes a key pair; one that does not exist is no error.
func deleteKeyPair(c *call) (any, error) {
	answer := struct {
		Return bool   `xml:"return"`
		ID     string `xml:"keyPairId,omitempty"`
	}{Return: true}
	for _, k := range c.keyPairs.all() {
		if k.name == c.text("KeyName") || k.id == c.text("KeyPairId") {
			answer.ID = k.id
			c.keyPairs.remove(k)
		}
	}
	return answer, nil
}
