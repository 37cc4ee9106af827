package tariff

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// Book holds the last good tariff of every origin and what is wrong with the
// origin since. A failure never changes or renews a tariff. The zero value is an
// empty book; it is safe for concurrent use.
type Book struct {
	mu         sync.RWMutex
	entries    map[string]Entry
	generation uint64
}

// Entry is how one origin stands.
type Entry struct {
	Name     string
	Tariff   *Tariff   // the last good one, nil when there was none
	Problem  string    // why the newest attempt gave none, "" when it did
	FailedAt time.Time // of the newest failed attempt; zero when the newest succeeded
	Failures uint64    // attempts that have failed since the book was begun
}

// Age is how long ago the seller said so, failed attempts notwithstanding. It
// is zero without a tariff.
func (e Entry) Age(now time.Time) time.Duration {
	if e.Tariff == nil {
		return 0
	}
	return now.Sub(e.Tariff.ObservedAt())
}

// Put takes a good tariff in the place of the one of its name.
func (b *Book) Put(t *Tariff) {
	b.change(t.Name(), func(last Entry) Entry { return Entry{Name: t.Name(), Tariff: t, Failures: last.Failures} })
}

// Fail notes that an attempt to renew a tariff has failed. The last good one
// stays, with its own date.
func (b *Book) Fail(name string, at time.Time, err error) {
	b.change(name, func(last Entry) Entry {
		return Entry{Name: name, Tariff: last.Tariff, Problem: err.Error(), FailedAt: at, Failures: last.Failures + 1}
	})
}

func (b *Book) change(name string, to func(Entry) Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.entries == nil {
		b.entries = map[string]Entry{}
	}
	b.entries[name] = to(b.entries[name])
	b.generation++
}

// Drop forgets an origin that is no more configured.
func (b *Book) Drop(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.entries, name)
	b.generation++
}

// Entries are all origins, ordered by name, and the number of changes so far,
// which tells whether something made of them is still good.
func (b *Book) Entries() (all []Entry, generation uint64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	all = slices.SortedFunc(maps.Values(b.entries), func(x, y Entry) int { return cmp.Compare(x.Name, y.Name) })
	return all, b.generation
}
