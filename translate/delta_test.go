package translate

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"occigate/providers"
	"occigate/translate/occi"
)

const (
	small  = occi.SchemeComputeTemplate + "small"
	medium = occi.SchemeComputeTemplate + "medium"
	tag    = "http://example.org/tags#blue"
)

// TestDelta compares updates with a compute of aws that has the profile's small
// size, a user's mixin and a device of its ephemeral storage.
func TestDelta(t *testing.T) {
	tpl := twoClouds()
	micro, large := tpl.Of(ResourceTpl, "aws", "t3.micro"), tpl.Of(ResourceTpl, "aws", "m5.large")
	current := occi.Entity{
		Kind: Compute, Mixins: []string{tpl.Of(OSTpl, "aws", "ami-1"), micro, small, tag},
		Attributes: occi.Attributes{occi.AttrCores: int64(2), occi.AttrMemory: 1.0, occi.AttrEphemeralDeviceID: "/dev/vdb"},
	}
	attrs := func(pairs ...any) occi.Attributes {
		a := occi.Attributes{}
		for i := 0; i < len(pairs); i += 2 {
			a[pairs[i].(string)] = pairs[i+1]
		}
		return a
	}
	device := map[string]string{occi.AttrEphemeralDeviceID: "/dev/vdb"}
	cases := []struct {
		name   string
		wanted occi.Entity
		full   bool
		want   Delta
		kind   error
		says   string
	}{
		{name: "nothing in part", wanted: occi.Entity{}},
		{name: "what is there, in full", wanted: current, full: true, want: Delta{Kept: device}},
		{
			name: "nothing in full takes away what the gateway keeps, and no template", wanted: occi.Entity{}, full: true,
			want: Delta{Remove: []string{tag}},
		},
		{
			name: "a size of the cloud takes the place of the profile's", wanted: occi.Entity{Mixins: []string{large}},
			want: Delta{Size: "m5.large", Remove: []string{small}},
		},
		{
			name: "another size of the profile", wanted: occi.Entity{Mixins: []string{medium}},
			want: Delta{Size: "m5.large", Add: []string{medium}, Remove: []string{small}},
		},
		{
			name: "the profile's other size, the cloud's present one beside it", full: true,
			wanted: occi.Entity{Mixins: []string{micro, medium}},
			want:   Delta{Size: "m5.large", Add: []string{medium}, Remove: []string{small, tag}},
		},
		{name: "memory", wanted: occi.Entity{Attributes: attrs(occi.AttrMemory, 8.0)}, want: Delta{Size: "m5.large"}},
		{name: "the memory it has", wanted: occi.Entity{Attributes: attrs(occi.AttrMemory, 1.0)}},
		{
			name: "memory beside the template it has", full: true,
			wanted: occi.Entity{Mixins: []string{micro, tag}, Attributes: attrs(occi.AttrMemory, 8.0)},
		},
		{name: "a user's mixin", wanted: occi.Entity{Mixins: []string{tag + "er"}}, want: Delta{Add: []string{tag + "er"}}},
		{
			name: "attributes that the gateway keeps", wanted: occi.Entity{Attributes: attrs(occi.AttrEphemeralDeviceID, "/dev/vdc")},
			want: Delta{Kept: map[string]string{occi.AttrEphemeralDeviceID: "/dev/vdc"}},
		},
		{
			name: "attributes without effect", wanted: occi.Entity{Attributes: attrs(occi.AttrSpeed, 2.0, occi.AttrShare, int64(3))},
			want: Delta{Warnings: []string{
				occi.AttrShare + " was ignored: no cloud here gives relative shares",
				occi.AttrSpeed + " was ignored: no cloud here lets the clock frequency be chosen",
			}},
		},
		{
			name: "user data again in full", full: true,
			wanted: occi.Entity{Mixins: []string{small, tag, occi.MixinUserData}, Attributes: attrs(occi.AttrUserData, "#!")},
			want: Delta{Warnings: []string{
				occi.MixinUserData + " was ignored: it can only be chosen at creation",
				occi.AttrUserData + " was ignored: it can only be given at creation",
			}},
		},
		{name: "user data in part", wanted: occi.Entity{Attributes: attrs(occi.AttrUserData, "#!")}, kind: providers.ErrInvalid, says: "creation"},
		{name: "another image", wanted: occi.Entity{Mixins: []string{tpl.Of(OSTpl, "aws", "ami-2")}}, kind: providers.ErrInvalid, says: "creation"},
		{name: "another cloud's image", wanted: occi.Entity{Mixins: []string{tpl.Of(OSTpl, "private", "9f2c")}}, kind: providers.ErrConflict, says: "private"},
		{name: "two sizes", wanted: occi.Entity{Mixins: []string{medium, large}}, kind: providers.ErrConflict, says: "only one"},
		{name: "too large", wanted: occi.Entity{Attributes: attrs(occi.AttrCores, int64(99))}, kind: providers.ErrInvalid, says: "99 cores"},
		{name: "an architecture", wanted: occi.Entity{Attributes: attrs(occi.AttrArchitecture, "x86")}, kind: providers.ErrUnsupported, says: occi.AttrArchitecture},
		{name: "a title with a line break", wanted: occi.Entity{Title: "a\nb"}, kind: providers.ErrInvalid, says: occi.AttrTitle},
		{name: "an endless summary", wanted: occi.Entity{Summary: strings.Repeat("x", 5000)}, kind: providers.ErrInvalid, says: occi.AttrSummary},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := tpl.Delta(Update{Current: &current, Wanted: &c.wanted, UID: "aws", Full: c.full})
			if c.kind != nil {
				if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("error %v, want kind %v that says %q", err, c.kind, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("delta (-want +got):\n%s", diff)
			}
		})
	}
}

// TestVolumeDelta knows that clouds round sizes up.
func TestVolumeDelta(t *testing.T) {
	current := occi.Entity{Kind: Storage, Attributes: occi.Attributes{occi.AttrStorageSize: 1.0}}
	for asked, want := range map[float64]float64{0.1: 0, 1: 0, 1.5: 1.5, 2: 2} {
		wanted := occi.Entity{Attributes: occi.Attributes{occi.AttrStorageSize: asked}}
		d, err := twoClouds().Delta(Update{Current: &current, Wanted: &wanted, UID: "aws"})
		if err != nil || d.VolumeGiB != want {
			t.Errorf("%g GiB asked of 1: resized to %g, %v; want %g", asked, d.VolumeGiB, err, want)
		}
	}
}

// TestProfileIsShownWhileItHolds leaves the profile's size out once the machine
// is smaller than it promises, unless a resize is under way.
func TestProfileIsShownWhileItHolds(t *testing.T) {
	tpl := twoClouds()
	server := providers.Server{SizeID: "t3.micro", DiskGiB: 12}
	for _, c := range []struct {
		mixin, pending string
		shown          bool
	}{{small, "", true}, {medium, "", false}, {medium, "resize", true}} {
		e := tpl.ComputeEntity(&server, Own{UID: "aws", Mixins: []string{c.mixin}, Pending: c.pending}, nil)
		if got := e.Mixins[len(e.Mixins)-1] == c.mixin; got != c.shown {
			t.Errorf("%s with %q under way: shown %v, want %v", c.mixin, c.pending, got, c.shown)
		}
		if size, there := e.Attributes[occi.AttrEphemeralSize]; there != c.shown || there && size != 12.0 {
			t.Errorf("%s: ephemeral storage %v", c.mixin, size)
		}
	}
}

// TestProfileAsksForDisk prefers a size whose disk is enough, or made apart.
func TestProfileAsksForDisk(t *testing.T) {
	sizes := []providers.Size{
		{ID: "bare", Cores: 1, MemoryMiB: 1024, DiskGiB: 1},
		{ID: "apart", Cores: 1, MemoryMiB: 2048},
		{ID: "full", Cores: 1, MemoryMiB: 4096, DiskGiB: 10},
	}
	if got := Smallest(sizes, abstract[small]); got == nil || got.ID != "apart" {
		t.Errorf("small is %v", got)
	}
	if got := Smallest(sizes[:1], abstract[small]); got != nil {
		t.Errorf("a disk of 1 GiB is taken for 10: %v", got)
	}
}

// TestReservation shows an address and reads the wish for one.
func TestReservation(t *testing.T) {
	tpl := twoClouds()
	e := tpl.ReservationEntity(&providers.Address{IP: "192.0.2.7", ServerID: "i-1", State: providers.ResourceOnline}, Own{UID: "aws", Title: "front"})
	want := occi.Attributes{
		AttrReservedAddress: "192.0.2.7", AttrReservedUsed: true, AttrReservedState: "active", occi.AttrNetworkState: "active",
	}
	if diff := cmp.Diff(want, e.Attributes); diff != "" || e.Kind != IPReservation || e.Title != "front" {
		t.Errorf("%+v (-want +got):\n%s", e, diff)
	}
	uid, spec, err := wishes("private").ReservationWish(&occi.Entity{
		Mixins: []string{tpl.Of(Cloud, "aws", "")}, Attributes: occi.Attributes{AttrReservedAddress: "192.0.2.9"},
	})
	if err != nil || uid != "aws" || spec != (providers.AddressSpec{IP: "192.0.2.9"}) {
		t.Errorf("ReservationWish = %q, %+v, %v", uid, spec, err)
	}
}

// TestReached is what actions of resources without effect of ours answer.
func TestReached(t *testing.T) {
	for _, c := range []struct {
		action string
		state  providers.ResourceState
		kind   error
	}{
		{occi.ActionUp, providers.ResourceOnline, nil},
		{occi.ActionUp, providers.ResourceOffline, providers.ErrUnsupported},
		{occi.ActionDown, providers.ResourceOffline, nil},
		{occi.ActionDown, providers.ResourceOnline, providers.ErrUnsupported},
		{occi.ActionOnline, providers.ResourceOnline, nil},
		{occi.ActionOffline, providers.ResourceOnline, providers.ErrUnsupported},
		{occi.ActionBackup, providers.ResourceOnline, providers.ErrUnsupported},
	} {
		if err := Reached(c.action, c.state); !errors.Is(err, c.kind) {
			t.Errorf("%s of what is %s: %v, want %v", c.action, c.state, err, c.kind)
		}
	}
}
