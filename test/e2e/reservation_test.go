package e2e

import (
	"net/http"
	"strings"
	"testing"

	"occigate/translate"
	"occigate/translate/occi"
)

// TestReservations reserves an address, gives it to a compute, takes it away and
// gives it back; and has one reserved and given back with a link to the pool.
func TestReservations(t *testing.T) {
	p := demo(t)
	for name, cloud := range clouds {
		t.Run(name, func(t *testing.T) {
			image := p.Mixin(t, occi.MixinOSTemplate, cloud.image)
			reserved := p.made(t, "/ipreservation/", thing{kind: translate.IPReservation, title: "front", mixins: []string{cloudMixin(name)}})
			p.Contains(t, "/ipreservation/", reserved)
			e := p.Entity(t, reserved)
			ip, _ := e.Attributes[translate.AttrReservedAddress].(string)
			if ip == "" || e.Title != "front" || e.Attributes[translate.AttrReservedUsed] != false {
				t.Fatalf("reserved %+v", e)
			}
			compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{image.ID(), profile + "small"}})
			p.State(t, compute, "active")
			wish := thing{kind: occi.KindNetworkInterface, source: compute, target: path(reserved)}
			link := p.made(t, "/networkinterface/", wish)
			l := linkTo(t, p.Entity(t, compute), path(reserved))
			if l.Attributes[occi.AttrInterfaceAddress] != ip || p.Entity(t, reserved).Attributes[translate.AttrReservedUsed] != true {
				t.Errorf("the link to %s is %+v", ip, l)
			}
			if a := p.Say(t, "POST", "/networkinterface/", occi.TextPlain, wish); a.Status != http.StatusConflict {
				t.Errorf("assigned twice: %d %s", a.Status, a.Body)
			}
			p.Must(t, http.StatusConflict, "DELETE", reserved, "")
			p.gone(t, link)
			p.Eventually(t, "free", func() bool { return p.Entity(t, reserved).Attributes[translate.AttrReservedUsed] == false })
			p.gone(t, reserved)

			linked := p.made(t, "/networkinterface/", thing{kind: occi.KindNetworkInterface, source: compute, target: p.pool(t, name)})
			if l := p.Entity(t, linked); l.Attributes[occi.AttrInterfaceAddress] == nil {
				t.Errorf("a link to the pool has no address: %+v", l)
			}
			p.gone(t, linked)
			p.gone(t, compute)
		})
	}
}

// pool is the network of an account that is a pool of public addresses.
func (p *Program) pool(t *testing.T, account string) string {
	t.Helper()
	list := p.Must(t, http.StatusOK, "GET", "/network/?category="+escaped(cloudMixin(account)), "", "Accept", string(occi.URIList)).Body
	for url := range strings.SplitSeq(list, "\n") {
		if p.Entity(t, url).Title == "public" {
			return path(url)
		}
	}
	t.Fatalf("no pool of %s among:\n%s", account, list)
	return ""
}
