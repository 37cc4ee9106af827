package limits_test

import (
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/limits"
)

func TestCreate(t *testing.T) {
	none := limits.Create{Zone: "zone", Networks: "networks", IP: "ip", MAC: "mac", Volumes: "volumes", Keys: "keys", UserData: "data"}
	tests := []struct {
		why  string
		wish providers.ServerSpec
		kind error
	}{
		{"", providers.ServerSpec{Name: "web", ImageID: "i", SizeID: "s", Networks: []providers.InterfaceSpec{{NetworkID: "n"}}}, nil},
		{"zone", providers.ServerSpec{Zone: "a"}, providers.ErrInvalid},
		{"networks", providers.ServerSpec{Networks: make([]providers.InterfaceSpec, 2)}, providers.ErrInvalid},
		{"ip", providers.ServerSpec{Networks: []providers.InterfaceSpec{{IP: "192.0.2.1"}}}, providers.ErrUnsupported},
		{"mac", providers.ServerSpec{Networks: []providers.InterfaceSpec{{MAC: "02:00:00:00:00:01"}}}, providers.ErrUnsupported},
		{"volumes", providers.ServerSpec{Volumes: make([]providers.AttachmentSpec, 1)}, providers.ErrUnsupported},
		{"keys", providers.ServerSpec{KeyName: "k"}, providers.ErrUnsupported},
		{"keys", providers.ServerSpec{PublicKey: "ssh-ed25519 A"}, providers.ErrUnsupported},
		{"data", providers.ServerSpec{UserData: []byte("#!")}, providers.ErrUnsupported},
	}
	for _, tt := range tests {
		err := none.Check("create", tt.wish)
		if providers.Kind(err) != tt.kind || err != nil && !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %v, want %v", tt.why, err, tt.kind)
		}
		if err := (limits.Create{}).Check("create", tt.wish); err != nil {
			t.Errorf("%s: no limit, and %v", tt.why, err)
		}
	}
}

// TestKeyNames has a cloud without key pairs that can put a key into a machine.
func TestKeyNames(t *testing.T) {
	none := limits.Create{KeyName: "name"}
	if err := none.Check("create", providers.ServerSpec{KeyName: "k"}); providers.Kind(err) != providers.ErrUnsupported {
		t.Errorf("%v, want unsupported", err)
	}
	if err := none.Check("create", providers.ServerSpec{PublicKey: "ssh-ed25519 A"}); err != nil {
		t.Errorf("%v of a key that can be put", err)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		wish providers.AddressSpec
		kind error
	}{
		{providers.AddressSpec{Token: "t"}, nil},
		{providers.AddressSpec{NetworkID: "pool"}, nil},
		{providers.AddressSpec{NetworkID: "other"}, providers.ErrInvalid},
		{providers.AddressSpec{IP: "192.0.2.1"}, providers.ErrUnsupported},
	} {
		if err := limits.Address("create", tt.wish, "pool"); providers.Kind(err) != tt.kind {
			t.Errorf("%+v: %v, want %v", tt.wish, err, tt.kind)
		}
	}
}

func TestGrowth(t *testing.T) {
	for size, kind := range map[float64]error{2: nil, 1.5: nil, 1.25: providers.ErrInvalid} {
		err := limits.Growth("resize", providers.Volume{SizeGiB: 1.5}, size)
		if providers.Kind(err) != kind || err != nil && !strings.Contains(err.Error(), "1.5 GiB and cannot shrink to 1.25") {
			t.Errorf("to %v GiB: %v, want %v", size, err, kind)
		}
	}
}

func TestNeeded(t *testing.T) {
	for says, wish := range map[string]providers.ServerSpec{
		"": {ImageID: "i", SizeID: "s"}, "default_image": {SizeID: "s"}, "default_size": {ImageID: "i"},
	} {
		err := limits.Needed("create", wish)
		if (err == nil) != (says == "") || err != nil && (providers.Kind(err) != providers.ErrInvalid || !strings.Contains(err.Error(), says)) {
			t.Errorf("%+v: %v", wish, err)
		}
	}
}
