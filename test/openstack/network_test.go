//go:build openstack

package openstack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"occigate/providers"
	"occigate/providers/openstack"
)

// network makes a network that is deleted when the test ends.
func network(t testing.TB, p *openstack.Provider, s providers.NetworkSpec) providers.Network {
	t.Helper()
	n, ticket, err := p.CreateNetwork(t.Context(), s)
	must(t, err)
	t.Cleanup(func() {
		_, err := p.DeleteNetwork(context.Background(), n.ID)
		must(t, err)
	})
	finish(t, p, ticket)
	return n
}

// TestSeveralNetworks names none where there are two: a conflict that lists
// them, unless one is configured.
func TestSeveralNetworks(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	wish := spec(t)
	wish.Networks = nil
	alone := reaches(t, p, created(t, p, wish).ID, "ACTIVE")
	if len(alone.Interfaces) != 1 || alone.Interfaces[0].NetworkID != env(t, "OS_NETWORK_ID") {
		t.Errorf("with one network the server has the interfaces %+v", alone.Interfaces)
	}

	network(t, p, providers.NetworkSpec{Name: "second"})
	wish = spec(t)
	wish.Networks = nil
	_, _, err := p.CreateServer(t.Context(), wish)
	if !errors.Is(err, providers.ErrConflict) || !strings.Contains(err.Error(), "private, second") {
		t.Errorf("none of several networks named: %v, want a conflict that names private and second", err)
	}
	configured := adapter(t, cloud(t, "demo", "default_network: private", "default_image: cirros", "default_flavor: m1.tiny", "security_groups: [ssh]"), &wire{})
	wish.ImageID, wish.SizeID = "", ""
	s := reaches(t, configured, created(t, configured, wish).ID, "ACTIVE")
	if s.ImageID != env(t, "OS_IMAGE_ID") || s.SizeID != "m1.tiny" || s.Interfaces[0].NetworkID != env(t, "OS_NETWORK_ID") {
		t.Errorf("with defaults the server is %+v", s)
	}
}

// TestInterfacesInOrder asks for two networks and a fixed address in one.
func TestInterfacesInOrder(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	second := network(t, p, providers.NetworkSpec{Name: "second", CIDR: "10.77.0.0/24"})
	wish := spec(t)
	wish.Networks = []providers.InterfaceSpec{{NetworkID: second.ID, IP: "10.77.0.77"}, {NetworkID: env(t, "OS_NETWORK_ID")}}
	s := reaches(t, p, created(t, p, wish).ID, "ACTIVE")
	if len(s.Interfaces) != 2 {
		t.Fatalf("%d interfaces, want 2", len(s.Interfaces))
	}
	first, other := s.Interfaces[0], s.Interfaces[1]
	if first.Device != "eth0" || first.NetworkID != second.ID || first.IP != "10.77.0.77" || first.Public {
		t.Errorf("first interface %+v", first)
	}
	if other.Device != "eth1" || other.NetworkID != env(t, "OS_NETWORK_ID") || other.State != providers.ResourceOnline {
		t.Errorf("second interface %+v", other)
	}
	removed(t, p, s.ID)
}

// TestFailedSubnetRemovesNetwork asks for a range that Neutron refuses.
func TestFailedSubnetRemovesNetwork(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	token := uuid.NewString()
	_, _, err := p.CreateNetwork(t.Context(), providers.NetworkSpec{Token: token, CIDR: "10.88.0.0/24", Gateway: "not an address"})
	if !errors.Is(err, providers.ErrInvalid) {
		t.Errorf("bad gateway: %v, want invalid", err)
	}
	rows, err := p.Networks(t.Context())
	must(t, err)
	for _, n := range rows {
		if n.Token == token {
			t.Errorf("network %s is left behind", n.ID)
		}
	}
}

// TestAddressNeedsARouter assigns an address to a server on a network that no
// router connects with the outside: a conflict in the cloud's own words.
func TestAddressNeedsARouter(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	island := network(t, p, providers.NetworkSpec{Name: "island"})
	wish := spec(t)
	wish.Networks = []providers.InterfaceSpec{{NetworkID: island.ID}}
	s := reaches(t, p, created(t, p, wish).ID, "ACTIVE")
	a, err := p.CreateAddress(t.Context(), providers.AddressSpec{Token: uuid.NewString()})
	must(t, err)
	t.Cleanup(func() { must(t, p.DeleteAddress(context.Background(), a.ID)) })
	_, _, err = p.AssignAddress(t.Context(), a.ID, s.ID)
	if !errors.Is(err, providers.ErrConflict) || !strings.Contains(err.Error(), "not reachable") {
		t.Errorf("address on an island: %v, want a conflict", err)
	}

	_, _, err = p.AttachInterface(t.Context(), providers.InterfaceSpec{ServerID: s.ID, NetworkID: env(t, "OS_NETWORK_ID")})
	must(t, err)
	eventually(t, "second interface is there", func() bool {
		row, err := p.Server(t.Context(), s.ID)
		must(t, err)
		return len(row.Interfaces) == 2 && row.Interfaces[1].IP != ""
	})
	assigned, _, err := p.AssignAddress(t.Context(), a.ID, s.ID)
	must(t, err)
	if assigned.ServerID != s.ID || assigned.State != providers.ResourceOnline {
		t.Errorf("assigned to the interface that a router reaches: %+v", assigned)
	}
}

// TestVolumeQuota makes volumes until project alt has the ten it may have.
func TestVolumeQuota(t *testing.T) {
	p := adapter(t, cloud(t, "alt"), &wire{})
	var err error
	for range 11 {
		var v providers.Volume
		v, _, err = p.CreateVolume(t.Context(), providers.VolumeSpec{Token: uuid.NewString(), Name: "quota", SizeGiB: 0.5})
		if err != nil {
			break
		}
		t.Cleanup(func() { deleteVolume(t, p, v.ID) })
	}
	if !errors.Is(err, providers.ErrQuota) || !strings.Contains(err.Error(), "VolumeLimitExceeded") {
		t.Errorf("one volume too many: %v, want quota with Cinder's words", err)
	}
}

func deleteVolume(t testing.TB, p *openstack.Provider, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	eventually(t, "volume is gone", func() bool {
		_, err := p.DeleteVolume(ctx, id)
		if err != nil && !errors.Is(err, providers.ErrNotFound) && !errors.Is(err, providers.ErrConflict) {
			t.Errorf("delete of volume %s: %v", id, err)
		}
		return errors.Is(err, providers.ErrNotFound)
	})
}
