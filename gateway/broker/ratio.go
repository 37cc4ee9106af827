package broker

import "math/bits"

// ratio is an exact, non-negative quotient in lowest terms. Its zero value is no
// ratio: one whose parts became too large.
type ratio struct{ num, den uint64 }

func newRatio(num, den uint64) ratio {
	if den == 0 {
		return ratio{}
	}
	g := gcd(num, den)
	return ratio{num / g, den / g}
}

// times is the product, or no ratio when a part of it does not fit.
func (r ratio) times(o ratio) ratio {
	if r.den == 0 || o.den == 0 {
		return ratio{}
	}
	a, b := newRatio(r.num, o.den), newRatio(o.num, r.den) // so that parts stay small
	hi, num := bits.Mul64(a.num, b.num)
	hi2, den := bits.Mul64(a.den, b.den)
	if hi|hi2 != 0 || num > maxFactor || den > maxFactor {
		return ratio{}
	}
	return ratio{num, den}
}

// scaled is the ratio as an integer over a common denominator; ok is false when
// that is none or the integer is too large.
func (r ratio) scaled(common uint64) (n uint64, ok bool) {
	if r.den == 0 || common%r.den != 0 {
		return 0, false
	}
	hi, n := bits.Mul64(r.num, common/r.den)
	return n, hi == 0 && n <= maxFactor
}

// common is the least common multiple of two denominators, 0 when it is too large
// or one of them is 0.
func common(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return 0
	}
	hi, m := bits.Mul64(a/gcd(a, b), b)
	if hi != 0 || m > maxFactor {
		return 0
	}
	return m
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}
