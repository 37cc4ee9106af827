package gateway

import (
	"context"
	"net/http"
	"slices"

	"occigate/gateway/broker/placement"
	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// creation is a create request of one entity.
type creation struct {
	inv     *inventory.Inventory
	wishes  translate.Wishes
	entity  *occi.Entity
	id      string // the UUID that it gets, "" for one of ours
	pricing pricing
	placer  *placer
	room    roomWait
}

// creators check a create of each kind and prepare it.
var creators = map[string]func(creation) (making, error){
	translate.Compute:          creation.server,
	translate.Storage:          creation.volume,
	translate.Network:          creation.network,
	translate.NetworkInterface: creation.networkInterface,
	translate.StorageLink:      creation.storageLink,
	translate.IPReservation:    creation.reservation,
}

// own is what the gateway itself keeps of a new entity. What a client sends as
// id is not taken (it is a name of its own, as a rule).
func (n creation) own() inventory.Own {
	return inventory.Own{
		ID: n.id, Title: n.entity.Title, Summary: n.entity.Summary,
		Extra: translate.Kept(n.entity), Mixins: n.wishes.Templates.Foreign(n.entity.Mixins),
	}
}

func (n creation) server() (making, error) {
	if translate.Placed(n.entity) {
		return n.placed()
	}
	uid, spec, err := n.wishes.ServerWish(n.entity)
	return making{uid: uid, do: func(ctx context.Context) (*inventory.Item, error) {
		begun := n.placer.now()
		it, err := n.createServer(ctx, uid, spec)
		if err == nil {
			n.placer.begun(it, placement.Wait{Account: uid, Size: it.Server.SizeID, Zone: spec.Zone, At: begun})
			n.describeLinks(ctx, it)
		}
		return it, err
	}}, err
}

// describeLinks keeps what no cloud takes of the inline links of a new compute.
// The compute is made whatever becomes of that.
func (n creation) describeLinks(ctx context.Context, compute *inventory.Item) {
	for i := range n.entity.Links {
		link := creation{wishes: n.wishes, entity: &n.entity.Links[i]}
		own := link.own()
		target, ok := n.wishes.Resolve(link.entity.Target.Location)
		if ok && target.Kind == translate.Storage && (own.Title != "" || len(own.Extra)+len(own.Mixins) > 0) {
			_ = n.inv.Foretell(ctx, compute.ID, target.ID, own)
		}
	}
}

func (n creation) volume() (making, error) {
	uid, spec, err := n.wishes.VolumeWish(n.entity)
	return making{uid: uid, do: func(ctx context.Context) (*inventory.Item, error) {
		return n.inv.CreateVolume(ctx, uid, spec, n.own())
	}}, err
}

func (n creation) network() (making, error) {
	uid, spec, err := n.wishes.NetworkWish(n.entity)
	return making{uid: uid, do: func(ctx context.Context) (*inventory.Item, error) {
		return n.inv.CreateNetwork(ctx, uid, spec, n.own())
	}}, err
}

func (n creation) networkInterface() (making, error) {
	server, network, err := n.ends(translate.Network, translate.IPReservation)
	spec := translate.InterfaceSpec(n.entity)
	return making{uid: server.UID, do: func(ctx context.Context) (*inventory.Item, error) {
		if network.Kind == translate.IPReservation {
			return n.inv.Assign(ctx, server.ID, network.ID, n.own())
		}
		return n.inv.Plug(ctx, server.ID, network.ID, spec, n.own())
	}}, err
}

func (n creation) reservation() (making, error) {
	uid, spec, err := n.wishes.ReservationWish(n.entity)
	return making{uid: uid, do: func(ctx context.Context) (*inventory.Item, error) {
		return n.inv.Reserve(ctx, uid, spec, n.own())
	}}, err
}

func (n creation) storageLink() (making, error) {
	server, volume, err := n.ends(translate.Storage)
	device, _ := n.entity.Attributes[occi.AttrDeviceID].(string)
	return making{uid: server.UID, do: func(ctx context.Context) (*inventory.Item, error) {
		return n.inv.Attach(ctx, server.ID, volume.ID, device, n.own())
	}}, err
}

// ends finds the entities that a new link connects: a compute and a target of one
// of some kinds.
func (n creation) ends(targetKinds ...string) (source, target translate.Ref, err error) {
	if err := translate.CheckText(n.entity); err != nil {
		return source, target, err
	}
	s, ok := n.wishes.Resolve(n.entity.Source.Location)
	if !ok || s.Kind != translate.Compute {
		return s, target, missing("occi.core.source", n.entity.Source.Location, translate.Compute)
	}
	t, ok := n.wishes.Resolve(n.entity.Target.Location)
	if !ok || !slices.Contains(targetKinds, t.Kind) {
		return s, t, missing("occi.core.target", n.entity.Target.Location, targetKinds[0])
	}
	if s.UID != t.UID {
		return s, t, &problem{status: http.StatusConflict, message: "source and target are at different clouds: " + s.UID + ", " + t.UID}
	}
	return s, t, nil
}

func missing(attribute, location, kind string) error {
	_, term := occi.SplitID(kind)
	return &problem{status: http.StatusBadRequest, message: attribute + ": there is no " + term + " at " + location}
}
