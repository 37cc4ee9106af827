package e2e

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/openstack"
	"occigate/test/servers"
	"occigate/translate"
	"occigate/translate/occi"
)

// pastPrice is a price that is no more, as a gateway tells it.
type pastPrice struct {
	Size     string
	List     amount    `json:"list_unit_price"`
	Observed time.Time `json:"observed_at"`
	Replaced time.Time `json:"replaced_at"`
	Tariff   string
}

func (p *Program) pastPrices(t *testing.T, query string) []pastPrice {
	t.Helper()
	var doc struct{ Prices []pastPrice }
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/prices?history=true"+query, "", "Accept", "application/json"), &doc)
	return doc.Prices
}

// amounts are the past prices of a size, the newest first.
func (p *Program) amounts(t *testing.T) (all []string) {
	t.Helper()
	for _, price := range p.pastPrices(t, "&size=m1.small") {
		all = append(all, price.List.Amount)
	}
	return all
}

// TestPriceHistory moves the price of a rate card under a running gateway and while
// none runs: every price that was stays to be seen with its dates, and a compute
// keeps what it was made at.
func TestPriceHistory(t *testing.T) {
	north := newSky(t, "north")
	north.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	config := under(t, "prices: {rate_cards: ['"+card+"'], look: 20ms}\n", north)
	var compute string // path
	t.Run("running", func(t *testing.T) {
		p, began := serve(t, config), time.Now()
		url := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{
			p.Mixin(t, occi.MixinOSTemplate, "north-").ID(), p.Mixin(t, occi.MixinResourceTemplate, "north-m1_small").ID(),
		}})
		compute = strings.TrimPrefix(url, p.URL)
		p.State(t, url, "active")
		if got := p.pastPrices(t, ""); len(got) != 0 {
			t.Errorf("before any change: %+v", got)
		}
		priceCard(t, card, "0.02")
		p.Eventually(t, "dearer", func() bool { return len(p.amounts(t)) > 0 })
		got := p.pastPrices(t, "")
		if len(got) != 1 || got[0].Replaced.Before(began) || got[0].Replaced.After(time.Now()) {
			t.Fatalf("%+v, want one price, replaced since %s", got, began)
		}
		want := pastPrice{"m1.small", amount{"0.0159", "EUR"}, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), got[0].Replaced, card}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Error(diff)
		}
		if others := p.pastPrices(t, "&cloud=ec2"); len(others) != 0 {
			t.Errorf("of another cloud: %+v", others)
		}
		p.says(t, "prices --history", "UNTIL", "m1.small", "0.0159 EUR", "2026-11-01", got[0].Replaced.Format(time.RFC3339))
		rows, err := csv.NewReader(strings.NewReader(p.says(t, "prices --history -o csv"))).ReadAll()
		if err != nil || len(rows) != 2 || !slices.Contains(rows[0], "x_ReplacedAt") || !slices.Contains(rows[1], got[0].Replaced.Format(time.RFC3339)) {
			t.Errorf("%v, %v", rows, err)
		}
		p.Must(t, http.StatusBadRequest, "GET", "/prices?history=yes", "")
	})
	priceCard(t, card, "0.03")
	t.Run("started again", func(t *testing.T) {
		p := serve(t, config)
		p.Eventually(t, "dearer again", func() bool { return len(p.amounts(t)) > 1 })
		if diff := cmp.Diff([]string{"0.02", "0.0159"}, p.amounts(t)); diff != "" {
			t.Error(diff)
		}
		e := p.Entity(t, p.URL+compute)
		if got := e.Attributes[translate.AttrPriceHour]; got != "0.0159" {
			t.Errorf("the compute was made at %v, want 0.0159", got)
		}
	})
}

// TestPriceHistoryOfTwoGateways holds that gateways which read one file keep one
// history of it.
func TestPriceHistoryOfTwoGateways(t *testing.T) {
	north := newSky(t, "north")
	north.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.01")
	config := under(t, fmt.Sprintf("prices: {rate_cards: [%q], look: 20ms}\nstore: {redis: {addresses: [%q]}}\n", card, servers.Redis(t).Address), north)
	both := []*Program{serve(t, config), serve(t, config)}
	want := []string{}
	for _, price := range []string{"0.01", "0.02", "0.03", "0.04"} {
		priceCard(t, card, price)
		for _, p := range both {
			small := p.Mixin(t, occi.MixinResourceTemplate, "north-m1_small").Term
			p.Eventually(t, "at "+price, func() bool { return p.sizePrice(t, small) == price && len(p.amounts(t)) >= len(want) })
			if got := p.amounts(t); !slices.Equal(got, want) {
				t.Errorf("at %s: %v, want %v", price, got, want)
			}
		}
		want = append([]string{price}, want...)
	}
}

// TestPriceHistoryWhileTheStoreIsAway moves a price while nothing can be kept: the
// new one is in force, the history is not said to be empty, and nothing is missing
// in it afterwards.
func TestPriceHistoryWhileTheStoreIsAway(t *testing.T) {
	north := newSky(t, "north")
	north.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.01")
	proxy := servers.NewProxy(t, servers.Redis(t).Address)
	p := serve(t, under(t, fmt.Sprintf("prices: {rate_cards: [%q], look: 20ms}\nstore: {redis: {addresses: [%q]}}\n", card, proxy.Address), north))
	small := p.Mixin(t, occi.MixinResourceTemplate, "north-m1_small").Term
	priceCard(t, card, "0.02")
	p.Eventually(t, "kept", func() bool { return len(p.amounts(t)) == 1 })
	proxy.Cut()
	priceCard(t, card, "0.03")
	p.Eventually(t, "in force", func() bool { return p.sizePrice(t, small) == "0.03" })
	if a := p.Do(t, "GET", "/prices?history=true", ""); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	proxy.Mend()
	p.Eventually(t, "kept again", func() bool {
		a := p.Do(t, "GET", "/prices?history=true", "")
		return a.Status == http.StatusOK && strings.Contains(a.Body, `"0.02"`)
	})
	if diff := cmp.Diff([]string{"0.02", "0.01"}, p.amounts(t)); diff != "" {
		t.Error(diff)
	}
}

// TestURLOfTheEnvironment asks where OCCIGATE_URL says, unless --url says otherwise.
func TestURLOfTheEnvironment(t *testing.T) {
	p := startQuotes(t)
	env := map[string]string{"OCCIGATE_URL": p.URL}
	if out, err := run(t, env, "prices"); err != nil || !strings.Contains(out, "samples/ec2.yaml") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := run(t, env, "prices", "--url", "http://127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "is a gateway running there?") {
		t.Error(err)
	}
	config := under(t, "", newSky(t, "north"))
	env["OCCIGATE_TYPO"] = "x"
	served := Start(t, env, "serve", "--listen", "127.0.0.1:0", "--config", config)
	if text := served.Output(); strings.Contains(text, "OCCIGATE_URL") || !strings.Contains(text, "OCCIGATE_TYPO") {
		t.Errorf("the warnings about variables that nobody uses:\n%s", text)
	}
	if _, err := run(t, map[string]string{"OCCIGATE_URL": "here"}, "prices"); err == nil || !strings.Contains(err.Error(), "--url: want one such as") {
		t.Error(err)
	}
}
