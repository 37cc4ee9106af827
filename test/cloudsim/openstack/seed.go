package openstack

import (
	"strconv"
	"time"
)

// Furnish adds what a server can be made of: six flavors m1.*, five public
// images, the external network "public", and the tenant networks "frontend"
// (192.168.10.0/24) and "backend" (192.168.20.0/24) behind the router
// "gateway". The ids are the same each time.
func (c *Cloud) Furnish() {
	for _, f := range seedFlavors {
		c.AddFlavor(f)
	}
	for i, image := range seedImages {
		image.ID = c.fixedID("image", image.Name)
		image.Created = c.opt.Clock().AddDate(0, 0, -40-i)
		c.AddImage(image)
	}
	public := c.seedNetwork(Network{Name: "public", External: true, MTU: 1500}, "203.0.113.0/24")
	front := c.seedNetwork(Network{Name: "frontend"}, "192.168.10.0/24")
	back := c.seedNetwork(Network{Name: "backend"}, "192.168.20.0/24")
	c.AddRouter("gateway", public, front, back)
}

// Seed adds a believable estate: what Furnish adds, a dozen servers in different
// states with volumes and floating addresses, a key pair, a security group and a
// snapshot of the project's own.
// The ids are the same each time.
func (c *Cloud) Seed() {
	c.Furnish()
	c.seedAccess()
	c.AddImage(Image{
		ID: c.fixedID("image", "portal-2026-10"), Name: "portal-2026-10", Visibility: "private", Owner: c.ProjectID(),
		Size: 2900 << 20, MinDiskGiB: 40, Created: c.opt.Clock().AddDate(0, 0, -12),
		Properties: map[string]string{"os_distro": "ubuntu", "architecture": "x86_64", "image_type": "snapshot"},
	})
	for i, s := range seedServers {
		c.seedServer(i, s)
	}
	for i, v := range seedVolumes {
		v.volume.ID = c.fixedID("volume", v.volume.Name)
		v.volume.Created = c.opt.Clock().AddDate(0, 0, -20+i)
		if v.server != "" {
			v.volume.ServerID = c.fixedID("server", v.server)
		}
		c.AddVolume(v.volume)
	}
	public := c.fixedID("network", "public")
	for _, name := range seedAddresses {
		server := ""
		if name != "" {
			server = c.fixedID("server", name)
		}
		c.AddFloatingIP(public, server)
	}
}

func (c *Cloud) seedNetwork(n Network, cidr string) (id string) {
	n.ID = c.fixedID("network", n.Name)
	n.Created = c.opt.Clock().AddDate(0, -3, 0)
	return c.AddNetwork(n, cidr).ID
}

// seedAccess adds the key pair "ops" and the security group "web".
func (c *Cloud) seedAccess() {
	c.look(func() {
		const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDIhz2GK/XCUj4i6Q5yQJNL1MKMY0RxzPV2QrBqfHrDq ops"
		c.keys.add("ops", &KeyPair{Name: "ops", Type: "ssh", PublicKey: key, Fingerprint: fingerprint(key), Created: c.line.At})
		web := c.addGroup("web", "HTTP and HTTPS from everywhere")
		for _, port := range []int{80, 443} {
			web.Rules = append(web.Rules, SecurityRule{
				ID: c.fixedID("rule", strconv.Itoa(port)), Direction: "ingress", Ethertype: "IPv4",
				Protocol: "tcp", PortMin: port, PortMax: port, RemotePrefix: "0.0.0.0/0",
			})
		}
	})
}

func (c *Cloud) seedServer(i int, s seedServer) {
	row := Server{
		ID: c.fixedID("server", s.name), Name: s.name, VMState: s.state, FlavorID: s.flavor,
		ImageID: c.fixedID("image", s.image), KeyName: "ops", Metadata: map[string]string{"role": s.role},
		SecurityGroups: []string{"default"}, Created: c.opt.Clock().AddDate(0, 0, -30+i).Add(time.Duration(i) * time.Minute),
	}
	if s.role == "web" {
		row.SecurityGroups = append(row.SecurityGroups, "web")
	}
	if s.state == "error" {
		row.Fault = "No valid host was found. "
	}
	var networks []string
	for _, name := range s.networks {
		networks = append(networks, c.fixedID("network", name))
	}
	c.AddServer(row, networks...)
}

var seedFlavors = []Flavor{
	{ID: "1", Name: "m1.tiny", VCPUs: 1, MemoryMiB: 512, DiskGiB: 1},
	{ID: "2", Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20},
	{ID: "3", Name: "m1.medium", VCPUs: 2, MemoryMiB: 4096, DiskGiB: 40},
	{ID: "4", Name: "m1.large", VCPUs: 4, MemoryMiB: 8192, DiskGiB: 80},
	{ID: "5", Name: "m1.xlarge", VCPUs: 8, MemoryMiB: 16384, DiskGiB: 160},
	{ID: "6", Name: "m1.2xlarge", VCPUs: 16, MemoryMiB: 32768, DiskGiB: 320},
}

var seedImages = []Image{
	{
		Name: "cirros-0.6.2-x86_64", Size: 21 << 20, MinDiskGiB: 1,
		Properties: map[string]string{"os_distro": "cirros", "architecture": "x86_64"},
	},
	{
		Name: "debian-12-genericcloud-amd64", Size: 330 << 20, MinDiskGiB: 2, MinMemoryMiB: 512,
		Properties: map[string]string{"os_distro": "debian", "os_version": "12", "architecture": "x86_64"},
	},
	{
		Name: "ubuntu-24.04-server-cloudimg-amd64", Size: 590 << 20, MinDiskGiB: 4, MinMemoryMiB: 1024,
		Properties: map[string]string{"os_distro": "ubuntu", "os_version": "24.04", "architecture": "x86_64"},
	},
	{
		Name: "rocky-9-genericcloud-base-x86_64", Size: 610 << 20, MinDiskGiB: 10, MinMemoryMiB: 1024,
		Properties: map[string]string{"os_distro": "rocky", "os_version": "9", "architecture": "x86_64"},
	},
	{
		Name: "fedora-coreos-40-x86_64", Size: 1700 << 20, MinDiskGiB: 10, MinMemoryMiB: 2048,
		Properties: map[string]string{"os_distro": "fedora-coreos", "os_version": "40", "architecture": "x86_64"},
	},
}

// seedServer is one machine of the estate.
type seedServer struct {
	name, role, state, flavor, image string
	networks                         []string
}

var (
	debian = seedImages[1].Name
	ubuntu = seedImages[2].Name
	rocky  = seedImages[3].Name
)

var seedServers = []seedServer{
	{"lb-1", "web", "active", "2", debian, []string{"frontend"}},
	{"lb-2", "web", "active", "2", debian, []string{"frontend"}},
	{"portal-1", "web", "active", "3", ubuntu, []string{"frontend", "backend"}},
	{"portal-2", "web", "active", "3", ubuntu, []string{"frontend", "backend"}},
	{"portal-3", "web", "stopped", "3", ubuntu, []string{"frontend", "backend"}},
	{"db-primary", "database", "active", "5", rocky, []string{"backend"}},
	{"db-replica", "database", "active", "5", rocky, []string{"backend"}},
	{"queue", "queue", "active", "3", debian, []string{"backend"}},
	{"ci-runner", "build", "suspended", "4", ubuntu, []string{"backend"}},
	{"staging", "test", "stopped", "3", ubuntu, []string{"frontend"}},
	{"analytics", "batch", "paused", "4", rocky, []string{"backend"}},
	{"render-farm", "batch", "error", "6", ubuntu, nil},
	{"bastion", "admin", "active", "1", debian, []string{"frontend"}},
}

var seedVolumes = []struct {
	server string
	volume Volume
}{
	{"db-primary", Volume{Name: "db-primary-data", SizeGiB: 200}},
	{"db-replica", Volume{Name: "db-replica-data", SizeGiB: 200}},
	{"queue", Volume{Name: "queue-spool", SizeGiB: 50}},
	{"analytics", Volume{Name: "warehouse", SizeGiB: 400}},
	{"", Volume{Name: "db-restore-test", SizeGiB: 200}},
	{"", Volume{Name: "import-2025", SizeGiB: 80, Status: "error"}},
}

// seedAddresses are floating addresses by the server that has each; an empty
// one is reserved only.
var seedAddresses = []string{"lb-1", "lb-2", "bastion", "", ""}
