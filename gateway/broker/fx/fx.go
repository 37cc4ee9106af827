// Package fx turns amounts of one currency into another by rates that have a date
// and a source; it has no others. Rates are ratios of integers, also those that
// go through a third currency, so that nothing is rounded before an amount is.
package fx

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"occigate/gateway/broker/tariff"
)

// Rate says how many units of To one unit of From is: Num/Den, in lowest terms.
type Rate struct {
	From, To tariff.Currency
	Num, Den int64
	Date     time.Time // day of the rate; zero when From is To
	Source   tariff.Source
}

// Decimal is the rate for people, to ten decimals; calculations use the ratio.
func (r Rate) Decimal() decimal.Decimal {
	return decimal.NewFromInt(r.Num).DivRound(decimal.NewFromInt(r.Den), 10)
}

// Convert gives an amount of From in To, rounded once, half to even, to a
// nano-unit. There and back is off by at most half a nano-unit, and half of one
// of To at the rate of the way back.
func (r Rate) Convert(m tariff.Money) (tariff.Money, error) {
	if m.Currency() != r.From {
		return tariff.Money{}, tariff.ErrCurrency
	}
	n := new(big.Int).Mul(big.NewInt(m.Nanos()), big.NewInt(r.Num))
	whole, rest := n.DivMod(n, big.NewInt(r.Den), new(big.Int)) // rest is not negative
	switch rest.Lsh(rest, 1).Cmp(big.NewInt(r.Den)) {
	case 1:
		whole.Add(whole, big.NewInt(1))
	case 0:
		whole.Add(whole, new(big.Int).And(whole, big.NewInt(1)))
	}
	if !whole.IsInt64() {
		return tariff.Money{}, tariff.ErrOverflow
	}
	return tariff.Nanos(whole.Int64(), r.To), nil
}

// Table is the rates of one day against one currency. It is immutable.
type Table struct {
	base   tariff.Currency
	date   time.Time
	source tariff.Source
	rates  map[tariff.Currency]ratio // units for one of the base
}

type ratio struct{ num, den int64 }

// Date is the day of the rates.
func (t *Table) Date() time.Time { return t.date }

// Source is where they were read.
func (t *Table) Source() tariff.Source { return t.source }

// Rate is that of two currencies, through the table's own where neither is it. A
// nil table has the rate of a currency to itself alone.
func (t *Table) Rate(from, to tariff.Currency) (Rate, error) {
	if from == to {
		return Rate{From: from, To: to, Num: 1, Den: 1}, nil
	}
	if t == nil {
		return Rate{}, fmt.Errorf("there is no rate of %s to %s: no rates are configured", from, to)
	}
	a, known := t.rates[from]
	b, alsoKnown := t.rates[to]
	if !known || !alsoKnown {
		return Rate{}, fmt.Errorf("there is no rate of %s to %s in %s of %s", from, to, t.source.Location, t.date.Format(time.DateOnly))
	}
	r := reduced(ratio{b.num * a.den, b.den * a.num}) // each factor is below 10^9
	return Rate{from, to, r.num, r.den, t.date, t.source}, nil
}

// mostDigits bounds a rate, so that two can be multiplied.
const mostDigits = 9

// parseRate reads a positive decimal exactly.
func parseRate(text string) (ratio, error) {
	text = strings.TrimSpace(text)
	d, err := decimal.NewFromString(text)
	if err != nil || strings.Trim(text, "0123456789.") != "" || !d.IsPositive() {
		return ratio{}, fmt.Errorf("%q is no rate, want a positive number such as 1.0845", text)
	}
	digits := strings.TrimLeft(strings.TrimRight(strings.Replace(text, ".", "", 1), " "), "0")
	places := -d.Exponent()
	if len(digits) > mostDigits || places > mostDigits {
		return ratio{}, fmt.Errorf("%q has more than %d digits", text, mostDigits)
	}
	den := int64(1)
	for range places {
		den *= 10
	}
	return reduced(ratio{d.Coefficient().Int64(), den}), nil
}

func reduced(r ratio) ratio {
	a, b := r.num, r.den
	for b != 0 {
		a, b = b, a%b
	}
	return ratio{r.num / a, r.den / a}
}
