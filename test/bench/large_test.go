package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
	"occigate/test/servers"
)

// amount is how many entities an estate has over how many clouds.
type amount struct{ clouds, servers, volumes, networks, attached int }

// The estates that are compared: 100,000 entities and 1,000.
var (
	large = amount{clouds: 60, servers: 35_000, volumes: 25_000, networks: 2_000, attached: 3_000}
	small = amount{clouds: 3, servers: 350, volumes: 250, networks: 20, attached: 30}
)

// resources is the number of computes, storages and networks, links that of
// links: every server has one interface.
func (a amount) resources() int { return a.servers + a.volumes + a.networks }
func (a amount) links() int     { return a.servers + a.attached }

// share is the part of n things that falls on the i-th cloud.
func (a amount) share(n, i int) int { return n*(i+1)/a.clouds - n*i/a.clouds }

// cloud is one simulated cloud, served.
type cloud struct {
	*openstack.Cloud
	name, url string
	plan      fault.Plan
}

// furnish makes and serves the clouds of an estate until the test ends.
func furnish(tb testing.TB, a amount) []*cloud {
	tb.Helper()
	clouds := make([]*cloud, a.clouds)
	for i := range clouds {
		c := &cloud{name: fmt.Sprintf("cloud%d", i)}
		c.Cloud = openstack.New(openstack.Options{
			Project: c.name, Faults: &c.plan,
			Quotas: openstack.Quotas{Instances: -1, Cores: -1, MemoryMiB: -1, Ports: -1, Networks: -1, Subnets: -1, Volumes: -1, Gigabytes: -1},
		})
		c.fill(a, i)
		server := httptest.NewServer(c)
		tb.Cleanup(func() {
			c.plan.Clear()
			server.Close()
		})
		c.url = server.URL
		clouds[i] = c
	}
	return clouds
}

// fill gives a cloud its share: servers in the states and of the images, sizes
// and networks that a project has.
func (c *cloud) fill(a amount, i int) {
	const images, flavors = 20, 10
	var of struct{ images, flavors, networks, servers []string }
	for k := range images {
		of.images = append(of.images, c.AddImage(openstack.Image{Name: fmt.Sprintf("Debian 13 build %d", k)}).ID)
	}
	for k := range flavors {
		f := openstack.Flavor{Name: fmt.Sprintf("m1.c%d", k+1), VCPUs: k + 1, MemoryMiB: 2048 * (k + 1), DiskGiB: 20}
		of.flavors = append(of.flavors, c.AddFlavor(f).ID)
	}
	for k := range a.share(a.networks, i) {
		n := c.AddNetwork(openstack.Network{Name: fmt.Sprintf("tenant network %d", k)}, fmt.Sprintf("10.%d.0.0/16", k))
		of.networks = append(of.networks, n.ID)
	}
	for k := range a.share(a.servers, i) {
		s := openstack.Server{
			Name: fmt.Sprintf("%s-web-%04d", c.name, k), Created: time.Now().Add(-24 * time.Hour),
			FlavorID: of.flavors[k%flavors], ImageID: of.images[k%images], VMState: "active",
		}
		if k%10 == 9 {
			s.VMState = "stopped"
		}
		of.servers = append(of.servers, c.AddServer(s, of.networks[k%len(of.networks)]).ID)
	}
	attached := a.share(a.attached, i)
	for k := range a.share(a.volumes, i) {
		v := openstack.Volume{Name: fmt.Sprintf("%s-data-%04d", c.name, k), SizeGiB: 10 + k%90, Created: time.Now().Add(-24 * time.Hour)}
		if k < attached {
			v.ServerID = of.servers[k]
		}
		c.AddVolume(v)
	}
}

// get reads a path of a gateway.
func (p *process) get(tb testing.TB, path, accept string) (string, http.Header) {
	tb.Helper()
	return p.do(tb, http.MethodGet, path, "", "Accept", accept)
}

// do sends a request in text and wants that it succeeds.
func (p *process) do(tb testing.TB, method, path, body string, headers ...string) (string, http.Header) {
	tb.Helper()
	req, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		tb.Fatalf("%s %s: %s, %v: %s", method, path, resp.Status, err, answer)
	}
	return string(answer), resp.Header
}

// total is the number of entities in a collection.
func (p *process) total(tb testing.TB, path string) int {
	tb.Helper()
	_, header := p.get(tb, path+"?page=1&number=1", "text/uri-list")
	n, err := strconv.Atoi(header.Get("X-Total-Count"))
	if err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return n
}

// complete waits until a gateway shows a whole estate.
func (p *process) complete(tb testing.TB, a amount) {
	tb.Helper()
	servers.Eventually(tb, "the estate is complete", func() bool {
		return p.total(tb, "/resource/") == a.resources() && p.total(tb, "/link/") == a.links()
	})
}

// paths are the first paths of a listing.
func (p *process) paths(tb testing.TB, listing string) []string {
	tb.Helper()
	body, _ := p.get(tb, listing, "text/uri-list")
	var paths []string
	for line := range strings.Lines(body) {
		paths = append(paths, strings.TrimPrefix(strings.TrimSpace(line), p.url))
	}
	return paths
}

// tagSome makes a mixin and gives it to the first entities of a collection.
func (p *process) tagSome(tb testing.TB, collection string, n int) {
	tb.Helper()
	p.do(tb, http.MethodPost, "/-/", `Category: tag; scheme="http://bench.example.org/#"; class="mixin"; location="/tag/"`)
	var lines strings.Builder
	for _, path := range p.paths(tb, fmt.Sprintf("%s?page=1&number=%d", collection, n)) {
		fmt.Fprintf(&lines, "X-OCCI-Location: %s%s\n", p.url, path)
	}
	p.do(tb, http.MethodPost, "/tag/", lines.String())
}
