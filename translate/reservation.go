package translate

import (
	"cmp"
	"slices"

	"occigate/providers"
	"occigate/translate/occi"
)

// IPReservation is the kind of reserved public addresses. No document of the
// OGF defines it; the clients of the EGI federation know it as a kind of
// network.
const IPReservation = occi.SchemeInfrastructure + "ipreservation"

// Names of its attributes.
const (
	AttrReservedAddress = "occi.ipreservation.address"
	AttrReservedUsed    = "occi.ipreservation.used"
	AttrReservedState   = "occi.ipreservation.state"
	AttrReservedMessage = "occi.ipreservation.state.message"
)

// WithExtensions adds to the built-in model what this gateway has beside it and
// what does not come from a cloud, except the mixins that are named.
func WithExtensions(standard *occi.Registry, without ...string) (*occi.Registry, error) {
	all, err := standard.WithKinds(occi.Kind{
		Category: category(IPReservation, "Reserved public address"),
		Parent:   Network, Location: locations[IPReservation],
		Attributes: append(standard.InheritedFrom(Network),
			occi.Attribute{Name: AttrReservedAddress, Type: occi.IP, Mutable: true, Description: "The address, where a certain one may be asked for"},
			occi.Attribute{Name: AttrReservedUsed, Type: occi.Boolean, Observed: true, Description: "Whether a compute has the address"},
			occi.Attribute{
				Name: AttrReservedState, Type: occi.Enum, Default: "inactive", Observed: true,
				Enum: []string{"active", "inactive", "error"}, Description: "Current state",
			},
			occi.Attribute{Name: AttrReservedMessage, Type: occi.String, Observed: true, Description: "Explanation of the current state"},
		),
	})
	if err != nil {
		return nil, err
	}
	unwanted := func(m occi.Mixin) bool { return slices.Contains(without, m.ID()) }
	return all.With(slices.DeleteFunc(extensions(), unwanted)...)
}

// ReservationEntity shows a reserved address.
func (t *Templates) ReservationEntity(p *providers.Address, own Own) occi.Entity {
	e := entity(IPReservation, own)
	e.Mixins = t.withPlace([]string{PublicNet}, own)
	a := e.Attributes
	setString(a, AttrReservedAddress, p.IP)
	a[AttrReservedUsed] = p.ServerID != ""
	state := ReservationState(p)
	a[AttrReservedState], a[occi.AttrNetworkState] = state, state
	setString(a, AttrReservedMessage, message(own, passing(p.State, p.NativeState)))
	return e
}

// ReservationState is the state that a reserved address shows.
func ReservationState(p *providers.Address) string {
	return LinkState(cmp.Or(p.State, providers.ResourceOffline))
}

// ReservationWish reads a request to reserve an address from the pool of the
// account that it chooses.
func (w Wishes) ReservationWish(e *occi.Entity) (string, providers.AddressSpec, error) {
	uid, _, err := w.place(e)
	return uid, providers.AddressSpec{IP: text(e, AttrReservedAddress)}, err
}
