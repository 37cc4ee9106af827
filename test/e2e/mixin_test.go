package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"occigate/test/servers"
	"occigate/translate/occi"
)

// tag is a user's mixin.
type tag struct{ term, scheme, title, location, rel string }

func (m tag) id() string { return m.scheme + m.term }

// said is one way to write a request.
type said struct {
	body    string
	headers []string // pairs of name and value, Content-Type among them
}

// tongue is how requests about mixins are written in one media type.
type tongue struct {
	define func(tag) said
	name   func(tag) said // as a DELETE needs it
	list   func(paths []string) said
}

func body(media occi.MediaType, text string) said {
	return said{text, []string{"Content-Type", string(media)}}
}

func category(m tag) string {
	line := fmt.Sprintf("%s; scheme=%q; class=\"mixin\"", m.term, m.scheme)
	for _, p := range [][2]string{{"title", m.title}, {"rel", m.rel}, {"location", m.location}} {
		if p[1] != "" {
			line += fmt.Sprintf("; %s=%q", p[0], p[1])
		}
	}
	return line
}

func marshal(value any) string {
	b, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// tongues are the media types in which mixins can be defined.
var tongues = map[occi.MediaType]tongue{
	occi.TextPlain: {
		define: func(m tag) said { return body(occi.TextPlain, "Category: "+category(m)) },
		name: func(m tag) said {
			return body(occi.TextPlain, "Category: "+category(tag{term: m.term, scheme: m.scheme}))
		},
		list: func(paths []string) said {
			return body(occi.TextPlain, "X-OCCI-Location: "+strings.Join(paths, "\nX-OCCI-Location: "))
		},
	},
	occi.TextOCCI: {
		define: func(m tag) said {
			return said{"", []string{"Content-Type", "text/occi", "Category", category(m)}}
		},
		name: func(m tag) said {
			return said{"", []string{"Category", category(tag{term: m.term, scheme: m.scheme})}}
		},
		list: func(paths []string) said {
			return said{"", []string{"Content-Type", "text/occi", "X-OCCI-Location", strings.Join(paths, ", ")}}
		},
	},
	occi.OCCIJSON: {
		define: func(m tag) said {
			definition := map[string]any{"term": m.term, "scheme": m.scheme, "title": m.title, "location": m.location}
			if m.rel != "" {
				definition["depends"] = []string{m.rel}
			}
			return body(occi.OCCIJSON, marshal(map[string]any{"mixins": []any{definition}}))
		},
		name: func(m tag) said {
			return body(occi.JSON, marshal(map[string]any{"mixins": []any{map[string]string{"term": m.term, "scheme": m.scheme}}}))
		},
		list: func(paths []string) said {
			var resources []any
			for _, p := range paths {
				resources = append(resources, map[string]string{"id": "urn:uuid:" + p[strings.LastIndexByte(p, '/')+1:]})
			}
			return body(occi.OCCIJSON, marshal(map[string]any{"resources": resources}))
		},
	},
}

// ask sends a request as it is said, which has to be answered with a status.
func (p *Program) ask(t *testing.T, status int, method, path string, s said, accept occi.MediaType) Answer {
	t.Helper()
	a := p.Must(t, status, method, path, s.body, append(slices.Clone(s.headers), "Accept", string(accept))...)
	promised(t, a)
	return a
}

// listOf are the paths that a collection lists.
func (p *Program) listOf(t *testing.T, collection string) []string {
	t.Helper()
	text := p.Must(t, http.StatusOK, "GET", collection, "", "Accept", string(occi.URIList)).Body
	paths := strings.Fields(strings.ReplaceAll(text, p.URL, ""))
	slices.Sort(paths)
	return paths
}

func (p *Program) members(t *testing.T, collection string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := p.listOf(t, collection); !slices.Equal(got, want) {
		t.Errorf("%s lists %v, want %v", collection, got, want)
	}
}

const people = "http://people.example.org/ann/tag#"

// TestUserMixins takes a user's mixin through its life in each media type.
func TestUserMixins(t *testing.T) {
	p := StartTwo(t, "100ms")
	compute, storage, network := first(t, p, "/compute/"), first(t, p, "/storage/"), first(t, p, "/network/")
	link, mapped := first(t, p, "/networkinterface/"), first(t, p, "/storagelink/")
	for media, speak := range tongues {
		t.Run(string(media), func(t *testing.T) {
			_, form, _ := strings.Cut(string(media), "/")
			m := tag{occi.Term(form), people, "Mine", "/tag/" + occi.Term(form) + "/", ""}
			before := p.Must(t, 200, "GET", "/-/", "").Body
			ok := p.ask(t, 200, "POST", "/-/", speak.define(m), media)
			if want := string(occi.AppendOK(nil, media)); ok.Body != want {
				t.Errorf("POST /-/: %q, want %q", ok.Body, want)
			}
			p.shownIn(t, m, "/-/", true)
			p.ask(t, 403, "POST", "/-/", speak.define(m), media)
			p.members(t, m.location)

			p.ask(t, 200, "POST", m.location, speak.list([]string{compute, network}), media)
			p.members(t, m.location, compute, network)
			p.ask(t, 200, "POST", strings.TrimSuffix(m.location, "/"), speak.list([]string{network, link, link}), media)
			p.members(t, m.location, compute, network, link)
			p.shownIn(t, m, compute, true)
			p.shownIn(t, m, link, true)
			p.shownIn(t, m, storage, false)

			p.ask(t, 200, "PUT", m.location, speak.list([]string{storage, link, mapped}), media)
			p.members(t, m.location, storage, link, mapped)
			p.shownIn(t, m, compute, false)
			p.ask(t, 200, "DELETE", m.location, speak.list([]string{link, compute}), media)
			p.members(t, m.location, storage, mapped)
			p.ask(t, 200, "DELETE", m.location, said{}, media)
			p.members(t, m.location)

			p.ask(t, 200, "POST", m.location, speak.list([]string{compute, storage}), media)
			p.ask(t, 200, "DELETE", "/-/", speak.name(m), media)
			p.Must(t, 404, "GET", m.location, "")
			p.shownIn(t, m, compute, false)
			p.ask(t, 403, "DELETE", "/-/", speak.name(m), media)
			if after := p.Must(t, 200, "GET", "/-/", "").Body; after != before {
				t.Error("the query interface differs from what it was before")
			}
			p.ask(t, 200, "POST", "/.well-known/org/ogf/occi/-/", speak.define(m), media)
			p.members(t, m.location) // those of the earlier one are forgotten
			p.ask(t, 200, "DELETE", "/.well-known/org/ogf/occi/-/", speak.name(m), media)
		})
	}
	for _, url := range []string{compute, storage, network, link, mapped} {
		p.Must(t, 200, "GET", url, "") // no entity was deleted with a mixin
	}
}

// shownIn checks whether a mixin is in the renderings of a URL.
func (p *Program) shownIn(t *testing.T, m tag, url string, want bool) {
	t.Helper()
	plain := p.Must(t, 200, "GET", url, "", "Accept", "text/plain").Body
	if got := strings.Contains(plain, "Category: "+category(m)+"\n"); got != want {
		t.Errorf("%s shows %s: %v in text, want %v\n%s", url, m.id(), got, want, plain)
	}
	object := p.Must(t, 200, "GET", url, "", "Accept", "application/occi+json").Body
	object, _, _ = strings.Cut(object, `,"links":[`) // those have mixins of their own
	if got := strings.Contains(object, `"`+m.id()+`"`) || strings.Contains(object, `"term":"`+m.term+`","scheme":"`+m.scheme+`"`); got != want {
		t.Errorf("%s shows %s: %v in JSON, want %v\n%.2000s", url, m.id(), got, want, object)
	}
}

// TestMembershipAnswers checks what a client is told of a mixin's members, and
// the forms in which JSON lists entities.
func TestMembershipAnswers(t *testing.T) {
	p := StartTwo(t, "100ms")
	compute, link := first(t, p, "/compute/"), first(t, p, "/networkinterface/")
	m := tag{"answers", people, "", "/tag/answers/", ""}
	p.ask(t, 200, "POST", "/-/", tongues[occi.TextPlain].define(m), occi.TextPlain)
	id := func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
	both := tongues[occi.TextPlain].list([]string{compute, p.URL + link})
	for media, want := range map[occi.MediaType]string{
		occi.TextPlain: "OK", occi.TextOCCI: "OK",
		occi.URIList:  p.URL + compute + "\n" + p.URL + link,
		occi.OCCIJSON: `{"resources":[{`, occi.JSON: `],"links":[{`,
	} {
		for _, method := range []string{"PUT", "POST"} {
			if a := p.ask(t, 200, method, m.location, both, media); !strings.Contains(a.Body, want) {
				t.Errorf("%s in %s: %q, want %q", method, media, a.Body, want)
			}
		}
	}
	for name, list := range map[string]said{
		"URI list":           body(occi.URIList, "# mine\r\n"+p.URL+compute+"\r\n"),
		"array of locations": body(occi.OCCIJSON, `["`+p.URL+compute+`"]`),
		"locations":          body(occi.OCCIJSON, `{"resources":["`+compute+`"]}`),
		"kind and id":        body(occi.OCCIJSON, `{"resources":[{"kind":"`+infra+`compute","id":"`+id(compute)+`"}]}`),
		"one object":         body(occi.JSON, `{"id":"`+id(compute)+`"}`),
		"headers and body":   {"", []string{"Content-Type", "text/plain", "X-OCCI-Location", p.URL + compute}},
	} {
		t.Run(name, func(t *testing.T) {
			p.ask(t, 200, "PUT", m.location, body(occi.JSON, `{"links":[{"id":"`+id(link)+`"}]}`), occi.TextPlain)
			p.members(t, m.location, link)
			p.ask(t, 200, "PUT", m.location, list, occi.TextPlain)
			p.members(t, m.location, compute)
		})
	}
	p.ask(t, 200, "PUT", m.location, body(occi.OCCIJSON, `{"resources":[]}`), occi.TextPlain)
	p.members(t, m.location)
	for _, method := range []string{"HEAD", "OPTIONS"} {
		if a := p.Do(t, method, m.location, ""); a.Status != 200 {
			t.Errorf("%s: %d", method, a.Status)
		}
	}
	if a := p.Do(t, "PATCH", m.location, ""); a.Status != 405 || a.Header.Get("Allow") != "GET, HEAD, POST, PUT, DELETE, OPTIONS" {
		t.Errorf("PATCH: %d, Allow %q", a.Status, a.Header.Get("Allow"))
	}
}

// TestMixinRelations holds what a user's mixin depends on and applies to, known
// or not.
func TestMixinRelations(t *testing.T) {
	p := StartTwo(t, "100ms")
	compute, storage := first(t, p, "/compute/"), first(t, p, "/storage/")
	text := tongues[occi.TextPlain]
	t.Run("of the pOCCI suite", func(t *testing.T) {
		m := tag{"stufik", "http://example.com/occi/my_stuff#", "", "/mixin/resource_tpl/extra_large/", occi.MixinResourceTemplate}
		p.ask(t, 200, "POST", "/-/", text.define(m), occi.TextPlain)
		p.shownIn(t, m, "/-/", true)
		p.ask(t, 400, "POST", m.location, text.list([]string{storage}), occi.TextPlain)
		p.ask(t, 200, "POST", m.location, text.list([]string{compute}), occi.TextPlain)
		p.members(t, m.location, compute)
	})
	t.Run("unknown", func(t *testing.T) {
		m := tag{"odd", people, "", "/tag/odd/", "http://example.com/none#none"}
		p.ask(t, 200, "POST", "/-/", text.define(m), occi.TextPlain)
		p.ask(t, 200, "POST", m.location, text.list([]string{storage}), occi.TextPlain)
		for _, url := range []string{"/-/", storage} {
			for _, media := range []string{"text/plain", "application/occi+json"} {
				if a := p.Must(t, 200, "GET", url, "", "Accept", media); strings.Contains(a.Body, m.rel) {
					t.Errorf("%s in %s shows what no client can know:\n%s", url, media, a.Body)
				}
			}
		}
		m.rel = ""
		p.shownIn(t, m, "/-/", true)
	})
	t.Run("on each other, whatever their order", func(t *testing.T) {
		last := tag{"zz", people, "", "/tag/z/z/", ""}
		head := tag{"aa", people, "", "/tag/aa/", last.id()}
		p.ask(t, 200, "POST", "/-/", body(occi.TextPlain, "Category: "+category(last)+"\nCategory: "+category(head)), occi.TextPlain)
		p.ask(t, 200, "POST", head.location, text.list([]string{storage}), occi.TextPlain)
		p.members(t, last.location, storage)
		p.members(t, "/tag/z/", storage) // the mixins below there, and what depends on them
		p.shownIn(t, head, "/-/", true)
		p.shownIn(t, head, storage, true)
		p.ask(t, 200, "DELETE", last.location, said{}, occi.TextPlain) // it is not the entity's own
		p.members(t, last.location, storage)
		p.ask(t, 200, "DELETE", "/-/", text.name(last), occi.TextPlain)
		head.rel = ""
		p.shownIn(t, head, storage, true)
	})
	t.Run("only for some kinds", func(t *testing.T) {
		define := `{"term":"disk","scheme":"` + people + `","location":"/tag/disk/","applies":["` + occi.KindStorage + `"]}`
		p.ask(t, 200, "POST", "/-/", body(occi.OCCIJSON, define), occi.OCCIJSON)
		if a := p.Must(t, 200, "GET", "/-/?category="+strings.ReplaceAll(people, "#", "%23")+"disk", "", "Accept", "application/occi+json"); !strings.Contains(a.Body, `"applies":["`+occi.KindStorage+`"]`) {
			t.Errorf("applies is not shown: %s", a.Body)
		}
		p.ask(t, 400, "POST", "/tag/disk/", text.list([]string{storage, compute}), occi.TextPlain)
		p.members(t, "/tag/disk/")
		p.ask(t, 200, "POST", "/tag/disk/", text.list([]string{storage}), occi.TextPlain)
	})
}

// TestMixinsSurvive finds mixins and their members again after a restart and a
// refresh of everything, in both stores.
func TestMixinsSurvive(t *testing.T) {
	for name, store := range map[string]func(*testing.T) string{
		"embedded": func(*testing.T) string { return "{embedded: {path: DIR/mixins.db}}" },
		"Redis": func(t *testing.T) string {
			address := servers.Redis(t).Address
			return `{redis: {addresses: ["` + address + `"]}}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := file(t, "store: "+store(t)+"\nrefresh: {servers: 1s, volumes: 1s, networks: 1s, addresses: 1s, catalogue: 1s, fast: 500ms, least: 500ms}\n"+twoClouds(t))
			survive(t, config)
		})
	}
}

// TestMixinsAtTwoGateways defines mixins at one gateway and uses them at another
// that shares its store.
func TestMixinsAtTwoGateways(t *testing.T) {
	address := servers.Redis(t).Address
	config := file(t, `store: {redis: {addresses: ["`+address+`"]}}`+"\nrefresh: {fast: 500ms, least: 500ms}\n"+twoClouds(t))
	env := map[string]string{"OCCIGATE_PASSWORD": "secret"}
	one := Start(t, env, "serve", "--config", config, "--listen", "127.0.0.1:0")
	two := Start(t, env, "serve", "--config", config, "--listen", "127.0.0.1:0")
	compute := first(t, one, "/compute/")
	m, text := tag{"shared", people, "", "/tag/shared/", ""}, tongues[occi.TextPlain]
	one.ask(t, 200, "POST", "/-/", text.define(m), occi.TextPlain)
	two.Eventually(t, "defined at the other gateway", func() bool { return two.Do(t, "GET", m.location, "").Status == 200 })
	two.ask(t, 200, "POST", m.location, text.list([]string{compute}), occi.TextPlain)
	one.Eventually(t, "a member at the other gateway", func() bool { return slices.Equal(one.listOf(t, m.location), []string{compute}) })
	if a, b := one.Must(t, 200, "GET", "/-/", ""), two.Must(t, 200, "GET", "/-/", ""); a.Body != b.Body {
		t.Error("two gateways show different models")
	}
	one.ask(t, 200, "DELETE", "/-/", text.name(m), occi.TextPlain)
	two.Eventually(t, "removed at the other gateway", func() bool { return two.Do(t, "GET", m.location, "").Status == 404 })
	two.shownIn(t, m, compute, false)
}

// TestMixinsAtOnce lets many clients define mixins with one location: one of
// them gets it.
func TestMixinsAtOnce(t *testing.T) {
	p := StartTwo(t, "100ms")
	first(t, p, "/compute/")
	statuses := make([]int, 8)
	var wait sync.WaitGroup
	for i := range statuses {
		wait.Go(func() {
			s := tongues[occi.TextPlain].define(tag{fmt.Sprintf("at-once-%d", i), people, "", "/tag/at-once/", ""})
			statuses[i] = p.Do(t, "POST", "/-/", s.body, s.headers...).Status
		})
	}
	wait.Wait()
	slices.Sort(statuses)
	if want := []int{200, 403, 403, 403, 403, 403, 403, 403}; !slices.Equal(statuses, want) {
		t.Errorf("%v, want %v", statuses, want)
	}
}

func survive(t *testing.T, config string) {
	env := map[string]string{"OCCIGATE_PASSWORD": "secret"}
	text := tongues[occi.TextPlain]
	kept := tag{"kept", people, "Kept", "/tag/kept/", "http://example.com/none#none"}
	gone := tag{"gone", people, "", "/tag/gone/", ""}
	var members []string
	var model string
	t.Run("first", func(t *testing.T) {
		p := Start(t, env, "serve", "--config", config, "--listen", "127.0.0.1:0")
		members = []string{first(t, p, "/compute/"), first(t, p, "/network/"), first(t, p, "/networkinterface/")}
		for _, m := range []tag{kept, gone} {
			p.ask(t, 200, "POST", "/-/", text.define(m), occi.TextPlain)
			p.ask(t, 200, "POST", m.location, text.list(members), occi.TextPlain)
		}
		p.ask(t, 200, "DELETE", "/-/", text.name(gone), occi.TextPlain)
		model = p.Must(t, 200, "GET", "/-/", "").Body
	})
	t.Run("second", func(t *testing.T) {
		p := Start(t, env, "serve", "--config", config, "--listen", "127.0.0.1:0")
		refreshed := p.observed(t)
		p.Eventually(t, "refreshed", func() bool { return p.observed(t) > refreshed })
		if got := p.Must(t, 200, "GET", "/-/", "").Body; got != model {
			t.Errorf("another model after a restart:\n%s\nbefore:\n%s", got, model)
		}
		p.members(t, kept.location, members...)
		p.Must(t, 404, "GET", gone.location, "")
		p.ask(t, 200, "POST", "/-/", text.define(gone), occi.TextPlain)
		p.members(t, gone.location)
		p.ask(t, 403, "POST", "/-/", text.define(kept), occi.TextPlain)
	})
}

// observed is when the cloud was last refreshed whose refresh is the oldest.
func (p *Program) observed(t *testing.T) string {
	t.Helper()
	var report struct{ Clouds []struct{ Observed string } }
	p.decode(t, p.Must(t, 200, "GET", "/clouds", ""), &report)
	oldest := report.Clouds[0].Observed
	for _, c := range report.Clouds {
		oldest = min(oldest, c.Observed)
	}
	return oldest
}
