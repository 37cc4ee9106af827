package openstack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Port is a connection to a network. Source: Networking API v2.0, "Ports".
type Port struct {
	ID               string
	Name             string
	NetworkID        string
	ProjectID        string
	MAC              string
	Status           string // ACTIVE, DOWN, BUILD, ERROR
	DeviceID         string // a server or router
	DeviceOwner      string // compute:nova, network:router_interface, ...
	FixedIPs         []FixedIP
	SecurityGroups   []string // ids
	Tags             []string
	Created, Updated time.Time

	byNova bool // ends with its server
}

// FixedIP is an address of a port.
type FixedIP struct{ SubnetID, IP string }

func (p *Port) id() string      { return p.ID }
func (p *Port) born() time.Time { return p.Created }

// in reports whether the port has an address of a subnet.
func (p *Port) in(subnet string) bool {
	return slices.ContainsFunc(p.FixedIPs, func(f FixedIP) bool { return f.SubnetID == subnet })
}

// optional is a member of a body that may be null, which is not the same as
// left out.
type optional[T any] struct {
	sent  bool
	value T
}

// UnmarshalJSON notes that the member was there, null too.
func (o *optional[T]) UnmarshalJSON(text []byte) error {
	o.sent = true
	return json.Unmarshal(text, &o.value)
}

// portsOf are the ports of a server or router.
func (c *Cloud) portsOf(device string) []*Port {
	return c.ports.where(func(p *Port) bool { return p.DeviceID == device })
}

func (c *Cloud) addPort(p Port) *Port {
	fill(&p.ID, uuid.NewString())
	fill(&p.MAC, c.nextMAC())
	fill(&p.ProjectID, c.ProjectID())
	fill(&p.Status, "DOWN")
	p.Created, p.Updated = c.line.At, c.line.At
	c.ports.add(p.ID, &p)
	return &p
}

// nextMAC gives addresses of Neutron's range fa:16:3e.
func (c *Cloud) nextMAC() string {
	c.macs++
	return fmt.Sprintf("fa:16:3e:%02x:%02x:%02x", byte(c.macs>>16), byte(c.macs>>8), byte(c.macs))
}

// removePort ends a port; a floating address mapped to it is free again.
func (c *Cloud) removePort(p *Port) {
	for _, f := range c.floating.order {
		if f.PortID == p.ID {
			f.unmap(c.line.At)
		}
	}
	c.ports.drop(p.ID)
}

func noPort(id string) error {
	return neutron(http.StatusNotFound, "PortNotFound", "Port %s could not be found.", id)
}

func (c *Cloud) listPorts(q *call) (answer, error) {
	values := q.URL.Query()
	rows := c.ports.where(func(p *Port) bool { return p.ProjectID == c.ProjectID() && p.hasAddress(values["fixed_ips"]) })
	return neutronList(c, q, neutronKind[*Port]{"ports", rows, showPort, noPort})
}

// hasAddress reports whether a port passes the filter fixed_ips, which is given
// as ip_address=A or subnet_id=S.
func (p *Port) hasAddress(asked []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool {
		name, value, _ := strings.Cut(a, "=")
		return slices.ContainsFunc(p.FixedIPs, func(f FixedIP) bool {
			return name == "ip_address" && f.IP == value || name == "subnet_id" && f.SubnetID == value
		})
	})
}

func showPort(p *Port) object {
	return object{
		"id": p.ID, "name": p.Name, "network_id": p.NetworkID, "tenant_id": p.ProjectID, "project_id": p.ProjectID,
		"mac_address": p.MAC, "status": p.Status, "admin_state_up": true,
		"device_id": p.DeviceID, "device_owner": p.DeviceOwner, "fixed_ips": showFixedIPs(p),
		"security_groups": append([]string{}, p.SecurityGroups...), "tags": append([]string{}, p.Tags...),
		"description": "", "port_security_enabled": true, "binding:vnic_type": "normal",
		"allowed_address_pairs": []object{}, "extra_dhcp_opts": []object{},
		"created_at": p.Created.UTC().Format(seconds), "updated_at": p.Updated.UTC().Format(seconds),
		"revision_number": 1,
	}
}

func showFixedIPs(p *Port) []object {
	return each(p.FixedIPs, func(f FixedIP) object {
		return object{"subnet_id": f.SubnetID, "ip_address": f.IP}
	})
}

func (c *Cloud) port(q *call) (*Port, error) {
	p, ok := c.ports.get(q.PathValue("id"))
	if !ok || p.ProjectID != c.ProjectID() {
		return nil, noPort(q.PathValue("id"))
	}
	return p, nil
}

func (c *Cloud) readPort(q *call) (answer, error) {
	p, err := c.port(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"port": showPort(p)})
}

// portWish is the body of a change of a port.
type portWish struct {
	Network string  `json:"network_id"`
	Name    *string `json:"name"`
	MAC     string  `json:"mac_address"`
	Fixed   []struct {
		Subnet string `json:"subnet_id"`
		IP     string `json:"ip_address"`
	} `json:"fixed_ips"`
	Groups *[]string `json:"security_groups"`
}

func (c *Cloud) createPort(q *call) (answer, error) {
	var w portWish
	if err := q.decode("port", &w); err != nil {
		return answer{}, err
	}
	if _, err := c.network(w.Network); err != nil {
		return answer{}, err
	}
	own := c.ports.where(func(p *Port) bool { return p.ProjectID == c.ProjectID() })
	if err := neutronQuota("port", len(own), c.opt.Quotas.Ports); err != nil {
		return answer{}, err
	}
	fixed, err := c.allotAll(w)
	if err != nil {
		return answer{}, err
	}
	p := c.addPort(Port{NetworkID: w.Network, MAC: w.MAC, FixedIPs: fixed})
	if g, ok := c.groups.find(func(g *SecurityGroup) bool { return g.Name == "default" }); ok {
		p.SecurityGroups = []string{g.ID}
	}
	set(&p.Name, w.Name)
	set(&p.SecurityGroups, w.Groups)
	return created(object{"port": showPort(p)})
}

// allotAll finds the addresses of a new port: those asked for, or one if the
// network has a subnet.
func (c *Cloud) allotAll(w portWish) ([]FixedIP, error) {
	var all []FixedIP
	for _, f := range w.Fixed {
		a, err := c.allot(w.Network, f.Subnet, f.IP)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	if len(w.Fixed) > 0 || len(c.subnetsOf(w.Network)) == 0 {
		return all, nil
	}
	a, err := c.allot(w.Network, "", "")
	return []FixedIP{a}, err
}

func (c *Cloud) updatePort(q *call) (answer, error) {
	p, err := c.port(q)
	if err != nil {
		return answer{}, err
	}
	var w portWish
	if err := q.decode("port", &w); err != nil {
		return answer{}, err
	}
	set(&p.Name, w.Name)
	set(&p.SecurityGroups, w.Groups)
	p.Updated = c.line.At
	return ok(object{"port": showPort(p)})
}

func (c *Cloud) deletePort(q *call) (answer, error) {
	p, err := c.port(q)
	if err != nil {
		return answer{}, err
	}
	if strings.HasPrefix(p.DeviceOwner, "network:router") {
		return answer{}, neutron(http.StatusConflict, "ServicePortInUse",
			"Port %s cannot be deleted directly via the port API: has device owner %s.", p.ID, p.DeviceOwner)
	}
	c.removePort(p)
	return noContent()
}
