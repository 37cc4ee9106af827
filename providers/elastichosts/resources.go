package elastichosts

import (
	"cmp"
	"context"

	"occigate/providers"
	"occigate/providers/internal/condition"
	"occigate/providers/internal/limits"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/naming"
)

// Volumes lists the user's drives, also those that servers boot from.
func (p *Provider) Volumes(ctx context.Context) ([]providers.Volume, error) {
	return listing.All(ctx, p.cloud.volumes, volumeRow.volume)
}

// Volume reads one drive.
func (p *Provider) Volume(ctx context.Context, id string) (providers.Volume, error) {
	return listing.ByID(ctx, id, p.cloud.volume, volumeRow.volume)
}

// driveStates gives the meaning of a drive's status. Active does not mean
// attached; the states of a copy are known from a client only (jclouds).
var driveStates = map[string]providers.ResourceState{
	"active":   providers.ResourceOnline,
	"inactive": providers.ResourceOnline,
	"copying":  providers.ResourcePending,
	"imaging":  providers.ResourcePending,
}

func (r volumeRow) volume() providers.Volume {
	v := providers.Volume{
		ID: lower(r.drive["drive"]), Name: r.drive["name"], SizeGiB: r.drive.number("size") / gib, Token: r.drive[tokenKey],
		State: cmp.Or(driveStates[r.drive["status"]], providers.ResourceOffline), NativeState: r.drive["status"],
	}
	if imaging, copying := r.drive["imaging"]; copying {
		v.State, v.Message = providers.ResourceOffline, "imaging "+percent(imaging)
	}
	for _, at := range r.at {
		v.Attachments = append(v.Attachments, at.attachment())
	}
	return v
}

func (at plug) attachment() providers.Attachment {
	return providers.Attachment{
		ServerID: at.server, VolumeID: at.drive, Device: at.device, State: providers.ResourceOnline, NativeState: at.status,
	}
}

// CreateVolume makes an empty drive of the size in bytes, rounded up to a MiB.
func (p *Provider) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	if spec.Zone != "" || spec.Type != "" {
		return providers.Volume{}, "", providers.Errorf(providers.ErrInvalid, createDriveOp, "there are no zones and types to choose from")
	}
	row, err := p.cloud.createDrive(ctx, newDrive{cmp.Or(spec.Name, "drive-"+spec.Token), spec.SizeGiB, tokenKey, spec.Token})
	return listing.Made(volumeRow{drive: row}, err, volumeRow.volume)
}

// DeleteVolume destroys a drive that no server has.
func (p *Provider) DeleteVolume(ctx context.Context, id string) (providers.Ticket, error) {
	if _, err := p.free(ctx, id); err != nil {
		return "", err
	}
	return "", p.cloud.destroyDrive(ctx, id)
}

// ResizeVolume grows a drive that no server has.
func (p *Provider) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (providers.Ticket, error) {
	v, err := p.free(ctx, id)
	if err = cmp.Or(err, limits.Growth(setDriveOp, v, sizeGiB)); err != nil {
		return "", err
	}
	return "", p.cloud.growDrive(ctx, id, sizeGiB)
}

// free reads a drive and refuses one that is attached.
func (p *Provider) free(ctx context.Context, id string) (providers.Volume, error) {
	v, err := p.Volume(ctx, id)
	if err == nil && len(v.Attachments) > 0 {
		err = providers.Errorf(providers.ErrConflict, "drive", "it is attached to server %s as %s", v.Attachments[0].ServerID, v.Attachments[0].Device)
	}
	return v, err
}

// AttachVolume sets a device of a stopped server; a device that is free is
// chosen where none is asked for.
func (p *Provider) AttachVolume(ctx context.Context, spec providers.AttachmentSpec) (providers.Attachment, providers.Ticket, error) {
	at, err := p.cloud.plugDrive(ctx, spec.ServerID, spec.VolumeID, spec.Device)
	return listing.Made(at, err, plug.attachment)
}

// DetachVolume takes a drive out of a stopped server.
func (p *Provider) DetachVolume(ctx context.Context, serverID, volumeID string) (providers.Ticket, error) {
	return "", p.cloud.unplugDrive(ctx, serverID, volumeID)
}

// builtIn is the public network as if the cloud listed it.
var builtIn = props{"resource": public, "name": public, "type": "built in"}

// Networks lists the public network and the user's VLANs.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := p.cloud.vlans(ctx)
	return listing.Map(append([]props{builtIn}, rows...), err, network)
}

// Network finds one of them.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	return listing.Network(ctx, vlansOp, lower(id), p.Networks)
}

// network maps one. A VLAN is a wire of its own: addresses on it are the guests'
// affair. Our token is behind its name: that resources take keys of the user's
// own is nowhere said; that they have a name is.
func network(r props) providers.Network {
	n := providers.Network{ID: lower(r["resource"]), State: providers.ResourceOnline, NativeState: cmp.Or(r["type"], "vlan")}
	n.Name, n.Token = naming.Unbracket(r["name"])
	n.Dynamic, n.Public, n.Shared = n.ID == public, n.ID == public, n.ID == public
	return n
}

// CreateNetwork makes a VLAN. The cloud gives it no addresses and no number
// that could be chosen.
func (p *Provider) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	if spec.CIDR != "" || spec.Gateway != "" || spec.VLAN != 0 || spec.Zone != "" || spec.Public {
		return providers.Network{}, "", providers.Errorf(providers.ErrUnsupported, createVLANOp, "a VLAN of ElasticHosts has a name and nothing else")
	}
	row, err := p.cloud.createVLAN(ctx, naming.Bracket(cmp.Or(spec.Name, "vlan"), spec.Token, 0))
	return listing.Made(row, err, network)
}

// DeleteNetwork gives a VLAN back.
func (p *Provider) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	if id == public {
		return "", providers.Errorf(providers.ErrUnsupported, destroyVLANOp, "the public network is the cloud's own")
	}
	return "", p.cloud.destroyVLAN(ctx, id)
}

// Addresses lists the static addresses, and the servers for who uses them.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	return listing.All(ctx, p.cloud.addresses, addressRow.address)
}

// address maps one that a server uses, or none. Its id is the address itself;
// there is no place for our token.
func (r addressRow) address() providers.Address {
	return condition.Reserved(providers.Address{ID: r.ip, IP: r.ip, NetworkID: public, ServerID: r.server, InterfaceID: r.slot})
}

// CreateAddress reserves an address that the cloud chooses.
func (p *Provider) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	if err := limits.Address(createStaticOp, spec, public); err != nil {
		return providers.Address{}, err
	}
	row, err := p.cloud.createAddress(ctx)
	return listing.One(row, err, addressRow.address)
}

// DeleteAddress gives an address back.
func (p *Provider) DeleteAddress(ctx context.Context, id string) error {
	return p.cloud.destroyAddress(ctx, id)
}

// AssignAddress makes a stopped server ask for the address at its next start.
func (p *Provider) AssignAddress(ctx context.Context, addressID, serverID string) (providers.Address, providers.Ticket, error) {
	row, err := p.cloud.assignAddress(ctx, addressID, serverID)
	return listing.Made(row, err, addressRow.address)
}

// UnassignAddress lets the stopped server that has the address take any.
func (p *Provider) UnassignAddress(ctx context.Context, addressID string) (providers.Ticket, error) {
	return "", p.cloud.unassignAddress(ctx, addressID)
}
