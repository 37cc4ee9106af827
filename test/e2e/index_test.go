package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// statesOf are the states that entities of each kind can be in.
var statesOf = map[string][]string{
	occi.AttrComputeState:      {"active", "inactive", "suspended", "error"},
	occi.AttrStorageState:      {"online", "offline", "error"},
	occi.AttrNetworkState:      {"active", "inactive", "error"},
	occi.AttrInterfaceState:    {"active", "inactive", "error"},
	occi.AttrStorageLinkState:  {"active", "inactive", "error"},
	"occi.ipreservation.state": {"active", "inactive", "error"},
}

// TestFiltersFindWhatIsThere asks for every mixin and every state that there is,
// alone and with a user's mixin, by filter and by location, and compares with the
// renderings of all entities: what an index finds is what a client sees.
func TestFiltersFindWhatIsThere(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	tagged := p.tagSome(t)
	all := p.entities(t, "/")
	var model struct{ Mixins []Category }
	p.decode(t, p.Must(t, 200, "GET", "/-/", "", "Accept", string(occi.OCCIJSON)), &model)
	depends := map[string][]string{}
	for _, m := range model.Mixins {
		depends[m.ID()] = m.Depends
	}
	wants := map[string]func(listed) bool{}
	for _, m := range model.Mixins {
		wants["category="+url.QueryEscape(m.ID())] = func(e listed) bool {
			return slices.ContainsFunc(e.Mixins, func(id string) bool { return isA(depends, id, m.ID()) })
		}
	}
	some := wants["category="+url.QueryEscape(tagged)]
	for name, values := range statesOf {
		for _, state := range values {
			wants["attribute="+name+"="+state] = func(e listed) bool { return e.Attributes[name] == state }
		}
	}
	for _, e := range all { // attributes that there is no index of
		if cores, ok := e.Attributes[occi.AttrCores]; ok {
			wants[fmt.Sprintf("attribute=%s=%v", occi.AttrCores, cores)] = func(e listed) bool { return e.Attributes[occi.AttrCores] == cores }
		}
	}
	found := 0
	for query, want := range wants {
		found += p.compare(t, all, "/?"+query, want)
		p.compare(t, all, "/?"+query+"&category="+url.QueryEscape(tagged), func(e listed) bool { return want(e) && some(e) })
	}
	for _, m := range model.Mixins {
		if m.Location != "" {
			p.compare(t, all, m.Location, wants["category="+url.QueryEscape(m.ID())])
		}
	}
	p.compare(t, all, "/tag/", some) // which is the location of no mixin
	if found < 4*len(all) {
		t.Errorf("all queries together found %d of %d entities", found, len(all))
	}
}

// TestFiltersSeeChanges asks again and again by a title, and wants what has it
// now: what is kept of a search holds for nothing but what was searched.
func TestFiltersSeeChanges(t *testing.T) {
	p := StartTwo(t, "1h")
	p.complete(t)
	path := p.paths(t, p.Must(t, 200, "GET", "/compute/", "", "Accept", string(occi.URIList)), occi.URIList)[0]
	const query = "/compute/?attribute=occi.core.title="
	for i := range 3 {
		title := fmt.Sprintf("title%d", i)
		p.compare(t, nil, query+title, nil)
		p.Must(t, 200, "POST", path, "X-OCCI-Attribute: occi.core.title="+strconv.Quote(title), "Content-Type", "text/plain")
		for _, c := range []struct {
			title string
			want  []string
		}{{title, []string{path}}, {title, []string{path}}, {fmt.Sprintf("title%d", i-1), nil}} {
			a := p.Must(t, 200, "GET", query+c.title, "", "Accept", string(occi.URIList))
			if got := p.paths(t, a, occi.URIList); !slices.Equal(got, c.want) {
				t.Errorf("with %s: %v, want %v", c.title, got, c.want)
			}
		}
	}
}

// compare holds a listing to the entities that are wanted of all, and says how
// many those are.
func (p *Program) compare(t *testing.T, all []listed, path string, wanted func(listed) bool) int {
	t.Helper()
	var want []string
	for _, e := range all {
		if wanted(e) {
			want = append(want, p.URL+e.location())
		}
	}
	a := p.Must(t, 200, "GET", path, "", "Accept", string(occi.URIList))
	if got := p.paths(t, a, occi.URIList); !slices.Equal(got, p.relative(want)) {
		t.Errorf("%s: %d entities %v, want %d: %v", path, len(got), got, len(want), p.relative(want))
	}
	if total := a.Header.Get("X-Total-Count"); total != strconv.Itoa(len(want)) {
		t.Errorf("%s: X-Total-Count %s, want %d", path, total, len(want))
	}
	return len(want)
}

func (p *Program) relative(urls []string) []string {
	for i := range urls {
		urls[i] = strings.TrimPrefix(urls[i], p.URL)
	}
	return urls
}

func isA(depends map[string][]string, id, ancestor string) bool {
	return id == ancestor || slices.ContainsFunc(depends[id], func(on string) bool { return isA(depends, on, ancestor) })
}

// tagSome puts a mixin and one that depends on it on some entities of all kinds.
func (p *Program) tagSome(t *testing.T) (id string) {
	t.Helper()
	const scheme = "http://people.example.org/#"
	for term, more := range map[string]string{"some": "", "more": fmt.Sprintf(`; rel="%ssome"`, scheme)} {
		line := fmt.Sprintf(`Category: %s; scheme=%q; class="mixin"%s; location="/tag/%s/"`, term, scheme, more, term)
		p.Must(t, 200, "POST", "/-/", line, "Content-Type", "text/plain")
		var members []string
		for i, path := range p.paths(t, p.Must(t, 200, "GET", "/", "", "Accept", string(occi.URIList)), occi.URIList) {
			if i%5 == len(term)%5 || i%3 == 0 && term == "more" {
				members = append(members, "X-OCCI-Location: "+p.URL+path)
			}
		}
		p.Must(t, 200, "POST", "/tag/"+term+"/", strings.Join(members, "\n"), "Content-Type", "text/plain")
	}
	return scheme + "some"
}
