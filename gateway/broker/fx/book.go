package fx

import (
	"sync"
	"time"
)

// Book holds the last good table. A failed attempt to renew it neither changes
// nor renews it. The zero value is an empty book; it is safe for concurrent use.
type Book struct {
	mu sync.RWMutex
	at Standing
}

// Standing is how the rates stand.
type Standing struct {
	Table    *Table // the last good one, nil when there was none
	Problem  string // why the newest attempt gave none, "" when it did
	FailedAt time.Time
	Failures uint64 // attempts that have failed since the book was begun
}

// Standing returns the present one.
func (b *Book) Standing() Standing {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.at
}

// Put takes a good table in the place of the one before.
func (b *Book) Put(t *Table) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = Standing{Table: t, Failures: b.at.Failures}
}

// Refresh loads the file at a path. When that fails, the last good table stays.
func (b *Book) Refresh(path string, now time.Time) error {
	t, err := Load(path, now)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.at.Problem, b.at.FailedAt = err.Error(), now
		b.at.Failures++
		return err
	}
	b.at = Standing{Table: t, Failures: b.at.Failures}
	return nil
}
