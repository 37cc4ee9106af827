//go:build chaos

package chaos_test

import (
	"maps"
	"slices"
	"sync"
)

// ledger is what the clients of a test know: what has to be there, and what
// must not. It is safe for concurrent use.
type ledger struct {
	mu      sync.Mutex
	stable  map[string]string   // path -> native id, of what nobody takes away
	others  map[string][]string // collection -> paths, in order, of what is there from the start beside the machines
	titles  map[string]string   // path -> title, of what clients have named
	tagged  map[string]bool     // paths of the members of the mixin
	asked   map[string]bool     // paths of what may be members: who asked for it got no answer of success
	made    map[string]string   // path -> title, of creates that were answered with success
	refused map[string]bool     // titles of creates that were answered with a refusal
	open    map[string]bool     // titles of creates that got no answer, or one that leaves it open
	gone    map[string]bool     // paths of what was deleted with success
	leaving map[string]bool     // paths of deletes that got no answer of success
	known   map[string]string   // path -> title, of what every gateway knew at the last check and nobody has named since
	claims  []string            // complaints of readers and writers
}

func newLedger() *ledger {
	return &ledger{
		stable: map[string]string{}, others: map[string][]string{}, titles: map[string]string{}, tagged: map[string]bool{}, asked: map[string]bool{}, made: map[string]string{},
		refused: map[string]bool{}, open: map[string]bool{}, gone: map[string]bool{}, leaving: map[string]bool{},
		known: map[string]string{},
	}
}

func (l *ledger) with(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

// complain notes what must not be; of many only the first.
func (l *ledger) complain(what string) {
	l.with(func() {
		if len(l.claims) < 20 {
			l.claims = append(l.claims, what)
		}
	})
}

// complaints gives what was noted since it was asked last.
func (l *ledger) complaints() (all []string) {
	l.with(func() { all, l.claims = l.claims, nil })
	return all
}

// fixed are the paths that every list has to hold at every moment.
func (l *ledger) fixed() (paths []string) {
	l.with(func() { paths = slices.Collect(maps.Keys(l.stable)) })
	return paths
}

// any gives a key of a map, "" when it is empty.
func (l *ledger) any(of map[string]string, but ...map[string]bool) (key string) {
	l.with(func() {
		for k := range of {
			if !slices.ContainsFunc(but, func(m map[string]bool) bool { return m[k] }) {
				key = k
				return
			}
		}
	})
	return key
}
