package openstack

import (
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	ostack "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

// serviceClient makes one of gophercloud's service clients.
func serviceClient(
	t *testing.T, p *gophercloud.ProviderClient,
	build func(*gophercloud.ProviderClient, gophercloud.EndpointOpts) (*gophercloud.ServiceClient, error),
) *gophercloud.ServiceClient {
	t.Helper()
	c, err := build(p, region)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// all reads all pages of a gophercloud listing.
func all[T any](t *testing.T, pager pagination.Pager, extract func(pagination.Page) ([]T, error)) []T {
	t.Helper()
	pages, err := pager.AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := extract(pages)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSeedThroughGophercloud(t *testing.T) {
	s := newSite(t, nil)
	s.Seed()
	p := s.client()
	compute := serviceClient(t, p, ostack.NewComputeV2)
	network := serviceClient(t, p, ostack.NewNetworkV2)
	counts := map[string]int{
		"servers":  len(all(t, servers.List(compute, nil), servers.ExtractServers)),
		"flavors":  len(all(t, flavors.ListDetail(compute, nil), flavors.ExtractFlavors)),
		"images":   len(all(t, images.List(serviceClient(t, p, ostack.NewImageV2), nil), images.ExtractImages)),
		"volumes":  len(all(t, volumes.List(serviceClient(t, p, ostack.NewBlockStorageV3), nil), volumes.ExtractVolumes)),
		"networks": len(all(t, networks.List(network, nil), networks.ExtractNetworks)),
		"ports":    len(all(t, ports.List(network, nil), ports.ExtractPorts)),
		"floating": len(all(t, floatingips.List(network, nil), floatingips.ExtractFloatingIPs)),
	}
	for name, want := range map[string]int{
		"servers": 13, "flavors": 6, "images": 6, "volumes": 6, "networks": 3, "ports": 17, "floating": 5,
	} {
		if counts[name] != want {
			t.Errorf("%d %s, want %d", counts[name], name, want)
		}
	}
}

func TestSeedIsTheSameEachTime(t *testing.T) {
	a, b := New(Options{}), New(Options{})
	a.Seed()
	b.Seed()
	for i, s := range a.Servers() {
		if other := b.Servers()[i]; s.ID != other.ID || s.Name != other.Name {
			t.Errorf("%s %s is %s %s the second time", s.Name, s.ID, other.Name, other.ID)
		}
	}
}
