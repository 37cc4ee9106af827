package e2e

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
	"occigate/translate"
	"occigate/translate/occi"
)

// twoSkies serves two clouds that have the same size at the same price, which is
// in the card that is returned.
func twoSkies(t *testing.T, more string) (p *Program, card string, north, south *sky) {
	t.Helper()
	north, south = newSky(t, "north"), newSky(t, "south")
	for _, s := range []*sky{north, south} {
		s.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	}
	card = filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	return serve(t, under(t, "prices: {rate_cards: ['"+card+"'], look: 20ms"+more+"}\n", north, south)), card, north, south
}

// onSky is a request for the size that has a price.
func onSky(title string, more map[string]any) thing {
	return thing{kind: occi.KindCompute, title: title, mixins: []string{translate.Placement}, attributes: more}
}

// holds waits until the best of two offers holds, or does not.
func (p *Program) holds(t *testing.T, url string, want bool) {
	t.Helper()
	p.Eventually(t, "as promised", func() bool {
		var q struct{ Offers []struct{ Holds bool } }
		p.decode(t, p.Must(t, 200, "GET", url, ""), &q)
		return len(q.Offers) == 2 && q.Offers[0].Holds == want
	})
}

// TestRedeem takes offers of a quote by its URL and by its id, for what was quoted
// and for no other, until the price has moved: 730 h x 0.0159 = 11.61 EUR, then
// 730 h x 0.02 = 14.60 EUR, and back.
func TestRedeem(t *testing.T) {
	p, card, north, south := twoSkies(t, "")
	q := p.quote(t, "", `{"cores": 1, "memory": 2, "image": "debian 13"}`)
	if len(q.Candidates) != 2 || q.Candidates[0].Account != "north" || q.Candidates[0].Month.Amount != "11.61" {
		t.Fatalf("%+v", q.Candidates)
	}
	redeem := func(title string, more map[string]any) Answer {
		t.Helper()
		attributes := map[string]any{translate.AttrPlacementQuote: q.Location, occi.AttrMemory: 2.0}
		for name, value := range more {
			attributes[name] = value
		}
		return p.Say(t, "POST", "/compute/", occi.OCCIJSON, onSky(title, attributes))
	}
	why := p.place(t, onSky("best", map[string]any{translate.AttrPlacementQuote: q.Location}))
	if why.Chosen.Account != "north" || why.Chosen.Month.Amount != "11.61" || why.Policy != "quoted" {
		t.Errorf("%+v", why)
	}
	why = p.place(t, onSky("second", map[string]any{translate.AttrPlacementQuote: q.ID, translate.AttrPlacementOffer: 2}))
	if why.Chosen.Account != "south" || len(why.rejections("policy")) != 1 {
		t.Errorf("%+v", why)
	}
	refused := func(name string, a Answer, status int, says ...string) {
		t.Helper()
		for _, text := range says {
			if a.Status != status || !strings.Contains(a.Body, text) {
				t.Errorf("%s: %d, want %d with %q: %s", name, a.Status, status, text, a.Body)
			}
		}
	}
	refused("forged", redeem("no", map[string]any{translate.AttrPlacementQuote: q.ID + "A"}), 400, "no quote of ours")
	refused("another size", redeem("no", map[string]any{occi.AttrCores: 2}), 409, "for another wish: it has 1 cores, the request 2")
	refused("another image", redeem("no", map[string]any{translate.AttrPlacementImage: "debian 12"}), 409, "for another wish: it has debian 13 as image")
	refused("no such offer", redeem("no", map[string]any{translate.AttrPlacementOffer: 3}), 400, "the quote has 2 offers, not 3")
	priceCard(t, card, "0.02")
	p.holds(t, q.Location, false)
	refused("moved", redeem("no", nil), 409, "the price has moved", "14.6 EUR", "11.61 EUR")
	priceCard(t, card, "0.0159")
	p.holds(t, q.Location, true)
	north.plan.Set(fault.Fault{Kind: fault.Status, Call: "POST /servers", Status: 403, Body: "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"})
	refused("full", redeem("no", map[string]any{translate.AttrPlacementOffer: 1}), 403, "no place takes the compute", "Quota exceeded")
	if why := p.place(t, onSky("moved on", map[string]any{translate.AttrPlacementQuote: q.ID})); why.Chosen.Account != "south" || len(why.rejections("capacity_remembered")) != 1 {
		t.Errorf("%+v", why)
	}
	if n, s := len(north.Servers()), len(south.Servers()); n != 1 || s != 2 {
		t.Errorf("%d and %d machines, want 1 and 2", n, s)
	}
}

// TestRedeemTooLate is refused even though nothing has changed.
func TestRedeemTooLate(t *testing.T) {
	p, _, north, south := twoSkies(t, ", quote_life: 1s")
	q := p.quote(t, "", `{}`)
	p.Eventually(t, "expired", func() bool { return p.Do(t, "GET", q.Location, "").Status == http.StatusNotFound })
	a := p.Say(t, "POST", "/compute/", occi.TextPlain, onSky("late", map[string]any{translate.AttrPlacementQuote: q.ID}))
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "has expired") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if n := len(north.Servers()) + len(south.Servers()); n != 0 {
		t.Errorf("%d machines", n)
	}
}

// TestPlacementRefusedEverywhere is told to come back, and does not bother clouds
// that have just asked to be left alone.
func TestPlacementRefusedEverywhere(t *testing.T) {
	p, _, north, south := twoSkies(t, "")
	skies := []*sky{north, south}
	for _, s := range skies {
		s.plan.Set(fault.Fault{Kind: fault.Status, Call: "POST /servers", Status: 429, RetryAfter: 90 * time.Second})
	}
	e := onSky("nowhere", map[string]any{translate.AttrPlacementImage: "debian"})
	a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, e)
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, "north was refused (breaker)") || !strings.Contains(a.Body, "south was refused (breaker)") {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	var calls [2]int
	for i, s := range skies {
		s.plan.Set()
		calls[i] = s.plan.Calls()["POST /servers"]
	}
	a = p.Say(t, "POST", "/compute/", occi.OCCIJSON, e)
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, "2 capacity_remembered") {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	for i, s := range skies {
		if n := s.plan.Calls()["POST /servers"]; n != calls[i] || len(s.Servers()) != 0 {
			t.Errorf("%s was called %d times more and has %d machines", s.name, n-calls[i], len(s.Servers()))
		}
	}
}

// TestPlacedTwice asks for one id twice while the first cloud takes its time, and
// another one is cheaper by then: there must not be two machines.
func TestPlacedTwice(t *testing.T) {
	p, _, north, south := twoSkies(t, "")
	north.plan.Set(fault.Fault{Kind: fault.Hang, Call: "POST /servers"})
	const path = "/compute/0b4cbdd3-32a5-4f0a-8d2c-7dbd2ec8e61f"
	first := make(chan Answer)
	go func() {
		first <- p.Say(t, "PUT", path, occi.OCCIJSON, onSky("once", map[string]any{translate.AttrPlacementImage: "debian"}))
	}()
	p.Eventually(t, "asked", func() bool { return north.plan.Calls()["POST /servers"] == 1 })
	a := p.Say(t, "PUT", path, occi.OCCIJSON, onSky("once", map[string]any{
		translate.AttrPlacementImage: "debian", translate.AttrPlacementAccounts: "south",
	}))
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "is being looked for already") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	north.plan.Clear()
	if a := <-first; a.Status != http.StatusCreated || a.Header.Get("X-Occigate-Quote") != p.URL+strings.Replace(path, "/compute/", "/quotes/", 1) {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	if n, s := len(north.Servers()), len(south.Servers()); n != 1 || s != 0 {
		t.Errorf("%d and %d machines, want 1 and 0", n, s)
	}
}
