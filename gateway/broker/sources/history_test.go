package sources

import (
	"fmt"
	"testing"
	"time"

	"occigate/providers"
)

func TestHistory(t *testing.T) {
	c := &clock{now: start}
	s, kept := shared(c), newStore(t)
	g := newGate(t, kept, c, "one", Account{"a", "ec2", s})
	g.turn(t)
	c.move(27 * time.Hour)
	s.set(func(s *seller) { s.prices = []providers.Price{hourly("small", "0.02")} })
	g.turn(t)
	restarted := newGate(t, kept, c, "two", Account{"a", "ec2", s})
	all, err := restarted.History(t.Context(), "ec2 list")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d prices, %v", len(all), err)
	}
	for _, h := range all {
		if !h.Said.Equal(start) || !h.Replaced.Equal(c.Now()) || h.Source.Digest == "" {
			t.Errorf("%+v", h)
		}
	}
	if all[1].Price.Size != "small" || all[1].Price.ListUnitPrice.String() != "0.0116 USD" {
		t.Errorf("%+v", all[1].Price)
	}
	if _, err := g.History(t.Context(), "another"); err == nil {
		t.Error("another tariff has a history")
	}
}

// TestHistoryIsBounded replaces more prices at once than are kept.
func TestHistoryIsBounded(t *testing.T) {
	c := &clock{now: start}
	s := shared(c)
	s.prices = nil
	for n := range mostSuperseded + 100 {
		s.prices = append(s.prices, hourly(fmt.Sprint("size", n), "0.5"))
	}
	g := newGate(t, newStore(t), c, "one", Account{"a", "ec2", s})
	g.turn(t)
	c.move(27 * time.Hour)
	s.set(func(s *seller) { s.prices = s.prices[:1] })
	g.turn(t)
	if all, err := g.History(t.Context(), "ec2 list"); err != nil || len(all) != mostSuperseded {
		t.Errorf("%d prices, %v", len(all), err)
	}
}
