package broker

import (
	"cmp"
	"math"
	"slices"

	"occigate/gateway/broker/tariff"
)

// board is the sizes of a sheet with their prices in one currency, laid out for
// the one loop that every quote runs over it.
type board struct {
	market   *Market
	sheet    *sheet
	currency tariff.Currency
	clocks   []uint16 // which of the market's it uses
	rows     []row    // from few cores to many
	infos    []info   // of the same rows: what the loop does not need
	bundles  []bundle
	unpriced []unpriced

	disk, addresses, egress ladder
	images                  map[string]imagePrice // by the image's id
}

// row is a size at one price.
type row struct {
	cores, memory, disk int32  // MiB; the disk is what comes with it
	order               int32  // place by size and price, which decides between equal sums
	nanos               uint64 // what is multiplied with the clock's factor
	clock, bundle       uint16
	arch                kinds
	special             bool // it takes more than its nanos and the disk that it lacks
}

// info is what a row is about.
type info struct {
	size  *size
	parts []part // the first one is that of the row
	cap   *part  // of the first part, for a month; nil without one
	disk  int64  // MiB that come with it
	made  int64  // MiB that are made with it and charged beside it
}

// part is a charge of a size and how much of it the size is.
type part struct {
	*charge
	clock uint16
	units ratio  // of the price's unit
	nanos uint64 // what is multiplied with the clock's factor
}

// bundle is what comes with sizes beside a disk. Few differ, so that a quote works
// out what is charged beside each bundle and not beside each row.
type bundle struct {
	addresses int64
	egress    int64 // bytes a month
}

// unpriced is a size that cannot be a candidate, and why.
type unpriced struct {
	size   *size
	reason Reason
}

// maxIndex bounds what an index of 16 bits can name.
const maxIndex = math.MaxUint16

func newBoard(s *sheet, key boardKey, from source) *board {
	b := &board{market: from.market, sheet: s, currency: from.currency}
	b.disk = b.ladder(from.plain(tariff.MeterDisk, key.os, from.currency), held, newRatio(1<<20, 1))
	b.addresses = b.ladder(from.plain(tariff.MeterAddress, key.os, from.currency), held, newRatio(1, 1))
	b.egress = b.ladder(from.plain(tariff.MeterEgress, key.os, from.currency), once, newRatio(1, 1))
	b.addImages(key, from)
	for i := range s.sizes {
		z := &s.sizes[i]
		charges := from.of(z.Size, key)
		for _, c := range charges {
			b.addSize(z, c)
		}
		if len(charges) == 0 {
			b.addParts(z, key, from)
		}
	}
	b.layOut()
	return b
}

// layOut puts the rows into the order of their cores, so that the loop can start
// where they are enough.
func (b *board) layOut() {
	slices.SortStableFunc(b.rows, func(x, y row) int { return cmp.Compare(x.cores, y.cores) })
	infos := make([]info, len(b.infos))
	for i := range b.rows {
		infos[i] = b.infos[b.rows[i].order]
	}
	b.infos = infos
}

// ladder takes the tiers of something in. unit is how much of what is counted one
// base unit of the measure is.
func (b *board) ladder(steps []*charge, p pace, unit ratio) ladder {
	l := ladder{steps: steps}
	for _, c := range steps {
		l.counted = b.counted(c, unit)
		l.clocks = append(l.clocks, b.clock(clockOf(c, p, ratio{1, l.counted.den})))
	}
	return l
}

// counted says how many units of a charge one of what we count is: a MiB of
// memory, of which one is 2^20 bytes, is 1/1024 where GiB are sold.
func (b *board) counted(c *charge, unit ratio) ratio {
	m, err := c.Unit.Measure()
	if err != nil {
		return unit // a fee is of no unit
	}
	return unit.times(newRatio(1, uint64(m.Quantity)))
}

// clock finds or adds a clock, and says which of the board's it is.
func (b *board) clock(k clock) uint16 {
	at := b.market.clock(k)
	i := slices.Index(b.clocks, at)
	if i < 0 {
		i = len(b.clocks)
		b.clocks = append(b.clocks, at)
	}
	return uint16(i)
}

// bundle finds or adds a bundle.
func (b *board) bundle(of bundle) uint16 {
	i := slices.Index(b.bundles, of)
	if i < 0 {
		i = len(b.bundles)
		b.bundles = append(b.bundles, of)
	}
	return uint16(min(i, maxIndex))
}

// part makes one of so much of what is counted.
func (b *board) part(c *charge, p pace, amount int64, unit ratio) (part, bool) {
	counted := b.counted(c, unit)
	nanos, err := c.UnitPrice().Times(amount)
	units := counted.times(newRatio(uint64(amount), 1))
	return part{
		charge: c, clock: b.clock(clockOf(c, p, counted)), units: units, nanos: uint64(nanos.Nanos()),
	}, err == nil && units.den > 0 && nanos.Nanos() < maxFactor
}

// addSize adds a size that has a price as a whole.
func (b *board) addSize(z *size, c *charge) {
	one := ratio{1, 1}
	when := running
	if c.Category == tariff.Committed {
		when = held // used or not
	}
	first, ok := b.part(c, when, 1, one)
	n := info{size: z, parts: []part{first}}
	if c.Fee.Known() && c.Fee.Nanos() > 0 {
		fee, fits := b.part(c.instead(c.Fee, "Terms"), once, 1, newRatio(1, monthsOf[c.Term]))
		n.parts, ok = append(n.parts, fee), ok && fits
	}
	if c.MonthlyCap.Known() {
		top, fits := b.part(c.instead(c.MonthlyCap, "Months"), once, 1, one)
		n.cap, ok = &top, ok && fits
	}
	n.disk = z.disk
	var with bundle
	for _, a := range c.Includes {
		m, _ := a.Unit.Measure()
		switch a.Meter {
		case tariff.MeterDisk:
			n.disk = max(n.disk, a.Quantity*m.Quantity>>20)
		case tariff.MeterAddress:
			with.addresses += a.Quantity
		case tariff.MeterEgress:
			with.egress += a.Quantity * m.Quantity
		}
	}
	b.add(n, with, ok)
}

// monthsOf are the months over which a fee is spread.
var monthsOf = map[tariff.Term]uint64{tariff.OneYear: 12, tariff.ThreeYears: 36}

// instead is the charge at another price for the whole: a fee or a cap.
func (c *charge) instead(price tariff.Money, unit tariff.Unit) *charge {
	p := *c.Price
	p.ListUnitPrice, p.ContractedUnitPrice, p.Zero, p.Unit, p.Per = price, tariff.Money{}, "", unit, 1
	return &charge{Price: &p, from: c.from, discount: c.discount}
}

// addParts adds a size that is sold by its parts: cores or speed, and memory. One
// that lacks the price or the figure of a part has no price: what is missing is
// not free. Its disk is made with it, so it is charged whatever the wish.
func (b *board) addParts(z *size, key boardKey, from source) {
	n, ok := info{size: z, made: z.disk}, true
	sold := map[tariff.Meter]bool{}
	for _, p := range []struct {
		meter  tariff.Meter
		amount int64
		unit   uint64
	}{
		{tariff.MeterCore, int64(z.Cores), 1},
		{tariff.MeterSpeed, int64(z.SpeedMHz), 1},
		{tariff.MeterMemory, int64(z.MemoryMiB), 1 << 20},
	} {
		steps := from.plain(p.meter, key.os, from.currency)
		if len(steps) == 0 || key.category != tariff.Standard || key.tenancy != "" {
			continue
		}
		made, fits := b.part(steps[0], running, p.amount, newRatio(p.unit, 1))
		n.parts, ok = append(n.parts, made), ok && fits
		sold[p.meter] = p.amount > 0 || steps[0].UnitPrice().IsZero()
		if !sold[p.meter] {
			sold = nil
			break
		}
	}
	if !sold[tariff.MeterMemory] || !sold[tariff.MeterCore] && !sold[tariff.MeterSpeed] {
		b.unpriced = append(b.unpriced, unpriced{z, ReasonNoPrice})
		return
	}
	b.add(n, bundle{}, ok)
}

// add appends a row, unless something in it is too large to be exact.
func (b *board) add(n info, with bundle, ok bool) {
	if !ok || len(b.market.clocks) >= maxIndex || len(b.bundles) >= maxIndex {
		b.unpriced = append(b.unpriced, unpriced{n.size, ReasonPrecision})
		return
	}
	first := n.parts[0]
	b.rows = append(b.rows, row{
		cores: narrow(int64(n.size.Cores)), memory: narrow(int64(n.size.MemoryMiB)), disk: narrow(n.disk),
		order: int32(len(b.rows)), nanos: first.nanos, clock: first.clock, bundle: b.bundle(with), arch: n.size.arch,
		special: len(n.parts) > 1 || n.cap != nil || n.made > 0 || len(b.disk.steps) > 1,
	})
	b.infos = append(b.infos, n)
}

// narrow is a figure for rows, where what is larger is as good as endless.
func narrow(figure int64) int32 { return int32(min(figure, math.MaxInt32)) }
