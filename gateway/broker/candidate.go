package broker

import (
	"slices"

	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// Candidate is a size in an account that fits a wish, with what it costs.
type Candidate struct {
	Account string // uid
	Name    string // of the account
	Cloud   string
	Region  string
	Zone    string // "" where the price is that of the whole region
	Size    providers.Size

	Category tariff.Category
	Term     tariff.Term
	Upfront  tariff.Upfront

	// The sums in the wish's currency. Each is rounded once, half to even, from the
	// exact sum: a month's to the currency's smallest coin, an hour's, which is the
	// month's divided by the hours of the wish, to four decimals more.
	Month tariff.Money
	Hour  tariff.Money

	Parts []Part
	Rate  fx.Rate // from the currency of the parts; 1 without a date when it is the same

	total ranked
	run   run
}

// Part is one of the things that a candidate's sum is made of. The sum of all
// parts' Quantity times UnitPrice divided by Per, less the discount, is exactly
// the candidate's sum before it is converted and rounded.
type Part struct {
	Price    *tariff.Price // with its unit, validity and conditions; not to be modified
	From     *tariff.Entry // the tariff, its source and date, and why it could not be renewed since
	Quantity Quantity      // in units of the price, a month
	Discount int64         // millionths off the unit price
	Capped   bool          // the price is the cap of a month, which counts once

	// Amount is the part in the price's currency, rounded half to even to a
	// nano-unit, for people: the sum is not made of it.
	Amount tariff.Money
}

// Quantity is an exact number of units.
type Quantity struct{ Num, Den uint64 }

// candidates makes what is shown of the ranking.
func (r *ranking) candidates() []Candidate {
	if r.wish.kept() == 0 {
		slices.SortFunc(r.best, ranked.compare)
	}
	page := r.best[min(r.wish.Skip, len(r.best)):]
	if r.wish.Best >= 0 {
		page = page[:min(r.wish.Best, len(page))]
	}
	all := make([]Candidate, len(page))
	r.parts = make([]Part, 0, 8*len(page))
	for i, c := range page {
		all[i] = r.candidate(c)
	}
	return all
}

func (r *ranking) candidate(c ranked) Candidate {
	a, from := &r.market.accounts[c.account], &r.runs[c.run]
	n := &from.infos[c.row]
	month, hour := shownDecimals(r.wish.Currency)
	first := n.parts[0].Price
	out := Candidate{
		Account: a.UID, Name: a.Name, Cloud: a.Cloud, Region: a.Region, Zone: first.Zone, Size: *n.size.Size,
		Category: first.Category, Term: first.Term, Upfront: first.Upfront,
		Parts: r.partsOf(c), Rate: from.rate, total: c, run: *from,
	}
	out.Month = c.money(from.den, from.rate, ratio{1, 1}, month)
	out.Hour = c.money(from.den, from.rate, ratio{1, uint64(r.wish.Hours)}, hour)
	return out
}

// partsOf lists what the sum of a candidate is made of.
func (r *ranking) partsOf(c ranked) []Part {
	from, b := len(r.parts), r.runs[c.run].board
	n := &b.infos[c.row]
	r.scale.meaning = r.runs[c.run].meaning
	image := r.scale.image(n.size)
	if n.cap != nil && r.scale.set(b, r.wish) && n.capped(r.scale) {
		r.add(n.cap, ratio{1, 1})
		r.parts[from].Capped = true
	} else {
		for i := range n.parts {
			p := &n.parts[i]
			r.add(p, p.units.times(r.clock(b, p.clock).time(r.wish.Hours)))
		}
	}
	var volume int64
	if image != nil {
		volume = image.volume
	}
	r.addLadder(b, &b.disk, n.needs(r.wish, volume))
	need := b.bundles[b.rows[c.row].bundle].needs(r.wish)
	r.addLadder(b, &b.addresses, need.addresses)
	r.addLadder(b, &b.egress, need.egress)
	if image != nil && b.sheet.sellsImages {
		if p, _ := b.image(image.id); p != nil {
			r.add(p, p.units.times(r.clock(b, p.clock).time(r.wish.Hours)))
		}
	}
	return r.parts[from:len(r.parts):len(r.parts)]
}

func (r *ranking) clock(b *board, i uint16) clock { return r.market.clocks[b.clocks[i]] }

func (r *ranking) addLadder(b *board, l *ladder, need uint64) {
	l.each(need, func(i int, quantity uint64) {
		p := part{charge: l.steps[i], clock: l.clocks[i]}
		held := r.clock(b, p.clock).time(r.wish.Hours)
		r.add(&p, newRatio(quantity, l.counted.den).times(held))
	})
}

// add appends a part, with its amount by itself.
func (r *ranking) add(p *part, quantity ratio) {
	price := p.UnitPrice()
	factor := quantity.times(p.rate())
	nanos, _ := product(uint64(price.Nanos()), factor.num).round([2]uint64{1, 1}, [3]uint64{max(factor.den, 1), 1, 1})
	r.parts = append(r.parts, Part{
		Price: p.Price, From: p.from, Quantity: Quantity{quantity.num, quantity.den}, Discount: p.discount,
		Amount: tariff.Nanos(nanos, price.Currency()),
	})
}
