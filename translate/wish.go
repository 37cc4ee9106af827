package translate

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// Ref is an entity of the gateway that a request names by its location.
type Ref struct {
	ID     string
	UID    string
	Kind   string // type identifier
	Native string
	Pool   bool // a network whose addresses only machines that run can take
}

// Resolve finds the entity at a location, which is a path or an URL of ours.
type Resolve func(location string) (Ref, bool)

// Wishes turns create requests into specs for the account that they choose.
type Wishes struct {
	Templates *Templates
	Resolve   Resolve
	Default   string // uid of the account that takes a request which names none
}

// ServerWish reads a create request of a compute: the account it goes to and
// what is asked of it. Requests that name things of two accounts are
// [providers.ErrConflict], unknown ones [providers.ErrInvalid].
func (w Wishes) ServerWish(e *occi.Entity) (string, providers.ServerSpec, error) {
	d, err := w.draft(e)
	if err != nil {
		return "", d.spec, err
	}
	uid, err := w.account(d.named)
	if err != nil {
		return "", d.spec, err
	}
	d.spec.SizeID, err = w.size(uid, e, d.named[ResourceTpl])
	return uid, d.spec, err
}

// draft is a create request of a compute without its account and size.
type draft struct {
	spec  providers.ServerSpec
	named named
}

func (w Wishes) draft(e *occi.Entity) (d draft, err error) {
	if d.named, err = w.named(e); err != nil {
		return d, err
	}
	links, err := w.inline(e, d.named)
	if err != nil {
		return d, err
	}
	d.spec = providers.ServerSpec{
		Name: cmp.Or(e.Title, text(e, occi.AttrHostname)), Hostname: hostname(text(e, occi.AttrHostname)),
		ImageID: d.named[OSTpl].Native, Zone: d.named[Zone].Native,
		Networks: links.interfaces, Volumes: links.attachments,
	}
	if image := d.named[OSTpl].Image; image != nil && image.State == providers.ImagePending {
		return d, providers.Errorf(providers.ErrConflict, "create", "the image %s is not ready yet", image.Name)
	}
	return d, access(e, &d.spec)
}

// VolumeWish reads a create request of a storage.
func (w Wishes) VolumeWish(e *occi.Entity) (string, providers.VolumeSpec, error) {
	uid, named, err := w.place(e)
	if err != nil {
		return "", providers.VolumeSpec{}, err
	}
	size, _ := e.Attributes[occi.AttrStorageSize].(float64)
	if size <= 0 {
		return "", providers.VolumeSpec{}, providers.Errorf(providers.ErrInvalid, occi.AttrStorageSize, "must be more than 0 GiB")
	}
	return uid, providers.VolumeSpec{Name: e.Title, SizeGiB: size, Zone: named[Zone].Native}, nil
}

// NetworkWish reads a create request of a network.
func (w Wishes) NetworkWish(e *occi.Entity) (string, providers.NetworkSpec, error) {
	uid, named, err := w.place(e)
	if err != nil {
		return "", providers.NetworkSpec{}, err
	}
	if err := checkRange(e); err != nil {
		return "", providers.NetworkSpec{}, err
	}
	vlan, _ := e.Attributes[occi.AttrVLAN].(int64)
	return uid, providers.NetworkSpec{
		Name:    cmp.Or(e.Title, text(e, occi.AttrLabel)),
		Zone:    named[Zone].Native,
		CIDR:    text(e, occi.AttrNetworkAddress),
		Gateway: text(e, occi.AttrNetworkGateway),
		VLAN:    int(vlan),
		Static:  text(e, occi.AttrNetworkAllocation) == static,
		Public:  slices.Contains(e.Mixins, PublicNet),
	}, nil
}

// checkRange refuses what no network can be: public and private at once, an
// address that is no range, a gateway outside of it.
func checkRange(e *occi.Entity) error {
	const op = "create network"
	if slices.Contains(e.Mixins, PublicNet) && slices.Contains(e.Mixins, PrivateNet) {
		return providers.Errorf(providers.ErrConflict, op, "a network is either public or private")
	}
	address, gateway := text(e, occi.AttrNetworkAddress), text(e, occi.AttrNetworkGateway)
	if address == "" {
		if gateway != "" {
			return providers.Errorf(providers.ErrInvalid, op, "%s needs %s", occi.AttrNetworkGateway, occi.AttrNetworkAddress)
		}
		return nil
	}
	block, err := netip.ParsePrefix(address)
	if err != nil {
		return providers.Errorf(providers.ErrInvalid, op, "%s %q has no prefix length, as in 10.0.0.0/24", occi.AttrNetworkAddress, address)
	}
	if router, err := netip.ParseAddr(gateway); gateway != "" && (err != nil || !block.Contains(router)) {
		return providers.Errorf(providers.ErrInvalid, op, "the gateway %s is outside of %s", gateway, address)
	}
	return nil
}

// InterfaceSpec reads what a networkinterface link asks for beside its ends. An
// address is asked for unless the allocation is said to be dynamic; a mask on it
// is the network's and not read.
func InterfaceSpec(e *occi.Entity) providers.InterfaceSpec {
	spec := providers.InterfaceSpec{MAC: text(e, occi.AttrMAC)}
	if text(e, occi.AttrInterfaceAllocation) != dynamic {
		spec.IP, _, _ = strings.Cut(text(e, occi.AttrInterfaceAddress), "/")
	}
	return spec
}

// named are the things of clouds that a request names, by base mixin. The
// account that a link's target belongs to is kept under the kind of the target.
type named map[string]Template

func (w Wishes) place(e *occi.Entity) (string, named, error) {
	n, err := w.named(e)
	if err != nil {
		return "", nil, err
	}
	uid, err := w.account(n)
	return uid, n, err
}

// named collects the clouds' mixins on a request. Two of one base contradict
// each other.
func (w Wishes) named(e *occi.Entity) (named, error) {
	if err := CheckText(e); err != nil {
		return nil, err
	}
	if err := oneAbstract(e.Mixins); err != nil {
		return nil, err
	}
	n := named{}
	for _, id := range e.Mixins {
		tpl, ok := w.Templates.Lookup(id)
		if !ok {
			continue
		}
		if old, twice := n[tpl.Base]; twice && old != tpl {
			_, base := occi.SplitID(tpl.Base)
			return nil, providers.Errorf(providers.ErrConflict, "create", "two mixins of %s: only one can apply", base)
		}
		n[tpl.Base] = tpl
	}
	return n, nil
}

// account chooses the account that everything named belongs to, else the
// default, else the only one.
func (w Wishes) account(n named) (string, error) {
	uids := map[string]string{}
	for base, tpl := range n {
		_, term := occi.SplitID(base)
		uids[tpl.UID] = term
	}
	switch {
	case len(uids) == 1:
		for uid := range uids {
			return uid, nil
		}
	case len(uids) > 1:
		var parts []string
		for uid, term := range uids {
			parts = append(parts, term+" of "+uid)
		}
		slices.Sort(parts)
		return "", providers.Errorf(providers.ErrConflict, "create", "the request names things of several clouds: %s", strings.Join(parts, ", "))
	case w.Default != "":
		return w.Default, nil
	case len(w.Templates.catalogues) == 1:
		for uid := range w.Templates.catalogues {
			return uid, nil
		}
	}
	return "", providers.Errorf(providers.ErrInvalid, "create",
		"no cloud is named and none is configured as default: add a template of a cloud, or one of the mixins that depend on %s", Cloud)
}

// inline are the links of a create request.
type inline struct {
	interfaces  []providers.InterfaceSpec
	attachments []providers.AttachmentSpec
}

// inline reads the links of a create request and notes whose their targets are.
func (w Wishes) inline(e *occi.Entity, n named) (inline, error) {
	var in inline
	for i := range e.Links {
		l := &e.Links[i]
		ref, ok := w.Resolve(l.Target.Location)
		if !ok {
			return in, providers.Errorf(providers.ErrInvalid, "link", "there is no %s", l.Target.Location)
		}
		if old, twice := n[ref.Kind]; twice && old.UID != ref.UID {
			return in, providers.Errorf(providers.ErrConflict, "link", "%s is at another cloud than the other links", l.Target.Location)
		}
		if ref.Pool {
			return in, providers.Errorf(providers.ErrInvalid, "link",
				"%s gives addresses to machines that run: link it once the machine is active", l.Target.Location)
		}
		n[ref.Kind] = Template{Base: ref.Kind, UID: ref.UID}
		switch ref.Kind {
		case Network:
			spec := InterfaceSpec(l)
			spec.NetworkID = ref.Native
			in.interfaces = append(in.interfaces, spec)
		case Storage:
			in.attachments = append(in.attachments, providers.AttachmentSpec{
				VolumeID: ref.Native, Device: text(l, occi.AttrDeviceID),
			})
		default:
			return in, providers.Errorf(providers.ErrInvalid, "link", "%s is neither a network nor a storage", l.Target.Location)
		}
	}
	return in, nil
}

func text(e *occi.Entity, name string) string {
	s, _ := e.Attributes[name].(string)
	return s
}

// hostname makes a host name of what clients send as one; some copy the title.
func hostname(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		}
		return '-'
	}, s)
	return strings.Trim(clip(clean, 253), "-.")
}
