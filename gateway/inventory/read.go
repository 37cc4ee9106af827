package inventory

import "context"

// Get returns an item by its id. An id that is not in memory is asked for in
// the store once; no cloud is called.
func (v *Inventory) Get(ctx context.Context, id string) (*Item, bool) { return nil, false }

// List returns all items of a kind, ordered by id. The slice is shared: it must
// not be modified, and it does not change.
func (v *Inventory) List(kind Kind) []*Item { return nil }

// LinksOf returns the links that start at an item, ordered by id.
func (v *Inventory) LinksOf(id string) []*Item { return nil }

// Targeting returns the links that end at an item, ordered by id.
func (v *Inventory) Targeting(id string) []*Item { return nil }

// ByNative returns the item that an account's cloud calls native.
func (v *Inventory) ByNative(uid string, kind Kind, native string) (*Item, bool) { return nil, false }

// Generation changes whenever a listing of one of the kinds would, or of any
// when none is named. It is for caches in this process.
func (v *Inventory) Generation(kinds ...Kind) uint64 { return 0 }

// Accounts tells how the accounts stand, in the order of the configuration.
func (v *Inventory) Accounts() []Status { return nil }
