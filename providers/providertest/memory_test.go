package providertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// memory is a cloud and its adapter in one, just enough of both to try the
// suite itself. Whatever is made is in transition until settle.
type memory struct {
	mu        sync.Mutex
	last      int
	images    map[string]providers.Image
	servers   map[string]providers.Server
	volumes   map[string]providers.Volume
	networks  map[string]providers.Network
	addresses map[string]providers.Address
	young     map[string]bool // servers made since the last settle

	plan  fault.Plan
	fault error // answers every call
	quota bool
}

func newMemory() *memory {
	return &memory{
		images:    map[string]providers.Image{"image-1": {ID: "image-1", Name: "Debian", State: providers.ImageReady}},
		servers:   map[string]providers.Server{},
		volumes:   map[string]providers.Volume{},
		networks:  map[string]providers.Network{"net-1": {ID: "net-1", Name: "default", CIDR: "10.0.0.0/24", State: providers.ResourceOnline}},
		addresses: map[string]providers.Address{},
		young:     map[string]bool{},
	}
}

// begin counts a call and misbehaves as told. The caller unlocks when it
// returns nil.
func (m *memory) begin(ctx context.Context, op string) error {
	m.mu.Lock()
	m.plan.Count(op)
	err := m.fault
	if err == nil {
		err = m.struck(ctx, op)
	}
	if err != nil {
		m.mu.Unlock()
	}
	return err
}

func (m *memory) id(kind string) string {
	m.last++
	return fmt.Sprintf("%s-%d", kind, m.last+100)
}

// settle ends every transition.
func (m *memory) settle() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.young)
	maps.DeleteFunc(m.servers, func(_ string, s providers.Server) bool { return s.State == providers.StateDeleting })
	for id, s := range m.servers {
		s.State = settled[s.State]
		s.NativeState = string(s.State)
		s.Power, s.Abilities = offers[s.State], []providers.Ability{providers.AbilitySave}
		if s.State == providers.StateInactive {
			s.Abilities = append(s.Abilities, providers.AbilityResize)
		}
		m.servers[id] = s
	}
	for id, v := range m.volumes {
		v.State = providers.ResourceOnline
		for i := range v.Attachments {
			v.Attachments[i].State = providers.ResourceOnline
		}
		m.volumes[id] = v
	}
	for id, i := range m.images {
		i.State = providers.ImageReady
		m.images[id] = i
	}
}

var settled = map[providers.State]providers.State{
	providers.StatePending:    providers.StateActive,
	providers.StateStarting:   providers.StateActive,
	providers.StateRestarting: providers.StateActive,
	providers.StateActive:     providers.StateActive,
	providers.StateStopping:   providers.StateInactive,
	providers.StateInactive:   providers.StateInactive,
}

var offers = map[providers.State][]providers.PowerOp{
	providers.StateActive:   {providers.PowerStop, providers.PowerReboot},
	providers.StateInactive: {providers.PowerStart},
}

func notFound(op, id string) error {
	return providers.Errorf(providers.ErrNotFound, op, "no %s", id)
}

func (m *memory) Identity(ctx context.Context) (providers.Identity, error) {
	if err := m.begin(ctx, "Identity"); err != nil {
		return providers.Identity{}, err
	}
	defer m.mu.Unlock()
	return providers.Identity{Account: "memory", Region: "here"}, nil
}

func (m *memory) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	if err := m.begin(ctx, "Catalogue"); err != nil {
		return providers.Catalogue{}, err
	}
	defer m.mu.Unlock()
	return providers.Catalogue{
		Images: slices.Collect(maps.Values(m.images)),
		Sizes: []providers.Size{
			{ID: "small", Name: "small", Cores: 1, MemoryMiB: 1024},
			{ID: "large", Name: "large", Cores: 4, MemoryMiB: 4096},
		},
	}, nil
}

func (m *memory) Servers(ctx context.Context) (rows []providers.Server, err error) {
	var ids []string
	for page := 0; ; page++ {
		if err := m.begin(ctx, "Servers"); err != nil {
			return nil, err
		}
		if page == 0 {
			ids = m.listed()
		}
		size := len(ids) + 1
		if f, ok := m.plan.Take(fault.PageSize, "Servers"); ok {
			size = f.Size
		}
		edit, edited := m.plan.Take(fault.Edit, "Servers")
		for _, id := range ids[:min(size, len(ids))] {
			s := m.servers[id]
			if edited && edit.Find == "state" {
				s.State, s.NativeState, s.Power = providers.StateUnknown, edit.Body, nil
			}
			rows = append(rows, s)
		}
		ids = ids[min(size, len(ids)):]
		m.mu.Unlock()
		if len(ids) == 0 {
			return rows, nil
		}
	}
}

// listed are the ids that the cloud shows, each once.
func (m *memory) listed() []string {
	ids := slices.Sorted(maps.Keys(m.servers))
	ids = fault.Rows(&m.plan, "Servers", ids, func(id string) time.Duration {
		if m.young[id] {
			return 0
		}
		return time.Hour
	})
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (m *memory) Server(ctx context.Context, id string) (providers.Server, error) {
	if err := m.begin(ctx, "Server"); err != nil {
		return providers.Server{}, err
	}
	defer m.mu.Unlock()
	s, there := m.servers[id]
	if !there {
		return s, notFound("Server", id)
	}
	return s, nil
}

func (m *memory) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	if err := m.begin(ctx, "CreateServer"); err != nil {
		return providers.Server{}, "", err
	}
	defer m.mu.Unlock()
	if _, there := m.images[spec.ImageID]; !there {
		return providers.Server{}, "", providers.Errorf(providers.ErrInvalid, "CreateServer", "no image")
	}
	if m.quota {
		return providers.Server{}, "", providers.Errorf(providers.ErrQuota, "CreateServer", "enough")
	}
	for _, s := range m.servers {
		if s.Token == spec.Token {
			return s, "", nil
		}
	}
	s := providers.Server{
		ID: m.id("server"), Name: spec.Name, Token: spec.Token, ImageID: spec.ImageID, SizeID: spec.SizeID,
		State: providers.StatePending, NativeState: "pending", Created: time.Unix(1, 0),
	}
	network := "net-1"
	if len(spec.Networks) > 0 {
		network = spec.Networks[0].NetworkID
	}
	s.Interfaces = []providers.Interface{m.plug(s.ID, network)}
	for _, a := range spec.Volumes {
		v := m.volumes[a.VolumeID]
		v.Attachments = []providers.Attachment{{ServerID: s.ID, VolumeID: v.ID, Device: a.Device, State: providers.ResourcePending}}
		m.volumes[v.ID] = v
	}
	m.servers[s.ID] = s
	m.young[s.ID] = true
	if _, cut := m.plan.Take(fault.Cut, "CreateServer"); cut {
		return providers.Server{}, "", providers.Errorf(providers.ErrUnavailable, "CreateServer", "unexpected EOF")
	}
	return s, "", nil
}

func (m *memory) plug(server, network string) providers.Interface {
	return providers.Interface{ID: m.id("port"), ServerID: server, NetworkID: network, IP: "10.0.0.9", State: providers.ResourceOnline}
}

func (m *memory) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	return m.change(ctx, id, func(s *providers.Server) error {
		s.State = providers.StateDeleting
		return nil
	})
}

// change works on one server.
func (m *memory) change(ctx context.Context, id string, do func(*providers.Server) error) (providers.Ticket, error) {
	if err := m.begin(ctx, "change"); err != nil {
		return "", err
	}
	defer m.mu.Unlock()
	s, there := m.servers[id]
	if !there {
		return "", notFound("change", id)
	}
	err := do(&s)
	m.servers[id] = s
	return "", err
}

func (m *memory) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	through := map[providers.PowerOp]providers.State{
		providers.PowerStart:  providers.StateStarting,
		providers.PowerStop:   providers.StateStopping,
		providers.PowerReboot: providers.StateRestarting,
	}
	return m.change(ctx, id, func(s *providers.Server) error {
		if !s.Offers(op) {
			return providers.Errorf(providers.ErrConflict, "Power", "not now")
		}
		s.State, s.Power = through[op], nil
		return nil
	})
}

// ResizeServer returns a ticket of one step.
func (m *memory) ResizeServer(ctx context.Context, id, size string) (providers.Ticket, error) {
	if size != "small" && size != "large" {
		return "", providers.Errorf(providers.ErrInvalid, "ResizeServer", "no such size")
	}
	_, err := m.change(ctx, id, func(*providers.Server) error { return nil })
	return providers.Ticket(id + " " + size), err
}

func (m *memory) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var id, size string
	if _, err := fmt.Sscan(string(t), &id, &size); err != nil {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "Poll", "%v", err)
	}
	_, err := m.change(ctx, id, func(s *providers.Server) error {
		s.SizeID = size
		return nil
	})
	return providers.Progress{ID: id}, err
}
