package inventory

import (
	"maps"
	"time"

	"occigate/providers"
)

// Accounts tells how the accounts stand, in the order of the configuration. It
// waits for nobody.
func (v *Inventory) Accounts() []Status {
	all := make([]Status, 0, len(v.o.Accounts))
	mute := v.peers.mute()
	for _, a := range v.o.Accounts {
		st := Status{UID: a.UID, Name: a.Name, Cloud: a.Cloud, Counts: v.feed.view.counts(a.UID)}
		if d, says := a.Provider.(providers.Defaulter); says {
			image := d.DefaultImage()
			st.Default = &image
		}
		st.Held = v.workers[a.UID].held.Load()
		at := v.feed.view.stands[a.UID].Load()
		if at.identity != nil {
			st.Identity = *at.identity
		}
		st.read(at.stamp, groupsOf(a.Provider))
		st.Circuit = at.stamp.circuitState(v.o.Clock.Now())
		st.late(v.o.Clock.Now(), v.o.Limits.Overdue, mute)
		all = append(all, st)
	}
	return all
}

// counts gives how many items of each kind an account shows.
func (v *view) counts(uid string) map[Kind]int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if counts := maps.Clone(v.amounts[uid]); counts != nil {
		return counts
	}
	return map[Kind]int{}
}

// read takes an account's stamp over; nil is that of an account that was never
// tried.
func (st *Status) read(from *stamp, groups []group) {
	if from != nil {
		st.Observed, st.Complete, st.Next = from.Observed, !from.Observed.IsZero(), from.Next
		st.Gateway = from.Gateway
		st.Problem, st.Kind, st.Since = from.Problem, errorKinds[from.Kind], from.Since
	}
	for _, g := range groups {
		part := from.group(g).part(g)
		st.Pending += part.Pending
		st.Parts = append(st.Parts, part)
	}
}

// part tells of one group. What is strange about a complete listing is a problem
// without a kind.
func (end *groupEnd) part(g group) Part {
	p := Part{
		Name: string(g), Observed: end.Observed, Next: end.Next, Pending: end.Held,
		Problem: end.Problem, Kind: errorKinds[end.Kind], Since: end.Since,
	}
	if p.Problem == "" {
		p.Problem = end.Notice
	}
	for kind, of := range kindGroup {
		if of == g {
			p.Kinds = append(p.Kinds, kind)
		}
	}
	return p
}

// late shows what is overdue, or has never ended. A cloud that hangs fails only
// when the call is given up, and a gateway that cannot list writes no stamp at
// all; mute says that the store is to blame. The first problem is the account's: of it
// as a whole, then of its parts; one of the account as a whole is every part's.
func (st *Status) late(now time.Time, overdue time.Duration, mute bool) {
	const first = "the first refresh has not ended"
	whole := *st
	for i := range st.Parts {
		p := &st.Parts[i]
		switch {
		case p.Problem != "" && whole.Problem != "":
			p.Next = later(p.Next, whole.Next)
		case p.Problem != "":
		case whole.Problem != "":
			p.Problem, p.Kind, p.Since, p.Next = whole.Problem, whole.Kind, whole.Since, whole.Next
		case !p.Next.IsZero() && now.Sub(p.Next) >= overdue:
			p.Problem = "the refresh that was due at " + p.Next.UTC().Format(time.TimeOnly) + " UTC has not ended"
			if mute {
				p.Problem += ", as the store does not answer"
			}
			p.Kind, p.Since = providers.ErrUnavailable, p.Next
		case p.Observed.IsZero():
			p.Problem = first
		}
		if st.Problem == "" && p.Problem != "" && p.Problem != first {
			st.Problem, st.Kind, st.Since = p.Name+": "+p.Problem, p.Kind, p.Since
		}
	}
	if st.Problem == "" && !st.Complete {
		st.Problem = first
	}
}
