package inventory

import (
	"time"

	"occigate/gateway/store"
)

// change is what a complete listing changes of the stored rows of its kinds.
type change struct {
	writes []store.Write
	died   []string // items whose own data is of an earlier incarnation
	absent []*row   // stored, not listed; Missing counts this listing already
	gone   []*row   // stored, and proven to be another thing now
	seen   int      // rows listed
	held   int
}

// diff compares a listing that was given its ids with the stored rows.
func diff(uid string, known []*row, a assigned) change {
	c := change{died: a.died, seen: len(a.rows), held: a.held}
	byID := make(map[string]*row, len(a.rows))
	natives := make(map[string]bool, len(a.rows))
	for _, r := range a.rows {
		byID[r.ID] = r
		natives[r.Native] = true
	}
	stored := make(map[string]*row, len(known))
	for _, old := range known {
		stored[old.ID] = old
		switch {
		case byID[old.ID] != nil:
		case old.Native != "" && natives[old.Native]:
			c.gone = append(c.gone, old)
		default:
			missing := *old
			missing.Missing = min(old.Missing+1, enough)
			c.absent = append(c.absent, &missing)
		}
	}
	for _, r := range a.rows {
		old := stored[r.ID]
		r.hold(old)
		w := r.write(uid)
		if old == nil || old.sum != digest(w.Data) {
			c.writes = append(c.writes, w)
		}
	}
	return c
}

// enough is how many complete listings prove that a row is gone; more are not
// counted.
const enough = 2

// verdict is what becomes of a row that a complete listing left out.
type verdict int

const (
	stays verdict = iota // not enough evidence yet
	asked                // a point read would be evidence
	gone
)

// absence is the evidence against one row.
type absence struct {
	missing  int // complete listings in a row without it
	age      time.Duration
	deleting bool // we asked the cloud to delete it or what took it along, or the cloud said that it goes
	notFound bool // a point read said so after the listing
	mass     bool // too much vanished at once to be believed
}

// judge decides about an absent row. Two complete listings are proof, or one
// and a point read; never for the newborn, and only listings count when a large
// part of the account vanishes at once.
func judge(a absence, newborn time.Duration) verdict {
	switch {
	case a.deleting && (a.notFound || a.missing >= enough):
		return gone
	case a.deleting:
		return asked
	case a.age < newborn:
		return stays
	case a.missing >= enough:
		return gone
	case a.mass:
		return stays
	case a.notFound:
		return gone
	}
	return asked
}

// massVanish reports whether the newly absent are more than ten and more than
// half of what the account had of these kinds.
func massVanish(newly, total int) bool { return newly > 10 && 2*newly > total }
