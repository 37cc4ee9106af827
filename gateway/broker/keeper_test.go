package broker

import (
	"errors"
	"sync"
	"testing"
	"time"

	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

var _ Holdings = (*inventory.Inventory)(nil)

// holdings is an inventory of one account.
type holdings struct {
	sizes      []providers.Size
	generation uint64
}

func (h *holdings) Accounts() []inventory.Status {
	return []inventory.Status{{UID: "x", Name: "X", Cloud: "ec2", Identity: providers.Identity{Region: "north"}}}
}

func (h *holdings) Generation(...inventory.Kind) uint64 { return h.generation }

func (h *holdings) List(k inventory.Kind) (items []*inventory.Item) {
	if k == inventory.KindImage {
		return []*inventory.Item{
			{UID: "x", Image: &providers.Image{Name: "Debian"}},
			{UID: "gone", Image: &providers.Image{Name: "Debian"}},
		}
	}
	for _, s := range h.sizes {
		items = append(items, &inventory.Item{UID: "x", Kind: k, Size: &s}, &inventory.Item{UID: "gone", Kind: k, Size: &s})
	}
	return items
}

// TestKeeper changes everything that a market is made of, one after the other.
func TestKeeper(t *testing.T) {
	h := &holdings{sizes: sizesNamed("a"), generation: 1}
	k := NewKeeper(h, map[string]geo.Point{"x": {Latitude: 60}})
	wish := Wish{Image: "debian", Regions: []string{"north"}, Near: &geo.Circle{Centre: geo.Point{Latitude: 60}, Radius: 1}}
	candidates := func(now time.Time) (int, *Market) {
		t.Helper()
		q, err := k.Quote(wish, now, nil)
		if err != nil {
			t.Fatal(err)
		}
		left, err := k.Rejections(wish, now, nil)
		if err != nil || len(left)+len(q.Candidates) != len(h.sizes) {
			t.Errorf("%d candidates and %d rejections, %v", len(q.Candidates), len(left), err)
		}
		return len(q.Candidates), k.Market(now)
	}
	none, before := candidates(day)
	e := entry(t, func(s *tariff.Spec) { s.Prices[0].ValidTo = day.Add(time.Hour) })
	k.Tariffs.Put(e.Tariff)
	one, after := candidates(day)
	if none != 0 || one != 1 || before == after {
		t.Errorf("%d candidates without a tariff, %d with one", none, one)
	}
	if _, same := candidates(day.Add(time.Minute)); same != after {
		t.Error("compiled again for nothing")
	}
	h.sizes, h.generation = sizesNamed("a", "b"), 2
	if _, again := candidates(day); again == after {
		t.Error("a new catalogue was not seen")
	}
	k.Tariffs.Fail("list", day, errors.New("gone"))
	if q, err := k.Quote(wish, day, nil); err != nil || q.Candidates[0].Parts[0].From.Problem != "gone" {
		t.Errorf("a failure was not seen: %+v, %v", q, err)
	}
	if n, _ := candidates(day.Add(time.Hour)); n != 0 {
		t.Error("a price that has ended still counts")
	}
}

// TestKeeperConcurrently is for the race detector.
func TestKeeperConcurrently(t *testing.T) {
	k := NewKeeper(&holdings{sizes: sizesNamed("a")}, nil)
	e := entry(t, nil)
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for range 50 {
				if n == 0 {
					k.Tariffs.Put(e.Tariff)
				}
				if _, err := k.Quote(Wish{}, day, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
