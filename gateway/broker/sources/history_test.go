package sources

import (
	"context"
	"errors"
	"testing"
	"time"

	"occigate/gateway/broker/history"
	"occigate/gateway/store"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/providers"
	"occigate/test/cloudsim/timeline"
)

// TestHistory renews a list and finds in the store what it had before.
func TestHistory(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	g := newGate(t, kept, c, "one", Account{"a", "ec2", s})
	g.turn(t)
	c.Pass(27 * time.Hour)
	s.set(func(s *seller) { s.prices = []providers.Price{hourly("small", "0.02")} })
	g.turn(t)
	all, err := history.New(kept).Of(t.Context(), "ec2 list")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d prices, %v", len(all), err)
	}
	for _, h := range all {
		if !h.Said.Equal(start) || !h.Replaced.Equal(c.Now()) || h.Source.Digest == "" || h.Tariff != "ec2 list" || h.Scope.Provider != "ec2" {
			t.Errorf("%+v", h)
		}
	}
	if all[1].Price.Size != "small" || all[1].Price.ListUnitPrice.String() != "0.0116 USD" {
		t.Errorf("%+v", all[1].Price)
	}
}

// unwritten is a store that takes no single records while there is an error.
type unwritten struct {
	store.Store
	err error
}

func (u *unwritten) Put(ctx context.Context, rec store.Record) (uint64, error) {
	if u.err != nil {
		return 0, u.err
	}
	return u.Store.Put(ctx, rec)
}

// TestHistoryOfFiles renews a local list in another run, after the store was away, and
// finds what it had before.
func TestHistoryOfFiles(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), bolttest.New(t)
	s.sources[0].Local = true
	newGate(t, kept, c, "one", Account{"a", "ec2", s}).turn(t)
	gone := func(want int) []history.Superseded {
		t.Helper()
		all, err := history.New(kept).Of(t.Context(), "ec2 list")
		if err != nil || len(all) != want {
			t.Fatalf("%d prices, %v, want %d", len(all), err, want)
		}
		return all
	}
	gone(0)
	c.Pass(27 * time.Hour)
	s.set(func(s *seller) { s.prices = []providers.Price{hourly("small", "0.02")} })
	away := &unwritten{kept, errors.New("away")}
	g := newGate(t, away, c, "two", Account{"a", "ec2", s})
	g.turn(t)
	if len(g.entry(t).Tariff.Prices()) != 1 {
		t.Error("the prices wait for the history")
	}
	gone(0)
	away.err = nil
	g.turn(t)
	g.turn(t) // says it once
	if all := gone(2); all[1].Price.Size != "small" || all[1].Price.ListUnitPrice.String() != "0.0116 USD" {
		t.Errorf("%+v", all)
	}
}
