package e2e

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"occigate/test/cloudsim/openstack"
	"occigate/translate/occi"
)

// totals is what tests read of a sum.
type totals struct {
	Of              string
	Hour, Month     *amount
	Things, Unknown int
	AtLaunch        int    `json:"at_launch"`
	Missing         string `json:"missing_rate"`
}

// costed is what tests read of costs.
type costed struct {
	Currency               string
	Total                  totals
	Accounts, Clouds, Tags []totals
	Lines                  []struct {
		Path, Of, State, Basis string
		Hour                   *amount
		Why                    string `json:"unknown_because"`
		SKU                    string `json:"sku_price_id"`
	}
}

func (p *Program) costs(t *testing.T, query string) (c costed) {
	t.Helper()
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/costs"+query, ""), &c)
	return c
}

// TestCosts follows what a small estate costs an hour: a machine at 0.0159, a volume
// of 10 GiB at 10 x 0.073 / 730 = 0.001, and a machine of which nobody knows it.
func TestCosts(t *testing.T) {
	north := newSky(t, "north")
	north.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	p, card := priced(t, north)
	is := func(what string, got totals, hour string, things, unknown, atLaunch int) {
		t.Helper()
		if got.Hour == nil || got.Hour.Amount != hour || got.Things != things || got.Unknown != unknown || got.AtLaunch != atLaunch {
			t.Errorf("%s: %+v, %+v; want %s for %d, %d unknown, %d at launch", what, got.Hour, got, hour, things, unknown, atLaunch)
		}
	}
	is("nothing", p.costs(t, "").Total, "0", 0, 0, 0)
	image := p.Mixin(t, occi.MixinOSTemplate, "north-").ID()
	small := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{image, p.Mixin(t, occi.MixinResourceTemplate, "north-m1_small").ID()}})
	p.made(t, "/compute/", thing{kind: occi.KindCompute, title: "tiny", mixins: []string{image, p.Mixin(t, occi.MixinResourceTemplate, "north-m1_tiny").ID()}})
	p.made(t, "/storage/", thing{kind: occi.KindStorage, title: "disk", attributes: map[string]any{occi.AttrStorageSize: 10}})
	p.State(t, small, "active")
	c := p.costs(t, "")
	is("all", c.Total, "0.0169", 3, 1, 1)
	if c.Currency != "EUR" || *c.Total.Month != (amount{"12.337", "EUR"}) { // 730 x 0.0169
		t.Errorf("a month: %+v", c.Total.Month)
	}
	if len(c.Lines) != 1 || c.Lines[0].Why != "nobody has said what it costs" || c.Lines[0].Hour != nil {
		t.Errorf("unknown are %+v", c.Lines)
	}
	p.Must(t, http.StatusOK, "POST", "/-/", `Category: team; scheme="http://example.org/tags#"; class="mixin"; location="/team/"`, "Content-Type", "text/plain")
	p.Must(t, http.StatusOK, "POST", "/team/", "X-OCCI-Location: "+small, "Content-Type", "text/plain")
	priceCard(t, card, "0.02")
	p.Eventually(t, "dearer", func() bool {
		return p.sizePrice(t, p.Mixin(t, occi.MixinResourceTemplate, "north-m1_small").Term) == "0.02"
	})
	c = p.costs(t, "?lines=all")
	is("after the price has moved", c.Total, "0.0169", 3, 1, 1)
	is("the account", c.Accounts[0], "0.0169", 3, 1, 1)
	is("the tag", c.Tags[0], "0.0159", 1, 0, 1)
	if c.Accounts[0].Of != "north" || c.Clouds[0].Of != "openstack" || c.Tags[0].Of != "http://example.org/tags#team" || len(c.Lines) != 3 {
		t.Errorf("%+v", c)
	}
	if c = p.costs(t, "?currency=USD"); c.Total.Hour != nil || !strings.Contains(c.Total.Missing, "no rate of EUR to USD") {
		t.Errorf("in USD without a rate: %+v", c.Total)
	}
	p.Must(t, http.StatusOK, "POST", small+"?action=stop", `Category: stop; scheme="http://schemas.ogf.org/occi/infrastructure/compute/action#"; class="action"`, "Content-Type", "text/plain")
	p.State(t, small, "inactive")
	is("stopped", p.costs(t, "").Total, "0.001", 3, 1, 1)
	rows, err := csv.NewReader(strings.NewReader(p.Must(t, http.StatusOK, "GET", "/costs", "", "Accept", "text/csv").Body)).ReadAll()
	if err != nil || len(rows) != 4 || !slices.Contains(rows[0], "ResourceId") || !slices.Contains(rows[0], "PricingCurrency") {
		t.Errorf("%v, %v", rows, err)
	}
	for query, says := range map[string]string{"?currency=eur": "currency: ", "?lines=some": "lines must be all or unknown", "?page=0": "page must be"} {
		if a := p.Must(t, http.StatusBadRequest, "GET", "/costs"+query, ""); !strings.Contains(a.Body, says) {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	p.Must(t, http.StatusMethodNotAllowed, "POST", "/costs", "")
	p.Must(t, http.StatusNotAcceptable, "GET", "/costs", "", "Accept", "image/png")
}
