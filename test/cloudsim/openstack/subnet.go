package openstack

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"
)

// Subnet is a range of addresses in a network. Source: Networking API v2.0,
// "Subnets".
type Subnet struct {
	ID               string
	Name             string
	NetworkID        string
	ProjectID        string
	CIDR             netip.Prefix
	Gateway          netip.Addr // not valid when there is none
	NoDHCP           bool
	DNS              []string
	Tags             []string
	Created, Updated time.Time
}

func (s *Subnet) id() string      { return s.ID }
func (s *Subnet) born() time.Time { return s.Created }

func (c *Cloud) subnetsOf(network string) []*Subnet {
	return c.subnets.where(func(s *Subnet) bool { return s.NetworkID == network })
}

// last is the highest address that can be given: in IPv4 the one before the
// broadcast address.
func (s *Subnet) last() netip.Addr {
	bits := s.CIDR.Addr().AsSlice()
	for i := s.CIDR.Bits(); i < len(bits)*8; i++ {
		bits[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(bits)
	if last.Is4() {
		last = last.Prev()
	}
	return last
}

// first is the lowest address that can be given.
func (s *Subnet) first() netip.Addr {
	first := s.CIDR.Addr().Next()
	if first == s.Gateway {
		first = first.Next()
	}
	return first
}

// ipTaken is Neutron's name for an address that another port has.
const ipTaken = "IpAddressAlreadyAllocated"

// allot finds an address in a network for a port: the one asked for, or the
// first that is free; in a subnet, or in any when that is empty.
func (c *Cloud) allot(network, subnet, asked string) (FixedIP, error) {
	taken := c.taken(network)
	for _, s := range c.subnetsOf(network) {
		if subnet != "" && s.ID != subnet {
			continue
		}
		if asked != "" {
			ip, err := netip.ParseAddr(asked)
			if err != nil || !s.CIDR.Contains(ip) {
				continue
			}
			if taken[ip] {
				return FixedIP{}, neutron(http.StatusConflict, ipTaken,
					"IP address %s already allocated in subnet %s", asked, s.ID)
			}
			return FixedIP{s.ID, asked}, nil
		}
		for ip := s.first(); ip.Compare(s.last()) <= 0; ip = ip.Next() {
			if !taken[ip] && ip != s.Gateway {
				return FixedIP{s.ID, ip.String()}, nil
			}
		}
	}
	if asked != "" {
		return FixedIP{}, neutron(http.StatusBadRequest, "InvalidIpForNetwork",
			"IP address %s is not a valid IP for any of the subnets on the specified network.", asked)
	}
	return FixedIP{}, neutron(http.StatusConflict, "IpAddressGenerationFailure",
		"No more IP addresses available on network %s.", network)
}

// taken are the addresses in use on a network, by ports and as floating ones.
func (c *Cloud) taken(network string) map[netip.Addr]bool {
	used := map[netip.Addr]bool{}
	for _, p := range c.ports.order {
		if p.NetworkID != network {
			continue
		}
		for _, f := range p.FixedIPs {
			ip, _ := netip.ParseAddr(f.IP)
			used[ip] = true
		}
	}
	for _, f := range c.floating.order {
		if f.NetworkID == network {
			ip, _ := netip.ParseAddr(f.IP)
			used[ip] = true
		}
	}
	return used
}

func noSubnet(id string) error {
	return neutron(http.StatusNotFound, "SubnetNotFound", "Subnet %s could not be found.", id)
}

func (c *Cloud) listSubnets(q *call) (answer, error) {
	rows := c.subnets.where(func(s *Subnet) bool {
		n, ok := c.networks.get(s.NetworkID)
		return ok && (s.ProjectID == c.ProjectID() || n.Shared)
	})
	return neutronList(c, q, neutronKind[*Subnet]{"subnets", rows, showSubnet, noSubnet})
}

func showSubnet(s *Subnet) object {
	version := 4
	if s.CIDR.Addr().Is6() {
		version = 6
	}
	var gateway any
	if s.Gateway.IsValid() {
		gateway = s.Gateway.String()
	}
	return object{
		"id": s.ID, "name": s.Name, "network_id": s.NetworkID, "tenant_id": s.ProjectID, "project_id": s.ProjectID,
		"ip_version": version, "cidr": s.CIDR.String(), "gateway_ip": gateway, "enable_dhcp": !s.NoDHCP,
		"allocation_pools": []object{{"start": s.first().String(), "end": s.last().String()}},
		"dns_nameservers":  append([]string{}, s.DNS...), "host_routes": []object{}, "service_types": []string{},
		"ipv6_ra_mode": nil, "ipv6_address_mode": nil, "subnetpool_id": nil, "description": "",
		"tags":       append([]string{}, s.Tags...),
		"created_at": s.Created.UTC().Format(seconds), "updated_at": s.Updated.UTC().Format(seconds),
		"revision_number": 0,
	}
}

func (c *Cloud) readSubnet(q *call) (answer, error) {
	s, ok2 := c.subnets.get(q.PathValue("id"))
	if !ok2 {
		return answer{}, noSubnet(q.PathValue("id"))
	}
	return ok(object{"subnet": showSubnet(s)})
}

func (c *Cloud) createSubnet(q *call) (answer, error) {
	w := struct {
		Network string           `json:"network_id"`
		Name    string           `json:"name"`
		CIDR    string           `json:"cidr"`
		Gateway optional[string] `json:"gateway_ip"`
		DHCP    *bool            `json:"enable_dhcp"`
		DNS     []string         `json:"dns_nameservers"`
	}{}
	if err := q.decode("subnet", &w); err != nil {
		return answer{}, err
	}
	if _, err := c.network(w.Network); err != nil {
		return answer{}, err
	}
	cidr, err := c.checkCIDR(w.Network, w.CIDR)
	if err != nil {
		return answer{}, err
	}
	own := c.subnets.where(func(s *Subnet) bool { return s.ProjectID == c.ProjectID() })
	if err := neutronQuota("subnet", len(own), c.opt.Quotas.Subnets); err != nil {
		return answer{}, err
	}
	s := &Subnet{
		ID: uuid.NewString(), Name: w.Name, NetworkID: w.Network, ProjectID: c.ProjectID(),
		CIDR: cidr, Gateway: cidr.Addr().Next(), DNS: w.DNS, NoDHCP: w.DHCP != nil && !*w.DHCP,
		Created: c.line.At, Updated: c.line.At,
	}
	if w.Gateway.sent {
		s.Gateway, _ = netip.ParseAddr(w.Gateway.value) // null is none
	}
	c.subnets.add(s.ID, s)
	return created(object{"subnet": showSubnet(s)})
}

func (c *Cloud) checkCIDR(network, text string) (netip.Prefix, error) {
	cidr, err := netip.ParsePrefix(text)
	if err != nil {
		return cidr, neutron(http.StatusBadRequest, "InvalidInput",
			"Invalid input for operation: %s is not in a CIDR format.", text)
	}
	for _, s := range c.subnetsOf(network) {
		if s.CIDR.Overlaps(cidr) {
			return cidr, neutron(http.StatusBadRequest, "InvalidInput", "Invalid input for operation: Requested "+
				"subnet with cidr: %s for network: %s overlaps with another subnet.", text, network)
		}
	}
	return cidr.Masked(), nil
}

func (c *Cloud) deleteSubnet(q *call) (answer, error) {
	s, ok := c.subnets.get(q.PathValue("id"))
	if !ok {
		return answer{}, noSubnet(q.PathValue("id"))
	}
	if s.ProjectID != c.ProjectID() {
		return answer{}, forbidden("delete_subnet")
	}
	if _, used := c.ports.find(func(p *Port) bool { return p.in(s.ID) }); used {
		return answer{}, neutron(http.StatusConflict, "SubnetInUse", "Unable to complete operation on subnet %s: "+
			"One or more ports have an IP allocation from this subnet.", s.ID)
	}
	c.subnets.drop(s.ID)
	return noContent()
}
