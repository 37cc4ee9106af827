package openstack

// Servers lists the servers that exist, oldest first, deleted ones left out.
func (c *Cloud) Servers() []Server {
	var out []Server
	c.look(func() { out = each(c.servers.order, (*Server).copy) })
	return out
}

// Server finds a server by its id.
func (c *Cloud) Server(id string) (Server, bool) {
	var out Server
	var found bool
	c.look(func() {
		if s, ok := c.servers.get(id); ok {
			out, found = s.copy(), true
		}
	})
	return out, found
}

// ChangeServer lets a test put a server into any condition: another VMState, a
// Fault, other metadata. It reports whether the server exists.
func (c *Cloud) ChangeServer(id string, change func(*Server)) bool {
	return changeRow(c, &c.servers, id, change)
}

// ChangeVolume lets a test put a volume into any condition.
func (c *Cloud) ChangeVolume(id string, change func(*Volume)) bool {
	return changeRow(c, &c.volumes, id, change)
}

// ChangeImage lets a test put an image into any condition.
func (c *Cloud) ChangeImage(id string, change func(*Image)) bool {
	return changeRow(c, &c.images, id, change)
}

func changeRow[T any](c *Cloud, t *table[T], id string, change func(*T)) (found bool) {
	c.look(func() {
		var row *T
		if row, found = t.get(id); found {
			change(row)
		}
	})
	return found
}

// RemoveServer makes a server vanish at once, as an operator would.
func (c *Cloud) RemoveServer(id string) {
	c.look(func() {
		if s, ok := c.servers.get(id); ok {
			c.removeServer(s)
		}
	})
}

// Volumes lists the volumes, oldest first.
func (c *Cloud) Volumes() []Volume { return rowsOf(c, &c.volumes) }

// Images lists all images, the operator's too, oldest first.
func (c *Cloud) Images() []Image { return rowsOf(c, &c.images) }

// Networks lists all networks, the operator's too, oldest first.
func (c *Cloud) Networks() []Network { return rowsOf(c, &c.networks) }

// Subnets lists all subnets.
func (c *Cloud) Subnets() []Subnet { return rowsOf(c, &c.subnets) }

// Ports lists all ports, routers' too.
func (c *Cloud) Ports() []Port { return rowsOf(c, &c.ports) }

// FloatingIPs lists the project's floating addresses.
func (c *Cloud) FloatingIPs() []FloatingIP { return rowsOf(c, &c.floating) }

// KeyPairs lists the user's keys.
func (c *Cloud) KeyPairs() []KeyPair { return rowsOf(c, &c.keys) }

// SecurityGroups lists the project's security groups.
func (c *Cloud) SecurityGroups() []SecurityGroup { return rowsOf(c, &c.groups) }

func rowsOf[T any](c *Cloud, t *table[T]) []T {
	var out []T
	c.look(func() { out = copies(t.order) })
	return out
}

// Tokens counts the tokens that are valid now.
func (c *Cloud) Tokens() int {
	n := 0
	c.look(func() {
		for id := range c.tokens {
			if _, ok := c.valid(id); ok {
				n++
			}
		}
	})
	return n
}

// RevokeTokens ends all logins, as when the operator changes the password.
func (c *Cloud) RevokeTokens() {
	c.look(func() { clear(c.tokens) })
}
