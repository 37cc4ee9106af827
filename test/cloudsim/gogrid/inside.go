package gogrid

// Servers lists the servers that exist, oldest first, those without an id too.
func (c *Cloud) Servers() []Server { return copies(c, func() []*Server { return c.servers }) }

// Images lists all images, deleted ones too, oldest first.
func (c *Cloud) Images() []Image { return copies(c, func() []*Image { return c.images }) }

// Addresses lists the account's addresses.
func (c *Cloud) Addresses() []Address { return copies(c, func() []*Address { return c.addresses }) }

// Jobs lists the jobs, oldest first.
func (c *Cloud) Jobs() []Job { return copies(c, func() []*Job { return c.jobs }) }

func copies[T any](c *Cloud, of func() []*T) (out []T) {
	c.look(func() {
		for _, row := range of() {
			out = append(out, *row)
		}
	})
	return out
}

// AddServer adds a server that has been there, with an id, and takes its
// addresses. Empty fields but RAM and image get defaults.
func (c *Cloud) AddServer(s Server) Server {
	c.look(func() {
		s.ID = c.nextID()
		fill(&s.State, On)
		fill(&s.RAM, ram[0].Option)
		fill(&s.Datacenter, USWest1)
		fill(&s.Created, c.line.At)
		for _, ip := range []string{s.IP, s.PrivateIP} {
			if a := c.address(ip); a != nil {
				a.State = Assigned
				s.Datacenter = a.Datacenter
			}
		}
		c.servers = append(c.servers, &s)
	})
	return s
}

// ChangeServer lets a test put a server, found by its name, into any condition.
// It reports whether the server exists.
func (c *Cloud) ChangeServer(name string, change func(*Server)) (found bool) {
	c.look(func() {
		for _, s := range c.servers {
			if s.Name == name {
				found = true
				change(s)
			}
		}
	})
	return found
}

// RemoveServer makes a server vanish at once, as an operator would.
func (c *Cloud) RemoveServer(name string) {
	c.look(func() {
		for _, s := range append([]*Server{}, c.servers...) {
			if s.Name == name {
				s.leaving = true
				c.remove(s)
			}
		}
	})
}

// TakeAddress assigns an address to something else, as a rival caller does. It
// reports whether the address was free.
func (c *Cloud) TakeAddress(ip string) (free bool) {
	c.look(func() {
		if a := c.address(ip); a != nil && a.State == Unassigned {
			a.State, free = Assigned, true
		}
	})
	return free
}

// FailCreate lets the job that creates a server fail with a note. The server
// disappears and its address is free again.
func (c *Cloud) FailCreate(name, note string) {
	c.look(func() {
		for _, j := range c.jobs {
			if j.Server == name && j.Command == createServer && !j.ended() {
				j.to(c, JobFailed, note)
			}
		}
		if s := c.unbuilt(name); s != nil {
			c.remove(s)
		}
	})
}
