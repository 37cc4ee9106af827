package e2e

import (
	"slices"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// TestMixinErrors is what is refused, and how. want is a part of the body.
func TestMixinErrors(t *testing.T) {
	p := StartTwo(t, "100ms")
	compute, storage := first(t, p, "/compute/"), first(t, p, "/storage/")
	mine := tag{"mine", people, "Mine", "/tag/mine/", ""}
	p.ask(t, 200, "POST", "/-/", tongues[occi.TextPlain].define(mine), occi.TextPlain)
	p.ask(t, 200, "POST", mine.location, tongues[occi.TextPlain].list([]string{compute}), occi.TextPlain)
	image := p.Mixin(t, occi.MixinOSTemplate, "private-")
	size := p.Mixin(t, occi.MixinResourceTemplate, "private-m1_small")
	const nobody = "/compute/085f8e9b-4898-5b16-a2b7-000000000000"
	define := func(m tag) string { return "Category: " + category(m) }
	other := func(change func(*tag)) string {
		m := tag{"other", people, "", "/tag/other/", ""}
		change(&m)
		return define(m)
	}
	cases := []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"there already", "POST", "/-/", define(mine), 403, mine.id()},
		{"twice in one request", "POST", "/-/", other(func(*tag) {}) + "\n" + other(func(m *tag) { m.location = "/tag/x/" }), 403, people + "other"},
		{"one location for two", "POST", "/-/", other(func(*tag) {}) + "\n" + other(func(m *tag) { m.term = "x" }), 403, "/tag/other/"},
		{"a location that another user has", "POST", "/-/", other(func(m *tag) { m.location = mine.location }), 403, mine.location},
		{"a location of a cloud's mixin", "POST", "/-/", other(func(m *tag) { m.location = image.Location }), 403, image.Location},
		{"a kind's location", "POST", "/-/", other(func(m *tag) { m.location = "/compute/" }), 403, "/compute/"},
		{"a location below a kind's", "POST", "/-/", other(func(m *tag) { m.location = "/compute/other/" }), 403, "/compute/other/"},
		{"a location of the gateway's own", "POST", "/-/", other(func(m *tag) { m.location = "/clouds/" }), 403, "/clouds"},
		{"a location below that", "POST", "/-/", other(func(m *tag) { m.location = "/metrics/x/" }), 403, "/metrics"},
		{"a provider's mixin", "POST", "/-/", define(tag{"os_tpl", infra, "", "/tag/os_tpl/", ""}), 403, infra + "os_tpl"},
		{"a cloud's mixin", "POST", "/-/", define(tag{image.Term, image.Scheme, "", "/tag/image/", ""}), 403, image.ID()},
		{"another one in a cloud's scheme", "POST", "/-/", define(tag{"other", image.Scheme, "", "/tag/other/", ""}), 403, image.Scheme},
		{"another one in the standard's scheme", "POST", "/-/", define(tag{"other", occi.SchemeOGF + "other#", "", "/tag/other/", ""}), 403, occi.SchemeOGF},
		{"a kind", "POST", "/-/", strings.Replace(other(func(*tag) {}), `"mixin"`, `"kind"`, 1), 400, "mixin"},
		{"no location", "POST", "/-/", other(func(m *tag) { m.location = "" }), 400, "location"},
		{"a location that is none", "POST", "/-/", other(func(m *tag) { m.location = "/a/../b/" }), 400, "location"},
		{"the query interface as location", "POST", "/-/", other(func(m *tag) { m.location = "/-/" }), 400, "location"},
		{"a term that clients cannot read", "POST", "/-/", other(func(m *tag) { m.term = "t2.micro" }), 400, "t2.micro"},
		{"a scheme that is none", "POST", "/-/", other(func(m *tag) { m.scheme = "people" }), 400, "people"},
		{"no mixin", "POST", "/-/", "", 400, "mixin"},
		{"nonsense", "POST", "/-/", "nonsense", 400, "line 1"},
		{"one good, one bad", "POST", "/-/", other(func(*tag) {}) + "\n" + other(func(m *tag) { m.term = "T." }), 400, ""},
		{"remove what is not there", "DELETE", "/-/", other(func(*tag) {}), 403, people + "other"},
		{"remove the provider's", "DELETE", "/-/", define(tag{"os_tpl", infra, "", "", ""}), 403, infra + "os_tpl"},
		{"remove a cloud's", "DELETE", "/-/", define(tag{image.Term, image.Scheme, "", "", ""}), 403, image.ID()},
		{"remove a kind", "DELETE", "/-/", define(tag{"compute", infra, "", "", ""}), 403, infra + "compute"},
		{"remove one of two that are not there", "DELETE", "/-/", define(mine) + "\n" + other(func(*tag) {}), 403, people + "other"},
		{"remove nothing", "DELETE", "/-/", "", 400, "mixin"},
		{"replace the query interface", "PUT", "/-/", define(mine), 405, "POST, DELETE"},

		{"associate nothing", "POST", mine.location, "", 400, "listed"},
		{"associate what is not there", "POST", mine.location, "X-OCCI-Location: " + storage + "\nX-OCCI-Location: " + nobody, 400, nobody},
		{"associate what is elsewhere", "POST", mine.location, "X-OCCI-Location: http://elsewhere.example.org" + storage, 400, "elsewhere"},
		{"associate a collection", "POST", mine.location, "X-OCCI-Location: /storage/", 400, "/storage"},
		{"create at a mixin", "POST", mine.location, textKind("compute"), 400, "listed"},
		{"replace by what is not there", "PUT", mine.location, "X-OCCI-Location: " + nobody, 400, nobody},
		{"replace by an entity", "PUT", mine.location, textKind("compute"), 400, "listed"},
		{"take off what is not there", "DELETE", mine.location, "X-OCCI-Location: " + nobody, 400, nobody},
		{"take off an entity described", "DELETE", mine.location, textKind("compute"), 400, "listed"},
		{"associate an image", "POST", image.Location, "X-OCCI-Location: " + compute, 400, "creation"},
		{"replace who has an image", "PUT", image.Location, "X-OCCI-Location: " + compute, 403, image.ID()},
		{"take an image off", "DELETE", image.Location, "X-OCCI-Location: " + compute, 409, image.ID()},
		{"take a size off all", "DELETE", size.Location, "", 409, size.ID()},
		{"replace who has a size", "PUT", size.Location, "", 403, size.ID()},
		{"associate sizes as such", "POST", "/mixin/resource_tpl/", "X-OCCI-Location: " + compute, 400, "resource_tpl"},
		{"associate a size with a storage", "POST", size.Location, "X-OCCI-Location: " + storage, 400, size.ID()},
		{"associate a built-in mixin", "POST", "/mixin/ssh_key/", "X-OCCI-Location: " + compute, 400, "ssh_key"},
		{"replace at a union", "PUT", "/resource/", "X-OCCI-Location: " + compute, 405, ""},
		{"dissociate at nothing", "DELETE", "/tag/none/", "", 404, "/tag/none/"},
	}
	before := p.Must(t, 200, "GET", "/-/", "").Body
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := p.Do(t, c.method, c.path, c.body, "Content-Type", "text/plain")
			if a.Status != c.status || !strings.Contains(a.Body, c.want) {
				t.Errorf("%d %.300q, want %d with %q", a.Status, a.Body, c.status, c.want)
			}
			promised(t, a)
		})
	}
	if after := p.Must(t, 200, "GET", "/-/", "").Body; after != before {
		t.Error("a refused request has changed the query interface")
	}
	p.members(t, mine.location, compute)
}

// TestResizeByMixin gives a machine another size by making it a member of it.
func TestResizeByMixin(t *testing.T) {
	p := StartTwo(t, "100ms")
	machine := func(cloud string) string {
		return p.create(t, occi.TextPlain, "/compute/", speakers[occi.TextPlain].compute(Wish{
			Image: p.Mixin(t, occi.MixinOSTemplate, cloud+"-.*debian"),
			Size:  p.Mixin(t, occi.MixinResourceTemplate, cloud+"-(m1_small|t3_micro)"),
			Title: "small",
		}))
	}
	compute, elsewhere := machine("private"), machine("amazon")
	p.State(t, compute, "active")
	p.State(t, elsewhere, "active")
	medium := p.Mixin(t, occi.MixinResourceTemplate, "private-m1_medium")
	list := tongues[occi.TextPlain].list
	a := p.ask(t, 409, "POST", medium.Location, list([]string{compute, elsewhere}), occi.TextPlain)
	if !strings.Contains(a.Body, "another cloud") {
		t.Errorf("a size of another cloud: %q", a.Body)
	}
	p.ask(t, 200, "POST", medium.Location, list([]string{compute}), occi.TextPlain)
	p.Eventually(t, "resized", func() bool { return slices.Contains(p.listOf(t, medium.Location), path(compute)) })
	p.State(t, compute, "active")
	p.ask(t, 200, "POST", medium.Location, list([]string{compute}), occi.TextPlain) // it has it already

	p.ask(t, 200, "POST", "/mixin/resource_tpl/large/", list([]string{compute}), occi.TextPlain)
	p.Eventually(t, "resized to the profile's size", func() bool {
		return strings.Contains(p.Must(t, 200, "GET", compute, "").Body, "occi.compute.cores=4")
	})
	if got := p.listOf(t, medium.Location); slices.Contains(got, path(compute)) {
		t.Errorf("it has the old size too: %v", got)
	}
	small := p.Mixin(t, occi.MixinResourceTemplate, "amazon-t3_small")
	if a = p.ask(t, 409, "POST", small.Location, list([]string{elsewhere}), occi.TextPlain); !strings.Contains(a.Body, "active") {
		t.Errorf("a machine that has to be stopped first: %q", a.Body)
	}
}
