package fx

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"occigate/gateway/broker/tariff"
)

var (
	now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	day = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
)

const bankXML = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
	<Cube>
		<Cube time='2026-11-19'><Cube currency='USD' rate='1.1000'/></Cube>
		<Cube time='2026-11-20'>
			<Cube currency='USD' rate='1.0845'/>
			<Cube currency='JPY' rate='163.25'/>
			<Cube currency='GBP' rate='0.83400'/>
			<Cube currency='HRK' rate='7.5345'/>
		</Cube>
	</Cube>
</gesmes:Envelope>`

const bankCSV = "Date, USD, JPY, GBP, \n20 November 2026, 1.0845, 163.25, 0.83400, \n"

const bankHistory = `Date,USD,JPY,GBP,CYP,
2026-11-20,1.0845,163.25,0.834,N/A,
2026-11-19,1.1,160,0.83,N/A,
`

const operator = "#base,EUR\n#date,2026-11-20\ncurrency,rate\nUSD,1.0845\nJPY,163.25\nGBP,0.834\n"

var formats = map[string]string{"bank.xml": bankXML, "bank.csv": bankCSV, "history.csv": bankHistory, "own.csv": operator}

func table(t testing.TB, name, text string) *Table {
	t.Helper()
	got, err := Parse(name, []byte(text), now)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return got
}

func TestFormats(t *testing.T) {
	for name, text := range formats {
		rates := table(t, name, text)
		if !rates.Date().Equal(day) || rates.Source().Location != name || len(rates.Source().Digest) != 64 {
			t.Errorf("%s: %s, %+v", name, rates.Date(), rates.Source())
		}
		for pair, want := range map[string]ratio{
			"EUR USD": {2169, 2000},   // 1.0845
			"USD EUR": {2000, 2169},   // turned round, without rounding
			"USD JPY": {326500, 2169}, // 163.25 / 1.0845 = 1632500 / 10845
			"GBP USD": {2169, 1668},   // 1.0845 / 0.834 = 10845 / 8340, reduced below
			"USD USD": {1, 1},
		} {
			from, to, _ := strings.Cut(pair, " ")
			r, err := rates.Rate(tariff.Currency(from), tariff.Currency(to))
			want = reduced(want)
			if err != nil || r.Num != want.num || r.Den != want.den {
				t.Errorf("%s: %s is %d/%d, %v, want %d/%d", name, pair, r.Num, r.Den, err, want.num, want.den)
			}
			if from != to && (!r.Date.Equal(day) || r.Source.Location != name) {
				t.Errorf("%s: %s is of %s, %s", name, pair, r.Date, r.Source.Location)
			}
		}
		for _, to := range []tariff.Currency{"CHF", "HRK", "CYP"} {
			if _, err := rates.Rate("EUR", to); err == nil || !strings.Contains(err.Error(), "no rate of EUR to "+string(to)) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := (*Table)(nil).Rate("EUR", "USD"); err == nil {
		t.Error("a rate without a table")
	}
}

func TestConvert(t *testing.T) {
	rates := table(t, "own.csv", "#base,EUR\n#date,2026-11-20\ncurrency,rate\nUSD,1.0845\nGBP,0.5\nCHF,2\n")
	for _, c := range []struct {
		from, to  tariff.Currency
		nanos     int64
		want      int64
		reckoning string
	}{
		{"EUR", "USD", 10_000_000_000, 10_845_000_000, "10 x 1.0845 = 10.845"},
		{"USD", "EUR", 10_845_000_000, 10_000_000_000, "10.845 / 1.0845 = 10"},
		{"USD", "EUR", 1_000_000_000, 922_083_910, "1 / 1.0845 = 0.92208390963..., rounded up in the tenth decimal"},
		{"EUR", "GBP", 1, 0, "half a nano-unit goes to the even 0"},
		{"EUR", "GBP", 3, 2, "one and a half go to the even 2"},
		{"EUR", "GBP", -3, -2, "and likewise below zero"},
		{"CHF", "GBP", 4, 1, "4 / 2 x 0.5 = 1, through EUR"},
	} {
		r, err := rates.Rate(c.from, c.to)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Convert(tariff.Nanos(c.nanos, c.from))
		if err != nil || got != tariff.Nanos(c.want, c.to) {
			t.Errorf("%s: %s, %v", c.reckoning, got, err)
		}
	}
	r, _ := rates.Rate("EUR", "USD")
	if _, err := r.Convert(tariff.Nanos(1, "USD")); err == nil {
		t.Error("dollars were taken for euros")
	}
	if _, err := r.Convert(tariff.Nanos(1<<63-1, "EUR")); err == nil {
		t.Error("an amount that is too large came out as something")
	}
	if got := r.Decimal().String(); got != "1.0845" {
		t.Errorf("the rate is shown as %s", got)
	}
}

// TestThereAndBack holds the bound that Convert states, for any rates.
func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Int64Range(1, 999_999_999)
		there := Rate{From: "EUR", To: "USD", Num: draw.Draw(t, "num"), Den: draw.Draw(t, "den")}
		back := Rate{From: "USD", To: "EUR", Num: there.Den, Den: there.Num}
		m := tariff.Nanos(rapid.Int64Range(-1e9, 1e9).Draw(t, "nanos"), "EUR")
		usd, err := there.Convert(m)
		if err != nil {
			t.Skip("too large")
		}
		again, err := back.Convert(usd)
		if err != nil {
			t.Fatal(err)
		}
		off, bound := big.NewRat(again.Nanos()-m.Nanos(), 1), big.NewRat(there.Den, there.Num)
		bound.Add(bound, big.NewRat(1, 1)).Mul(bound, big.NewRat(1, 2))
		if off.Abs(off).Cmp(bound) > 0 {
			t.Fatalf("%s came back as %s by way of %s, which is off by more than %s nano-units", m, again, usd, bound)
		}
	})
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, old, bad, want string }{
		{"own.csv", "#date,2026-11-20\n", "", "has no date"},
		{"own.csv", "2026-11-20", "yesterday", `own.csv:2: "yesterday" is no date`},
		{"own.csv", "2026-11-20", "2026-11-27", "is of 2026-11-27, which is still to come"},
		{"own.csv", "#base", "#bose", "own.csv:1: #bose is no key here"},
		{"own.csv", "USD", "UDS", `own.csv:4: "UDS" is no currency`},
		{"own.csv", "1.0845", "-1.0845", "own.csv:4: USD: \"-1.0845\" is no rate"},
		{"own.csv", "1.0845", "0", "own.csv:4: USD: \"0\" is no rate"},
		{"own.csv", "1.0845", "1e3", "own.csv:4: USD: \"1e3\" is no rate"},
		{"own.csv", "1.0845", "1.084512345678", "has more than 9 digits"},
		{"own.csv", "JPY", "USD", "own.csv:5: USD is there twice"},
		{"own.csv", "currency,rate\n", "", `own.csv:3: want "currency,rate"`},
		{"own.csv", "USD,1.0845", "USD", "own.csv:4: wants two cells"},
		{"own.csv", operator, "", "is empty"},
		{"bank.csv", "20 November", "31 November", `bank.csv:2: "31 November 2026" is no date`},
		{"bank.csv", "1.0845", "?", `bank.csv:2: USD: "?" is no rate`},
		{"bank.csv", bankCSV, "Date, USD\n", "has no date"},
		{"bank.xml", "time='2026-11-20'", "", `"" is no date`},
		{"bank.xml", "1.0845", "", `USD: "" is no rate`},
		{"bank.xml", "</Cube>", "", "cannot be read as XML"},
	} {
		bad := strings.Replace(formats[c.name], c.old, c.bad, 1)
		if _, err := Parse(c.name, []byte(bad), now); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: want %s, got %v", c.name, c.bad, c.want, err)
		}
	}
	if _, err := Parse("rates.json", nil, now); err == nil {
		t.Error("another format was taken")
	}
}

func TestTheLastGoodRatesStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rates.csv")
	var book Book
	write := func(text string) error {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return book.Refresh(path, now)
	}
	if err := write(operator); err != nil {
		t.Fatal(err)
	}
	good := book.Standing().Table
	if err := write(strings.Replace(operator, "1.0845", "none", 1)); err == nil {
		t.Fatal("a bad file was taken")
	}
	if at := book.Standing(); at.Table != good || !at.Table.Date().Equal(day) || at.Problem == "" || !at.FailedAt.Equal(now) {
		t.Errorf("%+v", at)
	}
	if err := write(operator); err != nil {
		t.Fatal(err)
	}
	if at := book.Standing(); at.Problem != "" || !at.FailedAt.IsZero() {
		t.Errorf("%+v after a repair", at)
	}
}

func FuzzParse(f *testing.F) {
	for name, text := range formats {
		f.Add(name, text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		rates, err := Parse(name, []byte(text), now)
		if (rates == nil) == (err == nil) {
			t.Fatalf("%v, %v", rates, err)
		}
		if err != nil {
			return
		}
		for from := range rates.rates {
			there, err := rates.Rate(from, rates.base)
			back, wrong := rates.Rate(rates.base, from)
			if err != nil || wrong != nil || there.Num != back.Den || there.Den != back.Num {
				t.Fatalf("%s: %+v, %+v, %v, %v", from, there, back, err, wrong)
			}
		}
	})
}
