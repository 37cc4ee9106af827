package gateway

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// creation is one create request under way.
type creation struct {
	g      *Gateway
	ctx    context.Context
	wishes translate.Wishes
	entity *occi.Entity
}

// creators make an entity of each kind.
var creators = map[string]func(creation) (*inventory.Item, error){
	translate.Compute:          creation.server,
	translate.Storage:          creation.volume,
	translate.Network:          creation.network,
	translate.NetworkInterface: creation.networkInterface,
	translate.StorageLink:      creation.storageLink,
}

// create makes the entity that a POST on its kind's location describes (GFD.223
// section 11.3.1).
func (g *Gateway) create(c echo.Context) error {
	media, err := accepted(c, occi.Renderings()...)
	if err != nil {
		return err
	}
	if c.QueryParam("action") != "" {
		return &problem{status: http.StatusNotImplemented, message: "actions on whole collections are not offered"}
	}
	m := g.models.current()
	bound, err := g.described(c, m)
	if err != nil {
		return err
	}
	warn(c, bound.Warnings)
	request := creation{g: g, ctx: c.Request().Context(), wishes: g.wishes(c, m), entity: &bound.Entity}
	it, err := creators[bound.Entity.Kind](request)
	if err != nil {
		return inCreate(err)
	}
	return g.writeCreated(c, media, pathOf(it))
}

// described reads the one entity of a create request, which must be of the
// location's kind.
func (g *Gateway) described(c echo.Context, m *model) (*occi.Bound, error) {
	doc, binder, err := g.read(c, m)
	if err != nil {
		return nil, err
	}
	list, err := binder.Create(doc)
	if err != nil {
		return nil, err
	}
	if len(list) > 1 {
		return nil, &problem{status: http.StatusNotImplemented, message: "only one entity can be created by a request"}
	}
	location := strings.TrimSuffix(c.Request().URL.Path, "/") + "/"
	if kind := list[0].Entity.Kind; translate.Location(kind, "") != location {
		return nil, &problem{status: http.StatusBadRequest, message: kind + " is not the kind of " + location}
	}
	return &list[0], nil
}

// own is what the gateway itself keeps of a new entity. What a client sends as
// id is not taken (it is a name of its own, as a rule).
func (n creation) own() inventory.Own {
	return inventory.Own{Title: n.entity.Title, Summary: n.entity.Summary, Mixins: n.wishes.Templates.Foreign(n.entity.Mixins)}
}

func (n creation) server() (*inventory.Item, error) {
	uid, spec, err := n.wishes.ServerWish(n.entity)
	if err != nil {
		return nil, err
	}
	return n.g.inv.CreateServer(n.ctx, uid, spec, n.own())
}

func (n creation) volume() (*inventory.Item, error) {
	uid, spec, err := n.wishes.VolumeWish(n.entity)
	if err != nil {
		return nil, err
	}
	return n.g.inv.CreateVolume(n.ctx, uid, spec, n.own())
}

func (n creation) network() (*inventory.Item, error) {
	uid, spec, err := n.wishes.NetworkWish(n.entity)
	if err != nil {
		return nil, err
	}
	return n.g.inv.CreateNetwork(n.ctx, uid, spec, n.own())
}

func (n creation) networkInterface() (*inventory.Item, error) {
	server, network, err := n.ends(translate.Network)
	if err != nil {
		return nil, err
	}
	return n.g.inv.Plug(n.ctx, server, network, translate.InterfaceSpec(n.entity), n.own())
}

func (n creation) storageLink() (*inventory.Item, error) {
	server, volume, err := n.ends(translate.Storage)
	if err != nil {
		return nil, err
	}
	own := n.own()
	if mount, _ := n.entity.Attributes[occi.AttrMountPoint].(string); mount != "" {
		own.Extra = map[string]string{occi.AttrMountPoint: mount}
	}
	device, _ := n.entity.Attributes[occi.AttrDeviceID].(string)
	return n.g.inv.Attach(n.ctx, server, volume, device, own)
}

// ends finds the entities that a new link connects: a compute and a target of
// a kind.
func (n creation) ends(targetKind string) (source, target string, err error) {
	s, ok := n.wishes.Resolve(n.entity.Source.Location)
	if !ok || s.Kind != translate.Compute {
		return "", "", missing("occi.core.source", n.entity.Source.Location, translate.Compute)
	}
	t, ok := n.wishes.Resolve(n.entity.Target.Location)
	if !ok || t.Kind != targetKind {
		return "", "", missing("occi.core.target", n.entity.Target.Location, targetKind)
	}
	if s.UID != t.UID {
		return "", "", &problem{status: http.StatusConflict, message: "source and target are at different clouds: " + s.UID + ", " + t.UID}
	}
	return s.ID, t.ID, nil
}

func missing(attribute, location, kind string) error {
	_, term := occi.SplitID(kind)
	return &problem{status: http.StatusBadRequest, message: attribute + ": there is no " + term + " at " + location}
}
