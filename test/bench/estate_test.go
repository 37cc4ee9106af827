package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/gateway/access"
	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
	"occigate/test/e2e"
)

const (
	user     = "bench"
	password = "correct horse"
)

// estate is a program over some clouds with servers.
type estate struct {
	*e2e.Program
	faults []*fault.Plan // of every cloud
}

// size is how much of each thing a cloud has.
type size struct{ servers, images int }

// newEstate serves n clouds of a size, refreshed every interval.
func newEstate(tb testing.TB, n int, each size, interval string) *estate {
	tb.Helper()
	dir := tb.TempDir()
	var accounts strings.Builder
	e := &estate{}
	for i := range n {
		plan := &fault.Plan{}
		e.faults = append(e.faults, plan)
		url := serveCloud(tb, plan, fmt.Sprintf("project%d", i), each)
		fmt.Fprintf(&accounts, `
  - name: cloud%d
    cloud: openstack
    rate: {per_second: 1000, burst: 1000}
    settings: {auth_url: %s/identity/v3, region: RegionOne, username: demo, password: secret, project_name: project%d}`, i, url, i)
	}
	file := filepath.Join(dir, "bench.yaml")
	text := fmt.Sprintf(`
listen: 127.0.0.1:0
log: {level: info}
store: {embedded: {path: %s}}
users: [{name: %s, password_hash: %q}]
refresh: {servers: %s, fast: 1s, least: 1s, longest: 1s, volumes: 1h, networks: 1h, addresses: 1h, catalogue: 1h}
accounts:%s
`, filepath.Join(dir, "bench.db"), user, access.Hash(password), interval, accounts.String())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	e.Program = e2e.Start(tb, nil, "serve", "--config", file)
	e.Client.Transport = &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	e.Eventually(tb, "complete", func() bool {
		return strings.Count(e.body(tb, "/compute/", "text/plain"), "X-OCCI-Location") == n*each.servers
	})
	e.Eventually(tb, "complete catalogue", func() bool {
		return strings.Count(e.body(tb, "/-/", "text/plain"), "#os_tpl\"; location=") == n*each.images
	})
	return e
}

// serveCloud serves one simulated OpenStack of a size until the test ends.
func serveCloud(tb testing.TB, plan *fault.Plan, project string, has size) string {
	tb.Helper()
	cloud := openstack.New(openstack.Options{
		Project: project, Faults: plan,
		Quotas: openstack.Quotas{Instances: -1, Cores: -1, MemoryMiB: -1, Ports: -1},
	})
	flavor := cloud.AddFlavor(openstack.Flavor{Name: "m1.tiny", VCPUs: 1, MemoryMiB: 512, DiskGiB: 1})
	var image openstack.Image
	for i := range has.images {
		image = cloud.AddImage(openstack.Image{Name: fmt.Sprintf("Debian 13 build %d", i)})
	}
	network := cloud.AddNetwork(openstack.Network{Name: "private"}, "10.0.0.0/16")
	for i := range has.servers {
		cloud.AddServer(openstack.Server{Name: fmt.Sprintf("%s-web-%04d", project, i), FlavorID: flavor.ID, ImageID: image.ID}, network.ID)
	}
	server := httptest.NewServer(cloud)
	tb.Cleanup(func() {
		plan.Clear()
		server.Close()
	})
	return server.URL
}

func (e *estate) request(path, accept string) request {
	return request{url: e.URL + path, accept: accept, user: user, password: password}
}

func (e *estate) body(tb testing.TB, path, accept string) string {
	tb.Helper()
	req, err := http.NewRequest(http.MethodGet, e.URL+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.SetBasicAuth(user, password)
	return e.Must(tb, http.StatusOK, "GET", path, "", "Accept", accept, "Authorization", req.Header.Get("Authorization")).Body
}

// calls is how many calls all clouds have had.
func (e *estate) calls() int {
	n := 0
	for _, plan := range e.faults {
		n += callsOf(plan)
	}
	return n
}

func callsOf(plan *fault.Plan) int {
	n := 0
	for _, count := range plan.Calls() {
		n += count
	}
	return n
}
