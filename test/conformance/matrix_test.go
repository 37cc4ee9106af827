package conformance

import (
	"fmt"
	"strings"
	"testing"
)

// notDefined are the combinations of URL and verb that OCCI does not have. One
// row for each is enough, since their refusals are the same in each rendering.
var notDefined = map[string]bool{
	"query action": true, "query PUT": true, "kind PUT": true,
	"union POST": true, "union action": true, "union PUT": true, "union DELETE": true,
	"link action": true,
}

// TestMatrix checks that the table has a row for each type of URL, verb and
// rendering: that of the request where it has a body, else of the answer.
func TestMatrix(t *testing.T) {
	groups, err := Groups()
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]int{}
	for _, g := range groups {
		for i := range g.Rows {
			url, verb, rendering := place(&g.Rows[i])
			covered[url+" "+verb+" "+rendering]++
			covered[url+" "+verb]++
		}
	}
	for _, url := range []string{"query", "kind", "mixin", "union", "entity", "link"} {
		for _, verb := range []string{"GET", "HEAD", "POST", "action", "PUT", "DELETE"} {
			cell := url + " " + verb
			if covered[cell] == 0 {
				t.Errorf("no row for %s", cell)
			}
			if notDefined[cell] || verb == "HEAD" {
				continue
			}
			for _, rendering := range []string{"text/plain", "text/occi", "application/occi+json"} {
				if covered[cell+" "+rendering] == 0 {
					t.Errorf("no row for %s in %s", cell, rendering)
				}
			}
			if verb == "GET" && covered[cell+" text/uri-list"] == 0 {
				t.Errorf("no row for %s as a list of URIs", cell)
			}
		}
	}
}

// place says what type of URL a row is about, what it does there and in which
// rendering.
func place(r *Row) (url, verb, rendering string) {
	path, query, _ := strings.Cut(r.Path, "?")
	url = urlType(path)
	verb = r.Method
	if strings.Contains(query, "action=") {
		verb = "action"
	}
	sent, accepted := "", ""
	for _, h := range r.Headers {
		switch h[0] {
		case "Content-Type":
			sent, _, _ = strings.Cut(h[1], ",")
		case "Accept":
			accepted, _, _ = strings.Cut(h[1], ",")
		}
	}
	rendering = accepted
	if verb != "GET" && (sent != "" && (r.Body != "" || sent == "text/occi")) {
		rendering = sent
	}
	if rendering == "" {
		rendering = "text/plain"
	}
	return url, verb, rendering
}

func urlType(path string) string {
	kinds := "/compute/ /storage/ /network/ /networkinterface/ /storagelink/ /ipreservation/ "
	switch {
	case strings.HasSuffix(path, "/-/"):
		return "query"
	case path == "/" || path == "/entity/" || path == "/resource/" || path == "/link/":
		return "union"
	case strings.HasPrefix(path, "/mixin/") || strings.HasPrefix(path, "/tag/"):
		return "mixin"
	case strings.Contains(kinds, strings.TrimSuffix(path, "/")+"/ "):
		return "kind"
	case strings.HasPrefix(path, "/networkinterface/") || strings.HasPrefix(path, "/storagelink/"):
		return "link"
	case strings.Count(path, "/") == 2:
		return "entity"
	}
	return fmt.Sprintf("other: %s", path)
}
