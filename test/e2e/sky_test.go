package e2e

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
)

// sky is a simulated cloud whose calls are counted and that misbehaves as told.
type sky struct {
	*openstack.Cloud
	plan    *fault.Plan
	name    string
	url     string
	flavor  string
	image   string
	network string
}

// newSky serves a cloud with one image, size and network until the test ends.
func newSky(t testing.TB, name string) *sky {
	t.Helper()
	s := &sky{plan: &fault.Plan{}, name: name}
	s.Cloud = openstack.New(openstack.Options{Project: name, Faults: s.plan})
	s.flavor = s.AddFlavor(openstack.Flavor{Name: "m1.tiny", VCPUs: 1, MemoryMiB: 512, DiskGiB: 1}).ID
	s.image = s.AddImage(openstack.Image{Name: "Debian 13"}).ID
	s.network = s.AddNetwork(openstack.Network{Name: "lan"}, "10.0.0.0/24").ID
	server := httptest.NewServer(s.Cloud)
	s.url = server.URL
	t.Cleanup(func() {
		s.plan.Clear() // what hangs is let go
		server.Close()
	})
	return s
}

// grow adds a server behind the gateway's back.
func (s *sky) grow(name string) {
	s.AddServer(openstack.Server{Name: name, FlavorID: s.flavor, ImageID: s.image}, s.network)
}

// listings is how often the servers were listed.
func (s *sky) listings() int { return s.plan.Calls()[listServers] }

// aWhile is longer than any test.
const aWhile = 5 * time.Minute

const listServers = "GET /servers/detail"

// under is a configuration over clouds that are listed once and then only when
// something asks for it. The store is DIR/x.db unless more says otherwise.
func under(t *testing.T, more string, skies ...*sky) string {
	t.Helper()
	if !strings.Contains(more, "store:") {
		more += "\nstore: {embedded: {path: DIR/x.db}}"
	}
	var b strings.Builder
	for _, s := range skies {
		fmt.Fprintf(&b, `
  - name: %s
    cloud: openstack
    rate: {per_second: 1000, burst: 1000}
    settings: {auth_url: "%s/identity/v3", username: demo, password: secret, project_name: %s}`, s.name, s.url, s.name)
	}
	return file(t, more+`
refresh: {servers: 1h, volumes: 1h, networks: 1h, addresses: 1h, catalogue: 1h, fast: 200ms, least: 200ms, longest: 1h}
accounts:`+b.String())
}

// serve runs a gateway over a configuration and waits until it knows the clouds.
func serve(t *testing.T, config string) *Program {
	t.Helper()
	p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", config)
	p.Eventually(t, "complete", func() bool {
		return p.Must(t, 200, "GET", "/", "").Header.Get("X-Occigate-Incomplete") == ""
	})
	return p
}
