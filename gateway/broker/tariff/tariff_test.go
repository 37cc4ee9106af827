package tariff

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var observed = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// small is a price without fault.
func small(change func(*Price)) Price {
	p := Price{Meter: MeterCompute, Unit: "Hours", Size: "small", ListUnitPrice: Nanos(100, USD)}
	if change != nil {
		change(&p)
	}
	return p
}

func spec(prices ...Price) Spec {
	return Spec{
		Name: "list", Scope: Scope{Provider: "ec2"}, Source: SourceOf("list.csv", []byte("text")),
		ObservedAt: observed, Prices: prices,
	}
}

func TestGoodPrices(t *testing.T) {
	day := func(n int) time.Time { return observed.AddDate(0, 0, n) }
	egress := func(start, end int64, c Currency) Price {
		return Price{Meter: MeterEgress, Unit: "GB", Tier: Tier{start, end}, ListUnitPrice: Nanos(9+start, c)}
	}
	for name, prices := range map[string][]Price{
		"a size":            {small(nil)},
		"one after another": {small(func(p *Price) { p.ValidTo = day(3) }), small(func(p *Price) { p.ValidFrom = day(3) })},
		"two systems":       {small(func(p *Price) { p.OS = "linux" }), small(func(p *Price) { p.OS = "windows" })},
		"two currencies":    {egress(0, 0, USD), egress(0, 0, EUR)},
		"tiers":             {egress(0, 10, USD), egress(10, 50, USD), egress(50, 0, USD)},
		"free with reason":  {small(func(p *Price) { p.ListUnitPrice, p.Zero = Nanos(0, USD), ZeroFreeTier })},
		"contracted alone":  {small(func(p *Price) { p.ListUnitPrice, p.ContractedUnitPrice = Money{}, Nanos(5, EUR) })},
		"committed": {small(func(p *Price) {
			p.Category, p.Term, p.Upfront, p.Fee, p.HoursPerMonth = Committed, OneYear, AllUpfront, Nanos(1e12, USD), 730
			p.ListUnitPrice, p.Zero = Nanos(0, USD), ZeroUpfront
		})},
		"parts": {
			{Meter: MeterSpeed, Unit: "GHz-Hours", ListUnitPrice: Nanos(1, EUR)},
			{Meter: MeterMemory, Unit: "GB-Hours", ListUnitPrice: Nanos(1, EUR)},
			{Meter: MeterDisk, Unit: "GiB-Months", ListUnitPrice: Nanos(1, EUR), HoursPerMonth: 720},
			{Meter: MeterAddress, Unit: "Months", ListUnitPrice: Nanos(1, EUR), HoursPerMonth: 720},
		},
		"what is included": {small(func(p *Price) {
			p.Includes = []Allowance{{MeterDisk, 60, "GB"}, {MeterAddress, 1, "Addresses"}, {MeterEgress, 1, "TB"}}
		})},
	} {
		if _, err := New(spec(prices...)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBadPrices(t *testing.T) {
	tier := func(start, end int64) Price {
		return Price{Meter: MeterEgress, Unit: "GB", Tier: Tier{start, end}, ListUnitPrice: Nanos(9, USD)}
	}
	for want, prices := range map[string][]Price{
		"Meter: \"Bananas\" is no meter":               {small(func(p *Price) { p.Meter, p.Size = "Bananas", "" })},
		"Unit: \"Fortnights\" is no unit":              {small(func(p *Price) { p.Unit = "Fortnights" })},
		"Unit: \"GB\" does not measure":                {small(func(p *Price) { p.Unit = "GB" })},
		"Size: is missing":                             {small(func(p *Price) { p.Size = "" })},
		"ListUnitPrice: is missing":                    {small(func(p *Price) { p.ListUnitPrice = Money{} })},
		"ListUnitPrice: is negative: -0.0000001 USD":   {small(func(p *Price) { p.ListUnitPrice = Nanos(-100, USD) })},
		"ListUnitPrice: \"ECU\" is no currency":        {small(func(p *Price) { p.ListUnitPrice = Nanos(100, "ECU") })},
		"MonthlyCap: is in EUR, the price in USD":      {small(func(p *Price) { p.MonthlyCap, p.HoursPerMonth = Nanos(1, EUR), 672 })},
		"Zero: a price of zero needs its reason":       {small(func(p *Price) { p.ListUnitPrice = Nanos(0, USD) })},
		"Zero: a reason for zero with a price":         {small(func(p *Price) { p.Zero = ZeroFree })},
		"Zero: \"because\" is no reason":               {small(func(p *Price) { p.ListUnitPrice, p.Zero = Nanos(0, USD), "because" })},
		"Term: is missing: a committed price":          {small(func(p *Price) { p.Category, p.HoursPerMonth = Committed, 730 })},
		"Term: only a committed price":                 {small(func(p *Price) { p.Term = OneYear })},
		"Category: \"Spot\" is not":                    {small(func(p *Price) { p.Category = "Spot" })},
		"Fee: is missing":                              {small(func(p *Price) { p.ListUnitPrice, p.Zero = Nanos(0, USD), ZeroUpfront })},
		"HoursPerMonth: is missing: how long":          {small(func(p *Price) { p.Unit = "Months" })},
		"HoursPerMonth: 8760 is not between":           {small(func(p *Price) { p.HoursPerMonth = 8760 })},
		"ValidTo: is not after the start":              {small(func(p *Price) { p.ValidFrom, p.ValidTo = observed, observed })},
		"price 1: SkuPriceID: is the same SKU":         {small(nil), small(func(p *Price) { p.ListUnitPrice = Nanos(7, USD) })},
		"price 1: Tier: the tiers overlap as in price": {tier(0, 10), tier(9, 0)},
		"Tier: nothing is said of the units 10 to 20":  {tier(0, 10), tier(20, 0)},
		"Tier: nothing is said of the units 0 to 1":    {tier(1, 0)},
		"price 1: Unit: tiers are of one unit":         {tier(0, 10), func() Price { p := tier(10, 0); p.Unit = "GiB"; return p }()},
		"Includes: a quantity is not from 1":           {small(func(p *Price) { p.Includes = []Allowance{{MeterDisk, 1e12, "TB"}} })},
		"Tier: does not end after its start":           {tier(0, 5), tier(5, 5)},
		"Includes: only a size includes something":     {{Meter: MeterEgress, Unit: "GB", ListUnitPrice: Nanos(1, USD), Includes: []Allowance{{MeterDisk, 1, "GB"}}}},
		"Includes: what is included is disk or egress": {small(func(p *Price) { p.Includes = []Allowance{{MeterDisk, 1, "GB-Hours"}} })},
	} {
		_, err := New(spec(prices...))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	s := spec(small(func(p *Price) { p.Unit = "Days" }), small(nil), small(nil))
	s.Name, s.ObservedAt = "", time.Time{}
	s.Discounts = []Discount{{Accounts: []string{"a"}, Millionths: Million}}
	_, err := New(s)
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 7 {
		t.Errorf("%d problems:\n%v", len(problems), err)
	}
}

func TestTariffsAreImmutable(t *testing.T) {
	s := spec(small(nil), small(func(p *Price) { p.Size = "large" }))
	tariff, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Prices[0].Size = "changed"
	var sizes []string
	for _, p := range tariff.Prices() {
		sizes = append(sizes, p.Size)
	}
	if diff := cmp.Diff([]string{"large", "small"}, sizes); diff != "" {
		t.Error(diff)
	}
	p := tariff.Prices()[0]
	if p.SkuID != "Compute Usage/large" || p.SkuPriceID != "Compute Usage/large/Standard" || p.Per != 1 || p.Category != Standard {
		t.Errorf("%+v lacks its defaults", p)
	}
}

// TestDigest is of what is charged: not of the order, the file or the date.
func TestDigest(t *testing.T) {
	digest := func(change func(*Spec)) string {
		s := spec(small(nil), small(func(p *Price) { p.Size = "large" }))
		if change != nil {
			change(&s)
		}
		tariff, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		return tariff.Digest()
	}
	same := digest(nil)
	for name, change := range map[string]func(*Spec){
		"order":  func(s *Spec) { s.Prices[0], s.Prices[1] = s.Prices[1], s.Prices[0] },
		"source": func(s *Spec) { s.Source.Location = "elsewhere" },
		"date":   func(s *Spec) { s.ObservedAt = s.ObservedAt.Add(time.Hour) },
	} {
		if digest(change) != same {
			t.Errorf("another %s makes another digest", name)
		}
	}
	for name, change := range map[string]func(*Spec){
		"price":    func(s *Spec) { s.Prices[0].ListUnitPrice = Nanos(101, USD) },
		"currency": func(s *Spec) { s.Prices[0].ListUnitPrice = Nanos(100, EUR) },
		"discount": func(s *Spec) { s.Discounts = []Discount{{Accounts: []string{"a"}, Millionths: 5}} },
	} {
		if digest(change) == same {
			t.Errorf("another %s makes the same digest", name)
		}
	}
}

func TestDiscounts(t *testing.T) {
	s := spec(small(nil))
	s.Discounts = []Discount{
		{Accounts: []string{"a", "b"}, Millionths: 50_000},
		{Accounts: []string{"b"}, Meters: []Meter{MeterCompute}, Millionths: 75_000},
	}
	tariff, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		uid   string
		meter Meter
		want  int64
	}{{"a", MeterCompute, 50_000}, {"b", MeterCompute, 75_000}, {"b", MeterEgress, 50_000}, {"c", MeterCompute, 0}} {
		if got := tariff.DiscountOf(c.uid, c.meter); got != c.want {
			t.Errorf("%s gets %d off %s, want %d", c.uid, got, c.meter, c.want)
		}
	}
}

// TestBook holds that a failure shows, and neither removes nor renews anything.
func TestBook(t *testing.T) {
	var b Book
	tariff, err := New(spec(small(nil)))
	if err != nil {
		t.Fatal(err)
	}
	b.Put(tariff)
	_, before := b.Entries()
	now := observed.Add(90 * time.Hour)
	b.Fail("list", now, errors.New("line 7: unknown key"))
	b.Fail("another", now, errors.New("no such file"))
	all, after := b.Entries()
	if before == after {
		t.Error("a failure cannot be told from no change")
	}
	if len(all) != 2 || all[0].Name != "another" || all[0].Tariff != nil || all[0].Age(now) != 0 {
		t.Fatalf("%+v", all)
	}
	e := all[1]
	if e.Tariff != tariff || e.Problem == "" || !e.FailedAt.Equal(now) || e.Age(now) != 90*time.Hour {
		t.Errorf("%+v, age %s", e, e.Age(now))
	}
	b.Put(tariff)
	if all, _ := b.Entries(); all[1].Problem != "" || !all[1].FailedAt.IsZero() {
		t.Errorf("%+v after a good attempt", all[1])
	}
	b.Drop("another")
	if all, _ := b.Entries(); len(all) != 1 {
		t.Errorf("%d entries", len(all))
	}
}

func TestUnits(t *testing.T) {
	for unit, want := range map[Unit]Measure{
		"Hours":      {Thing: Instances, Quantity: 1, Seconds: 3600},
		"Seconds":    {Thing: Instances, Quantity: 1, Seconds: 1},
		"Months":     {Thing: Instances, Quantity: 1, Month: true},
		"vCPU-Hours": {Thing: Cores, Quantity: 1, Seconds: 3600},
		"GHz-Hours":  {Thing: Speed, Quantity: 1000, Seconds: 3600},
		"GB-Hours":   {Thing: Data, Quantity: 1_000_000_000, Seconds: 3600},
		"GiB-Months": {Thing: Data, Quantity: 1_073_741_824, Month: true},
		"GB":         {Thing: Data, Quantity: 1_000_000_000},
	} {
		got, err := unit.Measure()
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", unit, got, err)
		}
	}
	for _, unit := range []Unit{"", "Hrs", "gb", "GB-", "-Hours", "GB-Mo", "Addresses-Hours", "GB-GB"} {
		if got, err := unit.Measure(); err == nil {
			t.Errorf("%q was taken for %+v", unit, got)
		}
	}
}

func TestMoneyInAPriceIsText(t *testing.T) {
	text, err := json.Marshal(small(nil))
	if err != nil || !strings.Contains(string(text), `"ListUnitPrice":{"amount":"0.0000001","currency":"USD"},"ContractedUnitPrice":null`) {
		t.Errorf("%s, %v", text, err)
	}
}
