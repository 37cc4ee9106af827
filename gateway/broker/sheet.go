package broker

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// sheet is the prices of a catalogue: what accounts with equal tariffs, discounts
// and sizes share.
type sheet struct {
	sizes  []size
	boards map[boardKey][]*board // one for each currency, ordered by it

	// sellsImages says that some image has a price, or had one: then another image
	// without one is not free.
	sellsImages bool
}

// boardKey is what a wish chooses a board by.
type boardKey struct {
	category tariff.Category
	os       string
	tenancy  string
}

// boards are those for a wish. An operating system that no price names is one
// that is in every price.
func (s *sheet) boardsFor(w *Wish) []*board {
	if found := s.boards[boardKey{w.Category, w.OS, w.Tenancy}]; found != nil {
		return found
	}
	return s.boards[boardKey{w.Category, "", w.Tenancy}]
}

// applying are the entries of the book that speak of an account, the most special
// one first: of single accounts, of the region, of the provider; then the newest.
func applying(entries []tariff.Entry, a *Account) (all []*tariff.Entry) {
	for i := range entries {
		if t := entries[i].Tariff; t != nil && t.Scope().Covers(a.Cloud, a.Region, a.UID) {
			all = append(all, &entries[i])
		}
	}
	slices.SortFunc(all, func(x, y *tariff.Entry) int {
		return cmp.Or(cmp.Compare(special(y), special(x)),
			y.Tariff.ObservedAt().Compare(x.Tariff.ObservedAt()), cmp.Compare(x.Name, y.Name))
	})
	return all
}

// special tells how few accounts a tariff is made for.
func special(e *tariff.Entry) int {
	scope := e.Tariff.Scope()
	return min(len(scope.Accounts), 1)*2 + min(len(scope.Region), 1)
}

// signature is equal for accounts that can share a sheet. It is made for every size
// of every account, so that it does without package fmt.
func signature(a *Account, from []*tariff.Entry) string {
	var b []byte
	number := func(n int64) { b = strconv.AppendInt(append(b, ' '), n, 10) }
	for _, e := range from {
		b = strconv.AppendQuote(b, e.Name)
		b = append(b, e.Tariff.Digest()...)
		for _, m := range []tariff.Meter{
			tariff.MeterCompute, tariff.MeterCore, tariff.MeterSpeed, tariff.MeterMemory,
			tariff.MeterDisk, tariff.MeterAddress, tariff.MeterEgress, tariff.MeterImage,
		} {
			number(e.Tariff.DiscountOf(a.UID, m))
		}
	}
	for i := range a.Sizes {
		s := &a.Sizes[i]
		b = strconv.AppendQuote(strconv.AppendQuote(append(b, '\n'), s.ID), s.Name)
		number(int64(s.Cores))
		number(int64(s.SpeedMHz))
		number(int64(s.MemoryMiB))
		number(diskOf(s))
		for _, arch := range s.Architectures {
			b = strconv.AppendQuote(b, string(arch))
		}
	}
	return string(b)
}

// chosen is the prices in force of one account, each thing from the most special
// tariffs that have it; of two such, from the first one in each currency.
type chosen struct {
	by    map[tariff.Key][]*charge // tiers in their order
	owner map[tariff.Key]int       // how special the tariff is, by keys without a currency
	until time.Time                // when another price begins or one ends; zero is never

	sellsImages bool // in force or not
}

func choose(a *Account, from []*tariff.Entry, now time.Time) chosen {
	c := chosen{by: map[tariff.Key][]*charge{}, owner: map[tariff.Key]int{}}
	for _, e := range from {
		prices := e.Tariff.Prices()
		discounts := map[tariff.Meter]int64{}
		for i := range prices {
			p := &prices[i]
			c.boundary(now, p.ValidFrom, p.ValidTo)
			c.sellsImages = c.sellsImages || p.Meter == tariff.MeterImage
			if !p.ValidAt(now) || !c.owns(e, p.Key()) {
				continue
			}
			off, known := discounts[p.Meter]
			if !known {
				off = e.Tariff.DiscountOf(a.UID, p.Meter)
				discounts[p.Meter] = off
			}
			if p.ContractedUnitPrice.Known() {
				off = 0
			}
			c.by[p.Key()] = append(c.by[p.Key()], &charge{Price: p, from: e, discount: off})
		}
	}
	return c
}

// owns reports whether the price of a tariff counts, and not one that was taken
// from a tariff before it.
func (c *chosen) owns(e *tariff.Entry, key tariff.Key) bool {
	if before := c.by[key]; len(before) > 0 && before[0].from != e {
		return false
	}
	key.Currency = ""
	level, owned := c.owner[key]
	if !owned {
		c.owner[key] = special(e)
	}
	return !owned || level == special(e)
}

// boundary notes the next moment at which something changes.
func (c *chosen) boundary(now time.Time, moments ...time.Time) {
	for _, t := range moments {
		if t.After(now) && (c.until.IsZero() || t.Before(c.until)) {
			c.until = t
		}
	}
}

// plain is the price of something that is sold to machines of every size.
func (c chosen) plain(m tariff.Meter, os string, in tariff.Currency) []*charge {
	return c.system(tariff.Key{Meter: m, OS: os, Category: tariff.Standard, Currency: in})
}

// system is the price for an operating system, else that for all of them.
func (c chosen) system(key tariff.Key) []*charge {
	if found := c.by[key]; found != nil || key.OS == "" {
		return found
	}
	key.OS = ""
	return c.by[key]
}

// sheetOf prices the sizes of an account.
func (m *Market) sheetOf(a *Account, c chosen) *sheet {
	s := &sheet{sizes: sizesOf(a.Sizes), boards: map[boardKey][]*board{}, sellsImages: c.sellsImages}
	bySize := map[string][]*charge{}
	type place struct {
		boardKey
		currency tariff.Currency
	}
	places := map[place]bool{}
	for key, steps := range c.by {
		switch key.Meter {
		case tariff.MeterCompute:
			bySize[key.Size] = append(bySize[key.Size], steps...)
			places[place{boardKey{key.Category, key.OS, key.Tenancy}, key.Currency}] = true
		case tariff.MeterCore, tariff.MeterSpeed, tariff.MeterMemory:
			places[place{boardKey{tariff.Standard, key.OS, ""}, key.Currency}] = true
		}
	}
	for p := range places {
		s.boards[p.boardKey] = append(s.boards[p.boardKey], newBoard(s, p.boardKey, source{m, c, bySize, p.currency}))
	}
	for _, boards := range s.boards {
		slices.SortFunc(boards, func(x, y *board) int { return cmp.Compare(x.currency, y.currency) })
	}
	return s
}

// of are the prices of a size as a whole, by its id or else its name.
func (s source) of(size *providers.Size, key boardKey) (found []*charge) {
	for _, os := range []string{key.os, ""} {
		for _, name := range []string{size.ID, size.Name} {
			for _, c := range s.bySize[name] {
				if c.Category == key.category && c.Tenancy == key.tenancy && c.OS == os && c.Licence == "" && c.UnitPrice().Currency() == s.currency {
					found = append(found, c)
				}
			}
			if found != nil {
				slices.SortFunc(found, func(a, b *charge) int { return a.compare(b) })
				return found
			}
		}
	}
	return nil
}

// source is what the boards of a sheet are made from.
type source struct {
	market *Market
	chosen
	bySize   map[string][]*charge
	currency tariff.Currency
}
