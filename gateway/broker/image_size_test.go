package broker

import (
	"slices"
	"strings"
	"testing"

	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// needyAccount has a size of each kind, and images that need some of them: the newest
// debian 2 GiB of memory and 10 GiB of disk, the older one nothing.
func needyAccount() Account {
	named := "plain"
	return Account{
		UID: "x", Cloud: "ec2", Default: &named,
		Sizes: []providers.Size{
			{ID: "a", Name: "a", Cores: 1, MemoryMiB: 1024, DiskGiB: 20},
			{ID: "b", Name: "b", Cores: 1, MemoryMiB: 4096, DiskGiB: 5},
			{ID: "c", Name: "c", Cores: 1, MemoryMiB: 4096, DiskGiB: 20},
			{ID: "d", Name: "d", Cores: 1, MemoryMiB: 4096}, // gets a disk as large as the image
		},
		Images: []providers.Image{
			{ID: "old", Name: "debian old", Created: day.AddDate(-1, 0, 0)},
			{ID: "new", Name: "debian new", Created: day, MinMemoryMiB: 2048, MinDiskGiB: 10},
			{ID: "plain", Name: "plain", Created: day},
		},
	}
}

// sized is the price of four sizes, 1 EUR an hour, and whatever else.
func sized(t *testing.T, more ...tariff.Price) tariff.Entry {
	return entry(t, func(s *tariff.Spec) {
		one := s.Prices[0]
		s.Prices = more
		for _, id := range []string{"a", "b", "c", "d"} {
			p := one
			p.Size = id
			s.Prices = append(s.Prices, p)
		}
	})
}

// TestAnImageNeedsASize holds that no quote is given for what the cloud would refuse: a
// size with too little memory or disk for the image is rejected as too small, in words
// that say what is missing, and an older image of the name that fits is taken.
func TestAnImageNeedsASize(t *testing.T) {
	m := Compile([]Account{needyAccount()}, []tariff.Entry{sized(t)}, day)
	for name, c := range map[string]struct {
		wish Wish
		want string // sizes that are candidates
	}{
		"named":         {Wish{Image: "debian new"}, "cd"},
		"the very one":  {Wish{ImageID: "new"}, "cd"},
		"one of two":    {Wish{Image: "debian"}, "abcd"},
		"the default":   {Wish{}, "abcd"},
		"unknown to us": {Wish{ImageID: "elsewhere"}, "abcd"},
		"and a price":   {Wish{Image: "debian new", MostAnHour: tariff.Nanos(1, tariff.EUR)}, ""},
	} {
		q, err := m.Quote(c.wish, Situation{Now: day})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, x := range q.Candidates {
			got += x.Size.ID
		}
		if got != c.want {
			t.Errorf("%s: candidates are %q, want %q; %+v", name, got, c.want, q.Rejected)
		}
	}
	left, err := m.Rejections(Wish{Image: "debian new"}, Situation{Now: day})
	if err != nil || len(left) != 2 {
		t.Fatalf("%+v, %v", left, err)
	}
	for i, says := range []string{
		`has 1024 MiB of memory and a disk of 20480 MiB, the image "debian new" needs 2048 and 10240`,
		`has 4096 MiB of memory and a disk of 5120 MiB, the image "debian new" needs 2048 and 10240`,
	} {
		if r := left[i]; r.Reason != ReasonCapability || r.Text != says {
			t.Errorf("%+v, want %s", r, says)
		}
	}
}

// TestASizeWithoutAPriceIsTooSmallFirst holds that both ways of telling reasons put
// what cannot be made before what cannot be compared.
func TestASizeWithoutAPriceIsTooSmallFirst(t *testing.T) {
	m := Compile([]Account{needyAccount()}, []tariff.Entry{entry(t, func(s *tariff.Spec) { s.Prices[0].Size = "c" })}, day)
	w := Wish{Image: "debian new"}
	q, err := m.Quote(w, Situation{Now: day})
	if err != nil || len(q.Candidates) != 1 || !slices.Equal(q.Rejected, []Count{{ReasonCapability, 2}, {ReasonNoPrice, 1}}) {
		t.Errorf("%+v, %v", q, err)
	}
}

// TestAnImageBringsAVolume has an image that is a volume of 8 GiB beside whatever disk
// the size has: it is charged, as the first GiB of the disk that is wished, and not
// comparable where nobody has said what disks cost.
func TestAnImageBringsAVolume(t *testing.T) {
	a := needyAccount()
	a.Images[2].VolumeGiB = 8
	disk := tariff.Price{Meter: tariff.MeterDisk, Unit: "GiB-Months", HoursPerMonth: 730, ListUnitPrice: tariff.Nanos(1e8, tariff.EUR)}
	m := Compile([]Account{a}, []tariff.Entry{sized(t, disk)}, day)
	for wished, want := range map[int64]map[string]int64{ // GiB that are charged
		0:  {"a": 8, "b": 8, "c": 8, "d": 8},
		10: {"a": 8, "b": 8, "c": 8, "d": 10},
		25: {"a": 8, "b": 20, "c": 8, "d": 25},
		40: {"a": 20, "b": 35, "c": 20, "d": 40},
	} {
		q, err := m.Quote(Wish{DiskGiB: wished, Hours: 10}, Situation{Now: day})
		if err != nil || len(q.Candidates) != 4 {
			t.Fatalf("%+v, %v", q, err)
		}
		for _, c := range q.Candidates {
			if month := tariff.Nanos(10e9+want[c.Size.ID]*1e8, tariff.EUR); c.Month != month {
				t.Errorf("%d GiB, %s: %s, want %s", wished, c.Size.ID, c.Month, month)
			}
		}
	}
	left, err := Compile([]Account{a}, []tariff.Entry{sized(t)}, day).Rejections(Wish{}, Situation{Now: day})
	if err != nil || len(left) != 4 || left[0].Reason != ReasonNoDisk || !strings.Contains(left[0].Text, "no price for disks") {
		t.Errorf("%+v, %v", left, err)
	}
}
