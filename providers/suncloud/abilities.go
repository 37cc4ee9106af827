package suncloud

import (
	"cmp"
	"context"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/limits"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/naming"
	"occigate/providers/internal/power"
	"occigate/providers/internal/tickets"
)

// ticket is work that needs further steps.
type ticket struct {
	work
	ID    string `json:"id,omitempty"`    // of what the work makes
	Start bool   `json:"start,omitempty"` // that is started then
}

// text is empty when nothing is left to do.
func (t ticket) text() providers.Ticket {
	if t.Status == "" && !t.Start {
		return ""
	}
	return tickets.Text(t)
}

// left is the ticket of work that makes nothing.
func left(w work, err error) (providers.Ticket, error) { return ticket{work: w}.text(), err }

// Poll takes one step: it asks for the Status of work until it is done, and
// starts a new VM then.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var now ticket
	if err := tickets.Read(t, &now); err != nil || now.Target == "" {
		return providers.Progress{}, tickets.Foreign()
	}
	if now.Status == "" {
		return p.pollStart(ctx, now)
	}
	left, message, err := p.cloud.ask(ctx, now.work)
	now.work = left
	return providers.Progress{Ticket: now.text(), ID: now.ID, Message: message}, err
}

// pollStart starts a new VM once it has the controller for it. One that has run
// before is left as it is.
func (p *Provider) pollStart(ctx context.Context, now ticket) (providers.Progress, error) {
	m, err := p.cloud.vm(ctx, now.Target)
	progress := providers.Progress{ID: now.ID, Message: m.State}
	switch {
	case err != nil || !m.fresh():
	case p.server(m).Offers(providers.PowerStart):
		progress.Ticket, err = p.Power(ctx, now.Target, providers.PowerStart)
	default: // it has no controller for it yet
		progress.Ticket = now.text()
	}
	return progress, err
}

// controllers are the names of what does an operation; one example of the
// specification calls stop halt. Those that a VM has are legal now.
var controllers = power.Orders[[]string]{
	providers.PowerStart:     {"start", "resume"},
	providers.PowerStop:      {"stop", "halt"},
	providers.PowerReboot:    {"reboot"},
	providers.PowerHibernate: {"hibernate"},
}

// powerOps is the order in which operations are offered.
var powerOps = []providers.PowerOp{providers.PowerStart, providers.PowerStop, providers.PowerReboot, providers.PowerHibernate}

// Power follows a controller of the VM as it is now.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	var m vm
	return controllers.Carry(ctx, op, power.Target[[]string]{
		ID: id,
		Look: func(ctx context.Context, id string) (_ providers.Server, err error) {
			m, err = p.cloud.vm(ctx, id)
			return p.server(m), err
		},
		Give: func(ctx context.Context, _ string, names []string) (providers.Ticket, error) {
			return left(p.cloud.control(ctx, m, names))
		},
	})
}

// BackUpServer makes a backup, which is the VM's: the cloud restores it into that
// VM and makes nothing else of it. Names are unique in a VM and end in a part of
// the token, so that the same one makes no second backup.
func (p *Provider) BackUpServer(ctx context.Context, id string, spec providers.ImageSpec) (providers.Ticket, error) {
	body := named{Name: naming.Distinct(cmp.Or(spec.Name, "backup"), spec.Token), Tags: tagged(spec.Token)}
	m, err := p.cloud.vm(ctx, id)
	if err != nil || m.hasBackup(body.Name) {
		return "", err
	}
	return left(p.cloud.backUp(ctx, m, body))
}

// public is the network that stands for public addresses. The cloud has no
// resource for it.
const public = "public"

// Networks lists the VNets of all clusters, and the pool of public addresses.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	t, err := p.cloud.tree(ctx)
	all, err := listing.Networks(listing.Map(t.vnets, err, t.network))
	if err != nil {
		return nil, err
	}
	return append(all, providers.Network{
		ID: public, Name: public, Public: true, External: true, Shared: true, State: providers.ResourceOnline,
	}), nil
}

// Network finds one of them.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	return listing.Network(ctx, "GET VDC", id, p.Networks)
}

// CreateNetwork makes a VNet, whose range is the cloud's to choose. The same
// token makes no second one.
func (p *Provider) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (n providers.Network, _ providers.Ticket, err error) {
	if spec.CIDR != "" || spec.Gateway != "" || spec.VLAN != 0 || spec.Static || spec.Public {
		return n, "", providers.Errorf(providers.ErrUnsupported, "POST VNet", "a VNet takes a name and nothing else")
	}
	t, err := p.cloud.tree(ctx)
	if err != nil {
		return n, "", providers.Unmade(err)
	}
	for _, n := range t.vnets {
		if n.Tags.have(spec.Token) {
			return t.network(n), "", nil
		}
	}
	in, err := p.cluster(t, spec.Zone)
	if err != nil {
		return n, "", err
	}
	body := named{Name: naming.Distinct(cmp.Or(spec.Name, "network"), spec.Token), Tags: tagged(spec.Token)}
	w, err := p.cloud.create(ctx, in.URI, "VNet", body)
	if err != nil {
		return n, "", err
	}
	return t.network(vnet{Name: body.Name, URI: w.Target, Cluster: in.URI, Tags: body.Tags}), ticket{work: w, ID: w.Target}.text(), nil
}

// DeleteNetwork deletes a VNet. The cloud would unplug its VMs without a word,
// so that one in use is refused here; a VM that is plugged in at the same
// moment is not seen.
func (p *Provider) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	const op = "DELETE VNet"
	t, err := p.cloud.tree(ctx)
	switch {
	case err != nil:
		return "", err
	case id == public:
		return "", providers.Errorf(providers.ErrUnsupported, op, "the network public cannot be deleted")
	case !slices.ContainsFunc(t.vnets, func(n vnet) bool { return n.URI == id }):
		return "", listing.NoNetwork("GET VDC", id)
	case len(t.plugged(id)) > 0:
		return "", providers.Errorf(providers.ErrConflict, op, "%d VMs are plugged into the VNet", len(t.plugged(id)))
	}
	return left(p.cloud.remove(ctx, "VNet", id))
}

// AttachInterface plugs a VM into a VNet. The cloud chooses address and MAC.
func (p *Provider) AttachInterface(ctx context.Context, spec providers.InterfaceSpec) (i providers.Interface, _ providers.Ticket, err error) {
	const op = "attach VNet"
	switch {
	case spec.NetworkID == public:
		return i, "", providers.Errorf(providers.ErrInvalid, op, "public addresses are assigned")
	case spec.IP != "" || spec.MAC != "":
		return i, "", providers.Errorf(providers.ErrUnsupported, op, "the cloud chooses address and MAC")
	}
	plug := nic{VNet: spec.NetworkID}
	next, err := left(p.cloud.attach(ctx, spec.ServerID, plug))
	if err != nil {
		return i, "", err
	}
	i = plug.plugged(spec.ServerID)
	i.State = providers.ResourcePending
	return i, next, nil
}

// DetachInterface unplugs a VM from a VNet, or takes a public address off it.
func (p *Provider) DetachInterface(ctx context.Context, serverID, interfaceID string) (providers.Ticket, error) {
	return left(p.cloud.detach(ctx, serverID, interfaceID))
}

// Addresses lists the VDC's public addresses.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	t, err := p.cloud.tree(ctx)
	return listing.Addresses(listing.Map(t.vdc.Addresses, err, address.address))
}

// CreateAddress reserves an address that the cloud chooses. One that is not
// there at once is pending and without IP. The same token makes no second one.
func (p *Provider) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	if err := limits.Address("POST PublicAddress", spec, public); err != nil {
		return providers.Address{}, err
	}
	t, err := p.cloud.tree(ctx)
	a, err := listing.Find(t.vdc.Addresses, err, func(a address) bool { return a.Tags.have(spec.Token) }, nil)
	err = providers.Unmade(err)
	if err == nil && a.URI == "" {
		a, err = p.cloud.createAddress(ctx, t.vdc, named{Name: "address-" + spec.Token, Tags: tagged(spec.Token)})
	}
	return listing.One(a, err, address.address)
}

// DeleteAddress releases an address, attached or not.
func (p *Provider) DeleteAddress(ctx context.Context, id string) error {
	_, err := p.cloud.remove(ctx, "PublicAddress", id)
	return err
}

// AssignAddress attaches an address to a VM.
func (p *Provider) AssignAddress(ctx context.Context, addressID, serverID string) (none providers.Address, _ providers.Ticket, err error) {
	a, err := p.cloud.address(ctx, addressID)
	if err != nil {
		return none, "", err
	}
	next, err := left(p.cloud.attach(ctx, serverID, nic{Address: a.URI}))
	a.VM = serverID
	assigned, err := listing.One(a, err, address.address)
	return assigned, next, err
}

// UnassignAddress detaches an address from the VM that has it; one that is free
// is no error.
func (p *Provider) UnassignAddress(ctx context.Context, addressID string) (providers.Ticket, error) {
	a, err := p.cloud.address(ctx, addressID)
	if err != nil || a.VM == "" {
		return "", err
	}
	return left(p.cloud.detach(ctx, a.VM, a.URI))
}
