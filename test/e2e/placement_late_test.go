package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
	"occigate/test/cloudsim/timeline"
	"occigate/translate"
	"occigate/translate/occi"
)

// lateSky is a cloud that accepts machines of m1.small and finds only some time later
// whether it has room for them.
type lateSky struct {
	*sky
	*timeline.Clock // stands still: a machine that was asked for is being scheduled until it is moved on
}

// decision is how long such a cloud thinks.
const decision = time.Second

// newLateSky serves such a cloud; a narrow one has no room. With a clock it decides
// when that is moved on, without one at once.
func newLateSky(t *testing.T, name string, narrow, clocked bool) lateSky {
	t.Helper()
	s := lateSky{&sky{plan: &fault.Plan{}, name: name}, timeline.NewClock(time.Now())}
	o := openstack.Options{Project: name, Faults: s.plan}
	if clocked {
		o.Clock, o.Transition = s.Now, decision
	}
	if narrow {
		o.Host = openstack.Flavor{VCPUs: 1, MemoryMiB: 1024, DiskGiB: 10}
	}
	s.Cloud = openstack.New(o)
	s.AddFlavor(openstack.Flavor{Name: "m1.small", VCPUs: 1, MemoryMiB: 2048, DiskGiB: 20})
	s.AddImage(openstack.Image{Name: "Debian 13"})
	s.AddNetwork(openstack.Network{Name: "lan"}, "10.0.0.0/24")
	server := httptest.NewServer(s.Cloud)
	s.url = server.URL
	t.Cleanup(func() {
		s.plan.Clear()
		server.Close()
	})
	return s
}

// lateSkies runs a gateway over two such clouds, the first of which has no room.
func lateSkies(t *testing.T, clocked bool) (p *Program, narrow, wide lateSky) {
	t.Helper()
	narrow, wide = newLateSky(t, "narrow", true, clocked), newLateSky(t, "wide", false, false)
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	return serve(t, under(t, "prices: {rate_cards: ['"+card+"'], look: 20ms}\n", narrow.sky, wide.sky)), narrow, wide
}

// lateWish is a machine that fits into m1.small.
func lateWish(title string) thing {
	return onSky(title, map[string]any{translate.AttrPlacementImage: "debian", occi.AttrMemory: 2.0})
}

// full says that narrow was asked so many times for a machine, and has none.
func (s lateSky) full(t *testing.T, asked int) {
	t.Helper()
	if n := s.plan.Calls()["POST /servers"]; n != asked || len(s.Servers()) > 0 {
		t.Errorf("%s was asked %d times, want %d, and has %d machines", s.name, n, asked, len(s.Servers()))
	}
}

// refusedAtNarrow says that a compute is at wide since narrow had no room for it.
func (e explained) refusedAtNarrow(t *testing.T) {
	t.Helper()
	if e.Chosen.Account != "wide" || len(e.Refused) != 1 {
		t.Fatalf("%+v", e)
	}
	r := e.Refused[0]
	if r.Account != "narrow" || r.Size != "m1.small" || r.Reason != "quota" || r.Text != "narrow: scheduling: quota: No valid host was found." {
		t.Errorf("refused: %+v", r)
	}
}

// TestLateRefusal places a compute where it is accepted first and has no host then:
// it is made at the next place, once, and the first is not asked again for a while.
func TestLateRefusal(t *testing.T) {
	p, narrow, wide := lateSkies(t, false)
	p.place(t, lateWish("moved")).refusedAtNarrow(t)
	if n := p.named(t, "moved"); n != 1 {
		t.Errorf("%d machines are shown, want 1", n)
	}
	again := p.place(t, lateWish("again"))
	if got := again.rejections("capacity_remembered"); !slices.Equal(got, []string{"narrow m1.small"}) || again.Chosen.Account != "wide" {
		t.Errorf("chosen %+v, remembered %v", again.Chosen, got)
	}
	narrow.full(t, 1)
	if n := len(wide.Servers()); n != 2 {
		t.Errorf("wide has %d machines, want 2", n)
	}
}

// TestLateRefusalOfAnID keeps the id that a client chose, at the cloud where the
// machine is in the end.
func TestLateRefusalOfAnID(t *testing.T) {
	p, narrow, wide := lateSkies(t, false)
	path := "/compute/" + uuid.NewString()
	a := p.Say(t, "PUT", path, occi.OCCIJSON, lateWish("chosen"))
	if a.Status != http.StatusCreated || !strings.HasSuffix(a.Header.Get("Location"), path) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	var why explained
	p.decode(t, p.Must(t, 200, "GET", a.Header.Get("X-Occigate-Quote"), ""), &why)
	why.refusedAtNarrow(t)
	p.State(t, p.URL+path, "active")
	narrow.full(t, 1)
	if all := wide.Servers(); len(all) != 1 || !strings.HasSuffix(path, all[0].Metadata["occigate:token"]) {
		t.Errorf("at wide: %+v", all)
	}
	p.gone(t, p.URL+path)
}

// TestLateRefusalEverywhere has no room anywhere: nothing is left.
func TestLateRefusalEverywhere(t *testing.T) {
	first, second := newLateSky(t, "first", true, false), newLateSky(t, "second", true, false)
	card := filepath.Join(t.TempDir(), "card.yaml")
	priceCard(t, card, "0.0159")
	p := serve(t, under(t, "prices: {rate_cards: ['"+card+"']}\n", first.sky, second.sky))
	a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, lateWish("nowhere"))
	if a.Status != http.StatusForbidden || strings.Count(a.Body, "No valid host was found") != 2 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if n := p.named(t, "nowhere"); n != 0 {
		t.Errorf("%d machines are shown", n)
	}
	first.full(t, 1)
	second.full(t, 1)
}

// TestLateRefusalIsNotDeleted cannot delete the machine that has no host: it stays
// under its URL and says why it is broken, nothing is asked for elsewhere, and the
// next one goes there.
func TestLateRefusalIsNotDeleted(t *testing.T) {
	for name, f := range map[string]fault.Fault{
		"refused":   {Kind: fault.Status, Status: http.StatusConflict},
		"no answer": {Kind: fault.Status, Status: http.StatusBadGateway},
	} {
		t.Run(name, func(t *testing.T) {
			p, narrow, wide := lateSkies(t, false)
			f.Call = "DELETE /servers/{id}"
			narrow.plan.Set(f)
			broken := p.place(t, lateWish("broken"))
			if broken.Chosen.Account != "narrow" || len(broken.Refused) > 0 {
				t.Fatalf("%+v", broken)
			}
			p.saysNoHost(t, broken.Compute)
			if n, w := len(narrow.Servers()), len(wide.Servers()); n != 1 || w != 0 {
				t.Errorf("%d and %d machines, want 1 and 0", n, w)
			}
			if next := p.place(t, lateWish("next")); next.Chosen.Account != "wide" || len(next.Refused) > 0 {
				t.Errorf("%+v", next)
			}
		})
	}
}

// saysNoHost waits until a compute is shown in error for want of a host.
func (p *Program) saysNoHost(t *testing.T, url string) {
	t.Helper()
	p.State(t, url, "error")
	if said, _ := p.Entity(t, url).Attributes[occi.AttrComputeMessage].(string); !strings.Contains(said, "No valid host was found") {
		t.Errorf("the machine says %q", said)
	}
}

// TestLateRefusalIsNotKnownToBeGone has a cloud that accepts the delete and says
// nothing more: nothing is asked for elsewhere until the client asks again.
func TestLateRefusalIsNotKnownToBeGone(t *testing.T) {
	p, narrow, wide := lateSkies(t, false)
	// The first look at the machine finds that it has no host, the next one nothing.
	narrow.plan.Set(fault.Fault{Kind: fault.Status, Call: "GET /servers/{id}", Status: http.StatusBadGateway, Skip: 1})
	a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, lateWish("hidden"))
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, "No valid host was found") {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	if n := len(wide.Servers()); n != 0 {
		t.Errorf("wide has %d machines", n)
	}
	narrow.plan.Clear()
	if next := p.place(t, lateWish("next")); next.Chosen.Account != "wide" || len(next.Refused) > 0 {
		t.Errorf("%+v", next)
	}
	if n := p.named(t, "hidden"); n != 0 {
		t.Errorf("%d machines are shown", n)
	}
	narrow.full(t, 1)
}

// TestLateRefusalAfterTheAnswer waits no longer than the client says: the compute is
// where it was accepted, also when that turns out to be full.
func TestLateRefusalAfterTheAnswer(t *testing.T) {
	p, narrow, wide := lateSkies(t, true)
	f := p.Follow(t, "?kind=compute", "")
	a := p.Must(t, http.StatusCreated, "POST", "/compute/", strings.Join(lateWish("early").lines(), "\n"),
		"Content-Type", string(occi.TextPlain), "Prefer", "wait=1")
	url := a.Header.Get("Location")
	p.State(t, url, "inactive")
	narrow.Pass(decision)
	for e := f.Next(t); e.After.Attributes[occi.AttrComputeState] != "error"; { // by which the gateway learns it too
		e = f.Next(t)
	}
	p.saysNoHost(t, url)
	if next := p.place(t, lateWish("next")); next.Chosen.Account != "wide" || len(next.Refused) > 0 {
		t.Errorf("%+v", next)
	}
	if n, d := len(narrow.Servers()), narrow.plan.Calls()["DELETE /servers/{id}"]; n != 1 || d != 0 || len(wide.Servers()) != 1 {
		t.Errorf("%d machines and %d deletes, want 1 and none", n, d)
	}
}

// TestLateRefusalWithoutAClient lets the client go while the cloud looks for a host:
// the machine stays, and no other one is made.
func TestLateRefusalWithoutAClient(t *testing.T) {
	p, narrow, wide := lateSkies(t, true)
	ctx, giveUp := context.WithCancel(t.Context())
	answered := p.askForWithin(ctx, t, lateWish("left"))
	p.Eventually(t, "asked whether there is a host", func() bool { return narrow.plan.Calls()["GET /servers/{id}"] > 0 })
	giveUp()
	<-answered
	p.Eventually(t, "the request has ended", func() bool {
		return strings.Contains(p.Must(t, 200, "GET", "/metrics", "").Body, `occigate_http_requests_total{method="POST"`)
	})
	narrow.Pass(decision)
	p.saysNoHost(t, p.URL+"/compute/"+narrow.Servers()[0].Metadata["occigate:token"])
	if n, d := len(narrow.Servers()), narrow.plan.Calls()["DELETE /servers/{id}"]; n != 1 || d != 0 || len(wide.Servers()) != 0 {
		t.Errorf("%d machines at narrow, %d deletes, %d machines at wide", n, d, len(wide.Servers()))
	}
}
