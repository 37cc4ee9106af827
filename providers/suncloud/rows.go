package suncloud

import (
	"encoding/json"
	"net/url"
)

// The resources of the API, of which only what is used is read. URIs in them
// may be relative to the document they stand in; resolve makes them absolute.

type cloud struct {
	VDCs []struct{ Name, URI string } `json:"vdcs"`
}

type vdc struct {
	URI       string    `json:"uri"`
	Cluster   cluster   `json:"cluster"`
	Addresses []address `json:"addresses"`
	Templates string    `json:"vm_templates"`
}

type cluster struct {
	Name     string    `json:"name"`
	URI      string    `json:"uri"`
	VMs      []vm      `json:"vms"`
	VNets    []vnet    `json:"vnets"`
	Clusters []cluster `json:"clusters"`
}

type vm struct {
	figures
	Name         string            `json:"name"`
	URI          string            `json:"uri"`
	Cluster      string            `json:"cluster"`
	State        string            `json:"run_status"`
	Updated      bool              `json:"updated"`
	LastBoot     json.RawMessage   `json:"last_boot"` // a number or a text; never null once it has run
	FromTemplate string            `json:"from_template"`
	Hostname     string            `json:"hostname"`
	Tags         []string          `json:"tags"`
	Attach       string            `json:"attach"`
	Detach       string            `json:"detach"`
	Interfaces   []nic             `json:"interfaces"`
	Controllers  map[string]string `json:"controllers"`
}

// nic is a VM's interface: with a VNet or a public address, at most one.
type nic struct {
	VNet    string `json:"vnet"`
	Address string `json:"public_address"`
	NIC     string `json:"nic"`
	MAC     string `json:"mac_address"`
	IP      string `json:"ip_address"`
}

type vnet struct {
	Name    string   `json:"name"`
	URI     string   `json:"uri"`
	Cluster string   `json:"cluster"`
	Netmask string   `json:"netmask"`
	Tags    []string `json:"tags"`
}

type address struct {
	URI  string   `json:"uri"`
	IP   string   `json:"ip_address"`
	VM   string   `json:"vm"`
	Tags []string `json:"tags"`
}

type template struct {
	figures
	Name        string `json:"name"`
	URI         string `json:"uri"`
	Description string `json:"description"`
}

// status tells of work. Code and message mean something at progress 100 only.
type status struct {
	Op       string `json:"op"`
	Progress int    `json:"progress"`
	Target   string `json:"target_uri"`
	Status   string `json:"status_uri"`
	Code     int    `json:"status"`
	Message  string `json:"message"`
}

// links is what has URIs to resolve.
type links interface{ links() []*string }

func (c *cloud) links() (all []*string) {
	for i := range c.VDCs {
		all = append(all, &c.VDCs[i].URI)
	}
	return all
}

func (v *vdc) links() []*string {
	all := append(v.Cluster.links(), &v.URI, &v.Templates)
	for i := range v.Addresses {
		all = append(all, v.Addresses[i].links()...)
	}
	return all
}

func (c *cluster) links() []*string {
	all := []*string{&c.URI}
	for i := range c.VMs {
		all = append(all, c.VMs[i].links()...)
	}
	for i := range c.VNets {
		all = append(all, &c.VNets[i].URI, &c.VNets[i].Cluster)
	}
	for i := range c.Clusters {
		all = append(all, c.Clusters[i].links()...)
	}
	return all
}

func (m *vm) links() []*string {
	all := []*string{&m.URI, &m.Cluster, &m.FromTemplate, &m.Attach, &m.Detach}
	for i := range m.Interfaces {
		all = append(all, &m.Interfaces[i].VNet, &m.Interfaces[i].Address)
	}
	return all
}

func (a *address) links() []*string { return []*string{&a.URI, &a.VM} }
func (s *status) links() []*string  { return []*string{&s.Target, &s.Status} }

// templates is the document of the type VMTemplates.
type templates []template

func (t templates) links() (all []*string) {
	for i := range t {
		all = append(all, &t[i].URI)
	}
	return all
}

// controlled is what has controllers, or VMs that have.
type controlled interface{ resolveControllers(base *url.URL) }

func (v vdc) resolveControllers(base *url.URL) { v.Cluster.resolveControllers(base) }

func (c cluster) resolveControllers(base *url.URL) {
	for _, m := range c.VMs {
		m.resolveControllers(base)
	}
	for _, inner := range c.Clusters {
		inner.resolveControllers(base)
	}
}

func (m vm) resolveControllers(base *url.URL) {
	for name, uri := range m.Controllers {
		m.Controllers[name] = absolute(base, uri)
	}
}

// resolve makes the URIs of a document absolute. One that cannot be read is
// left as it is, and is refused where it is used.
func resolve(base *url.URL, all []*string) {
	for _, link := range all {
		*link = absolute(base, *link)
	}
}

// absolute resolves one URI (RFC 3986, section 5); odd characters and the query
// stay as they are.
func absolute(base *url.URL, link string) string {
	if link == "" {
		return ""
	}
	u, err := base.Parse(link)
	if err != nil {
		return link
	}
	return u.String()
}
