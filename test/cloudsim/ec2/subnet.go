package ec2

import (
	"net/netip"
)

// reserved is how many addresses of a subnet EC2 keeps for itself: the first
// four and the last (Amazon VPC User Guide, "Subnet CIDR blocks").
const reserved = 5

// subnet is a range of a VPC's addresses in one zone.
type subnet struct {
	resource
	phase       phase
	vpc         *vpc
	prefix      netip.Prefix
	zone        string
	isFirst     bool // the zone's default subnet
	givesPublic bool // maps a public address on launch
	used        map[netip.Addr]bool
}

// size is how many addresses there are in all.
func (s *subnet) size() int { return 1 << (32 - s.prefix.Bits()) }

func (s *subnet) free() int { return s.size() - reserved - len(s.used) }

// take hands out the lowest free address.
func (s *subnet) take() (netip.Addr, error) {
	at := s.prefix.Addr()
	for range 4 {
		at = at.Next()
	}
	for range s.size() - reserved {
		if !s.used[at] {
			s.used[at] = true
			return at, nil
		}
		at = at.Next()
	}
	return netip.Addr{}, fail("InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet '%s' to satisfy the requested number of instances.", s.id)
}

// claim hands out the address asked for, any when the text is empty.
func (s *subnet) claim(text string) (netip.Addr, error) {
	if text == "" {
		return s.take()
	}
	at, err := netip.ParseAddr(text)
	if err != nil || !s.prefix.Contains(at) {
		return at, fail("InvalidParameterValue", "Address %s does not fall within the subnet's address range", text)
	}
	if s.used[at] {
		return at, fail("InvalidIPAddress.InUse", "Address %s is in use.", text)
	}
	s.used[at] = true
	return at, nil
}

type subnetItem struct {
	ID         string `xml:"subnetId"`
	ARN        string `xml:"subnetArn"`
	State      string `xml:"state"`
	VPC        string `xml:"vpcId"`
	Owner      string `xml:"ownerId"`
	Block      string `xml:"cidrBlock"`
	Free       int    `xml:"availableIpAddressCount"`
	Zone       string `xml:"availabilityZone"`
	ZoneID     string `xml:"availabilityZoneId"`
	Default    bool   `xml:"defaultForAz"`
	MapsPublic bool   `xml:"mapPublicIpOnLaunch"`
	Tags       []tag  `xml:"tagSet>item"`
}

func (c *Cloud) subnetItem(s *subnet) subnetItem {
	return subnetItem{
		ID: s.id, ARN: "arn:aws:ec2:" + c.opts.Region + ":" + c.opts.Account + ":subnet/" + s.id, State: s.phase.state,
		VPC: s.vpc.id, Owner: c.opts.Account, Block: s.prefix.String(), Free: s.free(), Zone: s.zone,
		ZoneID: c.zoneID(s.zone), Default: s.isFirst, MapsPublic: s.givesPublic, Tags: tagSet(&s.resource),
	}
}

var subnetListing = listing[*subnet]{least: 5, most: 1000, filters: map[string]filter[*subnet]{
	"availability-zone":       of(func(s *subnet) string { return s.zone }),
	"cidr-block":              of(func(s *subnet) string { return s.prefix.String() }),
	"default-for-az":          of(func(s *subnet) string { return boolText(s.isFirst) }),
	"map-public-ip-on-launch": of(func(s *subnet) string { return boolText(s.givesPublic) }),
	"state":                   of(func(s *subnet) string { return s.phase.state }),
	"subnet-id":               of(func(s *subnet) string { return s.id }),
	"vpc-id":                  of(func(s *subnet) string { return s.vpc.id }),
}}

func describeSubnets(c *call) (any, error) {
	found, next, err := describe(c, &c.subnets, subnetListing)
	answer := struct {
		Subnets []subnetItem `xml:"subnetSet>item"`
		Next    string       `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, s := range found {
		answer.Subnets = append(answer.Subnets, c.subnetItem(s))
	}
	return answer, err
}

func createSubnet(c *call) (any, error) {
	tags, err := c.specified("subnet")
	if err != nil {
		return nil, err
	}
	v, err := c.vpcs.find(c.text("VpcId"))
	if err != nil {
		return nil, err
	}
	prefix, err := c.subnetBlock(v)
	if err != nil {
		return nil, err
	}
	zone := c.text("AvailabilityZone")
	if zone == "" {
		zone = c.zones()[0]
	}
	if err := c.knownZone(zone); err != nil {
		return nil, err
	}
	s := &subnet{
		resource: c.fresh(subnetKind, tags["subnet"]), phase: c.passing(c.now, "pending", "available"),
		vpc: v, prefix: prefix, zone: zone, used: map[netip.Addr]bool{},
	}
	c.subnets.add(s)
	return struct {
		Subnet subnetItem `xml:"subnet"`
	}{c.subnetItem(s)}, nil
}

// subnetBlock reads the range of a new subnet: inside the VPC's, beside the
// others'.
func (c *call) subnetBlock(v *vpc) (netip.Prefix, error) {
	prefix, err := block(c.text("CidrBlock"), "InvalidSubnet.Range")
	if err != nil {
		return prefix, err
	}
	if !v.prefix.Contains(prefix.Addr()) || prefix.Bits() < v.prefix.Bits() {
		return prefix, fail("InvalidSubnet.Range", "The CIDR '%s' is invalid.", prefix)
	}
	for _, s := range c.subnets.all() {
		if s.vpc == v && s.prefix.Overlaps(prefix) {
			return prefix, fail("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", prefix)
		}
	}
	return prefix, nil
}

func deleteSubnet(c *call) (any, error) {
	s, err := c.subnets.find(c.text("SubnetId"))
	if err != nil {
		return nil, err
	}
	for _, n := range c.interfaces.all() {
		if n.subnet == s {
			return nil, fail("DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", s.id)
		}
	}
	c.subnets.remove(s)
	return done{true}, nil
}

// modifySubnetAttribute changes whether new instances get public addresses.
func modifySubnetAttribute(c *call) (any, error) {
	s, err := c.subnets.find(c.text("SubnetId"))
	if err != nil {
		return nil, err
	}
	s.givesPublic = c.flag("MapPublicIpOnLaunch.Value", s.givesPublic)
	return done{true}, nil
}
