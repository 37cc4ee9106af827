package ec2

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// networkInterface is an elastic network interface.
type networkInterface struct {
	resource
	phase       phase // until it is available
	subnet      *subnet
	private     netip.Addr
	mac         string
	description string
	groups      []*securityGroup
	checked     bool // source/destination check
	attachment  *interfaceAttachment
	givesPublic bool       // its instance has a public address while it runs
	public      netip.Addr // that address, not valid when there is none
	elastic     *address   // takes the place of public
}

// interfaceAttachment is an interface's place in an instance.
type interfaceAttachment struct {
	id       string
	instance *instance
	index    int
	at       time.Time
	delete   bool // with the instance
	phase    phase
}

// newInterface makes an interface in a subnet; an empty private address means
// any. It is not yet among the cloud's rows.
func (c *Cloud) newInterface(r resource, s *subnet, private string, groups []*securityGroup) (*networkInterface, error) {
	at, err := s.claim(private)
	if err != nil {
		return nil, err
	}
	b := at.As4()
	n := &networkInterface{
		resource: r, phase: c.passing(r.born, "pending", "available"), subnet: s, private: at, groups: groups, checked: true,
		mac: fmt.Sprintf("0a:%02x:%02x:%02x:%02x:%02x", c.serial&0xff, b[0], b[1], b[2], b[3]),
	}
	c.interfaces.add(n)
	return n, nil
}

// dropInterface removes an interface and frees its address.
func (c *Cloud) dropInterface(n *networkInterface) {
	c.unplug(n)
	delete(n.subnet.used, n.private)
	c.interfaces.remove(n)
}

func (n *networkInterface) status() string {
	if n.attachment != nil {
		return "in-use"
	}
	return n.phase.state
}

// visible is the public address that others see, not valid for none.
func (n *networkInterface) visible() netip.Addr {
	if n.elastic != nil {
		return n.elastic.public
	}
	return n.public
}

func (n *networkInterface) settle(now time.Time) {
	n.phase.settle(now)
	if n.attachment != nil && n.attachment.phase.settle(now) && n.attachment.phase.state == "detached" {
		n.leave()
	}
}

// leave takes the interface out of its instance.
func (n *networkInterface) leave() {
	i := n.attachment.instance
	i.interfaces = slices.DeleteFunc(i.interfaces, func(other *networkInterface) bool { return other == n })
	n.attachment, n.public = nil, netip.Addr{}
}

// unplug ends all ties of an interface.
func (c *Cloud) unplug(n *networkInterface) {
	if n.attachment != nil {
		n.leave()
	}
	if n.elastic != nil {
		c.free(n.elastic)
	}
}

type association struct {
	Allocation  string `xml:"allocationId,omitempty"`
	Association string `xml:"associationId,omitempty"`
	Owner       string `xml:"ipOwnerId"`
	DNS         string `xml:"publicDnsName"`
	Public      string `xml:"publicIp"`
}

type interfaceItem struct {
	ID          string          `xml:"networkInterfaceId"`
	Subnet      string          `xml:"subnetId"`
	VPC         string          `xml:"vpcId"`
	Zone        string          `xml:"availabilityZone,omitempty"`
	Description string          `xml:"description"`
	Owner       string          `xml:"ownerId"`
	Managed     bool            `xml:"requesterManaged"`
	Status      string          `xml:"status"`
	MAC         string          `xml:"macAddress"`
	Private     string          `xml:"privateIpAddress"`
	DNS         string          `xml:"privateDnsName"`
	Checked     bool            `xml:"sourceDestCheck"`
	Type        string          `xml:"interfaceType"`
	Groups      []groupRef      `xml:"groupSet>item"`
	Attachment  *attachmentItem `xml:"attachment"`
	Association *association    `xml:"association"`
	Addresses   []privateItem   `xml:"privateIpAddressesSet>item"`
	Tags        []tag           `xml:"tagSet>item"`
}

type privateItem struct {
	Private     string       `xml:"privateIpAddress"`
	DNS         string       `xml:"privateDnsName"`
	Primary     bool         `xml:"primary"`
	Association *association `xml:"association"`
}

type attachmentItem struct {
	ID       string `xml:"attachmentId"`
	Instance string `xml:"instanceId,omitempty"`
	Owner    string `xml:"instanceOwnerId,omitempty"`
	Index    int    `xml:"deviceIndex"`
	Card     int    `xml:"networkCardIndex"`
	Status   string `xml:"status"`
	At       string `xml:"attachTime"`
	Delete   bool   `xml:"deleteOnTermination"`
}

// interfaceItem is an interface in DescribeNetworkInterfaces.
func (c *Cloud) interfaceItem(n *networkInterface) interfaceItem {
	item := interfaceItem{
		ID: n.id, Subnet: n.subnet.id, VPC: n.subnet.vpc.id, Zone: n.subnet.zone, Description: n.description,
		Owner: c.opts.Account, Status: n.status(), MAC: n.mac, Private: n.private.String(), DNS: c.privateDNS(n.private),
		Checked: n.checked, Type: "interface", Groups: groupRefs(n.groups), Tags: tagSet(&n.resource),
	}
	if a := n.attachment; a != nil {
		item.Attachment = &attachmentItem{
			ID: a.id, Instance: a.instance.id, Owner: c.opts.Account, Index: a.index,
			Status: a.phase.state, At: timeText(a.at), Delete: a.delete,
		}
	}
	if at := n.visible(); at.IsValid() {
		item.Association = &association{Owner: "amazon", DNS: c.publicDNS(at), Public: at.String()}
		if n.elastic != nil {
			item.Association.Owner = c.opts.Account
			item.Association.Allocation, item.Association.Association = n.elastic.id, n.elastic.association
		}
	}
	item.Addresses = []privateItem{{item.Private, item.DNS, true, item.Association}}
	return item
}

// instanceInterface is an interface in DescribeInstances, where the instance,
// the zone and allocations go without saying.
func (c *Cloud) instanceInterface(n *networkInterface) interfaceItem {
	item := c.interfaceItem(n)
	item.Zone = ""
	if item.Attachment != nil {
		item.Attachment.Instance, item.Attachment.Owner = "", ""
	}
	if item.Association != nil {
		item.Association.Allocation, item.Association.Association = "", ""
	}
	return item
}

// publicDNS and privateDNS are the names that EC2 makes of addresses; the first
// region has its own (Amazon VPC User Guide, "DNS attributes for your VPC").
func (c *Cloud) publicDNS(at netip.Addr) string {
	domain := c.opts.Region + ".compute.amazonaws.com"
	if c.opts.Region == "us-east-1" {
		domain = "compute-1.amazonaws.com"
	}
	return "ec2-" + strings.ReplaceAll(at.String(), ".", "-") + "." + domain
}

func (c *Cloud) privateDNS(at netip.Addr) string {
	domain := c.opts.Region + ".compute.internal"
	if c.opts.Region == "us-east-1" {
		domain = "ec2.internal"
	}
	return "ip-" + strings.ReplaceAll(at.String(), ".", "-") + "." + domain
}
