package suncloud

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"occigate/providers"
)

// tree is a VDC with all that is in it, whatever cluster it is in.
type tree struct {
	vdc      vdc
	clusters []cluster
	vms      []vm
	vnets    []vnet
}

// tree reads the VDC, whose representation holds all: two calls. Nested rows are
// promised to have name and URI only; such a VM or cluster is read by itself.
func (p *Provider) tree(ctx context.Context) (tree, error) {
	var t tree
	uri, err := p.vdcURI(ctx)
	if err != nil {
		return t, err
	}
	if err := p.get(ctx, uri, "VDC", &t.vdc); err != nil {
		return t, err
	}
	if t.vdc.Cluster.URI == "" {
		return t, providers.Errorf(providers.ErrUnavailable, "GET VDC", "the VDC has no root cluster")
	}
	return t, p.walk(ctx, &t, t.vdc.Cluster, map[string]bool{})
}

// walk takes a cluster into the tree, with all below it.
func (p *Provider) walk(ctx context.Context, t *tree, c cluster, seen map[string]bool) error {
	if seen[c.URI] {
		return nil
	}
	seen[c.URI] = true
	if c.VMs == nil && c.VNets == nil && c.Clusters == nil {
		if err := p.get(ctx, c.URI, "Cluster", &c); err != nil {
			return err
		}
	}
	t.clusters = append(t.clusters, c)
	for _, n := range c.VNets {
		n.Cluster = c.URI
		t.vnets = append(t.vnets, n)
	}
	for _, m := range c.VMs {
		if m.URI == "" {
			return providers.Errorf(providers.ErrUnavailable, "GET VDC", "a VM has no URI")
		}
		if m.State == "" {
			err := p.get(ctx, m.URI, "VM", &m)
			if errors.Is(err, providers.ErrNotFound) {
				continue // deleted since the tree was read
			}
			if err != nil {
				return err
			}
		}
		m.Cluster = c.URI
		t.vms = append(t.vms, m)
	}
	for _, inner := range c.Clusters {
		if err := p.walk(ctx, t, inner, seen); err != nil {
			return err
		}
	}
	return nil
}

// Servers lists the VMs of all clusters of the VDC.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	t, err := p.tree(ctx)
	if err != nil {
		return nil, err
	}
	servers := make([]providers.Server, 0, len(t.vms))
	for _, m := range t.vms {
		servers = append(servers, p.server(m))
	}
	return servers, nil
}

// Server reads one VM by its URI.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	m, err := p.vm(ctx, id)
	return p.server(m), err
}

func (p *Provider) vm(ctx context.Context, uri string) (m vm, err error) {
	err = p.get(ctx, uri, "VM", &m)
	if err == nil && m.URI == "" {
		err = providers.Errorf(providers.ErrUnavailable, "GET VM", "the answer is no VM")
	}
	return m, err
}

// DeleteServer deletes a VM, running or not. Its public addresses stay.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	return p.delete(ctx, id, "VM")
}

// delete deletes a resource by its URI.
func (p *Provider) delete(ctx context.Context, uri, kind string) (providers.Ticket, error) {
	_, next, err := p.change(ctx, call{method: http.MethodDelete, uri: uri, op: "DELETE " + kind}, ticket{Kind: kind, Gone: true})
	return next, err
}

// controllers are the names of what does an operation; one example of the
// specification calls stop halt. Those that a VM has are legal now.
var controllers = map[providers.PowerOp][]string{
	providers.PowerStart:     {"start", "resume"},
	providers.PowerStop:      {"stop", "halt"},
	providers.PowerReboot:    {"reboot"},
	providers.PowerHibernate: {"hibernate"},
}

// powerOps is the order in which operations are offered.
var powerOps = []providers.PowerOp{providers.PowerStart, providers.PowerStop, providers.PowerReboot, providers.PowerHibernate}

// Power follows a controller of the VM as it is now. One that is not there is
// not legal now, which is [providers.ErrConflict] without a call.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	if controllers[op] == nil {
		return "", providers.Errorf(providers.ErrUnsupported, "control", "Sun Cloud has no %s", op)
	}
	m, err := p.vm(ctx, id)
	if err != nil {
		return "", err
	}
	name, uri := m.controller(op)
	if uri == "" {
		return "", providers.Errorf(providers.ErrConflict, "control", "the VM is %s and has no controller for %s", m.State, op)
	}
	return p.follow(ctx, call{uri: uri, op: name + " VM", body: struct{}{}})
}

// follow posts to one of a VM's links.
func (p *Provider) follow(ctx context.Context, c call) (providers.Ticket, error) {
	c.method = http.MethodPost
	_, next, err := p.change(ctx, c, ticket{Kind: "VM"})
	return next, err
}

// controller finds what does an operation now.
func (m vm) controller(op providers.PowerOp) (name, uri string) {
	for _, name := range controllers[op] {
		if m.Controllers[name] != "" {
			return name, m.Controllers[name]
		}
	}
	return "", ""
}

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
	if m.URI == "" {
		return providers.Server{}
	}
	s := providers.Server{
		ID: m.URI, Name: m.Name, Zone: m.Cluster, ImageID: m.FromTemplate, SizeID: p.sizeID(m.figures), Hostname: m.Hostname,
		State: states[m.State], NativeState: m.State, Token: tokenOf(m.Tags),
		Cores: cores, MemoryMiB: m.Memory, DiskGiB: float64(m.BootDisk),
	}
	if s.State == "" {
		s.State = providers.StateUnknown
	}
	if m.Updated {
		s.Message = "changes take effect at the next reboot"
	}
	for _, op := range powerOps {
		if _, uri := m.controller(op); uri != "" {
			s.Power = append(s.Power, op)
		}
	}
	for _, i := range m.Interfaces {
		s.Interfaces = append(s.Interfaces, i.plugged(m.URI))
	}
	return s
}

// tokenTag is how our token stands among the tags of VMs, VNets and addresses.
const tokenTag = "occigate-token:"

// tokenOf finds our token among tags.
func tokenOf(tags []string) string {
	for _, t := range tags {
		if token, is := strings.CutPrefix(t, tokenTag); is {
			return token
		}
	}
	return ""
}
