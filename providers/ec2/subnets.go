package ec2

import (
	"cmp"
	"context"
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// subnets lists the subnets that fit all filters, of all pages.
func (p *Provider) subnets(ctx context.Context, filters ...types.Filter) ([]types.Subnet, error) {
	return pages("DescribeSubnets", func(token *string) ([]types.Subnet, *string, error) {
		in := &sdk.DescribeSubnetsInput{Filters: filters, MaxResults: aws.Int32(pageSize), NextToken: token}
		out, err := read(ctx, p.api.DescribeSubnets, in)
		if err != nil {
			return nil, nil, err
		}
		return out.Subnets, out.NextToken, nil
	})
}

// subnet reads one subnet.
func (p *Provider) subnet(ctx context.Context, id string) (types.Subnet, error) {
	const operation = "DescribeSubnets"
	if err := known(operation, id); err != nil {
		return types.Subnet{}, err
	}
	out, err := read(ctx, p.api.DescribeSubnets, &sdk.DescribeSubnetsInput{SubnetIds: []string{id}})
	if err != nil {
		return types.Subnet{}, err
	}
	for _, s := range out.Subnets {
		if value(s.SubnetId) == id {
			return s, nil
		}
	}
	return types.Subnet{}, notFound(operation, id)
}

// vpc is the configured VPC, else the region's default one.
func (p *Provider) vpc(ctx context.Context) (types.Vpc, error) {
	in := &sdk.DescribeVpcsInput{VpcIds: []string{p.settings.VPC}}
	if p.settings.VPC == "" {
		in = &sdk.DescribeVpcsInput{Filters: []types.Filter{filter("is-default", "true")}}
	}
	out, err := read(ctx, p.api.DescribeVpcs, in)
	if err != nil {
		return types.Vpc{}, err
	}
	if len(out.Vpcs) == 0 {
		return types.Vpc{}, providers.Errorf(providers.ErrConflict, "DescribeVpcs", "the region has no default VPC; set vpc")
	}
	return out.Vpcs[0], nil
}

// someSubnet chooses a subnet for a server that names none: the only one of the
// configured VPC, or one of the region's default subnets. zone narrows the
// choice when it is not empty. The choice is the same every time, since the
// client token of a create covers it.
func (p *Provider) someSubnet(ctx context.Context, zone string) (string, error) {
	filters := []types.Filter{filter("default-for-az", "true")}
	if p.settings.VPC != "" {
		filters = []types.Filter{filter("vpc-id", p.settings.VPC)}
	}
	if zone != "" {
		filters = append(filters, filter("availability-zone", zone))
	}
	found, err := p.subnets(ctx, filters...)
	if err != nil {
		return "", err
	}
	ids := make([]string, len(found))
	for n, s := range found {
		ids[n] = value(s.SubnetId)
	}
	slices.Sort(ids)
	switch {
	case len(ids) == 0:
		return "", providers.Errorf(providers.ErrConflict, "DescribeSubnets", "there is no subnet to use; name a network or set default_network")
	case len(ids) > 1 && p.settings.VPC != "":
		return "", providers.Errorf(providers.ErrConflict, "DescribeSubnets",
			"%s has several subnets; name a network or set default_network to one of %v", p.settings.VPC, ids)
	}
	return ids[0], nil
}

// freeRange is the next free range of a VPC.
func (p *Provider) freeRange(ctx context.Context, vpc types.Vpc) (string, error) {
	used, err := p.subnets(ctx, filter("vpc-id", value(vpc.VpcId)))
	if err != nil {
		return "", err
	}
	var taken []netip.Prefix
	for _, s := range used {
		if block, err := netip.ParsePrefix(value(s.CidrBlock)); err == nil {
			taken = append(taken, block)
		}
	}
	for _, cidr := range ranges(vpc) {
		block, err := netip.ParsePrefix(cidr)
		if err != nil {
			continue
		}
		if free, found := freeBlock(block, taken); found {
			return free.String(), nil
		}
	}
	return "", providers.Errorf(providers.ErrQuota, "CreateSubnet", "%s has no free /%d left; ask for a range, or add one to the VPC", value(vpc.VpcId), blockBits)
}

// ranges are the IPv4 ranges of a VPC, the first one first.
func ranges(vpc types.Vpc) []string {
	all := []string{value(vpc.CidrBlock)}
	for _, a := range vpc.CidrBlockAssociationSet {
		usable := a.CidrBlockState == nil || cmp.Or(a.CidrBlockState.State, types.VpcCidrBlockStateCodeAssociated) == types.VpcCidrBlockStateCodeAssociated
		if cidr := value(a.CidrBlock); usable && !slices.Contains(all, cidr) {
			all = append(all, cidr)
		}
	}
	return all
}

// blockBits is the size of a range that is chosen by itself: 256 addresses, or
// the whole of a VPC that has fewer.
const blockBits = 24

// freeBlock is the lowest block of blockBits within an IPv4 range that overlaps
// with none of the taken ones.
func freeBlock(within netip.Prefix, taken []netip.Prefix) (netip.Prefix, bool) {
	within = within.Masked()
	bits := max(blockBits, within.Bits())
	if !within.Addr().Is4() {
		return netip.Prefix{}, false
	}
	first := within.Addr().As4()
	start, step := uint64(binary.BigEndian.Uint32(first[:])), uint64(1)<<(32-bits)
	for at := start; at < start+1<<(32-within.Bits()); at += step {
		var address [4]byte
		binary.BigEndian.PutUint32(address[:], uint32(at))
		block := netip.PrefixFrom(netip.AddrFrom4(address), bits)
		if !slices.ContainsFunc(taken, block.Overlaps) {
			return block, true
		}
	}
	return netip.Prefix{}, false
}
