package occi

// schemeOpenStack begins the schemes of the mixins that deployed clients use
// for keys and user data. A registry lists them last, because one client looks
// mixins up by term alone and takes the last.
const schemeOpenStack = "http://schemas.openstack.org/"

// openStackMixins are the credentials and contextualization mixins that came
// before those of OCCI 1.2 and that every deployed client sends.
func openStackMixins() []Mixin {
	return []Mixin{{
		Category: Category{SchemeOpenStackCredentials, "public_key", "OpenStack Public Key"},
		Applies:  []string{KindCompute}, Location: "/mixin/openstack/public_key/",
		Attributes: []Attribute{
			{Name: AttrOpenStackKeyName, Type: String, Mutable: true, Description: "Name of the key"},
			{Name: AttrOpenStackKeyData, Type: String, Mutable: true, Description: "SSH public key"},
		},
	}, {
		Category: Category{SchemeOpenStackInstance, "user_data", "OpenStack User Data"},
		Applies:  []string{KindCompute}, Location: "/mixin/openstack/user_data/",
		Attributes: []Attribute{
			{Name: AttrOpenStackUserData, Type: String, Mutable: true, Description: "Data for the first boot, in base64"},
		},
	}}
}

// schemeAliases are schemes that clients use for categories of ours. The draft
// of GFD.222 prints the first two for its templates.
var schemeAliases = map[string]string{
	SchemeOGF + "infrastructure/compute/template/1.0#":         SchemeComputeTemplate,
	"http://schemas.fedcloud.egi.eu/occi/compute/flavour/1.0#": SchemeComputeTemplate,
}

// attributeAliases are misspelt names that clients send for attributes of ours.
var attributeAliases = map[string]string{
	"occi.crendentials.ssh.publickey": AttrPublicKey,
	"occi.credentials.ssh_key":        AttrPublicKey,
	"occi.compute.user_data":          AttrUserData,
}

// valueAliases are words that clients send for values of an enumeration.
var valueAliases = map[string]string{
	"x86_64":   "x64",
	"amd64":    "x64",
	"i386":     "x86",
	"i686":     "x86",
	"deffered": "deferred",
}

// siblings are the mixins whose attributes are accepted under another one that
// serves the same purpose: clients look these mixins up by term alone.
var siblings = map[string]string{
	MixinSSHKey:            MixinOpenStackKey,
	MixinOpenStackKey:      MixinSSHKey,
	MixinUserData:          MixinOpenStackUserData,
	MixinOpenStackUserData: MixinUserData,
}
