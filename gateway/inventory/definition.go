package inventory

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"occigate/gateway/store"
	"occigate/providers"
)

// Definition is something that users defined and that belongs to no account: a
// mixin. What is in it is the caller's.
type Definition struct {
	ID   string // as items have it among their Mixins
	Data []byte
}

// Definitions returns all definitions, ordered by id. The slice is shared: it
// must not be modified. [Inventory.Generation] of [KindDefinition] tells when it is
// another one.
func (v *Inventory) Definitions() []Definition {
	v.feed.view.mu.RLock()
	defer v.feed.view.mu.RUnlock()
	return v.feed.view.defined
}

// Define keeps a definition, durably and for all gateways. Its data is not nil
// and is not modified afterwards. An id that is
// defined already is [providers.ErrConflict]. A new definition has no items:
// what an earlier one of the id has left behind is removed.
func (v *Inventory) Define(ctx context.Context, id string, data []byte) error {
	const op = "define"
	taken := func(old []byte) error {
		if old != nil {
			return providers.Errorf(providers.ErrConflict, op, "%s is defined already", id)
		}
		return nil
	}
	rec, err := v.definition(ctx, id)
	if err != nil {
		return err
	}
	if err := taken(rec.Data); err != nil {
		v.feed.take([]store.Record{rec})
		return err
	}
	if err := v.unmix(ctx, id); err != nil {
		return err
	}
	return v.feed.revise(ctx, rec.Key, func(old []byte) ([]byte, error) { return data, taken(old) })
}

// Undefine takes a definition off all items and removes it. An id that is not
// defined is [providers.ErrNotFound].
func (v *Inventory) Undefine(ctx context.Context, id string) error {
	const op = "undefine"
	missing := func(old []byte) error {
		if old == nil {
			return providers.Errorf(providers.ErrNotFound, op, "%s is not defined", id)
		}
		return nil
	}
	rec, err := v.definition(ctx, id)
	if err != nil {
		return err
	}
	if err := missing(rec.Data); err != nil {
		return err
	}
	if err := v.unmix(ctx, id); err != nil {
		return err
	}
	return v.feed.revise(ctx, rec.Key, func(old []byte) ([]byte, error) { return nil, missing(old) })
}

// definition reads the stored record of a definition, which need not exist.
func (v *Inventory) definition(ctx context.Context, id string) (store.Record, error) {
	if !v.feed.has(noAccount) {
		return store.Record{}, ErrNotReady
	}
	rec, err := v.feed.stored(ctx, store.Key{UID: noAccount, Kind: recDefinition, ID: id})
	if err != nil {
		return store.Record{}, storeFailed(err)
	}
	return rec, nil
}

// unmix takes a mixin off all items.
func (v *Inventory) unmix(ctx context.Context, mixin string) error {
	for kind := range kindGroup {
		for it := range v.Select(kind, AnyOf(Word{Facet: FacetMixin, Value: mixin})).From(0) {
			_, err := v.Mix(ctx, it.ID, nil, []string{mixin})
			if err != nil && providers.Kind(err) != providers.ErrNotFound {
				return err
			}
		}
	}
	return nil
}

// define takes a definition over; nil data removes it.
func (s *state) define(id string, data []byte) {
	s.redefined = true
	if data == nil {
		delete(s.defined, id)
		return
	}
	s.defined[id] = bytes.Clone(data)
}

// define shows what is defined, when that has changed.
func (v *view) define(s *state) {
	s.redefined = false
	list := make([]Definition, 0, len(s.defined))
	for _, id := range slices.Sorted(maps.Keys(s.defined)) {
		list = append(list, Definition{id, s.defined[id]})
	}
	if slices.EqualFunc(list, v.defined, func(a, b Definition) bool { return a.ID == b.ID && bytes.Equal(a.Data, b.Data) }) {
		return
	}
	x := v.at(KindDefinition)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.defined = list
	x.gen++
}
