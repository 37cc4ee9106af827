package placement

import (
	"sync"
	"time"
)

// Refusal is what a cloud refused, and until when that is believed.
type Refusal struct {
	At, Until time.Time
	Text      string // in the cloud's words
}

// mostRefusals bounds a memory: the ones that end first are forgotten first.
const mostRefusals = 1024

// slot is what was refused: a size in an account, in a zone or in any; without a
// size, whatever is asked of the account.
type slot struct{ account, size, zone string }

// Memory remembers refusals for a while. The zero value is ready to use and safe
// for concurrent use.
type Memory struct {
	mu   sync.Mutex
	held map[slot]Refusal
}

// Remember keeps a refusal. An empty size means the whole account, an empty zone
// any zone.
func (m *Memory) Remember(account, size, zone string, r Refusal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[slot]Refusal{}
	}
	m.held[slot{account, size, zone}] = r
	for len(m.held) > mostRefusals {
		m.drop(r.At)
	}
}

// drop forgets what has ended, or else what ends first.
func (m *Memory) drop(now time.Time) {
	var first slot
	var end time.Time
	for s, r := range m.held {
		if !now.Before(r.Until) {
			delete(m.held, s)
		} else if end.IsZero() || r.Until.Before(end) {
			first, end = s, r.Until
		}
	}
	if len(m.held) > mostRefusals {
		delete(m.held, first)
	}
}

// Recall finds the refusal that stands against a size in an account and zone.
func (m *Memory) Recall(account, size, zone string, now time.Time) (Refusal, bool) {
	if m == nil {
		return Refusal{}, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range []slot{{account, size, zone}, {account, size, ""}, {account, "", ""}} {
		if r, held := m.held[s]; held && now.Before(r.Until) {
			return r, true
		}
	}
	return Refusal{}, false
}

// Forget drops what stands against a size in an account and zone: it was just
// had.
func (m *Memory) Forget(account, size, zone string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range []slot{{account, size, zone}, {account, size, ""}, {account, "", ""}} {
		delete(m.held, s)
	}
}
