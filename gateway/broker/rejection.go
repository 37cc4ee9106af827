package broker

import (
	"cmp"
	"fmt"
	"slices"
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
	words := x.scale.words
	for i := range m.accounts {
		a := &m.accounts[i]
		from := len(x.list)
		x.account(a, a.images.wanted(&w, words))
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
	looks := a.sheet.looks(x.wish, x.situation.Rates)
	g := group{kinds: found & kindOf[x.wish.Architecture], meaning: a.meaning(x.named, x.wish, x.scale.words)}
	x.named, x.scale.meaning = g.named, g.meaning
	refused := refuse(a, x.wish, x.situation, found)
	if len(looks) == 0 {
		for i := range a.sheet.sizes {
			z := &a.sheet.sizes[i]
			x.add(a, z, "", cmp.Or(refused, x.fits(z, g, ReasonNoPrice)))
		}
	}
	for _, l := range looks {
		reason := x.reasons(l, g)
		for _, u := range l.unpriced {
			x.add(a, u.size, "", cmp.Or(refused, x.fits(u.size, g, u.reason)))
		}
		for i := range l.infos {
			if !l.skips(i) {
				n := &l.infos[i]
				x.add(a, n.size, n.parts[0].SkuPriceID, cmp.Or(refused, reason(i)))
			}
		}
	}
}

// reasons gives the reason of every row of a look, "" where it has none.
func (x *explanation) reasons(l look, g group) func(row int) Reason {
	if !x.scale.set(l.board, x.wish) {
		return func(row int) Reason { return x.fits(l.infos[row].size, g, ReasonPrecision) }
	}
	top, capped := x.limits(l.board, l.rate)
	return func(row int) Reason {
		total, reason := x.scale.total(l.board, row, x.wish)
		if reason == "" {
			reason = top.exceeded(total)
		}
		if reason == "" && (!l.rated || !capped) {
			reason = ReasonNoRate
		}
		return x.fits(l.infos[row].size, g, reason)
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
		return x.noImage(a)
	case ReasonArchitecture:
		if i := a.images.stands(w); i != nil && w.Image == "" && w.ImageID == "" {
			return fmt.Sprintf("is of another architecture than the account's default image %q; another one can be named", i.name)
		}
	case ReasonCapability:
		if z.Cores >= w.Cores && int64(z.MemoryMiB) >= w.MemoryMiB {
			return x.tooSmall(z)
		}
		return fmt.Sprintf("has %d cores and %d MiB, wanted are %d and %d", z.Cores, z.MemoryMiB, w.Cores, w.MemoryMiB)
	case ReasonPriceCap:
		return fmt.Sprintf("costs more than %s an hour", w.MostAnHour)
	case ReasonNoImagePrice:
		return x.noImagePrice(z)
	case ReasonNoRate:
		return x.noRate(a)
	}
	return texts[reason]
}

// noImage says which image there is not.
func (x *explanation) noImage(a *account) string {
	if w := x.wish; w.Image != "" {
		return fmt.Sprintf("no image is named %q, or it needs another licence than that of %s", w.Image, w.OS)
	}
	return fmt.Sprintf("the account's default image %q needs a licence of %s; another one can be named", a.images.standard.name, a.images.standard.system)
}

// noImagePrice says of which image nobody knows what it costs.
func (x *explanation) noImagePrice(z *size) string {
	i := x.scale.image(z)
	if i == nil {
		return "not comparable: no image price: images cost something there, the wish names none, and the account has no default that fits"
	}
	return fmt.Sprintf("not comparable: no image price: nobody has said in its currency what image %q costs", i.id)
}

// tooSmall says what the image needs that the size has too little of.
func (x *explanation) tooSmall(z *size) string {
	named := x.scale.named
	i := named[slices.IndexFunc(named, func(i *image) bool { return i.kinds&z.arch != 0 })]
	return fmt.Sprintf("has %d MiB of memory and a disk of %d MiB, the image %q needs %d and %d", z.MemoryMiB, z.disk, i.name, i.memory, i.disk)
}

// noRate says which rate is missing.
func (x *explanation) noRate(a *account) string {
	for _, l := range a.sheet.looks(x.wish, x.situation.Rates) {
		if _, err := x.situation.Rates.Rate(l.currency, x.wish.Currency); err != nil {
			return err.Error()
		}
	}
	return "there is no rate for the currency of the price cap, " + string(x.wish.MostAnHour.Currency())
}

var texts = map[Reason]string{
	ReasonPolicy:       "the cloud or account is ruled out",
	ReasonRegion:       "the region is ruled out",
	ReasonLocation:     "nobody has said where the region lies",
	ReasonQuota:        "there is no room left",
	ReasonBreaker:      "the cloud does not answer",
	ReasonArchitecture: "is of another architecture",
	ReasonNoPrice:      "nobody has said what it costs",
	ReasonNoDisk:       "not comparable: no price for disks in its currency",
	ReasonNoAddress:    "not comparable: no price for addresses in its currency",
	ReasonNoEgress:     "not comparable: no price for egress in its currency",
	ReasonPrecision:    "the sum is too large or too fine to be exact",
}
