package openstack

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Network is one of Neutron's. Source: Networking API v2.0, "Networks"; filters and
// pages: "General API overview".
type Network struct {
	ID               string
	Name             string
	Description      string
	Status           string // ACTIVE, DOWN, BUILD, ERROR
	ProjectID        string
	AdminDown        bool
	Shared           bool
	External         bool
	MTU              int
	Tags             []string
	Created, Updated time.Time
}

func (n *Network) id() string      { return n.ID }
func (n *Network) born() time.Time { return n.Created }

// seesNetwork reports whether the project may know of a network.
func (c *Cloud) seesNetwork(n *Network) bool {
	return n.ProjectID == c.ProjectID() || n.Shared || n.External
}

func (c *Cloud) network(id string) (*Network, error) {
	n, ok := c.networks.get(id)
	if !ok || !c.seesNetwork(n) {
		return nil, noNetwork(id)
	}
	return n, nil
}

func noNetwork(id string) error {
	return neutron(http.StatusNotFound, "NetworkNotFound", "Network %s could not be found.", id)
}

func (c *Cloud) listNetworks(q *call) (answer, error) {
	rows := c.networks.where(c.seesNetwork)
	return neutronList(c, q, neutronKind[*Network]{"networks", rows, c.showNetwork, noNetwork})
}

// neutronKind is a kind of resource as Neutron lists it.
type neutronKind[R row] struct {
	name    string
	rows    []R
	show    func(R) object
	unknown func(marker string) error
}

// neutronList answers a listing: rows in the order of their ids, those that the
// filters choose, with the fields asked for and links to the neighbouring pages
// when a limit is given.
func neutronList[R row](c *Cloud, q *call, k neutronKind[R]) (answer, error) {
	values := q.URL.Query()
	slices.SortFunc(k.rows, func(a, b R) int { return strings.Compare(a.id(), b.id()) })
	rows := slices.DeleteFunc(k.rows, func(r R) bool { return !chosen(values, k.show(r)) })
	rows, next, err := page(c, q, rows, k.unknown)
	if err != nil {
		return answer{}, err
	}
	body := object{k.name: each(rows, func(r R) object { return only(values["fields"], k.show(r)) })}
	links := []object{}
	if next != "" {
		links = q.nextLink(next)
	}
	if _, paged := q.wants("limit"); paged && len(rows) > 0 {
		links = append(links, object{
			"rel": "previous", "href": q.self() + "?" + q.query(rows[0].id()) + "&page_reverse=True",
		})
	}
	if len(links) > 0 {
		body[k.name+"_links"] = links
	}
	return ok(body)
}

// notNeutronFilters are parameters of a listing that choose no rows by equality.
var notNeutronFilters = []string{
	"limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse",
	"tags", "tags-any", "not-tags", "not-tags-any", "fixed_ips",
}

// chosen reports whether a resource passes the filters of a query: a parameter
// with the name of a member chooses by equality with any of its values. Those
// that no member has choose nothing, as in Neutron without strict filters.
func chosen(values url.Values, doc object) bool {
	if tags, ok := doc["tags"].([]string); ok && !tagged(values, tags) {
		return false
	}
	for name, asked := range values {
		have, known := doc[name]
		if !known || slices.Contains(notNeutronFilters, name) {
			continue
		}
		if !slices.ContainsFunc(asked, func(v string) bool { return equals(have, v) }) {
			return false
		}
	}
	return true
}

func equals(have any, asked string) bool {
	switch have := have.(type) {
	case string:
		return have == asked
	case bool:
		return yesNo(have) == strings.ToLower(asked) || (asked == "1") == have && (asked == "1" || asked == "0")
	case []string:
		return slices.Contains(have, asked)
	}
	return have == nil && asked == ""
}

// only keeps the members asked for; without any, all.
func only(fields []string, doc object) object {
	if len(fields) == 0 {
		return doc
	}
	part := object{}
	for _, f := range fields {
		if value, ok := doc[f]; ok {
			part[f] = value
		}
	}
	return part
}

func (c *Cloud) showNetwork(n *Network) object {
	doc := object{
		"id": n.ID, "name": n.Name, "description": n.Description, "status": n.Status,
		"tenant_id": n.ProjectID, "project_id": n.ProjectID, "admin_state_up": !n.AdminDown,
		"shared": n.Shared, "router:external": n.External, "mtu": n.MTU, "port_security_enabled": true,
		"subnets":                 each(c.subnetsOf(n.ID), func(s *Subnet) string { return s.ID }),
		"availability_zone_hints": []string{}, "availability_zones": []string{},
		"ipv4_address_scope": nil, "ipv6_address_scope": nil,
		"tags":       append([]string{}, n.Tags...),
		"created_at": n.Created.UTC().Format(seconds), "updated_at": n.Updated.UTC().Format(seconds),
		"revision_number": 1,
	}
	if n.External {
		doc["is_default"] = false
	}
	return doc
}

func (c *Cloud) readNetwork(q *call) (answer, error) {
	n, err := c.network(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return ok(object{"network": c.showNetwork(n)})
}

// networkWish is what a project may say of a network.
type networkWish struct {
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Up          *bool   `json:"admin_state_up"`
	MTU         *int    `json:"mtu"`
}

func (w networkWish) apply(n *Network) {
	set(&n.Name, w.Name)
	set(&n.Description, w.Description)
	set(&n.MTU, w.MTU)
	if w.Up != nil {
		n.AdminDown = !*w.Up
	}
}

func (c *Cloud) createNetwork(q *call) (answer, error) {
	var w networkWish
	if err := q.decode("network", &w); err != nil {
		return answer{}, err
	}
	own := c.networks.where(func(n *Network) bool { return n.ProjectID == c.ProjectID() })
	if err := neutronQuota("network", len(own), c.opt.Quotas.Networks); err != nil {
		return answer{}, err
	}
	n := &Network{ID: uuid.NewString(), Status: "ACTIVE", ProjectID: c.ProjectID(), MTU: 1450, Created: c.line.At, Updated: c.line.At}
	w.apply(n)
	c.networks.add(n.ID, n)
	return created(object{"network": c.showNetwork(n)})
}

// neutronQuota refuses one more of what there are have.
func neutronQuota(kind string, have, quota int) error {
	if !exceeds(have+1, quota) {
		return nil
	}
	return neutron(http.StatusConflict, "OverQuota", "Quota exceeded for resources: ['%s'].", kind)
}

// ownNetwork finds the network of a call that changes it.
func (c *Cloud) ownNetwork(q *call, rule string) (*Network, error) {
	n, err := c.network(q.PathValue("id"))
	if err == nil && n.ProjectID != c.ProjectID() {
		err = forbidden(rule)
	}
	return n, err
}

func forbidden(rule string) error {
	return neutron(http.StatusForbidden, "PolicyNotAuthorized", "rule:%s is disallowed by policy", rule)
}

func (c *Cloud) updateNetwork(q *call) (answer, error) {
	n, err := c.ownNetwork(q, "update_network")
	if err != nil {
		return answer{}, err
	}
	var w networkWish
	if err := q.decode("network", &w); err != nil {
		return answer{}, err
	}
	w.apply(n)
	n.Updated = c.line.At
	return ok(object{"network": c.showNetwork(n)})
}

// deleteNetwork ends a network with its subnets, unless it has ports.
func (c *Cloud) deleteNetwork(q *call) (answer, error) {
	n, err := c.ownNetwork(q, "delete_network")
	if err != nil {
		return answer{}, err
	}
	if used := c.ports.where(func(p *Port) bool { return p.NetworkID == n.ID }); len(used) > 0 {
		ids := strings.Join(idsOf(used), ",")
		return answer{}, neutron(http.StatusConflict, "NetworkInUse", "Unable to complete operation on network %s. "+
			"There are one or more ports still in use on the network, id for these ports is: %s.", n.ID, ids)
	}
	for _, s := range c.subnetsOf(n.ID) {
		c.subnets.drop(s.ID)
	}
	c.networks.drop(n.ID)
	return noContent()
}
