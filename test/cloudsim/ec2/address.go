package ec2

import "net/netip"

// publicPool is where public addresses come from: the range set aside for
// benchmarks (RFC 2544), so that none is anybody's.
const publicPool = "198.18.0.0"

// address is an Elastic IP address.
type address struct {
	resource
	public      netip.Addr
	association string            // id, empty when free
	holder      *networkInterface // nil when free
}

// nextPublic hands out a public address that was not used before.
func (c *Cloud) nextPublic() netip.Addr {
	c.publics++
	b := netip.MustParseAddr(publicPool).As4()
	return netip.AddrFrom4([4]byte{b[0], b[1] | byte(c.publics>>16)&1, byte(c.publics >> 8), byte(c.publics)})
}

// givePublic gives the interface of an instance that runs its public address,
// where it is to have one.
func (c *Cloud) givePublic(n *networkInterface) {
	runs := n.attachment != nil && (n.attachment.instance.phase.state == "running" || n.attachment.instance.phase.state == "pending")
	if runs && n.givesPublic && n.elastic == nil && !n.public.IsValid() {
		n.public = c.nextPublic()
	}
}

// free ends an address's association. The interface gets a public address of
// its own again where it is to have one.
func (c *Cloud) free(a *address) {
	n := a.holder
	a.holder, a.association = nil, ""
	if n != nil {
		n.elastic = nil
		c.givePublic(n)
	}
}

type addressItem struct {
	Public      string `xml:"publicIp"`
	Allocation  string `xml:"allocationId"`
	Domain      string `xml:"domain"`
	Association string `xml:"associationId,omitempty"`
	Instance    string `xml:"instanceId,omitempty"`
	Interface   string `xml:"networkInterfaceId,omitempty"`
	Owner       string `xml:"networkInterfaceOwnerId,omitempty"`
	Private     string `xml:"privateIpAddress,omitempty"`
	Pool        string `xml:"publicIpv4Pool"`
	Border      string `xml:"networkBorderGroup"`
	Tags        []tag  `xml:"tagSet>item"`
}

func (c *Cloud) addressItem(a *address) addressItem {
	item := addressItem{
		Public: a.public.String(), Allocation: a.id, Domain: "vpc", Association: a.association,
		Pool: "amazon", Border: c.opts.Region, Tags: tagSet(&a.resource),
	}
	if n := a.holder; n != nil {
		item.Interface, item.Owner, item.Private = n.id, c.opts.Account, n.private.String()
		item.Instance = ofAttachment(n, func(at *interfaceAttachment) string { return at.instance.id })
	}
	return item
}

var addressListing = listing[*address]{filters: map[string]filter[*address]{
	"allocation-id":        of(func(a *address) string { return a.id }),
	"association-id":       of(func(a *address) string { return a.association }),
	"domain":               of(func(*address) string { return "vpc" }),
	"instance-id":          func(c *call, a *address) []string { return []string{c.addressItem(a).Instance} },
	"network-interface-id": func(c *call, a *address) []string { return []string{c.addressItem(a).Interface} },
	"private-ip-address":   func(c *call, a *address) []string { return []string{c.addressItem(a).Private} },
	"public-ip":            of(func(a *address) string { return a.public.String() }),
}}

// describeAddresses lists addresses, which EC2 does without pages.
func describeAddresses(c *call) (any, error) {
	shown := c.addresses
	if texts := c.list("PublicIp"); len(texts) > 0 {
		shown = newRows[*address](addressKind)
		for _, text := range texts {
			a, err := c.addressOf(text)
			if err != nil {
				return nil, err
			}
			shown.add(a)
		}
	}
	found, _, err := describe(c, &shown, addressListing)
	var answer struct {
		Addresses []addressItem `xml:"addressesSet>item"`
	}
	for _, a := range found {
		answer.Addresses = append(answer.Addresses, c.addressItem(a))
	}
	return answer, err
}

func (c *Cloud) addressOf(public string) (*address, error) {
	for _, a := range c.addresses.all() {
		if a.public.String() == public {
			return a, nil
		}
	}
	return nil, fail("InvalidAddress.NotFound", "Address '%s' not found.", public)
}

// named finds the address that a call names by AllocationId or PublicIp.
func (c *call) named() (*address, error) {
	switch {
	case c.text("AllocationId") != "":
		return c.addresses.find(c.text("AllocationId"))
	case c.text("PublicIp") != "":
		return c.addressOf(c.text("PublicIp"))
	}
	return nil, fail("MissingParameter", "Either public IP or allocation id must be specified")
}

func allocateAddress(c *call) (any, error) {
	tags, err := c.specified("elastic-ip")
	if err != nil {
		return nil, err
	}
	if len(c.addresses.order) >= c.opts.MaxAddresses {
		return nil, fail("AddressLimitExceeded", "The maximum number of addresses has been reached.")
	}
	a := &address{resource: c.fresh(addressKind, tags["elastic-ip"]), public: c.nextPublic()}
	c.addresses.add(a)
	return struct {
		Public     string `xml:"publicIp"`
		Domain     string `xml:"domain"`
		Allocation string `xml:"allocationId"`
		Pool       string `xml:"publicIpv4Pool"`
		Border     string `xml:"networkBorderGroup"`
	}{a.public.String(), "vpc", a.id, "amazon", c.opts.Region}, nil
}

func releaseAddress(c *call) (any, error) {
	a, err := c.named()
	if err != nil {
		return nil, err
	}
	if a.holder != nil {
		return nil, fail("InvalidIPAddress.InUse", "Address %s is in use.", a.public)
	}
	c.addresses.remove(a)
	return done{true}, nil
}

// associateAddress maps an address to an interface, or to the only interface
// of an instance. It moves an address unless AllowReassociation is false.
func associateAddress(c *call) (any, error) {
	a, err := c.named()
	if err != nil {
		return nil, err
	}
	n, err := c.target()
	if err != nil {
		return nil, err
	}
	moves := a.holder != nil && a.holder != n || n.elastic != nil && n.elastic != a
	if moves && !c.flag("AllowReassociation", true) {
		return nil, fail("Resource.AlreadyAssociated", "resource %s is already associated with associate-id %s", a.id, a.association)
	}
	if n.elastic != nil {
		c.free(n.elastic)
	}
	c.free(a)
	a.holder, a.association = n, c.id("eipassoc-")
	n.elastic, n.public = a, netip.Addr{}
	return struct {
		Return bool   `xml:"return"`
		ID     string `xml:"associationId"`
	}{true, a.association}, nil
}

// target finds the interface that an address is to be mapped to.
func (c *call) target() (*networkInterface, error) {
	if id := c.text("NetworkInterfaceId"); id != "" {
		return c.interfaces.find(id)
	}
	i, err := c.instances.find(c.text("InstanceId"))
	if err != nil {
		return nil, err
	}
	if s := i.phase.state; s != "running" && s != "stopped" {
		return nil, fail("InvalidInstanceID", "The %s instance '%s' is not in a valid state for this operation.", s, i.id)
	}
	if len(i.interfaces) != 1 {
		return nil, fail("InvalidInstanceID", "There are multiple interfaces attached to instance '%s'. Please specify an interface ID for the operation instead.", i.id)
	}
	return i.interfaces[0], nil
}

func disassociateAddress(c *call) (any, error) {
	for _, a := range c.addresses.all() {
		byID := a.association != "" && a.association == c.text("AssociationId")
		if byID || a.holder != nil && a.public.String() == c.text("PublicIp") {
			c.free(a)
			return done{true}, nil
		}
	}
	return nil, fail("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", c.text("AssociationId"))
}
