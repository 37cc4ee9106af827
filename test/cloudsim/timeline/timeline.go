// Package timeline is the time of a simulated cloud: transitions that happen by
// themselves, carried out in order when somebody looks, and a clock that tests
// move. It knows no cloud and has no goroutine; the simulator's own lock guards
// a Line, a Clock guards itself.
package timeline

import (
	"slices"
	"time"
)

// Line is the time of one cloud. The zero value has no transitions to come.
type Line struct {
	At time.Time // of the call or transition that is being carried out

	events []event // transitions to come, by time
}

// event is a transition that happens by itself.
type event struct {
	at time.Time
	do func()
}

// After has do carried out when d has passed since At, behind what is due at
// the same time already.
func (l *Line) After(d time.Duration, do func()) {
	e := event{l.At.Add(d), do}
	i := slices.IndexFunc(l.events, func(other event) bool { return other.at.After(e.at) })
	if i < 0 {
		i = len(l.events)
	}
	l.events = slices.Insert(l.events, i, e)
}

// Settle carries out, in order, what is due by now; At is then now. A clock that
// was put back takes what is to come with it: transitions take as long as ever.
func (l *Line) Settle(now time.Time) {
	if back := now.Sub(l.At); back < 0 {
		for i := range l.events {
			l.events[i].at = l.events[i].at.Add(back)
		}
	}
	for len(l.events) > 0 && !l.events[0].at.After(now) {
		e := l.events[0]
		l.events = l.events[1:]
		l.At = e.at
		e.do()
	}
	l.At = now
}
