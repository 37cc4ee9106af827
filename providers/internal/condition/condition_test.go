package condition_test

import (
	"slices"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/condition"
)

func TestLink(t *testing.T) {
	for server, want := range map[providers.State]providers.ResourceState{
		providers.StateActive: providers.ResourceOnline, providers.StateInactive: providers.ResourceOffline, providers.StateStarting: providers.ResourceOffline,
	} {
		if got := condition.Link(server); got != want {
			t.Errorf("of a server that is %s: %s, want %s", server, got, want)
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
