package e2e

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/openstack"
	"occigate/translate"
	"occigate/translate/occi"
)

// priceCard writes a rate card for one size of the simulated OpenStack. Whoever looks
// at it sees the old one or the new one, which have equal lengths: file systems count
// time in ticks, in which both may be written, so that the new one's is set.
func priceCard(t *testing.T, path, price string) {
	t.Helper()
	text := "provider: openstack\ncurrency: EUR\nobserved: 2026-11-01\nhours_per_month: 730\nprices:\n" +
		"  - {meter: compute, size: m1.small, unit: Hours, price: " + price + "}\n" +
		"  - {meter: disk, unit: GiB-Months, price: 0.073}\n  - {meter: addresses, unit: Hours, price: 0.002}\n"
	fresh, now := path+".new", time.Now()
	if err := errors.Join(os.WriteFile(fresh, []byte(text), 0o600), os.Chtimes(fresh, now, now), os.Rename(fresh, path)); err != nil {
		t.Fatal(err)
	}
}

// priced serves a cloud whose sizes have the prices of a card, which is returned.
func priced(t *testing.T, north *sky) (p *Program, card string) {
	t.Helper()
	card = filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	return serve(t, under(t, "prices: {rate_cards: ['"+card+"'], look: 20ms}\n", north)), card
}

// TestPriceAtLaunch makes a compute, moves the price, and finds the old one in the
// compute and the new one in its size.
func TestPriceAtLaunch(t *testing.T) {
	north := newSky(t, "north")
	north.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	p, card := priced(t, north)
	small := p.Mixin(t, occi.MixinResourceTemplate, "north-m1_small")
	wish := thing{
		kind: occi.KindCompute, mixins: []string{p.Mixin(t, occi.MixinOSTemplate, "north-").ID(), small.ID()},
		attributes: map[string]any{translate.AttrPriceHour: "0.0001"}, // is ignored
	}
	compute := p.made(t, "/compute/", wish)
	costs := func(url, hour string) {
		t.Helper()
		e := p.Entity(t, url)
		p.has(t, e, translate.Price)
		for name, want := range map[string]string{
			translate.AttrPriceHour: hour, translate.AttrPriceCurrency: "EUR", translate.AttrPriceSKU: "Compute Usage/m1.small/Standard",
			translate.AttrPriceSource: card, translate.AttrPriceObserved: "2026-11-01T00:00:00Z", translate.AttrPriceSize: "m1.small", // by which the adapter knows it
		} {
			if e.Attributes[name] != want {
				t.Errorf("%s is %v, want %s", name, e.Attributes[name], want)
			}
		}
		if at, _ := e.Attributes[translate.AttrPriceAgreed].(string); !strings.HasSuffix(at, "Z") {
			t.Errorf("agreed at %q", at)
		}
	}
	costs(compute, "0.0159")
	p.State(t, compute, "active")
	for _, media := range []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON} {
		if a := p.Echo(t, compute, media); a.Status != http.StatusOK {
			t.Errorf("what is shown in %s cannot be put back: %d %s", media, a.Status, a.Body)
		}
	}
	whole := thing{kind: occi.KindCompute, title: "renamed", mixins: wish.mixins, attributes: map[string]any{translate.AttrPriceHour: "7"}}
	if a := p.Say(t, "PUT", compute, occi.OCCIJSON, whole); a.Status != http.StatusOK {
		t.Errorf("PUT: %d %s", a.Status, a.Body)
	}
	costs(compute, "0.0159")
	if got, want := p.sizePrice(t, small.Term), "0.0159"; got != want {
		t.Errorf("the size costs %q, want %s", got, want)
	}
	if got := p.sizePrice(t, p.Mixin(t, occi.MixinResourceTemplate, "north-m1_tiny").Term); got != "" {
		t.Errorf("a size of which nobody has said what it costs costs %q", got)
	}
	query := p.Must(t, 200, "GET", "/-/", "").Header.Get("ETag")
	entity := p.Must(t, 200, "GET", compute, "").Header.Get("ETag")
	priceCard(t, card, "0.02")
	p.Eventually(t, "dearer", func() bool { return p.sizePrice(t, small.Term) == "0.02" })
	p.Must(t, http.StatusOK, "GET", "/-/", "", "If-None-Match", query)
	p.Must(t, http.StatusNotModified, "GET", compute, "", "If-None-Match", entity)
	costs(compute, "0.0159")
	later := p.made(t, "/compute/", wish)
	costs(later, "0.02")
	if got := p.paths(t, p.Must(t, 200, "GET", "/mixin/price/", ""), occi.TextPlain); len(got) != 2 {
		t.Errorf("/mixin/price/ lists %v", got)
	}
}

// TestNoPriceIsNone makes a compute of which nobody knows what it costs: nothing of
// a price is shown, least of all 0.00.
func TestNoPriceIsNone(t *testing.T) {
	north := newSky(t, "north")
	p, _ := priced(t, north)
	compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{
		p.Mixin(t, occi.MixinOSTemplate, "north-").ID(), p.Mixin(t, occi.MixinResourceTemplate, "north-m1_tiny").ID(),
	}})
	for _, media := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
		if a := p.Must(t, 200, "GET", compute, "", "Accept", string(media)); strings.Contains(a.Body, "price") {
			t.Errorf("a price in %s", a.Body)
		}
	}
	if line := queryLine(t, p, "Category: price; "); strings.Contains(line, "required") {
		t.Errorf("in the query interface: %q", line)
	}
}

// sizePrice is what the query interface says that an hour of a size costs now, ""
// when it says nothing.
func (p *Program) sizePrice(t *testing.T, term string) string {
	t.Helper()
	var model struct {
		Mixins []struct {
			Term       string
			Attributes map[string]struct{ Default any }
		}
	}
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/-/", "", "Accept", string(occi.OCCIJSON)), &model)
	for _, m := range model.Mixins {
		if m.Term == term {
			price, _ := m.Attributes[translate.AttrPriceHour].Default.(string)
			return price
		}
	}
	t.Fatalf("there is no size %s", term)
	return ""
}
