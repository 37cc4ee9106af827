package inventory

import (
	"context"

	"github.com/google/uuid"

	"occigate/providers"
)

// CreateServer asks an account's cloud for a server and returns when the cloud
// has accepted, with the server as it is shown from now on. own.ID, when set,
// becomes its id; the same id with an equal spec gives the existing item while
// the create is under way, else [providers.ErrConflict]. spec.Token is set here.
//
// A refusal leaves nothing behind. [providers.ErrUnavailable] means that the
// outcome is unknown: the item is shown as pending until it is settled.
func (v *Inventory) CreateServer(ctx context.Context, uid string, spec providers.ServerSpec, own Own) (*Item, error) {
	w, err := v.worker(uid, "create server")
	if err != nil {
		return nil, err
	}
	spec.Token = ""
	want := wish{kind: KindServer, spec: spec, thing: thing{Server: &providers.Server{
		Name: spec.Name, Hostname: spec.Hostname, ImageID: spec.ImageID, SizeID: spec.SizeID,
		Zone: spec.Zone, KeyName: spec.KeyName, State: providers.StatePending,
	}}}
	return v.create(ctx, w, own, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		s, t, err := w.Provider.CreateServer(ctx, spec)
		return answer{s.ID, t, thing{Server: &s}}, err
	})
}

// CreateVolume is [Inventory.CreateServer] for a volume.
func (v *Inventory) CreateVolume(ctx context.Context, uid string, spec providers.VolumeSpec, own Own) (*Item, error) {
	w, err := v.worker(uid, "create volume")
	if err != nil {
		return nil, err
	}
	maker, err := able[providers.VolumeMaker](w, "create volume")
	if err != nil {
		return nil, err
	}
	spec.Token = ""
	want := wish{kind: KindVolume, spec: spec, thing: thing{Volume: &providers.Volume{
		Name: spec.Name, Zone: spec.Zone, SizeGiB: spec.SizeGiB, State: providers.ResourcePending,
	}}}
	return v.create(ctx, w, own, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		vol, t, err := maker.CreateVolume(ctx, spec)
		return answer{vol.ID, t, thing{Volume: &vol}}, err
	})
}

// CreateNetwork is [Inventory.CreateServer] for a network.
func (v *Inventory) CreateNetwork(ctx context.Context, uid string, spec providers.NetworkSpec, own Own) (*Item, error) {
	w, err := v.worker(uid, "create network")
	if err != nil {
		return nil, err
	}
	maker, err := able[providers.NetworkMaker](w, "create network")
	if err != nil {
		return nil, err
	}
	spec.Token = ""
	want := wish{kind: KindNetwork, spec: spec, thing: thing{Network: &providers.Network{
		Name: spec.Name, Zone: spec.Zone, CIDR: spec.CIDR, Gateway: spec.Gateway, VLAN: spec.VLAN,
		Dynamic: !spec.Static, Public: spec.Public, State: providers.ResourcePending,
	}}}
	return v.create(ctx, w, own, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		n, t, err := maker.CreateNetwork(ctx, spec)
		return answer{n.ID, t, thing{Network: &n}}, err
	})
}

const opSave = "save"

// Save makes an image of a server and returns the image's item, which is
// pending until the cloud has made it. A cloud that keeps a backup with the
// server instead has nothing new to show: the item is then the server's.
func (v *Inventory) Save(ctx context.Context, id string, spec providers.ImageSpec, own Own) (*Item, error) {
	it, w, err := v.server(ctx, id, opSave)
	if err != nil {
		return nil, err
	}
	saver, err := able[providers.ImageSaver](w, opSave)
	maker, backsUp := w.Provider.(providers.BackupMaker)
	if err != nil && !backsUp {
		return nil, err
	}
	it, err = w.offering(ctx, it, opSave, func(s *providers.Server) bool { return s.Can(providers.AbilitySave) })
	if err != nil {
		return nil, err
	}
	if saver == nil {
		spec.Token = newToken(w.UID, KindImage, uuid.New())
		return v.change(ctx, w, w.fresh(it, classChange, opSave), func(ctx context.Context) (providers.Ticket, error) {
			return maker.BackUpServer(ctx, it.Native, spec)
		})
	}
	spec.Token = ""
	want := wish{kind: KindImage, spec: []any{id, spec}, thing: thing{Image: &providers.Image{
		Name: spec.Name, Architecture: it.Server.Architecture, State: providers.ImagePending, Own: true,
	}}}
	return v.create(ctx, w, own, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		image, t, err := saver.SaveServer(ctx, it.Native, spec)
		return answer{image.ID, t, thing{Image: &image}}, err
	})
}

// server finds a server that a change can be made to: one that its cloud has
// named.
func (v *Inventory) server(ctx context.Context, id, op string) (*Item, *worker, error) {
	it, w, err := v.shown(ctx, id, op)
	switch {
	case err != nil:
		return nil, nil, err
	case it.Server == nil:
		return nil, nil, providers.Errorf(providers.ErrInvalid, op, "%s is no server", id)
	case it.Native == "":
		return nil, nil, nameless(it, op)
	}
	return it, w, nil
}

func nameless(it *Item, op string) error {
	return providers.Errorf(providers.ErrConflict, op, "the cloud has not named %s yet: %s", it.ID, it.Problem)
}

// able asks an account's provider for an ability.
func able[A any](w *worker, op string) (A, error) {
	a, ok := w.Provider.(A)
	if !ok {
		return a, providers.Errorf(providers.ErrUnsupported, op, "%s clouds cannot do that", w.Cloud)
	}
	return a, nil
}
