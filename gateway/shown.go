package gateway

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"sync/atomic"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// shown is what the gateway keeps beside every item of the inventory: its links,
// and its renderings while they are kept.
type shown struct {
	links []*inventory.Item
	last  atomic.Pointer[rendering]
}

// Derive is the function that the inventory keeps its items' renderings by; see
// [inventory.Options].
func Derive(_ *inventory.Item, links []*inventory.Item) any { return &shown{links: links} }

// rendered is an entity under one model.
type rendered struct {
	item   *inventory.Item
	path   string
	entity occi.Entity
}

// show makes the entity of an item under a model.
func show(m *model, it *inventory.Item) *rendered {
	return &rendered{item: it, path: pathOf(it), entity: m.entity(it)}
}

// kinds says which OCCI kind an item of the inventory is shown as. Images,
// sizes and zones are mixins.
var kinds = map[inventory.Kind]string{
	inventory.KindServer:      translate.Compute,
	inventory.KindVolume:      translate.Storage,
	inventory.KindNetwork:     translate.Network,
	inventory.KindInterface:   translate.NetworkInterface,
	inventory.KindAttachment:  translate.StorageLink,
	inventory.KindAddress:     translate.NetworkInterface,
	inventory.KindReservation: translate.IPReservation,
}

// itemKinds says which items of the inventory an OCCI kind shows.
var itemKinds = map[string][]inventory.Kind{
	translate.Compute:          {inventory.KindServer},
	translate.Storage:          {inventory.KindVolume},
	translate.Network:          {inventory.KindNetwork},
	translate.NetworkInterface: {inventory.KindInterface, inventory.KindAddress},
	translate.StorageLink:      {inventory.KindAttachment},
	translate.IPReservation:    {inventory.KindReservation},
}

// visible reports whether an item is an entity of its own.
func visible(it *inventory.Item) bool { return kinds[it.Kind] != "" }

// pathOf is the location of an item's entity.
func pathOf(it *inventory.Item) string { return translate.Location(kinds[it.Kind], it.ID) }

// mark is the digest of an entity's content, equal on every gateway: that of
// its item and of what the model adds to it. Nothing is rendered for it.
func (m *model) mark(it *inventory.Item) uint64 {
	const prime = 1099511628211
	return (it.Rev ^ m.marks[it.UID]) * prime
}

// etag is the mark as it stands in an entity tag.
func (m *model) etagOf(it *inventory.Item) string { return strconv.FormatUint(m.mark(it), 16) }

// digest tells contents apart: an equal one has an equal digest on every
// gateway.
func digest(renderings ...[]byte) uint64 {
	h := sha256.New()
	for _, b := range renderings {
		h.Write(b)
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// entity makes the OCCI entity of an item with its links.
func (m *model) entity(it *inventory.Item) occi.Entity {
	e := m.entityOf(it, ownOf(it))
	m.observe(&e, it)
	return e
}

func (m *model) entityOf(it *inventory.Item, own translate.Own) occi.Entity {
	switch it.Kind {
	case inventory.KindServer:
		links := it.Derived.(*shown).links
		entities := make([]occi.Entity, 0, len(links))
		for _, l := range links {
			entities = append(entities, linkEntity(l, ownOf(l)))
		}
		e := m.templates.ComputeEntity(it.Server, own, entities)
		translate.SetPrice(&e, it.Terms)
		return e
	case inventory.KindVolume:
		return m.templates.StorageEntity(it.Volume, own)
	case inventory.KindNetwork:
		return m.templates.NetworkEntity(it.Network, own)
	case inventory.KindReservation:
		return m.templates.ReservationEntity(it.Address, own)
	}
	return linkEntity(it, own)
}

func linkEntity(it *inventory.Item, own translate.Own) occi.Entity {
	switch it.Kind {
	case inventory.KindInterface:
		return translate.InterfaceEntity(it.Interface, own, ends(it, it.Interface.NetworkID))
	case inventory.KindAttachment:
		return translate.AttachmentEntity(it.Attachment, own, ends(it, it.Attachment.VolumeID))
	case inventory.KindAddress:
		return translate.AddressEntity(it.Address, "", own, ends(it, it.Address.NetworkID))
	}
	return occi.Entity{}
}

func ownOf(it *inventory.Item) translate.Own {
	return translate.Own{
		ID: it.ID, UID: it.UID, Title: it.Title, Summary: it.Summary,
		Extra: it.Extra, Mixins: it.Mixins, Problem: it.Problem, Pending: it.Pending,
	}
}

func ends(link *inventory.Item, native string) translate.Ends {
	e := translate.Ends{Server: translate.Location(translate.Compute, link.Source), Native: native}
	if link.Target == "" {
		return e
	}
	kind := translate.Network
	switch {
	case link.Kind == inventory.KindAttachment:
		kind = translate.Storage
	case link.Through != "":
		kind = kinds[link.Through]
	}
	e.Kind = kind
	e.Target = translate.Location(kind, link.Target)
	return e
}
