package gateway

import (
	"testing"
	"time"

	"occigate/gateway/inventory"
)

func TestFreshnessOf(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	fresh := inventory.Status{UID: "a", Complete: true, Observed: now.Add(-5 * time.Second)}
	stale := inventory.Status{UID: "b", Complete: true, Observed: now.Add(-90 * time.Second), Since: now.Add(-time.Minute), Problem: "no answer"}
	unknown := inventory.Status{UID: "c", Problem: "refused"}
	cases := []struct {
		name              string
		accounts          []inventory.Status
		age               string
		stale, incomplete int
	}{
		{"nothing known", []inventory.Status{unknown}, "", 0, 1},
		{"no accounts", nil, "", 0, 0},
		{"fresh", []inventory.Status{fresh}, "5", 0, 0},
		{"the oldest counts", []inventory.Status{fresh, stale, unknown}, "90", 1, 1},
	}
	for _, c := range cases {
		h := freshnessOf(c.accounts, now)
		if h.age != c.age || len(h.stale) != c.stale || len(h.incomplete) != c.incomplete {
			t.Errorf("%s: %+v, want age %q, %d stale, %d incomplete", c.name, h, c.age, c.stale, c.incomplete)
		}
	}
}
