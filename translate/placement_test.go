package translate

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/translate/occi"
)

func TestPlaceWish(t *testing.T) {
	w := wishes("private")
	server := Location(Compute, "33333333-3333-4333-8333-333333333333")
	resolve := w.Resolve
	w.Resolve = func(l string) (Ref, bool) {
		if l == server {
			return Ref{ID: "3", UID: "private", Kind: Compute, Native: "vm-1"}, true
		}
		return resolve(l)
	}
	debian := w.Templates.Of(OSTpl, "aws", "ami-1")
	micro := w.Templates.Of(ResourceTpl, "aws", "t3.micro")
	small := occi.SchemeComputeTemplate + "small"
	for _, c := range []struct {
		name   string
		mixins []string
		given  occi.Attributes
		want   Place
		kind   error
		says   string
	}{
		{name: "nothing is asked for: no default account", want: Place{Policy: PolicyCheapest}},
		{
			name: "a size of the profile and an architecture", mixins: []string{small},
			given: occi.Attributes{occi.AttrArchitecture: "x64", AttrPlacementImage: "debian 12", AttrPlacementGroup: "web", AttrPlacementPolicy: "spread"},
			want: Place{
				Policy: PolicySpread, Words: "debian 12", Group: "web",
				Need: Need{Cores: 1, MemoryMiB: 1024, DiskGiB: 10, Architecture: providers.X64},
			},
		},
		{
			name: "cores and memory", given: occi.Attributes{occi.AttrCores: int64(2), occi.AttrMemory: 3.5},
			want: Place{Policy: PolicyCheapest, Need: Need{Cores: 2, MemoryMiB: 3584}},
		},
		{
			name: "a price is as it was written", given: occi.Attributes{AttrPlacementMaxPrice: 0.1, AttrPlacementCurrency: "USD"},
			want: Place{Policy: PolicyCheapest, MaxPrice: "0.1", Currency: "USD"},
		},
		{
			name: "lists", given: occi.Attributes{AttrPlacementClouds: "ec2, openstack,,ec2", AttrPlacementNotRegions: " mars "},
			want: Place{Policy: PolicyCheapest, Clouds: []string{"ec2", "openstack"}, NotRegions: []string{"mars"}},
		},
		{
			name: "computes by URL and by id",
			given: occi.Attributes{
				AttrPlacementSameCloud: "http://gw" + server, AttrPlacementOtherCloud: "33333333-3333-4333-8333-333333333333",
			},
			want: Place{Policy: PolicyCheapest, SameClouds: []string{"private"}, OtherClouds: []string{"private"}},
		},
		{
			name: "templates narrow it down", mixins: []string{debian, micro}, given: occi.Attributes{occi.AttrCores: int64(64)},
			want: Place{Policy: PolicyCheapest, Account: "aws", Size: "t3.micro", Spec: providers.ServerSpec{ImageID: "ami-1"}},
		},
		{
			name: "a quote by URL", given: occi.Attributes{AttrPlacementQuote: "http://gw/quotes/AbC", AttrPlacementOffer: int64(2)},
			want: Place{Policy: PolicyCheapest, Quote: "AbC", Offer: 2},
		},
		{name: "ordered without an order", given: occi.Attributes{AttrPlacementPolicy: PolicyOrdered}, kind: providers.ErrInvalid, says: AttrPlacementAccounts},
		{name: "an offer without a quote", given: occi.Attributes{AttrPlacementOffer: int64(1)}, kind: providers.ErrInvalid, says: AttrPlacementOffer},
		{
			name: "a quote and a policy", given: occi.Attributes{AttrPlacementQuote: "a", AttrPlacementPolicy: PolicySpread},
			kind: providers.ErrInvalid, says: AttrPlacementPolicy,
		},
		{name: "a volume is no compute", given: occi.Attributes{AttrPlacementSameCloud: discPath}, kind: providers.ErrInvalid, says: AttrPlacementSameCloud},
		{
			name: "two images", mixins: []string{debian}, given: occi.Attributes{AttrPlacementImage: "debian"},
			kind: providers.ErrConflict, says: AttrPlacementImage,
		},
		{
			name: "things of two clouds", mixins: []string{debian, w.Templates.Of(ResourceTpl, "private", "1")},
			kind: providers.ErrConflict, says: "several clouds",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.PlaceWish(&occi.Entity{Mixins: append([]string{Placement}, c.mixins...), Attributes: c.given})
			if c.kind != nil {
				if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v, want %v with %q", err, c.kind, c.says)
				}
				return
			}
			if got.Image != nil {
				if got.Image.ID != "ami-1" {
					t.Errorf("image %s", got.Image.ID)
				}
				got.Image = nil
			}
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

// TestPlacementRequiresNothing keeps old clients alive: one that meets a required
// attribute or a pattern that it does not know gives up.
func TestPlacementRequiresNothing(t *testing.T) {
	for _, a := range placement().Attributes {
		if a.Required || a.Pattern != "" || strings.ToLower(a.Name) != a.Name {
			t.Errorf("%+v", a)
		}
	}
}
