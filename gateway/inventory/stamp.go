package inventory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// note takes the end of one listing into the stamp.
func (st *stamp) note(l landing, now time.Time) {
	end := *st.group(l.group)
	switch l.err {
	case nil:
		end = groupEnd{Observed: l.began, Tried: l.began, Held: l.change.held, Notice: l.notice}
		if l.notice != "" {
			end.Since = now
		}
	default:
		if end.Problem == "" {
			end.Since = now
		}
		end.Tried, end.Problem, end.Kind = l.began, l.err.Error(), kindName(l.err)
	}
	st.Groups[l.group] = &end
}

// group is never nil, as for an account that has no stamp yet.
func (st *stamp) group(g group) *groupEnd {
	if st != nil && st.Groups[g] != nil {
		return st.Groups[g]
	}
	return &groupEnd{}
}

// tried reports whether a listing of every group has ended, or the account cannot
// be used at all.
func (st *stamp) tried(groups []group) bool {
	return st != nil && (st.Problem != "" || !slices.ContainsFunc(groups, func(g group) bool {
		return st.Groups[g] == nil || st.Groups[g].newest().IsZero()
	}))
}

// due is when something is due that a stamp says, by our own clock: that of the
// gateway that wrote it may be ahead, or have been set since. It is never later
// than as long from now as was meant to wait then, which is at most longest where
// an old stamp does not tell.
func (st *stamp) due(next, now time.Time, longest time.Duration) time.Time {
	if st != nil && !st.At.IsZero() {
		longest = next.Sub(st.At)
	}
	return notAfter(next, now.Add(longest))
}

// healthy reports whether the newest listing of every group was complete.
func (st *stamp) healthy(groups []group) bool {
	for _, g := range groups {
		if end := st.group(g); end.Observed.IsZero() || end.Problem != "" {
			return false
		}
	}
	return true
}

// nextStamp is a copy of the account's stamp with the next number, and with what
// the store did not take before.
func (w *worker) nextStamp() *stamp {
	next := &stamp{Groups: map[group]*groupEnd{}}
	w.feed.with(w.UID, func(s *state) {
		if s.stamp != nil {
			*next = *s.stamp
			next.Groups = maps.Clone(s.stamp.Groups)
		}
	})
	if next.Groups == nil {
		next.Groups = map[group]*groupEnd{}
	}
	next.Seq++
	for _, l := range w.unsaid {
		next.note(l, w.now())
	}
	return next
}

// foretell writes into a stamp what comes next, and why nothing does while the
// circuit is open.
func (w *worker) foretell(st *stamp, now time.Time) {
	st.Next, st.At, st.Trips = w.earliest(), now, w.circuit.trips
	for _, g := range w.groups {
		if end := st.Groups[g]; end != nil {
			next := *end
			next.Next = w.slots[g].due
			st.Groups[g] = &next
		}
	}
	if w.circuit.open {
		st.Next = w.circuit.due
	}
	st.problem(now, w.circuit.why)
}

func (w *worker) earliest() time.Time {
	var next time.Time
	for _, g := range w.groups {
		if due := w.slots[g].due; next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return next
}

// restamp writes a stamp that tells of problems, when the newest does not: there
// may be no listing for long that does.
func (w *worker) restamp(ctx context.Context) {
	if !w.behind {
		return
	}
	st := w.nextStamp()
	w.foretell(st, w.now())
	if w.apply(ctx, nil, st) {
		w.shown(ctx, st)
	}
}

// problem sets or ends the problem of the account as a whole.
func (st *stamp) problem(now time.Time, err error) {
	if err == nil {
		st.Problem, st.Kind, st.Since = "", "", time.Time{}
		return
	}
	if st.Since.IsZero() {
		st.Since = now
	}
	st.Problem, st.Kind = fmt.Sprint(err), kindName(err)
}
