package inventory

import (
	"cmp"
	"slices"
	"time"
)

// knowledge is what is known of the rows of one kind before a listing.
type knowledge struct {
	uid     string
	kind    Kind
	rows    map[string]*row    // published rows by native id
	owns    map[string]*own    // by item id
	creates map[string]*intent // creates of ours by item id
	bound   map[string]binding // by native id, from durable records
	first   bool               // no listing of the kind was ever complete: the store may have been emptied
	since   time.Time          // start of the newest complete listing of the kind, zero when there was none
}

// binding says which item a native id is, in one incarnation.
type binding struct {
	id   string
	born time.Time
}

// assigned is what one listing's rows are called.
type assigned struct {
	rows []*row
	held int      // rows that cannot be named yet
	died []string // item ids whose incarnation ended, though the id goes on or changes
}

// assign gives every row of a listing its id. A published id never changes;
// then count durable records, then tokens, and what is left gets a computed id.
func assign(k knowledge, rows []listed, now time.Time) assigned {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, olderFirst)
	a := assigner{knowledge: k, taken: map[string]bool{}, carried: map[string]int{}}
	for _, l := range rows {
		a.carried[l.token()]++
		old := a.published(l)
		a.marked = a.marked || a.marks(l, old)
		if old != nil {
			a.taken[old.ID] = true
		} else if id := a.recorded(l); id != "" {
			a.taken[id] = true
		}
	}
	for _, l := range rows {
		a.add(l, now)
	}
	return a.out
}

// olderFirst orders by creation, rows without one last, then by native id.
func olderFirst(a, b listed) int {
	ca, cb := a.created(), b.created()
	switch {
	case ca.IsZero() && !cb.IsZero():
		return 1
	case cb.IsZero() && !ca.IsZero():
		return -1
	}
	return cmp.Or(ca.Compare(cb), cmp.Compare(a.native, b.native))
}

// assigner is the work of one assign.
type assigner struct {
	knowledge
	taken   map[string]bool // ids that a row of this listing has
	carried map[string]int  // rows by token
	marked  bool            // rows of this listing carry tokens of ours, so that a machine of ours without one is not among them
	out     assigned
}

func (a *assigner) add(l listed, now time.Time) {
	r := &row{Kind: l.kind, Native: l.native, thing: l.thing}
	if old := a.published(l); old != nil {
		r.ID, r.Born = old.ID, notAfter(old.Born, now)
	} else {
		r.ID, r.Born = a.name(l, now), a.birth(l, now)
	}
	r.Problem = a.clone(l, r.ID)
	if r.ID == "" {
		a.out.held++
		return
	}
	if a.reborn(r) {
		a.out.died = append(a.out.died, r.ID)
	}
	a.out.rows = append(a.out.rows, r)
}

// birth is when a new row came to be, by our clock: when its cloud says, but not
// before the last complete listing, which did not have it, nor after this one. A
// cloud's clock may be another.
func (a *assigner) birth(l listed, now time.Time) time.Time {
	if l.created().IsZero() {
		return now
	}
	return notAfter(later(l.created(), a.since), now)
}

// name finds the id of a row that was not published; "" holds it back.
func (a *assigner) name(l listed, now time.Time) string {
	if id := a.recorded(l); id != "" {
		return id
	}
	token := l.token()
	if a.counts(token) && !a.taken[token] {
		a.taken[token] = true
		return token
	}
	if l.native == "" || token == "" && a.unanswered(l, now) {
		return ""
	}
	return computedID(a.uid, a.kind, l.native)
}

// counts reports whether a token is the name of a new row: a durable record has
// it and no other native id, or the store was emptied and the token says by
// itself whose it is.
func (a *assigner) counts(token string) bool {
	if !isUUID(token) {
		return false
	}
	in, o := a.creates[token], a.owns[token]
	if in != nil {
		return in.Native == ""
	}
	if o != nil {
		return o.Made && o.Native == ""
	}
	return a.first && a.carried[token] == 1 && tokenNames(token, a.uid, a.kind)
}

// marks reports whether a row shows that the cloud keeps the tokens of its kind:
// it carries one that is known here. Only servers are judged by it, since every
// adapter gives their token with the create itself, so that none of ours is ever
// listed without.
func (a *assigner) marks(l listed, old *row) bool {
	token := l.token()
	if a.kind != KindServer || token == "" {
		return false
	}
	return a.creates[token] != nil || a.owns[token] != nil || old != nil && old.ID == token
}

// unanswered reports whether the row may be the result of a create whose answer
// is still awaited, at a cloud that keeps no tokens. Were it held back at others
// too, machines that others make would not be listed while creates go on.
func (a *assigner) unanswered(l listed, now time.Time) bool {
	const skew = 2 * time.Minute
	if a.marked {
		return false
	}
	for _, in := range a.creates {
		open := in.Native == "" && (in.Phase == calling || in.Phase == unknown || in.Ticket != "")
		if open && a.birth(l, now).After(in.Started.Add(-skew)) && now.Sub(in.Started) < time.Hour {
			return true
		}
	}
	return false
}

// clone is the problem of a row that carries the token of another one.
func (a *assigner) clone(l listed, id string) string {
	token := l.token()
	if id == "" || token == "" || token == id {
		return ""
	}
	if a.creates[token] != nil || a.owns[token] != nil || a.carried[token] > 1 {
		return "it carries the mark of " + token + ", as copies of a machine do; it is listed as another one"
	}
	return ""
}

// reborn reports whether what is known of the id is of an earlier incarnation.
func (a *assigner) reborn(r *row) bool {
	if o := a.owns[r.ID]; o != nil && o.Native == r.Native {
		return !sameIncarnation(o.Born, r.created())
	}
	old := a.rows[r.Native]
	return old != nil && old.ID == r.ID && !sameIncarnation(old.created(), r.created())
}

// published is the known row of a listed one, nil for a new incarnation.
func (a *assigner) published(l listed) *row {
	old := a.rows[l.native]
	if l.native == "" || old == nil || !sameIncarnation(old.created(), l.created()) {
		return nil
	}
	return old
}

// recorded is the id that a durable record gives the row, "" when none does.
func (a *assigner) recorded(l listed) string {
	b := a.bound[l.native]
	if l.native == "" || !sameIncarnation(b.born, l.created()) {
		return ""
	}
	return b.id
}
