package broker_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"occigate/gateway/broker"
	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

var propertyDay = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// drawn is a market of any prices, and a wish.
type drawn struct {
	market    *broker.Market
	situation broker.Situation
	wish      broker.Wish
	sizes     int // of all accounts
	accounts  []broker.Account
	entries   []tariff.Entry
}

func drawMarket(t *rapid.T) (d drawn) {
	rates, err := fx.Parse("r.csv", []byte("#base,EUR\n#date,2026-11-25\ncurrency,rate\nUSD,1.0845\nJPY,163.25\nGBP,0.834\n"), propertyDay)
	if err != nil {
		t.Fatal(err)
	}
	d.situation = broker.Situation{Now: propertyDay, Rates: rates, Obstacles: map[string]broker.Obstacle{}}
	var book tariff.Book
	var accounts []broker.Account
	for n := range rapid.IntRange(1, 4).Draw(t, "clouds") {
		cloud := fmt.Sprintf("cloud%d", n)
		spec := drawTariff(t, cloud)
		made, err := tariff.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		book.Put(made)
		for k := range rapid.IntRange(1, 2).Draw(t, "accounts") {
			a := broker.Account{UID: fmt.Sprintf("%s-%d", cloud, k), Cloud: cloud}
			for i := range rapid.IntRange(1, 4).Draw(t, "sizes") {
				a.Sizes = append(a.Sizes, providers.Size{
					ID: fmt.Sprint("s", i), Cores: rapid.IntRange(0, 4).Draw(t, "cores"), SpeedMHz: rapid.IntRange(0, 4000).Draw(t, "mhz"),
					MemoryMiB: rapid.IntRange(0, 4096).Draw(t, "memory"), DiskGiB: float64(rapid.IntRange(0, 20).Draw(t, "disk")),
				})
			}
			d.sizes += len(a.Sizes)
			a.Images = []providers.Image{{ID: "i0", Name: "image 0"}, {ID: "i1", Name: "image 1"}}
			if rapid.Bool().Draw(t, "images count") {
				for i := range a.Images {
					a.Images[i].MinMemoryMiB = rapid.SampledFrom([]int{0, 512, 3000}).Draw(t, "least memory")
					a.Images[i].MinDiskGiB = rapid.SampledFrom([]float64{0, 0.5, 7}).Draw(t, "least disk")
					a.Images[i].VolumeGiB = rapid.SampledFrom([]float64{0, 8, 30}).Draw(t, "volume")
				}
			}
			if at := rapid.IntRange(0, 3).Draw(t, "default"); at > 0 {
				a.Default = &[]string{"", "i0", "Image 1"}[at-1]
			}
			if rapid.IntRange(0, 9).Draw(t, "full") == 0 {
				d.situation.Obstacles[a.UID] = broker.Obstacle{Reason: broker.ReasonQuota, Text: "full"}
			}
			accounts = append(accounts, a)
		}
	}
	d.accounts = accounts
	d.entries, _ = book.Entries()
	d.market = broker.Compile(accounts, d.entries, propertyDay)
	d.wish = broker.Wish{
		Cores: rapid.IntRange(0, 2).Draw(t, "wanted cores"), MemoryMiB: rapid.Int64Range(0, 2048).Draw(t, "wanted memory"),
		DiskGiB: rapid.Int64Range(0, 50).Draw(t, "wanted disk"), EgressGB: rapid.Int64Range(0, 300).Draw(t, "egress"),
		Addresses: rapid.Int64Range(0, 2).Draw(t, "addresses"), Hours: rapid.Int64Range(1, 744).Draw(t, "hours"),
		Currency: rapid.SampledFrom([]tariff.Currency{"EUR", "USD", "JPY"}).Draw(t, "currency"), Best: -1,
		Image: rapid.SampledFrom([]string{"", "", "image", "image 1"}).Draw(t, "image"),
	}
	if rapid.Bool().Draw(t, "capped") {
		d.wish.MostAnHour = tariff.Nanos(rapid.Int64Range(0, 2e9).Draw(t, "cap"), "GBP")
	}
	return d
}

// drawTariff prices sizes s0 to s2 and, maybe, parts and what is beside.
func drawTariff(t *rapid.T, cloud string) tariff.Spec {
	currency := rapid.SampledFrom([]tariff.Currency{"EUR", "USD", "GBP", "JPY", "CHF"}).Draw(t, "currency of "+cloud) // no rate for CHF
	in := currency
	amount := func(name string) tariff.Money { return tariff.Nanos(rapid.Int64Range(1, 1e9).Draw(t, name), in) }
	month := rapid.SampledFrom([]int64{672, 720, 730, 744}).Draw(t, "month")
	spec := tariff.Spec{Name: cloud, Scope: tariff.Scope{Provider: cloud}, Source: tariff.Source{Location: cloud}, ObservedAt: propertyDay}
	for i := range rapid.IntRange(1, 3).Draw(t, "priced") {
		in = rapid.SampledFrom([]tariff.Currency{currency, currency, "EUR"}).Draw(t, "currency of a size")
		p := tariff.Price{
			Meter: tariff.MeterCompute, Size: fmt.Sprint("s", i), ListUnitPrice: amount("price"), HoursPerMonth: month,
			Unit:        rapid.SampledFrom([]tariff.Unit{"Hours", "Seconds", "Months"}).Draw(t, "unit"),
			Per:         rapid.Int64Range(1, 3).Draw(t, "per"),
			Granularity: rapid.SampledFrom([]int64{0, 1, 60, 3600, 86400}).Draw(t, "granularity"),
			Minimum:     rapid.SampledFrom([]int64{0, 60, 7200}).Draw(t, "minimum"),
		}
		if rapid.Bool().Draw(t, "monthly cap") {
			p.MonthlyCap = amount("cap")
		}
		if rapid.Bool().Draw(t, "bundle") {
			p.Includes = []tariff.Allowance{{Meter: tariff.MeterEgress, Quantity: 100, Unit: "GiB"}, {Meter: tariff.MeterDisk, Quantity: 5, Unit: "GB"}}
		}
		spec.Prices = append(spec.Prices, p)
	}
	in = currency
	maybe := func(p tariff.Price) {
		if rapid.IntRange(0, 4).Draw(t, string(p.Meter)) > 0 {
			p.ListUnitPrice, p.HoursPerMonth = amount("price"), month
			spec.Prices = append(spec.Prices, p)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "sells images") == 0 {
		maybe(tariff.Price{Meter: tariff.MeterImage, Size: "i0", Unit: "Hours", Granularity: 7200})
		maybe(tariff.Price{Meter: tariff.MeterImage, Size: "i1", Unit: "Months"})
	}
	maybe(tariff.Price{Meter: tariff.MeterSpeed, Unit: "GHz-Hours"})
	maybe(tariff.Price{Meter: tariff.MeterMemory, Unit: rapid.SampledFrom([]tariff.Unit{"GB-Hours", "GiB-Hours"}).Draw(t, "unit")})
	maybe(tariff.Price{Meter: tariff.MeterDisk, Unit: rapid.SampledFrom([]tariff.Unit{"GB-Months", "GiB-Hours"}).Draw(t, "unit")})
	maybe(tariff.Price{Meter: tariff.MeterAddress, Unit: rapid.SampledFrom([]tariff.Unit{"Months", "Hours"}).Draw(t, "unit")})
	if rapid.IntRange(0, 4).Draw(t, "egress") > 0 {
		unit, step := rapid.SampledFrom([]tariff.Unit{"GB", "GiB"}).Draw(t, "unit"), rapid.Int64Range(1, 200).Draw(t, "tier")
		spec.Prices = append(spec.Prices,
			tariff.Price{Meter: tariff.MeterEgress, Unit: unit, Tier: tariff.Tier{End: step}, ListUnitPrice: tariff.Nanos(0, currency), Zero: tariff.ZeroFreeTier},
			tariff.Price{Meter: tariff.MeterEgress, Unit: unit, Tier: tariff.Tier{Start: step}, ListUnitPrice: amount("price")})
	}
	if rapid.Bool().Draw(t, "discount") {
		spec.Discounts = []tariff.Discount{{Accounts: []string{cloud + "-0"}, Millionths: rapid.Int64Range(1, 999_999).Draw(t, "off")}}
	}
	return spec
}

// exactly adds the parts of a candidate up, in the currency of the wish.
func exactly(c *broker.Candidate) *big.Rat {
	total := new(big.Rat)
	for _, p := range c.Parts {
		amount := new(big.Rat).SetFrac(new(big.Int).SetUint64(p.Quantity.Num), new(big.Int).SetUint64(p.Quantity.Den))
		amount.Mul(amount, big.NewRat(p.Price.UnitPrice().Nanos(), p.Price.Per))
		amount.Mul(amount, big.NewRat(tariff.Million-p.Discount, tariff.Million))
		total.Add(total, amount)
	}
	total.Mul(total, big.NewRat(c.Rate.Num, c.Rate.Den))
	return total.Quo(total, big.NewRat(1_000_000_000, 1))
}

// TestSumsAreExact holds for any market: the parts are the whole, what is shown is
// rounded once, and the order is that of the exact sums.
func TestSumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawMarket(t)
		q, err := d.market.Quote(d.wish, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		nano := big.NewRat(1, 1_000_000_000)
		var last *big.Rat
		for i := range q.Candidates {
			c := &q.Candidates[i]
			exact := exactly(c)
			hourly := new(big.Rat).Quo(exact, big.NewRat(q.Wish.Hours, 1))
			decimals := q.Wish.Currency.Digits()
			if month := rounded(exact, decimals, q.Wish.Currency); month != c.Month {
				t.Fatalf("%d: the parts come to %s, the month to %s", i, month, c.Month)
			}
			if hour := rounded(hourly, decimals+4, q.Wish.Currency); hour != c.Hour {
				t.Fatalf("%d: the parts come to %s, the hour to %s", i, hour, c.Hour)
			}
			if last != nil && new(big.Rat).Sub(last, exact).Cmp(nano) > 0 {
				t.Fatalf("%d: %s comes after %s", i, exact.FloatString(12), last.FloatString(12))
			}
			last = exact
			if q.Wish.MostAnHour.Known() {
				rate, _ := d.situation.Rates.Rate(q.Wish.Currency, "GBP")
				hourly.Mul(hourly, big.NewRat(rate.Num*1_000_000_000, rate.Den))
				if hourly.Cmp(big.NewRat(q.Wish.MostAnHour.Nanos(), 1)) > 0 {
					t.Fatalf("%d: %s is dearer than %s", i, hourly.FloatString(12), q.Wish.MostAnHour)
				}
			}
		}
	})
}

// TestNothingIsLost holds that every size is a candidate or rejected, that the
// reasons told one by one are those that are counted, and that the best few are
// the first of all.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawMarket(t)
		q, err := d.market.Quote(d.wish, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		list, err := d.market.Rejections(d.wish, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		told, counted := map[broker.Reason]int{}, map[broker.Reason]int{}
		for _, r := range list {
			told[r.Reason]++
			if r.Text == "" {
				t.Fatalf("%+v has no words", r)
			}
		}
		for _, n := range q.Rejected {
			counted[n.Reason] = n.Count
		}
		if diff := cmp.Diff(told, counted); diff != "" {
			t.Fatalf("told and counted: %s", diff)
		}
		if len(q.Candidates) != q.Comparable || len(q.Candidates)+len(list) != d.sizes {
			t.Fatalf("%d candidates, %d said, and %d rejected of %d", len(q.Candidates), q.Comparable, len(list), d.sizes)
		}
		few := d.wish
		few.Best = rapid.OneOf(rapid.IntRange(1, 5), rapid.Just(1000)).Draw(t, "best")
		few.Skip = rapid.IntRange(0, 3).Draw(t, "skip")
		part, err := d.market.Quote(few, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(shown(q.Candidates[min(few.Skip, q.Comparable):min(few.Skip+few.Best, q.Comparable)]), shown(part.Candidates)); diff != "" || part.Comparable != q.Comparable {
			t.Fatalf("%d after %d (of %d and %d): %s", few.Best, few.Skip, q.Comparable, part.Comparable, diff)
		}
	})
}

// TestOrderDoesNotCount compiles the same things in another order.
func TestOrderDoesNotCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawMarket(t)
		q, err := d.market.Quote(d.wish, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(d.accounts)
		slices.Reverse(d.entries)
		for i := range d.accounts {
			slices.Reverse(d.accounts[i].Sizes)
		}
		again, err := broker.Compile(d.accounts, d.entries, propertyDay).Quote(d.wish, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(shown(q.Candidates), shown(again.Candidates)); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(q.Rejected, again.Rejected); diff != "" {
			t.Fatal(diff)
		}
	})
}

func shown(all []broker.Candidate) (lines []string) {
	for i := range all {
		lines = append(lines, fmt.Sprint(all[i].Account, all[i].Size.ID, all[i].Month, all[i].Hour))
	}
	return lines
}

// TestFlips holds that a figure that is told turns the order round, and that the
// one before it does not.
func TestFlips(t *testing.T) {
	flips := 0
	holds := func(t *rapid.T) {
		d := drawMarket(t)
		d.wish.MostAnHour = tariff.Money{}
		q, err := d.market.Quote(d.wish, d.situation)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := q.Why(0, 1)
		if ok != (len(q.Candidates) > 1) {
			t.Fatalf("%v of %d candidates", ok, len(q.Candidates))
		}
		for _, f := range c.Flips {
			flips++
			toward := int64(1)
			if f.At > f.From {
				toward = -1
			}
			if !d.turned(t, q, f.Of, f.At) || d.turned(t, q, f.Of, f.At+toward) {
				t.Fatalf("%+v does not turn round %s", f, c)
			}
		}
		if ok && c.String() == "" {
			t.Fatal("no words")
		}
	}
	for round := 0; round < 5 && flips == 0; round++ { // in one round of a hundred there is none
		rapid.Check(t, holds)
	}
	if flips == 0 {
		t.Error("no flip was found")
	}
}

// turned quotes another wish, and reports whether the second candidate is cheaper
// than the first.
func (d drawn) turned(t *rapid.T, q *broker.Quote, of string, value int64) bool {
	w := d.wish
	*map[string]*int64{"hours": &w.Hours, "disk": &w.DiskGiB, "egress": &w.EgressGB, "addresses": &w.Addresses}[of] = value
	again, err := d.market.Quote(w, d.situation)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(c *broker.Candidate) *big.Rat {
		i := slices.IndexFunc(again.Candidates, func(o broker.Candidate) bool {
			return o.Account == c.Account && o.Size.ID == c.Size.ID
		})
		if i < 0 {
			return nil
		}
		nanos := exactly(&again.Candidates[i])
		return new(big.Rat).SetInt64(rounded(nanos, 9, w.Currency).Nanos())
	}
	a, b := sum(&q.Candidates[0]), sum(&q.Candidates[1])
	return a != nil && b != nil && b.Cmp(a) < 0
}
