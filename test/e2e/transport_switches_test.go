package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestSwitches asks the same with a switch at its default and changed.
func TestSwitches(t *testing.T) {
	const jsonMedia = "application/occi+json"
	const unlinked = `Category: compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"` + "\n" +
		`Link: </compute/x?action=stop>; rel="http://schemas.ogf.org/occi/infrastructure/compute/action#stop"`
	const linked = unlinked + "\n" +
		`Link: </network/x>; rel="http://schemas.ogf.org/occi/infrastructure#network"; category="http://schemas.ogf.org/occi/infrastructure#networkinterface"`
	usual := serving(t, "")
	for _, c := range []struct {
		occi                         string
		method, path, body           string // the path COMPUTE is that of the first compute
		headers                      []string
		has, usually                 string // in the body, with the switch changed and at its default alone
		changedStatus, defaultStatus int    // 0 is 200
	}{
		{occi: "legacy_1_1: false", method: "GET", path: "/-/", has: "compute/action#save", usually: "occi.compute.speed"},
		{occi: "entity_location: false", method: "GET", path: "/-/", has: "#entity", usually: `location="/entity/"`},
		{occi: "bare_ids: true", method: "GET", path: "COMPUTE", has: `occi.core.id="`, usually: "urn:uuid:"},
		{occi: "omit_patterns: true", method: "GET", path: "/-/", headers: []string{"Accept", jsonMedia}, has: `"kinds"`, usually: `"pattern":{`},
		{occi: "crlf: true", method: "GET", path: "/compute/", has: "\r\nX-OCCI-Location: http", usually: "0\nX-"},
		{occi: "crlf: true", method: "GET", path: "/-/", has: "\r\nCategory: ", usually: "\"\nCategory: "},
		{occi: "default_media: " + jsonMedia, method: "GET", path: "COMPUTE", has: `{"kind":`, usually: "Category: "},
		{occi: "default_media: " + jsonMedia, method: "GET", path: "COMPUTE", headers: []string{"Accept", "*/*"}, has: `{"kind":`, usually: "Category: "},
		{occi: "unsupported_media: 406", method: "POST", path: "COMPUTE", headers: []string{"Content-Type", "application/yaml"}, has: "yaml", changedStatus: 406, defaultStatus: 415},
		{occi: "observed: false", method: "GET", path: "COMPUTE", has: "Category: compute", usually: "org.occigate.observed.time="},
		{occi: "observed: false", method: "GET", path: "/-/", has: "Category: compute;", usually: "Category: observed;"},
		{occi: "strict_links: true", method: "PUT", path: "COMPUTE", body: linked, headers: []string{"Content-Type", "text/plain"}, has: "links", changedStatus: 400},
		{occi: "strict_links: true", method: "PUT", path: "COMPUTE", body: unlinked, headers: []string{"Content-Type", "text/plain"}, has: "Category: compute"},
	} {
		t.Run(c.occi+" "+c.path, func(t *testing.T) {
			changed := serving(t, "occi: {"+c.occi+"}\n")
			ask := func(p *Program, status int) string {
				if status == 0 {
					status = http.StatusOK
				}
				path := c.path
				if path == "COMPUTE" {
					path = first(t, usual, "/compute/")
				}
				return p.Must(t, status, c.method, path, c.body, c.headers...).Body
			}
			first(t, changed, "/compute/")
			with, without := ask(changed, c.changedStatus), ask(usual, c.defaultStatus)
			if !strings.Contains(with, c.has) || c.usually != "" && strings.Contains(with, c.usually) {
				t.Errorf("with the switch, %q is wanted and not %q:\n%.2000s", c.has, c.usually, with)
			}
			if !strings.Contains(without, c.usually) {
				t.Errorf("without the switch, %q is wanted:\n%.2000s", c.usually, without)
			}
		})
	}
}
