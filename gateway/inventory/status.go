package inventory

import (
	"maps"
	"time"

	"occigate/providers"
)

// Accounts tells how the accounts stand, in the order of the configuration.
func (v *Inventory) Accounts() []Status {
	all := make([]Status, 0, len(v.o.Accounts))
	for _, a := range v.o.Accounts {
		st := Status{UID: a.UID, Name: a.Name, Cloud: a.Cloud, Kinds: map[Kind]time.Time{}, Counts: v.feed.view.count(a.UID)}
		v.feed.with(a.UID, func(s *state) {
			if s.identity != nil {
				st.Identity = *s.identity
			}
			if s.stamp != nil {
				st.read(s.stamp, groupsOf(a.Provider))
			}
		})
		st.late(v.o.Clock.Now(), v.o.Limits.Overdue)
		all = append(all, st)
	}
	return all
}

// count gives how many items of each kind an account shows.
func (v *view) count(uid string) map[Kind]int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if a := v.accounts[uid]; a != nil {
		return maps.Clone(a.counts)
	}
	return map[Kind]int{}
}

// read takes an account's stamp over. The first problem counts: of the account
// as a whole, then of its groups.
func (st *Status) read(from *stamp, groups []group) {
	st.Observed, st.Complete, st.Next = from.Observed, !from.Observed.IsZero(), from.Next
	st.Problem, st.Kind, st.Since = from.Problem, errorKinds[from.Kind], from.Since
	for _, g := range groups {
		end := from.group(g)
		st.Pending += end.Held
		st.add(g, end)
	}
	for kind, g := range kindGroup {
		if at := from.group(g).Observed; !at.IsZero() {
			st.Kinds[kind] = at
		}
	}
}

// late shows that a refresh is overdue, or has never ended. A cloud that hangs
// fails only when the call is given up, and a gateway that cannot list writes no
// stamp at all.
func (st *Status) late(now time.Time, overdue time.Duration) {
	switch {
	case st.Problem != "":
	case !st.Next.IsZero() && now.Sub(st.Next) >= overdue:
		st.Problem = "the refresh that was due at " + st.Next.UTC().Format(time.TimeOnly) + " UTC has not ended"
		st.Kind, st.Since = providers.ErrUnavailable, st.Next
	case !st.Complete:
		st.Problem = "the first refresh has not ended"
	}
}

// add shows what is wrong with one group, unless something else is shown.
func (st *Status) add(g group, end *groupEnd) {
	switch {
	case st.Problem != "":
	case end.Problem != "":
		st.Problem, st.Kind, st.Since = string(g)+": "+end.Problem, errorKinds[end.Kind], end.Since
	case end.Notice != "":
		st.Problem, st.Since = string(g)+": "+end.Notice, end.Since
	}
}
