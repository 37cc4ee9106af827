package tariff

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseMoney(t *testing.T) {
	for text, nanos := range map[string]int64{
		"0.0116":                 11_600_000,
		"0":                      0,
		"0.26600000000000000000": 266_000_000, // CloudSigma writes twenty decimals
		"0.000000001":            1,
		"9223372036.854775807":   math.MaxInt64,
		"-1.5":                   -1_500_000_000,
	} {
		m, err := ParseMoney(text, USD)
		if err != nil || m != Nanos(nanos, USD) {
			t.Errorf("%s: %v, %v, want %d nano-units", text, m, err, nanos)
		}
	}
	for _, text := range []string{"", "1e3", "1E5000000", "0x10", "1,5", "1_000", "NaN", "Inf", "+1", "1-", ".", "1.2.3", "0.0000000001", "9223372036.854775808", " 1", "$1"} {
		if m, err := ParseMoney(text, USD); err == nil || m.Known() {
			t.Errorf("%q was read as %s", text, m)
		}
	}
}

func TestMissingIsNotZero(t *testing.T) {
	missing, free := Money{}, Nanos(0, EUR)
	if missing.Known() || missing.IsZero() || !free.Known() || !free.IsZero() {
		t.Error("a missing amount and the amount zero are taken for each other")
	}
	if missing.String() != "unknown" || free.String() != "0 EUR" {
		t.Errorf("%s, %s", missing, free)
	}
	if _, err := missing.Add(free); !errors.Is(err, ErrCurrency) {
		t.Errorf("a missing amount was added: %v", err)
	}
}

func TestMoneyOverflow(t *testing.T) {
	most, least := Nanos(math.MaxInt64, USD), Nanos(math.MinInt64, USD)
	one := Nanos(1, USD)
	for name, err := range map[string]error{
		"add":      second(most.Add(one)),
		"add down": second(least.Add(Nanos(-1, USD))),
		"sub":      second(least.Sub(one)),
		"sub min":  second(one.Sub(least)),
		"times":    second(most.Times(2)),
		"times -1": second(least.Times(-1)),
	} {
		if !errors.Is(err, ErrOverflow) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ Money, err error) error { return err }

// TestMoneyIsExact compares with integers of any size.
func TestMoneyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		x, y := big.NewInt(a), big.NewInt(b)
		for name, c := range map[string]struct {
			want *big.Int
			got  func() (Money, error)
		}{
			"sum":        {new(big.Int).Add(x, y), func() (Money, error) { return Nanos(a, USD).Add(Nanos(b, USD)) }},
			"difference": {new(big.Int).Sub(x, y), func() (Money, error) { return Nanos(a, USD).Sub(Nanos(b, USD)) }},
			"product":    {new(big.Int).Mul(x, y), func() (Money, error) { return Nanos(a, USD).Times(b) }},
		} {
			got, err := c.got()
			fits := c.want.IsInt64()
			if fits && c.want.Int64() == math.MinInt64 {
				continue // either answer is right
			}
			if fits != (err == nil) || fits && got.Nanos() != c.want.Int64() {
				t.Fatalf("%s of %d and %d: %v, %v, want %s", name, a, b, got, err, c.want)
			}
		}
	})
}

func TestMoneyGoesThroughTextAndJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Nanos(rapid.Int64().Draw(t, "nanos"), rapid.SampledFrom([]Currency{"USD", "EUR", "JPY", "KWD"}).Draw(t, "currency"))
		if again, err := ParseMoney(m.Decimal().String(), m.Currency()); err != nil || again != m {
			t.Fatalf("%s came back as %s, %v", m, again, err)
		}
		text, err := json.Marshal(m)
		var again Money
		if err != nil || json.Unmarshal(text, &again) != nil || again != m {
			t.Fatalf("%s came back as %s from %s, %v", m, again, text, err)
		}
	})
	var m Money
	if err := json.Unmarshal([]byte(`{"amount":"1","currency":"usd"}`), &m); err == nil {
		t.Error("a currency in small letters was taken")
	}
	if text, _ := json.Marshal(Money{}); string(text) != "null" {
		t.Errorf("an unknown amount is %s", text)
	}
}

func TestCurrencies(t *testing.T) {
	for code, want := range map[string]int{"EUR": 2, "JPY": 0, "KWD": 3, "CLP": 0, "GBP": 2} {
		if c, err := ParseCurrency(code); err != nil || c.Digits() != want {
			t.Errorf("%s: %d decimals, %v, want %d", code, c.Digits(), err, want)
		}
	}
	for _, code := range []string{"", "usd", "EURO", "XXX", "US$", "BTC"} {
		if _, err := ParseCurrency(code); err == nil {
			t.Errorf("%q was taken", code)
		}
	}
}
