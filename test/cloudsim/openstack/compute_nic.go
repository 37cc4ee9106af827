package openstack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
)

// nic is a network interface that a server is to get: a port that exists, or a
// network to make one in.
type nic struct {
	Network string `json:"uuid"`
	Port    string `json:"port"`
	FixedIP string `json:"fixed_ip"`

	doomed string // what ends the build: Nova finds it out only then
}

// nics finds out what interfaces a new server gets: of the networks named, none,
// or of the project's only network.
func (c *Cloud) nics(asked json.RawMessage) ([]nic, error) {
	switch string(asked) {
	case `"none"`:
		return nil, nil
	case "", "null", "[]", `"auto"`:
		return c.onlyNetwork(string(asked) == `"auto"`)
	}
	var list []nic
	if err := json.Unmarshal(asked, &list); err != nil {
		return nil, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute networks. Value: %[1]s. %[1]s is not valid under any of the given schemas", asked)
	}
	for i := range list {
		if err := c.checkNIC(&list[i], http.StatusBadRequest); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (c *Cloud) onlyNetwork(required bool) ([]nic, error) {
	own := c.networks.where(func(n *Network) bool { return !n.External && (n.ProjectID == c.ProjectID() || n.Shared) })
	switch {
	case len(own) > 1:
		return nil, refuse(http.StatusConflict,
			"Multiple possible networks found, use a Network ID to be more specific.")
	case len(own) == 1:
		return []nic{{Network: own[0].ID}}, nil
	case required:
		return nil, refuse(http.StatusBadRequest,
			"Unable to automatically allocate a network for project %s", c.ProjectID())
	}
	return nil, nil
}

// checkNIC refuses networks and ports that a server cannot have, with the status
// absent for those that do not exist, and fills in the network of a port.
func (c *Cloud) checkNIC(n *nic, absent int) error {
	if n.Port != "" {
		p, ok := c.ports.get(n.Port)
		switch {
		case !ok:
			return refuse(absent, "Port id %s could not be found.", n.Port)
		case p.DeviceID != "":
			return refuse(http.StatusConflict, "Port %s is still in use.", n.Port)
		}
		n.Network = p.NetworkID
		return nil
	}
	if _, err := uuid.Parse(n.Network); err != nil {
		return refuse(http.StatusBadRequest, "Bad networks format: network uuid is not in proper format (%s)", n.Network)
	}
	network, ok := c.networks.get(n.Network)
	switch {
	case !ok:
		return refuse(absent, "Network %s could not be found.", n.Network)
	case len(c.subnetsOf(n.Network)) == 0:
		return refuse(http.StatusBadRequest, "Network %s requires a subnet in order to boot instances on.", n.Network)
	case network.External && !network.Shared && network.ProjectID != c.ProjectID():
		n.doomed = "Failed to allocate the network(s), not rescheduling."
	case n.FixedIP != "":
		return c.checkFixedIP(n)
	}
	return nil
}

func (c *Cloud) checkFixedIP(n *nic) error {
	_, err := c.allot(n.Network, "", n.FixedIP)
	switch {
	case err == nil:
		return nil
	case asRefusal(err).code == ipTaken:
		return refuse(http.StatusBadRequest, "Fixed IP address %s is already in use on another instance.", n.FixedIP)
	}
	n.doomed = fmt.Sprintf("Invalid input received: Fixed IP %s is not a valid ip address for network %s.",
		n.FixedIP, n.Network)
	return nil
}

// plug connects a server: it takes the port named, or makes one that lives as
// long as the server.
func (c *Cloud) plug(s *Server, n nic, groups []*SecurityGroup) *Port {
	p, ok := c.ports.get(n.Port)
	if !ok {
		p = c.addPort(Port{NetworkID: n.Network, byNova: true})
		if a, err := c.allot(n.Network, "", n.FixedIP); err == nil {
			p.FixedIPs = []FixedIP{a}
		}
		p.SecurityGroups = each(groups, func(g *SecurityGroup) string { return g.ID })
	}
	p.DeviceID, p.DeviceOwner = s.ID, "compute:"+c.opt.Zone
	p.Status = "DOWN"
	if !s.Launched.IsZero() {
		p.Status = "ACTIVE"
	}
	return p
}

// unplug takes a port from its server, and ends it if Nova made it.
func (c *Cloud) unplug(p *Port) {
	if p.byNova {
		c.removePort(p)
		return
	}
	p.DeviceID, p.DeviceOwner, p.Status = "", "", "DOWN"
}

func (c *Cloud) listInterfaces(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"interfaceAttachments": each(c.portsOf(s.ID), showInterface)})
}

func (c *Cloud) readInterface(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	p, ok2 := c.ports.get(q.PathValue("port"))
	if !ok2 || p.DeviceID != s.ID {
		return answer{}, refuse(http.StatusNotFound,
			"Instance %s does not have fixed IP or port %s", s.ID, q.PathValue("port"))
	}
	return ok(object{"interfaceAttachment": showInterface(p)})
}

func showInterface(p *Port) object {
	return object{
		"port_id": p.ID, "net_id": p.NetworkID, "mac_addr": p.MAC, "port_state": p.Status,
		"fixed_ips": showFixedIPs(p),
	}
}

// interfaceStates are those in which a server takes interfaces and gives them up.
var interfaceStates = []string{"active", "paused", "stopped"}

func (c *Cloud) createInterface(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	var wish struct {
		Network string `json:"net_id"`
		Port    string `json:"port_id"`
		Fixed   []struct {
			IP string `json:"ip_address"`
		} `json:"fixed_ips"`
	}
	if err := q.decode("interfaceAttachment", &wish); err != nil {
		return answer{}, err
	}
	if err := s.allows("attach_interface", interfaceStates); err != nil {
		return answer{}, err
	}
	n := nic{Network: wish.Network, Port: wish.Port}
	if len(wish.Fixed) > 0 {
		n.FixedIP = wish.Fixed[0].IP
	}
	if n.Network == "" && n.Port == "" {
		only, err := c.onlyNetwork(true)
		if err != nil {
			return answer{}, err
		}
		n.Network = only[0].Network
	}
	if _, err := c.allot(n.Network, "", n.FixedIP); err != nil && asRefusal(err).code == ipTaken {
		return answer{}, refuse(http.StatusConflict, "Fixed IP %s is already in use.", n.FixedIP)
	}
	if err := c.checkNIC(&n, http.StatusNotFound); err != nil {
		return answer{}, err
	}
	if n.doomed != "" {
		return answer{}, refuse(http.StatusBadRequest, "%s", n.doomed)
	}
	groups := c.groups.where(func(g *SecurityGroup) bool { return slices.Contains(s.SecurityGroups, g.Name) })
	return ok(object{"interfaceAttachment": showInterface(c.plug(s, n, groups))})
}

// deleteInterface is accepted whatever the port's id is, as in Nova.
func (c *Cloud) deleteInterface(q *call) (answer, error) {
	s, err := c.server(q)
	if err != nil {
		return answer{}, err
	}
	if err := s.allows("detach_interface", interfaceStates); err != nil {
		return answer{}, err
	}
	if p, ok := c.ports.get(q.PathValue("port")); ok && p.DeviceID == s.ID {
		c.line.After(c.opt.Transition, func() { c.unplug(p) })
	}
	return accepted(nil)
}
