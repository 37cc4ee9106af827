package suncloud

import (
	"encoding/json"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// The resources of the API, of which only what is used is read. URIs in them
// may be relative to the document they stand in; resolve makes them absolute.

// tags are what VMs, VNets and addresses have; our token is one of them.
type tags []string

const tokenTag = "occigate-token:"

func tagged(token string) tags { return tags{tokenTag + token} }

// have reports whether the token is there, which an empty one never is.
func (t tags) have(token string) bool { return token != "" && slices.Contains(t, tokenTag+token) }

// token finds our token.
func (t tags) token() string {
	for _, tag := range t {
		if token, is := strings.CutPrefix(tag, tokenTag); is {
			return token
		}
	}
	return ""
}

// cloud is the service's entry. Of a VDC it is promised to have name and URI.
type cloud struct {
	VDCs []struct{ Name, URI string } `json:"vdcs"`
}

// vdc is all that an account has, nested.
type vdc struct {
	URI       string    `json:"uri"`
	Cluster   cluster   `json:"cluster"`
	Addresses []address `json:"addresses"`
	Templates string    `json:"vm_templates"`
}

// cluster holds VMs and VNets, and clusters of the same kind.
type cluster struct {
	Name     string    `json:"name"`
	URI      string    `json:"uri"`
	VMs      []vm      `json:"vms"`
	VNets    []vnet    `json:"vnets"`
	Clusters []cluster `json:"clusters"`
}

// vm is a machine. Its attach, detach, back_up and controllers are links, which are
// there only when they may be followed; all but controllers always are, in the
// specification's examples.
type vm struct {
	Figures
	Name         string            `json:"name"`
	URI          string            `json:"uri"`
	Cluster      string            `json:"cluster"`
	State        string            `json:"run_status"`
	Updated      bool              `json:"updated"`
	LastBoot     json.RawMessage   `json:"last_boot"` // a number or a text; never null once it has run
	FromTemplate string            `json:"from_template"`
	Hostname     string            `json:"hostname"`
	Tags         tags              `json:"tags"`
	Attach       string            `json:"attach"`
	Detach       string            `json:"detach"`
	BackUp       string            `json:"back_up"`
	Backups      []named           `json:"backups"`
	Interfaces   []nic             `json:"interfaces"`
	Controllers  map[string]string `json:"controllers"`
}

// controller finds the first of the controllers that is there, which are those
// that are legal now.
func (m vm) controller(names []string) (name, uri string) {
	for _, name := range names {
		if m.Controllers[name] != "" {
			return name, m.Controllers[name]
		}
	}
	return "", ""
}

// hasBackup reports whether a VM has a backup of that name.
func (m vm) hasBackup(name string) bool {
	return slices.ContainsFunc(m.Backups, func(b named) bool { return b.Name == name })
}

// fresh reports whether a VM has never been started.
func (m vm) fresh() bool {
	return m.State == "STOPPED" && (len(m.LastBoot) == 0 || string(m.LastBoot) == "null")
}

// nic is a VM's interface: with a VNet or a public address, at most one.
type nic struct {
	VNet    string `json:"vnet"`
	Address string `json:"public_address"`
	NIC     string `json:"nic"`
	MAC     string `json:"mac_address"`
	IP      string `json:"ip_address"`
}

// target is the URI of what the interface connects with.
func (i nic) target() string { return i.VNet + i.Address }

// kind is the media type of what the interface connects with.
func (i nic) kind() string {
	if i.Address != "" {
		return "PublicAddress"
	}
	return "VNet"
}

// vnet is a private network within a cluster. It has a mask and, in all drafts,
// no address.
type vnet struct {
	Name    string `json:"name"`
	URI     string `json:"uri"`
	Cluster string `json:"cluster"`
	Netmask string `json:"netmask"`
	Tags    tags   `json:"tags"`
}

// prefix is the range that an address stands for with the mask, which is in
// dots; empty when either is none.
func (n vnet) prefix(ip string) string {
	address, err := netip.ParseAddr(ip)
	ones, bits := net.IPMask(net.ParseIP(n.Netmask).To4()).Size()
	if err != nil || bits == 0 {
		return ""
	}
	p, err := address.Prefix(ones)
	if err != nil {
		return ""
	}
	return p.String()
}

// address is a public address of the VDC, at most one VM has it.
type address struct {
	URI  string `json:"uri"`
	IP   string `json:"ip_address"`
	VM   string `json:"vm"`
	Tags tags   `json:"tags"`
}

// template is what VMs are made from. It has figures too.
type template struct {
	Figures
	Name        string `json:"name"`
	URI         string `json:"uri"`
	Description string `json:"description"`
}

// newVM is the body of a create. Figures that are sent win over those of the
// template.
type newVM struct {
	Figures
	Name       string   `json:"name"`
	Template   string   `json:"from_template"`
	Interfaces []newNIC `json:"interfaces,omitempty"`
	Params     params   `json:"params,omitzero"`
	Tags       tags     `json:"tags"`
}

// newNIC is an interface that a VM is made with.
type newNIC struct {
	VNet string `json:"vnet"`
}

// params are what the machine itself is told, which is the template's to use;
// binary data is in base64.
type params struct {
	User struct {
		Data      []byte `json:"user_data,omitempty"`
		PublicKey string `json:"public_key,omitempty"`
		Hostname  string `json:"hostname,omitempty"`
	} `json:"user_params"`
}

// named is the body of a new VNet, public address or backup, what is read of the
// backups of a VM, and with the URI alone the body of attaching and detaching.
type named struct {
	Name string `json:"name,omitempty"`
	URI  string `json:"uri,omitempty"`
	Tags tags   `json:"tags,omitempty"`
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
	all := []*string{&m.URI, &m.Cluster, &m.FromTemplate, &m.Attach, &m.Detach, &m.BackUp}
	for i := range m.Backups {
		all = append(all, &m.Backups[i].URI)
	}
	for i := range m.Interfaces {
		all = append(all, &m.Interfaces[i].VNet, &m.Interfaces[i].Address)
	}
	return all
}

func (a *address) links() []*string { return []*string{&a.URI, &a.VM} }

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
