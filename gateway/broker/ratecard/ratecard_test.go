package ratecard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"occigate/gateway/broker/tariff"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

const goodYAML = `provider: openstack
region: RegionOne
accounts: [private, lab]
currency: EUR
observed: 2026-11-01
hours_per_month: 730
granularity: 60s
valid_to: 2027-01-01
prices:
  - meter: compute
    size: m1.small
    unit: Hours
    price: 0.10
    minimum: 1h
    includes: {disk: 20 GiB, addresses: 1}
  - meter: compute
    size: m1.small
    os: windows
    unit: Hours
    price: 0.2600000000000000000000
    contracted: 0.20
    valid_to: 2027-06-30T12:00:00+02:00
  - {meter: egress, unit: GB, tier_to: 10, price: 0, zero: free tier, granularity: 60s}
  - {meter: egress, unit: GB, tier_from: 10, price: 0.02, currency: USD, note: by mistake}
discounts:
  - {accounts: private, percent: 7.5, meters: [compute, core]}
`

// The same in the other format.
const goodCSV = "\ufeff" + `#provider,openstack,,,,,,,,,,,,
#region,RegionOne
#accounts,private; lab
#currency,EUR
#observed,2026-11-01
#hours_per_month,730
#granularity,60s
#valid_to,2027-01-01
#discount,private,7.5,compute;core
meter,size,os,unit,price,contracted,zero,tier_from,tier_to,minimum,includes,valid_to,currency,note
compute,m1.small,,Hours,0.10,,,,,1h,disk 20 GiB;addresses 1,,,
compute,m1.small,windows,Hours,0.26,0.20,,,,,,2027-06-30T12:00:00+02:00,,

egress,,,GB,0,,free tier,,10,,,,,
egress,,,GB,0.02,,,10,,,,,USD,by mistake
`

func want() []tariff.Price {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	return []tariff.Price{
		{
			Meter: tariff.MeterCompute, Size: "m1.small", Unit: "Hours", ListUnitPrice: tariff.Nanos(100_000_000, "EUR"),
			Minimum: 3600, Granularity: 60, HoursPerMonth: 730, ValidTo: end,
			Includes: []tariff.Allowance{{Meter: tariff.MeterDisk, Quantity: 20, Unit: "GiB"}, {Meter: tariff.MeterAddress, Quantity: 1, Unit: "Addresses"}},
		},
		{
			Meter: tariff.MeterCompute, Size: "m1.small", OS: "windows", Unit: "Hours", ListUnitPrice: tariff.Nanos(260_000_000, "EUR"),
			ContractedUnitPrice: tariff.Nanos(200_000_000, "EUR"), Granularity: 60, HoursPerMonth: 730,
			ValidTo: time.Date(2027, 6, 30, 10, 0, 0, 0, time.UTC),
		},
		{Meter: tariff.MeterEgress, Unit: "GB", Tier: tariff.Tier{End: 10}, ListUnitPrice: tariff.Nanos(0, "EUR"), Zero: tariff.ZeroFreeTier, HoursPerMonth: 730, ValidTo: end},
		{
			Meter: tariff.MeterEgress, Unit: "GB", Tier: tariff.Tier{Start: 10}, ListUnitPrice: tariff.Nanos(20_000_000, "EUR"), HoursPerMonth: 730, ValidTo: end,
			Details: map[string]string{"note": "by mistake"},
		},
	}
}

func TestGoodCards(t *testing.T) {
	for name, text := range map[string]string{"card.yaml": goodYAML, "card.yml": goodYAML, "card.csv": goodCSV} {
		text = strings.ReplaceAll(text, ", currency: USD", "")
		text = strings.ReplaceAll(text, ",USD,by", ",,by")
		got, err := Parse(name, []byte(text), now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ignored := cmpopts.IgnoreFields(tariff.Price{}, "SkuID", "SkuPriceID", "Per", "Category")
		if diff := cmp.Diff(want(), got.Prices(), ignored, cmp.Comparer(func(a, b tariff.Money) bool { return a == b })); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(tariff.Scope{Provider: "openstack", Region: "RegionOne", Accounts: []string{"private", "lab"}}, got.Scope()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		discounts := []tariff.Discount{{Accounts: []string{"private"}, Meters: []tariff.Meter{tariff.MeterCompute, tariff.MeterCore}, Millionths: 75_000}}
		if diff := cmp.Diff(discounts, got.Discounts()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got.ObservedAt() != time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) || got.Source().Location != name || len(got.Source().Digest) != 64 || got.Source().Sample {
			t.Errorf("%s: %s, %+v", name, got.ObservedAt(), got.Source())
		}
	}
}

// TestFaultsInYAML makes one fault in a good card each.
func TestFaultsInYAML(t *testing.T) {
	for _, c := range []struct{ old, bad, want string }{
		{"price: 0.10", "prise: 0.10", "card.yaml:13: prise: is no key here, known are meter, size"},
		{"region:", "regoin:", "card.yaml:2: regoin: is no key here, known are provider"},
		{"price: 0.10", "price: -0.10", "card.yaml:13: price: is negative: -0.1 EUR"},
		{"price: 0.10", "price: 0", "card.yaml:10: zero: a price of zero needs its reason"},
		{"price: 0.10", "price: 1e-1", `card.yaml:13: price: "1e-1" is no decimal number`},
		{"price: 0.10", "price: 0.12345678901", "card.yaml:13: price: 0.12345678901 has more than 9 decimals"},
		{"price: 0.10", "price:", "card.yaml:13: price: has no value"},
		{"price: 0.10", "price: [1]", "card.yaml:13: price: is of the wrong type"},
		{"price: 0.10\n", "price: 0.10\n    price: 0.20\n", "card.yaml:14: price: is given in line 13 already"},
		{"tier_from: 10", "tier_from: 9", "card.yaml:24: tier_from: the tiers overlap as in line 23"},
		{"tier_from: 10", "tier_from: 11", "card.yaml:24: tier_from: nothing is said of the units 10 to 11"},
		{"os: windows", "zone: \"\"", "card.yaml:16: is the same SKU at the same time as in line 10"},
		{"currency: EUR", "currency: ECU", `card.yaml:4: currency: "ECU" is no currency`},
		{"currency: EUR", "sample: yes", `card.yaml:4: sample: "yes" is neither true nor false`},
		{"valid_to: 2027-01-01", "valid_to: 2026-01-01", "card.yaml:8: valid_to: 2026-01-01 has passed"},
		{"valid_to: 2027-06-30T12:00:00+02:00", "valid_to: 2026-06-30", "card.yaml:22: valid_to: 2026-06-30 has passed"},
		{"valid_to: 2027-01-01", "valid_to: soon", `card.yaml:8: valid_to: "soon" is no date`},
		{"observed: 2026-11-01", "observed: 2026-12-24", "card.yaml:5: observed: is in the future"},
		{"observed: 2026-11-01", "sample: false", "card.yaml:1: observed: is missing: a price without a date"},
		{"meter: compute", "meter: cpu", `card.yaml:10: meter: "cpu" is no meter, want compute, core`},
		{"unit: Hours", "unit: GB-Hours", `card.yaml:12: unit: "GB-Hours" does not measure "Compute Usage"`},
		{"disk: 20 GiB", "disk: 20", `card.yaml:15: includes: "disk 20" is no allowance`},
		{"addresses: 1", "addresses: one", `card.yaml:15: includes: "one" is no whole number`},
		{"minimum: 1h", "minimum: 1500ms", `card.yaml:14: minimum: "1500ms" is no duration of whole seconds`},
		{"percent: 7.5", "percent: 100", "card.yaml:25: discounts: a discount is more than 0 and less than 100 percent"},
		{"percent: 7.5", "percent: 7.5%", `card.yaml:26: percent: "7.5%" is no percentage`},
		{"prices:", "prices: {}\nother:", "card.yaml:9: prices: want a list"},
		{"provider: openstack", "- a", "card.yaml:"},
		{"provider: openstack", "provider: [openstack", "card.yaml:"},
	} {
		bad := strings.Replace(strings.ReplaceAll(goodYAML, ", currency: USD", ""), c.old, c.bad, 1)
		_, err := Parse("card.yaml", []byte(bad), now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %s, got\n%v", c.bad, c.want, err)
		}
	}
	for _, text := range []string{"", "# nothing", "text", "[]"} {
		if _, err := Parse("card.yaml", []byte(text), now); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if _, err := Parse("card.json", []byte("{}"), now); err == nil || !strings.Contains(err.Error(), "must end in .yaml, .yml or .csv") {
		t.Errorf("another format: %v", err)
	}
}

func TestFaultsInCSV(t *testing.T) {
	for _, c := range []struct{ old, bad, want string }{
		{"meter,size", "meter,sise", "card.csv:10: sise: is no column, known are meter, size"},
		{"meter,size,os", "meter,size,size", "card.csv:10: size: is there twice"},
		{"#region", "#regoin", "card.csv:2: regoin: is no key here, known are discount, provider"},
		{"#region,RegionOne", "#region,RegionOne,RegionTwo", "card.csv:2: region: wants one value beside it"},
		{"#region,RegionOne", "#provider,ec2", "card.csv:2: provider: is given in line 1 already"},
		{"Hours,0.10", "Hours,-0.10", "card.csv:11: price: is negative"},
		{"Hours,0.10", `Hours,"0,10"`, `card.csv:11: price: "0,10" is no decimal number`},
		{"windows", "", "card.csv:12: is the same SKU at the same time as in line 11"},
		{",10,,,,,USD", ",9,,,,,USD", "card.csv:15: tier_from: the tiers overlap as in line 14"},
		{"USD,by", "UDS,by", `card.csv:15: currency: "UDS" is no currency`},
		{"#valid_to,2027", "#valid_to,2025", "card.csv:8: valid_to: 2025-01-01 has passed"},
		{"free tier,,10,,,,,", "free tier,,10", "card.csv:14: has 9 cells, there are 14 columns"},
		{"#discount,private,7.5", "#discount,private,0", "card.csv:9: discounts: a discount is more than 0"},
		{"by mistake", `"by`, "cannot be read as CSV"},
	} {
		bad := strings.Replace(goodCSV, c.old, c.bad, 1)
		bad = strings.Replace(bad, ",USD,by", ",,by", 1)
		_, err := Parse("card.csv", []byte(bad), now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %s, got\n%v", c.bad, c.want, err)
		}
	}
	if _, err := Parse("card.csv", []byte("#provider,ec2\n"), now); err == nil || !strings.Contains(err.Error(), "no row that names the columns") {
		t.Errorf("no columns: %v", err)
	}
}

// TestEveryFaultAtOnce also holds that no fault is said twice.
func TestEveryFaultAtOnce(t *testing.T) {
	const text = `provider: openstack
currency: EUR
observed: 2026-11-01
valid_to: 2020-01-01
prices:
  - {meter: compute, size: a, unit: Hours, prise: 1}
  - {meter: compute, size: b, unit: Hours, price: -1}
  - {meter: compute, size: c, unit: Weeks, price: 1}
  - {meter: compute, size: c, unit: Hours, price: 0}
`
	_, err := Parse("card.yaml", []byte(text), now)
	if err == nil {
		t.Fatal("it was taken")
	}
	for n, want := range []string{":4: valid_to", ":6: prise", ":7: price: is negative", ":8: unit", ":9: zero", ":9: is the same SKU"} {
		if lines := strings.Split(err.Error(), "\n"); len(lines) != 6 || !strings.Contains(lines[n], want) {
			t.Fatalf("want %s in line %d of 6:\n%v", want, n, err)
		}
	}
}

// TestTheLastGoodCardStays breaks a file that was good.
func TestTheLastGoodCardStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "card.yaml")
	text := strings.ReplaceAll(goodYAML, ", currency: USD", "")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var book tariff.Book
	write(text)
	if _, err := Refresh(&book, path, now); err != nil {
		t.Fatal(err)
	}
	good, _ := book.Entries()
	write(strings.Replace(text, "price: 0.10", "price: -0.10", 1))
	later := now.Add(time.Hour)
	if _, err := Refresh(&book, path, later); err == nil {
		t.Fatal("a negative price was taken")
	}
	after, _ := book.Entries()
	if len(after) != 1 || after[0].Tariff != good[0].Tariff || !strings.Contains(after[0].Problem, ":13: price: is negative") || after[0].Age(later) != good[0].Age(now)+time.Hour {
		t.Errorf("%+v", after)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Refresh(&book, path, later); err == nil {
		t.Error("a file that is gone was taken")
	}
	write(text)
	if _, err := Refresh(&book, path, later); err != nil {
		t.Fatal(err)
	}
	if again, _ := book.Entries(); again[0].Problem != "" {
		t.Errorf("%+v after a repair", again[0])
	}
}

func TestSamples(t *testing.T) {
	all, err := Samples(now)
	if err != nil {
		t.Fatal(err)
	}
	var of []string
	for _, s := range all {
		of = append(of, s.Scope().Provider)
		if !s.Source().Sample {
			t.Errorf("%s is not marked as a sample", s.Name())
		}
	}
	if diff := cmp.Diff([]string{"ec2", "elastichosts", "flexiscale", "gogrid", "openstack", "suncloud"}, of); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(".yaml", goodYAML)
	f.Add(".csv", goodCSV)
	f.Fuzz(func(t *testing.T, ending, text string) {
		got, err := Parse("card"+ending, []byte(text), now)
		if (got == nil) == (err == nil) {
			t.Errorf("%v, %v", got, err)
		}
	})
}
