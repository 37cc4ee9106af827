package inventory

import (
	"context"

	"occigate/providers"
)

// CreateServer asks an account's cloud for a server and returns when the cloud
// has accepted, with the server as it is shown from now on. own.ID, when set,
// becomes its id; the same id with an equal spec gives the existing item,
// with another spec [providers.ErrConflict]. spec.Token is set here.
//
// A refusal leaves nothing behind. [providers.ErrUnavailable] means that the
// outcome is unknown: the item is shown as pending until it is settled.
func (v *Inventory) CreateServer(ctx context.Context, uid string, spec providers.ServerSpec, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// CreateVolume is [Inventory.CreateServer] for a volume.
func (v *Inventory) CreateVolume(ctx context.Context, uid string, spec providers.VolumeSpec, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// CreateNetwork is [Inventory.CreateServer] for a network.
func (v *Inventory) CreateNetwork(ctx context.Context, uid string, spec providers.NetworkSpec, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// Delete destroys a server, volume, network or own image, or ends a link:
// detach, unplug, unassign (an address that we reserved is given back too). An
// accepted delete hides the item at once. An item that nobody has is
// [providers.ErrNotFound].
func (v *Inventory) Delete(ctx context.Context, id string) error { return ErrNotReady }

// Power changes whether a server runs. Starting what is active or on the way
// there succeeds without a call, likewise stopping and suspending. What the
// server does not offer now is [providers.ErrConflict].
func (v *Inventory) Power(ctx context.Context, id string, op providers.PowerOp) (*Item, error) {
	return nil, ErrNotReady
}

// Resize gives a server another size, named by its native id.
func (v *Inventory) Resize(ctx context.Context, id, size string) (*Item, error) {
	return nil, ErrNotReady
}

// ResizeVolume grows a volume to a size in GiB.
func (v *Inventory) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (*Item, error) {
	return nil, ErrNotReady
}

// Save makes an image of a server and returns the image's item.
func (v *Inventory) Save(ctx context.Context, id string, spec providers.ImageSpec, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// Attach connects a volume with a server and returns the link. An empty device
// lets the cloud choose.
func (v *Inventory) Attach(ctx context.Context, serverID, volumeID, device string, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// Plug connects a server with a network and returns the link: an interface, or
// an address reserved and assigned when the network is an external pool. Only
// IP and MAC of spec are read.
func (v *Inventory) Plug(ctx context.Context, serverID, networkID string, spec providers.InterfaceSpec, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// Describe changes what the gateway alone keeps of an item, durably.
// An empty Title or Summary stays as it is. The keys of Extra are set, those
// with an empty value removed. Mixins replace the present ones unless nil.
// ID is ignored.
func (v *Inventory) Describe(ctx context.Context, id string, own Own) (*Item, error) {
	return nil, ErrNotReady
}

// Mix adds mixins to an item and takes others off, durably and without
// disturbing what others change at the same time.
func (v *Inventory) Mix(ctx context.Context, id string, add, remove []string) (*Item, error) {
	return nil, ErrNotReady
}

// Ring asks for an account's refresh soon: at once, or as soon as the least
// interval and a back-off allow.
func (v *Inventory) Ring(uid string) {}
