//go:build openstack

package openstack_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gophercloud/gophercloud/v2"
	sdk "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"occigate/providers"
	"occigate/providers/openstack"
)

// spec is a wish for demo's smallest server, with a token of its own.
func spec(t testing.TB) providers.ServerSpec {
	t.Helper()
	token := uuid.NewString()
	return providers.ServerSpec{
		Token: token, Name: "plane-" + token[:8], ImageID: env(t, "OS_IMAGE_ID"), SizeID: "m1.tiny",
		Networks: []providers.InterfaceSpec{{NetworkID: env(t, "OS_NETWORK_ID")}},
	}
}

// created makes a server that is deleted, and gone, when the test ends.
func created(t testing.TB, p *openstack.Provider, s providers.ServerSpec) providers.Server {
	t.Helper()
	made, ticket, err := p.CreateServer(t.Context(), s)
	must(t, err)
	t.Cleanup(func() { removed(t, p, made.ID) })
	finish(t, p, ticket)
	return made
}

func removed(t testing.TB, p *openstack.Provider, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := p.DeleteServer(ctx, id); err != nil && !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("delete: %v", err)
	}
	eventually(t, "server is gone", func() bool {
		_, err := p.Server(ctx, id)
		return errors.Is(err, providers.ErrNotFound)
	})
}

// eventually looks until something is so, for a minute at most.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("%s: not so after a minute", what)
}

// finish takes the steps of a ticket.
func finish(t testing.TB, p *openstack.Provider, ticket providers.Ticket) {
	t.Helper()
	eventually(t, "ticket is done", func() bool {
		if ticket == "" {
			return true
		}
		progress, err := p.Poll(t.Context(), ticket)
		must(t, err)
		ticket = progress.Ticket
		return ticket == ""
	})
}

// reaches waits for a state of the cloud's own.
func reaches(t testing.TB, p *openstack.Provider, id, native string) (s providers.Server) {
	t.Helper()
	eventually(t, "server is "+native, func() bool {
		var err error
		s, err = p.Server(t.Context(), id)
		must(t, err)
		return s.NativeState == native && !s.State.InTransition()
	})
	return s
}

// TestNoValidHost asks for a machine that no host has room for.
func TestNoValidHost(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	wish := spec(t)
	wish.SizeID = "x1.nohost"
	s := reaches(t, p, created(t, p, wish).ID, "ERROR")
	if s.State != providers.StateError || !strings.Contains(s.Message, "No valid host") || len(s.Power)+len(s.Abilities) > 0 {
		t.Errorf("server that fits nowhere: state %s, message %q, offers %v %v", s.State, s.Message, s.Power, s.Abilities)
	}
	found, err := p.Scheduling(t.Context(), s.ID)
	if err != nil || !found.Over || !errors.Is(found.Refusal, providers.ErrQuota) {
		t.Errorf("what became of scheduling it: %+v, %v", found, err)
	}
	removed(t, p, s.ID)
	neutron, err := sdk.NewNetworkV2(client(t, "demo"), gophercloud.EndpointOpts{Region: "RegionOne"})
	must(t, err)
	pages, err := ports.List(neutron, ports.ListOpts{DeviceID: s.ID}).AllPages(t.Context())
	must(t, err)
	left, err := ports.ExtractPorts(pages)
	must(t, err)
	if len(left) > 0 {
		t.Errorf("%d ports are left behind", len(left))
	}
}

// TestResizeWhileStopped is confirmed by the ticket and leaves the server
// stopped.
func TestResizeWhileStopped(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	s := reaches(t, p, created(t, p, spec(t)).ID, "ACTIVE")
	_, err := p.Power(t.Context(), s.ID, providers.PowerStop)
	must(t, err)
	reaches(t, p, s.ID, "SHUTOFF")
	ticket, err := p.ResizeServer(t.Context(), s.ID, "m1.small")
	must(t, err)
	if ticket == "" {
		t.Fatal("no ticket: nobody would confirm the resize")
	}
	finish(t, p, ticket)
	s = reaches(t, p, s.ID, "SHUTOFF")
	if s.SizeID != "m1.small" || s.MemoryMiB != 2048 {
		t.Errorf("after the resize the size is %s with %d MiB", s.SizeID, s.MemoryMiB)
	}
}

// TestResizeThatFitsNowhere ends in an error, with the server as it was.
func TestResizeThatFitsNowhere(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	s := reaches(t, p, created(t, p, spec(t)).ID, "ACTIVE")
	ticket, err := p.ResizeServer(t.Context(), s.ID, "x1.nohost")
	eventually(t, "resize is refused", func() bool {
		if err == nil && ticket != "" {
			var progress providers.Progress
			progress, err = p.Poll(t.Context(), ticket)
			ticket = progress.Ticket
		}
		return err != nil || ticket == ""
	})
	if !errors.Is(err, providers.ErrQuota) {
		t.Errorf("resize to a size that fits nowhere: %v, want quota", err)
	}
	if s = reaches(t, p, s.ID, "ACTIVE"); s.SizeID != "m1.tiny" {
		t.Errorf("the size is %s", s.SizeID)
	}
}

// TestPublicKeyIsImportedOnce creates two servers with one key.
func TestPublicKeyIsImportedOnce(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	key := publicKey(t)
	var names []string
	for range 2 {
		wish := spec(t)
		wish.PublicKey, wish.UserData = key, []byte("#cloud-config\n")
		names = append(names, reaches(t, p, created(t, p, wish).ID, "ACTIVE").KeyName)
	}
	if names[0] == "" || names[0] != names[1] {
		t.Errorf("key pairs %q, want one", names)
	}
	nova := compute(t)
	t.Cleanup(func() { must(t, keypairs.Delete(context.Background(), nova, names[0], nil).Err) })
	pair, err := keypairs.Get(t.Context(), nova, names[0], nil).Extract()
	must(t, err)
	if pair.PublicKey != key {
		t.Errorf("the cloud has the key %s, want %s", pair.PublicKey, key)
	}
}

// TestRefusedCreateTakesItsKeyBack asks for an image that does not exist.
func TestRefusedCreateTakesItsKeyBack(t *testing.T) {
	p := adapter(t, cloud(t, "demo"), &wire{})
	nova := compute(t)
	before := keyNames(t, nova)
	wish := spec(t)
	wish.PublicKey, wish.ImageID = publicKey(t), uuid.NewString()
	if _, _, err := p.CreateServer(t.Context(), wish); !errors.Is(err, providers.ErrInvalid) {
		t.Errorf("unknown image: %v, want invalid", err)
	}
	if after := keyNames(t, nova); !slices.Equal(before, after) {
		t.Errorf("key pairs were %v, are %v", before, after)
	}
}

func compute(t testing.TB) *gophercloud.ServiceClient {
	t.Helper()
	c, err := sdk.NewComputeV2(client(t, "demo"), gophercloud.EndpointOpts{Region: "RegionOne"})
	must(t, err)
	return c
}

func keyNames(t testing.TB, nova *gophercloud.ServiceClient) (names []string) {
	t.Helper()
	pages, err := keypairs.List(nova, nil).AllPages(t.Context())
	must(t, err)
	pairs, err := keypairs.ExtractKeyPairs(pages)
	must(t, err)
	for _, p := range pairs {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// publicKey makes an OpenSSH key (RFC 4253 section 6.6: length-prefixed type
// and key).
func publicKey(t testing.TB) string {
	t.Helper()
	key, _, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	blob := slices.Concat([]byte{0, 0, 0, 11}, []byte("ssh-ed25519"), []byte{0, 0, 0, 32}, key)
	return "ssh-ed25519 " + base64.StdEncoding.EncodeToString(blob)
}
