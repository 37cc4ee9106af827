package openstack

import (
	"net/http"
	"time"
)

// Router connects subnets with an external network. It has a port in each
// subnet, whose device it is. Source: Networking API v2.0, "Routers".
type Router struct {
	ID               string
	Name             string
	ProjectID        string
	ExternalNetwork  string // empty when it has no gateway
	ExternalIP       FixedIP
	Tags             []string
	Created, Updated time.Time
}

func (r *Router) id() string      { return r.ID }
func (r *Router) born() time.Time { return r.Created }

func (c *Cloud) listRouters(q *call) (answer, error) {
	rows := c.routers.where(func(r *Router) bool { return r.ProjectID == c.ProjectID() })
	return neutronList(c, q, neutronKind[*Router]{"routers", rows, showRouter, noRouter})
}

func noRouter(id string) error {
	return neutron(http.StatusNotFound, "RouterNotFound", "Router %s could not be found", id)
}

func (c *Cloud) readRouter(q *call) (answer, error) {
	r, known := c.routers.get(q.PathValue("id"))
	if !known {
		return answer{}, noRouter(q.PathValue("id"))
	}
	return ok(object{"router": showRouter(r)})
}

func showRouter(r *Router) object {
	var gateway any
	if r.ExternalNetwork != "" {
		gateway = object{
			"network_id": r.ExternalNetwork, "enable_snat": true,
			"external_fixed_ips": []object{{"subnet_id": r.ExternalIP.SubnetID, "ip_address": r.ExternalIP.IP}},
		}
	}
	return object{
		"id": r.ID, "name": r.Name, "tenant_id": r.ProjectID, "project_id": r.ProjectID, "status": "ACTIVE",
		"admin_state_up": true, "external_gateway_info": gateway, "routes": []object{}, "description": "",
		"availability_zones": []string{}, "availability_zone_hints": []string{}, "flavor_id": nil,
		"tags":       append([]string{}, r.Tags...),
		"created_at": r.Created.UTC().Format(seconds), "updated_at": r.Updated.UTC().Format(seconds),
		"revision_number": 1,
	}
}

// routerBetween finds the router that leads from a port's subnets to an
// external network.
func (c *Cloud) routerBetween(p *Port, external string) (*Router, bool) {
	return c.routers.find(func(r *Router) bool {
		if r.ExternalNetwork != external {
			return false
		}
		for _, leg := range c.portsOf(r.ID) {
			for _, f := range p.FixedIPs {
				if leg.in(f.SubnetID) {
					return true
				}
			}
		}
		return false
	})
}
