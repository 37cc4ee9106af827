package pricelist

import (
	"cmp"
	"slices"

	"occigate/providers"
)

// builder gathers prices.
type builder struct {
	want       Wanted
	things     map[string]thing // by SKU
	anyProduct bool
	prices     []providers.Price
	missing    int

	words      map[string]string // texts of which there are few, each kept once
	attributes attributes
	dimensions []dimension
}

func newBuilder(want Wanted) *builder {
	return &builder{want: want, things: map[string]thing{}, words: map[string]string{}}
}

// intern gives the text of bytes, the same one for equal ones.
func (b *builder) intern(text []byte) string {
	if known, is := b.words[string(text)]; is {
		return known
	}
	kept := string(text)
	b.words[kept] = kept
	return kept
}

// add keeps a price, unless it is not said.
func (b *builder) add(p providers.Price, known bool) {
	if !known || p.Unit == "" || p.Amount.IsZero() && p.Zero == "" {
		b.missing++
		return
	}
	b.prices = append(b.prices, p)
}

// compare orders prices by what they are of, and then by time.
func compare(a, b *providers.Price) int {
	return cmp.Or(compareKey(a, b), a.ValidFrom.Compare(b.ValidFrom))
}

func compareKey(a, b *providers.Price) int {
	return cmp.Or(
		cmp.Compare(a.Of, b.Of), cmp.Compare(a.Item, b.Item), cmp.Compare(a.OS, b.OS), cmp.Compare(a.Tenancy, b.Tenancy),
		cmp.Compare(a.Category, b.Category), cmp.Compare(a.Years, b.Years), cmp.Compare(a.Upfront, b.Upfront),
		cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.TierFrom, b.TierFrom),
	)
}

// finish orders the prices. One that begins later ends the one before; of two that
// differ and begin at once neither is taken, since nobody can tell which one
// holds.
func (b *builder) finish() ([]providers.Price, int) {
	all := b.prices
	slices.SortStableFunc(all, func(x, y providers.Price) int { return compare(&x, &y) })
	kept := all[:0]
	for at := 0; at < len(all); {
		end, differ := at+1, false
		for end < len(all) && compare(&all[at], &all[end]) == 0 {
			differ = differ || !all[end].Amount.Equal(all[at].Amount) || !all[end].Fee.Equal(all[at].Fee) || all[end].TierTo != all[at].TierTo
			end++
		}
		first := all[at]
		at = end
		if differ {
			b.missing++
			continue
		}
		if last := len(kept) - 1; last >= 0 && compareKey(&kept[last], &first) == 0 {
			kept[last].ValidTo = first.ValidFrom
		}
		kept = append(kept, first)
	}
	b.prices = kept
	return kept, b.missing
}
