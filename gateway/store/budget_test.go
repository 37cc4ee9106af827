package store_test

import (
	"testing"
	"time"

	"occigate/gateway/store"
)

// spending is a history of a bucket of 10 calls a second, 5 at once.
type spending struct {
	t      *testing.T
	bucket store.Bucket
	now    time.Time
}

var tenASecond = store.Budget{PerSecond: 10, Burst: 5}

func (s *spending) take(want time.Duration) {
	s.t.Helper()
	if got := s.bucket.Take(s.now, tenASecond, time.Hour).Round(time.Millisecond); got != want {
		s.t.Errorf("the call waits %v, want %v", got, want)
	}
}

func (s *spending) slow(pause time.Duration) { s.bucket.Slow(s.now, tenASecond, pause) }
func (s *spending) pass(d time.Duration)     { s.now = s.now.Add(d) }

func (s *spending) burst() {
	s.t.Helper()
	for range tenASecond.Burst {
		s.take(0)
	}
}

func TestBucket(t *testing.T) {
	const ms, s, m = time.Millisecond, time.Second, time.Minute
	tests := map[string]func(*spending){
		"a burst, then one after the other": func(b *spending) {
			b.burst()
			b.take(100 * ms)
			b.take(200 * ms)
		},
		"what was rested for comes back": func(b *spending) {
			b.burst()
			b.pass(250 * ms)
			b.take(0)
			b.take(0)
			b.take(50 * ms)
		},
		"no rest makes a larger burst": func(b *spending) {
			b.pass(time.Hour)
			b.burst()
			b.take(100 * ms)
		},
		"what would wait too long takes nothing": func(b *spending) {
			b.burst()
			for range 3 {
				if wait := b.bucket.Take(b.now, tenASecond, 99*ms); wait != 100*ms {
					b.t.Errorf("waits %v", wait)
				}
			}
			b.take(100 * ms)
		},
		"a complaint empties the bucket and halves the rate": func(b *spending) {
			b.slow(0)
			b.take(200 * ms)
			b.take(400 * ms)
		},
		"complaints of one moment are one": func(b *spending) {
			b.slow(0)
			b.pass(900 * ms)
			b.slow(0)
			b.pass(100 * ms)
			b.burst() // of which 5 a second have come back
			b.take(199 * ms)
		},
		"every further complaint halves it again": func(b *spending) {
			b.slow(0)
			b.pass(s)
			b.slow(0)
			b.take(397 * ms) // not 400: a 300th of the rate has come back before
		},
		"something is always left": func(b *spending) {
			for range 100 {
				b.slow(0)
				b.pass(s)
			}
			b.slow(0)
			b.take(1600 * ms)
		},
		"the rate grows back evenly": func(b *spending) {
			b.slow(0)
			b.pass(75 * s) // a quarter of five minutes gives half of the half back
			b.burst()
			b.take(133 * ms)
			b.pass(75 * s)
			b.burst()
			b.take(100 * ms)
		},
		"a pause is kept, and what comes after it is paced": func(b *spending) {
			b.slow(m)
			b.take(m + 200*ms)
			b.take(m + 400*ms)
			b.pass(m)
			b.take(429 * ms) // the third, at 7 a second by now
		},
		"the longest pause counts": func(b *spending) {
			hold := func(want time.Duration) {
				b.t.Helper()
				if wait := b.bucket.Take(b.now, tenASecond, 0); wait < want || wait > want+s {
					b.t.Errorf("the pause is %v, want %v", wait, want)
				}
			}
			b.slow(m)
			b.pass(100 * ms)
			b.slow(s)
			hold(m - 100*ms)
			b.slow(2 * m)
			hold(2 * m)
			b.pass(2 * s)
			b.slow(0)
			hold(2*m - 2*s)
		},
		"a clock that is set back holds nothing up": func(b *spending) {
			b.burst()
			b.slow(s)
			b.pass(-time.Hour)
			b.take(s + 200*ms)
			b.pass(2 * s)
			b.take(0)
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			do(&spending{t: t, now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)})
		})
	}
}
