package e2e

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"occigate/translate"
	"occigate/translate/occi"
)

// launches are the clouds of the demo with the length of the seller's month, how many
// volumes a machine has there of itself, and what else is made so that all of the wish
// is there.
var launches = []struct {
	account string
	hours   int
	wish    string
	volumes int
	more    []thing
}{
	{account: "private", hours: 730, wish: `"cores": 2`},
	{account: "private", hours: 730, wish: `"image": "fedora", "addresses": 1`, more: []thing{{kind: translate.IPReservation}}},
	{account: "amazon", hours: 730, wish: `"cores": 2`, volumes: 1},
	// the machine brings 8 of the 40 GiB
	{account: "amazon", hours: 730, wish: `"image": "debian", "disk": 40`, volumes: 1, more: []thing{diskOf(32)}},
	{account: "elastic", hours: 720, wish: `"cores": 1`, volumes: 1},
	{account: "elastic", hours: 720, wish: `"memory": 2, "disk": 900`, volumes: 1, more: []thing{diskOf(50)}},
	{account: "gogrid", hours: 730, wish: `"memory": 2`},
	{account: "flexi", hours: 730, wish: `"cores": 2`, volumes: 1},
	{account: "sun", hours: 730, wish: `"memory": 2`},
}

func diskOf(gib float64) thing {
	return thing{kind: occi.KindStorage, attributes: map[string]any{occi.AttrStorageSize: gib}}
}

// TestAMachineCostsWhatWasQuoted makes a machine of a redeemed quote at each cloud, with
// the volumes and addresses of the wish that it does not have of itself: what the estate
// costs more than before is what was quoted for an hour.
func TestAMachineCostsWhatWasQuoted(t *testing.T) {
	p := startDemo(t)
	p.known(t)
	p.atRest(t, demoStates)
	before := p.lines(t)
	for i, l := range launches {
		t.Run(l.account+" "+l.wish, func(t *testing.T) {
			q := p.quote(t, "", fmt.Sprintf(`{"accounts": [%q], "hours": %d, %s}`, l.account, l.hours, l.wish))
			if len(q.Candidates) == 0 {
				t.Fatalf("no candidate: %+v", q.Rejected)
			}
			c := q.Candidates[0]
			currency := c.Parts[0].UnitPrice.Currency
			q = p.quote(t, "", fmt.Sprintf(`{"accounts": [%q], "currency": %q, "hours": %d, %s}`, l.account, currency, l.hours, l.wish))
			c = q.Candidates[0]
			title := fmt.Sprint("quoted", i)
			machine := p.place(t, thing{kind: occi.KindCompute, title: title, mixins: []string{translate.Placement}, attributes: map[string]any{
				translate.AttrPlacementQuote: q.ID,
			}}).Compute
			p.State(t, machine, "active")
			made := []string{machine}
			for _, e := range l.more {
				e.title, e.mixins = title, []string{cloudMixin(l.account)}
				made = append(made, p.made(t, map[string]string{occi.KindStorage: "/storage/", translate.IPReservation: "/ipreservation/"}[e.kind], e))
			}
			var now map[string]string
			p.Eventually(t, "all listed", func() bool {
				now = p.lines(t)
				own := p.volumesOf(t, machine)
				return len(own) == l.volumes && !slices.ContainsFunc(append(own, made...), func(url string) bool { return !charged(now, path(url)) })
			})
			sum := new(big.Rat)
			for key, hour := range now {
				if before[key] != "" {
					continue
				}
				t.Logf("%s: %s", key, hour)
				part, ok := new(big.Rat).SetString(hour)
				if !ok {
					t.Fatalf("%s is not known: %q", key, hour)
				}
				sum.Add(sum, part)
			}
			// A quote's hour has six decimals, a line's nine.
			if quoted := c.Hour.Amount; sum.FloatString(6) != mustRat(t, quoted).FloatString(6) {
				t.Errorf("it costs %s %s, quoted were %s for %s: %+v", sum.FloatString(9), currency, quoted, c.Size.ID, c.Parts)
			}
			before = now
		})
	}
}

func mustRat(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

// lines is what each thing costs an hour in its seller's currency, "unknown" where
// nobody knows.
func (p *Program) lines(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, l := range p.costs(t, "?lines=all&number=1000").Lines {
		hour := "unknown"
		if l.Hour != nil {
			hour = l.Hour.Amount
		}
		all[l.Path+" "+l.Of] = hour
	}
	return all
}

// charged reports whether there is a line for something.
func charged(lines map[string]string, path string) bool {
	for key := range lines {
		if strings.HasPrefix(key, path+" ") {
			return true
		}
	}
	return false
}

// volumesOf are the URLs of what a machine has attached.
func (p *Program) volumesOf(t *testing.T, machine string) (urls []string) {
	t.Helper()
	for _, link := range p.Entity(t, machine).Links {
		if link.Kind == occi.KindStorageLink {
			urls = append(urls, p.URL+link.Target.Location)
		}
	}
	return urls
}
