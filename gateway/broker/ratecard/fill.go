package ratecard

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"occigate/gateway/broker/tariff"
)

// The keys of a card, in the order that messages list them.
var (
	headKeys = []string{
		"provider", "region", "accounts", "currency", "observed", "sample",
		"hours_per_month", "granularity", "minimum", "valid_from", "valid_to",
	}
	priceKeys = []string{
		"meter", "size", "unit", "price", "contracted", "currency", "zero", "per", "includes",
		"tier_from", "tier_to", "granularity", "minimum", "cap", "hours_per_month",
		"zone", "os", "licence", "tenancy", "category", "term", "upfront", "fee",
		"valid_from", "valid_to", "sku", "sku_price", "note",
	}
	discountKeys = []string{"accounts", "percent", "meters"}

	// listKeys have several values, with a semicolon between them in CSV.
	listKeys = []string{"accounts", "meters", "includes"}
)

// meters are the words that cards have for them.
var meters = map[string]tariff.Meter{
	"compute": tariff.MeterCompute, "core": tariff.MeterCore, "speed": tariff.MeterSpeed, "memory": tariff.MeterMemory,
	"disk": tariff.MeterDisk, "addresses": tariff.MeterAddress, "egress": tariff.MeterEgress,
	"image": tariff.MeterImage,
}

// fill reads the values of a card.
func (c *card) fill(spec *tariff.Spec, now time.Time) {
	before := len(c.problems)
	head := reading{card: c, record: c.head, now: now}
	spec.Scope.Provider = head.text("provider")
	spec.Scope.Region = head.text("region")
	spec.Scope.Accounts = head.list("accounts")
	spec.Source.Sample = head.flag("sample")
	spec.ObservedAt = head.date("observed")
	if spec.ObservedAt.After(now) {
		head.wrong("observed", "is in the future: it is the day on which the seller said so")
	}
	head.defaults()
	c.head.faulty = len(c.problems) > before
	for i := range c.prices {
		before := len(c.problems)
		spec.Prices = append(spec.Prices, c.price(c.prices[i], now))
		c.prices[i].faulty = c.prices[i].faulty || len(c.problems) > before
	}
	for _, r := range c.discounts {
		spec.Discounts = append(spec.Discounts, c.discount(r, now))
	}
}

// defaults looks at what prices inherit, so that a fault is said once.
func (r reading) defaults() {
	if text := r.text("currency"); text != "" {
		r.currency()
	}
	r.number("hours_per_month")
	r.seconds("granularity")
	r.seconds("minimum")
	r.date("valid_from")
	r.date("valid_to")
}

// inherited are the keys of the head that hold for every price without its own.
var inherited = []string{"currency", "hours_per_month", "granularity", "minimum", "valid_from", "valid_to"}

func (c *card) price(own record, now time.Time) tariff.Price {
	r := record{line: own.line, cells: maps.Clone(own.cells)}
	r.inherit(c.head)
	in := reading{card: c, record: r, own: own.cells, now: now}
	p := tariff.Price{
		SkuID: in.text("sku"), SkuPriceID: in.text("sku_price"),
		Meter: in.meter("meter"), Unit: tariff.Unit(in.text("unit")), Size: in.text("size"), Per: in.number("per"),
		Category:      tariff.Category(in.text("category")),
		ListUnitPrice: in.money("price"), ContractedUnitPrice: in.money("contracted"), Zero: tariff.Zero(in.text("zero")),
		Zone: in.text("zone"), OS: in.text("os"), Licence: in.text("licence"), Tenancy: in.text("tenancy"),
		Term: tariff.Term(in.text("term")), Upfront: tariff.Upfront(in.text("upfront")), Fee: in.money("fee"),
		Tier:       tariff.Tier{Start: in.number("tier_from"), End: in.number("tier_to")},
		MonthlyCap: in.money("cap"), HoursPerMonth: in.number("hours_per_month"), Includes: in.includes("includes"),
		ValidFrom: in.date("valid_from"), ValidTo: in.date("valid_to"),
	}
	if m, err := p.Unit.Measure(); err == nil && (m.Seconds > 0 || m.Month) {
		p.Granularity, p.Minimum = in.seconds("granularity"), in.seconds("minimum")
	}
	if note := in.text("note"); note != "" {
		p.Details = map[string]string{"note": note}
	}
	return p
}

// inherit takes from the head what a record does not have.
func (r record) inherit(head record) {
	for _, key := range inherited {
		if _, given := r.cells[key]; !given {
			if c, known := head.cells[key]; known {
				r.cells[key] = c
			}
		}
	}
}

func (c *card) discount(r record, now time.Time) (d tariff.Discount) {
	in := reading{card: c, record: r, own: r.cells, now: now}
	d.Accounts = in.list("accounts")
	for _, word := range in.list("meters") {
		d.Meters = append(d.Meters, in.meterOf("meters", word))
	}
	percent, err := decimal.NewFromString(cmp.Or(in.text("percent"), "0"))
	millionths := percent.Shift(4)
	if err != nil || !millionths.IsInteger() || !millionths.BigInt().IsInt64() {
		in.wrong("percent", "%q is no percentage, want one such as 7.5 with at most four decimals", in.text("percent"))
		return d
	}
	d.Millionths = millionths.IntPart()
	return d
}

// allowance reads "disk 60 GB" or "addresses 1".
func allowance(text string) (a tariff.Allowance, err error) {
	parts := strings.Fields(text)
	if len(parts) == 2 && parts[0] == "addresses" {
		parts = append(parts, "Addresses")
	}
	if len(parts) != 3 || meters[parts[0]] == "" {
		return a, fmt.Errorf("%q is no allowance, want one such as disk 60 GB, egress 100 GB or addresses 1", text)
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return a, fmt.Errorf("%q is no whole number", parts[1])
	}
	return tariff.Allowance{Meter: meters[parts[0]], Quantity: n, Unit: tariff.Unit(parts[2])}, nil
}
