package gogrid_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/gogrid"
	cloudsim "occigate/test/cloudsim/gogrid"
)

func TestSettings(t *testing.T) {
	const good = "api_key: k\nsecret: s\ndatacenter: US-West-1\n"
	tests := []struct{ name, text, says string }{
		{"good", good, ""},
		{"endpoint", good + "endpoint: nowhere\n", "endpoint"},
		{"no key", "secret: s\ndatacenter: d\n", "api_key"},
		{"no secret", "api_key: k\ndatacenter: d\n", "secret"},
		{"no datacenter", "api_key: k\nsecret: s\n", "datacenter"},
		{"bad pattern", good + "images: [\"[\"]\n", "images"},
		{"no currency", good + "image_prices: dollars\n", "image_prices is the code of a currency"},
		{"misspelt", good + "image: x\n", "image"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := gogrid.New(settings(tt.text), providers.Surroundings{})
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want one that says %q", err, tt.says)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	want := providers.Identity{Account: "203.0.113.32/28", Region: "US-West-1"}
	for _, datacenter := range []string{"US-West-1", "1"} {
		p := s.adapter(t, strings.Replace(s.settings(), "US-West-1", datacenter, 1))
		got, err := p.Identity(t.Context())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
	p := s.adapter(t, strings.Replace(s.settings(), "US-West-1", "Mars", 1))
	if _, err := p.Identity(t.Context()); providers.Kind(err) != providers.ErrInvalid || !strings.Contains(err.Error(), "EU-West-1") {
		t.Errorf("unknown datacenter: %v", err)
	}
	none := canned(t, map[string]string{
		"ip.datacenter": `{"status": "success", "summary": {"total": 1}, "list": [{"id": 1, "name": "US-West-1"}]}`,
		"grid/ip/list":  `{"status": "success", "summary": {"total": 0}, "list": []}`,
	})
	if _, err := none.Identity(t.Context()); providers.Kind(err) != providers.ErrInvalid {
		t.Errorf("no addresses: %v", err)
	}
}

func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRowsOfServers(t *testing.T) {
	got, err := canned(t, map[string]string{"grid/server/list": sample(t, "servers.json")}).Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	nic := providers.Interface{
		ServerID: "901", Static: true, Fixed: true, State: providers.ResourceOnline, NativeState: "On",
		ID: "public", NetworkID: "public", Device: "eth0", IP: "203.0.113.35", Public: true,
	}
	second := nic
	second.ID, second.NetworkID, second.Device, second.IP, second.Public = "private", "private", "eth1", "10.104.7.3", false
	can := []providers.Ability{providers.AbilitySave, providers.AbilityResize}
	want := []providers.Server{
		{
			ID: "901", Name: "plain", Zone: "US-West-1", ImageID: "1531", SizeID: "1", State: providers.StateActive, NativeState: "On",
			Architecture: providers.X86, Cores: 1, MemoryMiB: 512, Power: []providers.PowerOp{providers.PowerOff, providers.PowerReset},
			Abilities: can, Interfaces: []providers.Interface{nic, second},
		},
		{
			ID: "902", Name: "texts", Zone: "US-West-1", ImageID: "1532", SizeID: "3", State: providers.StateInactive, NativeState: "Off",
			Architecture: providers.X64, Cores: 2, MemoryMiB: 2048, Power: []providers.PowerOp{providers.PowerStart}, Abilities: can,
		},
		{ID: "903", Name: "later", State: providers.StateUnknown, NativeState: "Hibernating"},
		{Name: "unbuilt", State: providers.StatePending, NativeState: "Off", Message: "being created"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
}

func TestStatesOfServers(t *testing.T) {
	for native, want := range map[cloudsim.Option]providers.State{
		cloudsim.On: providers.StateActive, cloudsim.Off: providers.StateInactive,
		cloudsim.Starting: providers.StateStarting, cloudsim.Stopping: providers.StateStopping,
		cloudsim.Restarting: providers.StateRestarting, cloudsim.Updating: providers.StateResizing,
		cloudsim.Saving: providers.StateSaving, cloudsim.OnSaving: providers.StateSaving,
		cloudsim.OffSaving: providers.StateInactive, cloudsim.Restoring: providers.StatePending,
	} {
		s := newSite(t, cloudsim.Options{})
		row := s.AddServer(cloudsim.Server{Name: "web", State: native})
		got, err := s.adapter(t, s.settings()).Server(t.Context(), fmt.Sprint(row.ID))
		if err != nil || got.State != want || got.NativeState != native.Name {
			t.Errorf("%s is %s (%s), want %s; %v", native.Name, got.State, got.NativeState, want, err)
		}
		resting := native == cloudsim.On || native == cloudsim.Off
		if (len(got.Power) > 0) != resting || (len(got.Abilities) > 0) != resting {
			t.Errorf("%s offers %v %v", native.Name, got.Power, got.Abilities)
		}
	}
}

func TestCatalogue(t *testing.T) {
	option := `{"status": "success", "summary": {"total": 2}, "list": [{"id": 1, "name": "US-West-1", "description": "US West 1"}, {"id": 2, "name": "US-East-1"}]}`
	ram := `{"status": "success", "summary": {"total": 3}, "list": [{"id": 1, "name": "512MB"}, {"id": "8", "name": "16GB"}, {"id": 7, "name": "Sandbox"}]}`
	got, err := canned(t, map[string]string{
		"ip.datacenter": option, "server.ram": ram, "grid/image/list": sample(t, "images.json"),
	}).Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := providers.Catalogue{
		Images: []providers.Image{
			{ID: "1", Name: "CentOS 5.3 (32-bit) w/ None", Alias: "centos5.3_32_base", Architecture: providers.X86, State: providers.ImageReady},
			{
				ID: "2", Name: "mine", Alias: "GSI-2", Description: "of web", Token: token, Architecture: providers.X64, MinMemoryMiB: 1024,
				State: providers.ImagePending, Own: true, Created: time.UnixMilli(1289119839685).UTC(),
			},
		},
		Sizes: []providers.Size{{ID: "1", Name: "512MB", Cores: 1, MemoryMiB: 512}, {ID: "8", Name: "16GB", Cores: 1, MemoryMiB: 16384}},
		Zones: []providers.Zone{{ID: "US-West-1", Name: "US West 1", Available: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("catalogue (-want +got):\n%s", diff)
	}
}

func TestCatalogueOffersWhatFits(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	s.AddImage(cloudsim.Image{Name: "debian", FriendlyName: "Debian 7", Public: true})
	s.AddImage(cloudsim.Image{Name: "GSI-1", FriendlyName: "mine"})
	for pattern, want := range map[string]string{
		"": "centos6.4_64_base Debian 7 mine", "images: [\"Deb*\"]\n": "Debian 7 mine", "images: [\"cent*\"]\n": "centos6.4_64_base mine",
	} {
		c, err := s.adapter(t, s.settings()+pattern).Catalogue(t.Context())
		var names []string
		for _, i := range c.Images {
			names = append(names, i.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Errorf("%q offers %q, want %q; %v", pattern, got, want, err)
		}
	}
}

func TestNetworksAndAddresses(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	all := s.Addresses()
	row := s.AddServer(cloudsim.Server{Name: "web", IP: all[0].IP})
	s.TakeAddress(all[1].IP)
	p := s.adapter(t, s.settings())
	networks, err := p.Networks(t.Context())
	want := []providers.Network{
		{ID: "public", Name: "public", Zone: "US-West-1", CIDR: "203.0.113.32/28", Public: true, Shared: true, State: providers.ResourceOnline},
		{ID: "private", Name: "private", Zone: "US-West-1", CIDR: "10.104.7.0/28", Shared: true, State: providers.ResourceOnline},
	}
	if diff := cmp.Diff(want, networks); err != nil || diff != "" {
		t.Errorf("networks: %v %s", err, diff)
	}
	got, err := p.Addresses(t.Context())
	if err != nil || len(got) != 13 {
		t.Fatalf("%d addresses of the datacenter, want 13; %v", len(got), err)
	}
	address := func(n int) providers.Address {
		return providers.Address{ID: fmt.Sprint(all[n].ID), IP: all[n].IP, NetworkID: "public", State: providers.ResourceOnline, NativeState: "Assigned"}
	}
	first, second, third := address(0), address(1), address(2)
	first.ServerID, first.InterfaceID = fmt.Sprint(row.ID), "public"
	third.State, third.NativeState = providers.ResourceOffline, "Unassigned"
	if diff := cmp.Diff([]providers.Address{first, second, third}, got[:3]); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

func TestPower(t *testing.T) {
	tests := []struct {
		from cloudsim.Option
		op   providers.PowerOp
		kind error
		ends cloudsim.Option
	}{
		{cloudsim.On, providers.PowerOff, nil, cloudsim.Off},
		{cloudsim.On, providers.PowerReset, nil, cloudsim.On},
		{cloudsim.On, providers.PowerStart, nil, cloudsim.On},
		{cloudsim.Starting, providers.PowerStart, nil, cloudsim.Starting},
		{cloudsim.Off, providers.PowerStart, nil, cloudsim.On},
		{cloudsim.Off, providers.PowerOff, nil, cloudsim.Off},
		{cloudsim.Off, providers.PowerReset, providers.ErrConflict, cloudsim.Off},
		{cloudsim.Updating, providers.PowerOff, providers.ErrConflict, cloudsim.Updating},
		{cloudsim.On, providers.PowerStop, providers.ErrUnsupported, cloudsim.On},
		{cloudsim.On, providers.PowerReboot, providers.ErrUnsupported, cloudsim.On},
		{cloudsim.On, providers.PowerSuspend, providers.ErrUnsupported, cloudsim.On},
	}
	for _, tt := range tests {
		t.Run(string(tt.op)+" while "+tt.from.Name, func(t *testing.T) {
			s := newSite(t, cloudsim.Options{})
			row := s.AddServer(cloudsim.Server{Name: "web", State: tt.from})
			_, err := s.adapter(t, s.settings()).Power(t.Context(), fmt.Sprint(row.ID), tt.op)
			if providers.Kind(err) != tt.kind {
				t.Errorf("%v, want %v", err, tt.kind)
			}
			s.Pass(transition)
			if got := s.Servers()[0].State; got != tt.ends {
				t.Errorf("ends in %s, want %s", got.Name, tt.ends.Name)
			}
		})
	}
}

// TestPowerRefusedWith200 is an answer that says failure with the status 200.
func TestPowerRefusedWith200(t *testing.T) {
	p := canned(t, map[string]string{
		"grid/server/power": sample(t, "power_refused.json"),
		"grid/server/get":   strings.Replace(sample(t, "power_refused.json"), "failure", "success", 1),
	})
	_, err := p.Power(t.Context(), "901", providers.PowerOff)
	if providers.Kind(err) != providers.ErrConflict || !strings.Contains(err.Error(), "Updating") {
		t.Errorf("%v, want a conflict that names the state", err)
	}
}
