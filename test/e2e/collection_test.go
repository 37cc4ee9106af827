package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// listed is an entity as JSON shows it.
type listed struct {
	Kind, ID, Title string
	Mixins          []string
	Attributes      map[string]any
	Target          struct{ Location string }
}

// location is where the entity is found.
func (e listed) location() string {
	_, term := occi.SplitID(e.Kind)
	return "/" + term + "/" + strings.TrimPrefix(e.ID, "urn:uuid:")
}

func (e listed) has(mixin string) bool { return slices.Contains(e.Mixins, mixin) }

// entities reads a collection with all that it says of its members.
func (p *Program) entities(t *testing.T, collection string) []listed {
	t.Helper()
	var all struct{ Resources, Links []listed }
	p.decode(t, p.Must(t, 200, "GET", collection, "", "Accept", string(occi.OCCIJSON)), &all)
	return slices.Concat(all.Resources, all.Links)
}

// paths reads the locations in an answer of a media type, in their order.
func (p *Program) paths(t *testing.T, a Answer, media occi.MediaType) []string {
	t.Helper()
	var lines []string
	switch media {
	case occi.OCCIJSON:
		var all struct{ Resources, Links []listed }
		p.decode(t, a, &all)
		for _, e := range slices.Concat(all.Resources, all.Links) {
			lines = append(lines, p.URL+e.location())
		}
	case occi.TextOCCI:
		if all := a.Header.Get("X-OCCI-Location"); all != "" {
			lines = strings.Split(all, ", ")
		}
	default:
		for line := range strings.Lines(a.Body) {
			lines = append(lines, strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "X-OCCI-Location: "))
		}
	}
	for i, line := range lines {
		rest, ok := strings.CutPrefix(line, p.URL)
		if !ok {
			t.Fatalf("%q is no URL of %s", line, p.URL)
		}
		lines[i] = rest
	}
	return lines
}

// collectionMedia are the renderings of collections.
var collectionMedia = []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.URIList, occi.OCCIJSON}

const (
	cloudScheme = "http://schemas.occigate.org/occi/infrastructure/cloud#"
	amazonLine  = `amazon; scheme="` + cloudScheme + `"; class="mixin"`
	computeKind = `compute; scheme="` + infra + `"; class="kind"`
)

// settle waits until the two clouds of a demo are known completely and at rest.
func settle(t *testing.T, p *Program) {
	t.Helper()
	p.complete(t)
	p.atRest(t, twoStates)
}

// complete waits until a demo's clouds are known completely.
func (p *Program) complete(t *testing.T) {
	t.Helper()
	p.Eventually(t, "complete", func() bool {
		var report struct {
			Clouds []struct {
				Fresh  bool
				Counts map[string]int
			}
		}
		p.decode(t, p.Must(t, 200, "GET", "/clouds", ""), &report)
		for _, c := range report.Clouds {
			if !c.Fresh || c.Counts["server"] == 0 || c.Counts["attachment"] == 0 || c.Counts["address"] == 0 {
				return false
			}
		}
		return true
	})
}

func TestCollectionFilters(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	all := p.entities(t, "/")
	compute := all[slices.IndexFunc(all, func(e listed) bool {
		return e.Kind == occi.KindCompute && e.has(cloudScheme+"amazon") && e.Attributes["occi.compute.state"] == "active"
	})]
	link := all[slices.IndexFunc(all, func(e listed) bool { return e.Kind == occi.KindStorageLink })]
	active := func(e listed) bool { return e.Attributes["occi.compute.state"] == "active" }
	amazon := func(e listed) bool { return e.has(cloudScheme + "amazon") }
	is := func(kind string) func(listed) bool { return func(e listed) bool { return e.Kind == kind } }
	and := func(conditions ...func(listed) bool) func(listed) bool {
		return func(e listed) bool {
			return !slices.ContainsFunc(conditions, func(c func(listed) bool) bool { return !c(e) })
		}
	}
	category, attribute := "Category", "X-OCCI-Attribute"
	cases := []struct {
		name, path string
		headers    []string
		want       func(listed) bool
	}{
		{"H-16 an attribute", "/compute/", []string{attribute, `occi.compute.state="active"`}, and(is(occi.KindCompute), active)},
		{"L-10 a mixin", "/compute/", []string{category, amazonLine}, and(is(occi.KindCompute), amazon)},
		{"L-10 a mixin on which others depend", "/", []string{category, `os_tpl; scheme="` + infra + `"`}, func(e listed) bool { return strings.Contains(strings.Join(e.Mixins, " "), "/os_tpl#") }},
		{"a kind on which others depend", "/", []string{category, `link; scheme="` + occi.SchemeCore + `"; class="kind"`}, func(e listed) bool { return e.Target.Location != "" }},
		{"a kind of a union", "/resource/", []string{category, computeKind}, is(occi.KindCompute)},
		{"a kind and a mixin in one line", "/", []string{category, computeKind + ", " + amazonLine}, and(is(occi.KindCompute), amazon)},
		{"in two lines", "/", []string{category, computeKind, category, amazonLine}, and(is(occi.KindCompute), amazon)},
		{"a mixin and attributes", "/", []string{category, amazonLine, attribute, `occi.compute.state="active", occi.compute.cores=2`}, and(amazon, active, func(e listed) bool { return e.Attributes["occi.compute.cores"] == 2.0 })},
		{"two mixins that no entity has", "/", []string{category, amazonLine, category, strings.Replace(amazonLine, "amazon", "private", 1)}, func(listed) bool { return false }},
		{"a mixin's collection and a kind", "/mixin/cloud/amazon/", []string{category, computeKind}, and(is(occi.KindCompute), amazon)},
		{"H-17 announced as text/occi", "/compute/", []string{"Content-Type", "text/occi", category, amazonLine}, and(is(occi.KindCompute), amazon)},
		{"the title", "/", []string{attribute, `occi.core.title="` + compute.Title + `"`}, func(e listed) bool { return e.Title == compute.Title }},
		{"the id", "/", []string{attribute, `occi.core.id="` + compute.ID + `"`}, func(e listed) bool { return e.ID == compute.ID }},
		{"the target as a path", "/link/", []string{attribute, `occi.core.target="` + link.Target.Location + `"`}, func(e listed) bool { return e.Target.Location == link.Target.Location }},
		{"the target as a URL", "/link/", []string{attribute, `occi.core.target="` + p.URL + link.Target.Location + `"`}, func(e listed) bool { return e.Target.Location == link.Target.Location }},
		{"H-18 in the query string", "/compute/?category=" + url.QueryEscape(cloudScheme+"amazon") + "&attribute=occi.compute.state%3Dactive", nil, and(is(occi.KindCompute), amazon, active)},
		{"separated by semicolons", "/?category=" + url.QueryEscape(cloudScheme+"amazon") + ";attribute=occi.compute.state=active", nil, and(amazon, active)},
		{"in headers and query string", "/compute/?attribute=occi.compute.state=active", []string{category, amazonLine}, and(is(occi.KindCompute), amazon, active)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var want []string
			for _, e := range all {
				if c.want(e) {
					want = append(want, e.location())
				}
			}
			if len(want) == 0 != strings.Contains(c.name, "no entity") {
				t.Fatalf("the demo's clouds have %d entities for this", len(want))
			}
			for _, media := range collectionMedia {
				a := p.Must(t, 200, "GET", c.path, "", append([]string{"Accept", string(media)}, c.headers...)...)
				if got := p.paths(t, a, media); !slices.Equal(got, want) {
					t.Errorf("%s: %d entities %q, want %d %q", media, len(got), got, len(want), want)
				}
				if got := a.Header.Get("X-Total-Count"); got != strconv.Itoa(len(want)) {
					t.Errorf("%s: X-Total-Count %q, want %d", media, got, len(want))
				}
			}
		})
	}
	for name, c := range map[string]struct {
		path   string
		header []string
		says   string
	}{
		"unknown category":              {"/compute/", []string{category, `nano; scheme="http://example.org/#"`}, "http://example.org/#nano"},
		"an action":                     {"/compute/", []string{category, `stop; scheme="` + occi.SchemeComputeAction + `"; class="action"`}, "action"},
		"malformed category":            {"/compute/", []string{category, `compute; scheme="`}, "Category"},
		"unknown attribute":             {"/compute/", []string{attribute, `occi.compute.colour="red"`}, "occi.compute.colour"},
		"value of the wrong type":       {"/compute/", []string{attribute, `occi.compute.cores="many"`}, "occi.compute.cores"},
		"unknown category in the query": {"/compute/?category=nano", nil, "nano"},
		"no value in the query":         {"/compute/?attribute=occi.compute.cores", nil, "name=value"},
		"an attribute twice":            {"/compute/?attribute=occi.compute.cores=1", []string{attribute, `occi.compute.cores=2`}, "occi.compute.cores"},
		"a broken query":                {"/compute/?attribute=%zz", nil, "%zz"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := p.Must(t, 400, "GET", c.path, "", c.header...); !strings.Contains(a.Body, c.says) {
				t.Errorf("%q does not say %q", a.Body, c.says)
			}
		})
	}
}

func TestCollectionPages(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	for _, media := range collectionMedia {
		for _, collection := range []string{"/compute/", "/networkinterface/", "/resource/", "/mixin/cloud/amazon/"} {
			t.Run(string(media)+collection, func(t *testing.T) {
				whole := p.Must(t, 200, "GET", collection, "", "Accept", string(media))
				all := p.paths(t, whole, media)
				var got []string
				for page := 1; ; page++ {
					a := p.Must(t, 200, "GET", collection+"?page="+strconv.Itoa(page)+";number=4", "", "Accept", string(media))
					if total := a.Header.Get("X-Total-Count"); total != strconv.Itoa(len(all)) {
						t.Fatalf("X-Total-Count %q, want %d", total, len(all))
					}
					part := p.paths(t, a, media)
					if len(part) == 0 {
						break
					}
					if got = append(got, part...); len(part) != 4 && len(got) != len(all) {
						t.Fatalf("page %d has %d entities", page, len(part))
					}
				}
				if len(all) < 5 || !slices.Equal(got, all) {
					t.Errorf("pages together %q\nwhole %q", got, all)
				}
			})
		}
	}
	count := len(p.entities(t, "/compute/"))
	for query, want := range map[string]struct{ status, entities int }{
		"page=1&number=3":             {200, 3},
		"number=3":                    {200, 3},
		"page=1":                      {200, count},
		"page=2":                      {200, 0},
		"number=10000":                {200, count},
		"page=99999999999999999999":   {200, 0},
		"page=2147483647&number=9999": {200, 0},
		"number=10001":                {413, 0},
		"number=99999999999999999999": {413, 0},
		"page=0":                      {400, 0},
		"number=0":                    {400, 0},
		"page=-1":                     {400, 0},
		"page=one":                    {400, 0},
		"page=1.5":                    {400, 0},
		"page=":                       {400, 0},
		"number=%2B3":                 {400, 0},
	} {
		t.Run(query, func(t *testing.T) {
			a := p.Must(t, want.status, "GET", "/compute/?"+query, "", "Accept", string(occi.URIList))
			if a.Status != 200 {
				return
			}
			if got := len(p.paths(t, a, occi.URIList)); got != want.entities {
				t.Errorf("%d entities, want %d", got, want.entities)
			}
		})
	}
	t.Run("H-13 past the end in JSON", func(t *testing.T) {
		for collection, want := range map[string]string{"/compute/": `{"resources":[]}`, "/link/": `{"links":[]}`, "/storagelink/": `{"links":[]}`} {
			if a := p.Must(t, 200, "GET", collection+"?page=99", "", "Accept", "application/json"); a.Body != want {
				t.Errorf("%s: %s, want %s", collection, a.Body, want)
			}
		}
	})
}

func TestCollectionUnions(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	var model struct {
		Kinds []struct{ Term, Scheme, Parent, Location string }
	}
	p.decode(t, p.Must(t, 200, "GET", "/-/", "", "Accept", string(occi.OCCIJSON)), &model)
	isA := map[string][]string{} // each kind after its parent
	of := map[string][]string{}
	for _, k := range model.Kinds {
		id := k.Scheme + k.Term
		isA[id] = slices.Concat(isA[k.Parent], []string{id})
		for _, ancestor := range isA[k.Parent] {
			of[ancestor] = append(of[ancestor], k.Location)
		}
	}
	bases := map[string]string{
		"/": occi.KindEntity, "/entity/": occi.KindEntity, "/entity": occi.KindEntity, "/resource/": occi.KindResource, "/link/": occi.KindLink,
	}
	uris := func(collection string) []string {
		return p.paths(t, p.Must(t, 200, "GET", collection, "", "Accept", string(occi.URIList)), occi.URIList)
	}
	for union, base := range bases {
		var want []string
		for _, location := range of[base] {
			want = append(want, uris(location)...)
		}
		got := uris(union)
		slices.Sort(got)
		slices.Sort(want)
		want = slices.Compact(want)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s has %d entities, its kinds have %d", union, len(got), len(want))
		}
	}
	var want []string
	for _, e := range p.entities(t, "/") {
		if len(e.Mixins) > 0 {
			want = append(want, e.location())
		}
	}
	if below := uris("/mixin/"); !slices.Equal(below, want) { // L-9: not bound itself
		t.Errorf("/mixin/ has %d entities, %d have mixins", len(below), len(want))
	}
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/compute/", "GET, HEAD, POST, DELETE"},
		{"PATCH", "/compute", "GET, HEAD, POST, DELETE"},
		{"DELETE", "/", "GET, HEAD, POST"},
		{"PUT", "/", "GET, HEAD, POST"},
		{"POST", "/?action=start", "GET, HEAD"},
		{"POST", "/resource/", "GET, HEAD"},
		{"POST", "/link/?action=start", "GET, HEAD"},
		{"DELETE", "/entity/", "GET, HEAD"},
		{"DELETE", "/mixin/", "GET, HEAD"},
	} {
		a := p.Must(t, http.StatusMethodNotAllowed, c.method, c.path, "")
		if got := strings.TrimSuffix(a.Header.Get("Allow"), ", OPTIONS"); got != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, got, c.allow)
		}
	}
	for _, path := range []string{"/nothing/", "/mixin/nothing/", "/mix"} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			p.Must(t, http.StatusNotFound, method, path, "")
		}
	}
}

// result is what became of one entity of a request about several.
type result struct{ Result, Location, Message string }

// results reads an error about several entities.
func (p *Program) results(t *testing.T, a Answer) []result {
	t.Helper()
	var failure struct {
		Code     int
		Message  string
		Entities []result
	}
	if err := json.Unmarshal([]byte(a.Body), &failure); err != nil || failure.Code != a.Status || failure.Message == "" {
		t.Fatalf("not an error: %v in %s", err, a.Body)
	}
	return failure.Entities
}
