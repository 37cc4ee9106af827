package suncloud

// Root is the URI of the root cluster.
func (c *Cloud) Root() (uri string) {
	c.look(func() { uri = c.clusters[0].URI })
	return uri
}

// AddCluster adds a cluster to the root cluster and gives its URI.
func (c *Cloud) AddCluster(name string) (uri string) {
	c.look(func() {
		uri = c.newURI("/clusters/%d")
		c.clusters = append(c.clusters, &Cluster{URI: uri, Name: name, Parent: c.clusters[0].URI})
	})
	return uri
}

// AddTemplate adds a template and gives its URI.
func (c *Cloud) AddTemplate(t Template) string {
	c.look(func() {
		t.URI = c.newURI("/templates/%d")
		c.templates = append(c.templates, &t)
	})
	return t.URI
}

// AddVNet adds a VNet to a cluster, by default the root, and gives its URI.
func (c *Cloud) AddVNet(name, cluster string) (uri string) {
	c.look(func() {
		fill(&cluster, c.clusters[0].URI)
		uri = c.addVNet(VNet{Name: name, Cluster: cluster}).URI
	})
	return uri
}

// AddAddress reserves a public address and gives its URI.
func (c *Cloud) AddAddress(name string) (uri string) {
	c.look(func() { uri = c.reserve(Address{Name: name}).URI })
	return uri
}

// AddVM adds a VM that has been there, plugged into VNets and addresses.
func (c *Cloud) AddVM(m VM, plugs ...string) (uri string) {
	c.look(func() {
		m.URI = c.newURI("/vms/f*%d?in=vdc*1")
		fill(&m.Cluster, c.clusters[0].URI)
		fill(&m.State, Started)
		for _, t := range c.templates {
			if t.URI == m.FromTemplate {
				fill(&m.OS, t.OS)
				fill(&m.CPU, t.CPU)
				fill(&m.Memory, t.Memory)
				fill(&m.BootDisk, t.BootDisk)
				fill(&m.DataDisk, t.DataDisk)
				fill(&m.TempDisk, t.TempDisk)
			}
		}
		m.LastBoot = c.line.At.AddDate(0, 0, -3)
		m.Hostname = m.Name + ".example.test"
		c.vms = append(c.vms, &m)
		for _, p := range plugs {
			_ = c.plug(&m, p)
		}
	})
	return m.URI
}

// ChangeVM lets a test put a VM, found by its name, into any condition. It
// reports whether the VM exists.
func (c *Cloud) ChangeVM(name string, change func(*VM)) (found bool) {
	c.look(func() {
		for _, m := range c.vms {
			if m.Name == name {
				found = true
				change(m)
			}
		}
	})
	return found
}

// VMs lists the VMs that exist, oldest first.
func (c *Cloud) VMs() (out []VM) {
	c.look(func() {
		for _, m := range c.vms {
			out = append(out, *m)
		}
	})
	return out
}

// Backups lists the backups that exist, oldest first.
func (c *Cloud) Backups() (out []Backup) {
	c.look(func() {
		for _, b := range c.backups {
			out = append(out, *b)
		}
	})
	return out
}

// Seed adds a believable estate: three templates, two clusters, two VNets,
// three addresses, one share, and eight VMs in different states. The URIs are
// the same each time.
func (c *Cloud) Seed() {
	small := c.AddTemplate(Template{Name: "OpenSolaris small", OS: "OpenSolaris", CPU: 1000, Memory: 1024, BootDisk: 10, TempDisk: 5})
	large := c.AddTemplate(Template{Name: "OpenSolaris large", OS: "OpenSolaris", CPU: 2000, Memory: 4096, BootDisk: 20, DataDisk: 100, TempDisk: 20})
	linux := c.AddTemplate(Template{Name: "Ubuntu 9.10", OS: "Linux", CPU: 1000, Memory: 2048, BootDisk: 10})
	shop, lab := c.AddCluster("shop"), c.AddCluster("lab")
	front, back := c.AddVNet("front", shop), c.AddVNet("back", shop)
	web1, web2 := c.AddAddress("web01"), c.AddAddress("web02")
	c.AddAddress("spare")
	c.AddVM(VM{Name: "web01", Description: "web tier", Cluster: shop, FromTemplate: small, Tags: []string{"web"}, BootOrder: 20}, web1, front)
	c.AddVM(VM{Name: "web02", Description: "web tier", Cluster: shop, FromTemplate: small, Tags: []string{"web"}, BootOrder: 20}, web2, front)
	c.AddVM(VM{Name: "app01", Cluster: shop, FromTemplate: large, BootOrder: 15}, front, back)
	c.AddVM(VM{Name: "app02", Cluster: shop, FromTemplate: large, BootOrder: 15, State: Stopped}, front, back)
	c.AddVM(VM{Name: "db01", Description: "orders", Cluster: shop, FromTemplate: large, DataDisk: 500, BootOrder: 10}, back)
	c.AddVM(VM{Name: "build", Cluster: lab, FromTemplate: linux})
	c.AddVM(VM{Name: "trial", Cluster: lab, FromTemplate: linux, State: Asleep})
	c.AddVM(VM{Name: "old", Description: "do not touch", Cluster: lab, FromTemplate: small, State: Stopped})
	c.look(func() {
		c.volumes = append(c.volumes, &Volume{URI: c.newURI("/volumes/%d"), Name: "backups", Created: c.line.At})
	})
}
