package store

import (
	"fmt"
	"strings"
	"time"
)

// Budget is how many calls of an account's cloud all gateways together make.
type Budget struct {
	PerSecond float64 // more than 0
	Burst     int     // calls that may be made at once after a rest, at least 1
}

// Check finds what no account can have; ErrInvalid.
func (b Budget) Check(uid string) error {
	if strings.Contains(uid, nul) || !(b.PerSecond > 0) || b.Burst < 1 {
		return fmt.Errorf("%w: a budget of %q, %v calls a second, %d at once", ErrInvalid, uid, b.PerSecond, b.Burst)
	}
	return nil
}

// The figures of every [Bucket].
const (
	LeastShare   = 1.0 / 16        // what a cloud that complains again and again leaves of a rate
	Recovery     = 5 * time.Minute // how long the whole of a rate takes to come back
	OneComplaint = time.Second     // complaints of so long are one: calls that are under way together are refused together
)

// Bucket is what has been spent of a budget: a token bucket whose rate is halved
// when the cloud complains, and grows back evenly. The zero value has all of its
// budget left. It is pure: clock and budget are given, so that what holds them
// decides who shares them. Times before earlier ones, of a clock that was set
// back, count as now.
type Bucket struct {
	debt   float64 // calls that were made and not made up for by the time of at
	at     time.Time
	cut    float64 // part of the rate that was taken away by the time of slowed
	slowed time.Time
	pause  time.Duration // after slowed, in which nothing is called
}

// Take takes one call out of the bucket and says how long to wait before it is
// made. When that is longer than longest, nothing is taken.
func (k *Bucket) Take(now time.Time, b Budget, longest time.Duration) (wait time.Duration) {
	rate := k.settle(now, b)
	over := max(0, k.debt+1-float64(b.Burst))
	wait = k.hold(now) + time.Duration(over/rate*float64(time.Second))
	if wait <= longest {
		k.debt++
	}
	return wait
}

// Slow takes note that the cloud complains about the number of calls, and for
// how long it wants none.
func (k *Bucket) Slow(now time.Time, b Budget, pause time.Duration) {
	k.settle(now, b)
	if since := now.Sub(k.slowed); since < OneComplaint {
		k.pause = max(k.pause, since+pause)
		return
	}
	k.cut = 1 - max((1-k.left(now))/2, LeastShare)
	k.slowed, k.pause = now, max(pause, k.hold(now))
	k.debt = max(k.debt, float64(b.Burst))
}

// left is the part of the rate that is still taken away.
func (k *Bucket) left(now time.Time) float64 {
	return max(0, k.cut-float64(now.Sub(k.slowed))/float64(Recovery))
}

// hold is what is left of a pause.
func (k *Bucket) hold(now time.Time) time.Duration {
	return max(0, k.slowed.Add(k.pause).Sub(now))
}

// settle brings the bucket up to now and gives the present rate. Nothing comes
// back in a pause, so that the calls after it do not come all at once.
func (k *Bucket) settle(now time.Time, b Budget) (rate float64) {
	if k.at.After(now) {
		k.at = now
	}
	if k.slowed.After(now) {
		k.slowed = now
	}
	rate = b.PerSecond * (1 - k.left(now))
	from := k.at
	if end := k.slowed.Add(k.pause); end.After(from) {
		from = end
	}
	if rested := now.Sub(from); rested > 0 {
		k.debt = max(0, k.debt-rate*rested.Seconds())
	}
	k.at = now
	return rate
}
