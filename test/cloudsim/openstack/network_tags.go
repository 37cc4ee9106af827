package openstack

import (
	"net/http"
	"slices"
)

// tagsOf finds the tags of a resource of Neutron, by its kind and id.
var tagsOf = map[string]func(c *Cloud, id string) (*[]string, bool){
	"networks": func(c *Cloud, id string) (*[]string, bool) {
		return field(c.networks.get, id, func(n *Network) *[]string { return &n.Tags })
	},
	"subnets": func(c *Cloud, id string) (*[]string, bool) {
		return field(c.subnets.get, id, func(s *Subnet) *[]string { return &s.Tags })
	},
	"ports": func(c *Cloud, id string) (*[]string, bool) {
		return field(c.ports.get, id, func(p *Port) *[]string { return &p.Tags })
	},
	"routers": func(c *Cloud, id string) (*[]string, bool) {
		return field(c.routers.get, id, func(r *Router) *[]string { return &r.Tags })
	},
	"floatingips": func(c *Cloud, id string) (*[]string, bool) {
		return field(c.floating.get, id, func(f *FloatingIP) *[]string { return &f.Tags })
	},
	"security-groups": func(c *Cloud, id string) (*[]string, bool) {
		return field(c.groups.get, id, func(g *SecurityGroup) *[]string { return &g.Tags })
	},
}

func field[T, F any](get func(string) (*T, bool), id string, of func(*T) *F) (*F, bool) {
	row, ok := get(id)
	if !ok {
		return nil, false
	}
	return of(row), true
}

func (c *Cloud) tags(q *call) (*[]string, error) {
	find, known := tagsOf[q.PathValue("kind")]
	if known {
		if tags, ok := find(c, q.PathValue("id")); ok {
			return tags, nil
		}
	}
	return nil, neutron(http.StatusNotFound, "TagResourceNotFound",
		"Resource %s %s could not be found.", q.PathValue("kind"), q.PathValue("id"))
}

func (c *Cloud) listTags(q *call) (answer, error) {
	tags, err := c.tags(q)
	if err != nil {
		return answer{}, err
	}
	return ok(object{"tags": append([]string{}, *tags...)})
}

func (c *Cloud) replaceTags(q *call) (answer, error) {
	tags, err := c.tags(q)
	if err != nil {
		return answer{}, err
	}
	var sent []string
	if err := q.decode("tags", &sent); err != nil {
		return answer{}, err
	}
	*tags = sortedSet(sent)
	return c.listTags(q)
}

func (c *Cloud) addTag(q *call) (answer, error) {
	tags, err := c.tags(q)
	if err != nil {
		return answer{}, err
	}
	*tags = sortedSet(append(slices.Clone(*tags), q.PathValue("tag")))
	return answer{status: http.StatusCreated}, nil
}

func (c *Cloud) deleteTag(q *call) (answer, error) {
	tags, err := c.tags(q)
	if err != nil {
		return answer{}, err
	}
	i := slices.Index(*tags, q.PathValue("tag"))
	if i < 0 {
		return answer{}, neutron(http.StatusNotFound, "TagNotFound", "Tag %s could not be found.", q.PathValue("tag"))
	}
	*tags = slices.Delete(slices.Clone(*tags), i, i+1)
	return noContent()
}
