package openstack

import (
	"net/http"
	"time"

	"github.com/google/uuid"
)

// FloatingIP is a public address that can be mapped to a port. Source: Networking
// API v2.0, "Floating IPs".
type FloatingIP struct {
	ID               string
	IP               string
	NetworkID        string // the external network
	PortID           string // empty while mapped to none
	RouterID         string
	FixedIP          string
	Description      string
	Tags             []string
	Created, Updated time.Time
}

func (f *FloatingIP) id() string      { return f.ID }
func (f *FloatingIP) born() time.Time { return f.Created }

func (f *FloatingIP) unmap(at time.Time) {
	f.PortID, f.RouterID, f.FixedIP, f.Updated = "", "", "", at
}

func noFloatingIP(id string) error {
	return neutron(http.StatusNotFound, "FloatingIPNotFound", "Floating IP %s could not be found", id)
}

func (c *Cloud) listFloatingIPs(q *call) (answer, error) {
	rows := c.floating.where(func(*FloatingIP) bool { return true })
	return neutronList(c, q, neutronKind[*FloatingIP]{"floatingips", rows, c.showFloatingIP, noFloatingIP})
}

func (c *Cloud) showFloatingIP(f *FloatingIP) object {
	doc := object{
		"id": f.ID, "floating_ip_address": f.IP, "floating_network_id": f.NetworkID,
		"tenant_id": c.ProjectID(), "project_id": c.ProjectID(), "description": f.Description,
		"port_id": orNull(f.PortID), "router_id": orNull(f.RouterID), "fixed_ip_address": orNull(f.FixedIP),
		"status": "DOWN", "port_details": nil, "tags": append([]string{}, f.Tags...),
		"created_at": f.Created.UTC().Format(seconds), "updated_at": f.Updated.UTC().Format(seconds),
		"revision_number": 0,
	}
	if p, mapped := c.ports.get(f.PortID); mapped {
		doc["status"] = "ACTIVE"
		doc["port_details"] = object{
			"name": p.Name, "network_id": p.NetworkID, "mac_address": p.MAC, "admin_state_up": true,
			"status": p.Status, "device_id": p.DeviceID, "device_owner": p.DeviceOwner,
		}
	}
	return doc
}

func (c *Cloud) floatingIP(q *call) (*FloatingIP, error) {
	f, ok := c.floating.get(q.PathValue("id"))
	if !ok {
		return nil, noFloatingIP(q.PathValue("id"))
	}
	return f, nil
}

func (c *Cloud) readFloatingIP(q *call) (answer, error) {
	f, err := c.floatingIP(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"floatingip": c.showFloatingIP(f)})
}

// floatingIPWish is the body of a change of a floating address.
type floatingIPWish struct {
	Network     string           `json:"floating_network_id"`
	IP          string           `json:"floating_ip_address"`
	Port        optional[string] `json:"port_id"`
	Fixed       string           `json:"fixed_ip_address"`
	Description *string          `json:"description"`
}

func (c *Cloud) createFloatingIP(q *call) (answer, error) {
	var w floatingIPWish
	if err := q.decode("floatingip", &w); err != nil {
		return answer{}, err
	}
	if w.Network == "" {
		return answer{}, neutron(http.StatusBadRequest, "HTTPBadRequest",
			"Failed to parse request. Required attribute 'floating_network_id' not specified")
	}
	n, err := c.network(w.Network)
	if err != nil {
		return answer{}, err
	}
	if !n.External {
		return answer{}, neutron(http.StatusBadRequest, "BadRequest",
			"Bad floatingip request: Network %s is not a valid external network.", n.ID)
	}
	if err := neutronQuota("floatingip", len(c.floating.order), c.opt.Quotas.FloatingIPs); err != nil {
		return answer{}, err
	}
	a, err := c.allot(n.ID, "", w.IP)
	if err != nil {
		return answer{}, err
	}
	f := &FloatingIP{ID: uuid.NewString(), IP: a.IP, NetworkID: n.ID, Created: c.line.At, Updated: c.line.At}
	if err := c.mapFloatingIP(f, w); err != nil {
		return answer{}, err
	}
	c.floating.add(f.ID, f)
	return created(object{"floatingip": c.showFloatingIP(f)})
}

// mapFloatingIP maps an address to the port of a wish, or to none.
func (c *Cloud) mapFloatingIP(f *FloatingIP, w floatingIPWish) error {
	set(&f.Description, w.Description)
	if !w.Port.sent {
		return nil
	}
	if w.Port.value == "" {
		f.unmap(c.line.At)
		return nil
	}
	p, ok := c.ports.get(w.Port.value)
	if !ok {
		return noPort(w.Port.value)
	}
	if len(p.FixedIPs) == 0 {
		return neutron(http.StatusBadRequest, "BadRequest", "Bad floatingip request: Cannot add floating IP to "+
			"port %s that has no fixed IPv4 addresses.", p.ID)
	}
	r, ok := c.routerBetween(p, f.NetworkID)
	if !ok {
		return neutron(http.StatusNotFound, "ExternalGatewayForFloatingIPNotFound", "External network %s is not "+
			"reachable from subnet %s.  Therefore, cannot associate Port %s with a Floating IP.",
			f.NetworkID, p.FixedIPs[0].SubnetID, p.ID)
	}
	f.PortID, f.RouterID, f.FixedIP, f.Updated = p.ID, r.ID, p.FixedIPs[0].IP, c.line.At
	if w.Fixed != "" {
		f.FixedIP = w.Fixed
	}
	return nil
}

func (c *Cloud) updateFloatingIP(q *call) (answer, error) {
	f, err := c.floatingIP(q)
	if err != nil {
		return answer{}, err
	}
	var w floatingIPWish
	if err := q.decode("floatingip", &w); err != nil {
		return answer{}, err
	}
	if err := c.mapFloatingIP(f, w); err != nil {
		return answer{}, err
	}
	return ok(object{"floatingip": c.showFloatingIP(f)})
}

func (c *Cloud) deleteFloatingIP(q *call) (answer, error) {
	f, err := c.floatingIP(q)
	if err != nil {
		return answer{}, err
	}
	c.floating.drop(f.ID)
	return noContent()
}
