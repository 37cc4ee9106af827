package condition_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/internal/condition"
)

func TestPlug(t *testing.T) {
	for state, want := range map[providers.State]providers.ResourceState{
		providers.StateActive: providers.ResourceOnline, providers.StateInactive: providers.ResourceOffline, providers.StateStarting: providers.ResourceOffline,
	} {
		s := providers.Server{ID: "web", State: state, NativeState: "word"}
		condition.Plug(&s, providers.Interface{ID: "eth0", IP: "192.0.2.1"})
		condition.Plug(&s, providers.Interface{ID: "eth1"})
		if diff := cmp.Diff([]providers.Interface{
			{ID: "eth0", ServerID: "web", IP: "192.0.2.1", State: want, NativeState: "word", Fixed: true},
			{ID: "eth1", ServerID: "web", State: want, NativeState: "word", Fixed: true},
		}, s.Interfaces); diff != "" {
			t.Errorf("of a server that is %s (-want +got):\n%s", state, diff)
		}
	}
}

func TestReserved(t *testing.T) {
	for _, want := range []providers.Address{
		{ID: "a", State: providers.ResourceOffline, NativeState: "free"},
		{ID: "a", ServerID: "web", State: providers.ResourceOnline, NativeState: "in use"},
	} {
		if got := condition.Reserved(providers.Address{ID: want.ID, ServerID: want.ServerID}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestSet(t *testing.T) {
	table := condition.Table{"on": {
		State: providers.StateActive, Message: "busy",
		Power: []providers.PowerOp{providers.PowerOff}, Abilities: []providers.Ability{providers.AbilitySave},
	}}
	var s providers.Server
	table.Set(&s, "on")
	if s.State != providers.StateActive || s.NativeState != "on" || s.Message != "busy" || !s.Offers(providers.PowerOff) || !s.Can(providers.AbilitySave) {
		t.Errorf("%+v", s)
	}
	s.Power[0] = providers.PowerStart
	if !slices.Equal(table["on"].Power, []providers.PowerOp{providers.PowerOff}) {
		t.Error("a server writes into the table")
	}
	table.Set(&s, "of tomorrow")
	if s.State != providers.StateUnknown || s.NativeState != "of tomorrow" || s.Message != "" || s.Power != nil || s.Abilities != nil {
		t.Errorf("a word that the table does not have: %+v", s)
	}
}
