package ec2

import (
	"cmp"
	"context"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/undo"
)

// publicNetwork is the pool of public addresses. A server created in it gets a
// public address assigned by EC2 on its first interface; addresses reserved
// from it are Elastic IP addresses.
var publicNetwork = providers.Network{
	ID: public, Name: public, State: providers.ResourceOnline,
	Dynamic: true, Public: true, External: true, AtCreate: true, Shared: true,
}

// Networks lists the subnets of all pages and the pool of public addresses.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	account, err := p.account(ctx)
	if err != nil {
		return nil, err
	}
	subnets, err := p.subnets(ctx)
	if err != nil {
		return nil, err
	}
	all := []providers.Network{publicNetwork}
	for _, s := range subnets {
		all = append(all, network(s, account))
	}
	return listing.Networks(all, nil)
}

// Network reads one subnet, or the pool of public addresses.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	if id == public {
		return publicNetwork, nil
	}
	account, err := p.account(ctx)
	if err != nil {
		return providers.Network{}, err
	}
	s, err := p.subnet(ctx, id)
	if err != nil {
		return providers.Network{}, err
	}
	return network(s, account), nil
}

// CreateNetwork makes a subnet in the configured or default VPC, of the range
// asked for or the next free one. EC2 has no key that would make the call
// repeatable; the token is found again by its tag.
func (p *Provider) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	const operation = "CreateSubnet"
	if spec.VLAN != 0 || spec.Static {
		return providers.Network{}, "", providers.Errorf(providers.ErrUnsupported, operation, "a subnet has no VLAN and always gives addresses by DHCP")
	}
	vpc, err := p.vpc(ctx)
	if err != nil {
		return providers.Network{}, "", err
	}
	cidr := spec.CIDR
	if cidr == "" {
		if cidr, err = p.freeRange(ctx, vpc); err != nil {
			return providers.Network{}, "", err
		}
	}
	if spec.Gateway != "" && spec.Gateway != router(cidr) {
		return providers.Network{}, "", providers.Errorf(providers.ErrUnsupported, operation, "the gateway of %s is always %s", cidr, router(cidr))
	}
	out, err := change(ctx, p.api.CreateSubnet, &sdk.CreateSubnetInput{
		VpcId:             vpc.VpcId,
		CidrBlock:         aws.String(cidr),
		AvailabilityZone:  some(cmp.Or(spec.Zone, p.settings.Zone)),
		TagSpecifications: tagged(types.ResourceTypeSubnet, ownTags(spec.Name, spec.Token)),
	})
	if err != nil {
		return providers.Network{}, "", err
	}
	if out.Subnet == nil {
		return providers.Network{}, "", providers.Errorf(providers.ErrUnavailable, operation, "the answer holds no subnet")
	}
	made := network(*out.Subnet, value(out.Subnet.OwnerId))
	if !spec.Public {
		return made, "", nil
	}
	if err := p.publish(ctx, made.ID); err != nil {
		return providers.Network{}, "", err
	}
	made.Public = true
	return made, "", nil
}

// publish lets the servers of a new subnet have public addresses, or deletes
// the subnet again.
func (p *Provider) publish(ctx context.Context, id string) error {
	_, err := keyed(ctx, p.api.ModifySubnetAttribute, &sdk.ModifySubnetAttributeInput{
		SubnetId:            aws.String(id),
		MapPublicIpOnLaunch: &types.AttributeBooleanValue{Value: aws.Bool(true)},
	})
	if err == nil {
		return nil
	}
	return undo.After(ctx, err, "subnet "+id, func(ctx context.Context) error {
		_, err := p.DeleteNetwork(ctx, id)
		return err
	})
}

// DeleteNetwork deletes a subnet that nothing is plugged into.
func (p *Provider) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	const operation = "DeleteSubnet"
	if id == public {
		return "", providers.Errorf(providers.ErrUnsupported, operation, "the pool of public addresses cannot be deleted")
	}
	if err := known(operation, id); err != nil {
		return "", err
	}
	_, err := change(ctx, p.api.DeleteSubnet, &sdk.DeleteSubnetInput{SubnetId: aws.String(id)})
	return "", err
}

// networkStates is what EC2's states mean (API Reference, Subnet, state).
var networkStates = map[types.SubnetState]providers.ResourceState{
	types.SubnetStatePending:   providers.ResourcePending,
	types.SubnetStateAvailable: providers.ResourceOnline,
}

// network translates a subnet as the account sees it. EC2 does not tell when a
// subnet was made.
func network(s types.Subnet, account string) providers.Network {
	cidr := value(s.CidrBlock)
	for _, six := range s.Ipv6CidrBlockAssociationSet {
		cidr = cmp.Or(cidr, value(six.Ipv6CidrBlock))
	}
	return providers.Network{
		ID:          value(s.SubnetId),
		Name:        tag(s.Tags, tagName),
		Zone:        value(s.AvailabilityZone),
		CIDR:        cidr,
		Gateway:     router(cidr),
		Dynamic:     true,
		Public:      value(s.MapPublicIpOnLaunch),
		Shared:      value(s.OwnerId) != "" && value(s.OwnerId) != account,
		State:       cmp.Or(networkStates[s.State], providers.ResourceOffline),
		NativeState: string(s.State),
		Token:       tag(s.Tags, tagToken),
	}
}

// router is the address of the VPC's router in an IPv4 subnet, always the one
// after the network's own (VPC User Guide, "Subnet sizing for IPv4").
func router(cidr string) string {
	block, err := netip.ParsePrefix(cidr)
	if err != nil || !block.Addr().Is4() {
		return ""
	}
	return block.Masked().Addr().Next().String()
}
