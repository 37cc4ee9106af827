package desk

import (
	"strings"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
)

// Hour is what a machine of a size costs for an hour while it runs, on demand;
// its disks and addresses are charged beside it.
type Hour struct {
	tariff.Money
	Charges []broker.Charge // at least one; the sum is made of them
}

// SKU names all prices that the hour is made of.
func (h Hour) SKU() string {
	names := make([]string, len(h.Charges))
	for i, c := range h.Charges {
		names[i] = c.Price.SkuPriceID
	}
	return strings.Join(names, " + ")
}

// Hours says what sizes of one account cost at the moment. It is for many sizes at
// once; a nil one knows no price.
type Hours struct{ tab *broker.Tab }

// Hours are those of an account, for machines with an operating system's licence,
// "" for Linux.
func (d *Desk) Hours(uid, os string) Hours {
	return Hours{d.Market().Tab(uid, os, d.o.Currency)}
}

// Of is the hour of a size; ok is false when nobody has said what it costs.
func (h Hours) Of(size string) (hour Hour, ok bool) {
	if h.tab == nil {
		return hour, false
	}
	charges, ok := h.tab.Size(size)
	if !ok {
		return hour, false
	}
	return hourOf(charges)
}

// hourOf adds charges up; ok is false when there are none or they cannot be added.
func hourOf(charges []broker.Charge) (hour Hour, ok bool) {
	if len(charges) == 0 {
		return hour, false
	}
	hour = Hour{charges[0].Hour, charges}
	for _, c := range charges[1:] {
		sum, err := hour.Add(c.Hour)
		if err != nil {
			return hour, false
		}
		hour.Money = sum
	}
	return hour, true
}
