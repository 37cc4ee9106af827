package e2e

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/servers"
	"occigate/translate/occi"
)

// anew asks for data of this moment and waits for it.
var anew = []string{"Cache-Control", "no-cache", "Prefer", "wait=20"}

// asked sends a read with a demand and returns how often each cloud's servers
// were listed for it.
func asked(t *testing.T, p *Program, path string, headers []string, skies ...*sky) (a Answer, listings []int) {
	t.Helper()
	for _, s := range skies {
		listings = append(listings, -s.listings())
	}
	a = p.Must(t, http.StatusOK, "GET", path, "", headers...)
	for i, s := range skies {
		listings[i] += s.listings()
	}
	return a, listings
}

func TestFreshDataOnDemand(t *testing.T) {
	north, south := newSky(t, "north"), newSky(t, "south")
	north.grow("first")
	south.grow("other")
	p := serve(t, under(t, "", north, south))
	cases := []struct {
		name, path string
		headers    []string
		want       []int // listings of north's and south's servers
	}{
		{"nothing demanded", "/compute/", nil, []int{0, 0}},
		{"young enough", "/compute/", []string{"Cache-Control", "max-age=3600", "Prefer", "wait=20"}, []int{0, 0}},
		{"both clouds", "/compute/", anew, []int{1, 1}},
		{"a union", "/resource/", anew, []int{1, 1}},
		{"other kinds", "/storage/", anew, []int{0, 0}},
		{"one account's collection", "/mixin/cloud/north/", anew, []int{1, 0}},
		{"a filter by account", "/compute/?category=" + escaped(cloudMixin("south")), anew, []int{0, 1}},
		{"a filter by kind", "/?category=" + escaped(occi.KindNetwork), anew, []int{0, 0}},
		{"one entity", first(t, p, "/mixin/cloud/south/"), anew, []int{0, 1}},
		{"a header in two lines and a malformed one", "/compute/", []string{"Cache-Control", "max-age=x", "Cache-Control", "max-age=0", "Prefer", "wait=20"}, []int{0, 0}},
	}
	for _, c := range cases {
		if _, got := asked(t, p, c.path, c.headers, north, south); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v listings, want %v", c.name, got, c.want)
		}
	}
	north.grow("second")
	began := time.Now()
	if body := p.Must(t, 200, "GET", "/compute/", "").Body; strings.Count(body, "\n") != 1 {
		t.Errorf("a cloud was asked though nobody wanted it:\n%s", body)
	}
	a := p.Must(t, 200, "GET", "/compute/", "", anew...)
	if strings.Count(a.Body, "\n") != 2 {
		t.Errorf("not as new as demanded:\n%s", a.Body)
	}
	for name, want := range map[string]string{
		"Preference-Applied": "wait=20", "X-Occigate-Fresh": "north, south", "X-Occigate-Older": "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	age, err := strconv.Atoi(a.Header.Get("Age"))
	if most := int(time.Since(began).Seconds()); err != nil || age > most {
		t.Errorf("Age is %q, want at most the %d s since it was asked for", a.Header.Get("Age"), most)
	}
	if ages := a.Header.Get("X-Occigate-Ages"); !strings.Contains(ages, "north=") || !strings.Contains(ages, "south=") {
		t.Errorf("the clouds' ages are %q", ages)
	}
}

// TestEqualDemandsAreOne lets a listing hang while many demands come, and has one
// come after it: two more listings are enough for all of them.
func TestEqualDemandsAreOne(t *testing.T) {
	north := newSky(t, "north")
	p := serve(t, under(t, "", north))
	north.plan.Set(fault.Fault{Kind: fault.Hang, Call: listServers})
	before := north.listings()
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() { p.Do(t, "GET", "/compute/", "", "Cache-Control", "no-cache") })
	}
	all.Wait()
	north.plan.Clear()
	if a := p.Must(t, 200, "GET", "/compute/", "", anew...); a.Header.Get("X-Occigate-Fresh") != "north" {
		t.Errorf("fresh are %q", a.Header.Get("X-Occigate-Fresh"))
	}
	if n := north.listings() - before; n < 1 || n > 3 {
		t.Errorf("%d listings for 30 demands of one moment and one after it", n)
	}
}

// TestWaitEnds lets a cloud hang: a client that does not want to wait does not,
// one that does waits no longer than it said, and is told.
func TestWaitEnds(t *testing.T) {
	north, south := newSky(t, "north"), newSky(t, "south")
	north.grow("first")
	p := serve(t, under(t, "limits: {wait_timeout: 4s}", north, south))
	north.plan.Set(fault.Fault{Kind: fault.Hang})
	a := p.Must(t, 200, "GET", "/compute/", "", "Cache-Control", "no-cache")
	if a.Header.Get("Preference-Applied") != "" || !strings.Contains(a.Header.Get("X-Occigate-Older"), "north") {
		t.Errorf("without a wait: %v", a.Header)
	}
	p.Eventually(t, "seen anew at the cloud that answers, before the wait ends", func() bool {
		a = p.Must(t, 200, "GET", "/compute/", "", "Cache-Control", "no-cache", "Prefer", "wait=1000")
		return a.Header.Get("X-Occigate-Fresh") != ""
	})
	for name, want := range map[string]string{
		"Preference-Applied": "wait=4", "X-Occigate-Fresh": "south", "X-Occigate-Older": "north", "X-Occigate-Stale": "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(a.Body, "/compute/") {
		t.Error("what is known of the cloud is missing")
	}
	p.Eventually(t, "refused for the cloud that hangs alone", func() bool {
		a = p.Must(t, http.StatusServiceUnavailable, "GET", "/compute/", "", "Cache-Control", "no-cache", "Prefer", "wait=4, handling=strict")
		return !strings.Contains(a.Body, "south")
	})
	if !strings.Contains(a.Body, "north was seen ") || a.Header.Get("Age") != "" {
		t.Errorf("%v\n%s", a.Header, a.Body)
	}
	p.Must(t, 200, "GET", "/compute/", "", "Prefer", "handling=strict") // as fresh as nobody limits
}

// TestStrictAboutTrouble has clouds that throttle and refuse, which is told
// always and is an error for strict clients.
func TestStrictAboutTrouble(t *testing.T) {
	cases := []struct {
		name, header string
		fault        fault.Fault
		retry        bool
	}{
		{"throttled", "X-Occigate-Throttled", fault.Fault{Kind: fault.Status, Status: 429, RetryAfter: aWhile}, true},
		{"refused", "X-Occigate-Refused", fault.Fault{Kind: fault.Status, Status: 403}, true},
		{"down", "X-Occigate-Stale", fault.Fault{Kind: fault.Status, Status: 503, RetryAfter: aWhile}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			north, south := newSky(t, "north"), newSky(t, "south")
			p := serve(t, under(t, "", north, south))
			c.fault.Call = listServers
			north.plan.Set(c.fault)
			a := p.Must(t, 200, "GET", "/compute/", "", anew...)
			if got := a.Header.Get(c.header); !strings.HasPrefix(got, "north ") || a.Header.Get("X-Occigate-Fresh") != "south" {
				t.Errorf("%s: %q, fresh %q", c.header, got, a.Header.Get("X-Occigate-Fresh"))
			}
			for _, media := range []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON, occi.URIList} {
				a = p.Must(t, 503, "GET", "/compute/", "", "Prefer", "handling=strict", "Accept", string(media))
				if !strings.Contains(a.Body, "north is stale since ") || (a.Header.Get("Retry-After") != "") != c.retry {
					t.Errorf("%s: retry after %q\n%s", media, a.Header.Get("Retry-After"), a.Body)
				}
			}
			p.Must(t, 200, "GET", "/mixin/cloud/south/", "", "Prefer", "handling=strict")
			p.Must(t, 200, "GET", "/network/", "", "Prefer", "handling=strict")
		})
	}
}

// TestFreshnessEverywhere looks for the headers on every collection in every
// rendering, and on what has no body.
func TestFreshnessEverywhere(t *testing.T) {
	north := newSky(t, "north")
	north.grow("first")
	p := serve(t, under(t, "", north))
	north.plan.Set(fault.Fault{Kind: fault.Status, Status: 503, RetryAfter: aWhile})
	p.Must(t, 200, "GET", "/", "", anew...)
	told := func(what string, a Answer) {
		t.Helper()
		if a.Header.Get("Age") == "" || !strings.HasPrefix(a.Header.Get("X-Occigate-Stale"), "north since ") {
			t.Errorf("%s: Age %q, stale %q", what, a.Header.Get("Age"), a.Header.Get("X-Occigate-Stale"))
		}
	}
	entity := first(t, p, "/compute/")
	for _, path := range []string{"/", "/resource/", "/link/", "/entity/", "/compute/", "/networkinterface/", "/mixin/cloud/", "/mixin/cloud/north/", entity} {
		for _, media := range []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON, occi.JSON, occi.URIList} {
			a := p.Must(t, 200, "GET", path, "", "Accept", string(media))
			told("GET "+path+" "+string(media), a)
			told("HEAD "+path+" "+string(media), p.Must(t, 200, "HEAD", path, "", "Accept", string(media)))
			told("304 of "+path+" "+string(media), p.Must(t, 304, "GET", path, "", "Accept", string(media), "If-None-Match", a.Header.Get("ETag")))
		}
	}
}

// TestReport reads the whole report of a cloud of which one part fails.
func TestReport(t *testing.T) {
	north, south := newSky(t, "north"), newSky(t, "south")
	north.grow("first")
	p := serve(t, under(t, "", north, south))
	north.plan.Set(fault.Fault{Kind: fault.Status, Call: listServers, Status: 429, RetryAfter: aWhile})
	p.Must(t, 200, "GET", "/compute/", "", anew...)
	type standing struct {
		Part, UID          string
		Complete, Fresh    bool
		Throttled, Refused bool
		Problem            string
		Kind               string    `json:"problem_kind"`
		Since              time.Time `json:"stale_since"`
		Observed           time.Time
		Next               time.Time `json:"next_refresh"`
		Kinds              []string
		Counts             map[string]int
		Parts              []json.RawMessage
	}
	var report struct{ Clouds []json.RawMessage }
	p.decode(t, p.Must(t, 200, "GET", "/clouds", ""), &report)
	read := func(raw json.RawMessage) (s standing) {
		t.Helper()
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	sick, well := read(report.Clouds[0]), read(report.Clouds[1])
	if sick.UID != "north" || sick.Fresh || !sick.Throttled || sick.Refused || !sick.Complete || sick.Counts["server"] != 1 || sick.Since.IsZero() {
		t.Errorf("north is %+v", sick)
	}
	if !well.Fresh || well.Problem != "" || well.Throttled || !well.Since.IsZero() || len(well.Parts) != 5 {
		t.Errorf("south is %+v", well)
	}
	if s := read(sick.Parts[0]); s.Part != "servers" || s.Fresh || !s.Throttled || s.Kind != "throttled" || !s.Complete ||
		time.Until(s.Next) < aWhile/2 || !slices.Equal(s.Kinds, []string{"interface", "server"}) {
		t.Errorf("north's servers are %+v", s)
	}
	if s := read(sick.Parts[1]); s.Part != "volumes" || !s.Fresh || s.Throttled || s.Observed.IsZero() || s.Problem != "" {
		t.Errorf("north's volumes are %+v", s)
	}
}

// TestDemandAtEveryGateway asks each of two gateways, of which one at most holds
// the lease of an account.
func TestDemandAtEveryGateway(t *testing.T) {
	address := servers.Redis(t).Address
	north, south := newSky(t, "north"), newSky(t, "south")
	config := under(t, `store: {redis: {addresses: ["`+address+`"]}}`, north, south)
	gateways := []*Program{serve(t, config), serve(t, config)}
	for i, p := range gateways {
		north.grow("one")
		south.grow("more")
		a, listings := asked(t, p, "/compute/", anew, north, south)
		if n := strings.Count(a.Body, "X-OCCI-Location"); n != 2*(i+1) || a.Header.Get("X-Occigate-Fresh") != "north, south" {
			t.Errorf("gateway %d: %d machines, fresh %q, older %q", i, n, a.Header.Get("X-Occigate-Fresh"), a.Header.Get("X-Occigate-Older"))
		}
		if !slices.Equal(listings, []int{1, 1}) {
			t.Errorf("gateway %d: %v listings, want one of each", i, listings)
		}
	}
}
