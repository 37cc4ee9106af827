package broker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// What a wish has that does not say.
const (
	defaultHours = 730 // a twelfth of a year
	defaultBest  = 20
	mostHours    = 744 // 31 days
	linux        = "linux"
)

// Wish is what a machine shall be and do. A quote is for one machine that runs
// in one piece for Hours of a month; its disk and its addresses are held for the
// whole month, as they are when it is stopped.
type Wish struct {
	Cores        int
	MemoryMiB    int64
	DiskGiB      int64                  // in all; what a size brings along counts
	Architecture providers.Architecture // "" is any
	Image        string                 // words that the name of an image has, such as "debian 12"; "" is the account's default, or any where there is none
	ImageID      string                 // the very image, in the accounts that charge for images; "" is the newest that Image names
	OS           string                 // whose licence is in the price: "linux", "windows"; default: what [SystemOf] makes of Image
	Tenancy      string                 // "" is shared
	Hours        int64                  // a month that it runs; default 730, at most 744
	EgressGB     int64                  // a month, in 10^9 bytes
	Addresses    int64                  // public ones

	Clouds      []string // names of adapters; none is all
	NotClouds   []string
	Accounts    []string // uids; none is all
	NotAccounts []string
	Regions     []string // none is all
	NotRegions  []string
	Near        *geo.Circle
	MostAnHour  tariff.Money    // price cap, in any currency that has a rate
	Category    tariff.Category // default Standard; kinds of promise are not mixed
	Currency    tariff.Currency // of the sums; default EUR
	Best        int             // how many candidates are shown; default 20; all when negative
	Skip        int             // how many better ones are left out of that: the pages before
}

// normal checks a wish and fills its defaults in.
func (w Wish) normal() (Wish, error) {
	w.OS = cmp.Or(strings.ToLower(w.OS), SystemOf(w.Image), linux)
	w.Hours = cmp.Or(w.Hours, defaultHours)
	w.Category = cmp.Or(w.Category, tariff.Standard)
	w.Currency = cmp.Or(w.Currency, tariff.EUR)
	w.Best = cmp.Or(w.Best, defaultBest)
	for _, n := range []struct {
		name         string
		value, limit int64
	}{
		{"cores", int64(w.Cores), 1 << 20},
		{"memory", w.MemoryMiB, 1 << 30},
		{"disk", w.DiskGiB, 1 << 20},
		{"hours", w.Hours, mostHours},
		{"egress", w.EgressGB, 1 << 30},
		{"addresses", w.Addresses, 1 << 16},
		{"skip", int64(w.Skip), 1 << 30},
	} {
		if n.value < 0 || n.value > n.limit {
			return w, invalid("%s must be from 0 to %d, not %d", n.name, n.limit, n.value)
		}
	}
	if !slices.Contains([]tariff.Category{tariff.Standard, tariff.Committed, tariff.Dynamic, tariff.Other}, w.Category) {
		return w, invalid("%q is not Standard, Committed, Dynamic or Other", string(w.Category))
	}
	if !slices.Contains([]providers.Architecture{"", providers.X86, providers.X64}, w.Architecture) {
		return w, invalid("%q is no architecture, want x86 or x64", string(w.Architecture))
	}
	if _, err := tariff.ParseCurrency(string(w.Currency)); err != nil {
		return w, invalid("%v", err)
	}
	if w.MostAnHour.Known() && w.MostAnHour.Nanos() < 0 {
		return w, invalid("the price cap is negative")
	}
	if w.Near != nil {
		if err := w.Near.Check(); err != nil {
			return w, invalid("%v", err)
		}
	}
	return w, nil
}

func invalid(format string, args ...any) error {
	return providers.Errorf(providers.ErrInvalid, "quote", "%s", fmt.Sprintf(format, args...))
}

// refuses gives the reason why an account is out of question, "" when it is not.
// The order is that of [Reasons].
func (w *Wish) refuses(a *account) Reason {
	only := func(list []string, value string) bool { return len(list) > 0 && !slices.Contains(list, value) }
	switch {
	case only(w.Clouds, a.Cloud) || slices.Contains(w.NotClouds, a.Cloud),
		only(w.Accounts, a.UID) || slices.Contains(w.NotAccounts, a.UID):
		return ReasonPolicy
	case only(w.Regions, a.Region) || slices.Contains(w.NotRegions, a.Region):
		return ReasonRegion
	case w.Near != nil && a.Location == nil:
		return ReasonLocation
	case w.Near != nil && !w.Near.Holds(*a.Location):
		return ReasonRegion
	}
	return ""
}
