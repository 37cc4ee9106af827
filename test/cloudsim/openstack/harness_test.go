package openstack

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	ostack "github.com/gophercloud/gophercloud/v2/openstack"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

// transition of the clouds in these tests.
const transition = 10 * time.Second

// epoch is where the clock of a test begins.
var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// site is a cloud under test behind a server, with a clock that the test moves.
type site struct {
	*Cloud
	*timeline.Clock
	t     *testing.T
	url   string
	plan  *fault.Plan
	token string
}

// newSite starts a cloud with nothing in it.
func newSite(t *testing.T, change func(*Options)) *site {
	s := &site{t: t, plan: new(fault.Plan), Clock: timeline.NewClock(epoch)}
	o := Options{Clock: s.Now, Transition: transition, Faults: s.plan}
	if change != nil {
		change(&o)
	}
	s.Cloud = New(o)
	server := httptest.NewServer(s.Cloud)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// reply is an answer with its body as read.
type reply struct {
	*http.Response
	text string
}

// doc is the body as a JSON object.
func (r reply) doc(t *testing.T) object {
	t.Helper()
	var doc object
	if err := json.Unmarshal([]byte(r.text), &doc); err != nil {
		t.Fatalf("not JSON: %v: %s", err, r.text)
	}
	return doc
}

// at follows member names down the body.
func (r reply) at(t *testing.T, path ...string) any {
	t.Helper()
	var v any = r.doc(t)
	for _, name := range path {
		switch x := v.(type) {
		case object:
			v = x[name]
		case []any:
			v = x[int(name[0]-'0')]
		default:
			t.Fatalf("no %v in %s", path, r.text)
		}
	}
	return v
}

// call makes a request with the site's token. Headers are "Name: value"; a path
// may hold {project}.
func (s *site) call(method, path, body string, headers ...string) reply {
	s.t.Helper()
	path = strings.ReplaceAll(path, "{project}", s.ProjectID())
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", s.token)
	for _, h := range headers {
		if name, value, ok := strings.Cut(h, ": "); ok {
			r.Header.Set(name, value)
		}
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{res, string(text)}
}

// want is call with a check of the status.
func (s *site) want(status int, method, path, body string, headers ...string) reply {
	s.t.Helper()
	r := s.call(method, path, body, headers...)
	if r.StatusCode != status {
		s.t.Fatalf("%s %s gives %d, want %d: %s", method, path, r.StatusCode, status, r.text)
	}
	return r
}

const passwordLogin = `{"auth":{"identity":{"methods":["password"],"password":{"user":` +
	`{"name":"demo","domain":{"name":"Default"},"password":"secret"}}},` +
	`"scope":{"project":{"name":"demo","domain":{"name":"Default"}}}}}`

// login gets the site's token by password.
func (s *site) login() *site {
	s.t.Helper()
	s.token = s.want(201, "POST", "/identity/v3/auth/tokens", passwordLogin).Header.Get("X-Subject-Token")
	return s
}

// furnished is a site with what a server needs, logged in.
func furnished(t *testing.T, change func(*Options)) (s *site, flavor, image, network string) {
	t.Helper()
	s = newSite(t, change)
	for i, name := range []string{"m1.tiny", "m1.small"} {
		s.AddFlavor(Flavor{ID: name, Name: name, VCPUs: 1, MemoryMiB: 512 << i, DiskGiB: 1 << i})
	}
	image = s.AddImage(Image{Name: "cirros"}).ID
	network = s.AddNetwork(Network{Name: "private"}, "10.0.0.0/24").ID
	return s.login(), "m1.tiny", image, network
}

// client is gophercloud, logged in by password.
func (s *site) client() *gophercloud.ProviderClient {
	s.t.Helper()
	p, err := ostack.AuthenticatedClient(s.t.Context(), gophercloud.AuthOptions{
		IdentityEndpoint: s.url + "/identity/v3", Username: "demo", Password: "secret",
		DomainName: "Default", TenantName: "demo", AllowReauth: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// region picks the endpoints of the tests' region.
var region = gophercloud.EndpointOpts{Region: "RegionOne"}
