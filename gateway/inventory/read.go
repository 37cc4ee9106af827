package inventory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"occigate/gateway/store"
)

// Get returns an item by its id. An id that is not in memory is asked for in
// the store once, since another gateway may have made it this moment; no cloud
// is called.
func (v *Inventory) Get(ctx context.Context, id string) (*Item, bool) {
	if it := v.item(id); it != nil {
		return it, true
	}
	v.fetch(ctx, id)
	it := v.item(id)
	return it, it != nil
}

// item is what the memory holds, nil when it holds none.
func (v *Inventory) item(id string) *Item {
	v.feed.view.mu.RLock()
	defer v.feed.view.mu.RUnlock()
	return v.feed.view.entries[id].item
}

// fetch looks for the intent of an id that this gateway has not heard of. Only
// ids of things that we make can be known to a client before they come through
// the feed: those of version 8 name their account, those that clients chose
// may be anywhere, and computed ones are nowhere.
func (v *Inventory) fetch(ctx context.Context, id string) {
	u, err := uuid.Parse(id)
	if err != nil || !isUUID(id) || u.Version() == 5 {
		return
	}
	var keys []store.Key
	for _, a := range v.o.Accounts {
		if u.Version() != 8 || names(id, a.UID) {
			keys = append(keys, intentKey(a.UID, id, classCreate))
		}
	}
	if len(keys) == 0 {
		return
	}
	if found, err := v.feed.find(ctx, keys); err == nil && len(found) > 0 {
		v.feed.take(found[:1])
	}
}

// names reports whether an id was made for a thing of the account.
func names(id, uid string) bool {
	for _, kind := range []Kind{KindServer, KindVolume, KindNetwork, KindInterface, KindAddress, KindImage} {
		if tokenNames(id, uid, kind) {
			return true
		}
	}
	return false
}

// List returns all items of a kind, ordered by id.
func (v *Inventory) List(kind Kind) []*Item { return slices.Collect(v.Select(kind).From(0)) }

// LinksOf returns the links that start at an item, ordered by id. The slice is
// shared: it must not be modified, and it does not change.
func (v *Inventory) LinksOf(id string) []*Item {
	v.feed.view.mu.RLock()
	defer v.feed.view.mu.RUnlock()
	return v.feed.view.bySource[id]
}

// Generation changes whenever a listing of one of the kinds would, or of any
// when none is named. It is for caches in this process.
func (v *Inventory) Generation(kinds ...Kind) (sum uint64) {
	v.feed.view.mu.RLock()
	defer v.feed.view.mu.RUnlock()
	if len(kinds) == 0 {
		for _, x := range v.feed.view.indexes {
			sum += x.gen
		}
		return sum
	}
	for _, kind := range kinds {
		if x := v.feed.view.indexes[kind]; x != nil {
			sum += x.gen
		}
	}
	return sum
}

// Ring asks for an account's refresh soon: at once, or as soon as the least
// interval and a back-off allow.
func (v *Inventory) Ring(uid string) {
	if w := v.workers[uid]; w != nil {
		w.ring()
	}
}
