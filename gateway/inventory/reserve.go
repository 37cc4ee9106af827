package inventory

import (
	"context"

	"github.com/google/uuid"

	"occigate/providers"
)

const opAssign = "assign"

// Reserve takes a public address from a pool of an account's cloud and returns
// its reservation, which nothing has yet. [Inventory.Assign] maps it to a
// server, [Inventory.Delete] gives it back. The id follows from the cloud's, so
// that own.ID must be empty: [providers.ErrInvalid] else.
func (v *Inventory) Reserve(ctx context.Context, uid string, spec providers.AddressSpec, words Own) (*Item, error) {
	const op = "reserve address"
	w, err := v.worker(uid, op)
	if err != nil {
		return nil, err
	}
	maker, err := able[providers.AddressMaker](w, op)
	switch {
	case err != nil:
		return nil, err
	case words.ID != "":
		return nil, providers.Errorf(providers.ErrInvalid, op, "the id of a reservation cannot be chosen")
	}
	spec.Token = ""
	want := wish{
		kind: KindAddress, apart: true, spec: spec, id: newToken(w.UID, KindReservation, uuid.New()),
		thing: thing{Address: &providers.Address{IP: spec.IP, NetworkID: spec.NetworkID, State: providers.ResourcePending}},
	}
	made, err := v.create(ctx, w, Own{}, want, func(ctx context.Context, token string) (answer, error) {
		spec.Token = token
		address, err := maker.CreateAddress(ctx, spec)
		return answer{native: address.ID, thing: thing{Address: &address}}, err
	})
	if err != nil {
		return nil, err
	}
	id := computedID(w.UID, KindReservation, made.Native)
	if words.Title != "" || words.Summary != "" || len(words.Extra)+len(words.Mixins) > 0 {
		return v.Describe(ctx, id, words)
	}
	if it := v.item(id); it != nil {
		return it, nil
	}
	return nil, providers.Errorf(providers.ErrNotFound, op, "%s was released meanwhile", id)
}

// Assign maps a reserved address to a server and returns the link, whose id is
// that of the address. Deleting the link leaves the reservation. One that is
// assigned already is [providers.ErrConflict].
func (v *Inventory) Assign(ctx context.Context, serverID, reservationID string, words Own) (*Item, error) {
	server, w, err := v.server(ctx, serverID, opAssign)
	if err != nil {
		return nil, err
	}
	reserved, err := v.end(ctx, server, reservationID, opAssign)
	if err != nil {
		return nil, err
	}
	assigner, err := able[providers.AddressAssigner](w, opAssign)
	if err != nil {
		return nil, err
	}
	id, err := w.assignable(reserved, words)
	if err != nil {
		return nil, err
	}
	address := *reserved.Address
	address.ServerID, address.State = server.Native, providers.ResourcePending
	in := w.fresh(&Item{
		ID: id, Kind: KindAddress, Native: reserved.Native, Source: serverID, Target: reservationID,
	}, classChange, opAssign)
	in.thing = thing{Address: &address}
	w.clearDelete(ctx, id)
	if err := w.setApart(ctx, in, words); err != nil {
		return nil, err
	}
	return v.change(ctx, w, in, func(ctx context.Context) (providers.Ticket, error) {
		_, ticket, err := assigner.AssignAddress(ctx, reserved.Native, server.Native)
		return ticket, err
	})
}

// assignable finds the id that the link to a reservation has.
func (w *worker) assignable(reserved *Item, words Own) (id string, err error) {
	if reserved.Kind != KindReservation {
		return "", providers.Errorf(providers.ErrInvalid, opAssign, "%s is no reserved address", reserved.ID)
	}
	w.feed.with(w.UID, func(s *state) { id = s.addressRow(reserved.Native).id })
	switch {
	case id == "":
		return "", providers.Errorf(providers.ErrConflict, opAssign, "the address is not listed by its cloud yet")
	case words.ID != "" && words.ID != id:
		return "", providers.Errorf(providers.ErrInvalid, opAssign, "the id of a link to a reserved address cannot be chosen")
	case reserved.Address.ServerID != "":
		return "", providers.Errorf(providers.ErrConflict, opAssign, "the address %s is assigned already", reserved.Address.IP)
	}
	return id, nil
}

// setApart notes that an address was not reserved for the link that it gets.
func (w *worker) setApart(ctx context.Context, in intent, words Own) error {
	return w.feed.revise(ctx, w.ownKey(in.ID), func(old []byte) ([]byte, error) {
		known := own{Kind: KindAddress, Native: in.Native}
		if made := w.about(in.ID, classCreate); made != nil {
			known = made.begun()
			known.Native = in.Native
		}
		return reviseOwn(old, known, func(o *own) {
			o.Apart = true
			o.Title, o.Extra, o.Mixins = words.Title, words.Extra, words.Mixins
		})
	})
}

// releasing finds the call that gives a reserved address back.
func (w *worker) releasing(it *Item) (deletion, error) {
	maker, err := able[providers.AddressMaker](w, opDelete)
	if err == nil && it.Address.ServerID != "" {
		err = providers.Errorf(providers.ErrConflict, opDelete, "the address %s is assigned to a server", it.Address.IP)
	}
	return func(ctx context.Context) (providers.Ticket, error) { return "", maker.DeleteAddress(ctx, it.Native) }, err
}

// reserves reports whether an intent makes an address that stands by itself.
func (in *intent) reserves() bool {
	return in.Class == classCreate && in.Kind == KindAddress && in.Own != nil && in.Own.Apart
}

// assigns reports whether an intent maps an address to a server, as far as the
// cloud has accepted that.
func (in *intent) assigns() bool {
	return in != nil && in.Op == opAssign && in.Phase == accepted
}

// addressRow finds the row of an address, listed or just made.
func (s *state) addressRow(native string) rowKey {
	n := nat{KindAddress, native}
	id, ok := s.natives[n]
	if !ok {
		id = s.bound[n].id
	}
	return rowKey{KindAddress, id}
}

// buildAddress makes the reservation of an address, and the link of an assigned
// one.
func (s *state) buildAddress(k rowKey, r *row, create *intent) []*Item {
	del := s.about(k.id, classDelete)
	if del.hides() && del.Reserve != "" {
		return nil
	}
	var items []*Item
	if it := s.assigned(k, r, create); it != nil && !del.hides() {
		items = append(items, it)
	}
	if it := s.reservation(k, r, create); it != nil {
		items = append(items, it)
	}
	return items
}

// assigned makes the link of an address, nil when it has no server that is
// shown.
func (s *state) assigned(k rowKey, r *row, create *intent) *Item {
	it := s.item(k.id, KindAddress)
	assign := s.about(k.id, classChange)
	switch {
	case r != nil && r.Address.ServerID != "":
		it.Native, it.Problem = r.Native, r.Problem
		it.fill(r.thing)
		it.Source = s.shown(KindServer, r.Address.ServerID)
		it.Target = s.shown(KindNetwork, r.Address.NetworkID)
	case assign.assigns():
		it.Native, it.Source = assign.Native, assign.Source
		it.fill(assign.thing)
	case create.shows():
		it.Native, it.Source, it.Target = create.Native, create.Source, create.Target
		it.fill(create.thing)
	}
	if !s.alive(it.Source) {
		return nil
	}
	if o := s.ownOf(k.id); o != nil && o.Apart {
		it.Target, it.Through = computedID(s.uid, KindReservation, it.Native), KindReservation
	}
	s.lay(it)
	return it
}

// reservation makes the item of a reserved address, nil when it is given back
// or has no name at its cloud yet.
func (s *state) reservation(k rowKey, r *row, create *intent) *Item {
	var of thing
	var native string
	switch {
	case r != nil:
		native, of = r.Native, r.thing
	case create.shows() && create.Phase != failed:
		native, of = create.Native, create.thing
	}
	id := computedID(s.uid, KindReservation, native)
	if native == "" || of.Address == nil || s.about(id, classDelete).hides() {
		return nil
	}
	if assign := s.about(k.id, classChange); assign.assigns() {
		of = assign.thing
	}
	it := s.item(id, KindReservation)
	it.Native = native
	it.fill(of)
	s.lay(it)
	return it
}
