// Package limits refuses what is asked of a cloud and cannot be, so that nothing
// is ever accepted and ignored. It knows no cloud: an adapter declares its
// cloud's limits, each with the sentence that explains it.
package limits

import "occigate/providers"

// Create is what a cloud's call for a new server has no place for. A field says
// why; an empty one means that the cloud can do it, or that the adapter looks
// into it itself.
type Create struct {
	Zone     string // to choose one
	Networks string // to plug into more than one
	IP       string // to choose an address
	MAC      string // to choose a MAC address
	Volumes  string // to attach existing volumes
	Keys     string // to put a key into the machine, of the cloud's or the user's
	KeyName  string // key pairs of the cloud, where a key of the user's can be put
	UserData string // for the machine itself
}

// Check refuses a wish beyond the limits, under the cloud's name of the call. A
// choice that there is not is [providers.ErrInvalid], a thing that the cloud
// does not have [providers.ErrUnsupported].
func (l Create) Check(op string, spec providers.ServerSpec) error {
	var ip, mac bool
	for _, n := range spec.Networks {
		ip, mac = ip || n.IP != "", mac || n.MAC != ""
	}
	for _, limit := range []struct {
		asked bool
		why   string
		kind  error
	}{
		{spec.Zone != "", l.Zone, providers.ErrInvalid},
		{len(spec.Networks) > 1, l.Networks, providers.ErrInvalid},
		{ip, l.IP, providers.ErrUnsupported},
		{mac, l.MAC, providers.ErrUnsupported},
		{len(spec.Volumes) > 0, l.Volumes, providers.ErrUnsupported},
		{spec.KeyName != "" || spec.PublicKey != "", l.Keys, providers.ErrUnsupported},
		{spec.KeyName != "", l.KeyName, providers.ErrUnsupported},
		{len(spec.UserData) > 0, l.UserData, providers.ErrUnsupported},
	} {
		if limit.asked && limit.why != "" {
			return providers.Errorf(limit.kind, op, "%s", limit.why)
		}
	}
	return nil
}

// Address refuses a wish for a reserved address where the cloud chooses it, from
// the one pool that there is.
func Address(op string, spec providers.AddressSpec, pool string) error {
	switch {
	case spec.IP != "":
		return providers.Errorf(providers.ErrUnsupported, op, "an address cannot be chosen")
	case spec.NetworkID != "" && spec.NetworkID != pool:
		return providers.Errorf(providers.ErrInvalid, op, "only the network %s has addresses", pool)
	}
	return nil
}

// Growth refuses to make a volume smaller.
func Growth(op string, v providers.Volume, sizeGiB float64) error {
	if sizeGiB < v.SizeGiB {
		return providers.Errorf(providers.ErrInvalid, op, "the volume has %v GiB and cannot shrink to %v", v.SizeGiB, sizeGiB)
	}
	return nil
}

// Needed refuses a wish that, with the account's defaults in it, still names no
// image or no size.
func Needed(op string, spec providers.ServerSpec) error {
	switch {
	case spec.ImageID == "":
		return providers.Errorf(providers.ErrInvalid, op, "no image is given, and default_image is not set")
	case spec.SizeID == "":
		return providers.Errorf(providers.ErrInvalid, op, "no size is given, and default_size is not set")
	}
	return nil
}
