package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// TestQueryFilters selects categories by headers, by the query string and both.
func TestQueryFilters(t *testing.T) {
	p := StartTwo(t, "100ms")
	first(t, p, "/compute/")
	tpl := "/-/?category=" + strings.ReplaceAll(occi.MixinOSTemplate, "#", "%23")
	categories := func(a Answer) (ids []string) {
		var s struct{ Kinds, Mixins, Actions []Category }
		p.decode(t, a, &s)
		for _, c := range slices.Concat(s.Kinds, s.Mixins, s.Actions) {
			ids = append(ids, c.ID())
		}
		return ids
	}
	get := func(path string, headers ...string) []string {
		t.Helper()
		return categories(p.Must(t, 200, "GET", path, "", append(headers, "Accept", "application/json")...))
	}
	templates := get(tpl)
	if len(templates) < 3 || templates[0] != occi.MixinOSTemplate {
		t.Fatalf("templates: %v", templates)
	}
	kind := []string{"Category", `storage; scheme="` + infra + `"; class="kind"`}
	image := p.Mixin(t, occi.MixinOSTemplate, "private-")
	one := []string{"Category", fmt.Sprintf("%s; scheme=%q", image.Term, image.Scheme)}
	cases := []struct {
		name, path string
		headers    []string
		want       []string
	}{
		{"a kind by header", "/-/", kind, []string{occi.KindStorage}},
		{"a kind with its actions", "/-/", append([]string{"User-Agent", "x OCCI/1.2"}, kind...), []string{
			occi.KindStorage, occi.ActionBackup, occi.ActionOffline, occi.ActionOnline, occi.ActionResize, occi.ActionSnapshot,
		}},
		{"one and its base", tpl, one, []string{image.ID()}},
		{"what cannot be both", tpl, kind, nil},
		{"two", "/-/?category=" + strings.ReplaceAll(image.ID(), "#", "%23") + "&category=" + strings.ReplaceAll(occi.MixinSSHKey, "#", "%23"), nil, []string{image.ID(), occi.MixinSSHKey}},
		{"at the other path", "/.well-known/org/ogf/occi" + tpl, nil, templates},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := get(c.path, c.headers...)
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	p.Must(t, 400, "GET", "/-/?category=http://example.org/%23none", "")
	p.Must(t, 400, "GET", "/-/?category=%", "")
	p.Must(t, 400, "GET", "/-/", "", "Accept", "text/uri-list")
	p.Must(t, 200, "GET", "/-/", "", "Accept", "text/uri-list, text/plain;q=0.1")
	p.Must(t, 406, "GET", "/-/", "", "Accept", "image/png")
	if a := p.Must(t, 200, "HEAD", tpl, ""); a.Header.Get("Content-Length") == "0" {
		t.Error("HEAD says that nothing is selected")
	}
	if a, b := p.Must(t, 200, "GET", "/-/", ""), p.Must(t, 200, "GET", "/.well-known/org/ogf/occi/-/", ""); a.Body != b.Body {
		t.Error("the two paths of the query interface differ")
	}
}

// TestUnknownParameters asks with query parameters that a path does not have:
// what is misspelt is named, with what there is, and nothing is answered as if it
// were not there, or done to more than was meant.
func TestUnknownParameters(t *testing.T) {
	p := StartTwo(t, "100ms")
	one := first(t, p, "/compute/")
	user := p.Must(t, 200, "POST", "/-/", `Category: shop; scheme="http://example.org/x#"; class="mixin"; location="/shop/"`)
	if user.Body != "OK" {
		t.Fatalf("defined with %q", user.Body)
	}
	const selecting, priced = "category, attribute, page, number", "page, number"
	cases := []struct{ method, path, wrong, known string }{
		{"GET", "/compute/?catgory=x&page=1", "catgory", selecting},
		{"HEAD", "/compute/?catgory=x", "", ""},
		{"GET", "/storage?Page=1", "Page", selecting},
		{"GET", "/?pages=2", "pages", selecting},
		{"GET", "/shop/?attributes=x", "attributes", selecting},
		{"GET", "/-/?page=1", "page", "category"},
		{"GET", "/.well-known/org/ogf/occi/-/?rel=x", "rel", "category"},
		{"POST", "/-/?action=start", "action", "none"},
		{"DELETE", "/-/?category=x", "category", "none"},
		{"POST", "/compute/?acton=stop", "acton", "action"},
		{"POST", "/compute/?action=stop&category=x", "category", "action"},
		{"DELETE", "/compute/?category=x", "category", "none"},
		{"GET", one + "?action=stop", "action", "none"},
		{"POST", one + "?acton=stop", "acton", "action"},
		{"PUT", one + "?acton=stop", "acton", "action"},
		{"DELETE", one + "?dry=true", "dry", "none"},
		{"PUT", "/shop/?category=x", "category", "none"},
		{"DELETE", "/shop/?category=x", "category", "none"},
		{"GET", "/clouds?cloud=amazon", "cloud", "none"},
		{"GET", "/events?clod=amazon", "clod", "cloud, kind"},
		{"GET", "/tariffs?cloud=ec2", "cloud", "none"},
		{"GET", "/prices?clod=ec2", "clod", "cloud, region, size, meter, history, " + priced},
		{"GET", "/costs?curency=EUR", "curency", "currency, lines, " + priced},
		{"POST", "/quotes?most=1", "most", "all, rejected, " + priced},
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			a := p.Must(t, 400, c.method, c.path, "", "Accept", "*/*")
			for _, want := range []string{fmt.Sprintf("unknown in the query string: %q;", c.wrong), "takes " + c.known} {
				if c.wrong != "" && !strings.Contains(a.Body, want) {
					t.Errorf("%q, want %q in it", a.Body, want)
				}
			}
		})
	}
	p.Must(t, 400, "GET", "/compute/?page=%zz", "")
	p.Must(t, 200, "GET", "/compute/?page=1;number=2", "")
	p.Must(t, 200, "GET", one, "")
}
