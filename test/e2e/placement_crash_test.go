package e2e

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
	"occigate/translate"
	"occigate/translate/occi"
)

// TestKilledWhilePlacing kills the program, as a failing machine would, at the two
// points where a compute could be made twice or be lost: when the first cloud is
// being asked and has made nothing, and when the first has refused and the second
// has made the machine while its answer is under way. What is started again on the
// same file must end with no machine in the one case, and with one in the other.
func TestKilledWhilePlacing(t *testing.T) {
	binary := build(t)
	for _, c := range []struct {
		name         string
		north, south fault.Fault
		reached      func(north, south *sky) bool
		machines     int // at south; north never has one
	}{
		{
			"before anything was made",
			fault.Fault{Kind: fault.Hang, Call: "POST /servers"},
			fault.Fault{Kind: fault.Skew, Call: "none"},
			func(north, _ *sky) bool { return north.plan.Calls()["POST /servers"] == 1 }, 0,
		},
		{
			"after the second made it",
			fault.Fault{Kind: fault.Status, Call: "POST /servers", Status: 403, Body: "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"},
			fault.Fault{Kind: fault.Hang, Call: "POST /servers", After: true},
			func(_, south *sky) bool { return len(south.Servers()) == 1 }, 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			north, south := newSky(t, "north"), newSky(t, "south")
			for _, s := range []*sky{north, south} {
				s.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
			}
			card := filepath.Join(t.TempDir(), "card.yaml")
			priceCard(t, card, "0.0159")
			config := under(t, "prices: {rate_cards: ['"+card+"']}\n", north, south)
			p, process := launch(t, binary, config)
			p.Eventually(t, "complete", func() bool {
				return p.Must(t, 200, "GET", "/", "").Header.Get("X-Occigate-Incomplete") == ""
			})
			north.plan.Set(c.north)
			south.plan.Set(c.south)
			answered := p.askFor(t, onSky("survivor", map[string]any{translate.AttrPlacementImage: "debian"}))
			p.Eventually(t, "at the point", func() bool { return c.reached(north, south) })
			process.Kill()
			<-answered
			asked := creates(north, south)

			// The faults stay: a call let go before the cloud knows that nobody
			// waits for it would be carried out.
			again, _ := launch(t, binary, config)
			again.Eventually(t, "fresh", func() bool {
				return again.Must(t, 200, "GET", "/compute/", "", "Cache-Control", "no-cache", "Prefer", "wait=5").Header.Get("X-Occigate-Stale") == ""
			})
			if n, s := len(north.Servers()), len(south.Servers()); n != 0 || s != c.machines {
				t.Fatalf("%d and %d machines, want 0 and %d", n, s, c.machines)
			}
			if now := creates(north, south); now != asked {
				t.Errorf("%d creates were asked for after the restart", now-asked)
			}
			if c.machines == 1 {
				again.survived(t, south)
			}
		})
	}
}

// creates is how often clouds were asked for a machine.
func creates(all ...*sky) (n int) {
	for _, s := range all {
		n += s.plan.Calls()["POST /servers"]
	}
	return n
}

// askFor sends a create whose answer is not waited for.
func (p *Program) askFor(t *testing.T, e thing) (answered chan struct{}) {
	t.Helper()
	ctx, giveUp := context.WithCancel(context.Background())
	t.Cleanup(giveUp)
	return p.askForWithin(ctx, t, e)
}

// askForWithin gives up when ctx ends.
func (p *Program) askForWithin(ctx context.Context, t *testing.T, e thing) (answered chan struct{}) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/compute/", strings.NewReader(strings.Join(e.lines(), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", string(occi.TextPlain))
	answered = make(chan struct{})
	go func() {
		defer close(answered)
		if resp, err := p.Client.Do(req); err == nil { // it cannot be answered any more
			resp.Body.Close()
		}
	}()
	return answered
}

// survived finds the one machine, under the id that it was asked for with, and why
// it is where it is.
func (p *Program) survived(t *testing.T, at *sky) {
	t.Helper()
	var list string
	p.Eventually(t, "machine listed", func() bool {
		list = p.Must(t, 200, "GET", "/compute/", "", "Accept", string(occi.OCCIJSON)).Body
		return strings.Contains(list, `"occi.compute.state":"active"`)
	})
	token := at.Servers()[0].Metadata["occigate:token"]
	if strings.Count(list, `"title":"survivor"`) != 1 {
		t.Errorf("want one machine: %s", list)
	}
	var entity struct{ Resources []Entity }
	p.decode(t, Answer{Body: list}, &entity)
	id := strings.TrimPrefix(entity.Resources[0].ID, "urn:uuid:")
	if token != id {
		t.Errorf("it is shown as %s, and was asked for as %s", id, token)
	}
	var why explained
	p.decode(t, p.Must(t, 200, "GET", "/quotes/"+id, ""), &why)
	if why.Chosen.Account != "south" || len(why.Refused) != 1 || why.Refused[0].Account != "north" || why.Refused[0].Reason != "quota" {
		t.Errorf("%+v", why)
	}
}
