// Package tariff is what clouds charge, as one neutral model: exact money, the
// price of one thing with its dates and conditions, and the tariff that holds
// the prices of one seller. Names are those of FOCUS 1.2 where it has them.
// It knows no cloud, no file format, no exchange rate and no inventory, and it
// holds no floating-point number: a test reads its source.
package tariff

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Scope says whose prices a tariff holds.
type Scope struct {
	Provider string   // name of the adapter: "ec2"
	Region   string   // as [providers.Identity] has it; "" is every region of the provider
	Accounts []string // uids; none is every account
}

// Covers reports whether the scope is that of an account.
func (s Scope) Covers(provider, region, uid string) bool {
	return s.Provider == provider && (s.Region == "" || s.Region == region) &&
		(len(s.Accounts) == 0 || slices.Contains(s.Accounts, uid))
}

// Source is where a tariff was read, so that a figure can be looked up again.
type Source struct {
	Location string // file or URL, without credentials
	Digest   string // SHA-256 of what was read, in hexadecimal
	Sample   bool   // invented for the demo; shown wherever the prices are
}

// SourceOf is the source of a text that was read as a whole.
func SourceOf(location string, text []byte) Source {
	sum := sha256.Sum256(text)
	return Source{Location: location, Digest: hex.EncodeToString(sum[:])}
}

// Discount lowers what some accounts pay: a contract, in percent of the list.
type Discount struct {
	Accounts   []string // uids
	Meters     []Meter  // none is every meter
	Millionths int64    // of the list price that are taken off: 75000 is 7.5 %
}

// Spec is what a tariff is made of.
type Spec struct {
	Name       string // of its origin, unique among tariffs: "ec2 eu-central-1 list"
	Scope      Scope
	Source     Source
	ObservedAt time.Time // when the seller said so; never when we last tried
	Prices     []Price
	Discounts  []Discount
}

// Tariff is an immutable set of prices of one seller. It is safe for concurrent
// use; what its methods return must not be modified.
type Tariff struct {
	spec   Spec
	digest string
}

// New checks a specification and makes a tariff of it. Everything wrong is
// reported at once, as [Problems]; a tariff is taken whole or not at all.
// Spec is copied; the prices are put into the order of [Price.Key] and tier.
func New(s Spec) (*Tariff, error) {
	problems := s.check()
	if len(problems) > 0 {
		return nil, problems
	}
	s.Scope.Accounts = slices.Clone(s.Scope.Accounts)
	s.Discounts = slices.Clone(s.Discounts)
	s.Prices = slices.Clone(s.Prices)
	for i := range s.Prices {
		s.Prices[i].fill()
	}
	slices.SortStableFunc(s.Prices, func(a, b Price) int {
		return cmp.Or(a.Key().compare(b.Key()), a.ValidFrom.Compare(b.ValidFrom), cmp.Compare(a.Tier.Start, b.Tier.Start))
	})
	digest, err := digestOf(s)
	return &Tariff{spec: s, digest: digest}, err
}

// digestOf digests what is charged, not where and when it was read, so that two
// readings of one price list are known to be equal.
func digestOf(s Spec) (string, error) {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	for i := range s.Prices {
		if err := encoder.Encode(&s.Prices[i]); err != nil {
			return "", err
		}
	}
	if err := encoder.Encode(s.Discounts); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Name is that of the specification.
func (t *Tariff) Name() string { return t.spec.Name }

// Scope says whose prices these are.
func (t *Tariff) Scope() Scope { return t.spec.Scope }

// Source says where the prices were read.
func (t *Tariff) Source() Source { return t.spec.Source }

// ObservedAt is when the seller said so.
func (t *Tariff) ObservedAt() time.Time { return t.spec.ObservedAt }

// Prices are all prices, past and future ones too, ordered by key, validity and
// tier.
func (t *Tariff) Prices() []Price { return t.spec.Prices }

// Discounts are the contracts of single accounts.
func (t *Tariff) Discounts() []Discount { return t.spec.Discounts }

// Digest is equal for tariffs that charge the same, wherever they come from.
func (t *Tariff) Digest() string { return t.digest }

// DiscountOf is what an account gets off a meter, in millionths of the list
// price; the greatest counts when more than one fits.
func (t *Tariff) DiscountOf(uid string, meter Meter) (millionths int64) {
	for _, d := range t.spec.Discounts {
		if slices.Contains(d.Accounts, uid) && (len(d.Meters) == 0 || slices.Contains(d.Meters, meter)) {
			millionths = max(millionths, d.Millionths)
		}
	}
	return millionths
}
