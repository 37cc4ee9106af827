package openstack

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

// SecurityGroup is a set of rules for the traffic of ports; no packet is ever
// judged by them. Source: Networking API v2.0, "Security groups".
type SecurityGroup struct {
	ID               string
	Name             string
	Description      string
	Rules            []SecurityRule
	Tags             []string
	Created, Updated time.Time
}

// SecurityRule lets traffic through. The zero values of protocol, ports and
// prefix mean any.
type SecurityRule struct {
	ID               string
	Direction        string // ingress or egress
	Ethertype        string // IPv4 or IPv6
	Protocol         string
	PortMin, PortMax int
	RemotePrefix     string
	RemoteGroup      string
}

func (g *SecurityGroup) id() string      { return g.ID }
func (g *SecurityGroup) born() time.Time { return g.Created }

// addGroup makes a group that lets out everything, as all new ones do.
func (c *Cloud) addGroup(name, description string) *SecurityGroup {
	g := &SecurityGroup{
		ID: uuid.NewString(), Name: name, Description: description, Created: c.line.At, Updated: c.line.At,
		Rules: []SecurityRule{
			{ID: uuid.NewString(), Direction: "egress", Ethertype: "IPv4"},
			{ID: uuid.NewString(), Direction: "egress", Ethertype: "IPv6"},
		},
	}
	c.groups.add(g.ID, g)
	return g
}

func noGroup(id string) error {
	return neutron(http.StatusNotFound, "SecurityGroupNotFound", "Security group %s does not exist", id)
}

func (c *Cloud) listGroups(q *call) (answer, error) {
	rows := c.groups.where(func(*SecurityGroup) bool { return true })
	return neutronList(c, q, neutronKind[*SecurityGroup]{"security_groups", rows, c.showGroup, noGroup})
}

func (c *Cloud) showGroup(g *SecurityGroup) object {
	return object{
		"id": g.ID, "name": g.Name, "description": g.Description, "stateful": true, "shared": false,
		"tenant_id": c.ProjectID(), "project_id": c.ProjectID(), "tags": append([]string{}, g.Tags...),
		"created_at": g.Created.UTC().Format(seconds), "updated_at": g.Updated.UTC().Format(seconds),
		"revision_number":      1,
		"security_group_rules": each(g.Rules, func(r SecurityRule) object { return c.showRule(g, r) }),
	}
}

func (c *Cloud) showRule(g *SecurityGroup, r SecurityRule) object {
	port := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	return object{
		"id": r.ID, "security_group_id": g.ID, "tenant_id": c.ProjectID(), "project_id": c.ProjectID(),
		"direction": r.Direction, "ethertype": r.Ethertype, "protocol": orNull(r.Protocol),
		"port_range_min": port(r.PortMin), "port_range_max": port(r.PortMax),
		"remote_ip_prefix": orNull(r.RemotePrefix), "remote_group_id": orNull(r.RemoteGroup), "description": nil,
		"remote_address_group_id": nil, "normalized_cidr": nil, "tags": []string{}, "revision_number": 0,
		"created_at": g.Created.UTC().Format(seconds), "updated_at": g.Updated.UTC().Format(seconds),
	}
}

func (c *Cloud) group(id string) (*SecurityGroup, error) {
	g, ok := c.groups.get(id)
	if !ok {
		return nil, noGroup(id)
	}
	return g, nil
}

func (c *Cloud) readGroup(q *call) (answer, error) {
	g, err := c.group(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return ok(object{"security_group": c.showGroup(g)})
}

func (c *Cloud) createGroup(q *call) (answer, error) {
	var w struct{ Name, Description string }
	if err := q.decode("security_group", &w); err != nil {
		return answer{}, err
	}
	if err := neutronQuota("security_group", len(c.groups.order), c.opt.Quotas.SecurityGroups); err != nil {
		return answer{}, err
	}
	return created(object{"security_group": c.showGroup(c.addGroup(w.Name, w.Description))})
}

func (c *Cloud) deleteGroup(q *call) (answer, error) {
	g, err := c.group(q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if g.Name == "default" {
		return answer{}, neutron(http.StatusConflict, "SecurityGroupCannotRemoveDefault",
			"Insufficient rights for removing default security group.")
	}
	if _, used := c.ports.find(func(p *Port) bool { return slices.Contains(p.SecurityGroups, g.ID) }); used {
		return answer{}, neutron(http.StatusConflict, "SecurityGroupInUse", "Security Group %s in use.", g.ID)
	}
	c.groups.drop(g.ID)
	return noContent()
}

func (c *Cloud) createRule(q *call) (answer, error) {
	var w struct {
		Group        string `json:"security_group_id"`
		Direction    string `json:"direction"`
		Ethertype    string `json:"ethertype"`
		Protocol     string `json:"protocol"`
		PortMin      int    `json:"port_range_min"`
		PortMax      int    `json:"port_range_max"`
		RemotePrefix string `json:"remote_ip_prefix"`
		RemoteGroup  string `json:"remote_group_id"`
	}
	if err := q.decode("security_group_rule", &w); err != nil {
		return answer{}, err
	}
	g, err := c.group(w.Group)
	if err != nil {
		return answer{}, err
	}
	fill(&w.Ethertype, "IPv4")
	r := SecurityRule{
		"", w.Direction, w.Ethertype, w.Protocol, w.PortMin, w.PortMax, w.RemotePrefix, w.RemoteGroup,
	}
	rules := 0
	for _, have := range c.groups.order {
		rules += len(have.Rules)
	}
	if err := neutronQuota("security_group_rule", rules, c.opt.Quotas.GroupRules); err != nil {
		return answer{}, err
	}
	for _, have := range g.Rules {
		id := have.ID
		if have.ID = ""; have == r {
			return answer{}, neutron(http.StatusConflict, "SecurityGroupRuleExists",
				"Security group rule already exists. Rule id is %s.", id)
		}
	}
	r.ID = uuid.NewString()
	g.Rules = append(g.Rules, r)
	return created(object{"security_group_rule": c.showRule(g, r)})
}
