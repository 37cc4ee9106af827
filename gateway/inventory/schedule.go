package inventory

import (
	"errors"
	"time"

	"occigate/providers"
)

// slot is when a group is listed next.
type slot struct {
	due   time.Time
	fails int  // in a row
	sick  bool // the due time is a back-off that no bell shortens
}

// pace is what a slot is moved by: the interval while all is well, and the
// waits for when it is not.
type pace struct {
	every, fast, denied, longest time.Duration
}

// slowest is the fast pace of catalogues, which are large.
const slowest = 30 * time.Second

func (p Policy) pace(g group) pace {
	fast := or(p.Fast, 5*time.Second)
	if g == groupCatalogue {
		fast = max(fast, min(slowest, p.every(g)))
	}
	return pace{
		every:   p.every(g),
		fast:    fast,
		denied:  or(p.Denied, 10*time.Minute),
		longest: or(p.Longest, 5*time.Minute),
	}
}

// after moves a slot behind a listing that ended now. busy says that something
// of the group is in transition; jitter is between -1 and 1.
func (s slot) after(now time.Time, err error, busy bool, p pace, jitter float64) slot {
	if err != nil {
		fails := s.fails + 1
		return slot{due: now.Add(patience(err, fails, p, jitter)), fails: fails, sick: true}
	}
	wait := p.every
	if busy {
		wait = min(p.fast, p.every)
	}
	return slot{due: now.Add(vary(wait, jitter))}
}

// vary moves a wait by up to a tenth to either side, so that accounts do not
// keep step with each other.
func vary(wait time.Duration, jitter float64) time.Duration {
	return wait + time.Duration(jitter*float64(wait)/10)
}

// patience is how long a cloud that has failed so often in a row is left alone,
// never less than it asks for.
func patience(err error, fails int, p pace, jitter float64) time.Duration {
	return max(vary(backoff(err, fails, p), jitter), providers.RetryAfter(err))
}

// backoff is how long a failing cloud is left alone: refused credentials for
// long, so that no account is locked out; else twice as long each time.
func backoff(err error, fails int, p pace) time.Duration {
	if errors.Is(err, providers.ErrDenied) {
		return p.denied
	}
	wait := p.fast << min(fails-1, 20)
	return min(max(wait, p.fast), p.longest)
}

// ring brings a slot forward, unless it is a back-off.
func (s slot) ring(now time.Time) slot {
	if !s.sick && s.due.After(now) {
		s.due = now
	}
	return s
}

// hurry brings a slot forward to the fast pace because something of its group
// is in transition since the last listing.
func (s slot) hurry(last time.Time, p pace) slot {
	if at := last.Add(p.fast); !s.sick && s.due.After(at) {
		s.due = at
	}
	return s
}

// dueNow says which groups are listed now and when to look again. The least
// interval holds between two refreshes of the account.
func dueNow(slots map[group]slot, order []group, last, now time.Time, least time.Duration) (due []group, next time.Time) {
	floor := last.Add(least)
	for _, g := range order {
		at := slots[g].due
		if at.Before(floor) {
			at = floor
		}
		switch {
		case !at.After(now):
			due = append(due, g)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	return due, next
}
