package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/test/servers"
	"occigate/translate"
	"occigate/translate/occi"
)

// TestEventsOfAMachine follows a machine from its creation to its end.
func TestEventsOfAMachine(t *testing.T) {
	north := newSky(t, "north")
	p := serve(t, under(t, "", north))
	f := p.Follow(t, "?kind=compute", "")
	if got := f.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %s", got)
	}
	compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, title: "followed", mixins: []string{
		p.Mixin(t, occi.MixinOSTemplate, "north-").ID(), p.Mixin(t, occi.MixinResourceTemplate, "north-").ID(),
	}})
	e := f.Next(t)
	if e.Name != "created" || e.URL != compute || e.Kind != occi.KindCompute || e.Cloud != "north" || e.Before != nil ||
		e.After == nil || e.After.Title != "followed" || time.Since(e.Time) > patience {
		t.Errorf("the first event is %s %+v", e.Name, e)
	}
	state := func(e *Entity) any { return e.Attributes["occi.compute.state"] }
	for e.After != nil && state(e.After) != "active" {
		p.Must(t, 200, "GET", compute, "", anew...)
		next := f.Next(t)
		if next.Name != "changed" || next.Before == nil || next.After == nil {
			t.Fatalf("then comes %s: %s", next.Name, next.Data)
		}
		if state(next.Before) != state(e.After) {
			t.Errorf("a change from %v, which was %v", state(next.Before), state(e.After))
		}
		e = next
	}
	p.gone(t, compute)
	for e.Name != "deleted" {
		e = f.Next(t)
	}
	if e.After != nil || e.Before == nil || e.URL != compute || !strings.Contains(e.Data, `"after":null`) {
		t.Errorf("the last event is %s", e.Data)
	}
	if strings.Contains(e.Data, translate.AttrObservedTime) {
		t.Error("the time of observation is in an event")
	}
}

// TestEventsAreResumed comes back with the id of the last event that was seen:
// to the same gateway, to it too late, and to another one.
func TestEventsAreResumed(t *testing.T) {
	north := newSky(t, "north")
	north.grow("first")
	config := under(t, "limits: {events: 5}", north)
	p := serve(t, config)
	storage := func(title string) string {
		return p.made(t, "/storage/", thing{kind: occi.KindStorage, title: title, attributes: map[string]any{occi.AttrStorageSize: 1}})
	}
	compute := first(t, p, "/compute/")
	name := func(title string) {
		t.Helper()
		p.Must(t, 200, "POST", compute, `X-OCCI-Attribute: occi.core.title="`+title+`"`, "Content-Type", "text/plain")
	}
	f := p.Follow(t, "", "")
	name("one")
	last := f.Next(t).ID
	f.stop()
	f.Ended(t)
	name("two")
	name("three")
	f = p.Follow(t, "", last)
	for _, want := range []string{"two", "three"} {
		if e := f.Next(t); e.Name != "changed" || e.After.Title != want {
			t.Errorf("%s %s, want the change to %s", e.Name, e.Data, want)
		}
	}
	for _, title := range []string{"4", "5", "6", "7", "8"} {
		name(title)
	}
	boot, _, _ := strings.Cut(last, "-")
	for what, id := range map[string]string{
		"too late": last, "another gateway's": "ffffffff-3", "a number that never was": boot + "-1000000", "nonsense": "x", "no number": boot + "-",
	} {
		f := p.Follow(t, "", id)
		if e := f.Next(t); e.Name != "reset" || !strings.HasPrefix(e.ID, boot+"-") {
			t.Errorf("%s: %s %s %s", what, e.Name, e.ID, e.Data)
		}
		f.stop()
	}
	f = p.Follow(t, "", "x")
	f.Next(t)
	storage("after a reset")
	if e := f.Next(t); e.Name != "created" || e.After.Title != "after a reset" {
		t.Errorf("after a reset comes %s %s", e.Name, e.Data)
	}
}

func TestEventsAreFiltered(t *testing.T) {
	north, south := newSky(t, "north"), newSky(t, "south")
	north.grow("first")
	south.grow("other")
	p := serve(t, under(t, "", north, south))
	storage := func(cloud string) {
		p.made(t, "/storage/", thing{
			kind: occi.KindStorage, title: cloud, mixins: []string{cloudMixin(cloud)}, attributes: map[string]any{occi.AttrStorageSize: 1},
		})
	}
	followers := map[string]*Follower{}
	for _, query := range []string{"?cloud=south", "?kind=storage&cloud=south", "?cloud=south;cloud=north&kind=network&kind=" + escaped(occi.KindStorage)} {
		followers[query] = p.Follow(t, query, "")
	}
	storage("north")
	storage("south")
	for query, f := range followers {
		want := []string{"south"}
		if strings.Contains(query, "north") {
			want = []string{"north", "south"}
		}
		for _, cloud := range want {
			e := f.Next(t)
			for e.Name == "changed" { // the storage comes online
				e = f.Next(t)
			}
			if e.Cloud != cloud || e.Kind != occi.KindStorage {
				t.Errorf("%s: an event of %s %s, want %s", query, e.Cloud, e.Kind, cloud)
			}
		}
	}
	for _, bad := range []string{"?cloud=west", "?kind=server", "?kind=" + escaped(occi.KindResource), "?page=1", "?cloud=", "?kind=compute&x"} {
		if a := p.Do(t, "GET", "/events"+bad, ""); a.Status != http.StatusBadRequest || a.Body == "" {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
	p.Must(t, http.StatusNotAcceptable, "GET", "/events", "", "Accept", "application/json")
	p.Must(t, http.StatusMethodNotAllowed, "POST", "/events", "")
	if a := p.Must(t, http.StatusOK, "HEAD", "/events?kind=compute", ""); a.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %v", a.Header)
	}
	if body := p.Must(t, 200, "GET", "/metrics", "").Body; !strings.Contains(body, "occigate_event_streams 3\n") {
		t.Error("three streams are open, and /metrics does not say so")
	}
}

// TestEventsOutliveTimeouts keeps a stream open for longer than any other answer
// may take.
func TestEventsOutliveTimeouts(t *testing.T) {
	north := newSky(t, "north")
	p := serve(t, under(t, "limits: {read_timeout: 5s, write_timeout: 5s, idle_timeout: 5s}", north))
	f := p.Follow(t, "", "")
	time.Sleep(7 * time.Second) // longer than all of them
	north.grow("late")
	p.Must(t, 200, "GET", "/compute/", "", "Cache-Control", "no-cache")
	if e := f.Next(t); e.Name != "created" || e.After.Title != "late" {
		t.Errorf("%s %s", e.Name, e.Data)
	}
}

// TestEventsEndWithTheProgram stops a program that has a stream open: it must
// not wait for it.
func TestEventsEndWithTheProgram(t *testing.T) {
	config := under(t, "limits: {shutdown_timeout: 50s}", newSky(t, "north"))
	var f *Follower
	var stopped time.Time
	t.Run("program", func(inner *testing.T) {
		f = serve(inner, config).Follow(t, "", "") // goes on when the inner test has ended
		f.Last(t)
		stopped = time.Now()
	})
	if took := time.Since(stopped); took > 40*time.Second {
		t.Errorf("the program took %v to end", took)
	}
	if e := f.Ended(t); e.Name != "end" {
		t.Errorf("the last event is %s %s", e.Name, e.Data)
	}
}

// TestEventsAtEveryGateway follows at both of two gateways what is done at one,
// and what only the holder of the lease can see at the cloud.
func TestEventsAtEveryGateway(t *testing.T) {
	address := servers.Redis(t).Address
	north := newSky(t, "north")
	config := under(t, `store: {redis: {addresses: ["`+address+`"]}}`, north)
	gateways := []*Program{serve(t, config), serve(t, config)}
	followers := []*Follower{gateways[0].Follow(t, "?kind=compute", ""), gateways[1].Follow(t, "?kind=compute", "")}
	seen := func(what, name, title string) {
		t.Helper()
		for i, f := range followers {
			e := f.Next(t)
			entity := e.After
			if entity == nil {
				entity = e.Before
			}
			if e.Name != name || entity == nil || entity.Title != title || !strings.HasPrefix(e.URL, gateways[i].URL+"/compute/") {
				t.Errorf("%s: gateway %d tells %s %s", what, i, e.Name, e.Data)
			}
		}
	}
	north.grow("found")
	gateways[0].Must(t, 200, "GET", "/compute/", "", anew...)
	seen("a machine that is found", "created", "found")
	compute := first(t, gateways[1], "/compute/")
	gateways[1].Must(t, 200, "POST", compute, `X-OCCI-Attribute: occi.core.title="named"`, "Content-Type", "text/plain")
	seen("a title that was given", "changed", "named")
	gateways[0].Must(t, 200, "DELETE", compute, "")
	seen("a delete", "deleted", "named")
	if a, b := followers[0].Last(t), followers[1].Last(t); strings.Split(a, "-")[0] == strings.Split(b, "-")[0] {
		t.Errorf("both gateways number alike: %s and %s", a, b)
	}
}
