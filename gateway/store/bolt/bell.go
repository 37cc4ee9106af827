package bolt

import "sync"

// bell wakes all who wait. A reader asks for the channel first, looks at the
// shard then and waits last: so no ring is missed.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// rung gives a channel that is closed by the next ring.
func (b *bell) rung() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
