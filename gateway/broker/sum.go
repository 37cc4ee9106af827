package broker

import (
	"math"
	"math/bits"

	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/tariff"
)

// sum is an exact, non-negative sum of money before it is rounded: an integer of
// 128 bits that counts nano-units divided by a denominator which all sums of a
// board have in common. So the inner loop adds and compares integers, and nothing
// is lost until the one rounding at the end.
type sum struct{ hi, lo uint64 }

// product is a times b.
func product(a, b uint64) sum {
	hi, lo := bits.Mul64(a, b)
	return sum{hi, lo}
}

func (s sum) plus(o sum) sum {
	lo, carry := bits.Add64(s.lo, o.lo, 0)
	hi, _ := bits.Add64(s.hi, o.hi, carry) // the factors are bounded, see maxFactor
	return sum{hi, lo}
}

func (s sum) less(o sum) bool { return s.hi < o.hi || s.hi == o.hi && s.lo < o.lo }

// maxFactor bounds each factor of a product, and a board has far fewer than 2^4
// of them in a sum: 2^62 x 2^62 x 2^4 = 2^128.
const maxFactor = 1 << 61

// wide is a number of 256 bits, lowest word first, for the one rounding.
type wide [4]uint64

func (w wide) times(f uint64) wide {
	var carry uint64
	for i := range w {
		hi, lo := bits.Mul64(w[i], f)
		var c uint64
		w[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	return w
}

// over divides and reports whether something is left over.
func (w wide) over(d uint64) (wide, bool) {
	var rest uint64
	for i := len(w) - 1; i >= 0; i-- {
		if w[i] == 0 && rest == 0 {
			continue
		}
		w[i], rest = bits.Div64(rest, w[i], d)
	}
	return w, rest != 0
}

// round gives num/den, multiplied by the factors and divided by the divisors,
// rounded half to even. ok is false when it does not fit into an amount.
//
// The double of the value is divided by one divisor after the other: the floors of
// these divisions are the floor of the whole, its last bit is the half, and
// whether any of them left a rest tells a tie from more than one.
func (s sum) round(factors [2]uint64, divisors [3]uint64) (nanos int64, ok bool) {
	w, left := wide{s.lo, s.hi}.times(2), false
	for _, f := range factors {
		w = w.times(f)
	}
	for _, d := range divisors {
		var rest bool
		w, rest = w.over(d)
		left = left || rest
	}
	if w[1]|w[2]|w[3] != 0 || w[0]>>1 >= math.MaxInt64 {
		return 0, false
	}
	whole := w[0] >> 1
	if w[0]&1 == 1 && (left || whole&1 == 1) {
		whole++
	}
	return int64(whole), true
}

// powers of ten from 10^0 to 10^9.
var powers = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// nanosIn is the sum in nano-units of the rate's currency, for ranking.
func (s sum) nanosIn(den uint64, r fx.Rate) (int64, bool) {
	return s.round([2]uint64{uint64(r.Num), 1}, [3]uint64{den, uint64(r.Den), 1})
}

// money is a part of the sum in the rate's currency, rounded once to so many
// decimals. It is unknown when it is too large, see mostShown.
func (s sum) money(den uint64, r fx.Rate, part ratio, decimals int) tariff.Money {
	step := powers[len(powers)-1-decimals]
	n, ok := s.round([2]uint64{uint64(r.Num), part.num}, [3]uint64{den, uint64(r.Den), part.den * step})
	if !ok || uint64(n) > math.MaxInt64/step {
		return tariff.Money{}
	}
	return tariff.Nanos(n*int64(step), r.To)
}

// mostShown leaves room for a sum to be rounded up by a whole unit.
const mostShown = math.MaxInt64 - 1_000_000_000
