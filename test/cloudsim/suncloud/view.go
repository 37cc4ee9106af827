package suncloud

import (
	"net/http"
	"time"

	"occigate/test/cloudsim/fault"
)

// view shows resources to one caller.
type view struct {
	*Cloud
	host string // put before URIs, empty for relative ones

	// What trees have.
	vms       []*VM
	vnets     []*VNet
	addresses []*Address
}

const (
	cloudURI     = "/"
	versionsURI  = "/versions"
	vdcURI       = "/vdcs/vdc*1"
	templatesURI = "/templates?vdc=vdc*1"
	locationURI  = "/locations/1"
)

func (c *Cloud) view(q call) view {
	if c.opt.Relative {
		q.host = ""
	}
	return view{c, q.host, c.vms, c.vnets, c.addresses}
}

func (v view) link(uri string) string {
	if uri == "" {
		return ""
	}
	return v.host + uri
}

// get finds the resource at a URI and shows it.
func (v view) get(uri string) (answer, error) {
	ok := func(media string, doc any) (answer, error) { return answer{http.StatusOK, media, doc}, nil }
	switch uri {
	case cloudURI:
		return ok("Cloud", v.cloud())
	case versionsURI:
		return ok("common.Version", object{"implementation_version": "1.0", "specification_version": "0.1,0.8"})
	case vdcURI:
		return ok("VDC", v.vdc())
	case locationURI:
		return ok("Location", object{"name": "here", "uri": v.link(locationURI)})
	case templatesURI:
		return ok("VMTemplates", each(v.templates, v.template))
	}
	for _, s := range v.statuses {
		if s.uri == uri {
			return ok("Status", v.status(s))
		}
	}
	switch r := v.find(uri).(type) {
	case *Cluster:
		return ok("Cluster", v.cluster(r))
	case *VM:
		return ok("VM", v.vm(r))
	case *VNet:
		return ok("VNet", v.vnet(r))
	case *Address:
		return ok("PublicAddress", v.address(r))
	case *Volume:
		return ok("Volume", v.volume(r))
	case *Backup:
		return ok("Backup", v.backup(r))
	case *Template:
		return ok("VMTemplate", v.template(r))
	}
	return answer{}, errNotFound
}

func each[T any](rows []T, show func(T) object) []object {
	out := []object{}
	for _, r := range rows {
		out = append(out, show(r))
	}
	return out
}

func only[T any](rows []T, fits func(T) bool) (out []T) {
	for _, r := range rows {
		if fits(r) {
			out = append(out, r)
		}
	}
	return out
}

func (v view) cloud() object {
	return object{
		"uri": v.link(cloudURI), "vdcs": []object{{"name": "main", "uri": v.link(vdcURI)}},
		"specification_version": versions, "implementation_version": "1.0",
	}
}

func (v view) vdc() object {
	const op = "GET vdcs"
	v.vms = fault.Rows(v.opt.Faults, op, v.vms, func(m *VM) time.Duration { return v.line.At.Sub(m.created) })
	v.vnets = fault.Rows(v.opt.Faults, op, v.vnets, func(*VNet) time.Duration { return time.Hour })
	v.addresses = fault.Rows(v.opt.Faults, op, v.addresses, func(*Address) time.Duration { return time.Hour })
	return object{
		"name": "main", "uri": v.link(vdcURI), "location": v.link(locationURI), "tags": []string{},
		"cluster": v.cluster(v.clusters[0]), "addresses": each(v.addresses, v.address),
		"volumes": each(v.volumes, v.volume), "vm_templates": v.link(templatesURI),
	}
}

func (v view) cluster(c *Cluster) object {
	vms := only(v.vms, func(m *VM) bool { return m.Cluster == c.URI })
	o := object{
		"name": c.Name, "uri": v.link(c.URI), "description": c.Description, "vdc": v.link(vdcURI), "tags": tags(c.Tags),
		"vms":         each(vms, v.nested),
		"vnets":       each(only(v.vnets, func(n *VNet) bool { return n.Cluster == c.URI }), v.vnet),
		"clusters":    each(only(v.clusters, func(o *Cluster) bool { return o.Parent == c.URI }), v.cluster),
		"controllers": object{"start": v.link("/control?do=start&cluster=" + c.URI), "stop": v.link("/control?do=stop&cluster=" + c.URI)},
	}
	if c.Parent != "" {
		o["parent"] = v.link(c.Parent)
	}
	return o
}

// nested shows a VM in a tree.
func (v view) nested(m *VM) object {
	if v.opt.Partial {
		return object{"name": m.Name, "uri": v.link(m.URI)}
	}
	return v.vm(m)
}

func (v view) vm(m *VM) object {
	o := object{
		"name": m.Name, "uri": v.link(m.URI), "description": m.Description, "cluster": v.link(m.Cluster),
		"run_status": m.State, "updated": m.Updated, "hostname": m.Hostname, "os": m.OS, "cpu": m.CPU, "memory": m.Memory,
		"boot_disk": m.BootDisk, "data_disk": m.DataDisk, "temp_disk": m.TempDisk, "tags": tags(m.Tags),
		"back_up": v.link("/back-up?vm=" + m.URI), "attach": v.link("/attach?vm=" + m.URI), "detach": v.link("/detach?vm=" + m.URI),
		"backups":    each(only(v.backups, func(b *Backup) bool { return b.VM == m.URI }), v.backup),
		"interfaces": each(m.Interfaces, v.nic), "controllers": v.controllers(m), "params": m.Params,
	}
	if m.FromTemplate != "" {
		o["from_template"] = v.link(m.FromTemplate)
	}
	if m.BootOrder != 0 {
		o["boot_order"] = m.BootOrder
	}
	if !m.LastBoot.IsZero() {
		o["last_boot"] = m.LastBoot
	}
	return o
}

// controllers are the links that are legal now; a VM that is on its way has
// none (inferred).
func (v view) controllers(m *VM) object {
	o := object{}
	for name, k := range controls {
		if k.from == m.State && !m.pending {
			o[v.called(name)] = v.link("/control?do=" + name + "&vm=" + m.URI)
		}
	}
	return o
}

func (v view) called(controller string) string {
	if controller == "stop" && v.opt.Halt {
		return "halt"
	}
	return controller
}

func (v view) nic(i Interface) object {
	o := object{"nic": i.NIC, "mac_address": i.MAC, "ip_address": i.IP}
	if i.VNet != "" {
		o["vnet"] = v.link(i.VNet)
	} else {
		o["public_address"] = v.link(i.PublicAddress)
	}
	return o
}

func (v view) vnet(n *VNet) object {
	return object{
		"name": n.Name, "uri": v.link(n.URI), "description": n.Description, "cluster": v.link(n.Cluster),
		"netmask": "255.255.255.0", "tags": tags(n.Tags),
	}
}

func (v view) address(a *Address) object {
	o := object{
		"name": a.Name, "uri": v.link(a.URI), "description": a.Description, "vdc": v.link(vdcURI), "ip_address": a.IP,
		"netmask": "255.255.255.0", "gateway": "203.0.113.1", "dns": []string{"203.0.113.2"}, "domain_names": []string{}, "tags": tags(a.Tags),
	}
	if a.VM != "" {
		o["vm"] = v.link(a.VM)
	}
	return o
}

func (v view) volume(s *Volume) object {
	return object{
		"name": s.Name, "uri": v.link(s.URI), "description": s.Description, "vdc": v.link(vdcURI), "tags": tags(s.Tags),
		"webdav": "https://storage.example.test/" + s.Name, "created": s.Created, "snapshots": []object{},
	}
}

func (v view) backup(b *Backup) object {
	return object{
		"name": b.Name, "uri": v.link(b.URI), "description": b.Description, "vm": v.link(b.VM), "type": "full",
		"created": b.Created, "restore": v.link("/restore?backup=" + b.URI), "tags": tags(b.Tags),
	}
}

func (v view) template(t *Template) object {
	return object{
		"name": t.Name, "uri": v.link(t.URI), "description": t.Description, "os": t.OS, "cpu": t.CPU, "memory": t.Memory,
		"boot_disk": t.BootDisk, "data_disk": t.DataDisk, "temp_disk": t.TempDisk, "tags": []string{},
	}
}

func tags(t []string) []string { return append([]string{}, t...) }
