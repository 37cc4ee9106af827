package flexiscale

// Servers lists the servers, oldest first.
func (c *Cloud) Servers() (all []Server) {
	c.look(func() {
		for _, s := range c.servers {
			all = append(all, *s)
		}
	})
	return all
}

// Jobs lists the jobs, oldest first.
func (c *Cloud) Jobs() (all []Job) {
	c.look(func() {
		for _, j := range c.jobs {
			all = append(all, *j)
		}
	})
	return all
}

// AddServer adds a server that has been there, on a VLAN that exists. Its id is
// given by the cloud.
func (c *Cloud) AddServer(s Server, vlan int) Server {
	c.look(func() {
		fill(&s.Status, Running)
		fill(&s.Created, c.line.At)
		c.furnish(&s, vlan)
	})
	return s
}

// Plug connects a server with a further VLAN, which the API cannot, and gives it
// an address there.
func (c *Cloud) Plug(id, vlan int) {
	c.ChangeServer(id, func(s *Server) {
		if ip := c.freeIP(vlan); ip != "" {
			s.IPs = append(s.IPs, ip)
		}
		c.plug(s, vlan)
	})
}

// ChangeServer lets a test put a server into any condition. It reports whether
// the server exists.
func (c *Cloud) ChangeServer(id int, change func(*Server)) (found bool) {
	c.look(func() {
		for _, s := range c.servers {
			if s.ID == id {
				found = true
				change(s)
			}
		}
	})
	return found
}

// FailJobs lets all jobs that are running fail; their servers end up in the
// state given.
func (c *Cloud) FailJobs(status Status) {
	c.look(func() {
		for _, j := range c.jobs {
			if j.Status != JobRunning {
				continue
			}
			j.Status, j.Finished = JobFailed, c.line.At
			for _, s := range c.servers {
				if s.ID == j.Server {
					s.Status = status
				}
			}
		}
	})
}

// AddVLAN adds a network with a block of addresses.
func (c *Cloud) AddVLAN(v VLAN, start, end string) {
	c.look(func() {
		c.vlans = append(c.vlans, v)
		c.blocks = append(c.blocks, Block{ID: c.nextID(), Start: start, End: end, VLAN: v.ID})
	})
}

// AddImage adds an operating system image.
func (c *Cloud) AddImage(i Image) { c.look(func() { c.images = append(c.images, i) }) }

// AddPackage adds a package.
func (c *Cloud) AddPackage(p Package) { c.look(func() { c.packages = append(c.packages, p) }) }
