package history_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker/history"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
	"occigate/gateway/store/bolt/bolttest"
)

var day = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// list is a tariff of sizes that cost so many nano-euros an hour, as said on a day.
func list(t *testing.T, said time.Time, nanos map[string]int64) *tariff.Tariff {
	t.Helper()
	spec := tariff.Spec{
		Name: "card.yaml", Scope: tariff.Scope{Provider: "openstack"}, ObservedAt: said,
		Source: tariff.SourceOf("card.yaml", []byte(fmt.Sprint(said, nanos))),
	}
	for size, n := range nanos {
		spec.Prices = append(spec.Prices, tariff.Price{Meter: tariff.MeterCompute, Size: size, Unit: "Hours", ListUnitPrice: tariff.Nanos(n, tariff.EUR)})
	}
	made, err := tariff.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// lines are what is kept of the card, one text for each price.
func lines(t *testing.T, h *history.History) (all []string) {
	t.Helper()
	gone, err := h.Of(t.Context(), "card.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range gone {
		all = append(all, fmt.Sprintf("%s %s of %s until %s at %s", s.Price.Size, s.Price.ListUnitPrice,
			s.Said.Format(time.DateOnly), s.Replaced.Format(time.DateTime), s.Scope.Provider))
	}
	return all
}

// TestSee tells of a card at two gateways, one of which was away during a change.
func TestSee(t *testing.T) {
	kept := bolttest.New(t)
	one, two := history.New(kept), history.New(kept)
	see := func(h *history.History, c *tariff.Tariff, hour int) {
		t.Helper()
		if err := h.See(t.Context(), c, day.Add(time.Duration(hour)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	first := list(t, day.AddDate(0, -1, 0), map[string]int64{"small": 10_000_000, "large": 80_000_000})
	second := list(t, day, map[string]int64{"small": 20_000_000, "large": 80_000_000})
	third := list(t, day, map[string]int64{"large": 80_000_000})
	see(one, first, 0)
	see(two, first, 1)
	if got := lines(t, one); got != nil {
		t.Errorf("a card that never changed has a history: %v", got)
	}
	see(one, second, 2)
	see(two, second, 3)
	see(two, first, 1) // was read before the second, and is told of late
	see(two, third, 4)
	see(one, third, 5)
	want := []string{
		"small 0.01 EUR of 2026-10-20 until 2026-11-20 14:00:00 at openstack",
		"small 0.02 EUR of 2026-11-20 until 2026-11-20 16:00:00 at openstack",
	}
	if diff := cmp.Diff(want, lines(t, two)); diff != "" {
		t.Error(diff)
	}
}

// TestGatewaysSeeAtOnce has several gateways read one change at one moment.
func TestGatewaysSeeAtOnce(t *testing.T) {
	kept := bolttest.New(t)
	cards := []*tariff.Tariff{list(t, day, map[string]int64{"small": 1}), list(t, day, map[string]int64{"small": 2})}
	for _, c := range cards {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := history.New(kept).See(t.Context(), c, day); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	if got := lines(t, history.New(kept)); len(got) != 1 {
		t.Errorf("%v, want one price", got)
	}
}

// TestReplace keeps what a list that gateways share has no more, at most some
// thousands, of which the oldest go first.
func TestReplace(t *testing.T) {
	h, many := history.New(bolttest.New(t)), map[string]int64{}
	for n := range 5100 {
		many[fmt.Sprintf("size%d", n)] = 7
	}
	tariffs := []*tariff.Tariff{
		list(t, day, many), list(t, day.Add(time.Hour), map[string]int64{"size0": 7, "last": 8}), list(t, day.Add(2*time.Hour), map[string]int64{"size0": 7}),
	}
	for i, now := range tariffs[1:] {
		if err := h.Replace(t.Context(), tariffs[i], now); err != nil {
			t.Fatal(err)
		}
	}
	got := lines(t, h)
	if want := "last 0.000000008 EUR of 2026-11-20 until 2026-11-20 14:00:00 at openstack"; len(got) != 5000 || got[4999] != want {
		t.Errorf("%d prices, the last %s, want %s", len(got), got[len(got)-1], want)
	}
}

// away is a store that does not answer.
type away struct{ store.Store }

var errAway = errors.New("away")

func (away) Get(context.Context, store.Key) (store.Record, error) { return store.Record{}, errAway }

// TestStoreAway is told, and nothing is taken for empty.
func TestStoreAway(t *testing.T) {
	h := history.New(away{bolttest.New(t)})
	if _, err := h.Of(t.Context(), "card.yaml"); !errors.Is(err, errAway) {
		t.Error(err)
	}
	if err := h.See(t.Context(), list(t, day, map[string]int64{"small": 1}), day); !errors.Is(err, errAway) {
		t.Error(err)
	}
}
