package tariff

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with a specification.
type Problem struct {
	Price int    // index of the price; -1 when it is of the whole
	Field string // name of the field of [Price] or [Spec]
	Text  string
	Clash bool // with another price
	Other int  // its index
}

// Error is "price INDEX: FIELD: TEXT".
func (p Problem) Error() string {
	if p.Price < 0 {
		return p.Field + ": " + p.Text
	}
	if p.Clash {
		return fmt.Sprintf("price %d: %s: %s as in price %d", p.Price, p.Field, p.Text, p.Other)
	}
	return fmt.Sprintf("price %d: %s: %s", p.Price, p.Field, p.Text)
}

// Problems is everything wrong with a specification.
type Problems []Problem

// Error has one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// wrongs collects the problems of one price.
type wrongs struct {
	price int
	all   Problems
}

func (w *wrongs) addf(wrong bool, field, format string, args ...any) {
	if wrong {
		w.all = append(w.all, Problem{Price: w.price, Field: field, Text: fmt.Sprintf(format, args...)})
	}
}

// Million is the whole that [Discount.Millionths] are of.
const Million = 1_000_000

func (s *Spec) check() Problems {
	w := &wrongs{price: -1}
	w.addf(s.Name == "", "Name", "is missing")
	w.addf(s.Scope.Provider == "", "Scope.Provider", "is missing")
	w.addf(s.Source.Location == "", "Source.Location", "is missing")
	w.addf(s.ObservedAt.IsZero(), "ObservedAt", "is missing: a price without a date cannot be trusted")
	w.addf(len(s.Prices) == 0, "Prices", "there are none")
	for _, d := range s.Discounts {
		w.addf(len(d.Accounts) == 0, "Discounts", "a discount names no account")
		w.addf(d.Millionths <= 0 || d.Millionths >= Million, "Discounts", "a discount is more than 0 and less than 100 percent")
		for _, m := range d.Meters {
			w.addf(metered[m].thing == "", "Discounts", "%q is no meter", string(m))
		}
	}
	for i := range s.Prices {
		w.price = i
		s.Prices[i].check(w)
	}
	return append(w.all, clashes(s.Prices)...)
}

func (p *Price) check(w *wrongs) {
	w.addf(metered[p.Meter].thing == "", "Meter", "%q is no meter", string(p.Meter))
	if err := p.Unit.fits(p.Meter); err != nil {
		w.addf(true, "Unit", "%v", err)
	}
	w.addf(p.Per < 0, "Per", "is negative")
	w.addf(p.Meter == MeterCompute && p.Size == "", "Size", "is missing: which size is it the price of?")
	w.addf(p.Meter == MeterImage && p.Size == "", "Size", "is missing: which image is it the price of?")
	w.addf(!slices.Contains([]Meter{MeterCompute, MeterImage, MeterDisk}, p.Meter) && p.Size != "", "Size", "%s has no size", p.Meter)
	p.checkAmounts(w)
	p.checkCommitment(w)
	p.checkTime(w)
	w.addf(p.Tier.Start < 0 || p.Tier.End != 0 && p.Tier.End <= p.Tier.Start, "Tier", "does not end after its start")
	w.addf(p.Tier != Tier{} && p.Meter != MeterEgress && p.Meter != MeterDisk, "Tier", "only egress and disk have tiers")
	for _, a := range p.Includes {
		w.addf(a.Quantity <= 0 || a.Quantity > mostIncluded, "Includes", "a quantity is not from 1 to %d", mostIncluded)
		w.addf(p.Meter != MeterCompute, "Includes", "only a size includes something")
		if err := a.Unit.allowed(a.Meter); err != nil {
			w.addf(true, "Includes", "%v", err)
		}
	}
}

func (p *Price) checkAmounts(w *wrongs) {
	amounts := []struct {
		field string
		Money
	}{
		{"ListUnitPrice", p.ListUnitPrice},
		{"ContractedUnitPrice", p.ContractedUnitPrice},
		{"Fee", p.Fee},
		{"MonthlyCap", p.MonthlyCap},
	}
	price := p.UnitPrice()
	w.addf(!price.Known(), "ListUnitPrice", "is missing: leave the whole price out when it is not known")
	for _, a := range amounts {
		w.addf(a.nanos < 0, a.field, "is negative: %s", a.Money)
		w.addf(a.Known() && price.Known() && a.currency != price.currency, a.field, "is in %s, the price in %s", a.currency, price.currency)
		_, coded := digits[a.currency]
		w.addf(a.Known() && !coded, a.field, "%q is no currency", string(a.currency))
	}
	w.addf(price.IsZero() && p.Zero == "", "Zero", "a price of zero needs its reason: free tier, included, paid upfront or free")
	w.addf(!price.IsZero() && p.Zero != "", "Zero", "a reason for zero with a price that is not zero")
	w.addf(!slices.Contains([]Zero{"", ZeroFreeTier, ZeroIncluded, ZeroUpfront, ZeroFree}, p.Zero), "Zero", "%q is no reason, want free tier, included, paid upfront or free", string(p.Zero))
}

func (p *Price) checkCommitment(w *wrongs) {
	w.addf(!slices.Contains([]Category{"", Standard, Committed, Dynamic, Other}, p.Category), "Category", "%q is not Standard, Committed, Dynamic or Other", string(p.Category))
	w.addf(!slices.Contains([]Term{NoTerm, OneYear, ThreeYears}, p.Term), "Term", "%q is not 1y or 3y", string(p.Term))
	w.addf(!slices.Contains([]Upfront{"", NoUpfront, PartialUpfront, AllUpfront}, p.Upfront), "Upfront", "%q is not none, partial or all", string(p.Upfront))
	committed := p.Category == Committed
	w.addf(committed && p.Term == NoTerm, "Term", "is missing: a committed price binds for 1y or 3y")
	w.addf(!committed && p.Term != NoTerm, "Term", "only a committed price has one")
	w.addf(p.Term == NoTerm && p.Upfront != "", "Upfront", "only a price with a term has it")
	w.addf(!committed && p.Fee.Known(), "Fee", "only a committed price has one")
	w.addf(p.Zero == ZeroUpfront && p.Fee.nanos <= 0, "Fee", "is missing, and the price says that it was paid upfront")
	w.addf(committed && p.HoursPerMonth == 0, "HoursPerMonth", "is missing: a commitment is paid for every hour of a month")
}

// mostIncluded is an allowance beyond which somebody has mistaken the unit.
const mostIncluded = 1_000_000

// longestMonth is 31 days in hours.
const longestMonth = 744

func (p *Price) checkTime(w *wrongs) {
	m, err := p.Unit.Measure()
	w.addf(p.Granularity < 0, "Granularity", "is negative")
	w.addf(p.Minimum < 0, "Minimum", "is negative")
	w.addf(err == nil && !m.timed() && (p.Granularity > 0 || p.Minimum > 0), "Granularity", "%s is not charged by time", p.Unit)
	w.addf(p.HoursPerMonth < 0 || p.HoursPerMonth > longestMonth, "HoursPerMonth", "%d is not between 1 and %d", p.HoursPerMonth, longestMonth)
	w.addf(p.HoursPerMonth == 0 && (m.Month || p.MonthlyCap.Known()), "HoursPerMonth", "is missing: how long is the seller's month? 730, 720, 672")
	w.addf(p.MonthlyCap.Known() && p.Meter != MeterCompute, "MonthlyCap", "only a size has one")
	w.addf(!p.ValidTo.IsZero() && !p.ValidTo.After(p.ValidFrom), "ValidTo", "is not after the start")
}
