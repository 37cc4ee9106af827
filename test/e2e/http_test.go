package e2e

import (
	"net/http"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// TestAnswers holds the front end to what clients are promised whatever they
// send. want is a part of the body.
func TestAnswers(t *testing.T) {
	p := StartTwo(t, "100ms")
	compute := first(t, p, "/compute/")
	const text, json, uris, header = "text/plain", "application/occi+json", "text/uri-list", "text/occi"
	const kind = `Category: compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"` + "\n"
	long := strings.Repeat("x", 9<<20)
	cases := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		want                     string
	}{
		// what a malformed request is told
		{"a line that is nothing", "POST", "/compute/", kind + "nonsense", []string{"Content-Type", text}, 400, "line 2"},
		{"an unterminated quote", "POST", "/compute/", kind + `X-OCCI-Attribute: occi.core.title="web`, []string{"Content-Type", text}, 400, "line 2"},
		{"an unknown category", "POST", "/compute/", kind + `Category: nano; scheme="http://example.org/#"; class="mixin"`, []string{"Content-Type", text}, 400, "http://example.org/#nano"},
		{"an unknown attribute", "POST", "/compute/", kind + `X-OCCI-Attribute: occi.compute.colour="red"`, []string{"Content-Type", text}, 400, "occi.compute.colour"},
		{"a value of the wrong type", "POST", "/compute/", kind + `X-OCCI-Attribute: occi.compute.cores="many"`, []string{"Content-Type", text}, 400, "occi.compute.cores"},
		{"no kind", "POST", "/compute/", `X-OCCI-Attribute: occi.core.title="web"`, []string{"Content-Type", text}, 400, "kind"},
		{"another kind", "POST", "/storage/", kind, []string{"Content-Type", text}, 400, "/storage/"},
		{"a missing required attribute", "POST", "/storage/", strings.ReplaceAll(kind, "compute", "storage"), []string{"Content-Type", text}, 400, "occi.storage.size"},
		{"no JSON", "POST", "/compute/", `{"kind":`, []string{"Content-Type", json}, 400, ""},
		{"JSON of the wrong shape", "POST", "/compute/", `{"kind":["a"]}`, []string{"Content-Type", json}, 400, "/kind"},
		{"nothing", "POST", "/compute/", "", []string{"Content-Type", text}, 400, ""},
		{"a link from nowhere", "POST", "/storagelink/", `{"kind":"http://schemas.ogf.org/occi/infrastructure#storagelink","source":{"location":"/compute/none"},"target":{"location":"/storage/none"}}`, []string{"Content-Type", json}, 400, "/compute/none"},
		{"a body over the limit", "POST", "/compute/", kind + `X-OCCI-Attribute: occi.core.title="` + long + `"`, []string{"Content-Type", text}, 413, ""},
		{"an unknown media type", "POST", "/compute/", "a: b", []string{"Content-Type", "application/yaml"}, 415, "application/yaml"},
		{"an action that does not exist", "POST", compute + "?action=explode", "", []string{"Content-Type", text}, 400, "explode"},
		{"an action that is another's", "POST", compute + "?action=start", `Category: stop; scheme="http://schemas.ogf.org/occi/infrastructure/compute/action#"; class="action"`, []string{"Content-Type", text}, 400, "stop"},

		// URLs
		{"nothing there", "GET", "/nothing/", "", nil, 404, "/nothing/"},
		{"no such compute", "GET", "/compute/085f8e9b-4898-5b16-a2b7-000000000000", "", nil, 404, ""},
		{"a compute among the volumes", "GET", strings.ReplaceAll(compute, "/compute/", "/storage/"), "", nil, 404, ""},
		{"deeper than there is", "GET", compute + "/deeper", "", nil, 404, ""},
		{"a doubled slash", "GET", strings.ReplaceAll(compute, "/compute/", "/compute//"), "", nil, 200, "occi.core.id"},
		{"a URN as the last segment", "GET", strings.ReplaceAll(compute, "/compute/", "/compute/urn:uuid:"), "", nil, 200, "occi.core.id"},
		{"no slash at the end", "GET", "/compute", "", nil, 200, "X-OCCI-Location"},
		{"the well-known path", "GET", "/.well-known/org/ogf/occi/-/", "", nil, 200, "Category: entity;"},
		{"a verb that is not there", "PUT", "/compute/", "", nil, 405, "GET"},
		{"PUT on the query interface", "PUT", "/-/", "", nil, 405, "GET"},
		{"POST on a union", "POST", "/link/", "", nil, 405, "GET"},

		// media types
		{"nothing accepted", "GET", compute, "", nil, 200, "Category: compute;"},
		{"anything accepted", "GET", compute, "", []string{"Accept", "*/*"}, 200, "Category: compute;"},
		{"JSON", "GET", compute, "", []string{"Accept", json}, 200, `"kind":"http://schemas.ogf.org/occi/infrastructure#compute"`},
		{"JSON by its usual name", "GET", compute, "", []string{"Accept", "application/json"}, 200, `"kind":`},
		{"headers", "GET", compute, "", []string{"Accept", header}, 200, "OK"},
		{"a URI list of an entity", "GET", compute, "", []string{"Accept", uris}, 200, "Category: compute;"},
		{"a URI list", "GET", "/compute/", "", []string{"Accept", uris}, 200, p.URL + "/compute/"},
		{"what cannot be had", "GET", compute, "", []string{"Accept", "image/png"}, 406, "application/occi+json"},
		{"the content type of a bodiless GET", "GET", compute, "", []string{"Content-Type", "text/plain"}, 200, "occi.core.id"},
		{"a filtered query interface", "GET", "/-/", "", []string{"Category", `storage; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"`}, 200, "Category: storage;"},

		// versions
		{"a newer OCCI", "GET", "/-/", "", []string{"User-Agent", "x OCCI/2.0"}, 501, "OCCI/1.2"},
		{"an older OCCI", "GET", "/-/", "", []string{"User-Agent", "x OCCI/1.1"}, 200, ""},
		{"no version at all", "GET", "/-/", "", []string{"User-Agent", "fooOCCI/9.9bar"}, 200, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := p.Do(t, c.method, c.path, c.body, c.headers...)
			if a.Status != c.status || !strings.Contains(a.Body, c.want) {
				t.Errorf("%d %.300q, want %d with %q", a.Status, a.Body, c.status, c.want)
			}
			promised(t, a)
		})
	}
	t.Run("errors in each media type", func(t *testing.T) {
		for media, want := range map[string]string{text: "nothing", json: `"code":404`, header: "nothing"} {
			a := p.Do(t, "GET", "/nothing/", "", "Accept", media)
			if got := a.Header.Get("Content-Type"); a.Status != 404 || !strings.HasPrefix(got, media) || !strings.Contains(a.Body, want) {
				t.Errorf("%s: %d %s %q", media, a.Status, got, a.Body)
			}
			if media == header && a.Header.Get("X-OCCI-Error") == "" {
				t.Error("text/occi has no X-OCCI-Error")
			}
		}
	})
	t.Run("HEAD", func(t *testing.T) {
		for _, path := range []string{"/-/", "/compute/", compute, "/healthz"} {
			get, head := p.Do(t, "GET", path, ""), p.Do(t, "HEAD", path, "")
			if head.Status != 200 || head.Body != "" || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
				t.Errorf("HEAD %s: %d %q", path, head.Status, head.Header.Get("Content-Type"))
			}
		}
	})
}

// promised checks what every answer has.
func promised(t *testing.T, a Answer) {
	t.Helper()
	if server := a.Header.Get("Server"); !strings.Contains(server, "OCCI/1.2") || !strings.Contains(server, "OCCI/1.1") {
		t.Errorf("Server: %q", server)
	}
	for _, name := range []string{"Content-Type", "X-Request-Id"} {
		if a.Header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if strings.Contains(a.Body, "\r") || strings.HasSuffix(a.Body, "\n") {
		t.Errorf("the body has a CR or ends in a line break: %q", a.Body)
	}
}

// first is the path of the first entity of a collection.
func first(t *testing.T, p *Program, collection string) string {
	t.Helper()
	var url string
	p.Eventually(t, "listed in "+collection, func() bool {
		url, _, _ = strings.Cut(p.Must(t, http.StatusOK, "GET", collection, "", "Accept", string(occi.URIList)).Body, "\n")
		return url != ""
	})
	return path(url)
}

// TestUpdate changes what can be changed of a compute, and nothing else.
func TestUpdate(t *testing.T) {
	p := StartTwo(t, "100ms")
	compute := first(t, p, "/compute/")
	a := p.Must(t, 200, "POST", compute, `X-OCCI-Attribute: occi.core.title="renamed"`, "Content-Type", "text/plain")
	if want := `X-OCCI-Attribute: occi.core.title="renamed"`; !strings.Contains(a.Body, want) {
		t.Errorf("the answer lacks %s:\n%s", want, a.Body)
	}
	if body := p.Must(t, 200, "GET", compute, "").Body; body != a.Body {
		t.Errorf("GET differs from the answer of the update:\n%s", body)
	}
	p.Must(t, 200, "POST", compute, `{"summary":"by JSON"}`, "Content-Type", "application/occi+json")
	body := p.Must(t, 200, "GET", compute, "", "Accept", "application/occi+json").Body
	if !strings.Contains(body, `"renamed"`) || !strings.Contains(body, `"by JSON"`) {
		t.Errorf("title or summary are lost: %s", body)
	}
	a = p.Do(t, "POST", compute, `X-OCCI-Attribute: occi.core.id="urn:uuid:085f8e9b-4898-5b16-a2b7-000000000000"`, "Content-Type", "text/plain")
	if a.Status != http.StatusForbidden {
		t.Errorf("a change of the id: %d %s", a.Status, a.Body)
	}
}
