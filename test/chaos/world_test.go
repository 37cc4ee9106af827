//go:build chaos

package chaos_test

import (
	"fmt"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
)

// cloud is a simulated cloud with an estate that is there from the start.
type cloud struct {
	*openstack.Cloud
	name, url              string
	flavor, image, network string
	plan                   *fault.Plan
	off                    atomic.Int64 // how far its clock is off
}

const (
	clouds   = 4
	machines = 12 // of each cloud at the start
	volumes  = 4
)

// newCloud makes a cloud whose estate is a day old, so that what vanishes from
// it is believed to be gone.
func newCloud(t *testing.T, name string) *cloud {
	t.Helper()
	c := &cloud{name: name, plan: &fault.Plan{}}
	c.off.Store(int64(-24 * time.Hour))
	c.Cloud = openstack.New(openstack.Options{
		Project: name, Faults: c.plan, Transition: 100 * time.Millisecond,
		Clock:  func() time.Time { return time.Now().Add(time.Duration(c.off.Load())) },
		Quotas: openstack.Quotas{Instances: -1, Cores: -1, MemoryMiB: -1, Volumes: -1, Gigabytes: -1, Ports: -1},
	})
	c.flavor = c.AddFlavor(openstack.Flavor{Name: "m1.tiny", VCPUs: 1, MemoryMiB: 512, DiskGiB: 1}).ID
	c.image = c.AddImage(openstack.Image{Name: "Debian 13"}).ID
	c.network = c.AddNetwork(openstack.Network{Name: "lan"}, "10.0.0.0/16").ID
	for i := range machines {
		s := c.grow(fmt.Sprint(name, "-", i))
		if i < volumes {
			c.AddVolume(openstack.Volume{Name: fmt.Sprint(name, "-disk-", i), ServerID: s})
		}
	}
	c.off.Store(0)
	server := httptest.NewServer(c.Cloud)
	c.url = server.URL
	t.Cleanup(func() {
		c.plan.Clear()
		server.Close()
	})
	return c
}

// grow adds a server behind the gateways' backs and gives its native id.
func (c *cloud) grow(name string) string {
	return c.AddServer(openstack.Server{Name: name, FlavorID: c.flavor, ImageID: c.image}, c.network).ID
}

// account is the cloud's part of a configuration.
func (c *cloud) account() string {
	return fmt.Sprintf(`
  - name: %[1]s
    cloud: openstack
    rate: {per_second: 1000, burst: 1000}
    settings: {auth_url: "%[2]s/identity/v3", username: demo, password: secret, project_name: %[1]s, default_image: %[3]s, default_flavor: %[4]s}`,
		c.name, c.url, c.image, c.flavor)
}
