package sources

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// meters are what the things of the contract are counted as.
var meters = map[providers.Priced]tariff.Meter{
	providers.PricedServer:  tariff.MeterCompute,
	providers.PricedVolume:  tariff.MeterDisk,
	providers.PricedAddress: tariff.MeterAddress,
	providers.PricedEgress:  tariff.MeterEgress,
	providers.PricedImage:   tariff.MeterImage,
}

var terms = map[int]tariff.Term{0: tariff.NoTerm, 1: tariff.OneYear, 3: tariff.ThreeYears}

// tariffOf makes a tariff of what a source says, for the accounts that have it.
func (s *source) tariffOf(list *providers.PriceList) (*tariff.Tariff, error) {
	spec := tariff.Spec{
		Name: s.key, ObservedAt: list.Observed,
		Scope:     s.scope(list.Region),
		Source:    tariff.Source{Location: list.Location, Digest: list.Digest},
		Discounts: s.discounts,
		Prices:    make([]tariff.Price, len(list.Prices)),
	}
	for i := range list.Prices {
		var err error
		if spec.Prices[i], err = price(&list.Prices[i]); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", list.Location, named(&list.Prices[i]), err)
		}
	}
	t, err := tariff.New(spec)
	var problems tariff.Problems
	if errors.As(err, &problems) {
		return nil, described(list, problems)
	}
	return t, err
}

// scope says whose prices they are.
func (s *source) scope(region string) tariff.Scope {
	scope := tariff.Scope{Provider: s.accounts[0].Cloud, Region: region}
	if s.public {
		return scope
	}
	for _, a := range s.accounts {
		scope.Accounts = append(scope.Accounts, a.UID)
	}
	return scope
}

// described says of which prices the problems are: the first few, and how many.
func described(list *providers.PriceList, problems tariff.Problems) error {
	const most = 5
	var all []error
	for _, p := range problems[:min(most, len(problems))] {
		what := "the list"
		if p.Price >= 0 {
			what = named(&list.Prices[p.Price])
		}
		text := p.Text
		if p.Clash {
			text += " as in " + named(&list.Prices[p.Other])
		}
		all = append(all, fmt.Errorf("%s: %s: %s: %s", list.Location, what, p.Field, text))
	}
	if rest := len(problems) - most; rest > 0 {
		all = append(all, fmt.Errorf("%s: and %d more", list.Location, rest))
	}
	return errors.Join(all...)
}

// named is a price for people.
func named(p *providers.Price) string {
	if p.PriceID != "" {
		return "price " + p.PriceID
	}
	return fmt.Sprintf("price of the %s %q", p.Of, p.Item)
}

// price takes a price over, exactly or not at all.
func price(p *providers.Price) (tariff.Price, error) {
	currency, err := tariff.ParseCurrency(p.Currency)
	if err != nil {
		return tariff.Price{}, err
	}
	amount, per, err := money(p.Amount, currency)
	if err != nil {
		return tariff.Price{}, err
	}
	term, known := terms[p.Years]
	if !known {
		return tariff.Price{}, fmt.Errorf("it binds for %d years, want 1 or 3", p.Years)
	}
	out := tariff.Price{
		SkuID: p.SKU, SkuPriceID: p.PriceID, Meter: meters[p.Of], Unit: tariff.Unit(p.Unit), Per: per,
		Category: tariff.Category(p.Category), ListUnitPrice: amount, Zero: tariff.Zero(p.Zero),
		Size: p.Item, Zone: p.Zone, OS: p.OS, Tenancy: p.Tenancy,
		Term: term, Upfront: tariff.Upfront(p.Upfront), Tier: tariff.Tier{Start: p.TierFrom, End: p.TierTo},
		Granularity: p.Granularity, Minimum: p.Minimum, HoursPerMonth: p.HoursPerMonth,
		ValidFrom: p.ValidFrom, ValidTo: p.ValidTo,
	}
	if !p.Fee.IsZero() {
		out.Fee, err = tariff.FromDecimal(p.Fee, currency)
	}
	return out, err
}

// money is an amount in nano-units. One that has more decimals is the price for
// more units at once.
func money(amount decimal.Decimal, c tariff.Currency) (m tariff.Money, per int64, err error) {
	per = 1
	for _, digits := range []int32{0, 3, 3} {
		for range digits {
			per *= 10
		}
		if m, err = tariff.FromDecimal(amount.Mul(decimal.NewFromInt(per)), c); err == nil {
			return m, per, nil
		}
	}
	return m, per, err
}
