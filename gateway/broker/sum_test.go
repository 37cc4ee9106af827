package broker

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"occigate/gateway/broker/fx"
)

// TestRound compares the one rounding with rationals of any size.
func TestRound(t *testing.T) {
	word := rapid.OneOf(rapid.Uint64Range(0, 1000), rapid.Uint64())
	factor := rapid.OneOf(rapid.Uint64Range(1, 10), rapid.Uint64Range(1, 1<<60))
	rapid.Check(t, func(t *rapid.T) {
		s := sum{word.Draw(t, "hi") >> 4, word.Draw(t, "lo")}
		factors := [2]uint64{factor.Draw(t, "f"), rapid.Uint64Range(1, 3600).Draw(t, "f2")}
		divisors := [3]uint64{factor.Draw(t, "d"), factor.Draw(t, "d2"), factor.Draw(t, "d3")}
		exact := new(big.Int).SetUint64(s.hi)
		exact.Lsh(exact, 64).Add(exact, new(big.Int).SetUint64(s.lo))
		den := big.NewInt(1)
		for _, f := range factors {
			exact.Mul(exact, new(big.Int).SetUint64(f))
		}
		for _, d := range divisors {
			den.Mul(den, new(big.Int).SetUint64(d))
		}
		want, rest := new(big.Int).DivMod(exact, den, new(big.Int))
		if c := rest.Lsh(rest, 1).Cmp(den); c > 0 || c == 0 && want.Bit(0) == 1 {
			want.Add(want, big.NewInt(1))
		}
		got, ok := s.round(factors, divisors)
		if fits := want.IsInt64(); fits != ok && want.Cmp(big.NewInt(1<<63-1)) != 0 || ok && got != want.Int64() {
			t.Fatalf("%d, %v, want %s", got, ok, want)
		}
	})
}

// TestBound holds that the greatest sum within a bound is within it, and the next
// one is not.
func TestBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Int64Range(1, 1_000_000)
		r := fx.Rate{Num: draw.Draw(t, "num"), Den: draw.Draw(t, "den")}
		nanos, n, den := rapid.Int64Range(0, 1e15).Draw(t, "nanos"), rapid.Int64Range(1, 744).Draw(t, "n"), uint64(draw.Draw(t, "common"))
		b := bound(nanos, n, den, r)
		value := func(s sum) *big.Rat {
			x := new(big.Int).SetUint64(s.hi)
			x.Lsh(x, 64).Add(x, new(big.Int).SetUint64(s.lo)).Mul(x, big.NewInt(r.Num))
			return new(big.Rat).SetFrac(x, new(big.Int).Mul(new(big.Int).SetUint64(den), big.NewInt(r.Den)))
		}
		most := new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(nanos), big.NewInt(n)))
		if value(b).Cmp(most) > 0 || value(b.plus(sum{0, 1})).Cmp(most) <= 0 {
			t.Fatalf("%v is not the greatest sum of %s", b, most)
		}
	})
}

func TestRatios(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.OneOf(rapid.Uint64Range(1, 50), rapid.Uint64Range(1, 1<<61))
		a, b := newRatio(draw.Draw(t, "a"), draw.Draw(t, "b")), newRatio(draw.Draw(t, "c"), draw.Draw(t, "d"))
		rat := func(r ratio) *big.Rat {
			return new(big.Rat).SetFrac(new(big.Int).SetUint64(r.num), new(big.Int).SetUint64(r.den))
		}
		want := new(big.Rat).Mul(rat(a), rat(b))
		if got := a.times(b); got.den != 0 && rat(got).Cmp(want) != 0 {
			t.Fatalf("%v times %v is %v", a, b, got)
		} else if got.den == 0 && want.Num().BitLen() <= 61 && want.Denom().BitLen() <= 61 {
			t.Fatalf("%v times %v would fit", a, b)
		}
		if c := common(a.den, b.den); c != 0 {
			n, ok := a.scaled(c)
			if c%a.den != 0 || c%b.den != 0 || ok && rat(ratio{n, c}).Cmp(rat(a)) != 0 {
				t.Fatalf("%v over %d is %d", a, c, n)
			}
		}
	})
	if r := (ratio{}).times(ratio{1, 1}); r != (ratio{}) {
		t.Errorf("no ratio became %v", r)
	}
}
