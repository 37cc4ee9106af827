package suncloud

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"

	"occigate/providers"
)

// public is the network that stands for public addresses. The cloud has no
// resource for it.
const public = "public"

// Networks lists the VNets of all clusters, and the pool of public addresses.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	t, err := p.tree(ctx)
	if err != nil {
		return nil, err
	}
	networks := make([]providers.Network, 0, len(t.vnets)+1)
	for _, n := range t.vnets {
		networks = append(networks, t.network(n))
	}
	return append(networks, providers.Network{
		ID: public, Name: public, Public: true, External: true, Shared: true, State: providers.ResourceOnline,
	}), nil
}

// Network finds one of them.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	all, err := p.Networks(ctx)
	if err != nil {
		return providers.Network{}, err
	}
	i := slices.IndexFunc(all, func(n providers.Network) bool { return n.ID == id })
	if i < 0 {
		return providers.Network{}, noNetwork(id)
	}
	return all[i], nil
}

func noNetwork(id string) error {
	return providers.Errorf(providers.ErrNotFound, "GET VDC", "there is no network %q", id)
}

// network maps a VNet. It has a mask but no address: the range shows only once
// something is plugged in.
func (t tree) network(n vnet) providers.Network {
	out := providers.Network{
		ID: n.URI, Name: n.Name, Zone: n.Cluster, Dynamic: true, State: providers.ResourceOnline, Token: tokenOf(n.Tags),
	}
	for _, i := range t.plugged(n.URI) {
		if out.CIDR = prefix(i.IP, n.Netmask); out.CIDR != "" {
			break
		}
	}
	return out
}

// plugged are the interfaces in a VNet.
func (t tree) plugged(vnet string) (all []nic) {
	for _, m := range t.vms {
		for _, i := range m.Interfaces {
			if i.VNet == vnet {
				all = append(all, i)
			}
		}
	}
	return all
}

// prefix is the range of an address with a mask in dots, empty when either is
// none.
func prefix(ip, mask string) string {
	address, err := netip.ParseAddr(ip)
	ones, bits := net.IPMask(net.ParseIP(mask).To4()).Size()
	if err != nil || bits == 0 {
		return ""
	}
	p, err := address.Prefix(ones)
	if err != nil {
		return ""
	}
	return p.String()
}

// CreateNetwork makes a VNet, whose range is the cloud's to choose. The same
// token makes no second one.
func (p *Provider) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	const op = "POST VNet"
	none := providers.Network{}
	if spec.CIDR != "" || spec.Gateway != "" || spec.VLAN != 0 || spec.Static || spec.Public {
		return none, "", providers.Errorf(providers.ErrUnsupported, op, "a VNet takes a name and nothing else")
	}
	t, err := p.tree(ctx)
	if err != nil {
		return none, "", err
	}
	for _, n := range t.vnets {
		if spec.Token != "" && tokenOf(n.Tags) == spec.Token {
			return t.network(n), "", nil
		}
	}
	in, err := p.cluster(t, spec.Zone)
	if err != nil {
		return none, "", err
	}
	n := vnet{Name: cmp.Or(spec.Name, "network-"+spec.Token), Cluster: in.URI, Tags: []string{tokenTag + spec.Token}}
	body := map[string]any{"name": n.Name, "tags": n.Tags}
	target, next, err := p.change(ctx, call{method: http.MethodPost, uri: in.URI, kind: "VNet", body: body}, ticket{Kind: "VNet", Made: true})
	if err != nil {
		return none, "", err
	}
	n.URI = target
	return tree{}.network(n), next, nil
}

// DeleteNetwork deletes a VNet. The cloud would unplug its VMs without a word,
// so that one in use is refused here; a VM that is plugged in at the same
// moment is not seen.
func (p *Provider) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	const op = "DELETE VNet"
	t, err := p.tree(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case id == public:
		return "", providers.Errorf(providers.ErrUnsupported, op, "the network public cannot be deleted")
	case !slices.ContainsFunc(t.vnets, func(n vnet) bool { return n.URI == id }):
		return "", noNetwork(id)
	case len(t.plugged(id)) > 0:
		return "", providers.Errorf(providers.ErrConflict, op, "%d VMs are plugged into the VNet", len(t.plugged(id)))
	}
	return p.delete(ctx, id, "VNet")
}

// plugged maps an interface. It has no URI: its id is that of what it connects
// with, which a VM has once.
func (i nic) plugged(server string) providers.Interface {
	return providers.Interface{
		ID: cmp.Or(i.VNet, i.Address, i.NIC), ServerID: server, NetworkID: cmp.Or(i.VNet, public), Device: i.NIC, MAC: i.MAC,
		IP: i.IP, Public: i.Address != "", Static: i.Address != "", State: providers.ResourceOnline,
	}
}

// AttachInterface plugs a VM into a VNet. The cloud chooses address and MAC.
func (p *Provider) AttachInterface(ctx context.Context, spec providers.InterfaceSpec) (providers.Interface, providers.Ticket, error) {
	const op = "attach VNet"
	none := providers.Interface{}
	switch {
	case spec.NetworkID == public:
		return none, "", providers.Errorf(providers.ErrInvalid, op, "public addresses are assigned")
	case spec.IP != "" || spec.MAC != "":
		return none, "", providers.Errorf(providers.ErrUnsupported, op, "the cloud chooses address and MAC")
	}
	m, err := p.vm(ctx, spec.ServerID)
	if err != nil {
		return none, "", err
	}
	next, err := p.plug(ctx, op, m.Attach, nic{VNet: spec.NetworkID})
	if err != nil {
		return none, "", err
	}
	i := nic{VNet: spec.NetworkID}.plugged(m.URI)
	i.State = providers.ResourcePending
	return i, next, nil
}

// DetachInterface unplugs a VM from a VNet, or takes a public address off it.
func (p *Provider) DetachInterface(ctx context.Context, serverID, interfaceID string) (providers.Ticket, error) {
	m, err := p.vm(ctx, serverID)
	if err != nil {
		return "", err
	}
	for _, i := range m.Interfaces {
		if i.VNet+i.Address == interfaceID {
			return p.plug(ctx, "detach", m.Detach, i)
		}
	}
	return "", providers.Errorf(providers.ErrNotFound, "detach", "the VM has no such interface")
}

// plug follows a VM's link attach or detach with the URI of a VNet or an
// address.
func (p *Provider) plug(ctx context.Context, op, link string, i nic) (providers.Ticket, error) {
	if link == "" {
		return "", providers.Errorf(providers.ErrConflict, op, "the VM has no link for it now")
	}
	kind := "VNet"
	if i.Address != "" {
		kind = "PublicAddress"
	}
	return p.follow(ctx, call{uri: link, kind: kind, op: op, body: map[string]string{"uri": i.VNet + i.Address}})
}
