package inventory

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Event is one change of what is shown: of an item's own content, not of its
// links', which have events of their own. Events are immutable.
type Event struct {
	Seq    uint64 // counts the events of this gateway from 1
	At     time.Time
	Before *Item // nil: the item is new
	After  *Item // nil: it is gone

	Derived atomic.Value // for who reads the events: what was made of this one
}

// Item is the newest version of what changed.
func (e *Event) Item() *Item { return cmp.Or(e.After, e.Before) }

// Events are the newest changes of what is shown, for those who follow them. The
// writer never waits for a reader: it overwrites the oldest, and a reader that
// was too slow is told that it has missed some. The catalogue has no events.
type Events struct {
	Boot string // other events with equal numbers are of another boot

	mu      sync.Mutex
	ring    []*Event // Seq n is at n modulo the length
	last    uint64
	changed chan struct{} // closed and replaced with every event
}

// keptEvents is how many events are kept when nothing else is said.
const keptEvents = 4096

func newEvents(kept int) *Events {
	if kept <= 0 {
		kept = keptEvents
	}
	return &Events{Boot: uuid.NewString()[:8], ring: make([]*Event, kept), changed: make(chan struct{})}
}

// Events gives the changes that this gateway has seen.
func (v *Inventory) Events() *Events { return v.feed.view.events }

// Last is the number of the newest event, 0 before the first.
func (l *Events) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// After gives the oldest events behind a number, at most limit. When there are
// none, more is closed as soon as there are. missed says that some behind the
// number are not kept any more, or that there never was such a number.
func (l *Events) After(seq uint64, limit int) (events []*Event, more <-chan struct{}, missed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := uint64(len(l.ring))
	if seq > l.last || l.last-seq > kept {
		return nil, l.changed, true
	}
	for n := seq + 1; n <= l.last && len(events) < limit; n++ {
		events = append(events, l.ring[n%kept])
	}
	return events, l.changed, false
}

// add appends events.
func (l *Events) add(at time.Time, events []*Event) {
	if len(events) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		l.last++
		e.Seq, e.At = l.last, at
		l.ring[l.last%uint64(len(l.ring))] = e
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// changes are what an edit changes: resources before the links between
// them, so that a client knows a link's ends.
func (v *view) changes(e edit) (events []*Event) {
	for id := range e.removed {
		if old := v.entries[id].item; old != nil && !namesServers[old.Kind] {
			events = append(events, &Event{Before: old})
		}
	}
	for id, n := range e.items {
		if old := v.entries[id]; !namesServers[n.item.Kind] && (old.item == nil || old.base != n.base) {
			events = append(events, &Event{Before: old.item, After: n.item})
		}
	}
	slices.SortFunc(events, func(a, b *Event) int {
		x, y := a.Item(), b.Item()
		if x.isLink() != y.isLink() {
			return map[bool]int{false: -1, true: 1}[x.isLink()]
		}
		return strings.Compare(x.ID, y.ID)
	})
	return events
}
