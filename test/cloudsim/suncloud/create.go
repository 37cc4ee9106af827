package suncloud

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// named refuses a create without a name, or with one that is taken.
func named(w wish, taken func(name string) bool) (string, error) {
	if w.Name == nil || strings.TrimSpace(*w.Name) == "" {
		return "", bad("A name is required.")
	}
	if taken(*w.Name) {
		return "", conflict("The name is taken.")
	}
	return *w.Name, nil
}

// made is the work of a create.
func made(op, target string) work { return work{op: op, target: target, code: http.StatusCreated} }

// newAddress gives the next address at once, as an example of the specification
// does.
func (c *Cloud) newAddress(w wish) (work, error) {
	name, err := named(w, func(n string) bool {
		return len(only(c.addresses, func(a *Address) bool { return a.Name == n })) > 0
	})
	if err != nil {
		return work{}, err
	}
	a := c.reserve(Address{Name: name})
	take(&a.Description, w.Description)
	take(&a.Tags, w.Tags)
	done := made("new-Address", a.URI)
	done.atOnce = true
	return done, nil
}

// reserve adds an address that is not in use.
func (c *Cloud) reserve(a Address) *Address {
	used := map[string]bool{}
	for _, other := range c.addresses {
		used[other.IP] = true
	}
	for n := 10; a.IP == "" || used[a.IP]; n++ {
		a.IP = fmt.Sprintf("203.0.113.%d", n)
	}
	a.URI = "/addresses/" + a.IP + c.newURI("?n=%d")
	c.addresses = append(c.addresses, &a)
	return &a
}

func (c *Cloud) newVolume(w wish) (work, error) {
	name, err := named(w, func(n string) bool {
		return len(only(c.volumes, func(v *Volume) bool { return v.Name == n })) > 0
	})
	if err != nil {
		return work{}, err
	}
	v := &Volume{URI: c.newURI("/volumes/%d"), Name: name, Created: c.line.At}
	take(&v.Description, w.Description)
	take(&v.Tags, w.Tags)
	c.volumes = append(c.volumes, v)
	return made("new-Volume", v.URI), nil
}

func (c *Cloud) newCluster(in *Cluster, w wish) (work, error) {
	name, err := named(w, func(n string) bool {
		return len(only(c.clusters, func(o *Cluster) bool { return o.Name == n })) > 0
	})
	if err != nil {
		return work{}, err
	}
	o := &Cluster{URI: c.newURI("/clusters/%d"), Name: name, Parent: in.URI}
	take(&o.Description, w.Description)
	take(&o.Tags, w.Tags)
	c.clusters = append(c.clusters, o)
	return made("new-Cluster", o.URI), nil
}

func (c *Cloud) newVNet(in *Cluster, w wish) (work, error) {
	name, err := named(w, func(n string) bool {
		return len(only(c.vnets, func(o *VNet) bool { return o.Name == n && o.Cluster == in.URI })) > 0
	})
	if err != nil {
		return work{}, err
	}
	n := c.addVNet(VNet{Name: name, Cluster: in.URI})
	take(&n.Description, w.Description)
	take(&n.Tags, w.Tags)
	return made("new-VNet", n.URI), nil
}

func (c *Cloud) addVNet(n VNet) *VNet {
	n.URI = c.newURI("/vnets/SFMCO**%d")
	n.third, n.lastIP = len(c.vnets), 1
	c.vnets = append(c.vnets, &n)
	return &n
}

// newVM makes a VM that is STOPPED. It is to be seen at once (inferred) and can
// be controlled when the work is done. Fields of the body win over those of
// what it is made from.
func (c *Cloud) newVM(in *Cluster, w wish) (work, error) {
	name, err := named(w, func(n string) bool {
		return len(only(c.vms, func(m *VM) bool { return m.Name == n && m.Cluster == in.URI })) > 0
	})
	if err != nil {
		return work{}, err
	}
	m, err := c.source(w)
	if err != nil {
		return work{}, err
	}
	m.Name, m.Cluster, m.State, m.created, m.pending = name, in.URI, Stopped, c.line.At, true
	m.Hostname = strings.ToLower(name) + ".example.test"
	take(&m.Description, w.Description)
	take(&m.OS, w.OS)
	take(&m.CPU, w.CPU)
	take(&m.Memory, w.Memory)
	take(&m.BootDisk, w.BootDisk)
	take(&m.DataDisk, w.DataDisk)
	take(&m.TempDisk, w.TempDisk)
	take(&m.BootOrder, w.BootOrder)
	take(&m.Params, w.Params)
	take(&m.Tags, w.Tags)
	if m.CPU < 1 || m.Memory < 1 {
		return work{}, bad("A VM needs cpu and memory.")
	}
	m.URI = c.newURI("/vms/f*%d?in=vdc*1")
	for _, i := range w.Interfaces {
		if err := c.plug(&m, path(cmp.Or(i.VNet, i.PublicAddress))); err != nil {
			c.remove(m.URI) // frees its addresses
			return work{}, err
		}
	}
	c.vms = append(c.vms, &m)
	done := made("new-VM", m.URI)
	done.end = func() { m.pending = false }
	return done, nil
}

// source copies what a VM is made from.
func (c *Cloud) source(w wish) (VM, error) {
	switch {
	case w.FromTemplate != "":
		t, is := c.find(path(w.FromTemplate)).(*Template)
		if !is {
			return VM{}, bad("There is no such template.")
		}
		return VM{
			FromTemplate: t.URI, OS: t.OS, CPU: t.CPU, Memory: t.Memory,
			BootDisk: t.BootDisk, DataDisk: t.DataDisk, TempDisk: t.TempDisk,
		}, nil
	case w.FromVM != "":
		m, is := c.find(path(w.FromVM)).(*VM)
		if !is {
			return VM{}, bad("There is no such VM.")
		}
		return VM{
			FromTemplate: m.FromTemplate, OS: m.OS, CPU: m.CPU, Memory: m.Memory, BootDisk: m.BootDisk,
			DataDisk: m.DataDisk, TempDisk: m.TempDisk, Params: m.Params, Tags: tags(m.Tags),
		}, nil
	}
	return VM{}, nil
}
