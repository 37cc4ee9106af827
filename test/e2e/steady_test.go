package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
	"occigate/translate/occi"
)

// silent checks that a follower of computes has heard nothing up to now: another
// entity is made, and its event must be the next one.
func (p *Program) silent(t *testing.T, f *Follower, what string) {
	t.Helper()
	p.made(t, "/storage/", thing{kind: occi.KindStorage, title: what, attributes: map[string]any{occi.AttrStorageSize: 1}})
	for {
		e := f.Next(t)
		if e.Kind != occi.KindStorage {
			t.Fatalf("%s: %s %s", what, e.Name, e.Data)
		}
		if e.Name == "created" && e.After.Title == what {
			return
		}
	}
}

// relisted has the cloud listed again and gives the machines' locations.
func (p *Program) relisted(t *testing.T) []string {
	t.Helper()
	return p.paths(t, p.Must(t, 200, "GET", "/compute/", "", anew...), occi.TextPlain)
}

const watched = "?kind=compute&kind=storage"

// TestAMachineThatTheCloudDoesNotListYet is shown from its creation on.
func TestAMachineThatTheCloudDoesNotListYet(t *testing.T) {
	north := newSky(t, "north")
	p := serve(t, under(t, "", north))
	north.plan.Set(fault.Fault{Kind: fault.Lag, Call: listServers, Delay: aWhile})
	compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, title: "late", mixins: []string{
		p.Mixin(t, occi.MixinOSTemplate, "north-").ID(), p.Mixin(t, occi.MixinResourceTemplate, "north-").ID(),
	}})
	for range 5 {
		if list := p.relisted(t); len(list) != 1 || list[0] != path(compute) {
			t.Fatalf("the cloud lags, and the list has %v", list)
		}
		p.Must(t, 200, "GET", compute, "")
	}
	north.plan.Clear()
	if list := p.relisted(t); len(list) != 1 || list[0] != path(compute) {
		t.Errorf("the cloud lists it, and the list has %v", list)
	}
}

// TestARowThatIsLeftOutOfOneListing loses nothing of a machine, old or new,
// that the cloud leaves out once, and shows no change.
func TestARowThatIsLeftOutOfOneListing(t *testing.T) {
	north := newSky(t, "north")
	for name, age := range map[string]int{"young": 0, "old": -1} {
		north.AddServer(openstack.Server{
			Name: name, FlavorID: north.flavor, ImageID: north.image, Created: time.Now().AddDate(0, 0, age),
		}, north.network)
	}
	p := serve(t, under(t, "", north))
	before := p.relisted(t)
	if len(before) != 2 {
		t.Fatalf("%d machines, want 2", len(before))
	}
	f := p.Follow(t, watched, "")
	for range 3 {
		north.plan.Set(fault.Fault{Kind: fault.Vanish, Call: listServers, Times: 1})
		for range 2 { // without them, then with them
			if list := p.relisted(t); len(list) != 2 {
				t.Fatalf("the list has %v", list)
			}
		}
		p.silent(t, f, "a machine that is left out once")
	}
}

// TestAMachineThatIsGone leaves when there is evidence: at once when the cloud
// says that it does not know it.
func TestAMachineThatIsGone(t *testing.T) {
	north := newSky(t, "north")
	old := north.AddServer(openstack.Server{
		Name: "old", FlavorID: north.flavor, ImageID: north.image, Created: time.Now().AddDate(0, 0, -1),
	}, north.network)
	north.grow("stays")
	p := serve(t, under(t, "", north))
	f := p.Follow(t, watched, "")
	gone := p.Entity(t, first(t, p, "/compute/?attribute=occi.core.title=old"))
	north.RemoveServer(old.ID)
	if list := p.relisted(t); len(list) != 1 {
		t.Errorf("the list has %v", list)
	}
	if e := f.Next(t); e.Name != "deleted" || e.Before.ID != gone.ID {
		t.Errorf("%s %s", e.Name, e.Data)
	}
}

// TestAStateThatFlaps holds the last state while the cloud has no word for it in
// one listing, and believes the second one.
func TestAStateThatFlaps(t *testing.T) {
	north := newSky(t, "north")
	north.grow("steady")
	p := serve(t, under(t, "", north))
	compute, native := first(t, p, "/compute/"), north.Servers()[0].ID
	p.State(t, p.URL+compute, "active")
	become := func(state string) {
		north.ChangeServer(native, func(s *openstack.Server) { s.VMState = state })
		p.relisted(t)
	}
	f := p.Follow(t, watched, "")
	for range 3 {
		become("dreaming")
		if got := p.Entity(t, compute).Attributes["occi.compute.state"]; got != "active" {
			t.Fatalf("unknown in one listing, and shown as %v", got)
		}
		become("active")
	}
	p.silent(t, f, "a state that flaps")
	become("dreaming")
	become("dreaming")
	e := f.Next(t)
	for e.Kind == occi.KindStorage { // the one above comes online
		e = f.Next(t)
	}
	if e.Name != "changed" || e.After.Attributes["occi.compute.state"] != "error" ||
		!strings.Contains(e.After.Attributes["occi.compute.state.message"].(string), "unknown here") {
		t.Errorf("unknown in two listings: %s %s", e.Name, e.Data)
	}
	become("active")
	p.State(t, p.URL+compute, "active")
	p.Must(t, http.StatusOK, "POST", compute+"?action=stop", speakers[occi.TextPlain].action("stop"), "Content-Type", "text/plain")
}
