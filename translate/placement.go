package translate

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// Placement is the mixin of computes whose place the gateway chooses. It acts when
// the compute is made; afterwards it tells only the group.
const Placement = own + "#placement"

// The attributes of [Placement]. Those that hold several names have commas between
// them.
const (
	AttrPlacementPolicy      = "org.occigate.placement.policy"
	AttrPlacementMaxPrice    = "org.occigate.placement.maxprice" // of an hour
	AttrPlacementCurrency    = "org.occigate.placement.currency" // of prices, ISO 4217
	AttrPlacementClouds      = "org.occigate.placement.clouds"   // only these
	AttrPlacementNotClouds   = "org.occigate.placement.notclouds"
	AttrPlacementAccounts    = "org.occigate.placement.accounts" // only these, in this order where the policy is "ordered"
	AttrPlacementNotAccounts = "org.occigate.placement.notaccounts"
	AttrPlacementRegions     = "org.occigate.placement.regions"
	AttrPlacementNotRegions  = "org.occigate.placement.notregions"
	AttrPlacementSameCloud   = "org.occigate.placement.samecloud"  // as these computes: URLs or ids
	AttrPlacementOtherCloud  = "org.occigate.placement.othercloud" // than these computes
	AttrPlacementImage       = "org.occigate.placement.image"      // words of an image's name: "debian 12"
	AttrPlacementGroup       = "org.occigate.placement.group"      // among whose computes "spread" spreads
	AttrPlacementQuote       = "org.occigate.placement.quote"      // that is redeemed: its id or URL
	AttrPlacementOffer       = "org.occigate.placement.offer"      // place of the offer that is taken, from 1
)

// The policies of [AttrPlacementPolicy].
const (
	PolicyCheapest = "cheapest"
	PolicySpread   = "spread"
	PolicyFastest  = "fastest"
	PolicyOrdered  = "ordered"
)

func placement() occi.Mixin {
	zero, one, most := 0.0, 1.0, 1000.0
	m := occi.Mixin{Category: category(Placement, "Where the gateway makes the compute"), Applies: []string{Compute}, Location: "/mixin/placement/"}
	m.Attributes = []occi.Attribute{
		{
			Name: AttrPlacementPolicy, Type: occi.Enum, Enum: []string{PolicyCheapest, PolicySpread, PolicyFastest, PolicyOrdered},
			Mutable: true, Description: "Which place comes first",
		},
		{Name: AttrPlacementMaxPrice, Type: occi.Number, Min: &zero, Mutable: true, Description: "Most that an hour may cost"},
		{Name: AttrPlacementOffer, Type: occi.Integer, Min: &one, Max: &most, Mutable: true, Description: "Place of the quoted offer to take"},
	}
	for _, a := range []struct{ name, description string }{
		{AttrPlacementCurrency, "Currency of prices"},
		{AttrPlacementClouds, "Only these kinds of cloud"},
		{AttrPlacementNotClouds, "None of these kinds of cloud"},
		{AttrPlacementAccounts, "Only these accounts"},
		{AttrPlacementNotAccounts, "None of these accounts"},
		{AttrPlacementRegions, "Only these regions"},
		{AttrPlacementNotRegions, "None of these regions"},
		{AttrPlacementSameCloud, "Kind of cloud as of these computes"},
		{AttrPlacementOtherCloud, "Another kind of cloud than of these computes"},
		{AttrPlacementImage, "Words of the name of the image"},
		{AttrPlacementGroup, "Group of computes that is spread"},
		{AttrPlacementQuote, "Quote that is redeemed"},
	} {
		m.Attributes = append(m.Attributes, occi.Attribute{Name: a.name, Type: occi.String, Mutable: true, Description: a.description})
	}
	return m
}

// Place is what a create request with [Placement] asks for.
type Place struct {
	Policy                  string // one of the above
	MaxPrice                string // decimal, "" for none
	Currency                string
	Clouds, NotClouds       []string
	Accounts, NotAccounts   []string
	Regions, NotRegions     []string
	SameClouds, OtherClouds []string // uids of accounts that hold the computes which are named
	Words                   string   // of the image's name
	Group                   string
	Quote                   string // id
	Offer                   int    // 0 for none
	Account                 string // uid of the only account that has what else is named, "" for any
	Need                    Need
	Size                    string           // native id of the only size, "" for any
	Image                   *providers.Image // the only one, nil for any
	Spec                    providers.ServerSpec
}

// Placed reports whether the gateway chooses where an entity is made.
func Placed(e *occi.Entity) bool { return slices.Contains(e.Mixins, Placement) }

// PlaceWish reads a create request of a compute that the gateway places. What is
// wrong is [providers.ErrInvalid], or [providers.ErrConflict] where parts contradict
// each other; both name the attribute.
func (w Wishes) PlaceWish(e *occi.Entity) (Place, error) {
	p := Place{
		Policy: cmp.Or(text(e, AttrPlacementPolicy), PolicyCheapest), Currency: text(e, AttrPlacementCurrency),
		Clouds: list(e, AttrPlacementClouds), NotClouds: list(e, AttrPlacementNotClouds),
		Accounts: list(e, AttrPlacementAccounts), NotAccounts: list(e, AttrPlacementNotAccounts),
		Regions: list(e, AttrPlacementRegions), NotRegions: list(e, AttrPlacementNotRegions),
		Words: text(e, AttrPlacementImage), Group: text(e, AttrPlacementGroup),
	}
	if most, given := e.Attributes[AttrPlacementMaxPrice].(float64); given {
		p.MaxPrice = strconv.FormatFloat(most, 'f', -1, 64) // as it was written
	}
	p.Quote = text(e, AttrPlacementQuote)
	p.Quote = p.Quote[strings.LastIndexByte(p.Quote, '/')+1:]
	offer, _ := e.Attributes[AttrPlacementOffer].(int64)
	p.Offer = int(offer)
	if err := p.contradicts(e); err != nil {
		return p, err
	}
	var err error
	if p.SameClouds, err = w.holders(e, AttrPlacementSameCloud); err != nil {
		return p, err
	}
	if p.OtherClouds, err = w.holders(e, AttrPlacementOtherCloud); err != nil {
		return p, err
	}
	return p, w.machine(e, &p)
}

// machine reads what the machine shall be.
func (w Wishes) machine(e *occi.Entity, p *Place) error {
	d, err := w.draft(e)
	if err != nil {
		return err
	}
	if len(d.named) > 0 {
		if p.Account, err = w.account(d.named); err != nil {
			return err
		}
	}
	p.Spec, p.Image, p.Size = d.spec, d.named[OSTpl].Image, d.named[ResourceTpl].Native
	if p.Image != nil && p.Words != "" {
		return providers.Errorf(providers.ErrConflict, AttrPlacementImage, "an image is given by its template: %s", p.Image.Name)
	}
	if p.Need, _ = asks(e); p.Size != "" {
		p.Need = Need{} // a template overrides what is beside it
	}
	p.Need.Architecture = providers.Architecture(text(e, occi.AttrArchitecture))
	return nil
}

// contradicts finds attributes that do not go together.
func (p *Place) contradicts(e *occi.Entity) error {
	switch {
	case p.Policy == PolicyOrdered && len(p.Accounts) == 0:
		return providers.Errorf(providers.ErrInvalid, AttrPlacementAccounts, "is needed where %s is %s", AttrPlacementPolicy, p.Policy)
	case p.Quote == "" && p.Offer > 0:
		return providers.Errorf(providers.ErrInvalid, AttrPlacementOffer, "is of a quote, but there is no %s", AttrPlacementQuote)
	case p.Quote == "":
		return nil
	}
	for _, name := range []string{
		AttrPlacementPolicy, AttrPlacementMaxPrice, AttrPlacementCurrency, AttrPlacementClouds, AttrPlacementNotClouds, AttrPlacementAccounts,
		AttrPlacementNotAccounts, AttrPlacementRegions, AttrPlacementNotRegions, AttrPlacementSameCloud, AttrPlacementOtherCloud,
	} {
		if _, given := e.Attributes[name]; given {
			return providers.Errorf(providers.ErrInvalid, name, "says what the quote says already: leave it out")
		}
	}
	return nil
}

// holders are the accounts of the computes that an attribute names.
func (w Wishes) holders(e *occi.Entity, attribute string) (uids []string, err error) {
	for _, name := range list(e, attribute) {
		ref, ok := w.Resolve(Location(Compute, name[strings.LastIndexByte(name, '/')+1:]))
		if !ok || ref.Kind != Compute {
			return nil, providers.Errorf(providers.ErrInvalid, attribute, "there is no compute %s", name)
		}
		uids = append(uids, ref.UID)
	}
	return uids, nil
}

// list reads names with commas between them.
func list(e *occi.Entity, attribute string) (names []string) {
	for name := range strings.SplitSeq(text(e, attribute), ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// DiskUp is the disk in whole GiB.
func (n Need) DiskUp() int64 { return int64(math.Ceil(n.DiskGiB)) }

// Sizes are those of an account, not to be modified.
func (t *Templates) Sizes(uid string) []providers.Size { return t.catalogues[uid].Sizes }

// Images are those of an account, not to be modified.
func (t *Templates) Images(uid string) []providers.Image { return t.catalogues[uid].Images }
