package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// acting writes an action and the entities that it is meant for in a media type.
func acting(media occi.MediaType, term string, paths ...string) (body string, headers []string) {
	headers = []string{"Content-Type", string(media)}
	category := strings.TrimSuffix(strings.TrimPrefix(speakers[occi.TextPlain].action(term), "Category: "), "\n")
	switch media {
	case occi.TextOCCI:
		if headers = append(headers, "Category", category); len(paths) > 0 {
			headers = append(headers, "X-OCCI-Location", strings.Join(paths, ", "))
		}
		return "", headers
	case occi.OCCIJSON:
		list := []map[string]string{}
		for _, path := range paths {
			list = append(list, map[string]string{"id": path[strings.LastIndexByte(path, '/')+1:]})
		}
		text, _ := json.Marshal(map[string]any{"action": occi.SchemeComputeAction + term, "resources": list}) // of strings alone
		return string(text), headers
	case occi.URIList:
		return strings.Join(paths, "\n"), headers
	}
	body = "Category: " + category
	for _, path := range paths {
		body += "\nX-OCCI-Location: " + path
	}
	return body, headers
}

// states are the states of all computes by path.
func (p *Program) states(t *testing.T) map[string]any {
	t.Helper()
	states := map[string]any{}
	for _, e := range p.entities(t, "/compute/") {
		states[e.location()] = e.Attributes["occi.compute.state"]
	}
	return states
}

func TestCollectionAction(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	a := p.Must(t, 201, "POST", "/compute/", resources(machines(both(t, p), "herd", 3)...), "Content-Type", "application/occi+json", "Accept", string(occi.URIList))
	herd := p.paths(t, a, occi.URIList)
	for _, path := range herd {
		p.State(t, path, "active")
	}
	all := p.states(t)
	for i, media := range collectionMedia {
		t.Run(string(media), func(t *testing.T) {
			term, state := "stop", "inactive"
			if i%2 == 1 {
				term, state = "start", "active"
			}
			body, headers := acting(media, term, herd...)
			if a := p.Must(t, 200, "POST", "/compute/?action="+term, body, headers...); a.Body != "OK" {
				t.Errorf("body %q", a.Body)
			}
			for _, path := range herd {
				p.State(t, path, state)
				all[path] = state
			}
			if got := p.states(t); !sameStates(got, all) {
				t.Errorf("states %v, want %v", got, all)
			}
			p.Must(t, 200, "POST", "/compute/?action="+term, body, headers...) // they are there already
		})
	}
	t.Run("H-36 a mixin's members, without a body", func(t *testing.T) {
		tag := `herd; scheme="http://example.org/herds#"; class="mixin"; location="/herd/"`
		p.Must(t, 200, "POST", "/-/", "Category: "+tag, "Content-Type", "text/plain")
		p.Must(t, 200, "POST", "/herd/?action=stop", "") // of none
		body, headers := naming(occi.TextPlain, herd...)
		p.Must(t, 200, "POST", "/herd/", body, headers...)
		p.Must(t, 200, "POST", "/herd/?action=stop", "")
		for _, path := range herd {
			p.State(t, path, "inactive")
			all[path] = "inactive"
		}
		if got := p.states(t); !sameStates(got, all) {
			t.Errorf("states %v, want %v", got, all)
		}
	})
}

func sameStates(a, b map[string]any) bool {
	for path, state := range a {
		if b[path] != state {
			return false
		}
	}
	return len(a) == len(b)
}

// TestCollectionActionChecksFirst asks for what not all members can do: none of
// them may do it.
func TestCollectionActionChecksFirst(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	a := p.Must(t, 201, "POST", "/compute/", resources(machines(both(t, p), "mixed", 2)...), "Content-Type", "application/occi+json", "Accept", string(occi.URIList))
	mixed := p.paths(t, a, occi.URIList) // at EC2, which does not suspend this one, and at OpenStack, which does
	for _, path := range mixed {
		p.State(t, path, "active")
	}
	before := p.states(t)
	t.Run("one cannot", func(t *testing.T) {
		body, headers := acting(occi.TextPlain, "suspend", mixed...)
		a := p.Must(t, 409, "POST", "/compute/?action=suspend", body, append(headers, "Accept", "application/occi+json")...)
		got := p.results(t, a)
		if len(got) != 1 || got[0].Result != "refused" || got[0].Location != p.URL+mixed[0] || got[0].Message == "" {
			t.Errorf("%+v", got)
		}
		a = p.Must(t, 409, "POST", "/compute/?action=suspend", body, headers...)
		if lines := strings.Split(a.Body, "\n"); len(lines) != 2 || !strings.HasPrefix(lines[1], "1 refused "+p.URL+mixed[0]+": ") {
			t.Errorf("%q", a.Body)
		}
		a = p.Must(t, 409, "POST", "/compute/?action=suspend", body, append(headers, "Accept", "text/occi")...)
		if a.Header.Get("X-OCCI-Error") == "" || !strings.Contains(a.Body, mixed[0]) {
			t.Errorf("%q %q", a.Header.Get("X-OCCI-Error"), a.Body)
		}
	})
	storage := first(t, p, "/storage/")
	stop := `Category: stop; scheme="` + occi.SchemeComputeAction + `"; class="action"`
	for name, c := range map[string]struct {
		status     int
		path, body string
		says       string
	}{
		"C-19 members without the action": {400, "/mixin/cloud/amazon/?action=stop", stop, "stop"},
		"an unknown action":               {400, "/compute/?action=explode", "", "explode"},
		"an unknown action of nothing":    {400, "/mixin/public_net/?action=explode", "", "explode"},
		"another action in the body":      {400, "/compute/?action=start", stop, "stop"},
		"an unknown parameter":            {400, "/compute/?action=stop", stop + "\nX-OCCI-Attribute: speed=1", "speed"},
		"another method":                  {400, "/compute/?action=stop", stop + "\nX-OCCI-Attribute: method=\"axe\"", "method"},
		"an entity of another collection": {400, "/compute/?action=stop", stop + "\nX-OCCI-Location: " + mixed[1] + "\nX-OCCI-Location: " + storage, storage},
		"an unknown entity":               {400, "/compute/?action=stop", stop + "\nX-OCCI-Location: " + mixed[1] + "\nX-OCCI-Location: /compute/none", "/compute/none"},
		"a filter":                        {400, "/compute/?action=stop&attribute=occi.compute.cores=99", stop, "attribute"},
		"a page":                          {400, "/compute/?action=stop;page=1;number=1", stop, "page"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := p.Must(t, c.status, "POST", c.path, c.body, "Content-Type", "text/plain"); !strings.Contains(a.Body, c.says) {
				t.Errorf("%q does not say %q", a.Body, c.says)
			}
		})
	}
	if got := p.states(t); !sameStates(got, before) {
		t.Errorf("states %v, before %v", got, before)
	}
	if !slices.Contains(p.titled(t, "mixed"), mixed[0]) {
		t.Error("the machines are gone")
	}
}
