package tariff

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"

	"github.com/shopspring/decimal"
)

// nanoDigits is how many decimals a nano-unit is.
const nanoDigits = 9

// Errors of money. Neither is ever hidden by a wrong figure.
var (
	ErrOverflow = errors.New("the amount is too large: more than nine thousand million units")
	ErrCurrency = errors.New("amounts of two currencies cannot be taken together without a rate")
)

// Money is an exact amount: whole nano-units (10^-9) of one currency. The zero
// value is no amount at all, which is not the amount zero: see [Money.Known].
type Money struct {
	nanos    int64
	currency Currency
}

// Nanos makes money of nano-units.
func Nanos(nanos int64, c Currency) Money { return Money{nanos, c} }

// ParseMoney reads a plain decimal such as 0.0116. Digits beyond the ninth
// decimal must be zero: an amount is exact or refused, never rounded. Exponents
// and signs other than a minus are refused.
func ParseMoney(text string, c Currency) (Money, error) {
	if strings.Trim(text, "0123456789.-") != "" || strings.LastIndexByte(text, '-') > 0 {
		return Money{}, fmt.Errorf("%q is no decimal number", text)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Money{}, fmt.Errorf("%q is no decimal number", text)
	}
	return FromDecimal(d, c)
}

// FromDecimal makes money of a decimal, exactly or not at all.
func FromDecimal(d decimal.Decimal, c Currency) (Money, error) {
	nanos := d.Shift(nanoDigits)
	switch {
	case !nanos.IsInteger():
		return Money{}, fmt.Errorf("%s has more than %d decimals", d, nanoDigits)
	case !nanos.BigInt().IsInt64():
		return Money{}, ErrOverflow
	}
	return Money{nanos.IntPart(), c}, nil
}

// Known reports whether there is an amount. A missing price is not known; a
// free thing costs a known zero.
func (m Money) Known() bool { return m.currency != "" }

// Nanos are the nano-units.
func (m Money) Nanos() int64 { return m.nanos }

// Currency is the currency's code, "" when no amount is known.
func (m Money) Currency() Currency { return m.currency }

// IsZero reports whether the amount is known and zero.
func (m Money) IsZero() bool { return m.Known() && m.nanos == 0 }

// Add is the sum of two amounts of one currency.
func (m Money) Add(o Money) (Money, error) {
	if m.currency != o.currency {
		return Money{}, ErrCurrency
	}
	sum := m.nanos + o.nanos
	if (sum > m.nanos) != (o.nanos > 0) {
		return Money{}, ErrOverflow
	}
	return Money{sum, m.currency}, nil
}

// Sub is m less o, of one currency.
func (m Money) Sub(o Money) (Money, error) {
	if m.currency != o.currency {
		return Money{}, ErrCurrency
	}
	difference := m.nanos - o.nanos
	if (difference < m.nanos) != (o.nanos > 0) {
		return Money{}, ErrOverflow
	}
	return Money{difference, m.currency}, nil
}

// Times is n of the amount.
func (m Money) Times(n int64) (Money, error) {
	hi, lo := bits.Mul64(magnitude(m.nanos), magnitude(n))
	if hi != 0 || lo > math.MaxInt64 {
		return Money{}, ErrOverflow
	}
	product := int64(lo)
	if (m.nanos < 0) != (n < 0) {
		product = -product
	}
	return Money{product, m.currency}, nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Decimal is the amount in whole units, exactly.
func (m Money) Decimal() decimal.Decimal { return decimal.New(m.nanos, -nanoDigits) }

// String is "0.0116 USD", or "unknown".
func (m Money) String() string {
	if !m.Known() {
		return "unknown"
	}
	return m.Decimal().String() + " " + string(m.currency)
}

type moneyJSON struct {
	Amount   string   `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON is {"amount":"0.0116","currency":"USD"}; an unknown amount is null.
func (m Money) MarshalJSON() ([]byte, error) {
	if !m.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(moneyJSON{m.Decimal().String(), m.currency})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Money) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*m = Money{}
		return nil
	}
	var in moneyJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	c, err := ParseCurrency(string(in.Currency))
	if err != nil {
		return err
	}
	*m, err = ParseMoney(in.Amount, c)
	return err
}
