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

// shown is what the gateway keeps beside every item of the inventory: the item
// as an OCCI entity and its renderings, made when first asked for and again
// when the categories have changed since.
type shown struct {
	item  *inventory.Item
	links []*inventory.Item
	last  atomic.Pointer[rendered]
}

// rendered is an entity under one model. Renderings hold no host.
type rendered struct {
	model  *model
	item   *inventory.Item
	path   string
	sum    uint64 // digest of the content, equal on every gateway
	etag   string // the same in hexadecimal
	entity occi.Entity
	text   []byte
	json   []byte
}

// Derive is the function that the inventory keeps its items' renderings by; see
// [inventory.Options].
func Derive(it *inventory.Item, links []*inventory.Item) any {
	return &shown{item: it, links: links}
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

// visible reports whether an item is an entity of its own: an address that no
// server has is not.
func visible(it *inventory.Item) bool {
	return it.Kind != inventory.KindAddress || it.Source != ""
}

// pathOf is the location of an item's entity.
func pathOf(it *inventory.Item) string { return translate.Location(kinds[it.Kind], it.ID) }

// show renders an item under a model, from memory when nothing has changed.
func show(m *model, it *inventory.Item) *rendered {
	s := it.Derived.(*shown)
	if r := s.last.Load(); r != nil && r.model == m {
		return r
	}
	r := &rendered{model: m, item: s.item, path: pathOf(it), entity: m.entity(s.item, s.links)}
	r.text = m.renderer().AppendText(nil, &r.entity)
	r.json = m.renderer().AppendJSON(nil, &r.entity)
	r.sum = digest(r.text, r.json)
	r.etag = strconv.FormatUint(r.sum, 16)
	s.last.Store(r)
	return r
}

// digest tells contents apart by their renderings: an equal one has an equal
// digest on every gateway.
func digest(renderings ...[]byte) uint64 {
	h := sha256.New()
	for _, b := range renderings {
		h.Write(b)
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// entity makes the OCCI entity of an item.
func (m *model) entity(it *inventory.Item, links []*inventory.Item) occi.Entity {
	own := translate.Own{
		ID: it.ID, UID: it.UID, Title: it.Title, Summary: it.Summary,
		Extra: it.Extra, Mixins: it.Mixins, Problem: it.Problem, Pending: it.Pending,
	}
	switch it.Kind {
	case inventory.KindServer:
		shownLinks := make([]occi.Entity, 0, len(links))
		for _, l := range links {
			shownLinks = append(shownLinks, m.entity(l, nil))
		}
		return m.templates.ComputeEntity(it.Server, own, shownLinks)
	case inventory.KindVolume:
		return m.templates.StorageEntity(it.Volume, own)
	case inventory.KindNetwork:
		return m.templates.NetworkEntity(it.Network, own)
	case inventory.KindReservation:
		return m.templates.ReservationEntity(it.Address, own)
	case inventory.KindInterface:
		return translate.InterfaceEntity(it.Interface, own, ends(it, it.Interface.NetworkID))
	case inventory.KindAttachment:
		return translate.AttachmentEntity(it.Attachment, own, ends(it, it.Attachment.VolumeID))
	case inventory.KindAddress:
		return translate.AddressEntity(it.Address, "", own, ends(it, it.Address.NetworkID))
	}
	return occi.Entity{}
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
