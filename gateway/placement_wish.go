package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
)

// wish is what candidates are looked for by. Names that nobody has are refused, so
// that a misspelt one does not look like a full cloud.
func (p *placer) wish(place *translate.Place) (w broker.Wish, err error) {
	w = broker.Wish{
		Cores: place.Need.Cores, MemoryMiB: int64(place.Need.MemoryMiB), DiskGiB: place.Need.DiskUp(),
		Architecture: place.Need.Architecture, Image: place.Words, OS: broker.SystemOf(place.Words),
		Clouds: place.Clouds, NotClouds: place.NotClouds, Regions: place.Regions, NotRegions: place.NotRegions,
		Currency: p.desk.Currency(), Best: -1,
	}
	if place.Image != nil {
		w.OS, w.ImageID = broker.SystemOf(place.Image.Name), place.Image.ID
	}
	accounts := p.inv.Accounts()
	if err := knownNames(place, accounts); err != nil {
		return w, err
	}
	w.Accounts, w.NotAccounts = accountsNamed(place.Accounts, accounts), accountsNamed(place.NotAccounts, accounts)
	if err := among(&w, place, accounts); err != nil {
		return w, err
	}
	return w, priceCap(&w, place)
}

// priceCap reads the most that an hour may cost.
func priceCap(w *broker.Wish, place *translate.Place) (err error) {
	if place.Currency != "" {
		if w.Currency, err = tariff.ParseCurrency(place.Currency); err != nil {
			return providers.Errorf(providers.ErrInvalid, translate.AttrPlacementCurrency, "%v", err)
		}
	}
	if place.MaxPrice != "" {
		if w.MostAnHour, err = tariff.ParseMoney(place.MaxPrice, w.Currency); err != nil {
			return providers.Errorf(providers.ErrInvalid, translate.AttrPlacementMaxPrice, "%v", err)
		}
	}
	return nil
}

// among narrows a wish to what the request's own things and other computes leave.
func among(w *broker.Wish, place *translate.Place, accounts []inventory.Status) error {
	if uid := place.Account; uid != "" {
		if len(w.Accounts) > 0 && !slices.Contains(w.Accounts, uid) {
			return providers.Errorf(providers.ErrConflict, translate.AttrPlacementAccounts, "the request names things of %s, which is not among them", uid)
		}
		w.Accounts = []string{uid}
	}
	cloudOf := map[string]string{}
	for _, a := range accounts {
		cloudOf[a.UID] = a.Cloud
	}
	for _, uid := range place.OtherClouds {
		w.NotClouds = append(w.NotClouds, cloudOf[uid])
	}
	for _, uid := range place.SameClouds {
		cloud := cloudOf[uid]
		if len(w.Clouds) > 0 && !slices.Contains(w.Clouds, cloud) {
			return providers.Errorf(providers.ErrConflict, translate.AttrPlacementSameCloud, "%s is ruled out: only %s", cloud, strings.Join(w.Clouds, ", "))
		}
		w.Clouds = []string{cloud}
	}
	return nil
}

// knownNames refuses names of clouds, accounts and regions that there are not. A
// region is not refused while the region of an account is unknown.
func knownNames(place *translate.Place, accounts []inventory.Status) error {
	var clouds, uids, regions []string
	allRegions := true
	for _, a := range accounts {
		clouds, uids = append(clouds, a.Cloud), append(uids, a.UID, a.Name)
		regions = append(regions, a.Identity.Region)
		allRegions = allRegions && a.Identity.Account != ""
	}
	for _, n := range []struct {
		attribute    string
		given, known []string
		sure         bool
	}{
		{translate.AttrPlacementClouds, place.Clouds, clouds, true},
		{translate.AttrPlacementNotClouds, place.NotClouds, clouds, true},
		{translate.AttrPlacementAccounts, place.Accounts, uids, true},
		{translate.AttrPlacementNotAccounts, place.NotAccounts, uids, true},
		{translate.AttrPlacementRegions, place.Regions, regions, allRegions},
		{translate.AttrPlacementNotRegions, place.NotRegions, regions, allRegions},
	} {
		for _, name := range n.given {
			if n.sure && !slices.Contains(n.known, name) {
				slices.Sort(n.known)
				known := slices.DeleteFunc(slices.Compact(n.known), func(k string) bool { return k == "" })
				return providers.Errorf(providers.ErrInvalid, n.attribute, "there is no %q, only %s", name, strings.Join(known, ", "))
			}
		}
	}
	return nil
}

// accountsNamed are the uids of accounts that are named by uid or by name, in the order
// given.
func accountsNamed(names []string, accounts []inventory.Status) (uids []string) {
	for _, name := range names {
		for _, a := range accounts {
			if a.UID == name || a.Name == name {
				uids = append(uids, a.UID)
			}
		}
	}
	return uids
}

// covering checks that a quote is one of ours, and that it is for such a machine: at
// least as much as the request asks for, and the same where that has no measure.
func (p *placer) covering(s *placing) error {
	promise, err := p.desk.Verify(s.place.Quote)
	if err != nil {
		return quoteProblem(err)
	}
	quoted, wanted := &promise.Wish, &s.wish
	sameWords := func(a, b string) bool {
		return slices.Equal(strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b)))
	}
	for _, n := range []struct {
		what           string
		quoted, wanted any
		fits           bool
	}{
		{"cores", quoted.Cores, wanted.Cores, quoted.Cores >= wanted.Cores},
		{"MiB of memory", quoted.MemoryMiB, wanted.MemoryMiB, quoted.MemoryMiB >= wanted.MemoryMiB},
		{"GiB of disk", quoted.DiskGiB, wanted.DiskGiB, quoted.DiskGiB >= wanted.DiskGiB},
		{"as architecture", quoted.Architecture, s.place.Need.Architecture, s.place.Need.Architecture == "" || s.place.Need.Architecture == quoted.Architecture},
		{"as image", quoted.Image, s.place.Words, s.place.Words == "" || sameWords(quoted.Image, s.place.Words)},
		{"as licence", quoted.OS, wanted.OS, s.place.Image == nil || quoted.OS == "linux" && wanted.OS == "" || quoted.OS == wanted.OS},
		{"as category", quoted.Category, tariff.Standard, quoted.Category == tariff.Standard},
	} {
		if !n.fits {
			return &problem{status: http.StatusConflict, message: fmt.Sprintf(
				"%s: the quote is for another wish: it has %v %s, the request %v", translate.AttrPlacementQuote, n.quoted, n.what, n.wanted,
			)}
		}
	}
	return nil
}
