package translate

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/translate/occi"
)

// two clouds that offer things of the same names.
func twoClouds() *Templates {
	return NewTemplates([]Catalogue{
		{
			Account: Account{UID: "aws", Name: "Amazon", Cloud: "ec2", Region: "eu-west-1"},
			Images: []providers.Image{
				{ID: "ami-1", Name: "Debian 12", State: providers.ImageReady},
				{ID: "ami-2", Name: "Debian 12", State: providers.ImageReady},
				{ID: "ami-3", Name: "Broken", State: providers.ImageFailed},
			},
			Sizes: []providers.Size{
				{ID: "t3.micro", Name: "t3.micro", Cores: 2, MemoryMiB: 1024, Architectures: []providers.Architecture{providers.X64}},
				{ID: "m6g.large", Name: "m6g.large", Cores: 2, MemoryMiB: 8192},
				{ID: "m5.large", Name: "m5.large", Cores: 2, MemoryMiB: 8192, Architectures: []providers.Architecture{providers.X64}},
			},
			Zones: []providers.Zone{{ID: "eu-west-1a", Name: "eu-west-1a", Available: true}},
		},
		{
			Account: Account{UID: "private", Name: "Own cloud", Cloud: "openstack", Region: "RegionOne"},
			Images:  []providers.Image{{ID: "9f2c", Name: "Debian 12", State: providers.ImageReady}},
			Sizes:   []providers.Size{{ID: "1", Name: "m1.tiny", Cores: 1, MemoryMiB: 512, DiskGiB: 1}},
		},
	})
}

func TestTemplatesAreUniqueAndSafe(t *testing.T) {
	tpl := twoClouds()
	all, err := WithExtensions(occi.Standard(occi.Options{}))
	if err == nil {
		_, err = all.With(tpl.Mixins()...)
	}
	if err != nil {
		t.Fatalf("the registry refuses a category: %v", err)
	}
	seen := map[string]bool{}
	for _, m := range tpl.Mixins() {
		if seen[m.ID()] {
			t.Errorf("%s stands twice", m.ID())
		}
		seen[m.ID()] = true
		if back, ok := tpl.Lookup(m.ID()); !ok || tpl.Of(back.Base, back.UID, back.Native) != m.ID() {
			t.Errorf("%s does not lead back to itself", m.ID())
		}
	}
	if tpl.Of(OSTpl, "aws", "ami-3") != "" {
		t.Error("a failed image is offered")
	}
}

func TestTermStaysWhenOthersCome(t *testing.T) {
	alone := NewTemplates([]Catalogue{{
		Account: Account{UID: "aws"},
		Images:  []providers.Image{{ID: "ami-1", Name: "Debian 12", State: providers.ImageReady}},
	}})
	if a, b := alone.Of(OSTpl, "aws", "ami-1"), twoClouds().Of(OSTpl, "aws", "ami-1"); a != b {
		t.Errorf("the term of an image depends on its neighbours: %s, %s", a, b)
	}
}

func TestComputeEntity(t *testing.T) {
	tpl := twoClouds()
	s := &providers.Server{
		ID: "i-1", ImageID: "ami-1", SizeID: "t3.micro", Zone: "eu-west-1a", Architecture: providers.X64,
		Cores: 2, MemoryMiB: 1536, State: providers.StateStopping, NativeState: "shutting",
		Power: []providers.PowerOp{providers.PowerOff, providers.PowerReset},
	}
	e := tpl.ComputeEntity(s, Own{ID: "u", UID: "aws", Title: "web", Problem: "start: no capacity"}, nil)
	want := occi.Attributes{
		"occi.compute.architecture":  "x64",
		"occi.compute.cores":         int64(2),
		"occi.compute.memory":        1.5,
		"occi.compute.state":         "active",
		"occi.compute.state.message": "stopping (shutting). start: no capacity",
	}
	if diff := cmp.Diff(want, e.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{occi.ActionStop, occi.ActionRestart}, e.Actions); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	for _, base := range []string{OSTpl, ResourceTpl, Zone, Region, Cloud} {
		if !slices.ContainsFunc(e.Mixins, func(id string) bool { got, _ := tpl.Lookup(id); return got.Base == base }) {
			t.Errorf("no mixin of %s on the compute: %v", base, e.Mixins)
		}
	}
}

func TestDimensionsOfTheSize(t *testing.T) {
	e := twoClouds().ComputeEntity(&providers.Server{SizeID: "t3.micro"}, Own{UID: "aws"}, nil)
	if e.Attributes[occi.AttrCores] != int64(2) || e.Attributes[occi.AttrMemory] != 1.0 {
		t.Errorf("a server whose cloud does not tell has %v", e.Attributes)
	}
}

func TestEveryStateIsMapped(t *testing.T) {
	for _, s := range []providers.State{
		providers.StatePending, providers.StateActive, providers.StateInactive, providers.StateSuspended,
		providers.StateStarting, providers.StateStopping, providers.StateRestarting, providers.StateSuspending,
		providers.StateSaving, providers.StateResizing, providers.StateDeleting, providers.StateError, providers.StateUnknown,
	} {
		if computeStates[s] == "" {
			t.Errorf("state %s has no OCCI state", s)
		}
	}
	for _, s := range []providers.ResourceState{
		providers.ResourceOnline, providers.ResourceOffline, providers.ResourcePending,
		providers.ResourceDeleting, providers.ResourceError,
	} {
		if storageStates[s] == "" || linkStates[s] == "" {
			t.Errorf("state %s has no OCCI state", s)
		}
	}
}

func TestPowerOp(t *testing.T) {
	full := &providers.Server{Power: []providers.PowerOp{
		providers.PowerStart, providers.PowerStop, providers.PowerOff, providers.PowerReboot,
		providers.PowerReset, providers.PowerSuspend, providers.PowerHibernate,
	}}
	crude := &providers.Server{Power: []providers.PowerOp{providers.PowerOff, providers.PowerReset, providers.PowerHibernate}}
	cases := []struct {
		name           string
		server         *providers.Server
		action, method string
		want           providers.PowerOp
		kind           error
	}{
		{"start", full, occi.ActionStart, "", providers.PowerStart, nil},
		{"stop asks the guest", full, occi.ActionStop, "", providers.PowerStop, nil},
		{"stop graceful", full, occi.ActionStop, "graceful", providers.PowerStop, nil},
		{"stop acpioff", full, occi.ActionStop, "acpioff", providers.PowerStop, nil},
		{"stop poweroff", full, occi.ActionStop, "poweroff", providers.PowerOff, nil},
		{"stop where only power can be cut", crude, occi.ActionStop, "", providers.PowerOff, nil},
		{"restart", full, occi.ActionRestart, "", providers.PowerReboot, nil},
		{"restart cold", full, occi.ActionRestart, "cold", providers.PowerReset, nil},
		{"restart where only a reset can be had", crude, occi.ActionRestart, "", providers.PowerReset, nil},
		{"suspend", full, occi.ActionSuspend, "", providers.PowerSuspend, nil},
		{"suspend hibernate", full, occi.ActionSuspend, "hibernate", providers.PowerHibernate, nil},
		{"suspend where only hibernation can be had", crude, occi.ActionSuspend, "", providers.PowerHibernate, nil},
		{"graceful is never a power cut", crude, occi.ActionStop, "graceful", providers.PowerStop, nil},
		{"unknown method", full, occi.ActionStop, "softly", "", providers.ErrInvalid},
		{"no power action", full, occi.ActionSave, "", "", providers.ErrInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			params := occi.Attributes{}
			if c.method != "" {
				params["method"] = c.method
			}
			got, err := PowerOp(c.server, c.action, params)
			if got != c.want || !errors.Is(err, c.kind) && c.kind != nil || c.kind == nil && err != nil {
				t.Errorf("PowerOp = %q, %v, want %q, kind %v", got, err, c.want, c.kind)
			}
		})
	}
}
