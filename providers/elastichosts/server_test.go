package elastichosts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

func TestServerThatIsNotPersistentIsNotStopped(t *testing.T) {
	got := (&Provider{}).server(props{"status": "active", "persistent": "false"}).Power
	if diff := cmp.Diff([]providers.PowerOp{providers.PowerReset}, got); diff != "" {
		t.Errorf("offers (-want +got):\n%s", diff)
	}
}

// TestAddressesByVersion has the ways in which versions of the API tell what an
// interface asked for and what it got.
func TestAddressesByVersion(t *testing.T) {
	tests := []struct {
		name, dhcp, leased string
		ip                 string
		more               []string
		static             bool
	}{
		{"version 2, any", "auto", "192.0.2.7", "192.0.2.7", nil, false},
		{"version 2, static", "192.0.2.8", "192.0.2.8", "192.0.2.8", nil, true},
		{"version 1", "192.0.2.9", "", "192.0.2.9", nil, true},
		{"several", "192.0.2.4 192.0.2.5", "", "192.0.2.4", []string{"192.0.2.5"}, true},
		{"stopped", "auto", "", "", nil, false},
		{"one of several", "auto 192.0.2.5", "", "192.0.2.5", nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := (&Provider{}).server(props{"server": "s", "nic:0:dhcp": tt.dhcp, "nic:0:dhcp:ip": tt.leased}).Interfaces
			if len(got) != 1 || got[0].IP != tt.ip || got[0].Static != tt.static || cmp.Diff(tt.more, got[0].MoreIPs) != "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestSizeOfAServer(t *testing.T) {
	p := &Provider{settings: Settings{Sizes: []Size{
		{Name: "a", CPU: 2000, MemoryMiB: 1024, DiskGiB: 10},
		{Name: "b", CPU: 2000, MemoryMiB: 1024, DiskGiB: 20},
		{Name: "c", CPU: 4000, MemoryMiB: 1024, DiskGiB: 10},
	}}}
	tests := []struct{ cpu, mem, noted, want string }{
		{"4000", "1024", "", "c"},
		{"2000", "1024", "b", "b"},
		{"2000", "1024", "", ""},  // either
		{"2000", "1024", "c", ""}, // changed since
		{"4000", "1024", "b", "c"},
		{"8000", "1024", "c", ""},
		{"", "", "a", ""},
	}
	for _, tt := range tests {
		if got := p.sizeOf(props{"cpu": tt.cpu, "mem": tt.mem, sizeKey: tt.noted}); got != tt.want {
			t.Errorf("%+v: size %q", tt, got)
		}
	}
}

func TestProgressOfACopy(t *testing.T) {
	for imaging, want := range map[string]string{"": "under way", "true": "under way", "queued": "queued", "0": "0%", "42%": "42%", "100": "100%"} {
		if got := percent(imaging); got != want {
			t.Errorf("imaging %q: %q, want %q", imaging, got, want)
		}
	}
}

// TestDrivesThatGoWithTheirServer tells the drives that a delete takes from those
// that it leaves: without our mark, of another server, held by another by now.
func TestDrivesThatGoWithTheirServer(t *testing.T) {
	tests := []struct {
		mark, claimed string
		want          bool
	}{
		{"token", "", true},
		{"token", "user:guest:ABC:ide:0:0", true},
		{"token", "user:guest:abc:ide:0:0 user:guest:def:ide:0:0", false},
		{"another", "", false},
		{"", "user:guest:abc:block:0", false},
	}
	for _, tt := range tests {
		if got := (props{bootKey: tt.mark, "claimed": tt.claimed}).madeFor("abc", "token"); got != tt.want {
			t.Errorf("mark %q, claimed %q: %t", tt.mark, tt.claimed, got)
		}
	}
}
