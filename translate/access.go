package translate

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"occigate/providers"
	"occigate/translate/occi"
)

// access reads how one gets into the new machine: key and user data, in the
// OGF's family of attributes (GFD.224 section 3.5.2) or in the one that deployed
// clients send. An attribute of one is understood under the mixin of the other.
func access(e *occi.Entity, spec *providers.ServerSpec) error {
	key, err := oneOf(e, occi.AttrPublicKey, occi.AttrOpenStackKeyData)
	if err != nil {
		return err
	}
	data, err := oneOf(e, occi.AttrUserData, occi.AttrOpenStackUserData)
	if err != nil {
		return err
	}
	spec.PublicKey = key
	if key == "" {
		spec.KeyName = text(e, occi.AttrOpenStackKeyName)
	}
	spec.UserData = userData(data)
	return nil
}

// oneOf returns the value of either attribute; two different ones contradict
// each other.
func oneOf(e *occi.Entity, a, b string) (string, error) {
	va, vb := text(e, a), text(e, b)
	switch {
	case va == "":
		return vb, nil
	case vb == "" || va == vb:
		return va, nil
	}
	return "", providers.Errorf(providers.ErrConflict, "create", "%s and %s contradict each other", a, b)
}

// userData decodes user data. Most clients send base64, the standard does not
// say so: it is decoded when it is base64 of something that user data can be,
// else taken as it is.
func userData(s string) []byte {
	if s == "" {
		return nil
	}
	compact := bytes.Join(bytes.Fields([]byte(s)), nil)
	decoded, err := base64.StdEncoding.DecodeString(string(compact))
	if err == nil && isUserData(decoded) {
		return decoded
	}
	return []byte(s)
}

// isUserData tells what cloud-init takes: text (a script, cloud-config, MIME)
// or gzip.
func isUserData(b []byte) bool {
	gzip := bytes.HasPrefix(b, []byte{0x1f, 0x8b})
	return gzip || (utf8.Valid(b) && !bytes.ContainsRune(b, 0))
}
