package openstack_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/openstack"
)

// TestCreateSaysEverything reads the body that Nova gets.
func TestCreateSaysEverything(t *testing.T) {
	s := newStub(t)
	s.paths[serversPath] = says(http.StatusOK, `{"servers": []}`)
	s.paths["GET /compute/v2.1/flavors"] = says(http.StatusOK, `{"flavors": [{"id": "7", "name": "m1.tiny"}]}`)
	var sent map[string]any
	s.paths["POST /compute/v2.1/servers"] = func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		if v := r.Header.Get("OpenStack-API-Version"); v != "compute 2.69" {
			t.Errorf("microversion %q", v)
		}
		says(http.StatusAccepted, `{"server": {"id": "s1", "adminPass": "x"}}`)(w, r)
	}
	p := s.adapter(t, "security_groups: [web, ssh]", "zone: a", "key_name: ops", "default_flavor: m1.tiny")
	made, ticket, err := p.CreateServer(t.Context(), providers.ServerSpec{
		Token: "t1", Name: "web-1", ImageID: "i1", Zone: "b", UserData: []byte("#!/bin/sh\n"), Tags: map[string]string{"role": "web"},
		Networks: []providers.InterfaceSpec{{NetworkID: "n1", IP: "10.0.0.9"}, {NetworkID: "n2"}},
	})
	if err != nil || ticket != "" {
		t.Fatalf("create: ticket %q, %v", ticket, err)
	}
	want := map[string]any{"server": map[string]any{
		"name": "web-1", "imageRef": "i1", "flavorRef": "7", "availability_zone": "b", "key_name": "ops",
		"user_data":       "IyEvYmluL3NoCg==",
		"networks":        []any{map[string]any{"uuid": "n1", "fixed_ip": "10.0.0.9"}, map[string]any{"uuid": "n2"}},
		"security_groups": []any{map[string]any{"name": "web"}, map[string]any{"name": "ssh"}},
		"metadata":        map[string]any{"role": "web", "occigate:token": "t1"},
		"tags":            []any{"occigate:token:t1"},
	}}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("body wanted (-) and sent (+):\n%s", diff)
	}
	if made.ID != "s1" || made.Token != "t1" || made.SizeID != "m1.tiny" || made.State != providers.StatePending {
		t.Errorf("answer %+v", made)
	}
}

// TestOnlyALostPostIsUnclear: what fails before it has made nothing.
func TestOnlyALostPostIsUnclear(t *testing.T) {
	for call, unclear := range map[string]bool{"GET /servers/detail": false, "POST /servers": true} {
		s := newSite(t)
		p := s.adapter(t, s.settings())
		s.Plan.Set(fault.Fault{Kind: fault.Status, Call: call, Status: http.StatusInternalServerError})
		_, _, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: "t", ImageID: s.image, SizeID: "m1.tiny"})
		if !errors.Is(err, providers.ErrUnavailable) || providers.Unclear(err) != unclear {
			t.Errorf("%s fails: %v, unclear %v, want %v", call, err, providers.Unclear(err), unclear)
		}
	}
}

// TestNetworkOfAServerThatNamesNone depends on what the project has.
func TestNetworkOfAServerThatNamesNone(t *testing.T) {
	const own = `"project_id": "p1", "subnets": ["s"]}`
	for name, test := range map[string]struct {
		networks, setting string
		want              any
		kind              error
	}{
		"none":               {networks: ``, want: "none"},
		"one":                {networks: `{"id": "a", "name": "A", ` + own, want: "a"},
		"one beside others":  {networks: `{"id": "a", "name": "A", ` + own + `, {"id": "x", "router:external": true, ` + own + `, {"id": "y", "project_id": "p1"}, {"id": "z", "project_id": "p2", "subnets": ["s"]}`, want: "a"},
		"shared":             {networks: `{"id": "a", "shared": true, "project_id": "p2", "subnets": ["s"]}`, want: "a"},
		"several":            {networks: `{"id": "b", "name": "B", ` + own + `, {"id": "a", "name": "A", ` + own, kind: providers.ErrConflict},
		"several, one named": {networks: `{"id": "b", "name": "B", ` + own + `, {"id": "a", "name": "A", ` + own, setting: "default_network: B", want: "b"},
		"named, not there":   {networks: `{"id": "a", "name": "A", ` + own, setting: "default_network: C", kind: providers.ErrInvalid},
	} {
		s := newStub(t)
		s.paths[serversPath] = says(http.StatusOK, `{"servers": []}`)
		s.paths["GET /compute/v2.1/flavors"] = says(http.StatusOK, `{"flavors": [{"id": "7", "name": "m1.tiny"}]}`)
		s.paths["GET /network/v2.0/networks"] = says(http.StatusOK, `{"networks": [`+test.networks+`]}`)
		var sent struct{ Server struct{ Networks any } }
		s.paths["POST /compute/v2.1/servers"] = func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewDecoder(r.Body).Decode(&sent)
			says(http.StatusAccepted, `{"server": {"id": "s1"}}`)(w, r)
		}
		_, _, err := s.adapter(t, test.setting).CreateServer(t.Context(), providers.ServerSpec{Token: "t", ImageID: "i", SizeID: "m1.tiny"})
		if providers.Kind(err) != test.kind {
			t.Errorf("%s: %v, want %v", name, err, test.kind)
		}
		if test.kind == providers.ErrConflict && !strings.Contains(err.Error(), "A, B") {
			t.Errorf("%s: %v does not list the networks", name, err)
		}
		want := test.want
		if id, is := want.(string); is && id != "none" {
			want = []any{map[string]any{"uuid": id}}
		}
		if diff := cmp.Diff(want, sent.Server.Networks); diff != "" {
			t.Errorf("%s: networks wanted (-) and sent (+):\n%s", name, diff)
		}
	}
}

// TestFailedCreateLeavesNothing takes back the key pair it imported, but only
// when it is sure that there is no server.
func TestFailedCreateLeavesNothing(t *testing.T) {
	for status, taken := range map[int]bool{http.StatusForbidden: true, http.StatusBadGateway: false} {
		s := newStub(t)
		s.paths[serversPath] = says(http.StatusOK, `{"servers": []}`)
		s.paths["GET /compute/v2.1/flavors"] = says(http.StatusOK, `{"flavors": [{"id": "7", "name": "m1.tiny"}]}`)
		s.paths["POST /compute/v2.1/servers"] = says(status, `{"forbidden": {"message": "Quota exceeded"}}`)
		keys := map[string]bool{}
		s.paths["POST /compute/v2.1/os-keypairs"] = func(w http.ResponseWriter, r *http.Request) {
			var sent struct{ Keypair struct{ Name string } }
			_ = json.NewDecoder(r.Body).Decode(&sent)
			keys[sent.Keypair.Name] = true
			s.paths["DELETE /compute/v2.1/os-keypairs/"+sent.Keypair.Name] = func(w http.ResponseWriter, _ *http.Request) {
				delete(keys, sent.Keypair.Name)
				w.WriteHeader(http.StatusNoContent)
			}
			says(http.StatusCreated, `{"keypair": {}}`)(w, r)
		}
		_, _, err := s.adapter(t).CreateServer(t.Context(), providers.ServerSpec{
			Token: "t", ImageID: "i", SizeID: "m1.tiny", Networks: []providers.InterfaceSpec{{NetworkID: "n"}},
			PublicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtleQ== someone@somewhere",
		})
		if err == nil || (len(keys) == 0) != taken {
			t.Errorf("create answered %d: %v; key pairs left: %v", status, err, keys)
		}
	}
}

// TestBadPublicKey is refused before anything is made.
func TestBadPublicKey(t *testing.T) {
	s := newSite(t)
	for _, key := range []string{"nonsense", "ssh-rsa !!!"} {
		_, _, err := s.adapter(t, s.settings()).CreateServer(t.Context(), providers.ServerSpec{Token: "t", ImageID: s.image, SizeID: "m1.tiny", PublicKey: key})
		if !errors.Is(err, providers.ErrInvalid) {
			t.Errorf("key %q: %v, want invalid", key, err)
		}
	}
}

// TestVolumesTooLargeToCount are refused, not made as small ones.
func TestVolumesTooLargeToCount(t *testing.T) {
	s := newSite(t)
	p := s.adapter(t, s.settings())
	for _, gib := range []float64{math.MaxInt32 + 1, 1e30, math.Inf(1), math.NaN()} {
		if v, _, err := p.CreateVolume(t.Context(), providers.VolumeSpec{Token: "t", SizeGiB: gib}); !errors.Is(err, providers.ErrInvalid) {
			t.Errorf("a volume of %v GiB: %+v, %v", gib, v, err)
		}
		if _, err := p.ResizeVolume(t.Context(), "v", gib); !errors.Is(err, providers.ErrInvalid) {
			t.Errorf("a resize to %v GiB: %v", gib, err)
		}
	}
	if v, _, err := p.CreateVolume(t.Context(), providers.VolumeSpec{Token: "t", SizeGiB: 0.5}); err != nil || v.SizeGiB != 1 {
		t.Errorf("a volume of half a GiB: %+v, %v", v, err)
	}
}

// TestFailedSubnetRemovesTheNetwork, also when the caller has gone meanwhile.
func TestFailedSubnetRemovesTheNetwork(t *testing.T) {
	s := newSite(t)
	p := s.adapter(t, s.settings())
	s.Plan.Set(fault.Fault{Kind: fault.Status, Call: "POST /subnets", Status: http.StatusConflict, Body: "Quota exceeded for resources: ['subnet']."})
	_, _, err := p.CreateNetwork(t.Context(), providers.NetworkSpec{Token: "t"})
	if !errors.Is(err, providers.ErrQuota) {
		t.Errorf("subnet over quota: %v", err)
	}
	const call = "POST /subnets"
	s.Plan.Set(fault.Fault{Kind: fault.Hang, Call: call})
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	before := s.Plan.Calls()[call]
	go func() {
		for s.Plan.Calls()[call] == before && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		leave()
	}()
	if _, _, err := p.CreateNetwork(ctx, providers.NetworkSpec{Token: "t"}); !errors.Is(err, providers.ErrUnavailable) {
		t.Errorf("subnet without an answer: %v", err)
	}
	s.Plan.Clear()
	rows, err := p.Networks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range rows {
		if n.Token == "t" {
			t.Errorf("network %s is left behind", n.ID)
		}
	}
}

// TestFreeRange makes networks without a range: each gets its own.
func TestFreeRange(t *testing.T) {
	s := newSite(t)
	s.AddNetwork(cloudsim.Network{Name: "taken"}, "192.168.0.0/23")
	p := s.adapter(t, s.settings())
	for _, want := range []string{"192.168.2.0/24", "192.168.3.0/24"} {
		n, _, err := p.CreateNetwork(t.Context(), providers.NetworkSpec{Token: "t"})
		if err != nil || n.CIDR != want || !n.Dynamic || n.Gateway == "" {
			t.Errorf("network %+v, %v; want the range %s", n, err, want)
		}
	}
}

// TestRefusedWishes are those that the cloud has no place for.
func TestRefusedWishes(t *testing.T) {
	s := newSite(t)
	p := s.adapter(t, s.settings())
	create := func(spec providers.NetworkSpec) error { _, _, err := p.CreateNetwork(t.Context(), spec); return err }
	plug := func(spec providers.InterfaceSpec) error {
		_, _, err := p.AttachInterface(t.Context(), spec)
		return err
	}
	for name, test := range map[string]struct{ err, kind error }{
		"VLAN":           {create(providers.NetworkSpec{VLAN: 7}), providers.ErrUnsupported},
		"public network": {create(providers.NetworkSpec{Public: true}), providers.ErrUnsupported},
		"bad range":      {create(providers.NetworkSpec{CIDR: "10.0.0.0"}), providers.ErrInvalid},
		"MAC address":    {plug(providers.InterfaceSpec{ServerID: "s", NetworkID: s.network, MAC: "fa:16:3e:00:00:01"}), providers.ErrUnsupported},
	} {
		if !errors.Is(test.err, test.kind) {
			t.Errorf("%s: %v, want %v", name, test.err, test.kind)
		}
	}
	if _, err := p.Poll(t.Context(), "something else"); !errors.Is(err, providers.ErrInvalid) {
		t.Errorf("a foreign ticket: %v", err)
	}
}
