package suncloud

import (
	"cmp"
	"fmt"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/condition"
	"occigate/providers/internal/configured"
	"occigate/providers/internal/naming"
)

// states are the words of run_status ("VM", run_status).
var states = map[string]providers.State{
	"STOPPED":  providers.StateInactive,
	"STARTING": providers.StateStarting,
	"STARTED":  providers.StateActive,
	"STOPPING": providers.StateStopping,
	"SLEEPING": providers.StateSuspending,
	"ASLEEP":   providers.StateSuspended,
	"WAKING":   providers.StateStarting,
}

// server maps a VM. The cloud does not tell when it was made.
func (p *Provider) server(m vm) providers.Server {
	s := providers.Server{
		ID: m.URI, Name: naming.Title(m.Name, m.Tags.token()), Zone: m.Cluster, ImageID: m.FromTemplate, SizeID: p.size(m.Figures).Name, Hostname: m.Hostname,
		State: cmp.Or(states[m.State], providers.StateUnknown), NativeState: m.State, Token: m.Tags.token(),
		Cores: cores, MemoryMiB: m.Memory, DiskGiB: float64(m.BootDisk),
	}
	if m.Updated {
		s.Message = "changes take effect at the next reboot"
	}
	for _, op := range powerOps {
		if _, uri := m.controller(controllers[op]); uri != "" {
			s.Power = append(s.Power, op)
		}
	}
	if m.BackUp != "" && len(m.Controllers) > 0 { // a VM on its way to another state has the link too
		s.Abilities = []providers.Ability{providers.AbilitySave}
	}
	for _, i := range m.Interfaces {
		s.Interfaces = append(s.Interfaces, i.plugged(m.URI))
	}
	return s
}

// plugged maps an interface. It has no URI: its id is that of what it connects
// with, which a VM has once.
func (i nic) plugged(server string) providers.Interface {
	return providers.Interface{
		ID: cmp.Or(i.VNet, i.Address, i.NIC), ServerID: server, NetworkID: cmp.Or(i.VNet, public), Device: i.NIC, MAC: i.MAC,
		IP: i.IP, Public: i.Address != "", Static: i.Address != "", State: providers.ResourceOnline,
	}
}

// network maps a VNet. It has a mask but no address: the range shows only once
// something is plugged in.
func (t tree) network(n vnet) providers.Network {
	out := providers.Network{
		ID: n.URI, Name: naming.Title(n.Name, n.Tags.token()), Zone: n.Cluster, Dynamic: true, State: providers.ResourceOnline, Token: n.Tags.token(),
	}
	for _, i := range t.plugged(n.URI) {
		out.CIDR = cmp.Or(out.CIDR, n.prefix(i.IP))
	}
	return out
}

// address maps a public address.
func (a address) address() providers.Address {
	out := condition.Reserved(providers.Address{ID: a.URI, IP: a.IP, NetworkID: public, Token: a.Tags.token(), ServerID: a.VM})
	switch {
	case a.IP == "":
		out.State, out.NativeState = providers.ResourcePending, "new"
	case a.VM != "":
		out.InterfaceID = a.URI
	}
	return out
}

// image maps a template.
func (r template) image() providers.Image {
	return providers.Image{ID: r.URI, Name: r.Name, Description: r.Description, MinDiskGiB: float64(r.BootDisk), State: providers.ImageReady}
}

func (c cluster) zone() providers.Zone {
	return providers.Zone{ID: c.URI, Name: c.Name, Available: true}
}

// sizes are all that a VM of this VDC can have, each once: the configured ones
// go first.
func (p *Provider) sizes(t tree) configured.Sizes[Size] {
	all := slices.Clone(p.settings.Sizes)
	for _, f := range t.figures() {
		if s := p.size(f); s.Name != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// size names figures: by the configuration, else by themselves. Those that no VM
// can have get no name.
func (p *Provider) size(f Figures) Size {
	i := slices.IndexFunc(p.settings.Sizes, func(s Size) bool { return s.Figures == f })
	switch {
	case i >= 0:
		return p.settings.Sizes[i]
	case f.CPU < 1 || f.Memory < 1:
		return Size{}
	}
	return Size{fmt.Sprintf("%dmhz-%dmb-%d-%d-%d", f.CPU, f.Memory, f.BootDisk, f.DataDisk, f.TempDisk), f}
}
