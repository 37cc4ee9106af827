package elastichosts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/elastichosts"
	"occigate/test/cloudsim/fault"
)

func TestVolumeComesAndGoesAtAStoppedServer(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateInactive)
	v, _, err := r.CreateVolume(t.Context(), providers.VolumeSpec{Token: token, Name: "data", SizeGiB: 1.5})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		asked, want string
		kind        error
	}{
		{"", "block:0", nil},
		{"scsi:0:3", "scsi:0:3", nil},
		{"ide:0:0", "", providers.ErrConflict},
		{"/dev/sdb", "", providers.ErrInvalid},
	}
	for _, tt := range tests {
		a, _, err := r.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: s.ID, VolumeID: strings.ToUpper(v.ID), Device: tt.asked})
		if providers.Kind(err) != tt.kind || a.Device != tt.want {
			t.Fatalf("device %q: %q, %v; want %q, %v", tt.asked, a.Device, err, tt.want, tt.kind)
		}
		if err != nil {
			continue
		}
		seen, err := r.Volume(t.Context(), v.ID)
		if err != nil || len(seen.Attachments) != 1 || seen.Attachments[0] != a {
			t.Errorf("%+v, %v: want the attachment %+v", seen.Attachments, err, a)
		}
		if _, err := r.DeleteVolume(t.Context(), v.ID); !errors.Is(err, providers.ErrConflict) {
			t.Errorf("delete while attached: %v", err)
		}
		if _, err := r.ResizeVolume(t.Context(), v.ID, 3); !errors.Is(err, providers.ErrConflict) {
			t.Errorf("resize while attached: %v", err)
		}
		if _, err := r.DetachVolume(t.Context(), s.ID, v.ID); err != nil {
			t.Fatal(err)
		}
	}
	if seen, err := r.Volume(t.Context(), v.ID); err != nil || len(seen.Attachments) != 0 || seen.SizeGiB != 1.5 {
		t.Errorf("%+v, %v: want a free volume of 1.5 GiB", seen, err)
	}
	if _, err := r.DetachVolume(t.Context(), s.ID, v.ID); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("detach of what is not attached: %v", err)
	}
}

func TestVolumeInCreate(t *testing.T) {
	r := newRig(t)
	v, _, err := r.CreateVolume(t.Context(), providers.VolumeSpec{Token: token, SizeGiB: 1})
	if err != nil {
		t.Fatal(err)
	}
	spec := r.spec()
	spec.Volumes = []providers.AttachmentSpec{{VolumeID: v.ID, Device: "block:2"}}
	_, ticket, err := r.CreateServer(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := r.finish(ticket)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := r.Volume(t.Context(), v.ID)
	want := []providers.Attachment{{ServerID: id, VolumeID: v.ID, Device: "block:2", State: providers.ResourceOnline, NativeState: "active"}}
	if diff := cmp.Diff(want, seen.Attachments); err != nil || diff != "" {
		t.Errorf("%v, attachments (-want +got):\n%s", err, diff)
	}
}

func TestDriveThatIsImaged(t *testing.T) {
	r := newRig(t)
	if _, _, err := r.CreateServer(t.Context(), r.spec()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		pass    time.Duration
		state   providers.ResourceState
		message string
	}{
		{transition / 20, providers.ResourceOffline, "imaging queued"},
		{transition * 2 / 5, providers.ResourceOffline, "imaging 45%"},
		{transition, providers.ResourceOnline, ""},
	} {
		r.Pass(tt.pass)
		_, rows := r.volumes()
		if rows[0].State != tt.state || rows[0].Message != tt.message {
			t.Errorf("%s %q, want %s %q", rows[0].State, rows[0].Message, tt.state, tt.message)
		}
	}
}

func TestAddressOfAStoppedServer(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateInactive)
	a, err := r.CreateAddress(t.Context(), providers.AddressSpec{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.AssignAddress(t.Context(), a.ID, s.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Power(t.Context(), s.ID, providers.PowerStart); err != nil {
		t.Fatal(err)
	}
	rows, err := r.Addresses(t.Context())
	if err != nil || len(rows) != 1 || rows[0].ServerID != s.ID || rows[0].State != providers.ResourceOnline {
		t.Errorf("%+v, %v: want the address at %s", rows, err, s.ID)
	}
	s, err = r.Server(t.Context(), s.ID)
	if err != nil || s.Interfaces[0].IP != a.IP || !s.Interfaces[0].Static {
		t.Errorf("%+v, %v: want the static address %s", s.Interfaces, err, a.IP)
	}
	if err := r.DeleteAddress(t.Context(), a.ID); !errors.Is(err, providers.ErrConflict) {
		t.Errorf("delete of an address in use: %v", err)
	}
	if _, err := r.UnassignAddress(t.Context(), a.ID); !errors.Is(err, providers.ErrConflict) {
		t.Errorf("taking the address off a running server: %v", err)
	}
	if _, err := r.Power(t.Context(), s.ID, providers.PowerOff); err != nil {
		t.Fatal(err)
	}
	if _, err := r.UnassignAddress(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.DeleteAddress(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	if _, err := r.UnassignAddress(t.Context(), a.ID); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("an address that was given back: %v", err)
	}
}

func TestNetworkLifeCycle(t *testing.T) {
	r := newRig(t)
	made, _, err := r.CreateNetwork(t.Context(), providers.NetworkSpec{Token: token, Name: "in side"})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := r.Networks(t.Context())
	want := []providers.Network{
		{ID: "public", Name: "public", Dynamic: true, Public: true, Shared: true, State: providers.ResourceOnline, NativeState: "built in"},
		{ID: made.ID, Name: "in side", Token: token, State: providers.ResourceOnline, NativeState: "vlan"},
	}
	if diff := cmp.Diff(want, rows); err != nil || diff != "" {
		t.Errorf("%v, networks (-want +got):\n%s", err, diff)
	}
	if _, _, err := r.CreateNetwork(t.Context(), providers.NetworkSpec{CIDR: "10.0.0.0/24"}); !errors.Is(err, providers.ErrUnsupported) {
		t.Errorf("a range of addresses: %v", err)
	}
	if _, err := r.DeleteNetwork(t.Context(), "public"); !errors.Is(err, providers.ErrUnsupported) {
		t.Errorf("delete of the public network: %v", err)
	}
	if _, err := r.DeleteNetwork(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Network(t.Context(), made.ID); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("a deleted network: %v", err)
	}
}

func TestGuestThatIgnoresItsPowerButton(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateActive)
	r.IgnoreShutdown(s.ID)
	ticket, err := r.Power(t.Context(), s.ID, providers.PowerStop)
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Poll(t.Context(), ticket)
	if err != nil || p.Ticket != ticket || p.Message == "" {
		t.Errorf("%+v, %v: want to wait", p, err)
	}
	r.Pass(11 * time.Minute)
	if _, err := r.Poll(t.Context(), ticket); !errors.Is(err, providers.ErrConflict) {
		t.Errorf("after the limit: %v, want conflict", err)
	}
}

func TestPowerByState(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateActive)
	all := []providers.PowerOp{providers.PowerStart, providers.PowerStop, providers.PowerOff, providers.PowerReset}
	tests := []struct {
		status string
		state  providers.State
		offers []providers.PowerOp
	}{
		{"paused", providers.StateSuspended, []providers.PowerOp{providers.PowerOff}},
		{"dumped", providers.StateError, nil},
		{"dead", providers.StateError, nil},
		{"of tomorrow", providers.StateUnknown, nil},
	}
	for _, tt := range tests {
		r.SetStatus(s.ID, tt.status)
		got, err := r.Server(t.Context(), s.ID)
		if err != nil || got.State != tt.state || got.NativeState != tt.status {
			t.Errorf("%s: %+v, %v; want %s", tt.status, got, err, tt.state)
		}
		if diff := cmp.Diff(tt.offers, got.Power); diff != "" {
			t.Errorf("%s offers (-want +got):\n%s", tt.status, diff)
		}
		for _, op := range all {
			if got.Offers(op) {
				continue
			}
			if _, err := r.Power(t.Context(), s.ID, op); !errors.Is(err, providers.ErrConflict) {
				t.Errorf("%s of a server that is %s: %v", op, tt.status, err)
			}
		}
	}
}

// TestRefusedButThere has the cloud refuse an operation because it has
// happened meanwhile.
func TestRefusedButThere(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateActive)
	r.Plan.Set(fault.Fault{Kind: fault.Status, Status: 409, Call: "POST /servers/{id}/stop", After: true})
	if _, err := r.Power(t.Context(), s.ID, providers.PowerOff); err != nil {
		t.Errorf("stopped, and refused: %v", err)
	}
	r.Plan.Set(fault.Fault{Kind: fault.Status, Status: 409, Call: "POST /servers/{id}/start"})
	if _, err := r.Power(t.Context(), s.ID, providers.PowerStart); !errors.Is(err, providers.ErrConflict) {
		t.Errorf("not started, and refused: %v", err)
	}
}

func TestSettings(t *testing.T) {
	const good = "uri: https://us-east.crosspeer.com/api/\nuser: " + user + "\nkey: " + key + "\n"
	tests := []struct{ name, text, wrong string }{
		{"good", good, ""},
		{"json", good + "format: json", ""},
		{"format", good + "format: xml", "format"},
		{"no uri", "user: x\nkey: y", "uri is missing"},
		{"no scheme", "uri: us-east.crosspeer.com\nuser: x\nkey: y", "uri must be"},
		{"secret in the uri", "uri: https://u:" + key + "@cloud\nuser: x\nkey: y", "uri must be"},
		{"no key", "uri: https://cloud\nuser: x", "user and key"},
		{"size out of range", good + "sizes: [{name: a, cpu_mhz: 100, memory_mib: 512, disk_gib: 1}]", "size a"},
		{"two of one name", good + "sizes: [{name: a, cpu_mhz: 500, memory_mib: 512, disk_gib: 1}, {name: a, cpu_mhz: 500, memory_mib: 512, disk_gib: 1}]", "size 2"},
		{"default size", good + "default_size: none", "default_size"},
		{"time-out", good + "shutdown_timeout: 0s", "shutdown_timeout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := elastichosts.New(settings(tt.text), surroundings(providers.SystemClock{}))
			switch {
			case tt.wrong == "" && err != nil:
				t.Error(err)
			case tt.wrong != "" && (!errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), tt.wrong)):
				t.Errorf("%v, want invalid that says %q", err, tt.wrong)
			case err != nil && strings.Contains(err.Error(), key):
				t.Errorf("%v: shows the secret", err)
			}
		})
	}
}
