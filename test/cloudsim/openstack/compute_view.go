package openstack

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// The forms of times in Nova's documents.
const (
	seconds = "2006-01-02T15:04:05Z"
	micros  = "2006-01-02T15:04:05.000000"
)

// links are Nova's links of a resource.
func (c *Cloud) links(q *call, kind, id string) []object {
	return []object{
		{"rel": "self", "href": q.base() + "/compute/v2.1/" + kind + "/" + id},
		{"rel": "bookmark", "href": q.base() + "/compute/" + kind + "/" + id},
	}
}

func bookmark(q *call, kind, id string) object {
	return object{"id": id, "links": []object{{"rel": "bookmark", "href": q.base() + "/compute/" + kind + "/" + id}}}
}

// serverFields are the members of a server's document, with the microversion
// that brought each.
var serverFields = []struct {
	since int
	name  string
	value func(*Cloud, *call, *Server) any
}{
	{1, "id", func(_ *Cloud, _ *call, s *Server) any { return s.ID }},
	{1, "name", func(_ *Cloud, _ *call, s *Server) any { return s.Name }},
	{1, "status", func(_ *Cloud, _ *call, s *Server) any { return s.Status() }},
	{1, "tenant_id", func(c *Cloud, _ *call, _ *Server) any { return c.ProjectID() }},
	{1, "user_id", func(c *Cloud, _ *call, _ *Server) any { return c.UserID() }},
	{1, "metadata", func(_ *Cloud, _ *call, s *Server) any { return cloned(s.Metadata) }},
	{1, "hostId", func(c *Cloud, _ *call, s *Server) any { return c.hostID(s) }},
	{1, "image", (*Cloud).showServerImage},
	{1, "flavor", (*Cloud).showServerFlavor},
	{1, "created", func(_ *Cloud, _ *call, s *Server) any { return s.Created.UTC().Format(seconds) }},
	{1, "updated", func(_ *Cloud, _ *call, s *Server) any { return s.Updated.UTC().Format(seconds) }},
	{1, "addresses", func(c *Cloud, _ *call, s *Server) any { return c.addresses(s) }},
	{1, "accessIPv4", func(*Cloud, *call, *Server) any { return "" }},
	{1, "accessIPv6", func(*Cloud, *call, *Server) any { return "" }},
	{1, "links", func(c *Cloud, q *call, s *Server) any { return c.links(q, "servers", s.ID) }},
	{1, "OS-DCF:diskConfig", func(*Cloud, *call, *Server) any { return "MANUAL" }},
	{1, "OS-EXT-AZ:availability_zone", func(_ *Cloud, _ *call, s *Server) any { return s.Zone }},
	{1, "config_drive", func(*Cloud, *call, *Server) any { return "" }},
	{1, "key_name", func(_ *Cloud, _ *call, s *Server) any { return orNull(s.KeyName) }},
	{1, "OS-SRV-USG:launched_at", func(_ *Cloud, _ *call, s *Server) any { return timeOrNull(s.Launched) }},
	{1, "OS-SRV-USG:terminated_at", func(_ *Cloud, _ *call, s *Server) any { return timeOrNull(s.terminated()) }},
	{1, "OS-EXT-STS:task_state", func(_ *Cloud, _ *call, s *Server) any { return orNull(s.TaskState) }},
	{1, "OS-EXT-STS:vm_state", func(_ *Cloud, _ *call, s *Server) any { return s.VMState }},
	{1, "OS-EXT-STS:power_state", func(_ *Cloud, _ *call, s *Server) any { return powerStates[s.VMState] }},
	{1, "os-extended-volumes:volumes_attached", showVolumesAttached},
	{9, "locked", func(_ *Cloud, _ *call, s *Server) any { return s.Locked }},
	{19, "description", func(_ *Cloud, _ *call, s *Server) any { return orNull(s.Description) }},
	{26, "tags", func(_ *Cloud, _ *call, s *Server) any { return append([]string{}, s.Tags...) }},
	{63, "trusted_image_certificates", func(*Cloud, *call, *Server) any { return nil }},
	{73, "locked_reason", func(_ *Cloud, _ *call, s *Server) any { return orNull(s.LockedReason) }},
	{90, "OS-EXT-SRV-ATTR:hostname", func(_ *Cloud, _ *call, s *Server) any { return s.Hostname }},
}

// showServer is a server's document in the call's microversion.
func (c *Cloud) showServer(q *call, s *Server) object {
	if s.CellDown {
		return c.showUnknown(q, s)
	}
	doc := object{}
	for _, f := range serverFields {
		if q.minor >= f.since {
			doc[f.name] = f.value(c, q, s)
		}
	}
	if groups := c.groupNames(s); len(groups) > 0 {
		doc["security_groups"] = groups
	}
	switch s.VMState {
	case "active", "building", "resized":
		doc["progress"] = 0
	case "error", "deleted":
		if s.Fault != "" {
			doc["fault"] = object{"code": 500, "created": s.Updated.UTC().Format(seconds), "message": s.Fault}
		}
	}
	return doc
}

// terminated is when a server ended, zero while it exists.
func (s *Server) terminated() time.Time {
	if s.VMState != "deleted" {
		return time.Time{}
	}
	return s.Updated
}

// showUnknown is what is left of a server in a cell that does not answer, since
// microversion 2.69. Before, a listing leaves such servers out.
func (c *Cloud) showUnknown(q *call, s *Server) object {
	return object{
		"id": s.ID, "status": "UNKNOWN", "tenant_id": c.ProjectID(),
		"created": s.Created.UTC().Format(seconds), "links": c.links(q, "servers", s.ID),
	}
}

// groupNames are the security groups of the server's ports, as they show once
// it has ports.
func (c *Cloud) groupNames(s *Server) []object {
	names := map[string]bool{}
	for _, p := range c.portsOf(s.ID) {
		for _, id := range p.SecurityGroups {
			if g, ok := c.groups.get(id); ok {
				names[g.Name] = true
			}
		}
	}
	if s.VMState == "building" {
		return nil
	}
	return each(slices.Sorted(maps.Keys(names)), func(n string) object { return object{"name": n} })
}

func (c *Cloud) hostID(s *Server) string {
	if s.Launched.IsZero() {
		return ""
	}
	sum := sha256.Sum224([]byte(c.ProjectID() + "host1"))
	return hex.EncodeToString(sum[:])
}

func (c *Cloud) showServerImage(q *call, s *Server) any {
	if s.ImageID == "" {
		return ""
	}
	return bookmark(q, "images", s.ImageID)
}

// showServerFlavor is a link before microversion 2.47, and what the flavor was
// at the time of creation since.
func (c *Cloud) showServerFlavor(q *call, s *Server) any {
	if q.minor < 47 {
		return bookmark(q, "flavors", s.FlavorID)
	}
	f, ok := c.flavors.get(s.FlavorID)
	if !ok {
		f = &Flavor{Name: s.FlavorID}
	}
	return object{
		"original_name": f.Name, "vcpus": f.VCPUs, "ram": f.MemoryMiB, "disk": f.DiskGiB,
		"ephemeral": f.EphemeralGiB, "swap": f.SwapMiB, "extra_specs": cloned(f.ExtraSpecs),
	}
}

func showVolumesAttached(_ *Cloud, q *call, s *Server) any {
	return each(s.Attached, func(a Attachment) object {
		doc := object{"id": a.VolumeID}
		if q.minor >= 3 {
			doc["delete_on_termination"] = a.DeleteOnTermination
		}
		return doc
	})
}

// addresses are the server's, by the name of the network. While it is being
// built there are none.
func (c *Cloud) addresses(s *Server) object {
	doc := object{}
	if s.VMState == "building" {
		return doc
	}
	lists := map[string][]object{}
	for _, p := range c.portsOf(s.ID) {
		n, ok := c.networks.get(p.NetworkID)
		if !ok {
			continue
		}
		for _, a := range p.FixedIPs {
			lists[n.Name] = append(lists[n.Name], addressDocument(a.IP, "fixed", p.MAC))
		}
		for _, f := range c.floating.where(func(f *FloatingIP) bool { return f.PortID == p.ID }) {
			lists[n.Name] = append(lists[n.Name], addressDocument(f.IP, "floating", p.MAC))
		}
	}
	for name, list := range lists {
		doc[name] = list
	}
	return doc
}

func addressDocument(ip, kind, mac string) object {
	version := 4
	if strings.Contains(ip, ":") {
		version = 6
	}
	return object{"addr": ip, "version": version, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(micros)
}

// cloned copies a map, so that a document written later does not change; nil
// becomes an empty one.
func cloned(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return maps.Clone(m)
}
