// Package libcloud reads the price file of Apache Libcloud (pricing.json) into
// tariffs: hourly prices of sizes. The file writes 0.0 for what nobody knew, so
// that every zero is reported as missing and none becomes a price. It knows the
// form of that file and the model of tariffs, and nothing else.
package libcloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"occigate/gateway/broker/tariff"
)

// Import is what a price file holds.
type Import struct {
	Tariffs []*tariff.Tariff // one for each group and region that has a price, ordered by name
	Rows    int              // prices in the file, those that are missing too
	Zeros   int              // rows that are zero, whose price is not known
	Missing []Missing        // rows that are left out, with the zeros, in the order of their places
	Skipped []string         // groups that are not prices of sizes, such as those of parts
}

// Missing is a row that is left out.
type Missing struct {
	Place string // JSON pointer: /compute/ec2_linux/t3.micro/eu-west-1
	Why   string
}

// Load reads the file at a path. The file does not say its currency: most of it
// is USD. What is not of its form is an error that names file and place.
func Load(path string, currency tariff.Currency) (*Import, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("libcloud prices: %w", err)
	}
	return Parse(path, text, currency)
}

// Parse is Load of a text that is at hand.
func Parse(name string, text []byte, currency tariff.Currency) (*Import, error) {
	if _, err := tariff.ParseCurrency(string(currency)); err != nil {
		return nil, err
	}
	var file struct {
		Compute map[string]json.RawMessage `json:"compute"`
		Updated int64                      `json:"updated"` // Unix time
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, malformed(err))
	}
	if file.Updated <= 0 || len(file.Compute) == 0 {
		return nil, fmt.Errorf("%s: compute or updated is missing: it is no price file of Libcloud", name)
	}
	r := &reading{
		source: tariff.SourceOf(name, text), currency: currency, observed: time.Unix(file.Updated, 0).UTC(),
		prices: map[scope][]tariff.Price{},
	}
	for _, group := range slices.Sorted(maps.Keys(file.Compute)) {
		if err := r.group(group, file.Compute[group]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.finish()
}

func malformed(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	}
	return err
}

// scope is what one tariff is of.
type scope struct{ provider, region string }

// reading is a file being read.
type reading struct {
	Import
	source   tariff.Source
	currency tariff.Currency
	observed time.Time
	prices   map[scope][]tariff.Price
}

// systems are what the names of groups end in where Libcloud says the operating
// system.
var systems = []string{"linux", "windows"}

// group reads the sizes of a driver: each with a price, or with one for each
// region. A group of another form is skipped.
func (r *reading) group(name string, text json.RawMessage) error {
	place := "/compute/" + name
	var sizes map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&sizes); err != nil {
		return fmt.Errorf("%s: here should be sizes with their prices", place)
	}
	if !plain(sizes) {
		r.Skipped = append(r.Skipped, name)
		return nil
	}
	provider, os := name, ""
	for _, system := range systems {
		if before, is := strings.CutSuffix(name, "_"+system); is {
			provider, os = before, system
		}
	}
	for _, size := range slices.Sorted(maps.Keys(sizes)) {
		price := tariff.Price{Meter: tariff.MeterCompute, Unit: "Hours", Size: size, OS: os}
		regions, several := sizes[size].(map[string]any)
		if !several {
			regions = map[string]any{"": sizes[size]}
		}
		if len(regions) == 0 {
			r.Missing = append(r.Missing, Missing{place + "/" + size, "no region has a price"})
		}
		for _, region := range slices.Sorted(maps.Keys(regions)) {
			at := strings.TrimSuffix(place+"/"+size+"/"+region, "/")
			if err := r.row(at, regions[region], scope{provider, region}, price); err != nil {
				return err
			}
		}
	}
	return nil
}

// plain reports whether a group holds prices, or regions with prices.
func plain(sizes map[string]any) bool {
	for _, value := range sizes {
		regions, several := value.(map[string]any)
		if !several {
			continue
		}
		for _, price := range regions {
			switch price.(type) {
			case json.Number, string:
			default:
				return false
			}
		}
	}
	return true
}

// row reads one price. One that is written as text is exact too.
func (r *reading) row(place string, value any, of scope, p tariff.Price) error {
	text, is := value.(string)
	if number, isNumber := value.(json.Number); isNumber {
		text, is = number.String(), true
	}
	amount, err := decimal.NewFromString(text)
	switch {
	case !is || err != nil:
		return fmt.Errorf("%s: %v is no price", place, value)
	case amount.IsNegative():
		return fmt.Errorf("%s: %s is negative", place, amount)
	}
	r.Rows++
	var why string
	if p.ListUnitPrice, why = r.money(amount); why != "" {
		r.Missing = append(r.Missing, Missing{place, why})
	} else {
		r.prices[of] = append(r.prices[of], p)
	}
	return nil
}

// money is an amount, or why there is none that could be used.
func (r *reading) money(amount decimal.Decimal) (m tariff.Money, why string) {
	if amount.IsZero() {
		r.Zeros++
		return m, "zero: nobody knew the price"
	}
	m, err := tariff.FromDecimal(amount, r.currency)
	if err != nil {
		return m, err.Error()
	}
	return m, ""
}

// finish makes the tariffs.
func (r *reading) finish() (*Import, error) {
	for of, prices := range r.prices {
		name := strings.TrimSpace("libcloud " + of.provider + " " + of.region)
		t, err := tariff.New(tariff.Spec{
			Name: name, Scope: tariff.Scope{Provider: of.provider, Region: of.region},
			Source: r.source, ObservedAt: r.observed, Prices: prices,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", r.source.Location, name, err)
		}
		r.Tariffs = append(r.Tariffs, t)
	}
	slices.SortFunc(r.Tariffs, func(a, b *tariff.Tariff) int { return strings.Compare(a.Name(), b.Name()) })
	return &r.Import, nil
}
