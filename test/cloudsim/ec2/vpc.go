package ec2

import (
	"net/netip"
	"time"
)

// defaultRange is the range of every account's default VPC (Amazon VPC User
// Guide, "Default VPC components").
const defaultRange = "172.31.0.0/16"

// vpc is a virtual private cloud.
type vpc struct {
	resource
	phase   phase
	prefix  netip.Prefix
	isFirst bool // the default VPC
}

type vpcItem struct {
	ID      string     `xml:"vpcId"`
	Owner   string     `xml:"ownerId"`
	State   string     `xml:"state"`
	Block   string     `xml:"cidrBlock"`
	Blocks  []vpcBlock `xml:"cidrBlockAssociationSet>item"`
	DHCP    string     `xml:"dhcpOptionsId"`
	Tenancy string     `xml:"instanceTenancy"`
	Default bool       `xml:"isDefault"`
	Tags    []tag      `xml:"tagSet>item"`
}

type vpcBlock struct {
	ID    string `xml:"associationId"`
	Block string `xml:"cidrBlock"`
	State string `xml:"cidrBlockState>state"`
}

func (c *Cloud) vpcItem(v *vpc) vpcItem {
	return vpcItem{
		ID: v.id, Owner: c.opts.Account, State: v.phase.state, Block: v.prefix.String(),
		Blocks: []vpcBlock{{"vpc-cidr-assoc-" + v.id[len(vpcKind.prefix):], v.prefix.String(), "associated"}},
		DHCP:   "default", Tenancy: "default", Default: v.isFirst, Tags: tagSet(&v.resource),
	}
}

// addDefaultNetwork makes the default VPC with a subnet in each zone.
func (c *Cloud) addDefaultNetwork(now time.Time) {
	v := c.addVPC(resource{c.id(vpcKind.prefix), now, map[string]string{}}, netip.MustParsePrefix(defaultRange))
	v.phase, v.isFirst = phase{state: "available"}, true
	at := v.prefix.Addr().As4()
	for i, zone := range c.zones() {
		at[2] = byte(16 * i)
		c.subnets.add(&subnet{
			resource: resource{c.id(subnetKind.prefix), now, map[string]string{}}, phase: phase{state: "available"},
			vpc: v, prefix: netip.PrefixFrom(netip.AddrFrom4(at), 20), zone: zone,
			isFirst: true, givesPublic: true, used: map[netip.Addr]bool{},
		})
	}
}

// addVPC makes a VPC with its default security group.
func (c *Cloud) addVPC(r resource, prefix netip.Prefix) *vpc {
	v := &vpc{resource: r, prefix: prefix.Masked()}
	c.vpcs.add(v)
	c.groups.add(&securityGroup{
		resource: resource{c.id(groupKind.prefix), r.born, map[string]string{}}, vpc: v,
		name: "default", description: "default VPC security group",
	})
	return v
}

var vpcListing = listing[*vpc]{least: 5, most: 1000, filters: map[string]filter[*vpc]{
	"cidr":                              of(func(v *vpc) string { return v.prefix.String() }),
	"cidr-block-association.cidr-block": of(func(v *vpc) string { return v.prefix.String() }),
	"is-default":                        of(func(v *vpc) string { return boolText(v.isFirst) }),
	"isDefault":                         of(func(v *vpc) string { return boolText(v.isFirst) }),
	"state":                             of(func(v *vpc) string { return v.phase.state }),
	"vpc-id":                            of(func(v *vpc) string { return v.id }),
}}

func describeVpcs(c *call) (any, error) {
	found, next, err := describe(c, &c.vpcs, vpcListing)
	answer := struct {
		VPCs []vpcItem `xml:"vpcSet>item"`
		Next string    `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, v := range found {
		answer.VPCs = append(answer.VPCs, c.vpcItem(v))
	}
	return answer, err
}

// block reads a CIDR block of between 16 and 65,536 addresses.
func block(text, rangeCode string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() {
		return prefix, fail("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", text)
	}
	if prefix.Bits() < 16 || prefix.Bits() > 28 {
		return prefix, fail(rangeCode, "The CIDR '%s' is invalid.", text)
	}
	return prefix.Masked(), nil
}

func createVpc(c *call) (any, error) {
	tags, err := c.specified("vpc")
	if err != nil {
		return nil, err
	}
	prefix, err := block(c.text("CidrBlock"), "InvalidVpc.Range")
	if err != nil {
		return nil, err
	}
	if len(c.vpcs.order) >= c.opts.MaxVPCs {
		return nil, fail("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
	}
	v := c.addVPC(c.fresh(vpcKind, tags["vpc"]), prefix)
	v.phase = c.passing(c.now, "pending", "available")
	return struct {
		VPC vpcItem `xml:"vpc"`
	}{c.vpcItem(v)}, nil
}

// deleteVpc removes a VPC that holds nothing but its default security group.
func deleteVpc(c *call) (any, error) {
	v, err := c.vpcs.find(c.text("VpcId"))
	if err != nil {
		return nil, err
	}
	for _, s := range c.subnets.all() {
		if s.vpc == v {
			return nil, fail("DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", v.id)
		}
	}
	for _, g := range c.groups.all() {
		if g.vpc == v {
			c.groups.remove(g)
		}
	}
	c.vpcs.remove(v)
	return done{true}, nil
}
