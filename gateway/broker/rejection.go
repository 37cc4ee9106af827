package broker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Rejection is one size in one account that is no candidate, and why.
type Rejection struct {
	Account string // uid
	Cloud   string
	Region  string
	Size    string // id
	Price   string // SkuPriceID of a size that has one
	Reason  Reason
	Text    string // the same for people, with figures
}

// Rejections lists everything that is no candidate for a wish, ordered by cloud,
// account, size and price. There are as many for each reason as [Market.Quote]
// counts.
func (m *Market) Rejections(w Wish, s Situation) ([]Rejection, error) {
	w, err := w.normal()
	if err != nil {
		return nil, err
	}
	x := &explanation{ranking: ranking{market: m, wish: &w, situation: &s, scale: newScale(m, &w)}}
	words := strings.Fields(strings.ToLower(w.Image))
	for i := range m.accounts {
		a := &m.accounts[i]
		found := allKinds
		if len(words) > 0 {
			found = a.images.named(words)
		}
		from := len(x.list)
		x.account(a, found)
		slices.SortStableFunc(x.list[from:], func(p, q Rejection) int {
			return cmp.Or(cmp.Compare(p.Size, q.Size), cmp.Compare(p.Price, q.Price))
		})
	}
	return x.list, nil
}

// explanation goes over the same boards as a quote, one account after the other,
// and says of each row what the quote's loop only counts.
type explanation struct {
	ranking
	list []Rejection
}

func (x *explanation) account(a *account, found kinds) {
	b, rate, rated := a.sheet.board(x.wish, x.situation.Rates)
	if reason := refuse(a, x.wish, x.situation, found); reason != "" {
		x.each(a, b, func(*size, int) Reason { return reason })
		return
	}
	g := group{kinds: found & kindOf[x.wish.Architecture]}
	if b == nil {
		x.each(a, b, func(z *size, _ int) Reason { return x.fits(z, g, ReasonNoPrice) })
		return
	}
	fine := x.scale.set(b, x.wish)
	var top limits
	capped := true
	if fine {
		top, capped = x.limits(b, rate)
	}
	x.each(a, b, func(z *size, row int) Reason {
		switch {
		case row < 0:
			return x.fits(z, g, b.unpriced[-row-1].reason)
		case !fine:
			return x.fits(z, g, ReasonPrecision)
		}
		total, reason := x.scale.total(b, row, x.wish)
		if reason == "" {
			reason = top.exceeded(total)
		}
		reason = x.fits(z, g, reason)
		if reason == "" && (!rated || !capped) {
			reason = ReasonNoRate
		}
		return reason
	})
}

// each goes over all that could have been candidates in an account: the rows of a
// board and, with a negative index, what has no price; without a board all sizes.
func (x *explanation) each(a *account, b *board, reason func(z *size, row int) Reason) {
	if b == nil {
		for i := range a.sheet.sizes {
			z := &a.sheet.sizes[i]
			x.add(a, z, "", reason(z, -1))
		}
		return
	}
	for i := range b.unpriced {
		x.add(a, b.unpriced[i].size, "", reason(b.unpriced[i].size, -i-1))
	}
	for i := range b.infos {
		x.add(a, b.infos[i].size, b.infos[i].parts[0].SkuPriceID, reason(b.infos[i].size, i))
	}
}

func (x *explanation) add(a *account, z *size, price string, reason Reason) {
	if reason == "" {
		return
	}
	x.list = append(x.list, Rejection{
		Account: a.UID, Cloud: a.Cloud, Region: a.Region, Size: z.ID, Price: price, Reason: reason, Text: x.text(a, z, reason),
	})
}

// text says a reason in words.
func (x *explanation) text(a *account, z *size, reason Reason) string {
	w := x.wish
	switch reason {
	case ReasonQuota, ReasonBreaker:
		if text := x.situation.Obstacles[a.UID].Text; text != "" {
			return text
		}
	case ReasonImage:
		return fmt.Sprintf("no image is named %q", w.Image)
	case ReasonCapability:
		return fmt.Sprintf("has %d cores and %d MiB, wanted are %d and %d", z.Cores, z.MemoryMiB, w.Cores, w.MemoryMiB)
	case ReasonPriceCap:
		return fmt.Sprintf("costs more than %s an hour", w.MostAnHour)
	case ReasonNoRate:
		return x.noRate(a)
	}
	return texts[reason]
}

// noRate says which rate is missing.
func (x *explanation) noRate(a *account) string {
	b, _, rated := a.sheet.board(x.wish, x.situation.Rates)
	to := x.wish.Currency
	if rated {
		to = x.wish.MostAnHour.Currency()
	}
	_, err := x.situation.Rates.Rate(b.currency, to)
	return err.Error()
}

var texts = map[Reason]string{
	ReasonPolicy:       "the cloud or account is ruled out",
	ReasonRegion:       "the region is ruled out",
	ReasonLocation:     "nobody has said where the region lies",
	ReasonQuota:        "there is no room left",
	ReasonBreaker:      "the cloud does not answer",
	ReasonArchitecture: "is of another architecture",
	ReasonNoPrice:      "nobody has said what it costs",
	ReasonNoDisk:       "not comparable: no price for disks",
	ReasonNoAddress:    "not comparable: no price for addresses",
	ReasonNoEgress:     "not comparable: no price for egress",
	ReasonPrecision:    "the sum is too large or too fine to be exact",
}
