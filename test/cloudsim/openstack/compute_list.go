package openstack

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (c *Cloud) listServers(q *call) (answer, error) {
	return c.serverPage(q, func(s *Server) object {
		return object{"id": s.ID, "name": s.Name, "links": c.links(q, "servers", s.ID)}
	})
}

func (c *Cloud) listServerDetails(q *call) (answer, error) {
	return c.serverPage(q, func(s *Server) object { return c.showServer(q, s) })
}

func (c *Cloud) serverPage(q *call, show func(*Server) object) (answer, error) {
	rows, err := c.filteredServers(q)
	if err != nil {
		return answer{}, err
	}
	rows, next, err := page(c, q, newestFirst(rows), badMarker)
	if err != nil {
		return answer{}, err
	}
	return listed(q, "servers", each(rows, show), next)
}

func badMarker(marker string) error {
	return refuse(http.StatusBadRequest, "marker [%s] not found", marker)
}

// filteredServers are those that a listing asks for. With changes-since the
// deleted ones are among them.
func (c *Cloud) filteredServers(q *call) ([]*Server, error) {
	match, err := c.serverFilter(q)
	if err != nil {
		return nil, err
	}
	rows := c.servers.where(match)
	if _, asked := q.wants("changes-since"); asked {
		rows = append(c.deleted.where(match), rows...)
	}
	return rows, nil
}

func (c *Cloud) serverFilter(q *call) (func(*Server) bool, error) {
	values := q.URL.Query()
	since, err := changesSince(values.Get("changes-since"))
	if err != nil {
		return nil, err
	}
	name, err := nameFilter(q)
	if err != nil {
		return nil, err
	}
	status, byStatus := q.wants("status")
	return func(s *Server) bool {
		return !s.Updated.Before(since) &&
			name.MatchString(s.Name) &&
			(!s.CellDown || q.minor >= 69) &&
			(!byStatus || strings.EqualFold(s.Status(), status)) &&
			matches(values, "image", s.ImageID) &&
			matches(values, "flavor", s.FlavorID) &&
			(q.minor < 26 || tagged(values, s.Tags))
	}, nil
}

// nameFilter is a regular expression, as in Nova.
func nameFilter(q *call) (*regexp.Regexp, error) {
	value, asked := q.wants("name")
	re, err := regexp.Compile("(?i)" + value)
	if err != nil || asked && value == "" {
		return nil, refuse(http.StatusBadRequest,
			"Invalid input for query parameters name. Value: %[1]s. '%[1]s' is not a 'regex'", value)
	}
	return re, nil
}

func changesSince(value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if at, err := time.Parse(form, value); err == nil {
			return at, nil
		}
	}
	return time.Time{}, refuse(http.StatusBadRequest,
		"Invalid input for query parameters changes-since. Value: %s. '%s' is not a 'date-time'", value, value)
}

// tagged reports whether tags pass the filters tags, tags-any, not-tags and
// not-tags-any, which Nova and Neutron share.
func tagged(values map[string][]string, have []string) bool {
	all := func(asked []string) bool { return hasAll(have, asked) }
	some := func(asked []string) bool {
		return slices.ContainsFunc(asked, func(t string) bool { return slices.Contains(have, t) })
	}
	for _, f := range []struct {
		name string
		pass func([]string) bool
	}{
		{"tags", all},
		{"tags-any", some},
		{"not-tags", func(asked []string) bool { return !all(asked) }},
		{"not-tags-any", func(asked []string) bool { return !some(asked) }},
	} {
		if asked, ok := values[f.name]; ok && !f.pass(strings.Split(asked[0], ",")) {
			return false
		}
	}
	return true
}

func hasAll(have, asked []string) bool {
	return !slices.ContainsFunc(asked, func(t string) bool { return !slices.Contains(have, t) })
}
