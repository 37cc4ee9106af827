package gogrid

import (
	"context"

	"occigate/providers"
)

// The networks of a datacenter. The cloud has no object for them: they are made
// from the subnets of the account's addresses.
const (
	public  = "public"
	private = "private"
)

// Networks lists the two networks of the datacenter, with the range of the
// account's first block in each. They cannot be made or deleted.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := list[ipRow](ctx, p, "grid/ip/list", p.inDatacenter())
	if err != nil {
		return nil, err
	}
	networks := []providers.Network{
		{ID: public, Name: public, Public: true},
		{ID: private, Name: private},
	}
	for i := range networks {
		n := &networks[i]
		n.Zone, n.Shared, n.State = p.settings.Datacenter, true, providers.ResourceOnline
		for _, r := range rows {
			if r.Public != n.Public {
				continue
			}
			n.Zone = r.Datacenter.Name
			if n.CIDR = prefix(r.Subnet); n.CIDR != "" {
				break
			}
		}
	}
	return networks, nil
}

// Network finds one of the two.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	all, err := p.Networks(ctx)
	if err != nil {
		return providers.Network{}, err
	}
	for _, n := range all {
		if n.ID == id {
			return n, nil
		}
	}
	return providers.Network{}, providers.Errorf(providers.ErrNotFound, "grid/ip/list", "there is no network %q, only public and private", id)
}

// addressStates are the states of addresses (lookup ip.state). Assigned means in
// use or set aside, also by load balancers.
var addressStates = map[string]providers.ResourceState{
	"Assigned":   providers.ResourceOnline,
	"Unassigned": providers.ResourceOffline,
}

// Addresses lists the account's public addresses in the datacenter with the
// servers that have them: a listing of addresses and one of servers.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	args := p.inDatacenter()
	args.Set("ip.type", "Public")
	rows, err := list[ipRow](ctx, p, "grid/ip/list", args)
	if err != nil {
		return nil, err
	}
	servers, err := p.serverRows(ctx)
	if err != nil {
		return nil, err
	}
	holder := map[string]string{}
	for _, s := range servers {
		holder[s.IP.IP] = s.ID.String()
	}
	addresses := make([]providers.Address, 0, len(rows))
	for _, r := range rows {
		a := providers.Address{
			ID: r.ID.String(), IP: r.IP, NetworkID: public, ServerID: holder[r.IP],
			State: addressStates[r.State.Name], NativeState: r.State.Name,
		}
		if a.ServerID != "" {
			a.InterfaceID = public
		}
		if a.State == "" {
			a.State = providers.ResourcePending
		}
		addresses = append(addresses, a)
	}
	return addresses, nil
}
