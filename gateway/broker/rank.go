package broker

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"occigate/gateway/broker/fx"
)

// ranking is one quote in the making.
type ranking struct {
	market     *Market
	wish       *Wish
	situation  *Situation
	scale      *scale
	next       []int // account after each one in its group
	rejected   tally
	comparable int
	runs       []run
	best       []ranked
	local      []offer  // of the board at hand
	parts      []Part   // of all candidates, one after the other
	named      []*image // scratch
}

// run is one board that was gone through.
type run struct {
	*board
	meaning
	rate fx.Rate
	den  uint64 // of the board's sums
}

// offer is a row with its exact sum.
type offer struct {
	sum
	row, order int32
}

// before is the order of offers of one board.
func (o offer) before(p offer) bool {
	return o.less(p.sum) || o.sum == p.sum && o.order < p.order
}

// ranked is a candidate in the making.
type ranked struct {
	nanos int64 // a month, in the wish's currency
	offer
	account, run int32
}

// compare is the order of candidates. Those of one account and one run are of one
// board, so that their exact sums can be compared.
func (a ranked) compare(b ranked) int {
	if a.nanos != b.nanos { // as a rule
		return cmp.Compare(a.nanos, b.nanos)
	}
	return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.run, b.run),
		cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo), cmp.Compare(a.order, b.order))
}

// mostKept is up to how many candidates are kept in order while they are found;
// more are sorted at the end.
const mostKept = 256

// kept is how many candidates are to be found; 0 is all.
func (w *Wish) kept() int {
	if n := w.Best + w.Skip; w.Best >= 0 && n <= mostKept {
		return n
	}
	return 0
}

// run goes through the boards of a group.
func (r *ranking) run(g group) {
	r.scale.meaning = g.meaning
	looks := g.sheet.looks(r.wish, r.situation.Rates)
	if len(looks) == 0 {
		for i := range g.sheet.sizes {
			r.rejected.add(r.fits(&g.sheet.sizes[i], g, ReasonNoPrice), g.count)
		}
	}
	for _, l := range looks {
		r.look(l, g)
	}
}

func (r *ranking) look(l look, g group) {
	for _, u := range l.unpriced {
		r.rejected.add(r.fits(u.size, g, u.reason), g.count)
	}
	if !r.scale.set(l.board, r.wish) {
		for i := range l.infos {
			if !l.skips(i) {
				r.rejected.add(r.fits(l.infos[i].size, g, ReasonPrecision), g.count)
			}
		}
		return
	}
	top, capped := r.limits(l.board, l.rate)
	found := r.scan(l, g, top)
	if !l.rated || !capped {
		r.rejected.add(ReasonNoRate, found*g.count)
		return
	}
	r.comparable += found * g.count
	r.runs = append(r.runs, run{l.board, g.meaning, l.rate, r.scale.den})
	r.merge(g, l.rate)
}

// skips reports whether a row is of a size that a look before has priced.
func (l look) skips(row int) bool { return l.skip != nil && l.skip[l.infos[row].size.index] }

// fits gives the reason why a size does not fit, else the given one.
func (r *ranking) fits(z *size, g group, reason Reason) Reason {
	switch {
	case z.Cores < r.wish.Cores || int64(z.MemoryMiB) < r.wish.MemoryMiB:
		return ReasonCapability
	case z.arch&g.kinds == 0:
		return ReasonArchitecture
	case r.scale.tooSmall(z):
		return ReasonCapability
	}
	return reason
}

// scan is the loop over all rows. It leaves the best of them in local, counts what
// is rejected, and returns how many are not.
func (r *ranking) scan(l look, g group, top limits) (found int) {
	b, w, s := l.board, r.wish, r.scale
	memory, disk := int32(min(w.MemoryMiB, math.MaxInt32)), int32(w.DiskGiB<<10)
	first := sort.Search(len(b.rows), func(i int) bool { return int(b.rows[i].cores) >= w.Cores })
	small, other := first, 0
	for i := 0; l.skip != nil && i < first; i++ {
		if l.skips(i) {
			small--
		}
	}
	r.local = r.local[:0]
	for i := first; i < len(b.rows); i++ {
		row := &b.rows[i]
		if l.skip != nil && l.skips(i) {
			continue
		}
		if row.memory < memory {
			small++
			continue
		}
		if row.arch&g.kinds == 0 {
			other++
			continue
		}
		beside := &s.extras[row.bundle]
		image := &s.images[row.arch&allKinds]
		total := product(row.nanos, s.factors[row.clock]).plus(beside.sum).plus(image.sum)
		if need := max(disk-row.disk, image.volume); need > 0 {
			total = total.plus(product(s.disk.nanos, uint64(need)*s.disk.factor))
		}
		if row.special || image.disk || row.memory < image.memory || s.disk.special || beside.reason != "" || image.reason != "" || len(b.disk.steps) == 0 {
			var reason Reason
			if total, reason = s.total(b, i, w); reason != "" {
				r.rejected.add(reason, g.count)
				continue
			}
		}
		if top.wanted.less(total) {
			r.rejected.add(top.exceeded(total), g.count)
			continue
		}
		found++
		if !top.best.less(total) {
			r.keep(offer{total, int32(i), row.order})
		}
	}
	r.rejected.add(ReasonCapability, small*g.count)
	r.rejected.add(ReasonArchitecture, other*g.count)
	return found
}

// keep adds an offer to local when it is among the best so far.
func (r *ranking) keep(o offer) {
	most := r.wish.kept()
	if most == 0 {
		r.local = append(r.local, o)
		return
	}
	if n := len(r.local); n >= most {
		if !o.before(r.local[n-1]) {
			return
		}
		r.local = r.local[:n-1]
	}
	r.local = append(r.local, o)
	for i := len(r.local) - 1; i > 0 && o.before(r.local[i-1]); i-- {
		r.local[i], r.local[i-1] = r.local[i-1], o
	}
}

// merge takes the best offers of a board to those of all boards.
func (r *ranking) merge(g group, rate fx.Rate) {
	for _, o := range r.local {
		nanos, _ := o.nanosIn(r.scale.den, rate) // no larger than limits has it
		at := g.first
		for range g.count {
			r.insert(ranked{nanos, o, int32(at), int32(len(r.runs) - 1)})
			at = r.next[at]
		}
	}
}

func (r *ranking) insert(c ranked) {
	most := r.wish.kept()
	if most == 0 {
		r.best = append(r.best, c)
		return
	}
	if n := len(r.best); n >= most {
		if c.compare(r.best[n-1]) > 0 {
			return
		}
		r.best = r.best[:n-1]
	}
	i, _ := slices.BinarySearchFunc(r.best, c, ranked.compare)
	r.best = slices.Insert(r.best, i, c)
}

// limits are the greatest sums of a board that can be shown, that the wish allows,
// and that can still be among the best.
type limits struct{ shown, wanted, best sum }

// exceeded gives the reason why a sum is too large, "" when it is not.
func (l limits) exceeded(total sum) Reason {
	switch {
	case !l.wanted.less(total):
		return ""
	case l.shown.less(total):
		return ReasonPrecision
	}
	return ReasonPriceCap
}

// limits gives those of the board at hand; ok is false when there is no rate for
// the currency of the price cap.
func (r *ranking) limits(b *board, rate fx.Rate) (l limits, ok bool) {
	l.shown = bound(mostShown, 1, r.scale.den, rate)
	l.wanted, l.best = l.shown, l.shown
	if n := len(r.best); n > 0 && n == r.wish.kept() {
		l.best = bound(r.best[n-1].nanos+1, 1, r.scale.den, rate) // one more, since that figure is rounded
	}
	if top := r.wish.MostAnHour; top.Known() {
		to, err := r.situation.Rates.Rate(b.currency, top.Currency())
		if err != nil {
			return l, false
		}
		l.wanted = bound(top.Nanos(), r.wish.Hours, r.scale.den, to)
	}
	return l, true
}

// bound is the greatest sum that is not more than an amount times n in the rate's
// currency.
func bound(nanos, n int64, den uint64, r fx.Rate) sum {
	if r.Num == 0 {
		return sum{math.MaxUint64, math.MaxUint64}
	}
	w, _ := wide{uint64(nanos)}.times(uint64(n)).times(den).times(uint64(r.Den)).over(uint64(r.Num))
	if w[2]|w[3] != 0 {
		return sum{math.MaxUint64, math.MaxUint64}
	}
	return sum{w[1], w[0]}
}
