package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"occigate/test/cloudsim/openstack"
)

// plainly is a client that does not unpack by itself.
func plainly() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableCompression: true}, Timeout: perRequest}
}

// TestConditionalGet asks again for what it has.
func TestConditionalGet(t *testing.T) {
	p := serving(t, "")
	compute := first(t, p, "/compute/")
	const query = `compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"`
	tags := map[string]string{}
	for _, c := range []struct {
		path, accept string
		more         []string
	}{
		{compute, "text/plain", nil},
		{compute, "text/occi", nil},
		{compute, "application/occi+json", nil},
		{"/compute/", "text/plain", nil},
		{"/compute/", "text/uri-list", nil},
		{"/compute/", "application/occi+json", nil},
		{"/network/", "text/occi", nil},
		{"/", "text/plain", nil},
		{"/link/?page=1000&number=1", "application/occi+json", nil},
		{"/-/", "text/plain", nil},
		{"/-/", "application/occi+json", nil},
		{"/-/", "text/plain", []string{"Category", query}},
		{"/-/", "text/occi", []string{"Category", query}},
	} {
		name := c.path + " " + c.accept + " " + strings.Join(c.more, "")
		t.Run(name, func(t *testing.T) {
			ask := func(method, tag string) Answer {
				return p.Do(t, method, c.path, "", append([]string{"Accept", c.accept, "If-None-Match", tag}, c.more...)...)
			}
			a := p.Must(t, http.StatusOK, "GET", c.path, "", append([]string{"Accept", c.accept}, c.more...)...)
			tag := a.Header.Get("ETag")
			if len(tag) < 10 || tag[0] != '"' {
				t.Fatalf("ETag: %q", tag)
			}
			if other := tags[tag]; other != "" {
				t.Errorf("has the tag of %s", other)
			}
			tags[tag] = name
			for _, had := range []string{tag, "W/" + tag, `"x", ` + tag + `, "y"`, "*"} {
				for _, method := range []string{"GET", "HEAD"} {
					again := ask(method, had)
					if again.Status != http.StatusNotModified || again.Body != "" || again.Header.Get("ETag") == "" {
						t.Errorf("%s with %s: %d %q", method, had, again.Status, again.Body)
					}
				}
			}
			for _, had := range []string{`"x"`, strings.Trim(tag, `"`), `"` + tag, ""} {
				if again := ask("GET", had); again.Status != http.StatusOK || again.Body != a.Body {
					t.Errorf("with %s: %d", had, again.Status)
				}
			}
		})
	}
	t.Run("after a change", func(t *testing.T) {
		before := map[string]string{}
		for _, path := range []string{compute, "/compute/"} {
			before[path] = p.Must(t, 200, "GET", path, "").Header.Get("ETag")
		}
		p.Must(t, 200, "POST", compute, `{"title":"changed"}`, "Content-Type", "application/occi+json")
		for path, tag := range before {
			a := p.Must(t, 200, "GET", path, "", "If-None-Match", tag)
			p.Must(t, 304, "GET", path, "", "If-None-Match", a.Header.Get("ETag"))
		}
	})
}

// TestConditionalChange changes an entity only as the client knows it.
func TestConditionalChange(t *testing.T) {
	p := serving(t, "")
	compute := first(t, p, "/compute/")
	tag := func(media string) string {
		return p.Must(t, 200, "GET", compute, "", "Accept", media).Header.Get("ETag")
	}
	update := func(status int, title string, headers ...string) {
		t.Helper()
		headers = append(headers, "Content-Type", "text/plain")
		p.Must(t, status, "POST", compute, `X-OCCI-Attribute: occi.core.title="`+title+`"`, headers...)
	}
	old := tag("text/plain")
	for i, media := range []string{"text/plain", "text/occi", "application/occi+json"} {
		update(200, "by "+media, "If-Match", `"x", `+tag(media))
		if i > 0 && !strings.Contains(p.Must(t, 200, "GET", compute, "").Body, "by "+media) {
			t.Errorf("the tag of %s does not let a change through", media)
		}
	}
	update(200, "by any", "If-Match", "*")
	update(200, "by its gzipped tag", "If-Match", strings.TrimSuffix(tag("text/plain"), `"`)+`-gz"`)
	update(412, "refused", "If-Match", old)
	update(412, "refused", "If-Match", "W/"+tag("text/plain"))
	update(412, "refused", "If-Match", "nonsense")
	update(412, "refused", "If-None-Match", "*")
	update(412, "refused", "If-None-Match", tag("text/occi"))
	update(200, "by another", "If-None-Match", old)
	p.Must(t, 412, "POST", compute+"?action=stop", "", "If-Match", old)
	p.Must(t, 412, "DELETE", compute, "", "If-Match", old)
	a := p.Must(t, 412, "PUT", "/compute/085f8e9b-4898-4b16-a2b7-000000000000", "", "If-Match", "*")
	promised(t, a)
	p.Must(t, 404, "DELETE", "/compute/085f8e9b-4898-4b16-a2b7-000000000000", "", "If-Match", "*")
	if body := p.Must(t, 200, "GET", compute, "").Body; !strings.Contains(body, "by another") {
		t.Errorf("a refused change was made:\n%s", body)
	}
	p.Must(t, 412, "DELETE", "/compute/", "", "If-Match", old)
	p.Must(t, 412, "DELETE", "/-/", "", "If-Match", old)

	const volume = "/storage/085f8e9b-4898-4b16-a2b7-000000000001"
	create := `Category: storage; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"` + "\nX-OCCI-Attribute: occi.storage.size=1"
	p.Must(t, 201, "PUT", volume, create, "If-None-Match", "*", "Content-Type", "text/plain")
	p.Must(t, 412, "PUT", volume, create, "If-None-Match", "*", "Content-Type", "text/plain")

	p.Must(t, 200, "DELETE", compute, "", "If-Match", tag("application/occi+json"))
	p.Must(t, 404, "GET", compute, "", "If-None-Match", "*")
}

// TestTagsOfTwoGateways compares the entity tags of two gateways that have
// nothing in common but the cloud.
func TestTagsOfTwoGateways(t *testing.T) {
	cloud := openstack.New(openstack.Options{})
	cloud.Seed()
	var tags [2]map[string]string
	for i := range tags {
		tags[i] = map[string]string{}
		p := Start(t, nil, "serve", "--config", oneCloud(t, cloud, "public_url: https://occi.example.org\n"))
		for _, path := range []string{first(t, p, "/compute/"), "/network/", "/-/"} {
			for _, media := range []string{"text/plain", "application/occi+json"} {
				tags[i][path+media] = p.Must(t, 200, "GET", path, "", "Accept", media).Header.Get("ETag")
			}
		}
	}
	for name, tag := range tags[0] {
		if tags[1][name] != tag {
			t.Errorf("%s: %s and %s", name, tag, tags[1][name])
		}
	}
}

// TestCompression asks for gzip, and compares with what it gets without.
func TestCompression(t *testing.T) {
	cloud := openstack.New(openstack.Options{Quotas: openstack.Quotas{Instances: -1, Cores: -1, MemoryMiB: -1, Ports: -1}})
	cloud.Seed()
	flavor := cloud.AddFlavor(openstack.Flavor{Name: "m1.nano", VCPUs: 1, MemoryMiB: 128, DiskGiB: 1})
	image := cloud.AddImage(openstack.Image{Name: "Alpine"})
	for range 300 {
		cloud.AddServer(openstack.Server{Name: "web", FlavorID: flavor.ID, ImageID: image.ID})
	}
	p := StartFor(t, plainly(), nil, "serve", "--config", oneCloud(t, cloud, ""))
	p.Eventually(t, "complete", func() bool { return strings.Count(p.Do(t, "GET", "/compute/", "").Body, "\n") > 299 })
	compute := first(t, p, "/compute/")
	for path, media := range map[string]string{"/compute/": "application/occi+json", "/-/": "text/plain", "/entity/": "text/uri-list"} {
		t.Run(path, func(t *testing.T) {
			whole := p.Must(t, 200, "GET", path, "", "Accept", media)
			a := p.Must(t, 200, "GET", path, "", "Accept", media, "Accept-Encoding", "br, gzip;q=0.5")
			if got := unpacked(t, a); got != whole.Body || len(a.Body) > len(got)/3 {
				t.Errorf("%d bytes unpack to %d, plain are %d", len(a.Body), len(got), len(whole.Body))
			}
			if a.Header.Get("Content-Type") != whole.Header.Get("Content-Type") || !strings.Contains(a.Header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("headers: %v", a.Header)
			}
			tag := a.Header.Get("ETag")
			if want := strings.TrimSuffix(whole.Header.Get("ETag"), `"`) + `-gz"`; tag != want {
				t.Errorf("ETag %s, want %s", tag, want)
			}
			again := p.Must(t, 304, "GET", path, "", "Accept", media, "Accept-Encoding", "gzip", "If-None-Match", tag)
			if again.Header.Get("ETag") != tag || again.Header.Get("Content-Encoding") != "" {
				t.Errorf("304: %v", again.Header)
			}
			head := p.Must(t, 200, "HEAD", path, "", "Accept", media, "Accept-Encoding", "gzip")
			for _, name := range []string{"ETag", "Content-Encoding", "Content-Type", "Vary"} {
				if head.Header.Get(name) != a.Header.Get(name) {
					t.Errorf("HEAD has %s %q, GET %q", name, head.Header.Get(name), a.Header.Get(name))
				}
			}
			plainHead := p.Must(t, 200, "HEAD", path, "", "Accept", media)
			if plainHead.Header.Get("Content-Length") != whole.Header.Get("Content-Length") {
				t.Errorf("HEAD has length %q, GET %q", plainHead.Header.Get("Content-Length"), whole.Header.Get("Content-Length"))
			}
		})
	}
	for name, c := range map[string]struct{ path, accept string }{
		"small": {compute, "gzip"}, "refused": {"/-/", "gzip;q=0, *"}, "another": {"/-/", "br"}, "an error": {"/nothing/", "gzip"},
	} {
		if a := p.Do(t, "GET", c.path, "", "Accept-Encoding", c.accept); a.Header.Get("Content-Encoding") != "" || a.Header.Get("Content-Length") == "" {
			t.Errorf("%s: %v", name, a.Header)
		}
	}
}

func unpacked(t *testing.T, a Answer) string {
	t.Helper()
	if a.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("Content-Encoding: %q", a.Header.Get("Content-Encoding"))
	}
	r, err := gzip.NewReader(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
