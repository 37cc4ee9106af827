package e2e

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"occigate/test/cloudsim/openstack"
	"occigate/translate"
	"occigate/translate/occi"
)

// narrowSky is a cloud that accepts machines of m1.small and then has no room for
// them.
func narrowSky(t *testing.T) *sky {
	t.Helper()
	s := &sky{name: "narrow"}
	s.Cloud = openstack.New(openstack.Options{Project: s.name, Host: openstack.Flavor{VCPUs: 1, MemoryMiB: 1024, DiskGiB: 10}})
	s.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	s.AddImage(openstack.Image{Name: "Debian 13"})
	s.AddNetwork(openstack.Network{Name: "lan"}, "10.0.0.0/24")
	server := httptest.NewServer(s.Cloud)
	s.url = server.URL
	t.Cleanup(server.Close)
	return s
}

// TestLateRefusal places a compute where it is accepted and then finds no host: the
// machine says why it is broken, and the next compute goes elsewhere.
func TestLateRefusal(t *testing.T) {
	narrow, wide := narrowSky(t), newSky(t, "wide")
	wide.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	p := serve(t, under(t, "prices: {rate_cards: ['"+card+"'], look: 20ms}\n", narrow, wide))
	of := func(title string) thing {
		return onSky(title, map[string]any{translate.AttrPlacementImage: "debian", occi.AttrMemory: 2.0})
	}
	f := p.Follow(t, "?kind=compute", "")
	broken := p.place(t, of("broken"))
	if broken.Chosen.Account != "narrow" {
		t.Fatalf("%+v", broken)
	}
	p.State(t, broken.Compute, "error")
	for e := f.Next(t); e.After.Attributes[occi.AttrComputeState] != "error"; { // by which the gateway learns it too
		e = f.Next(t)
	}
	if said := p.Entity(t, broken.Compute).Attributes[occi.AttrComputeMessage]; !strings.Contains(said.(string), "No valid host was found") {
		t.Errorf("the machine says %v", said)
	}
	why := p.place(t, of("elsewhere"))
	if why.Chosen.Account != "wide" {
		t.Errorf("%+v", why)
	}
	at := -1
	for i, r := range why.Rejections {
		if r.Account == "narrow" && r.Reason == "capacity_remembered" {
			at = i
		}
	}
	if at < 0 || !strings.Contains(why.Rejections[at].Text, "No valid host was found") {
		t.Errorf("rejections: %+v", why.Rejections)
	}
}
