// Package translate turns the neutral model into OCCI and OCCI requests into
// wishes of the neutral model. It is pure: values in, values out; it knows no
// cloud, no store and no HTTP.
package translate

import "occigate/translate/occi"

// The type identifiers that clouds are mapped to, under short names.
const (
	Compute          = occi.KindCompute
	Storage          = occi.KindStorage
	Network          = occi.KindNetwork
	NetworkInterface = occi.KindNetworkInterface
	StorageLink      = occi.KindStorageLink

	OSTpl       = occi.MixinOSTemplate
	ResourceTpl = occi.MixinResourceTemplate
	Region      = occi.MixinRegion
	Zone        = occi.MixinAvailabilityZone
)

// The schemes of this gateway's own categories. They do not live under the
// OGF's (GFD.221 section 5.3.1).
const (
	own = "http://schemas.occigate.org/occi/infrastructure"

	// Cloud is the mixin that every account's mixin depends on; an account's
	// mixin on an entity says which cloud holds it.
	Cloud = own + "#cloud"

	cloudScheme  = own + "/cloud#"
	regionScheme = own + "/region#"
	zoneScheme   = own + "/availability_zone#"
	imageScheme  = own + "/os_tpl#"
	sizeScheme   = own + "/resource_tpl#"

	// PublicNet and PrivateNet say whether a network is routable from the
	// internet; the EGI federation's clients know these names.
	PublicNet  = "http://schemas.fedcloud.egi.eu/occi/infrastructure/network#public_net"
	PrivateNet = "http://schemas.fedcloud.egi.eu/occi/infrastructure/network#private_net"
)

// FloatingIPPool is the mixin that OpenStack's clients put on what takes an
// address of a pool; here the pool is the external network itself.
const FloatingIPPool = "http://schemas.openstack.org/network#floatingippool"

// Paths of the kinds' locations; an entity lives at its kind's location plus
// its UUID.
var locations = map[string]string{
	Compute:          "/compute/",
	Storage:          "/storage/",
	Network:          "/network/",
	NetworkInterface: "/networkinterface/",
	StorageLink:      "/storagelink/",
	IPReservation:    "/ipreservation/",
}

// Location returns the path of an entity of a kind of this package.
func Location(kind, id string) string { return locations[kind] + id }

// extensions are the mixins that this gateway adds to the standard ones and
// that do not come from a cloud.
func extensions() []occi.Mixin {
	return []occi.Mixin{
		observed(),
		price(),
		placement(),
		{
			Category: category(Cloud, "Cloud that holds the entity"),
			Location: "/mixin/cloud/",
		},
		{
			Category: category(PublicNet, "Network with public addresses"),
			Applies:  []string{Network}, Location: "/mixin/public_net/",
		},
		{
			Category: category(PrivateNet, "Network with private addresses"),
			Applies:  []string{Network}, Location: "/mixin/private_net/",
		},
		{
			Category: category(FloatingIPPool, "Pool of public addresses"),
			Applies:  []string{IPReservation, NetworkInterface}, Location: "/mixin/floatingippool/",
		},
	}
}

func category(id, title string) occi.Category {
	scheme, term := occi.SplitID(id)
	return occi.Category{Scheme: scheme, Term: term, Title: title}
}
