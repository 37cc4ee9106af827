package placement

import (
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	mostTimes   = 64        // the newest of an account that a median is made of
	mostPending = 1024      // machines that are waited for
	longestBoot = time.Hour // after which a machine is waited for no more
)

// Speeds measures how long machines take from the request for them until they are
// active. The zero value is ready to use and safe for concurrent use.
type Speeds struct {
	mu      sync.Mutex
	pending map[string]Wait
	times   map[string][]time.Duration // by account, oldest first
}

// Wait is for a machine that was asked for and is not active yet.
type Wait struct {
	Account, Size string
	Zone          string // that was asked for, "" for any
	At            time.Time
}

// Begun notes a machine that is waited for.
func (s *Speeds) Begun(id string, w Wait) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil {
		s.pending, s.times = map[string]Wait{}, map[string][]time.Duration{}
	}
	if len(s.pending) >= mostPending {
		maps.DeleteFunc(s.pending, func(_ string, old Wait) bool { return w.At.Sub(old.At) > longestBoot })
	}
	if len(s.pending) < mostPending {
		s.pending[id] = w
	}
}

// Active notes that a machine is active. One that is not waited for, or that took
// longer than any boot, says nothing.
func (s *Speeds) Active(id string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, waited := s.pending[id]
	if !waited {
		return
	}
	delete(s.pending, id)
	took := at.Sub(b.At)
	if took < 0 || took > longestBoot {
		return
	}
	times := append(slices.Clone(s.times[b.Account]), took)
	s.times[b.Account] = times[max(0, len(times)-mostTimes):]
}

// Lost notes that a machine will never be seen to become active, and says whether
// it was waited for.
func (s *Speeds) Lost(id string) (w Wait, waited bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, waited = s.pending[id]
	delete(s.pending, id)
	return w, waited
}

// Medians are those of the accounts that something is known of; of an even number
// the lesser of the two in the middle.
func (s *Speeds) Medians() map[string]time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	medians := map[string]time.Duration{}
	for account, times := range s.times {
		sorted := slices.Sorted(slices.Values(times))
		medians[account] = sorted[(len(sorted)-1)/2]
	}
	return medians
}
