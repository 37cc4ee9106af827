package pricelist

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"occigate/providers"
)

// term is one offer for a product: on demand, or for a lease.
type term struct {
	effective            time.Time
	lease, class, option string
	dimensions           []dimension
}

// dimension is one price of a term.
type dimension struct {
	rateCode, unit   string
	from, to         int64 // 0 is no end
	currency, amount string
}

// terms reads the terms of all products, by their kind.
func (b *builder) terms(s *scanner) error {
	return s.object(func(kind []byte) error {
		reserved, wanted := b.kind(kind)
		if !wanted {
			return s.object(func([]byte) error { return s.pass() }) // they may be many
		}
		return s.object(func(name []byte) error {
			t, wanted := b.things[string(name)]
			if !wanted {
				return s.pass()
			}
			return b.offered(s, t, reserved)
		})
	})
}

// documentTerms reads those of the product that was read last, which in a document
// of its own are not listed by product.
func (b *builder) documentTerms(s *scanner) error {
	t, wanted := b.things[string(b.attributes[sku])]
	if !wanted {
		return s.pass()
	}
	return s.object(func(kind []byte) error {
		reserved, wanted := b.kind(kind)
		if !wanted {
			return s.pass()
		}
		return b.offered(s, t, reserved)
	})
}

// kind says whether terms of a kind are leases, and whether they are wanted.
func (b *builder) kind(name []byte) (reserved, wanted bool) {
	reserved = string(name) == "Reserved"
	return reserved, string(name) == "OnDemand" || reserved && b.want.Committed
}

// offered reads the terms of one product. Of leases those of instances count.
func (b *builder) offered(s *scanner, t thing, reserved bool) error {
	if reserved && t.of != providers.PricedServer {
		return s.pass()
	}
	return s.object(func([]byte) error {
		read := term{dimensions: b.dimensions[:0]}
		if err := s.object(func(name []byte) error { return b.term(s, name, &read) }); err != nil {
			return err
		}
		b.dimensions = read.dimensions
		base := t.price(read.effective)
		if reserved {
			return b.committed(s, base, &read)
		}
		return b.onDemand(s, base, read.dimensions)
	})
}

func (b *builder) term(s *scanner, name []byte, into *term) error {
	switch string(name) {
	case "effectiveDate":
		return s.moment(&into.effective)
	case "priceDimensions":
		return s.object(func([]byte) error {
			var d dimension
			err := s.object(func(name []byte) error { return b.dimension(s, name, &d) })
			into.dimensions = append(into.dimensions, d)
			return err
		})
	case "termAttributes":
		return s.object(func(name []byte) error {
			switch string(name) {
			case "LeaseContractLength":
				return b.word(s, &into.lease)
			case "OfferingClass":
				return b.word(s, &into.class)
			case "PurchaseOption":
				return b.word(s, &into.option)
			}
			return s.pass()
		})
	}
	return s.pass()
}

func (b *builder) dimension(s *scanner, name []byte, into *dimension) error {
	switch string(name) {
	case "rateCode":
		return s.text(&into.rateCode)
	case "unit":
		return b.word(s, &into.unit)
	case "beginRange":
		return s.whole(&into.from)
	case "endRange":
		return s.whole(&into.to)
	case "pricePerUnit":
		return s.object(func(currency []byte) error {
			if into.currency != "" {
				return s.wrong("a price in two currencies")
			}
			into.currency = b.intern(currency)
			return s.text(&into.amount)
		})
	}
	return s.pass()
}

// word reads a string of which there are few.
func (b *builder) word(s *scanner, into *string) error {
	value, err := s.bytes()
	*into = b.intern(value)
	return err
}

// The units that prices are written in, by what they are of. AWS counts in powers
// of two: 10 TB of transfer end at 10240 GB, and a volume of 1 GiB is one GB.
var units = map[providers.Priced]map[string]string{
	providers.PricedServer:  {"Hrs": "Hours"},
	providers.PricedVolume:  {"GB-Mo": "GiB-Months", "GB-month": "GiB-Months"},
	providers.PricedAddress: {"Hrs": "Hours"},
	providers.PricedEgress:  {"GB": "GiB"},
}

// hoursPerMonth is AWS's month.
const hoursPerMonth = 730

// price is what is known before the terms are.
func (t thing) price(from time.Time) providers.Price {
	p := providers.Price{
		SKU: t.sku, Of: t.of, Item: t.item, OS: t.os, Tenancy: t.tenancy, Category: providers.PriceStandard,
		Granularity: t.granularity, Minimum: t.minimum, ValidFrom: from,
	}
	if t.of == providers.PricedVolume {
		p.HoursPerMonth = hoursPerMonth
	}
	return p
}

func (b *builder) onDemand(s *scanner, p providers.Price, dimensions []dimension) error {
	for _, d := range dimensions {
		amount, known, err := d.read(s)
		if err != nil {
			return err
		}
		p.PriceID, p.Currency, p.Amount, p.Unit = d.rateCode, d.currency, amount, units[p.Of][d.unit]
		p.TierFrom, p.TierTo, p.Zero = d.from, d.to, ""
		if p.Of == providers.PricedEgress && known && amount.IsZero() && d.from == 0 && d.to > 0 {
			p.Zero = "free tier"
		}
		b.add(p, known)
	}
	return nil
}

var (
	years   = map[string]int{"1yr": 1, "3yr": 3}
	options = map[string]string{"No Upfront": "none", "Partial Upfront": "partial", "All Upfront": "all"}
)

// committed adds the price of a reserved instance: so much an hour, and a fee.
func (b *builder) committed(s *scanner, p providers.Price, t *term) error {
	p.Years, p.Upfront = years[t.lease], options[t.option]
	if t.class != "standard" || p.Years == 0 || p.Upfront == "" {
		return nil
	}
	hourly := false
	for _, d := range t.dimensions {
		amount, known, err := d.read(s)
		switch {
		case err != nil:
			return err
		case d.unit == "Quantity" && known:
			p.Fee = amount
		case units[p.Of][d.unit] != "" && known:
			p.PriceID, p.Currency, p.Amount, p.Unit, hourly = d.rateCode, d.currency, amount, units[p.Of][d.unit], true
		}
	}
	p.Category, p.HoursPerMonth = providers.PriceCommitted, hoursPerMonth
	if p.Amount.IsZero() && p.Fee.IsPositive() {
		p.Zero = "paid upfront"
	}
	b.add(p, hourly)
	return nil
}

// read gives the amount exactly, and whether there is one.
func (d *dimension) read(s *scanner) (amount decimal.Decimal, known bool, err error) {
	if d.amount == "" {
		return amount, false, nil
	}
	if strings.Trim(d.amount, "0123456789.") != "" {
		return amount, false, s.wrong("price %s: %q is no amount", d.rateCode, d.amount)
	}
	if amount, err = decimal.NewFromString(d.amount); err != nil {
		return amount, false, s.wrong("price %s: %q is no amount", d.rateCode, d.amount)
	}
	return amount, true, nil
}
