package flexiscale

import (
	"cmp"
	"context"
	"net/netip"
	"slices"

	"occigate/providers"
)

// Networks lists the VLANs, which cannot be made or deleted: a call for them and
// one for their ranges of addresses. A range is no CIDR, so that none is told.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := p.list(ctx, "ListVlans", all())
	if err != nil {
		return nil, err
	}
	blocks, err := p.blocks(ctx)
	if err != nil {
		return nil, err
	}
	networks := make([]providers.Network, 0, len(rows.items))
	for _, r := range rows.items {
		n := providers.Network{ID: r.id("vlan_id"), Name: r.text("vlan_name"), Shared: true, State: providers.ResourceOnline}
		n.Name = cmp.Or(n.Name, n.ID)
		n.Public = slices.ContainsFunc(blocks, func(b block) bool { return b.vlan == n.ID && public(b.start.String()) })
		networks = append(networks, n)
	}
	return networks, rows.err()
}

// Network finds one of them.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	networks, err := p.Networks(ctx)
	if err != nil {
		return providers.Network{}, err
	}
	for _, n := range networks {
		if n.ID == id {
			return n, nil
		}
	}
	return providers.Network{}, providers.Errorf(providers.ErrNotFound, "ListVlans", "there is no VLAN with the id %s", id)
}

// block is a range of addresses of a VLAN, both ends included (inferred).
type block struct {
	vlan       string
	start, end netip.Addr
}

// blocks lists the ranges. One that makes no sense to us is left out: it says
// only where addresses belong.
func (p *Provider) blocks(ctx context.Context) (blocks []block, err error) {
	rows, err := p.list(ctx, "ListIpBlocks", all())
	if err != nil {
		return nil, err
	}
	for _, r := range rows.items {
		start, startErr := netip.ParseAddr(r.text("start_ip"))
		end, endErr := netip.ParseAddr(r.text("end_ip"))
		if startErr == nil && endErr == nil {
			blocks = append(blocks, block{r.text("customer_vlan_id"), start, end})
		}
	}
	return blocks, rows.err()
}

// holds reports whether an address is in a range of the VLAN.
func holds(blocks []block, vlan, ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && slices.ContainsFunc(blocks, func(b block) bool {
		return b.vlan == vlan && a.Compare(b.start) >= 0 && a.Compare(b.end) <= 0
	})
}

func public(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && !a.IsPrivate() && !a.IsLoopback()
}
