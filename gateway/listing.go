package gateway

import (
	"sync/atomic"

	"occigate/gateway/inventory"
)

// listings keeps the entities of each kind of item in the order of lists, until
// one of them or the categories change, so that an unfiltered list looks at no
// item. What it returns is shared and must not be changed.
type listings struct {
	inv  *inventory.Inventory
	kept map[inventory.Kind]*atomic.Pointer[listing]
}

type listing struct {
	model      *model
	generation uint64
	members    []*rendered
}

func newListings(inv *inventory.Inventory) listings {
	l := listings{inv: inv, kept: map[inventory.Kind]*atomic.Pointer[listing]{}}
	for _, kind := range allKinds {
		l.kept[kind] = &atomic.Pointer[listing]{}
	}
	return l
}

// of are the entities of a kind under a model. The generation is read before the
// items, so that a change between the two is seen by the next call.
func (l listings) of(m *model, kind inventory.Kind) []*rendered {
	generation := l.inv.Generation(kind)
	if kept := l.kept[kind].Load(); kept != nil && kept.model == m && kept.generation == generation {
		return kept.members
	}
	items := l.inv.List(kind)
	members := make([]*rendered, 0, len(items))
	for _, it := range items {
		if visible(it) {
			members = append(members, show(m, it))
		}
	}
	l.kept[kind].Store(&listing{model: m, generation: generation, members: members})
	return members
}
