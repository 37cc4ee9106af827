package broker

import (
	"cmp"
	"math/bits"

	"occigate/gateway/broker/tariff"
)

// charge is a price as it counts for some accounts.
type charge struct {
	*tariff.Price
	from     *tariff.Entry
	discount int64 // millionths off the list price; 0 where a price is contracted
}

// compare puts the prices of one size into an order.
func (c *charge) compare(o *charge) int {
	return cmp.Or(cmp.Compare(c.SkuPriceID, o.SkuPriceID), cmp.Compare(c.Zone, o.Zone), cmp.Compare(c.Term, o.Term), cmp.Compare(c.Upfront, o.Upfront))
}

// rate is what one unit costs, as a share of the unit price.
func (c *charge) rate() ratio {
	return newRatio(uint64(tariff.Million-c.discount), tariff.Million).times(newRatio(1, uint64(c.Per)))
}

// pace says for which time something is charged.
type pace uint8

const (
	running pace = iota // as long as the machine runs
	held                // for the whole month, running or not
	once                // time does not count
)

// clock is what a charge makes of a wish's time, and of the unit it is counted
// in. Charges that count alike share one, so that a quote works it out once.
type clock struct {
	pace
	unit        int64 // seconds that a unit is held
	granularity int64
	minimum     int64
	month       int64 // hours of the seller's month
	per         ratio // of the unit price for one of what is counted: MiB, MHz, bytes
}

// clockOf is that of a charge. counted says how many units one of what is counted
// is: 1/1024 where memory is counted in MiB and sold in GiB.
func clockOf(c *charge, p pace, counted ratio) clock {
	m, _ := c.Unit.Measure() // checked when the tariff was made
	k := clock{pace: p, per: counted.times(c.rate())}
	if p == once {
		return k
	}
	k.unit, k.month = m.Seconds, cmp.Or(c.HoursPerMonth, defaultHours)
	if m.Month {
		k.unit = c.HoursPerMonth * 3600
	}
	if p == running {
		k.granularity, k.minimum = max(c.Granularity, 1), c.Minimum
		k.month = 0
	}
	return k
}

// time is for how many units of time is charged.
func (k clock) time(hours int64) ratio {
	seconds := hours * 3600
	switch k.pace {
	case once:
		return ratio{1, 1}
	case held:
		seconds = k.month * 3600
	case running:
		seconds = max(k.minimum, (seconds+k.granularity-1)/k.granularity*k.granularity)
	}
	return newRatio(uint64(seconds), uint64(k.unit))
}

// factor is what a unit price is multiplied with for one of what is counted.
func (k clock) factor(hours int64) ratio { return k.time(hours).times(k.per) }

// ladder is the tiers of one thing in their order; most have one step.
type ladder struct {
	steps   []*charge
	clocks  []uint16
	counted ratio // units in one of what is counted
}

// each tells how much of a need every step charges, in fractions of a unit of
// which counted.den are one.
func (l *ladder) each(need uint64, f func(step int, part uint64)) {
	_, quantity := bits.Mul64(need, l.counted.num) // a need is bounded by the wish
	for i, c := range l.steps {
		from, to := fraction(c.Tier.Start, l.counted.den), quantity
		if c.Tier.End > 0 {
			to = min(to, fraction(c.Tier.End, l.counted.den))
		}
		if from < to {
			f(i, to-from)
		}
	}
}

// fraction is a whole quantity in fractions; one that is too large is as good as
// endless.
func fraction(n int64, den uint64) uint64 {
	hi, lo := bits.Mul64(uint64(n), den)
	if hi != 0 {
		return 1<<64 - 1
	}
	return lo
}

// total is the sum of all steps; ok is false when it is too large.
func (l *ladder) total(need uint64, factors []uint64) (s sum, ok bool) {
	ok = true
	l.each(need, func(i int, part uint64) {
		hi, n := bits.Mul64(part, factors[l.clocks[i]])
		if hi != 0 || n > maxFactor {
			ok = false
			return
		}
		s = s.plus(product(uint64(l.steps[i].UnitPrice().Nanos()), n))
	})
	return s, ok
}
