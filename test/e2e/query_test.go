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
