package inventory

import (
	"maps"
	"slices"
	"sort"
)

// listing is the ordered slice of one kind, made again when it is next read.
type listing struct {
	sorted  []*Item
	changed map[string]*Item // since sorted was made, nil when removed
	gen     uint64
}

// list gives the ordered slice of a kind, and makes it when it is stale.
func (v *view) list(kind Kind) []*Item {
	v.mu.RLock()
	l := v.lists[kind]
	if l == nil || len(l.changed) == 0 {
		defer v.mu.RUnlock()
		if l == nil {
			return nil
		}
		return l.sorted
	}
	v.mu.RUnlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(l.changed) > 0 {
		l.sorted = merge(l.sorted, l.changed)
		l.changed = map[string]*Item{}
	}
	return l.sorted
}

// merge gives a new slice with the changes in their places; a nil item is one
// that was removed.
func merge(sorted []*Item, delta map[string]*Item) []*Item {
	out := make([]*Item, 0, len(sorted)+len(delta))
	rest := sorted
	for _, id := range slices.Sorted(maps.Keys(delta)) {
		i := sort.Search(len(rest), func(i int) bool { return rest[i].ID >= id })
		out = append(out, rest[:i]...)
		rest = rest[i:]
		if len(rest) > 0 && rest[0].ID == id {
			rest = rest[1:]
		}
		if it := delta[id]; it != nil {
			out = append(out, it)
		}
	}
	return append(out, rest...)
}

func replace(lists, changed map[string][]*Item) {
	for id, links := range changed {
		if len(links) == 0 {
			delete(lists, id)
			continue
		}
		lists[id] = links
	}
}
