package flexiscale

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"occigate/providers"
)

const createOp = "CreateServer"

// CreateServer makes a server, which is stopped; its ticket starts it. The name
// holds the token, and all names are looked at first, since the cloud is not
// known to refuse a second server of one name. The cloud takes no keys, no user
// data and no volumes, which is [providers.ErrUnsupported].
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	spec.ImageID, spec.SizeID = cmp.Or(spec.ImageID, p.settings.Image), cmp.Or(spec.SizeID, p.settings.Size)
	w, err := p.wanted(spec)
	if err != nil {
		return providers.Server{}, "", err
	}
	machines, err := p.machines(ctx)
	if err != nil {
		return providers.Server{}, "", err
	}
	for _, m := range machines {
		if m.Token == spec.Token {
			return m.Server, p.ticket(ticket{Do: create, ID: m.ID}), nil
		}
	}
	if err := p.complete(ctx, &w); err != nil {
		return providers.Server{}, "", err
	}
	n, err := p.number(ctx, createOp, w.params()...)
	if err != nil {
		return providers.Server{}, "", err
	}
	title, _ := unmark(w.name)
	s := providers.Server{
		ID: strconv.FormatInt(n, 10), Name: title, Token: spec.Token, ImageID: spec.ImageID, SizeID: spec.SizeID,
		State: providers.StatePending, NativeState: "5",
		Cores: w.size.Processors, MemoryMiB: w.size.MemoryMiB, DiskGiB: float64(w.size.DiskGiB),
	}
	return s, p.ticket(ticket{Do: create, ID: s.ID}), nil
}

// wish is what a server is made of.
type wish struct {
	name            string
	size            Size
	image           string
	vlan, packageID int64
}

// wanted refuses what the cloud has no parameter for.
func (p *Provider) wanted(spec providers.ServerSpec) (w wish, err error) {
	refuse := func(kind error, text string) (wish, error) {
		return w, providers.Errorf(kind, createOp, "%s", text)
	}
	name, ok := nameOf(cmp.Or(spec.Name, spec.Hostname), spec.Token)
	size, known := p.settings.size(spec.SizeID)
	vlan, isVLAN := "", true
	if len(spec.Networks) == 1 {
		vlan = spec.Networks[0].NetworkID
	}
	w = wish{name: name, size: size, image: spec.ImageID, packageID: p.settings.Package}
	if vlan = cmp.Or(vlan, p.settings.Network); vlan != "" {
		w.vlan, isVLAN = whole(vlan)
	}
	switch {
	case !ok:
		return refuse(providers.ErrInvalid, "the token is no UUID")
	case spec.ImageID == "":
		return refuse(providers.ErrInvalid, "no image is given, and default_image is not set")
	case spec.SizeID == "":
		return refuse(providers.ErrInvalid, "no size is given, and default_size is not set")
	case !known:
		return refuse(providers.ErrInvalid, "there is no size "+strconv.Quote(spec.SizeID))
	case !isVLAN:
		return refuse(providers.ErrInvalid, "the network is not the id of a VLAN")
	case len(spec.Networks) > 1:
		return refuse(providers.ErrInvalid, "a server is made on one VLAN")
	case len(spec.Networks) == 1 && (spec.Networks[0].IP != "" || spec.Networks[0].MAC != ""):
		return refuse(providers.ErrUnsupported, "FlexiScale chooses addresses itself")
	case spec.Zone != "":
		return refuse(providers.ErrInvalid, "FlexiScale has no zones")
	case len(spec.Volumes) > 0:
		return refuse(providers.ErrUnsupported, "FlexiScale attaches no disks")
	case spec.KeyName != "" || spec.PublicKey != "":
		return refuse(providers.ErrUnsupported, "FlexiScale sets passwords and takes no keys")
	case len(spec.UserData) > 0:
		return refuse(providers.ErrUnsupported, "FlexiScale takes no user data")
	}
	return w, nil
}

func whole(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}

// complete looks for the image, since what the cloud says of an unknown one is
// not on record, and for the package and VLAN that are not given.
func (p *Provider) complete(ctx context.Context, w *wish) error {
	images, err := p.images(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(images, func(i providers.Image) bool { return i.ID == w.image }) {
		return providers.Errorf(providers.ErrInvalid, createOp, "there is no image with the id %s", w.image)
	}
	for _, part := range []struct {
		into              *int64
		op, member, thing string
	}{
		{&w.packageID, "ListPackages", "package_id", "package_id is not set"},
		{&w.vlan, "ListVlans", "vlan_id", "no network is given, default_network is not set"},
	} {
		if *part.into != 0 {
			continue
		}
		rows, err := p.list(ctx, part.op, all())
		if err != nil {
			return err
		}
		if len(rows.items) != 1 {
			return providers.Errorf(providers.ErrInvalid, createOp, "%s, and the account has %d to choose from", part.thing, len(rows.items))
		}
		*part.into = rows.items[0].number(part.member)
		if err := rows.err(); err != nil {
			return err
		}
	}
	return nil
}

// params are those of CreateServer; the disk is in GB.
func (w wish) params() []param {
	image, _ := whole(w.image) // it is one that the cloud listed
	return []param{
		object("specification", "Server",
			str("server_name", w.name), num("package_id", w.packageID),
			num("processors", int64(w.size.Processors)), num("memory", int64(w.size.MemoryMiB)),
			object("operating_system_image", "OperatingSystemImage", num("operating_system_image_id", image)),
			long("disk_capacity", int64(w.size.DiskGiB))),
		object("vlan", "Vlan", num("vlan_id", w.vlan)),
	}
}
