package inventory

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"occigate/providers"
)

// Attach connects a volume with a server and returns the link. An empty device
// lets the cloud choose. The link's id is computed from the two, so that it is
// the same whatever device the cloud chooses in the end.
func (v *Inventory) Attach(ctx context.Context, serverID, volumeID, device string, own Own) (*Item, error) {
	const op = "attach"
	server, w, err := v.server(ctx, serverID, op)
	if err != nil {
		return nil, err
	}
	volume, err := v.end(ctx, server, volumeID, op)
	if err != nil {
		return nil, err
	}
	attacher, err := able[providers.VolumeAttacher](w, op)
	switch {
	case err != nil:
		return nil, err
	case volume.Volume == nil:
		return nil, providers.Errorf(providers.ErrInvalid, op, "%s is no volume", volumeID)
	}
	spec := providers.AttachmentSpec{ServerID: server.Native, VolumeID: volume.Native, Device: device}
	native := linkNative(server.Native, volume.Native)
	for _, l := range v.LinksOf(serverID) {
		if l.Kind == KindAttachment && l.Target == volumeID && l.ID != own.ID {
			return nil, providers.Errorf(providers.ErrConflict, op, "the volume is attached to the server already, by %s", l.ID)
		}
	}
	want := wish{
		kind: KindAttachment, spec: spec, native: native, id: computedID(w.UID, KindAttachment, native),
		source: serverID, target: volumeID,
		thing: thing{Attachment: &providers.Attachment{
			ServerID: server.Native, VolumeID: volume.Native, Device: device, State: providers.ResourcePending,
		}},
	}
	return v.create(ctx, w, own, want, func(ctx context.Context, _ string) (answer, error) {
		at, t, err := attacher.AttachVolume(ctx, spec)
		return answer{native, t, thing{Attachment: &at}}, err
	})
}

// end finds the other end of a link of a server: an item of the same account
// that the cloud has named.
func (v *Inventory) end(ctx context.Context, server *Item, id, op string) (*Item, error) {
	it, _, err := v.shown(ctx, id, op)
	switch {
	case err != nil:
		return nil, err
	case it.UID != server.UID:
		return nil, providers.Errorf(providers.ErrInvalid, op, "%s and %s are in different accounts", server.ID, id)
	case it.Native == "":
		return nil, nameless(it, op)
	}
	return it, nil
}

// Plug connects a server with a network and returns the link: an interface, or
// an address reserved and assigned when the network is an external pool. Only
// IP and MAC of spec are read.
func (v *Inventory) Plug(ctx context.Context, serverID, networkID string, spec providers.InterfaceSpec, own Own) (*Item, error) {
	const op = "plug"
	server, w, err := v.server(ctx, serverID, op)
	if err != nil {
		return nil, err
	}
	network, err := v.end(ctx, server, networkID, op)
	switch {
	case err != nil:
		return nil, err
	case network.Network == nil:
		return nil, providers.Errorf(providers.ErrInvalid, op, "%s is no network", networkID)
	case network.Network.External:
		return v.assign(ctx, w, server, network, spec.IP, own)
	}
	attacher, err := able[providers.InterfaceAttacher](w, op)
	if err != nil {
		return nil, err
	}
	spec = providers.InterfaceSpec{ServerID: server.Native, NetworkID: network.Native, IP: spec.IP, MAC: spec.MAC}
	want := wish{
		kind: KindInterface, spec: spec, source: serverID, target: networkID,
		thing: thing{Interface: &providers.Interface{
			ServerID: server.Native, NetworkID: network.Native, IP: spec.IP, MAC: spec.MAC,
			Static: spec.IP != "", State: providers.ResourcePending,
		}},
	}
	for i := range server.Server.Interfaces {
		want.known = append(want.known, interfaceKey(&server.Server.Interfaces[i]))
	}
	return v.create(ctx, w, own, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		itf, t, err := attacher.AttachInterface(ctx, spec)
		a := answer{ticket: t, thing: thing{Interface: &itf}}
		if key := interfaceKey(&itf); key != "" {
			a.native = linkNative(server.Native, key)
		}
		return a, err
	})
}

// assign reserves an address of an external network and maps it to a server.
// When the mapping fails, the address is given back.
func (v *Inventory) assign(ctx context.Context, w *worker, server, network *Item, ip string, own Own) (*Item, error) {
	const op = "assign address"
	maker, err := able[providers.AddressMaker](w, op)
	if err != nil {
		return nil, err
	}
	assigner, err := able[providers.AddressAssigner](w, op)
	if err != nil {
		return nil, err
	}
	spec := providers.AddressSpec{NetworkID: network.Native, IP: ip}
	want := wish{
		kind: KindAddress, spec: []any{spec, server.Native}, source: server.ID, target: network.ID,
		thing: thing{Address: &providers.Address{
			IP: ip, NetworkID: network.Native, ServerID: server.Native, State: providers.ResourcePending,
		}},
	}
	return v.create(ctx, w, own, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		reserved, err := maker.CreateAddress(ctx, spec)
		if err != nil {
			return answer{}, err
		}
		w.reserved(ctx, token, reserved.ID)
		assigned, t, err := assigner.AssignAddress(ctx, reserved.ID, server.Native)
		if err != nil && !providers.Unclear(err) {
			w.unassigned(ctx, maker, token, reserved.ID)
		}
		if assigned.ID == "" {
			reserved.ServerID = server.Native
			assigned = reserved
		}
		return answer{reserved.ID, t, thing{Address: &assigned}}, err
	})
}

// reserved notes which address was reserved, so that a crash before it is
// assigned does not leave it behind.
func (w *worker) reserved(ctx context.Context, id, native string) {
	in := w.about(id, classCreate)
	if in == nil {
		return
	}
	now := *in
	now.Native, now.Reserve = native, native
	if err := w.replace(ctx, *in, &now); err != nil {
		w.log.Warn("a reserved address could not be noted", zap.String("id", id), zap.Error(err))
	}
}

// unassigned gives a reserved address back at once, or leaves it to the worker.
func (w *worker) unassigned(ctx context.Context, maker providers.AddressMaker, id, native string) {
	err := maker.DeleteAddress(ctx, native)
	if err == nil || errors.Is(err, providers.ErrNotFound) {
		return
	}
	w.log.Warn("a reserved address was not given back yet", zap.String("id", id), zap.Error(err))
	if in := w.about(id, classCreate); in != nil {
		if err := w.unreserve(ctx, *in); err != nil {
			w.log.Warn("a reserved address may be left behind", zap.String("id", id), zap.Error(err))
		}
	}
}
