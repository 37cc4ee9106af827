package inventory

import (
	"testing"
	"time"

	"occigate/providers"
)

func TestHold(t *testing.T) {
	born := noon.Add(-time.Hour)
	server := func(state providers.State) *row {
		return &row{thing: thing{Server: &providers.Server{
			Name: "as listed", State: state, NativeState: "word for " + string(state), Created: born,
			Power: []providers.PowerOp{providers.PowerOp("of " + state)},
		}}}
	}
	held := func(r *row) *row {
		r.Held = true
		return r
	}
	again := func(r *row) *row {
		r.Server.Created = noon
		return r
	}
	const active, unknown = providers.StateActive, providers.StateUnknown
	tests := map[string]struct {
		before, listed *row
		state          providers.State
		held           bool
	}{
		"a state that is known":         {server(active), server(providers.StateInactive), providers.StateInactive, false},
		"unknown once":                  {server(active), server(unknown), active, true},
		"no state once":                 {server(active), server(""), active, true},
		"unknown twice":                 {held(server(active)), server(unknown), unknown, false},
		"unknown for long":              {server(unknown), server(unknown), unknown, false},
		"known again":                   {held(server(active)), server(active), active, false},
		"unknown, then another word":    {server(unknown), server(""), "", false},
		"unknown from the start":        {nil, server(unknown), unknown, false},
		"another machine under this id": {server(active), again(server(unknown)), unknown, false},
	}
	for name, tt := range tests {
		listed := tt.listed.Server
		said := listed.State
		tt.listed.hold(tt.before)
		got := tt.listed.Server
		if got.State != tt.state || tt.listed.Held != tt.held || got.Name != "as listed" {
			t.Errorf("%s: %s, held %v; want %s, %v", name, got.State, tt.listed.Held, tt.state, tt.held)
		}
		if got.NativeState != "word for "+string(tt.state) || string(got.Power[0]) != "of "+string(tt.state) {
			t.Errorf("%s: %s with the cloud's word %q and power %v", name, got.State, got.NativeState, got.Power)
		}
		if listed.State != said {
			t.Errorf("%s: what the cloud said was changed in place", name)
		}
	}
}

func TestHoldOfOthers(t *testing.T) {
	volume := &row{thing: thing{Volume: &providers.Volume{SizeGiB: 2}}}
	volume.hold(&row{thing: thing{Volume: &providers.Volume{State: providers.ResourceOnline, SizeGiB: 1}}})
	if volume.Volume.State != providers.ResourceOnline || volume.Volume.SizeGiB != 2 {
		t.Errorf("a volume: %+v", volume.Volume)
	}
	network := &row{thing: thing{Network: &providers.Network{}}}
	network.hold(&row{thing: thing{Network: &providers.Network{State: providers.ResourceOnline}}})
	if network.Network.State != providers.ResourceOnline {
		t.Errorf("a network: %+v", network.Network)
	}
	size := &row{thing: thing{Size: &providers.Size{}}}
	if size.hold(size); size.Held {
		t.Error("a size, which has no state, is held")
	}
}
