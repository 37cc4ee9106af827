package suncloud

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/internal/configured"
)

// TestSizes lists each set of figures once: the configured ones first and under
// their names, those of templates and VMs by themselves.
func TestSizes(t *testing.T) {
	small, odd := Figures{CPU: 1000, Memory: 512, BootDisk: 10}, Figures{CPU: 1500, Memory: 700, BootDisk: 10, TempDisk: 5}
	p := &Provider{settings: Settings{Sizes: configured.Sizes[Size]{{"small", small}}}}
	got := p.sizes(tree{
		templates: templates{{Figures: small}, {Figures: odd}, {Name: "of no size"}},
		vms:       []vm{{Figures: odd}, {Figures: small}, {Figures: Figures{CPU: 2000, Memory: 512}}, {}},
	})
	want := configured.Sizes[Size]{
		{"small", small}, {"1500mhz-700mb-10-0-5", odd}, {"2000mhz-512mb-0-0-0", Figures{CPU: 2000, Memory: 512}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sizes (-want +got):\n%s", diff)
	}
	if len(p.settings.Sizes) != 1 {
		t.Errorf("the settings have become %v", p.settings.Sizes)
	}
}

func TestPrefix(t *testing.T) {
	tests := []struct{ ip, mask, want string }{
		{"10.31.2.7", "255.255.255.0", "10.31.2.0/24"},
		{"10.31.2.7", "255.255.255.255", "10.31.2.7/32"},
		{"10.31.2.7", "255.0.255.0", ""}, // no mask is like that
		{"10.31.2.7", "", ""},
		{"10.31.2.7", "24", ""},
		{"", "255.255.255.0", ""},
	}
	for _, tt := range tests {
		if got := (vnet{Netmask: tt.mask}).prefix(tt.ip); got != tt.want {
			t.Errorf("%s with %s is %q, want %q", tt.ip, tt.mask, got, tt.want)
		}
	}
}

// TestAddressStates holds the states of public addresses to what is known of
// them: one without IP cannot be in use.
func TestAddressStates(t *testing.T) {
	for _, tt := range []struct {
		row   address
		state providers.ResourceState
	}{
		{address{URI: "a", IP: "192.0.2.1"}, providers.ResourceOffline},
		{address{URI: "a", IP: "192.0.2.1", VM: "m"}, providers.ResourceOnline},
		{address{URI: "a"}, providers.ResourcePending},
	} {
		got := tt.row.address()
		if got.State != tt.state || got.NetworkID != public || (got.InterfaceID == "a") != (tt.state == providers.ResourceOnline) {
			t.Errorf("%+v is %+v", tt.row, got)
		}
	}
}
