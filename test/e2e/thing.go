package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// thing is an entity as a client describes it.
type thing struct {
	kind, title, summary string
	mixins               []string // type identifiers
	attributes           map[string]any
	source, target       string // links
	links                []thing
}

// Say sends an entity in a media type, which the answer is asked for in too.
func (p *Program) Say(t testing.TB, method, path string, media occi.MediaType, e thing) Answer {
	t.Helper()
	headers := []string{"Content-Type", string(media), "Accept", string(media)}
	switch media {
	case occi.OCCIJSON:
		body, err := json.Marshal(e.json())
		if err != nil {
			t.Fatal(err)
		}
		return p.Do(t, method, path, string(body), headers...)
	case occi.TextOCCI:
		for _, line := range e.lines() {
			name, value, _ := strings.Cut(line, ": ")
			headers = append(headers, name, value)
		}
		return p.Do(t, method, path, "", headers...)
	}
	return p.Do(t, method, path, strings.Join(e.lines(), "\n"), headers...)
}

// made creates an entity in text and returns its URL.
func (p *Program) made(t *testing.T, location string, e thing) string {
	t.Helper()
	a := p.Say(t, "POST", location, occi.TextPlain, e)
	if a.Status != http.StatusCreated {
		t.Fatalf("POST %s: %d %s", location, a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// Echo puts back what it gets.
func (p *Program) Echo(t testing.TB, url string, media occi.MediaType) Answer {
	t.Helper()
	got := p.Must(t, http.StatusOK, "GET", url, "", "Accept", string(media))
	headers := []string{"Content-Type", string(media), "Accept", string(media)}
	if media != occi.TextOCCI {
		return p.Do(t, "PUT", url, got.Body, headers...)
	}
	for _, name := range []string{"Category", "Link", "X-Occi-Attribute"} {
		for _, value := range got.Header[name] {
			headers = append(headers, name, value)
		}
	}
	return p.Do(t, "PUT", url, "", headers...)
}

// Entity is an entity as JSON shows it.
type Entity struct {
	Kind, ID, Title, Summary string
	Mixins, Actions          []string
	Attributes               map[string]any
	Links                    []Entity
	Source, Target           struct{ Location, Kind string }
}

// Entity reads one.
func (p *Program) Entity(t testing.TB, url string) Entity {
	t.Helper()
	var e Entity
	p.decode(t, p.Must(t, http.StatusOK, "GET", url, "", "Accept", string(occi.OCCIJSON)), &e)
	return e
}

// has checks that an entity has mixins, by parts of their identifiers.
func (p *Program) has(t *testing.T, e Entity, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !slices.ContainsFunc(e.Mixins, func(id string) bool { return strings.Contains(id, part) }) {
			t.Errorf("%s has no %s: %v", e.ID, part, e.Mixins)
		}
	}
}

func (e thing) lines() []string {
	var lines []string
	category := func(id, class string) {
		scheme, term := occi.SplitID(id)
		lines = append(lines, fmt.Sprintf("Category: %s; scheme=%q; class=%q", term, scheme, class))
	}
	if e.kind != "" {
		category(e.kind, "kind")
	}
	for _, id := range e.mixins {
		category(id, "mixin")
	}
	for _, l := range e.links {
		line := fmt.Sprintf("Link: <%s>; rel=%q; category=%q", l.target, targets[l.kind], strings.Join(append([]string{l.kind}, l.mixins...), " "))
		lines = append(lines, line+strings.Join(l.pairs("; "), ""))
	}
	return append(lines, e.pairs("X-OCCI-Attribute: ")...)
}

// targets are the kinds that links lead to.
var targets = map[string]string{
	occi.KindStorageLink: occi.KindStorage, occi.KindNetworkInterface: occi.KindNetwork,
}

// pairs are the attributes, each behind a prefix.
func (e thing) pairs(prefix string) []string {
	all := map[string]any{}
	maps.Copy(all, e.attributes)
	for name, value := range map[string]string{
		occi.AttrTitle: e.title, occi.AttrSummary: e.summary, occi.AttrSource: e.source, occi.AttrTarget: e.target,
	} {
		if value != "" {
			all[name] = value
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		value := all[name]
		if text, ok := value.(string); ok {
			value = fmt.Sprintf("%q", text)
		}
		lines = append(lines, fmt.Sprintf("%s%s=%v", prefix, name, value))
	}
	return lines
}

func (e thing) json() map[string]any {
	m := map[string]any{}
	for name, value := range map[string]string{"kind": e.kind, "title": e.title, "summary": e.summary} {
		if value != "" {
			m[name] = value
		}
	}
	if e.mixins != nil {
		m["mixins"] = e.mixins
	}
	if e.attributes != nil {
		m["attributes"] = e.attributes
	}
	for name, location := range map[string]string{"source": e.source, "target": e.target} {
		if location != "" {
			m[name] = map[string]string{"location": location}
		}
	}
	var links []map[string]any
	for _, l := range e.links {
		links = append(links, l.json())
	}
	if links != nil {
		m["links"] = links
	}
	return m
}
