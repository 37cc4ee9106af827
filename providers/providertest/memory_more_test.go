package providertest

import (
	"context"
	"maps"
	"math"
	"slices"

	"occigate/providers"
)

func (m *memory) SaveServer(ctx context.Context, id string, spec providers.ImageSpec) (image providers.Image, t providers.Ticket, err error) {
	t, err = m.change(ctx, id, func(*providers.Server) error {
		image = providers.Image{ID: m.id("image"), Name: spec.Name, Token: spec.Token, Own: true, State: providers.ImagePending}
		m.images[image.ID] = image
		return nil
	})
	return image, t, err
}

// BackUpServer keeps a backup that nobody can look at.
func (m *memory) BackUpServer(ctx context.Context, id string, _ providers.ImageSpec) (providers.Ticket, error) {
	return m.change(ctx, id, func(*providers.Server) error { return nil })
}

// take works on one row of a table.
func take[R any](ctx context.Context, m *memory, rows map[string]R, id string, do func(*R) error) error {
	if err := m.begin(ctx, "take"); err != nil {
		return err
	}
	defer m.mu.Unlock()
	r, there := rows[id]
	if !there {
		return notFound("take", id)
	}
	if err := do(&r); err != nil {
		return err
	}
	if _, still := rows[id]; still {
		rows[id] = r
	}
	return nil
}

// list gives all rows of a table.
func list[R any](ctx context.Context, m *memory, rows map[string]R) ([]R, error) {
	if err := m.begin(ctx, "list"); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(rows)), nil
}

func (m *memory) DeleteImage(ctx context.Context, id string) error {
	return take(ctx, m, m.images, id, func(*providers.Image) error { delete(m.images, id); return nil })
}

func (m *memory) Volumes(ctx context.Context) ([]providers.Volume, error) {
	return list(ctx, m, m.volumes)
}

func (m *memory) Volume(ctx context.Context, id string) (v providers.Volume, err error) {
	err = take(ctx, m, m.volumes, id, func(r *providers.Volume) error {
		v = *r
		v.Attachments = slices.Clone(r.Attachments)
		return nil
	})
	return v, err
}

func (m *memory) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	if err := m.begin(ctx, "CreateVolume"); err != nil {
		return providers.Volume{}, "", err
	}
	defer m.mu.Unlock()
	v := providers.Volume{ID: m.id("volume"), Name: spec.Name, Token: spec.Token, SizeGiB: math.Ceil(spec.SizeGiB), State: providers.ResourcePending}
	m.volumes[v.ID] = v
	return v, "", nil
}

func (m *memory) DeleteVolume(ctx context.Context, id string) (providers.Ticket, error) {
	return "", take(ctx, m, m.volumes, id, func(v *providers.Volume) error {
		if len(v.Attachments) > 0 {
			return providers.Errorf(providers.ErrConflict, "DeleteVolume", "in use")
		}
		delete(m.volumes, id)
		return nil
	})
}

func (m *memory) ResizeVolume(ctx context.Context, id string, gib float64) (providers.Ticket, error) {
	return "", take(ctx, m, m.volumes, id, func(v *providers.Volume) error {
		if gib < v.SizeGiB {
			return providers.Errorf(providers.ErrInvalid, "ResizeVolume", "smaller")
		}
		v.SizeGiB, v.State = gib, providers.ResourcePending
		return nil
	})
}

func (m *memory) AttachVolume(ctx context.Context, spec providers.AttachmentSpec) (a providers.Attachment, t providers.Ticket, err error) {
	err = take(ctx, m, m.volumes, spec.VolumeID, func(v *providers.Volume) error {
		if _, there := m.servers[spec.ServerID]; !there {
			return notFound("AttachVolume", spec.ServerID)
		}
		a = providers.Attachment{ServerID: spec.ServerID, VolumeID: v.ID, Device: "/dev/vdb", State: providers.ResourcePending}
		v.Attachments = []providers.Attachment{a}
		return nil
	})
	return a, "", err
}

func (m *memory) DetachVolume(ctx context.Context, _, id string) (providers.Ticket, error) {
	return "", take(ctx, m, m.volumes, id, func(v *providers.Volume) error {
		if len(v.Attachments) == 0 {
			return providers.Errorf(providers.ErrConflict, "DetachVolume", "not attached")
		}
		v.Attachments = nil
		return nil
	})
}

func (m *memory) Networks(ctx context.Context) ([]providers.Network, error) {
	return list(ctx, m, m.networks)
}

func (m *memory) Network(ctx context.Context, id string) (n providers.Network, err error) {
	err = take(ctx, m, m.networks, id, func(r *providers.Network) error { n = *r; return nil })
	return n, err
}

func (m *memory) CreateNetwork(ctx context.Context, spec providers.NetworkSpec) (providers.Network, providers.Ticket, error) {
	if err := m.begin(ctx, "CreateNetwork"); err != nil {
		return providers.Network{}, "", err
	}
	defer m.mu.Unlock()
	n := providers.Network{ID: m.id("net"), Name: spec.Name, Token: spec.Token, CIDR: "10.0.1.0/24", State: providers.ResourceOnline}
	m.networks[n.ID] = n
	return n, "", nil
}

func (m *memory) DeleteNetwork(ctx context.Context, id string) (providers.Ticket, error) {
	return "", take(ctx, m, m.networks, id, func(*providers.Network) error {
		for _, s := range m.servers {
			if slices.ContainsFunc(s.Interfaces, func(i providers.Interface) bool { return i.NetworkID == id }) {
				return providers.Errorf(providers.ErrConflict, "DeleteNetwork", "in use")
			}
		}
		delete(m.networks, id)
		return nil
	})
}

func (m *memory) AttachInterface(ctx context.Context, spec providers.InterfaceSpec) (i providers.Interface, t providers.Ticket, err error) {
	t, err = m.change(ctx, spec.ServerID, func(s *providers.Server) error {
		i = m.plug(s.ID, spec.NetworkID)
		s.Interfaces = append(slices.Clone(s.Interfaces), i)
		return nil
	})
	return i, t, err
}

func (m *memory) DetachInterface(ctx context.Context, server, id string) (providers.Ticket, error) {
	return m.change(ctx, server, func(s *providers.Server) error {
		had := len(s.Interfaces)
		s.Interfaces = slices.DeleteFunc(slices.Clone(s.Interfaces), func(i providers.Interface) bool { return i.ID == id })
		if len(s.Interfaces) == had {
			return notFound("DetachInterface", id)
		}
		return nil
	})
}

func (m *memory) Addresses(ctx context.Context) ([]providers.Address, error) {
	return list(ctx, m, m.addresses)
}

func (m *memory) CreateAddress(ctx context.Context, spec providers.AddressSpec) (providers.Address, error) {
	if err := m.begin(ctx, "CreateAddress"); err != nil {
		return providers.Address{}, err
	}
	defer m.mu.Unlock()
	a := providers.Address{ID: m.id("address"), IP: "192.0.2.7", Token: spec.Token}
	m.addresses[a.ID] = a
	return a, nil
}

func (m *memory) DeleteAddress(ctx context.Context, id string) error {
	return take(ctx, m, m.addresses, id, func(*providers.Address) error { delete(m.addresses, id); return nil })
}

func (m *memory) AssignAddress(ctx context.Context, id, server string) (a providers.Address, t providers.Ticket, err error) {
	err = take(ctx, m, m.addresses, id, func(r *providers.Address) error { r.ServerID = server; a = *r; return nil })
	return a, "", err
}

func (m *memory) UnassignAddress(ctx context.Context, id string) (providers.Ticket, error) {
	return "", take(ctx, m, m.addresses, id, func(r *providers.Address) error { r.ServerID = ""; return nil })
}
