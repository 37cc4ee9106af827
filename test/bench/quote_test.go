package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/ratecard"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

var quoteDay = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

const (
	quoteRegions  = 15
	quoteSizes    = 800 // of each region, so that there are 12,000 prices
	quoteAccounts = 60  // three of each region and of each of the five rate cards
	quoteShown    = 20
)

// BenchmarkQuotes measures the median quote against a bare loop that sums up the
// same candidates in int64, in the same run. The loop is given what a quote has to
// find out: which prices are of the candidates, in one currency and one unit each.
func BenchmarkQuotes(b *testing.B) {
	market, situation, candidates := newMarket(b)
	wishes := quoteWishes()
	var all, once ratios
	var took time.Duration
	for b.Loop() {
		all, once = nil, nil
		for range rounds {
			took = medianOf(wishes, func(w broker.Wish) {
				if q, err := market.Quote(w, situation); err != nil || len(q.Candidates) != quoteShown {
					b.Fatal(err)
				}
			})
			bare := medianOf(wishes, func(w broker.Wish) { bareLoop(w, candidates) })
			few := medianOf(wishes, func(w broker.Wish) { bareLoop(w, candidates[:quoteRegions*quoteSizes]) })
			all, once = append(all, float64(took)/float64(bare)), append(once, float64(took)/float64(few))
		}
	}
	allocations := testing.AllocsPerRun(20, func() {
		for _, w := range wishes {
			if _, err := market.Quote(w, situation); err != nil {
				b.Fatal(err)
			}
		}
	}) / float64(len(wishes))
	b.ReportMetric(all.median(), "ratio")
	b.ReportMetric(allocations, "allocs/quote")
	b.Logf("median quote %s; time of the bare loop over %d candidates: %s; over %d prices alone: %s",
		took, len(candidates), all, quoteRegions*quoteSizes, once)
	if all.median() > 3 {
		b.Errorf("ratio %s, the bar is 3", all)
	}
	if allocations > 200 {
		b.Errorf("%.0f allocations for each quote, the bar is 200", allocations)
	}
}

func medianOf(wishes []broker.Wish, f func(broker.Wish)) time.Duration {
	var times []time.Duration
	for range 5 {
		for _, w := range wishes {
			start := time.Now()
			f(w)
			times = append(times, time.Since(start))
		}
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// quoteWishes are small and large ones, with and without what is beside a machine.
func quoteWishes() (all []broker.Wish) {
	for _, cores := range []int{1, 2, 4, 16} {
		for _, beside := range []int64{0, 1} {
			all = append(all, broker.Wish{
				Cores: cores, MemoryMiB: int64(cores) * 2048, DiskGiB: 100 * beside, EgressGB: 500 * beside, Addresses: beside, Hours: 730 - 100*beside,
			})
		}
	}
	return all
}

// bare is a candidate as the bare loop has it: nano-units of one currency.
type bareCandidate struct {
	cores, memory               int64
	hour, disk, egress, address int64
}

// bareLoop sums every candidate up and keeps the best.
func bareLoop(w broker.Wish, all []bareCandidate) (best [quoteShown]int64) {
	found := 0
	cores := int64(w.Cores)
	for i := range all {
		c := &all[i]
		if c.cores < cores || c.memory < w.MemoryMiB {
			continue
		}
		sum := c.hour*w.Hours + c.disk*w.DiskGiB + c.egress*w.EgressGB + c.address*w.Addresses
		if found == quoteShown && sum >= best[found-1] {
			continue
		}
		found = min(found+1, quoteShown)
		at := found - 1
		for ; at > 0 && sum < best[at-1]; at-- {
			best[at] = best[at-1]
		}
		best[at] = sum
	}
	return best
}

// newMarket is 12,000 prices of EC2 in 15 regions and the five other sample cards,
// with 60 accounts; and the same for the bare loop.
func newMarket(tb testing.TB) (*broker.Market, broker.Situation, []bareCandidate) {
	tb.Helper()
	rates, err := fx.Parse("rates.csv", []byte("#base,EUR\n#date,2026-11-25\ncurrency,rate\nUSD,1.0845\nGBP,0.834\n"), quoteDay)
	if err != nil {
		tb.Fatal(err)
	}
	var book tariff.Book
	cards, err := ratecard.Samples(quoteDay)
	if err != nil {
		tb.Fatal(err)
	}
	var accounts []broker.Account
	defaultImage := "debian 12"
	var first, rest []bareCandidate
	for region := range quoteRegions {
		t, sizes, bare := regionOf(tb, region)
		book.Put(t)
		for n := range 3 {
			uid := fmt.Sprintf("ec2-%02d-%d", region, n)
			accounts = append(accounts, broker.Account{
				UID: uid, Cloud: "ec2", Region: t.Scope().Region, Sizes: sizes, Images: imagesOf(uid), Default: &defaultImage,
			})
			if n == 0 {
				first = append(first, bare...)
			} else {
				rest = append(rest, bare...)
			}
		}
	}
	for _, card := range cards {
		if card.Scope().Provider == "ec2" {
			continue // whose prices are made here
		}
		book.Put(card)
		for n := range 3 {
			a := broker.Account{UID: fmt.Sprintf("%s-%d", card.Scope().Provider, n), Cloud: card.Scope().Provider, Sizes: cardSizes}
			accounts = append(accounts, a)
			for _, s := range a.Sizes {
				rest = append(rest, bareCandidate{int64(s.Cores), int64(s.MemoryMiB), 1e8 * int64(s.Cores), 1e8, 1e8, 1e9})
			}
		}
	}
	if len(accounts) != quoteAccounts {
		tb.Fatalf("%d accounts", len(accounts))
	}
	entries, _ := book.Entries()
	return broker.Compile(accounts, entries, quoteDay), broker.Situation{Now: quoteDay, Rates: rates}, append(first, rest...)
}

// imagesOf are those of an account: what everybody can use, and its own. Each comes
// with a volume.
func imagesOf(uid string) (all []providers.Image) {
	for _, name := range []string{"debian 12", "debian 13", "ubuntu 24.04", "rocky 9", uid} {
		all = append(all, providers.Image{ID: "ami-" + name, Name: name, Architecture: providers.X64, VolumeGiB: 8})
	}
	return all
}

// cardSizes are those that the sample rate cards have prices or parts for.
var cardSizes = []providers.Size{
	{ID: "1GB", Name: "1GB", Cores: 1, SpeedMHz: 2000, MemoryMiB: 1024, DiskGiB: 60},
	{ID: "2GB", Name: "2GB", Cores: 2, SpeedMHz: 4000, MemoryMiB: 2048, DiskGiB: 120},
	{ID: "4GB", Name: "4GB", Cores: 2, SpeedMHz: 4000, MemoryMiB: 4096, DiskGiB: 240},
	{ID: "8GB", Name: "8GB", Cores: 4, SpeedMHz: 8000, MemoryMiB: 8192, DiskGiB: 480},
	{ID: "16GB", Name: "16GB", Cores: 8, SpeedMHz: 16000, MemoryMiB: 16384, DiskGiB: 960},
	{ID: "24GB", Name: "24GB", Cores: 16, SpeedMHz: 20000, MemoryMiB: 24576, DiskGiB: 960},
}

// regionOf makes one region: sizes of 1 to 128 cores in the ratios of memory that
// the cloud has, a third of them with a disk, at prices that differ by region.
func regionOf(tb testing.TB, region int) (*tariff.Tariff, []providers.Size, []bareCandidate) {
	tb.Helper()
	usd := func(nanos int64) tariff.Money { return tariff.Nanos(nanos, tariff.USD) }
	const diskNanos, egressNanos, addressNanos = 95_000_000, 90_000_000, 5_000_000
	spec := tariff.Spec{
		Name: fmt.Sprintf("region-%02d", region), Scope: tariff.Scope{Provider: "ec2", Region: fmt.Sprintf("region-%02d", region)},
		Source: tariff.Source{Location: "generated"}, ObservedAt: quoteDay,
		Prices: []tariff.Price{
			{Meter: tariff.MeterDisk, Unit: "GiB-Months", HoursPerMonth: 730, ListUnitPrice: usd(diskNanos)},
			{Meter: tariff.MeterAddress, Unit: "Hours", HoursPerMonth: 730, ListUnitPrice: usd(addressNanos)},
			{Meter: tariff.MeterEgress, Unit: "GB", Tier: tariff.Tier{End: 100}, ListUnitPrice: usd(0), Zero: tariff.ZeroFreeTier},
			{Meter: tariff.MeterEgress, Unit: "GB", Tier: tariff.Tier{Start: 100, End: 10240}, ListUnitPrice: usd(egressNanos)},
			{Meter: tariff.MeterEgress, Unit: "GB", Tier: tariff.Tier{Start: 10240}, ListUnitPrice: usd(egressNanos - 5_000_000)},
		},
	}
	var sizes []providers.Size
	var bare []bareCandidate
	for i := range quoteSizes {
		cores := 1 << (i % 8)
		memory := cores * []int{1024, 2048, 4096, 8192}[i/8%4]
		s := providers.Size{ID: fmt.Sprintf("f%03d.s%d", i/8, i%8), Cores: cores, MemoryMiB: memory, Architectures: []providers.Architecture{providers.X64}}
		if i%3 == 0 {
			s.DiskGiB = float64(cores * (50 + i/40))
		}
		s.Name = s.ID
		sizes = append(sizes, s)
		hour := int64(cores)*(20_000_000+int64(i%97)*300_000) + int64(memory)*4_000 + int64(region)*100_000
		spec.Prices = append(spec.Prices, tariff.Price{
			Meter: tariff.MeterCompute, Size: s.ID, Unit: "Hours", OS: "linux", ListUnitPrice: usd(hour), Granularity: 1, Minimum: 60,
		})
		bare = append(bare, bareCandidate{int64(cores), int64(memory), hour, diskNanos, egressNanos, addressNanos * 730})
	}
	t, err := tariff.New(spec)
	if err != nil {
		tb.Fatal(err)
	}
	return t, sizes, bare
}
