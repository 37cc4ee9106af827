package broker

import (
	"cmp"
	"slices"
	"time"

	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/tariff"
)

// Situation is what counts beside prices at the moment of a quote.
type Situation struct {
	Now       time.Time
	Rates     *fx.Table           // nil when there are none
	Obstacles map[string]Obstacle // by account uid
}

// Quote is the answer to a wish.
type Quote struct {
	Wish       Wish // with its defaults
	MadeAt     time.Time
	Candidates []Candidate // the best, cheapest first; as many as the wish asks for
	Comparable int         // how many candidates there are in all
	Rejected   []Count     // sizes of all accounts that are none, in the order of [Reasons]
}

// Quote finds the candidates for a wish. Of equal sums that come first whose
// cloud, account, size and price come first by name; sums are compared before
// they are rounded to what is shown, in nano-units. No cloud is called.
// A wish that cannot be is [providers.ErrInvalid].
func (m *Market) Quote(w Wish, s Situation) (*Quote, error) {
	w, err := w.normal()
	if err != nil {
		return nil, err
	}
	q := &Quote{Wish: w, MadeAt: s.Now}
	r := &ranking{market: m, wish: &q.Wish, situation: &s, scale: newScale(m, &q.Wish)}
	for _, g := range r.groups() {
		r.run(g)
	}
	slices.SortFunc(r.rejected, func(a, b Count) int { return cmp.Compare(a.Reason.rank(), b.Reason.rank()) })
	q.Rejected, q.Comparable = r.rejected, r.comparable
	q.Candidates = r.candidates()
	return q, nil
}

// group is the accounts for which one board is gone through: a list by the index
// of each next one.
type group struct {
	sheet *sheet
	kinds kinds // architectures of the images that are asked for, and of the wish
	meaning
	first, last int
	count       int
}

// groups sorts the accounts of a market by what is the same for them, and counts
// those that are out of question.
func (r *ranking) groups() []group {
	m, want := r.market, kindOf[r.wish.Architecture]
	words := r.scale.words
	all := make([]group, 0, m.sheets)
	r.next = make([]int, len(m.accounts))
	var last *images // accounts of one region mostly come together
	found := allKinds
	for i := range m.accounts {
		a := &m.accounts[i]
		if a.images != last {
			last, found = a.images, a.images.wanted(r.wish, words)
		}
		if reason := refuse(a, r.wish, r.situation, found); reason != "" {
			r.rejected.add(reason, a.sheet.count(a.sheet.looks(r.wish, r.situation.Rates)))
			continue
		}
		means := a.meaning(r.named, r.wish, words)
		r.named = means.named
		g := slices.IndexFunc(all, func(g group) bool {
			return g.sheet == a.sheet && g.kinds == found&want && g.equal(means, a.sheet.sellsImages)
		})
		if g < 0 {
			means.named = slices.Clone(means.named)
			all = append(all, group{sheet: a.sheet, kinds: found & want, meaning: means, first: i, last: i, count: 1})
			continue
		}
		r.next[all[g].last] = i
		all[g].last, all[g].count = i, all[g].count+1
	}
	return all
}

// refuse gives the reason why an account is out of question.
func refuse(a *account, w *Wish, s *Situation, found kinds) Reason {
	if reason := w.refuses(a); reason != "" {
		return reason
	}
	if found == 0 {
		return ReasonImage
	}
	return s.Obstacles[a.UID].Reason
}

// look is one board that a wish looks at, and the rate of its currency.
type look struct {
	*board
	rate     fx.Rate
	rated    bool
	skip     []bool // sizes that a look before has priced; nil is none
	unpriced []unpriced
}

// looks are the boards for a wish, those first in whose currency a size is to be
// priced: the one that is asked for, then those with a rate, then by their codes.
// As a rule there is one.
func (s *sheet) looks(w *Wish, rates *fx.Table) []look {
	boards := s.boardsFor(w)
	all := make([]look, len(boards))
	for i, b := range boards {
		rate, err := rates.Rate(b.currency, w.Currency)
		all[i] = look{board: b, rate: rate, rated: err == nil, unpriced: b.unpriced}
	}
	if len(all) < 2 {
		return all
	}
	slices.SortStableFunc(all, func(a, b look) int {
		return cmp.Or(-compareBool(a.currency == w.Currency, b.currency == w.Currency), -compareBool(a.rated, b.rated))
	})
	covered := make([]bool, len(s.sizes))
	for i := range all {
		all[i].skip = slices.Clone(covered)
		for j := range all[i].infos {
			covered[all[i].infos[j].size.index] = true
		}
		if i > 0 {
			all[i].unpriced = nil
		}
	}
	all[0].unpriced = slices.DeleteFunc(slices.Clone(all[0].unpriced), func(u unpriced) bool { return covered[u.size.index] })
	return all
}

// compareBool has false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// count is how many candidates there would be in each account of the sheet.
func (s *sheet) count(looks []look) (n int) {
	if len(looks) == 0 {
		return len(s.sizes)
	}
	for _, l := range looks {
		n += len(l.unpriced)
		for i := range l.infos {
			if l.skip == nil || !l.skip[l.infos[i].size.index] {
				n++
			}
		}
	}
	return n
}

// shownDecimals are those of a sum for a month: the smallest coin. An hour's has
// four more.
func shownDecimals(c tariff.Currency) (month, hour int) {
	return c.Digits(), c.Digits() + 4
}
