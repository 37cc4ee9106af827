package sources

import (
	"testing"
	"time"

	"occigate/gateway/broker/history"
	"occigate/providers"
	"occigate/test/cloudsim/timeline"
)

// TestHistory renews a list and finds in the store what it had before.
func TestHistory(t *testing.T) {
	c := timeline.NewClock(start)
	s, kept := shared(c), newStore(t)
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
