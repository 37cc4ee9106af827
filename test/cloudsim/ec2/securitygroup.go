package ec2

import "slices"

// securityGroup is a named set of rules; the rules themselves are not
// simulated beyond what a default group has.
type securityGroup struct {
	resource
	vpc         *vpc
	name        string
	description string
}

// groupRef is a group where a document mentions it.
type groupRef struct {
	ID   string `xml:"groupId"`
	Name string `xml:"groupName"`
}

func groupRefs(groups []*securityGroup) []groupRef {
	var refs []groupRef
	for _, g := range groups {
		refs = append(refs, groupRef{g.id, g.name})
	}
	return refs
}

type groupItem struct {
	ID          string `xml:"groupId"`
	Name        string `xml:"groupName"`
	Description string `xml:"groupDescription"`
	VPC         string `xml:"vpcId"`
	Owner       string `xml:"ownerId"`
	Egress      []rule `xml:"ipPermissionsEgress>item"`
	Tags        []tag  `xml:"tagSet>item"`
}

type rule struct {
	Protocol string   `xml:"ipProtocol"`
	Ranges   []string `xml:"ipRanges>item>cidrIp"`
}

var groupListing = listing[*securityGroup]{least: 5, most: 1000, filters: map[string]filter[*securityGroup]{
	"description": of(func(g *securityGroup) string { return g.description }),
	"group-id":    of(func(g *securityGroup) string { return g.id }),
	"group-name":  of(func(g *securityGroup) string { return g.name }),
	"vpc-id":      of(func(g *securityGroup) string { return g.vpc.id }),
}}

// describeSecurityGroups lists groups; GroupName.N names groups of the default
// VPC.
func describeSecurityGroups(c *call) (any, error) {
	shown := c.groups
	if names := c.list("GroupName"); len(names) > 0 {
		named, err := c.groupsNamed(names)
		if err != nil {
			return nil, err
		}
		shown = newRows[*securityGroup](groupKind)
		for _, g := range named {
			shown.add(g)
		}
	}
	found, next, err := describe(c, &shown, groupListing)
	answer := struct {
		Groups []groupItem `xml:"securityGroupInfo>item"`
		Next   string      `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, g := range found {
		answer.Groups = append(answer.Groups, groupItem{
			g.id, g.name, g.description, g.vpc.id, c.opts.Account, []rule{{"-1", []string{"0.0.0.0/0"}}}, tagSet(&g.resource),
		})
	}
	return answer, err
}

// groupsNamed finds groups of the default VPC by name.
func (c *Cloud) groupsNamed(names []string) ([]*securityGroup, error) {
	var found []*securityGroup
	for _, name := range names {
		all := c.groups.all()
		i := slices.IndexFunc(all, func(g *securityGroup) bool { return g.name == name && g.vpc.isFirst })
		if i < 0 {
			return nil, fail("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC", name)
		}
		found = append(found, all[i])
	}
	return found, nil
}

// groupsFor finds the groups of a new interface: those with the ids, else the
// default group of the subnet's VPC.
func (c *Cloud) groupsFor(ids []string, s *subnet) ([]*securityGroup, error) {
	if len(ids) == 0 {
		for _, g := range c.groups.all() {
			if g.vpc == s.vpc && g.name == "default" {
				return []*securityGroup{g}, nil
			}
		}
	}
	found, err := c.groups.findAll(ids)
	if err != nil {
		return nil, err
	}
	for _, g := range found {
		if g.vpc != s.vpc {
			return nil, fail("InvalidParameter", "Security group %s and subnet %s belong to different networks.", g.id, s.id)
		}
	}
	return found, nil
}
