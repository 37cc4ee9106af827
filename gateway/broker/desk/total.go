package desk

import (
	"cmp"
	"slices"

	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/tariff"
)

// Total is what some things cost together by the hour. Amounts of one currency are
// added as they are; each sum is converted once.
type Total struct {
	Hour     tariff.Money   // in the wanted currency; unknown when a rate is missing
	By       []tariff.Money // the same by the sellers' currencies
	Rates    []fx.Rate      // that were used
	Missing  string         // which rate is missing, "" when none is
	Things   int            // that were counted, machines at rest too
	Unknown  int            // of them: nobody knows what these cost, so that they are in no sum
	AtLaunch int            // of them: at the price at which they were made
	Sample   bool           // a price or rate was invented for trying things out
}

// Sum adds costs up in a currency. Sums that no amount can hold are an error.
func (d *Desk) Sum(costs []Cost, in tariff.Currency) (Total, error) {
	t := Total{Hour: tariff.Nanos(0, in)}
	by := map[tariff.Currency]tariff.Money{}
	for i := range costs {
		c := &costs[i]
		t.Things++
		if c.Why != "" {
			t.Unknown++
			continue
		}
		if c.Basis == BasisLaunch {
			t.AtLaunch++
		}
		t.Sample = t.Sample || c.Sample
		sum, known := by[c.Hour.Currency()]
		if !known {
			sum = tariff.Nanos(0, c.Hour.Currency())
		}
		var err error
		if by[c.Hour.Currency()], err = sum.Add(c.Hour); err != nil {
			return t, err
		}
	}
	for _, sum := range by {
		t.By = append(t.By, sum)
	}
	slices.SortFunc(t.By, func(a, b tariff.Money) int { return cmp.Compare(a.Currency(), b.Currency()) })
	return t, t.convert(d.Rates().Table)
}

// rate finds one, or leaves the sum unknown and says which is missing.
func (t *Total) rate(rates *fx.Table, from tariff.Currency) (fx.Rate, bool) {
	rate, err := rates.Rate(from, t.Hour.Currency())
	if err != nil {
		t.Hour, t.Missing = tariff.Money{}, err.Error()
	}
	return rate, err == nil
}

func (t *Total) convert(rates *fx.Table) error {
	for _, sum := range t.By {
		rate, ok := t.rate(rates, sum.Currency())
		if !ok {
			return nil
		}
		part, err := rate.Convert(sum)
		if err != nil {
			return err
		}
		if t.Hour, err = t.Hour.Add(part); err != nil {
			return err
		}
		if !rate.Date.IsZero() {
			t.Rates = append(t.Rates, rate)
			t.Sample = t.Sample || rate.Source.Sample
		}
	}
	return nil
}
