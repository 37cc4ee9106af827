package fault

import (
	"maps"
	"slices"
	"sync"
)

// Plan is the faults in force and the count of calls made. The zero value has
// no faults. All methods are safe for concurrent use.
type Plan struct {
	mu      sync.Mutex
	faults  []Fault
	cleared chan struct{} // closed when the faults in force are replaced; nil until needed
	calls   map[string]int
}

// Set replaces the faults in force. Requests that hang or wait go on. A fault
// that Validate refuses is a panic: it is a mistake in the test.
func (p *Plan) Set(faults ...Fault) {
	mustBeValid(faults)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = slices.Clone(faults)
	if p.cleared != nil {
		close(p.cleared)
		p.cleared = nil
	}
}

// Add puts further faults behind those in force. It panics as Set does.
func (p *Plan) Add(faults ...Fault) {
	mustBeValid(faults)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, faults...)
}

// Clear ends all faults. Requests that hang or wait go on.
func (p *Plan) Clear() { p.Set() }

// Faults lists the faults in force, with the times they still have.
func (p *Plan) Faults() []Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Fault{}, p.faults...)
}

// Take reports whether a fault of the kind strikes this call, and uses up one
// of its times. Of several the one set first strikes.
func (p *Plan) Take(kind Kind, call string) (Fault, bool) {
	f, _, ok := p.take(func(f Fault) bool { return f.Kind == kind && f.on(call) })
	return f, ok
}

// take is Take by any condition; the channel is closed when the fault's plan is
// replaced.
func (p *Plan) take(match func(Fault) bool) (Fault, <-chan struct{}, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.faults, func(f Fault) bool { return match(f) && f.Skip == 0 })
	p.pass(i, match)
	if i < 0 {
		return Fault{}, nil, false
	}
	f := p.faults[i]
	switch f.Times {
	case 0:
	case 1:
		p.faults = slices.Delete(p.faults, i, i+1)
	default:
		p.faults[i].Times--
	}
	if p.cleared == nil {
		p.cleared = make(chan struct{})
	}
	return f, p.cleared, true
}

// pass counts a call that the faults before the one at i, which strikes, let
// pass; all of them when i is negative.
func (p *Plan) pass(i int, match func(Fault) bool) {
	for k := range p.faults {
		if k == i {
			return
		}
		if match(p.faults[k]) {
			p.faults[k].Skip--
		}
	}
}

func (f Fault) on(call string) bool { return f.Call == "" || f.Call == call }

// Calls returns how often each operation was called, struck by a fault or not.
func (p *Plan) Calls() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls == nil {
		return map[string]int{}
	}
	return maps.Clone(p.calls)
}

// ResetCalls begins the counts anew.
func (p *Plan) ResetCalls() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = nil
}

// Count notes a call of an operation. Wrap does it by itself.
func (p *Plan) Count(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls == nil {
		p.calls = map[string]int{}
	}
	p.calls[call]++
}

func mustBeValid(faults []Fault) {
	for _, f := range faults {
		if err := f.Validate(); err != nil {
			panic(err)
		}
	}
}
