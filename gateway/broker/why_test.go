package broker_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
)

// TestWhy compares two candidates of the golden market by hand:
//
//	small of plain: 730 x 0.0116 = 8.468; egress 0.09 beyond 100 GB, an address
//	                3.65, disk 0.08 a GiB
//	box of bundle:  730 x 0.02 = 14.6, which is 6.132 more; with 1 TB of egress, one
//	                address (2 for each further one) and 60 GiB (0.10 beyond)
//
// Egress: 68 GB beyond the free tier cost 6.12, 69 cost 6.21, so 169 GB turn it.
// Addresses: two are 15.768 and 16.6, three are 19.418 and 18.6. Disk: at 60 GiB
// it is 13.268 and 14.6, and beyond that the box grows faster: never. Hours: the
// small one is cheaper in each: never. 6.132 of 14.6 are 42 percent.
func TestWhy(t *testing.T) {
	market, situation := readGolden(t).market(t)
	q, err := market.Quote(broker.Wish{Cores: 1, MemoryMiB: 1024, Accounts: []string{"plain", "bundle"}}, situation)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := q.Why(0, 1)
	eur := func(nanos int64) tariff.Money { return tariff.Nanos(nanos, tariff.EUR) }
	want := broker.Comparison{
		Better: 0, Worse: 1, Saves: eur(6_132_000_000), Cheaper: 420_000,
		By:    []broker.Difference{{Meter: tariff.MeterCompute, Saves: eur(6_132_000_000)}},
		Flips: []broker.Flip{{Of: "egress", From: 0, At: 169}, {Of: "addresses", From: 0, At: 3}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b tariff.Money) bool { return a == b })); !ok || diff != "" {
		t.Error(diff)
	}
	const words = "6.132 EUR a month less: Compute Usage 6.132; dearer from egress = 169 or more; dearer from addresses = 3 or more"
	if got.String() != words {
		t.Errorf("%s", got)
	}
	for _, places := range [][2]int{{-1, 0}, {0, 0}, {1, 0}, {0, 9}} {
		if _, ok := q.Why(places[0], places[1]); ok {
			t.Errorf("%v can be compared", places)
		}
	}
}

// TestWhyEqual compares candidates between which only names decide.
func TestWhyEqual(t *testing.T) {
	market, situation := readGolden(t).market(t)
	q, err := market.Quote(broker.Wish{Cores: 1, Accounts: []string{"months"}}, situation)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := q.Why(0, 1) // m672 and m720 cost the same for any number of hours
	if !ok || !c.Saves.IsZero() || len(c.By)+len(c.Flips) > 0 || c.String() != "costs the same; the names decide" {
		t.Errorf("%+v: %s", c, c)
	}
	c, ok = q.Why(2, 3) // m730 and the one paid by whole months, which is dearer from the first hour
	if !ok || !c.Saves.IsZero() || len(c.Flips) != 0 {
		t.Errorf("%+v: %s", c, c)
	}
}
