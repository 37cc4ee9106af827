package inventory

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"occigate/providers"
)

// view is what clients read: immutable items, and indexes over them. Writers
// come one at a time (feed.write); what they compute is computed outside of mu,
// so that readers wait for no more than a few map writes.
type view struct {
	derive func(*Item, []*Item) any
	words  func(*Item) []Word
	clock  providers.Clock
	events *Events
	stands map[string]*atomic.Pointer[stand] // by account; the map does not change
	quiet  bool                              // what is published is no change

	mu       sync.RWMutex
	entries  map[string]entry
	amounts  map[string]map[Kind]int // by account
	bySource map[string][]*Item      // ordered by id
	indexes  map[Kind]*index
	defined  []Definition // ordered by id
}

// stand is what the records say of an account as a whole. Readers get it without
// a lock, as they get items: the writer may be at work on thousands of rows.
type stand struct {
	stamp    *stamp // nil before the first refresh
	identity *providers.Identity
	off      time.Duration // how far ahead of ours the clock was taken to be that wrote the stamp
}

// entry is one shown item. base is a digest of the item alone, without links.
type entry struct {
	item *Item
	base uint64
}

func newView(o Options) *view {
	v := &view{
		derive: o.Derive, words: o.Words, clock: o.Clock, events: newEvents(o.Events), entries: map[string]entry{}, amounts: map[string]map[Kind]int{},
		bySource: map[string][]*Item{}, indexes: map[Kind]*index{}, stands: map[string]*atomic.Pointer[stand]{},
	}
	for _, a := range o.Accounts {
		v.stands[a.UID] = &atomic.Pointer[stand]{}
		v.stands[a.UID].Store(&stand{})
	}
	return v
}

// early are the kinds that Derive may look up for other items: they are
// published first.
var early = map[Kind]bool{KindImage: true, KindSize: true, KindZone: true, KindNetwork: true}

// update makes the items of the dirty rows of states again and publishes what
// changed. The caller is the only writer.
func (v *view) update(states ...*state) {
	for _, s := range states {
		if s.redefined {
			v.define(s)
		}
	}
	for _, isEarly := range []bool{true, false} {
		e := edit{items: map[string]entry{}, removed: map[string]bool{}}
		for _, s := range states {
			v.rebuild(e, s, isEarly)
		}
		v.publish(e)
	}
	for _, s := range states {
		s.dirty = map[rowKey]bool{}
		if at := v.stands[s.uid]; at != nil { // after what it speaks of
			at.Store(&stand{s.stamp, s.identity, s.raw.off})
		}
	}
}

// derived are the kinds of items that have no rows of their own.
var derived = map[Kind]bool{KindInterface: true, KindAttachment: true, KindReservation: true}

// edit is what one publication changes.
type edit struct {
	items   map[string]entry // new or changed
	removed map[string]bool
}

// rebuild makes the items of a state's dirty rows again, those of early kinds or
// the others, and takes what is another one into an edit.
func (v *view) rebuild(e edit, s *state, isEarly bool) {
	before, after := map[string]bool{}, map[string]bool{}
	for k := range s.dirty {
		if early[k.kind] != isEarly {
			continue
		}
		if !derived[k.kind] {
			before[k.id] = true
		}
		for _, id := range s.built[k] {
			before[id] = true
		}
		delete(s.built, k)
		var further []string
		for _, it := range s.build(k) {
			if it.ID != k.id {
				further = append(further, it.ID)
			}
			after[it.ID] = true
			base := s.base(it)
			if now, ok := v.entries[it.ID]; !ok || now.base != base {
				e.items[it.ID] = entry{it, base}
			}
		}
		if len(further) > 0 {
			s.built[k] = clipped(further)
		}
	}
	for id := range before {
		if now := v.entries[id].item; !after[id] && now != nil && now.UID == s.uid {
			e.removed[id] = true
		}
	}
}

// base digests an item and the rows whose names show in it. What its own row
// says was digested when that was read.
func (s *state) base(it *Item) uint64 {
	rest, look := *it, uint64(0)
	if r := s.rows[rowKey{it.Kind, it.ID}]; r != nil && r.thing == it.thing() {
		rest.fill(thing{})
		look = r.look
	}
	data, err := json.Marshal(rest)
	if err != nil { // a NaN from an adapter: never equal, so always published
		return 0
	}
	sum := mix(digest(data), look)
	for _, n := range it.thing().mentions() {
		if r := s.rows[rowKey{n.kind, s.natives[n]}]; r != nil && namesServers[n.kind] {
			sum = mix(sum, r.look)
		}
	}
	return sum
}

// mix combines two digests; the order counts.
func mix(a, b uint64) uint64 { return a*1099511628211 ^ b }

// publish finishes the items of an edit and shows all of it at once.
func (v *view) publish(e edit) {
	for id := range e.items { // what one account has no more, another may have
		delete(e.removed, id)
	}
	if len(e.items) == 0 && len(e.removed) == 0 {
		return
	}
	for id, n := range e.items {
		if n.item.isLink() {
			v.finish(e, id, n, nil)
		}
	}
	bySource := v.sources(e)
	for id := range bySource { // their renderings contain the changed links
		now, ok := v.entries[id]
		if _, changed := e.items[id]; ok && !changed && !e.removed[id] {
			again := *now.item
			e.items[id] = entry{&again, now.base}
		}
	}
	for id, n := range e.items {
		links, changed := bySource[id]
		if !changed {
			links = v.bySource[id]
		}
		if !n.item.isLink() {
			v.finish(e, id, n, links)
		}
	}
	var events []*Event
	if !v.quiet {
		events = v.changes(e)
	}
	v.show(e, bySource)
	v.events.add(v.clock.Now(), events)
}

// finish computes what hangs on an item's links.
func (v *view) finish(e edit, id string, n entry, links []*Item) {
	n.item.Rev = n.base
	for _, l := range links {
		n.item.Rev = mix(n.item.Rev, l.Rev)
	}
	n.item.Derived = nil
	n.item.Derived = v.derive(n.item, links)
	e.items[id] = n
}

// sources computes the new link lists of all items at which a changed link
// starts.
func (v *view) sources(e edit) map[string][]*Item {
	changes := map[string]map[string]*Item{}
	mark := func(at, id string, it *Item) {
		if at == "" {
			return
		}
		if changes[at] == nil {
			changes[at] = map[string]*Item{}
		}
		changes[at][id] = it
	}
	for id := range e.removed {
		if old, ok := v.entries[id]; ok {
			mark(old.item.Source, id, nil)
		}
	}
	for id, n := range e.items {
		if old, ok := v.entries[id]; ok && old.item.Source != n.item.Source {
			mark(old.item.Source, id, nil)
		}
		mark(n.item.Source, id, n.item)
	}
	changed := make(map[string][]*Item, len(changes))
	for at, of := range changes {
		changed[at] = merge(v.bySource[at], slices.Sorted(maps.Keys(of)), of)
	}
	return changed
}

// show is the only place that changes what readers see.
func (v *view) show(e edit, bySource map[string][]*Item) {
	changes := map[Kind]*indexChange{}
	for id := range e.removed {
		v.move(changes, v.entries[id].item, nil)
	}
	for id, n := range e.items {
		v.move(changes, v.entries[id].item, n.item)
	}
	swap := v.reindex(changes)
	v.mu.Lock()
	defer v.mu.Unlock()
	for id := range e.removed {
		v.count(v.entries[id].item, -1)
		delete(v.entries, id)
	}
	for id, n := range e.items {
		v.count(v.entries[id].item, -1)
		v.entries[id] = n
		v.count(n.item, +1)
	}
	setOrDelete(v.bySource, bySource, func(links []*Item) bool { return len(links) == 0 })
	swap()
}

// count takes an item into what is known of its account, or out of it.
func (v *view) count(it *Item, by int) {
	if it == nil {
		return
	}
	if v.amounts[it.UID] == nil {
		v.amounts[it.UID] = map[Kind]int{}
	}
	v.amounts[it.UID][it.Kind] += by
}

// linkKinds are the kinds that are links of a server.
var linkKinds = map[Kind]bool{KindInterface: true, KindAttachment: true, KindAddress: true}

func (it *Item) isLink() bool { return linkKinds[it.Kind] }
