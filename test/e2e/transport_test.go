package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/access"
	"occigate/test/cloudsim/openstack"
)

// oneCloud is a configuration with a simulated OpenStack as its only account.
func oneCloud(t *testing.T, cloud *openstack.Cloud, more string) string {
	t.Helper()
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	return file(t, `
listen: 127.0.0.1:0
store: {embedded: {path: DIR/occigate.db}}
accounts:
  - name: lab
    cloud: openstack
    settings: {auth_url: "`+server.URL+`/identity/v3", username: demo, password: secret, project_name: demo}
`+more)
}

// serving is the program over one cloud with what a test adds to its
// configuration.
func serving(t *testing.T, more string) *Program {
	t.Helper()
	cloud := openstack.New(openstack.Options{})
	cloud.Seed()
	return Start(t, nil, "serve", "--config", oneCloud(t, cloud, more))
}

// TestOptions asks every kind of path what can be done there.
func TestOptions(t *testing.T) {
	p := serving(t, "")
	for path, want := range map[string][]string{
		"/-/":                    {"GET", "HEAD"},
		"/compute/":              {"GET", "HEAD", "POST"},
		"/compute":               {"GET", "HEAD", "POST"},
		"//storage//":            {"GET", "HEAD", "POST"},
		first(t, p, "/compute/"): {"GET", "HEAD", "POST", "DELETE"},
		"/":                      {"GET", "HEAD"},
		"/link/":                 {"GET", "HEAD"},
		"/mixin/os_tpl/":         {"GET", "HEAD"},
	} {
		a := p.Must(t, http.StatusOK, "OPTIONS", path, "")
		promised(t, a)
		allow := strings.Split(a.Header.Get("Allow"), ", ")
		for _, method := range append(want, "OPTIONS") {
			if !strings.Contains(a.Header.Get("Allow"), method) {
				t.Errorf("OPTIONS %s allows %q, not %s", path, allow, method)
			}
		}
		// What is not allowed is refused with the same list.
		if refused := p.Must(t, http.StatusMethodNotAllowed, "PATCH", path, ""); refused.Header.Get("Allow") != a.Header.Get("Allow") {
			t.Errorf("PATCH %s allows %q, OPTIONS %q", path, refused.Header.Get("Allow"), a.Header.Get("Allow"))
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/clouds", "/metrics"} {
		if a := p.Must(t, http.StatusMethodNotAllowed, "POST", path, ""); a.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("POST %s allows %q", path, a.Header.Get("Allow"))
		}
	}
	p.Must(t, http.StatusNotFound, "OPTIONS", "/nothing/", "")
	a, _ := exchange(t, p, "OPTIONS * HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n")
	if a.Status != http.StatusOK || a.Header.Get("Allow") == "" {
		t.Errorf("OPTIONS *: %d %v", a.Status, a.Header)
	}
	promised(t, a)
}

// TestCORS asks as browsers do for pages of another origin.
func TestCORS(t *testing.T) {
	users := fmt.Sprintf("users: [{name: ann, password_hash: %q}]\n", access.Hash("secret"))
	const page = "https://console.example.org"
	asking := []string{"Origin", page, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, x-mine"}
	t.Run("off", func(t *testing.T) {
		p := serving(t, users)
		a := p.Must(t, http.StatusUnauthorized, "OPTIONS", "/compute/", "", asking...)
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("allows %q without being configured to", got)
		}
	})
	t.Run("one origin", func(t *testing.T) {
		p := serving(t, users+"cors: {origins: ["+page+"], headers: [X-Mine], max_age: 1m}\n")
		a := p.Must(t, http.StatusNoContent, "OPTIONS", "/compute/", "", asking...)
		promised(t, a)
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": page, "Access-Control-Allow-Methods": "DELETE",
			"Access-Control-Allow-Headers": "X-Mine", "Access-Control-Max-Age": "60",
		} {
			if !strings.Contains(a.Header.Get(name), want) {
				t.Errorf("%s: %q lacks %s", name, a.Header.Get(name), want)
			}
		}
		if !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Error("pages may not send credentials")
		}
		a = p.Must(t, http.StatusUnauthorized, "GET", "/compute/", "", "Origin", page)
		if a.Header.Get("Access-Control-Allow-Origin") != page || !strings.Contains(a.Header.Get("Vary"), "Accept") {
			t.Errorf("a 401 cannot be read by the page: %v", a.Header)
		}
		for _, name := range []string{"Location", "X-OCCI-Location", "X-OCCI-Attribute", "ETag", "Age"} {
			if !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), name) {
				t.Errorf("pages cannot read %s", name)
			}
		}
		if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "Origin") {
			t.Errorf("Vary %q lacks Origin", vary)
		}
		a = p.Must(t, http.StatusUnauthorized, "OPTIONS", "/compute/", "", "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST")
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("another origin is allowed: %q", got)
		}
	})
	t.Run("all origins", func(t *testing.T) {
		p := serving(t, `cors: {origins: ["*"]}`)
		if got := p.Must(t, 200, "GET", "/compute/", "", "Origin", page).Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("Access-Control-Allow-Origin: %q", got)
		}
	})
}

// TestChallenges holds the 401 to the order that each client needs.
func TestChallenges(t *testing.T) {
	users := fmt.Sprintf("users: [{name: ann, password_hash: %q}]\n", access.Hash("secret"))
	const basic, keystone = `Basic realm="occigate", charset="UTF-8"`, "Keystone uri='https://keystone.example.org/v3'"
	const url = "keystone_url: https://keystone.example.org/v3"
	for name, c := range map[string]struct {
		occi string
		want []string
	}{
		"Basic alone":    {"", []string{basic}},
		"Basic first":    {url, []string{basic, keystone}},
		"Keystone first": {"challenges: [keystone, basic], " + url, []string{keystone, basic}},
		"Keystone alone": {"challenges: [keystone], " + url, []string{keystone}},
	} {
		t.Run(name, func(t *testing.T) {
			p := serving(t, users+"occi: {"+c.occi+"}\n")
			for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
				for _, path := range []string{"/-/", "/nothing/"} { // before 404 and 406
					a := p.Must(t, http.StatusUnauthorized, method, path, "", "Accept", "image/png")
					promised(t, a)
					if diff := cmp.Diff(c.want, a.Header.Values("WWW-Authenticate")); diff != "" {
						t.Errorf("%s %s: challenges (-want +got):\n%s", method, path, diff)
					}
				}
			}
		})
	}
}

// TestAnswerHeaders looks at what every OCCI answer says about itself.
func TestAnswerHeaders(t *testing.T) {
	p := serving(t, "")
	a := p.Must(t, 200, "GET", "/compute/", "")
	for name, want := range map[string]string{
		"Accept": "application/occi+json", "Vary": "Accept-Encoding", "Cache-Control": "private, no-cache",
	} {
		if !strings.Contains(a.Header.Get(name), want) {
			t.Errorf("%s: %q lacks %s", name, a.Header.Get(name), want)
		}
	}
	old := p.Must(t, 200, "GET", "/compute/", "", "User-Agent", "rOCCI-core/4.3.6 rOCCI-api/4.3.14 OCCI/1.1 ruby").Header.Get("Accept")
	if strings.Contains(old, "json") || !strings.Contains(old, "text/plain") {
		t.Errorf("a client of OCCI 1.1 is offered %q", old)
	}
}

// TestHead asks for the headers of everything that can be got, and of what
// cannot.
func TestHead(t *testing.T) {
	p := serving(t, "")
	for _, path := range []string{
		"/", "/-/", "/.well-known/org/ogf/occi/-/", "/compute", "/compute/", "/link/", "/mixin/os_tpl/", first(t, p, "/compute/"),
		first(t, p, "/networkinterface/"), "/clouds", "/healthz", "/nothing", "/compute/?number=0",
	} {
		for _, accept := range []string{"text/plain", "application/occi+json", "text/occi", "image/png"} {
			get := p.Do(t, "GET", path, "", "Accept", accept, "Accept-Encoding", "identity")
			head := p.Do(t, "HEAD", path, "", "Accept", accept, "Accept-Encoding", "identity")
			if head.Status != get.Status || head.Body != "" {
				t.Errorf("HEAD %s as %s: %d %q, GET %d", path, accept, head.Status, head.Body, get.Status)
			}
			for _, h := range []http.Header{get.Header, head.Header} {
				for _, name := range []string{"Date", "X-Request-Id", "Age"} {
					h.Del(name)
				}
			}
			if diff := cmp.Diff(get.Header, head.Header); diff != "" && path != "/clouds" {
				t.Errorf("%s as %s: headers of GET (-) and HEAD (+):\n%s", path, accept, diff)
			}
		}
	}
}

// TestTextOCCI looks at the bytes of renderings in headers: one line for each
// name, in the standard's spelling, and never more than clients can take.
func TestTextOCCI(t *testing.T) {
	cloud := openstack.New(openstack.Options{})
	cloud.Seed()
	for i := range 100 {
		cloud.AddImage(openstack.Image{Name: fmt.Sprintf("build-%d", i)})
	}
	p := Start(t, nil, "serve", "--config", oneCloud(t, cloud, ""))
	compute := first(t, p, "/compute/")
	for path, names := range map[string][]string{
		compute:     {"Category", "Link", "X-OCCI-Attribute"},
		"/network/": {"X-OCCI-Location", "Location"},
	} {
		raw := rawAnswer(t, p, "GET "+path+" HTTP/1.0\r\nHost: gw\r\nAccept: text/occi\r\n\r\n")
		head, body, _ := strings.Cut(raw, "\r\n\r\n")
		for _, name := range names {
			if n := strings.Count(head, "\n"+name+": "); n != 1 {
				t.Errorf("%s has %d lines %s:\n%s", path, n, name, head)
			}
		}
		if body != "OK" {
			t.Errorf("%s has the body %q", path, body)
		}
	}
	// All categories of a cloud with so many images do not fit.
	a := p.Must(t, http.StatusNotAcceptable, "GET", "/-/", "", "Accept", "text/occi")
	promised(t, a)
	if a.Header.Get("X-OCCI-Error") == "" || a.Header.Get("Category") != "" || a.Header.Get("ETag") != "" {
		t.Errorf("406 with headers %v", a.Header)
	}
}
