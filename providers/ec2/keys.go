package ec2

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// keyPair is the name of the key pair that a server gets: the one that holds
// its public key, imported if need be, else the one it names, else the
// account's default. EC2 takes RSA and ED25519 keys (ImportKeyPair).
func (p *Provider) keyPair(ctx context.Context, spec providers.ServerSpec) (string, error) {
	if spec.PublicKey == "" {
		return cmp.Or(spec.KeyName, p.settings.KeyName), nil
	}
	const operation = "ImportKeyPair"
	blob, err := keyBlob(spec.PublicKey)
	if err != nil {
		return "", providers.Errorf(providers.ErrInvalid, operation, "the public key is not in OpenSSH's form: %v", err)
	}
	name := keyName(blob)
	_, err = keyed(ctx, p.api.ImportKeyPair, &sdk.ImportKeyPairInput{
		KeyName:           aws.String(name),
		PublicKeyMaterial: []byte(spec.PublicKey),
		TagSpecifications: tagged(types.ResourceTypeKeyPair, ownTags(spec.KeyName, "")),
	})
	var refused *providers.Error
	if errors.As(err, &refused) && refused.Code == "InvalidKeyPair.Duplicate" {
		return name, p.sameKey(ctx, name, blob)
	}
	return name, err
}

// sameKey refuses a key pair of our name that holds another key.
func (p *Provider) sameKey(ctx context.Context, name string, blob []byte) error {
	out, err := read(ctx, p.api.DescribeKeyPairs, &sdk.DescribeKeyPairsInput{
		KeyNames:         []string{name},
		IncludePublicKey: aws.Bool(true),
	})
	if err != nil {
		return err
	}
	for _, k := range out.KeyPairs {
		if there, err := keyBlob(value(k.PublicKey)); err == nil && string(there) == string(blob) {
			return nil
		}
	}
	return providers.Errorf(providers.ErrConflict, "ImportKeyPair", "the key pair %s holds another key", name)
}

// keyBlob is the key within a line "type base64 comment" (sshd(8),
// AUTHORIZED_KEYS FILE FORMAT).
func keyBlob(line string) ([]byte, error) {
	fields := strings.Fields(line)
	if len(fields) < 2 || strings.Contains(strings.TrimSpace(line), "\n") {
		return nil, errors.New(`want one line "type base64 comment"`)
	}
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return nil, errors.New("the second word is not base64")
	}
	// The blob repeats the type, after its length in four bytes (RFC 4253 section 6.6).
	if kind := fields[0]; len(blob) < 4+len(kind) || string(blob[4:4+len(kind)]) != kind {
		return nil, errors.New("the key does not hold the type that it names")
	}
	return blob, nil
}

// keyName is a name that follows from the key alone, so that every server with
// the key finds the same key pair.
func keyName(blob []byte) string {
	sum := sha256.Sum256(blob)
	return "occigate-" + hex.EncodeToString(sum[:16])
}
