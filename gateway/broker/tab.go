package broker

import (
	"slices"
	"strings"

	"occigate/gateway/broker/tariff"
)

// Tab says what one account pays by the hour for what it holds, on demand, at the
// prices of a market. Each charge is in the currency of its price.
type Tab struct {
	boards      []*board // the one in the wanted currency first
	sellsImages bool
}

// Charge is what one thing costs for an hour. The amount is rounded once, half to
// even, to a nano-unit; a month's price is spread over the seller's month.
type Charge struct {
	Hour  tariff.Money
	Price *tariff.Price
	From  *tariff.Entry
}

// Tab is that of an account for machines with an operating system's licence, ""
// for Linux. Where the account has prices in several currencies, those in the
// wanted one go first. It is nil when there is no such account.
func (m *Market) Tab(uid, os string, in tariff.Currency) *Tab {
	i := slices.IndexFunc(m.accounts, func(a account) bool { return a.UID == uid })
	if i < 0 {
		return nil
	}
	if os = strings.ToLower(os); os == "" {
		os = linux
	}
	boards := slices.Clone(m.accounts[i].sheet.boardsFor(&Wish{Category: tariff.Standard, OS: os}))
	slices.SortStableFunc(boards, func(a, b *board) int { return -compareBool(a.currency == in, b.currency == in) })
	return &Tab{boards, m.accounts[i].sheet.sellsImages}
}

// Size is what a machine of a size costs while it runs; its disks and addresses
// are charged beside it. ok is false when nobody has said so.
func (t *Tab) Size(id string) (charges []Charge, ok bool) {
	for _, b := range t.boards {
		i := slices.IndexFunc(b.infos, func(n info) bool { return n.size.ID == id })
		if i < 0 {
			continue
		}
		for _, p := range b.infos[i].parts {
			c, ok := p.hourly(p.units)
			if !ok {
				return nil, false
			}
			charges = append(charges, c)
		}
		return charges, true
	}
	return nil, false
}

// With is what a machine's size brings along.
type With struct {
	Addresses int64  // public ones that cost nothing
	Disk      int64  // MiB that cost nothing; 0 where disks are charged beside the size
	Listed    bool   // the size's own disk is among the account's volumes
	Beside    bool   // the size's own disk is charged beside it
	Free      Charge // of nothing, by the price that says so
}

// With is what a size of the catalogue that has a price brings along.
func (t *Tab) With(id string) (w With) {
	for _, b := range t.boards {
		i := slices.IndexFunc(b.infos, func(n info) bool { return n.size.ID == id })
		if i < 0 {
			continue
		}
		n := &b.infos[i]
		return With{
			Addresses: b.bundles[b.rows[i].bundle].addresses, Disk: n.disk, Listed: n.size.DiskIsVolume, Beside: n.made > 0,
			Free: Charge{tariff.Nanos(0, b.currency), n.parts[0].Price, n.parts[0].from},
		}
	}
	return w
}

// SellsImages reports whether images have prices, so that one without is not free.
func (t *Tab) SellsImages() bool { return t.sellsImages }

// Image is what a machine made from an image costs beside its size while it runs.
func (t *Tab) Image(id string) (charges []Charge, ok bool) {
	for _, b := range t.boards {
		if p, _ := b.image(id); p != nil {
			c, ok := p.hourly(p.units)
			return []Charge{c}, ok
		}
	}
	return nil, false
}

// Disk is what so many MiB cost, tier by tier, held by a machine that runs or not.
func (t *Tab) Disk(mib int64) (charges []Charge, ok bool) {
	return t.held(mib, func(b *board) *ladder { return &b.disk })
}

// Address is what a public address costs, in use or not.
func (t *Tab) Address() (charges []Charge, ok bool) {
	return t.held(1, func(b *board) *ladder { return &b.addresses })
}

func (t *Tab) held(need int64, of func(*board) *ladder) (charges []Charge, ok bool) {
	for _, b := range t.boards {
		l := of(b)
		if len(l.steps) == 0 {
			continue
		}
		ok = true
		l.each(uint64(need), func(i int, quantity uint64) {
			c, fits := l.steps[i].hourly(newRatio(quantity, l.counted.den))
			charges, ok = append(charges, c), ok && fits
		})
		return charges, ok
	}
	return nil, false
}

// hourly is what so many units cost, held for an hour.
func (c *charge) hourly(units ratio) (Charge, bool) {
	m, err := c.Unit.Measure()
	seconds := m.Seconds
	if m.Month {
		seconds = c.HoursPerMonth * 3600
	}
	if err != nil || seconds == 0 {
		return Charge{}, false
	}
	price := c.UnitPrice()
	factor := units.times(newRatio(3600, uint64(seconds))).times(c.rate())
	if factor.den == 0 {
		return Charge{}, false
	}
	nanos, ok := product(uint64(price.Nanos()), factor.num).round([2]uint64{1, 1}, [3]uint64{factor.den, 1, 1})
	return Charge{tariff.Nanos(nanos, price.Currency()), c.Price, c.from}, ok
}
