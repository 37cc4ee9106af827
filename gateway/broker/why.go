package broker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"occigate/gateway/broker/tariff"
)

// Comparison says why one candidate of a quote comes before another, and what
// would turn that round.
type Comparison struct {
	Better, Worse int // places in the quote, from 0

	// Saves is what the better one costs less for a month; zero when they are equal
	// and their names decide. By is where that comes from, the greatest figure first;
	// a negative one is where the better candidate is dearer. All are in the wish's
	// currency, rounded half to even to a nano-unit.
	Saves tariff.Money
	By    []Difference

	// Cheaper is by how many millionths the worse one's sum would have to fall, be it
	// by a discount or by its exchange rate.
	Cheaper int64
	Flips   []Flip
}

// Difference is what one meter contributes.
type Difference struct {
	Meter tariff.Meter
	Saves tariff.Money
}

// Flip is a change of one figure of the wish, all others being equal, at which the
// worse candidate becomes strictly the cheaper one. It is found by trying figures
// between that of the wish and either end of what is usual, so that minimums, caps
// and tiers are in it; of two such figures it is the nearer one.
type Flip struct {
	Of   string // "hours", "disk", "egress", "addresses"
	From int64  // figure of the wish
	At   int64
}

// Why compares two candidates of the quote by their places. It is worked out when
// it is asked for. ok is false when there is no such candidate.
func (q *Quote) Why(better, worse int) (c Comparison, ok bool) {
	if better < 0 || worse <= better || worse >= len(q.Candidates) {
		return c, false
	}
	a, b := &q.Candidates[better], &q.Candidates[worse]
	c = Comparison{Better: better, Worse: worse, Saves: tariff.Nanos(b.total.nanos-a.total.nanos, q.Wish.Currency)}
	c.By = q.differences(a, b)
	if b.total.nanos > 0 {
		n := product(uint64(c.Saves.Nanos()), tariff.Million)
		c.Cheaper, _ = n.round([2]uint64{1, 1}, [3]uint64{uint64(b.total.nanos), 1, 1})
	}
	for _, f := range flippable {
		if at, found := q.flip(a, b, f); found {
			c.Flips = append(c.Flips, Flip{f.name, *f.of(&q.Wish), at})
		}
	}
	return c, true
}

// differences takes the sums of two candidates apart by meter.
func (q *Quote) differences(a, b *Candidate) (all []Difference) {
	byMeter := map[tariff.Meter]int64{}
	for sign, c := range map[int64]*Candidate{-1: a, 1: b} {
		for i := range c.Parts {
			p := &c.Parts[i]
			amount, err := c.Rate.Convert(p.Amount)
			if err == nil {
				byMeter[p.Price.Meter] += sign * amount.Nanos()
			}
		}
	}
	for meter, nanos := range byMeter {
		if nanos != 0 {
			all = append(all, Difference{meter, tariff.Nanos(nanos, q.Wish.Currency)})
		}
	}
	slices.SortFunc(all, func(x, y Difference) int {
		return cmp.Or(cmp.Compare(max(y.Saves.Nanos(), -y.Saves.Nanos()), max(x.Saves.Nanos(), -x.Saves.Nanos())), cmp.Compare(x.Meter, y.Meter))
	})
	return all
}

// figure is a number of the wish that can be turned, and how far.
type figure struct {
	name        string
	of          func(*Wish) *int64
	least, most int64
}

var flippable = []figure{
	{"hours", func(w *Wish) *int64 { return &w.Hours }, 1, mostHours},
	{"disk", func(w *Wish) *int64 { return &w.DiskGiB }, 0, 1 << 14},
	{"egress", func(w *Wish) *int64 { return &w.EgressGB }, 0, 1 << 20},
	{"addresses", func(w *Wish) *int64 { return &w.Addresses }, 0, 1 << 8},
}

// flip halves the range between the wish and either end, if that end turns the
// order round, and gives the nearer figure.
func (q *Quote) flip(a, b *Candidate, f figure) (at int64, found bool) {
	w := q.Wish
	now := *f.of(&w)
	turned := func(value int64) bool {
		*f.of(&w) = value
		x, ok := q.cost(a, &w)
		y, okay := q.cost(b, &w)
		return ok && okay && y < x
	}
	for _, end := range []int64{f.least, f.most} {
		if end == now || turned(now) || !turned(end) {
			continue
		}
		is, not := end, now
		for middle := (is + not) / 2; middle != is && middle != not; middle = (is + not) / 2 {
			if turned(middle) {
				is = middle
			} else {
				not = middle
			}
		}
		if !found || max(is-now, now-is) < max(at-now, now-at) {
			at, found = is, true
		}
	}
	return at, found
}

// cost is what a candidate would cost for another wish, in nano-units.
func (q *Quote) cost(c *Candidate, w *Wish) (int64, bool) {
	b := c.run.board
	s := newScale(b.market, w)
	s.meaning = c.run.meaning
	if !s.set(b, w) {
		return 0, false
	}
	total, reason := s.total(b, int(c.total.row), w)
	if reason != "" {
		return 0, false
	}
	return total.nanosIn(s.den, c.Rate)
}

// String is the comparison in words.
func (c Comparison) String() string {
	var b strings.Builder
	if c.Saves.IsZero() {
		b.WriteString("costs the same; the names decide")
	} else {
		fmt.Fprintf(&b, "%s a month less", c.Saves)
	}
	for i, d := range c.By {
		fmt.Fprintf(&b, "%s %s %s", map[bool]string{true: ":", false: ","}[i == 0], d.Meter, d.Saves.Decimal())
	}
	for _, f := range c.Flips {
		way := "or more"
		if f.At < f.From {
			way = "or less"
		}
		fmt.Fprintf(&b, "; dearer from %s = %d %s", f.Of, f.At, way)
	}
	return b.String()
}
