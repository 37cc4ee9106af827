package gateway

import (
	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
	"occigate/translate/occi"
)

// Words says what the inventory finds items by, see [inventory.Options]: what
// their entities have for mixins and which state, in terms that no change of a
// model touches. A mixin of a cloud is a word of its base and the native id, an
// account's one of [translate.Cloud], every other mixin one of
// [inventory.FacetMixin]; a state is one of its attribute's name.
func Words(it *inventory.Item) []inventory.Word {
	has := words{uid: it.UID}
	switch it.Kind {
	case inventory.KindServer:
		has.server(it.Server)
		if it.Terms[translate.AttrPriceHour] != "" {
			has.mixin(translate.Price)
		}
	case inventory.KindVolume:
		has.state(occi.AttrStorageState, translate.VolumeState(it.Volume.State))
		has.of(translate.Zone, it.Volume.Zone)
	case inventory.KindNetwork:
		has.network(it.Network)
	case inventory.KindReservation:
		state := translate.ReservationState(it.Address)
		has.state(translate.AttrReservedState, state)
		has.state(occi.AttrNetworkState, state)
		has.mixin(translate.PublicNet)
	case inventory.KindInterface:
		has.state(occi.AttrInterfaceState, translate.LinkState(it.Interface.State))
		has.address(it.Interface.IP)
	case inventory.KindAddress:
		has.state(occi.AttrInterfaceState, translate.LinkState(it.Address.State))
		has.address(it.Address.IP)
	case inventory.KindAttachment:
		has.state(occi.AttrStorageLinkState, translate.LinkState(it.Attachment.State))
	}
	if !isLink(it.Kind) {
		has.list = append(has.list, inventory.Word{Facet: translate.Cloud, UID: it.UID})
	}
	return has.list
}

// states are the attributes whose values are words.
var states = map[string]bool{
	occi.AttrComputeState: true, occi.AttrStorageState: true, occi.AttrNetworkState: true,
	occi.AttrInterfaceState: true, occi.AttrStorageLinkState: true, translate.AttrReservedState: true,
}

// words gathers the words of one item.
type words struct {
	uid  string
	list []inventory.Word
}

func (w *words) of(base, native string) {
	if native != "" {
		w.list = append(w.list, inventory.Word{Facet: base, UID: w.uid, Value: native})
	}
}

func (w *words) mixin(id string) {
	w.list = append(w.list, inventory.Word{Facet: inventory.FacetMixin, Value: id})
}

func (w *words) state(attribute, value string) {
	w.list = append(w.list, inventory.Word{Facet: attribute, Value: value})
}

func (w *words) server(s *providers.Server) {
	w.of(translate.OSTpl, s.ImageID)
	w.of(translate.ResourceTpl, s.SizeID)
	w.of(translate.Zone, s.Zone)
	w.state(occi.AttrComputeState, translate.ServerState(s.State))
}

func (w *words) network(n *providers.Network) {
	w.of(translate.Zone, n.Zone)
	w.state(occi.AttrNetworkState, translate.LinkState(n.State))
	if n.CIDR != "" {
		w.mixin(occi.MixinIPNetwork)
	}
	if n.Public {
		w.mixin(translate.PublicNet)
	} else {
		w.mixin(translate.PrivateNet)
	}
}

func (w *words) address(ip string) {
	if ip != "" {
		w.mixin(occi.MixinIPNetworkInterface)
	}
}

// wordOf is the word of those that have a mixin itself, not only one that
// depends on it. It is exact but for the sizes of the profile, which an entity
// shows only while it is as large.
func (m *model) wordOf(mixin string) (word inventory.Word, exact bool) {
	tpl, ok := m.templates.Lookup(mixin)
	switch {
	case !ok:
		return inventory.Word{Facet: inventory.FacetMixin, Value: mixin}, !translate.IsAbstract(mixin)
	case tpl.Base == translate.Region: // an account is in one region
		return inventory.Word{Facet: translate.Cloud, UID: tpl.UID}, true
	}
	return inventory.Word{Facet: tpl.Base, UID: tpl.UID, Value: tpl.Native}, true
}
