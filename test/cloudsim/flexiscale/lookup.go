package flexiscale

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"occigate/test/cloudsim/fault"
)

// Disk belongs to a server and is made and destroyed with it.
type Disk struct {
	ID, Package, GB, Server int
	Name                    string
}

// NIC connects a server with a VLAN.
type NIC struct {
	ID, Server, VLAN int
	MAC              string
}

// VLAN is a network.
type VLAN struct {
	ID   int
	Name string
}

// Block is a range of addresses of a VLAN, both ends included.
type Block struct {
	ID         int
	Start, End string
	VLAN       int
}

// Image is an operating system image.
type Image struct {
	ID   int
	Name string
}

// Package is the product that a customer pays for.
type Package struct {
	ID   int
	Name string
}

// listed answers with the rows of the ids that the call names, or all.
func listed[T any](call *tree, kind string, rows []T, id func(T) int, view func(T) value) (value, error) {
	ids := call.list()
	var shown []value
	for _, r := range rows {
		if len(ids) == 0 || ids[strconv.Itoa(id(r))] {
			shown = append(shown, view(r))
		}
	}
	return list("", "ns1:"+kind, shown), nil
}

// spoilt does to rows what the plan of faults says of the call. When they were
// made is not known, so that none of them lags.
func spoilt[T any](c *Cloud, call *tree, rows []T) []T {
	return fault.Rows(c.opt.Faults, call.name, rows, func(T) time.Duration { return time.Duration(math.MaxInt64) })
}

func (c *Cloud) listDisks(call *tree) (value, error) {
	return listed(call, "Disk", spoilt(c, call, c.disks), func(d *Disk) int { return d.ID }, func(d *Disk) value {
		return object("Disk", number("disk_id", d.ID), number("package_id", d.Package), number("capacity", d.GB),
			value{name: "usage", kind: "xsd:float", text: "0.03"}, number("server_id", d.Server), number("locked", 0), text("disk_name", d.Name))
	})
}

func (c *Cloud) listVLANs(call *tree) (value, error) {
	return listed(call, "Vlan", spoilt(c, call, c.vlans), func(v VLAN) int { return v.ID }, func(v VLAN) value {
		return object("Vlan", number("vlan_id", v.ID), text("vlan_name", v.Name))
	})
}

func (c *Cloud) listNICs(call *tree) (value, error) {
	return listed(call, "NetworkInterface", spoilt(c, call, c.nics), func(n *NIC) int { return n.ID }, func(n *NIC) value {
		return object("NetworkInterface", number("network_interface_id", n.ID), number("server_id", n.Server),
			number("vlan_id", n.VLAN), text("mac_address", n.MAC))
	})
}

// blockType is the one on record; what it means is not.
const blockType = 29

func (c *Cloud) listBlocks(call *tree) (value, error) {
	return listed(call, "IpBlock", c.blocks, func(b Block) int { return b.ID }, func(b Block) value {
		return object("IpBlock", number("ip_block_id", b.ID), text("start_ip", b.Start), text("end_ip", b.End),
			number("block_type", blockType), number("customer_vlan_id", b.VLAN))
	})
}

func (c *Cloud) listPackages(call *tree) (value, error) {
	return listed(call, "Package", c.packages, func(p Package) int { return p.ID }, func(p Package) value {
		return object("Package", number("package_id", p.ID), text("package_name", p.Name))
	})
}

func (c *Cloud) listImages(call *tree) (value, error) {
	return listed(call, "OperatingSystemImage", c.images, func(i Image) int { return i.ID }, func(i Image) value {
		return c.imageView(i.ID)
	})
}

func (c *Cloud) imageView(id int) value {
	name := ""
	for _, i := range c.images {
		if i.ID == id {
			name = i.Name
		}
	}
	return object("OperatingSystemImage", number("operating_system_image_id", id), text("operating_system_image_name", name))
}

func (c *Cloud) hasImage(id int) bool {
	return slices.ContainsFunc(c.images, func(i Image) bool { return i.ID == id })
}

func (c *Cloud) hasVLAN(id int) bool {
	return slices.ContainsFunc(c.vlans, func(v VLAN) bool { return v.ID == id })
}

func (c *Cloud) hasPackage(id int) bool {
	return slices.ContainsFunc(c.packages, func(p Package) bool { return p.ID == id })
}

// freeIP is the first address of the VLAN's blocks that no server has, "" when
// there is none.
func (c *Cloud) freeIP(vlan int) string {
	taken := map[string]bool{}
	for _, s := range c.servers {
		for _, ip := range s.IPs {
			taken[ip] = true
		}
	}
	for _, b := range c.blocks {
		end := netip.MustParseAddr(b.End)
		for ip := netip.MustParseAddr(b.Start); b.VLAN == vlan && ip.Compare(end) <= 0; ip = ip.Next() {
			if !taken[ip.String()] {
				return ip.String()
			}
		}
	}
	return ""
}

// remove takes a server away with its disks and interfaces.
func (c *Cloud) remove(s *Server) {
	c.servers = slices.DeleteFunc(c.servers, func(other *Server) bool { return other == s })
	c.disks = slices.DeleteFunc(c.disks, func(d *Disk) bool { return d.Server == s.ID })
	c.nics = slices.DeleteFunc(c.nics, func(n *NIC) bool { return n.Server == s.ID })
}
