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
	pending map[string]begun
	times   map[string][]time.Duration // by account, oldest first
}

type begun struct {
	account string
	at      time.Time
}

// Begun notes a machine that was asked for at a moment and is not active yet.
func (s *Speeds) Begun(id, account string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == nil {
		s.pending, s.times = map[string]begun{}, map[string][]time.Duration{}
	}
	if len(s.pending) >= mostPending {
		maps.DeleteFunc(s.pending, func(_ string, b begun) bool { return at.Sub(b.at) > longestBoot })
	}
	if len(s.pending) < mostPending {
		s.pending[id] = begun{account, at}
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
	took := at.Sub(b.at)
	if took < 0 || took > longestBoot {
		return
	}
	times := append(slices.Clone(s.times[b.account]), took)
	s.times[b.account] = times[max(0, len(times)-mostTimes):]
}

// Lost notes that a machine will never be seen to become active.
func (s *Speeds) Lost(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, id)
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
