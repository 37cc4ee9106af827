package openstack

import (
	"cmp"
	"context"
	"net/netip"

	"occigate/providers"
	"occigate/providers/internal/undo"
)

// CreateNetwork makes a network and its IPv4 subnet: a free private /24 where
// no CIDR is asked for. When the subnet fails, the network is removed. Networks
// span all zones, so spec.Zone is not used; a VLAN id and a public network are
// an administrator's to make: [providers.ErrUnsupported].
func (p *Provider) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	const op = "POST /networks"
	if spec.VLAN != 0 || spec.Public {
		return providers.Network{}, "", providers.Errorf(providers.ErrUnsupported, op, "only an administrator can choose a VLAN or make a public network")
	}
	cidr, err := p.cidr(ctx, spec.CIDR)
	if err != nil {
		return providers.Network{}, "", err
	}
	var made struct{ Network networkRow }
	err = p.do(ctx, request{to: network, op: op, body: map[string]any{"network": map[string]any{
		"name": cmp.Or(spec.Name, "network-"+spec.Token), "description": note(spec.Token), "admin_state_up": true,
	}}, into: &made})
	if err != nil {
		return providers.Network{}, "", err
	}
	subnet, err := p.createSubnet(ctx, made.Network, cidr, spec)
	if err != nil {
		return providers.Network{}, "", p.removeNetwork(ctx, made.Network.ID, err)
	}
	made.Network.Subnets = []string{subnet.ID}
	return made.Network.network(p.session.grant.Load().project, []subnetRow{subnet}), "", nil
}

func (p *Provider) createSubnet(ctx context.Context, of networkRow, cidr string, spec providers.NetworkSpec) (subnetRow, error) {
	wish := map[string]any{
		"network_id": of.ID, "name": of.Name, "ip_version": ipVersion(cidr), "cidr": cidr, "enable_dhcp": !spec.Static,
	}
	if spec.Gateway != "" {
		wish["gateway_ip"] = spec.Gateway
	}
	var answer struct{ Subnet subnetRow }
	err := p.do(ctx, request{to: network, op: "POST /subnets", body: map[string]any{"subnet": wish}, into: &answer})
	return answer.Subnet, err
}

func ipVersion(cidr string) int {
	if prefix, err := netip.ParsePrefix(cidr); err == nil && prefix.Addr().Is6() {
		return 6
	}
	return 4
}

// removeNetwork takes back a network whose subnet has failed.
func (p *Provider) removeNetwork(ctx context.Context, id string, cause error) error {
	return undo.After(ctx, cause, "network "+id, func(ctx context.Context) error {
		_, err := p.DeleteNetwork(ctx, id)
		return err
	})
}

// cidr is the range asked for, else one that no subnet in sight overlaps.
func (p *Provider) cidr(ctx context.Context, asked string) (string, error) {
	const op = "POST /subnets"
	if asked != "" {
		if _, err := netip.ParsePrefix(asked); err != nil {
			return "", providers.Errorf(providers.ErrInvalid, op, "%q is no network in CIDR form", asked)
		}
		return asked, nil
	}
	subnets, err := p.subnets(ctx, nil)
	if err != nil {
		return "", err
	}
	free, ok := freeRange(subnets)
	if !ok {
		return "", providers.Errorf(providers.ErrQuota, op, "no private /24 is free")
	}
	return free.String(), nil
}

// freeRange finds the first /24 of 192.168.0.0/16, then of 10.0.0.0/8, that
// overlaps no subnet.
func freeRange(subnets []subnetRow) (netip.Prefix, bool) {
	var taken []netip.Prefix
	for _, s := range subnets {
		if prefix, err := netip.ParsePrefix(s.CIDR); err == nil {
			taken = append(taken, prefix)
		}
	}
	free := func(p netip.Prefix) bool {
		for _, t := range taken {
			if t.Overlaps(p) {
				return false
			}
		}
		return true
	}
	for n := range 256 {
		if p := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, byte(n), 0}), 24); free(p) {
			return p, true
		}
	}
	for n := range 1 << 16 {
		if p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n >> 8), byte(n), 0}), 24); free(p) {
			return p, true
		}
	}
	return netip.Prefix{}, false
}
