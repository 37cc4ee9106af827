package flexiscale

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"occigate/providers"
)

// condition is what a status means to us.
type condition struct {
	state     providers.State
	power     []providers.PowerOp
	abilities []providers.Ability
}

var (
	running = condition{
		providers.StateActive,
		[]providers.PowerOp{providers.PowerStop, providers.PowerOff, providers.PowerReboot, providers.PowerReset},
		[]providers.Ability{providers.AbilityResize},
	}
	stopped = condition{
		providers.StateInactive, []providers.PowerOp{providers.PowerStart}, []providers.Ability{providers.AbilityResize},
	}
	starting = condition{state: providers.StateStarting}
	stopping = condition{state: providers.StateStopping}
	failed   = condition{state: providers.StateError}
)

// conditions by status, in lower case: digits in the documentation of the type,
// words in some samples of it.
var conditions = map[string]condition{
	"1": failed, "error": failed,
	"2": running, "running": running,
	"3": starting, "starting": starting,
	"4": stopping, "stopping": stopping,
	"5": stopped, "stopped": stopped,
}

// Servers lists all servers: a call for them and one for their interfaces, and
// one for the ranges of addresses when a server has several interfaces. The API
// has no pages.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	all, err := p.machines(ctx)
	if err != nil {
		return nil, err
	}
	return p.plug(ctx, all)
}

// machine is a server without its interfaces, with what they are made of and
// the name that calls are made by.
type machine struct {
	providers.Server
	name string
	ips  []string
}

func (p *Provider) machines(ctx context.Context) ([]machine, error) {
	rows, err := p.list(ctx, "ListServers", names())
	if err != nil {
		return nil, err
	}
	machines := make([]machine, 0, len(rows.items))
	for _, r := range rows.items {
		machines = append(machines, p.machine(r))
	}
	return machines, rows.err()
}

// machine maps one. Memory and disk come in MB, while the disk of a create goes
// in GB; the initial password is not read.
func (p *Provider) machine(r row) machine {
	name := r.text("server_name")
	title, token := unmark(name)
	status := r.text("status")
	c, known := conditions[strings.ToLower(status)]
	if !known {
		c.state = providers.StateUnknown
	}
	s := providers.Server{
		ID: r.id("server_id"), Name: title, Token: token,
		ImageID: r.kid("operating_system_image").text("operating_system_image_id"),
		State:   c.state, NativeState: status, Power: c.power, Abilities: c.abilities,
		Cores: int(r.number("processors")), MemoryMiB: int(r.number("memory")), DiskGiB: float64(r.number("disk_capacity")) / 1024,
	}
	s.SizeID = p.settings.sizeOf(s.Cores, s.MemoryMiB, s.DiskGiB)
	switch {
	case c.state == providers.StateError:
		s.Message = "the cloud says that the server is in error"
	case r.text("modified") == "true" && c.state == providers.StateActive:
		s.Message = "changed figures count after a stop and start"
	}
	m := machine{Server: s, name: name}
	for _, ip := range r.kid("ip_addresses").items() {
		m.ips = append(m.ips, ip.value())
	}
	return m
}

// plug gives servers their interfaces, which are listed apart, and puts each
// address where it belongs.
func (p *Provider) plug(ctx context.Context, machines []machine) ([]providers.Server, error) {
	rows, err := p.list(ctx, "ListNetworkInterfaces", all())
	if err != nil {
		return nil, err
	}
	of, several := map[string][]providers.Interface{}, false
	for _, r := range rows.items {
		id := r.id("server_id")
		several = several || len(of[id]) > 0
		of[id] = append(of[id], providers.Interface{
			ID: r.id("network_interface_id"), ServerID: id, NetworkID: r.id("vlan_id"), MAC: r.text("mac_address"),
			Device: "eth" + strconv.Itoa(len(of[id])), Static: true, Fixed: true,
		})
	}
	if err := rows.err(); err != nil {
		return nil, err
	}
	var blocks []block
	if several {
		if blocks, err = p.blocks(ctx); err != nil {
			return nil, err
		}
	}
	servers := make([]providers.Server, len(machines))
	for i, m := range machines {
		servers[i] = m.Server
		servers[i].Interfaces = m.interfaces(of[m.ID], blocks)
	}
	return servers, nil
}

// interfaces puts the addresses of a server on its interfaces, those that fit
// none on the first.
func (m machine) interfaces(nics []providers.Interface, blocks []block) []providers.Interface {
	state := providers.ResourceOffline
	if m.State == providers.StateActive {
		state = providers.ResourceOnline
	}
	for i := range nics {
		nics[i].State, nics[i].NativeState = state, m.NativeState
	}
	if len(nics) == 0 {
		return nil
	}
	for _, ip := range m.ips {
		n := &nics[max(0, slices.IndexFunc(nics, func(n providers.Interface) bool { return holds(blocks, n.NetworkID, ip) }))]
		if n.IP != "" {
			n.MoreIPs = append(n.MoreIPs, ip)
			continue
		}
		n.IP, n.Public = ip, public(ip)
	}
	return nics
}

// Server reads one server by its id. Calls go by name, so that all are listed.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	machines, err := p.machines(ctx)
	if err != nil {
		return providers.Server{}, err
	}
	m, err := only(machines, id)
	if err != nil {
		return providers.Server{}, err
	}
	s, err := p.plug(ctx, []machine{m})
	if err != nil {
		return providers.Server{}, err
	}
	return s[0], nil
}

func only(machines []machine, id string) (machine, error) {
	for _, m := range machines {
		if m.ID == id {
			return m, nil
		}
	}
	return machine{}, providers.Errorf(providers.ErrNotFound, "ListServers", "there is no server with the id %s", id)
}

// target finds a server that is to be changed. One whose name another has too
// is [providers.ErrConflict], since a call by name might change that other.
func (p *Provider) target(ctx context.Context, id string) (machine, error) {
	machines, err := p.machines(ctx)
	if err != nil {
		return machine{}, err
	}
	m, err := only(machines, id)
	if err != nil {
		return machine{}, err
	}
	for _, other := range machines {
		if other.name == m.name && other.ID != m.ID {
			return machine{}, providers.Errorf(providers.ErrConflict, "ListServers", "the servers %s and %s have one name, %s, and calls are made by name", m.ID, other.ID, m.name)
		}
	}
	return m, nil
}
