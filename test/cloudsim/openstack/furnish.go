package openstack

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
)

// AddFlavor adds a flavor; without an id it gets one.
func (c *Cloud) AddFlavor(f Flavor) Flavor {
	fill(&f.ID, uuid.NewString())
	c.look(func() { c.flavors.add(f.ID, &f) })
	return f
}

// AddImage adds an image: active, public and the operator's, unless it says
// otherwise.
func (c *Cloud) AddImage(i Image) Image {
	fill(&i.ID, uuid.NewString())
	fill(&i.Status, "active")
	fill(&i.Visibility, "public")
	fill(&i.Owner, c.operator())
	fill(&i.DiskFormat, "qcow2")
	fill(&i.Size, 600<<20)
	c.look(func() {
		i.stamp(c.line.At)
		c.images.add(i.ID, &i)
	})
	return i
}

func (i *Image) stamp(at time.Time) {
	fill(&i.Created, at)
	fill(&i.Updated, i.Created)
}

// AddNetwork adds a network with one subnet of the given CIDR, in which the
// first address is the gateway; an empty CIDR makes none. It is the project's
// own, or the operator's when it is external.
func (c *Cloud) AddNetwork(n Network, cidr string) Network {
	fill(&n.ID, uuid.NewString())
	fill(&n.Status, "ACTIVE")
	fill(&n.MTU, 1450)
	if n.External {
		fill(&n.ProjectID, c.operator())
	}
	fill(&n.ProjectID, c.ProjectID())
	c.look(func() {
		fill(&n.Created, c.line.At)
		fill(&n.Updated, n.Created)
		c.networks.add(n.ID, &n)
		if cidr == "" {
			return
		}
		prefix := netip.MustParsePrefix(cidr)
		s := &Subnet{
			ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(n.ID)).String(), Name: n.Name + "-subnet",
			NetworkID: n.ID, ProjectID: n.ProjectID, CIDR: prefix, Gateway: prefix.Addr().Next(),
			NoDHCP: n.External, Created: n.Created, Updated: n.Created,
		}
		c.subnets.add(s.ID, s)
	})
	return n
}

// AddRouter adds a router from an external network to others, so that their
// ports can have its floating addresses. It panics when a network has no
// subnet: that is a mistake in the test.
func (c *Cloud) AddRouter(name, external string, networks ...string) Router {
	r := Router{ID: c.fixedID("router", name), Name: name, ProjectID: c.ProjectID(), ExternalNetwork: external}
	c.look(func() {
		r.Created, r.Updated = c.line.At, c.line.At
		for _, id := range append([]string{external}, networks...) {
			p := Port{ID: c.fixedID("port of "+name, id), NetworkID: id, DeviceID: r.ID, DeviceOwner: "network:router_interface", Status: "ACTIVE"}
			s := c.subnetsOf(id)[0]
			p.FixedIPs = []FixedIP{{s.ID, s.Gateway.String()}}
			if id == external {
				a, err := c.allot(id, "", "")
				if err != nil {
					panic(err)
				}
				p.FixedIPs, p.DeviceOwner, p.ProjectID = []FixedIP{a}, "network:router_gateway", c.operator()
				r.ExternalIP = a
			}
			c.addPort(p)
		}
		c.routers.add(r.ID, &r)
	})
	return r
}

// AddServer adds a server that is there already: active, unless it says
// otherwise, with a port in each of the networks. It counts against no quota.
func (c *Cloud) AddServer(s Server, networks ...string) Server {
	fill(&s.ID, uuid.NewString())
	fill(&s.VMState, "active")
	fill(&s.Hostname, s.Name)
	fill(&s.Zone, c.opt.Zone)
	s.Metadata, s.Tags = cloned(s.Metadata), sortedSet(s.Tags)
	if len(s.SecurityGroups) == 0 {
		s.SecurityGroups = []string{"default"}
	}
	c.look(func() {
		fill(&s.Created, c.line.At)
		fill(&s.Updated, s.Created)
		if s.VMState != "error" {
			fill(&s.Launched, s.Created)
		}
		c.servers.add(s.ID, &s)
		groups := c.groups.where(func(g *SecurityGroup) bool { return slices.Contains(s.SecurityGroups, g.Name) })
		for _, id := range networks {
			c.plug(&s, nic{Network: id}, groups)
		}
	})
	return s.copy()
}

// AddVolume adds a volume that is there already: available, or in use when it
// names a server.
func (c *Cloud) AddVolume(v Volume) Volume {
	fill(&v.ID, uuid.NewString())
	fill(&v.SizeGiB, 1)
	fill(&v.Status, "available")
	fill(&v.Zone, c.opt.Zone)
	fill(&v.Type, c.volumeType)
	c.look(func() {
		fill(&v.Created, c.line.At)
		fill(&v.Updated, v.Created)
		c.volumes.add(v.ID, &v)
		s, ok := c.servers.get(v.ServerID)
		if !ok {
			return
		}
		fill(&v.Device, s.nextDevice())
		v.Status, v.AttachmentID, v.AttachedAt = "in-use", c.fixedID("attachment", v.ID), c.line.At
		s.Attached = append(s.Attached, Attachment{ID: v.AttachmentID, VolumeID: v.ID, Device: v.Device, At: c.line.At})
	})
	return v
}

// AddFloatingIP reserves an address of an external network and maps it to the
// first port of a server; an empty server leaves it unmapped. It panics when
// that cannot be: a mistake in the test.
func (c *Cloud) AddFloatingIP(external, server string) FloatingIP {
	var f FloatingIP
	c.look(func() {
		a, err := c.allot(external, "", "")
		if err != nil {
			panic(err)
		}
		f = FloatingIP{ID: c.fixedID("floating", a.IP), IP: a.IP, NetworkID: external, Created: c.line.At, Updated: c.line.At}
		if server != "" {
			port := optional[string]{sent: true, value: c.portsOf(server)[0].ID}
			if err := c.mapFloatingIP(&f, floatingIPWish{Port: port}); err != nil {
				panic(err)
			}
		}
		c.floating.add(f.ID, &f)
	})
	return f
}

// copy is the server with maps and slices of its own.
func (s *Server) copy() Server {
	out := *s
	out.Metadata = maps.Clone(s.Metadata)
	out.Attached = slices.Clone(s.Attached)
	return out
}
