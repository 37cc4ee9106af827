package openstack

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"occigate/providers"
)

// keyPair imports the public key of a spec, if it has one, and puts its name
// into the wish. The name is made of the key's fingerprint, so the same key is
// imported once and used again. made is the name if this call imported it.
func (p *Provider) keyPair(ctx context.Context, w *serverWish, spec providers.ServerSpec) (made string, err error) {
	if spec.PublicKey == "" {
		return "", nil
	}
	name, err := keyName(spec.PublicKey)
	if err != nil {
		return "", err
	}
	w.KeyName = name
	err = p.do(ctx, request{to: compute, op: "POST /os-keypairs", body: map[string]any{
		"keypair": map[string]string{"name": name, "type": "ssh", "public_key": strings.TrimSpace(spec.PublicKey)},
	}})
	if errors.Is(err, providers.ErrConflict) {
		return "", nil
	}
	return name, err
}

// keyName names a key pair after its OpenSSH public key ("ssh-ed25519 AAAA...
// comment"): the beginning of the key's SHA-256. The comment does not count.
func keyName(publicKey string) (string, error) {
	const op = "POST /os-keypairs"
	fields := strings.Fields(publicKey)
	if len(fields) < 2 {
		return "", providers.Errorf(providers.ErrInvalid, op, "the public key is not in OpenSSH's form")
	}
	key, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return "", providers.Errorf(providers.ErrInvalid, op, "the public key is not in OpenSSH's form: its second word is no base64")
	}
	sum := sha256.Sum256(key)
	return "occigate-" + hex.EncodeToString(sum[:8]), nil
}
