package desk_test

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// holdings is an inventory of fixed accounts, each with one size of one core.
type holdings struct {
	accounts []inventory.Status
	items    []*inventory.Item // beside the sizes
	diskGiB  int               // of the size
	name     string            // of the size, small by default
	listed   bool              // the size's disk is a volume
}

func (h *holdings) Accounts() []inventory.Status { return h.accounts }

func (h *holdings) Generation(...inventory.Kind) uint64 { return uint64(len(h.accounts)) }

func (h *holdings) List(k inventory.Kind) (items []*inventory.Item) {
	for _, it := range h.items {
		if it.Kind == k {
			items = append(items, it)
		}
	}
	if k != inventory.KindSize {
		return items
	}
	name := cmp.Or(h.name, "small")
	for _, a := range h.accounts {
		items = append(items, &inventory.Item{
			UID: a.UID, Kind: k, Size: &providers.Size{ID: name, Name: name, Cores: 1, MemoryMiB: 1024, DiskGiB: float64(h.diskGiB), DiskIsVolume: h.listed},
		})
	}
	return items
}

func sound(uid string) inventory.Status {
	return inventory.Status{UID: uid, Name: uid, Cloud: "openstack", Complete: true}
}

func card(price string) string {
	return "provider: openstack\ncurrency: EUR\nobserved: 2026-11-01\nhours_per_month: 730\nprices:\n" +
		"  - {meter: compute, size: small, unit: Hours, price: " + price + "}\n" +
		"  - {meter: disk, unit: GiB-Months, price: 0.073}\n  - {meter: addresses, unit: Hours, price: 0.002}\n"
}

func open(t *testing.T, o desk.Options) *desk.Desk {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return day }
	}
	d, err := desk.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestFilesAreRenewed changes, breaks, removes and repairs a rate card under a
// running desk. All versions have one time, as if written in one tick of the clock, and
// some have one length.
func TestFilesAreRenewed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.yaml")
	write := func(text string) { // all at one time, and cards of one length
		t.Helper()
		fresh := filepath.Join(dir, "fresh")
		if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(fresh, day, day); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(fresh, path); err != nil {
			t.Fatal(err)
		}
	}
	write(card("0.01"))
	d := open(t, desk.Options{
		Holdings: &holdings{accounts: []inventory.Status{sound("lab")}}, Cards: []string{filepath.Join(dir, "*.yaml")}, Look: time.Millisecond,
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	becomes := func(hour, problem string) {
		t.Helper()
		var got, wrong string
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
			q, err := d.Quote(broker.Wish{})
			if err != nil || len(q.Candidates) != 1 {
				t.Fatalf("%+v, %v", q, err)
			}
			got, wrong = q.Candidates[0].Hour.String(), q.Candidates[0].Parts[0].From.Problem
			if got == hour && strings.Contains(wrong, problem) && (problem != "" || wrong == "") {
				return
			}
		}
		t.Fatalf("costs %s with the problem %q, want %s with %q", got, wrong, hour, problem)
	}
	becomes("0.01 EUR", "")
	write(card("0.02"))
	becomes("0.02 EUR", "")
	write(strings.Replace(card("0.03"), "meter: disk", "metre: disk", 1))
	becomes("0.02 EUR", "a.yaml:7: metre: is no key here")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	becomes("0.02 EUR", "no such file")
	write(card("0.04"))
	becomes("0.04 EUR", "")
}

// TestNothingConfigured still says of each size that nobody knows its price.
func TestNothingConfigured(t *testing.T) {
	d := open(t, desk.Options{Holdings: &holdings{accounts: []inventory.Status{sound("lab")}}, Cards: []string{"missing.yaml"}})
	left, err := d.Rejections(broker.Wish{})
	if err != nil || len(left) != 1 || left[0].Reason != broker.ReasonNoPrice {
		t.Errorf("%+v, %v", left, err)
	}
	entries, _ := d.Tariffs().Entries()
	if len(entries) != 1 || !strings.Contains(entries[0].Problem, "no such file") {
		t.Errorf("%+v", entries)
	}
}

// TestObstacles keeps accounts out whose cloud refuses us or does not answer, and
// no others.
func TestObstacles(t *testing.T) {
	denied, away, odd, unseen := sound("denied"), sound("away"), sound("odd"), sound("unseen")
	denied.Problem, denied.Kind, denied.Since = "wrong key", providers.ErrDenied, day
	away.Problem, away.Kind = "503", providers.ErrUnavailable
	odd.Problem = "half of the servers vanished at once"
	unseen.Complete = false
	d := open(t, desk.Options{Holdings: &holdings{accounts: []inventory.Status{denied, away, odd, unseen}}, Samples: true})
	want := map[string]string{
		"denied": "the cloud refuses the credentials since 2026-11-20T12:00:00Z: wrong key",
		"away":   "the cloud does not answer as it should: 503",
		"unseen": "nothing is known of the account yet",
	}
	got := d.Obstacles()
	if len(got) != len(want) {
		t.Errorf("%+v", got)
	}
	for uid, text := range want {
		if o := got[uid]; o.Reason != broker.ReasonBreaker || o.Text != text {
			t.Errorf("%s: %+v", uid, o)
		}
	}
	q, err := d.Quote(broker.Wish{})
	if err != nil || q.Comparable != 1 || q.Candidates[0].Account != "odd" {
		t.Errorf("%+v, %v", q, err)
	}
}

// TestSamplesAreMarked looks at everything that a quote from samples shows.
func TestSamplesAreMarked(t *testing.T) {
	d := open(t, desk.Options{Holdings: &holdings{accounts: []inventory.Status{sound("lab")}}, Samples: true, Currency: tariff.USD})
	q, err := d.Quote(broker.Wish{DiskGiB: 10, Addresses: 1})
	if err != nil || len(q.Candidates) != 1 {
		t.Fatalf("%+v, %v", q, err)
	}
	c := q.Candidates[0]
	if q.Wish.Currency != tariff.USD || !c.Rate.Source.Sample {
		t.Errorf("in %s at the rate %+v", q.Wish.Currency, c.Rate)
	}
	for _, p := range c.Parts {
		if !p.From.Tariff.Source().Sample {
			t.Errorf("%s is not marked", p.Price.SkuPriceID)
		}
	}
}
