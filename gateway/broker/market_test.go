package broker

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// entry makes the entry of a tariff with sizes at so many nano-units an hour.
func entry(t *testing.T, change func(*tariff.Spec)) tariff.Entry {
	t.Helper()
	s := tariff.Spec{
		Name: "list", Scope: tariff.Scope{Provider: "ec2"}, Source: tariff.Source{Location: "list"}, ObservedAt: day.AddDate(0, 0, -30),
		Prices: []tariff.Price{{Meter: tariff.MeterCompute, Size: "a", Unit: "Hours", ListUnitPrice: tariff.Nanos(1e9, tariff.EUR)}},
	}
	if change != nil {
		change(&s)
	}
	made, err := tariff.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return tariff.Entry{Name: s.Name, Tariff: made}
}

func sizesNamed(names ...string) (all []providers.Size) {
	for _, n := range names {
		all = append(all, providers.Size{ID: n, Name: n, Cores: 1, MemoryMiB: 1024})
	}
	return all
}

// TestEqualIsPricedOnce counts what is compiled for sixty accounts.
func TestEqualIsPricedOnce(t *testing.T) {
	var accounts []Account
	for i := range 60 {
		accounts = append(accounts, Account{UID: fmt.Sprint("a", i), Cloud: "ec2", Region: fmt.Sprint("r", i%3), Sizes: sizesNamed("a", "b")})
	}
	accounts[5].Sizes = sizesNamed("b", "a")
	accounts[7].Sizes = sizesNamed("a")
	list := entry(t, func(s *tariff.Spec) {
		s.Discounts = []tariff.Discount{{Accounts: []string{"a9", "a12"}, Millionths: 1000}}
	})
	south := entry(t, func(s *tariff.Spec) { s.Name, s.Scope.Region = "south", "r2" })
	m := Compile(accounts, []tariff.Entry{list, south}, day)
	if m.sheets != 4 { // r0 and r1 together, r2, other sizes, a discount
		t.Errorf("%d sheets", m.sheets)
	}
}

// TestOldTariffsAreMarked holds that a failure shows beside the price, whose date
// stays that of the last success.
func TestOldTariffsAreMarked(t *testing.T) {
	e := entry(t, func(s *tariff.Spec) { s.Source.Sample = true })
	e.Problem, e.FailedAt = "line 3: negative", day
	m := Compile([]Account{{UID: "x", Cloud: "ec2", Sizes: sizesNamed("a")}}, []tariff.Entry{e, {Name: "never read", Problem: "no such file"}}, day)
	q, err := m.Quote(Wish{}, Situation{Now: day})
	if err != nil || len(q.Candidates) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	p := q.Candidates[0].Parts[0]
	if from := p.From; from.Problem != e.Problem || !from.Tariff.ObservedAt().Equal(day.AddDate(0, 0, -30)) || !from.Tariff.Source().Sample || from.Name != "list" {
		t.Errorf("%+v", p)
	}
}

// TestUntil holds that a market knows when a price of it begins or ends.
func TestUntil(t *testing.T) {
	next, later := day.AddDate(0, 0, 5), day.AddDate(0, 1, 0)
	accounts := []Account{{UID: "x", Cloud: "ec2", Sizes: sizesNamed("a")}}
	dated := entry(t, func(s *tariff.Spec) {
		old, fresh := s.Prices[0], s.Prices[0]
		old.ValidTo, fresh.ValidFrom, fresh.ValidTo = next, next, later
		fresh.ListUnitPrice = tariff.Nanos(2e9, tariff.EUR)
		s.Prices = []tariff.Price{old, fresh}
	})
	for _, c := range []struct {
		now, until time.Time
		month      int64
	}{{day, next, 730e9}, {next, later, 1460e9}, {later, time.Time{}, 0}} {
		m := Compile(accounts, []tariff.Entry{dated}, c.now)
		q, err := m.Quote(Wish{}, Situation{Now: c.now})
		if err != nil || !m.Until().Equal(c.until) {
			t.Errorf("%s: until %s, %v, want %s", c.now, m.Until(), err, c.until)
		}
		if c.month == 0 {
			if len(q.Candidates) != 0 || !slices.Equal(q.Rejected, []Count{{ReasonNoPrice, 1}}) {
				t.Errorf("%s: a price that has ended: %+v", c.now, q)
			}
			continue
		}
		if q.Candidates[0].Month != tariff.Nanos(c.month, tariff.EUR) {
			t.Errorf("%s: %s", c.now, q.Candidates[0].Month)
		}
	}
}

func TestBadWishes(t *testing.T) {
	m := Compile(nil, nil, day)
	for want, w := range map[string]Wish{
		"cores must be from 0":           {Cores: -1},
		"hours must be from 0 to 744":    {Hours: 745},
		"egress must be":                 {EgressGB: math.MaxInt64},
		"disk must be":                   {DiskGiB: 1 << 40},
		`"sparc" is no architecture`:     {Architecture: "sparc"},
		`"Spot" is not Standard`:         {Category: "Spot"},
		`"euro" is no currency`:          {Currency: "euro"},
		"the price cap is negative":      {MostAnHour: tariff.Nanos(-1, tariff.EUR)},
		"latitude 91 is not between":     {Near: &geo.Circle{Centre: geo.Point{Latitude: 91}, Radius: 1}},
		"a radius of 0 km holds nothing": {Near: &geo.Circle{}},
	} {
		if _, err := m.Quote(w, Situation{}); !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
		if _, err := m.Rejections(w, Situation{}); !errors.Is(err, providers.ErrInvalid) {
			t.Errorf("%s: rejections: %v", want, err)
		}
	}
	if q, err := m.Quote(Wish{}, Situation{}); err != nil || len(q.Candidates)+len(q.Rejected) != 0 || q.Wish.Hours != 730 {
		t.Errorf("%+v, %v", q, err)
	}
}

// TestSumsThatAreTooLarge prices a machine at more than an amount can hold.
func TestSumsThatAreTooLarge(t *testing.T) {
	e := entry(t, func(s *tariff.Spec) {
		s.Prices[0].ListUnitPrice = tariff.Nanos(math.MaxInt64, tariff.EUR)
		s.Prices = append(s.Prices, s.Prices[0])
		s.Prices[1].Size, s.Prices[1].ListUnitPrice = "b", tariff.Nanos(12_634_000_000_000_000, tariff.EUR) // x 730 is just within
	})
	m := Compile([]Account{{UID: "x", Cloud: "ec2", Sizes: sizesNamed("a", "b")}}, []tariff.Entry{e}, day)
	for hours, want := range map[int64][]Count{730: {{ReasonPrecision, 1}}, 744: {{ReasonPrecision, 2}}} {
		q, err := m.Quote(Wish{Hours: hours}, Situation{Now: day})
		if err != nil || !slices.Equal(q.Rejected, want) {
			t.Errorf("%d hours: %+v, %v", hours, q.Rejected, err)
		}
	}
}

// TestImages finds images by words, those that are not ready left out.
func TestImages(t *testing.T) {
	m := imagesOf(&Account{}, []providers.Image{
		{Name: "Debian 12 (bookworm)", Architecture: providers.X64, State: providers.ImageReady},
		{Name: "debian 11", Architecture: providers.X86},
		{Name: "Ubuntu", State: providers.ImageFailed},
		{Name: "Windows Server 2022", Architecture: providers.X64},
	})
	for words, want := range map[string]kinds{
		"debian": kindX64 | kindX86, "12 debian": kindX64, "bullseye": 0, "ubuntu": 0, "debian 13": 0,
		"windows": kindX64, "server 2022": 0, // of which the licence would not be in the price
	} {
		w, _ := Wish{Image: words}.normal()
		if got := m.wanted(&w, strings.Fields(words)); got != want {
			t.Errorf("%s: %b, want %b", words, got, want)
		}
	}
}

// TestImagesOfOneSheet has two accounts with equal sizes, whose images of one name
// are of different architectures.
func TestImagesOfOneSheet(t *testing.T) {
	sizes := sizesNamed("a", "b")
	sizes[0].Architectures, sizes[1].Architectures = []providers.Architecture{providers.X86}, []providers.Architecture{providers.X64}
	list := entry(t, func(s *tariff.Spec) {
		s.Prices = append(s.Prices, s.Prices[0])
		s.Prices[1].Size = "b"
	})
	m := Compile([]Account{
		{UID: "x", Cloud: "ec2", Sizes: sizes, Images: []providers.Image{{Name: "Debian", Architecture: providers.X86}}},
		{UID: "y", Cloud: "ec2", Sizes: sizes, Images: []providers.Image{{Name: "Debian", Architecture: providers.X64}}},
	}, []tariff.Entry{list}, day)
	q, err := m.Quote(Wish{Image: "Debian"}, Situation{Now: day})
	if err != nil || m.sheets != 1 || len(q.Candidates) != 2 {
		t.Fatalf("%d sheets, %+v, %v", m.sheets, q, err)
	}
	if x, y := q.Candidates[0], q.Candidates[1]; x.Account != "x" || x.Size.ID != "a" || y.Account != "y" || y.Size.ID != "b" {
		t.Errorf("%s %s, %s %s", x.Account, x.Size.ID, y.Account, y.Size.ID)
	}
}
