package flexiscale_test

import (
	"net/http"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/flexiscale"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/flexiscale"
)

func TestSettingsThatCannotWork(t *testing.T) {
	const good = "username: u\npassword: p\n"
	for text, says := range map[string]string{
		"password: p\n":                                                   "username and password",
		"username: u\n":                                                   "username and password",
		good + "endpoint: api.flexiscale.com\n":                           "endpoint",
		good + "endpoint: https://u:p@c.example.test\n":                   "endpoint",
		good + "default_size: huge\n":                                     "huge",
		good + "sizes: [{name: a, processors: 1, memory_mib: 512}]\n":     "disk_gib",
		good + "sizes: [{processors: 1, memory_mib: 512, disk_gib: 1}]\n": "empty or taken",
		good + "sizes: [{name: a, processors: 1, memory_mib: 512, disk_gib: 1}, {name: a, processors: 2, memory_mib: 512, disk_gib: 1}]\n":            "empty or taken",
		good + "sizes: [{name: a, processors: 1, memory_mib: 512, disk_gib: 1}, {name: b, processors: -1, memory_mib: 512, disk_gib: 1, mem: 512}]\n": "mem",
	} {
		if _, err := flexiscale.New(settings(text), providers.Surroundings{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want one that says %q", text, err, says)
		}
	}
}

// TestCreateRefusals holds what the cloud cannot do, and what it does not have,
// to being refused before anything is made.
func TestCreateRefusals(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	tests := []struct {
		name, settings string
		change         func(*providers.ServerSpec)
		kind           error
		says           string
	}{
		{"no image", "", func(s *providers.ServerSpec) { s.ImageID = "" }, providers.ErrInvalid, "default_image"},
		{"no size", "", func(s *providers.ServerSpec) { s.SizeID = "" }, providers.ErrInvalid, "default_size"},
		{"unknown size", "", func(s *providers.ServerSpec) { s.SizeID = "huge" }, providers.ErrInvalid, "huge"},
		{"unknown image", "", func(s *providers.ServerSpec) { s.ImageID = "4711" }, providers.ErrInvalid, "9 images"},
		{"unknown package", "package_id: 4711\n", nil, providers.ErrInvalid, "1 packages"},
		{"unknown VLAN", "", func(s *providers.ServerSpec) { s.Networks[0].NetworkID = "4711" }, providers.ErrInvalid, "2 VLANs"},
		{"a VLAN that is no number", "default_network: back\n", func(s *providers.ServerSpec) { s.Networks = nil }, providers.ErrInvalid, "back"},
		{"no VLAN and several", "", func(s *providers.ServerSpec) { s.Networks = nil }, providers.ErrInvalid, "2 VLANs"},
		{"two VLANs", "", func(s *providers.ServerSpec) { s.Networks = append(s.Networks, s.Networks[0]) }, providers.ErrInvalid, "one VLAN"},
		{"an address", "", func(s *providers.ServerSpec) { s.Networks[0].IP = "203.0.113.70" }, providers.ErrUnsupported, "addresses"},
		{"a zone", "", func(s *providers.ServerSpec) { s.Zone = "a" }, providers.ErrInvalid, "zones"},
		{"a volume", "", func(s *providers.ServerSpec) { s.Volumes = []providers.AttachmentSpec{{VolumeID: "1"}} }, providers.ErrUnsupported, "disks"},
		{"a key", "", func(s *providers.ServerSpec) { s.PublicKey = "ssh-rsa A" }, providers.ErrUnsupported, "keys"},
		{"user data", "", func(s *providers.ServerSpec) { s.UserData = []byte("#!") }, providers.ErrUnsupported, "user data"},
		{"no token", "", func(s *providers.ServerSpec) { s.Token = "" }, providers.ErrInvalid, "UUID"}, // and no server of another
		{"no UUID", "", func(s *providers.ServerSpec) { s.Token = "web" }, providers.ErrInvalid, "UUID"},
	}
	for _, tt := range tests {
		spec := wish()
		if tt.change != nil {
			tt.change(&spec)
		}
		_, _, err := s.adapter(t, s.settings()+tt.settings).CreateServer(t.Context(), spec)
		if providers.Kind(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %v that says %q", tt.name, err, tt.kind, tt.says)
		}
	}
	if n := s.Plan.Calls()["CreateServer"]; n != 0 {
		t.Errorf("%d servers were asked for", n)
	}
}

func wish() providers.ServerSpec {
	return providers.ServerSpec{
		Token: "00010203-0405-0607-0809-0a0b0c0d0e0f", Name: "web", ImageID: "27", SizeID: "small",
		Networks: []providers.InterfaceSpec{{NetworkID: "552"}},
	}
}

// TestCreateFillsIn leaves all out that has a default.
func TestCreateFillsIn(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings()+"default_image: 15\ndefault_size: large\ndefault_network: 553\npackage_id: 12345\n")
	made, ticket, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: wish().Token, Hostname: "db"})
	if err != nil || ticket == "" || made.State != providers.StatePending || made.Power != nil || made.Name != "db" {
		t.Fatalf("%+v, ticket %q, %v", made, ticket, err)
	}
	rows := s.Servers()
	got := rows[len(rows)-1]
	if got.Image != 15 || got.Processors != 4 || got.MemoryMB != 4096 || got.DiskGB != 100 || got.Package != cloudsim.SeedPackage {
		t.Errorf("made %+v", got)
	}
	listed, err := p.Server(t.Context(), made.ID)
	if err != nil || len(listed.Interfaces) != 1 || listed.Interfaces[0].NetworkID != "553" || listed.SizeID != "large" {
		t.Errorf("listed %+v, %v", listed, err)
	}
}

// TestCreateThatCannotLook is told to be one that was not asked for.
func TestCreateThatCannotLook(t *testing.T) {
	for _, call := range []string{"ListServers", "ListOperatingSystemImages", "ListVlans"} {
		s := newSite(t, cloudsim.Options{})
		s.Plan.Set(brokenCall(call))
		_, _, err := s.adapter(t, s.settings()).CreateServer(t.Context(), wish())
		if providers.Kind(err) != providers.ErrUnavailable || providers.Unclear(err) {
			t.Errorf("%s fails: %v, unclear %t", call, err, providers.Unclear(err))
		}
	}
}

func brokenCall(name string) fault.Fault {
	return fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError, Call: name}
}
