package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// TestOneCloudFails lets one of the demo's clouds fail, where the demo says that
// it can be told to, and checks that nothing is missing meanwhile and that the
// answer says so.
func TestOneCloudFails(t *testing.T) {
	p := StartTwo(t, "100ms")
	m := regexp.MustCompile(`private .* (http\S+)`).FindStringSubmatch(p.Output())
	if m == nil {
		t.Fatalf("the demo does not say where its clouds are:\n%s", p.Output())
	}
	p.Eventually(t, "both clouds there", func() bool {
		return strings.Contains(p.Do(t, "GET", "/mixin/cloud/private/", "").Body, "/compute/") &&
			strings.Contains(p.Do(t, "GET", "/mixin/cloud/amazon/", "").Body, "/compute/")
	})
	before := p.Must(t, http.StatusOK, "GET", "/compute/", "").Body
	p.Must(t, http.StatusOK, "PUT", m[1]+"/_faults", `[{"kind":"status","status":503}]`)
	var stale string
	p.Eventually(t, "marked as stale", func() bool {
		a := p.Must(t, http.StatusOK, "GET", "/compute/", "")
		if a.Body != before {
			t.Fatalf("the list changed when a cloud failed:\n%s\nbefore:\n%s", a.Body, before)
		}
		stale = a.Header.Get("X-Occigate-Stale")
		return stale != ""
	})
	if !strings.HasPrefix(stale, "private since ") {
		t.Errorf("X-Occigate-Stale: %s", stale)
	}
	for cloud, want := range map[string]bool{"private": true, "amazon": false} {
		a := p.Must(t, http.StatusOK, "GET", first(t, p, "/mixin/cloud/"+cloud+"/"), "")
		if got := a.Header.Get("X-Occigate-Stale") != ""; got != want || a.Header.Get("Age") == "" {
			t.Errorf("an entity at %s: stale %v, want %v; Age %q", cloud, got, want, a.Header.Get("Age"))
		}
	}
	p.Must(t, http.StatusOK, "DELETE", m[1]+"/_faults", "")
	p.Eventually(t, "fresh again", func() bool {
		return p.Must(t, http.StatusOK, "GET", "/compute/", "").Header.Get("X-Occigate-Stale") == ""
	})
}

// cloudNews is what /clouds says of a cloud.
type cloudNews struct {
	Name, Problem, Circuit string
	Fresh                  bool
}

// news reads /clouds.
func (p *Program) news(t *testing.T) (all []cloudNews) {
	t.Helper()
	var said struct{ Clouds []cloudNews }
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/clouds", ""), &said)
	return said.Clouds
}

// problem is what was listed, where it is one kind, the call, and what became of
// it.
var problem = regexp.MustCompile(`^(\w+: )?[^:]+: unavailable: `)

// refusedBy asks an account whose cloud talks nonsense for a machine: the answer
// names it and the call.
func (p *Program) refusedBy(t *testing.T, account string) {
	t.Helper()
	a := p.Must(t, http.StatusServiceUnavailable, "POST", "/compute/",
		`{"kind":"`+occi.KindCompute+`","mixins":["`+cloudScheme+account+`"]}`, "Content-Type", string(occi.OCCIJSON))
	if _, call, ok := strings.Cut(a.Body, account+" is not called until it works again: "); !ok || !problem.MatchString(call) {
		t.Errorf("a create at %s: %q, want one that names it and the call", account, a.Body)
	}
}

// TestNonsenseKeepsWhatIsThere has all clouds of the demo answer what no cloud
// says. Nothing is lost, each cloud's trouble is told with its call, and all is
// well again afterwards.
func TestNonsenseKeepsWhatIsThere(t *testing.T) {
	p := startDemo(t)
	plans := map[string]string{}
	for _, cloud := range demoClouds {
		m := regexp.MustCompile(cloud.account + ` .* (http\S+)`).FindStringSubmatch(p.Output())
		if m == nil {
			t.Fatalf("the demo does not say where %s is", cloud.account)
		}
		plans[cloud.account] = m[1] + "/_faults"
	}
	all := func(is func(cloudNews) bool) func() bool {
		return func() bool { return !slices.ContainsFunc(p.news(t), func(c cloudNews) bool { return !is(c) }) }
	}
	fresh := all(func(c cloudNews) bool { return c.Fresh })
	p.Eventually(t, "all clouds fresh", fresh)
	p.atRest(t, demoStates)
	list := func() string {
		return p.Must(t, http.StatusOK, "GET", "/", "", "Accept", "text/uri-list").Body
	}
	before := list()
	for name, nonsense := range map[string]string{
		"a web page": `{"kind":"body","body":"<html><body>Sorry</body></html>"}`,
		"nothing":    `{"kind":"body"}`,
	} {
		for _, plan := range plans {
			p.Must(t, http.StatusOK, "PUT", plan, "["+nonsense+"]")
		}
		p.Eventually(t, "all clouds in trouble with "+name, all(func(c cloudNews) bool { return c.Problem != "" }))
		for _, c := range p.news(t) {
			if !problem.MatchString(c.Problem) {
				t.Errorf("%s answers %s: the problem is %q, want a call that is unavailable", c.Name, name, c.Problem)
			}
		}
		p.Eventually(t, "no cloud asked for anything new", all(func(c cloudNews) bool { return c.Circuit != "closed" }))
		for account := range plans {
			p.refusedBy(t, account)
		}
		if after := list(); after != before {
			t.Errorf("%s changed what is listed:\n%s\nbefore:\n%s", name, after, before)
		}
		for _, plan := range plans {
			p.Must(t, http.StatusOK, "DELETE", plan, "")
		}
		p.Eventually(t, "all clouds fresh after "+name, fresh)
	}
}
