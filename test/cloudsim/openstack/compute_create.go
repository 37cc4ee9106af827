package openstack

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// serverWish is the body of POST /servers.
type serverWish struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Hostname    string            `json:"hostname"`
	ImageRef    string            `json:"imageRef"`
	FlavorRef   string            `json:"flavorRef"`
	KeyName     string            `json:"key_name"`
	UserData    string            `json:"user_data"`
	Zone        string            `json:"availability_zone"`
	Metadata    map[string]string `json:"metadata"`
	Tags        []string          `json:"tags"`
	Networks    json.RawMessage   `json:"networks"`
	Groups      []struct {
		Name string `json:"name"`
	} `json:"security_groups"`
	Disks    []diskWish `json:"block_device_mapping_v2"`
	MinCount int        `json:"min_count"`
	MaxCount int        `json:"max_count"`
}

// laterFields of a create, with the microversion that brought each.
var laterFields = map[string]int{"description": 19, "tags": 52, "hostname": 90}

func (c *Cloud) createServer(q *call) (answer, error) {
	w, err := c.serverWish(q)
	if err != nil {
		return answer{}, err
	}
	p, err := c.planServer(q, w)
	if err != nil {
		return answer{}, err
	}
	var first *Server
	for i := range p.count {
		s := c.buildServer(p, w, i)
		if first == nil {
			first = s
		}
	}
	link := c.links(q, "servers", first.ID)
	body := object{
		"id": first.ID, "links": link, "OS-DCF:diskConfig": "MANUAL", "adminPass": rand.Text()[:12],
		"security_groups": each(p.groupNames(), func(n string) object { return object{"name": n} }),
	}
	return answer{
		status: http.StatusAccepted, location: link[0]["href"].(string), body: object{"server": body},
	}, nil
}

// serverWish reads the body and checks what needs no look at the cloud.
func (c *Cloud) serverWish(q *call) (serverWish, error) {
	var w serverWish
	var fields map[string]json.RawMessage
	if err := q.decode("server", &fields); err != nil {
		return w, err
	}
	for name, since := range laterFields {
		if _, given := fields[name]; given && q.minor < since {
			return w, badServer("Additional properties are not allowed ('%s' was unexpected)", name)
		}
	}
	whole, _ := json.Marshal(fields)
	if err := json.Unmarshal(whole, &w); err != nil {
		return w, badServer("%s", err)
	}
	switch {
	case w.Name == "":
		return w, badServer("'name' is a required property")
	case w.FlavorRef == "":
		return w, badServer("'flavorRef' is a required property")
	case len(w.Networks) == 0 && q.minor >= 37:
		return w, badServer("'networks' is a required property")
	case bytes.HasPrefix(w.Networks, []byte(`"`)) && q.minor < 37:
		return w, refuse(http.StatusBadRequest,
			"Invalid input for field/attribute networks. Value: %[1]s. %[1]s is not of type 'array'", w.Networks)
	case w.ImageRef == "" && !slices.ContainsFunc(w.Disks, diskWish.boots):
		return w, refuse(http.StatusBadRequest, "Missing imageRef attribute")
	}
	return w, nil
}

func badServer(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "Invalid input for field/attribute server. "+format, args...)
}

// serverPlan is a wish with its names looked up.
type serverPlan struct {
	count  int
	flavor *Flavor
	nics   []nic
	groups []*SecurityGroup
	zone   string
	resize bool // of a server that counts already
}

func (p serverPlan) groupNames() []string {
	return each(p.groups, func(g *SecurityGroup) string { return g.Name })
}

// planServer checks a wish against the cloud in Nova's order.
func (c *Cloud) planServer(q *call, w serverWish) (serverPlan, error) {
	p := serverPlan{count: max(1, w.MinCount, w.MaxCount), zone: c.opt.Zone}
	if w.Zone != "" {
		p.zone, _, _ = strings.Cut(w.Zone, ":")
	}
	var err error
	if p.flavor, err = c.flavorForServer(w.FlavorRef); err != nil {
		return p, err
	}
	if err := c.checkImage(w.ImageRef, p.flavor); err != nil {
		return p, err
	}
	if _, known := c.keys.get(w.KeyName); w.KeyName != "" && !known {
		return p, refuse(http.StatusBadRequest, "Invalid key_name provided.")
	}
	if p.zone != c.opt.Zone {
		return p, refuse(http.StatusBadRequest, "The requested availability zone is not available")
	}
	if p.groups, err = c.groupsNamed(w); err != nil {
		return p, err
	}
	if p.nics, err = c.nics(w.Networks); err != nil {
		return p, err
	}
	if p.count > 1 && slices.ContainsFunc(p.nics, func(n nic) bool { return n.FixedIP != "" || n.Port != "" }) {
		return p, refuse(http.StatusBadRequest,
			"Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.")
	}
	if err := c.checkDisks(w.Disks); err != nil {
		return p, err
	}
	return p, c.serverQuota(p)
}

func (c *Cloud) flavorForServer(ref string) (*Flavor, error) {
	ref = ref[strings.LastIndex(ref, "/")+1:] // an address is allowed too
	f, ok := c.flavors.get(ref)
	if !ok {
		return nil, refuse(http.StatusBadRequest, "Flavor %s could not be found.", ref)
	}
	return f, nil
}

func (c *Cloud) checkImage(ref string, f *Flavor) error {
	if ref == "" {
		return nil
	}
	i, ok := c.images.get(ref)
	switch {
	case !ok:
		return refuse(http.StatusBadRequest, "Can not find requested image")
	case i.Status != "active":
		return refuse(http.StatusBadRequest, "Image %s is not active.", ref)
	case f.MemoryMiB < i.MinMemoryMiB:
		return refuse(http.StatusBadRequest, "Flavor's memory is too small for requested image.")
	case f.DiskGiB > 0 && f.DiskGiB < i.MinDiskGiB:
		return refuse(http.StatusBadRequest,
			"Flavor's disk is too small for requested image. Flavor disk is %d bytes, minimum is %d bytes.",
			f.DiskGiB<<30, i.MinDiskGiB<<30)
	}
	return nil
}

func (c *Cloud) groupsNamed(w serverWish) ([]*SecurityGroup, error) {
	if len(w.Groups) == 0 {
		w.Groups = append(w.Groups, struct {
			Name string `json:"name"`
		}{"default"})
	}
	var groups []*SecurityGroup
	for _, asked := range w.Groups {
		g, ok := c.groups.find(func(g *SecurityGroup) bool { return g.Name == asked.Name || g.ID == asked.Name })
		if !ok {
			return nil, refuse(http.StatusBadRequest, "Unable to find security_group with name or id '%s'", asked.Name)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// serverQuota refuses what would take the project over a quota.
func (c *Cloud) serverQuota(p serverPlan) error {
	used := c.usage()
	servers := p.count
	if p.resize {
		servers = 0
	}
	for _, r := range []struct {
		name             string
		asked, used, max int
	}{
		{"instances", servers, used.servers, c.opt.Quotas.Instances},
		{"cores", p.count * p.flavor.VCPUs, used.cores, c.opt.Quotas.Cores},
		{"ram", p.count * p.flavor.MemoryMiB, used.memory, c.opt.Quotas.MemoryMiB},
	} {
		if exceeds(r.used+r.asked, r.max) {
			return refuse(http.StatusForbidden,
				"Quota exceeded for %s: Requested %d, but already used %d of %d %[1]s", r.name, r.asked, r.used, r.max)
		}
	}
	return nil
}

// usage is what the project's servers take.
type usage struct{ servers, cores, memory int }

func (c *Cloud) usage() usage {
	u := usage{servers: len(c.servers.order)}
	for _, s := range c.servers.order {
		if f, ok := c.flavors.get(s.FlavorID); ok {
			u.cores += f.VCPUs
			u.memory += f.MemoryMiB
		}
	}
	return u
}

// buildServer begins the i-th server of a plan.
func (c *Cloud) buildServer(p serverPlan, w serverWish, i int) *Server {
	s := &Server{
		ID: uuid.NewString(), Name: w.Name, Hostname: w.Hostname, Description: w.Description,
		VMState: "building", TaskState: "scheduling",
		FlavorID: p.flavor.ID, ImageID: w.ImageRef, KeyName: w.KeyName, UserData: w.UserData,
		Metadata: cloned(w.Metadata), Tags: slices.Sorted(slices.Values(w.Tags)),
		SecurityGroups: p.groupNames(), Created: c.line.At, Updated: c.line.At,
	}
	if p.count > 1 {
		s.Name = fmt.Sprintf("%s-%d", w.Name, i+1)
	}
	fill(&s.Hostname, s.Name)
	c.servers.add(s.ID, s)
	if problem := c.doom(s, p); problem != "" {
		c.line.After(c.opt.Transition, func() { c.failServer(s, problem) })
		return s
	}
	for _, n := range p.nics {
		c.plug(s, n, p.groups)
	}
	c.mapDisks(s, w)
	c.line.After(c.opt.Transition/2, func() { s.task("scheduling", "spawning") })
	c.line.After(c.opt.Transition, func() { c.launch(s, p.zone) })
	return s
}

// doom is why a server that is accepted will not come up, empty if it will.
func (c *Cloud) doom(s *Server, p serverPlan) string {
	if !p.flavor.fits(c.opt.Host) {
		return "No valid host was found. "
	}
	for _, n := range p.nics {
		if n.doomed != "" {
			return fmt.Sprintf("Build of instance %s aborted: %s", s.ID, n.doomed)
		}
	}
	return ""
}

// task moves a server on to another task, unless something came between.
func (s *Server) task(from, to string) {
	if s.TaskState == from {
		s.TaskState = to
	}
}

// launch is the end of building. A server that is being deleted stays so.
func (c *Cloud) launch(s *Server, zone string) {
	if s.VMState != "building" {
		return
	}
	s.VMState, s.Zone, s.Launched, s.Updated = "active", zone, c.line.At, c.line.At
	s.task("spawning", "")
	for _, p := range c.portsOf(s.ID) {
		p.Status = "ACTIVE"
	}
}

func (c *Cloud) failServer(s *Server, message string) {
	s.VMState, s.Fault, s.Updated = "error", message, c.line.At
	s.task("scheduling", "")
}
