package providers

import (
	"context"
	"time"

	"github.com/shopspring/decimal"
)

// PriceLister tells what its cloud charges. Where that is found is said by the
// account's settings; an account that has none is asked for none.
type PriceLister interface {
	// PriceSources are the places that the prices come from, empty when the
	// settings name none. It calls no cloud.
	PriceSources() []PriceSource

	// Prices reads the source of that name: everything or an error. edition is
	// what the newest reading gave, "" for none; a source that has not changed
	// since may answer with Unchanged and without prices. What makes no sense is
	// [ErrUnavailable] and names the place in the document.
	Prices(ctx context.Context, source, edition string) (PriceList, error)
}

// PriceSource is one place that prices come from.
type PriceSource struct {
	Name   string        // unique in the account: "AmazonEC2", "spot"
	Key    string        // sources with one key give the same prices, whosever they are; "" is this account's alone
	Region string        // that the prices are of, as [Identity] has it; "" when it is not known beforehand
	Every  time.Duration // how often it is worth asking
	Local  bool          // files of this machine: no cloud is called

	// Discount is what the account gets off the list by contract, in millionths:
	// 75000 is 7.5 percent. 0 is none. It is not in the prices.
	Discount int64
}

// PriceList is what a source says.
type PriceList struct {
	Region    string    // as [Identity] has it
	Location  string    // file or URL, or name of the call, without credentials
	Digest    string    // SHA-256 of what was read, in hexadecimal; "" when unchanged
	Edition   string    // to be handed in next time: opaque text
	Observed  time.Time // when the seller said so: time of the answer, for a file the date in it
	Unchanged bool      // the same as the edition that was handed in, and said again at Observed
	Prices    []Price
	Missing   int // rows that were left out because their price is not said: missing is not free
}

// Priced is what a price is of.
type Priced string

// The things that have prices.
const (
	PricedServer  Priced = "server"  // a machine of one size, as a whole
	PricedImage   Priced = "image"   // a machine made from one image, beside its size
	PricedVolume  Priced = "volume"  // a disk
	PricedAddress Priced = "address" // a public address
	PricedEgress  Priced = "egress"  // bytes that leave for the internet
)

// PriceCategory is the kind of promise, in the words of FOCUS.
type PriceCategory string

// The categories.
const (
	PriceStandard  PriceCategory = "Standard"  // on demand
	PriceCommitted PriceCategory = "Committed" // paid for a term, used or not
	PriceDynamic   PriceCategory = "Dynamic"   // changes by the hour
)

// Price is what one thing costs under certain conditions. A thing whose price is
// not known has no Price; a zero says why it is zero. Fields that do not apply are
// zero.
type Price struct {
	SKU      string // the seller's number of the thing; "" when there is none
	PriceID  string // the seller's number of the thing and its conditions; likewise
	Of       Priced
	Item     string // id of the size, image or type of volume; "" is the type that a new volume gets
	Category PriceCategory

	Amount   decimal.Decimal // exact, not negative
	Currency string          // ISO 4217
	Unit     string          // of FOCUS: "Hours", "GiB-Months", "GiB"
	Zero     string          // why the amount is zero: "free tier", "included", "paid upfront", "free"

	Zone    string // id; "" is the whole region
	OS      string // whose licence is in the price: "linux", "windows", "rhel", "suse"; "" is any
	Tenancy string // "dedicated"; "" is shared

	Years   int             // how long a committed price binds
	Upfront string          // of a committed price: "none", "partial", "all"
	Fee     decimal.Decimal // paid once for the term, beside the amount

	TierFrom, TierTo int64 // range of a month's quantity, in units; TierTo 0 is no end

	Granularity   int64 // seconds: what runs is charged for whole ones
	Minimum       int64 // seconds
	HoursPerMonth int64 // the seller's own month, where it counts

	ValidFrom time.Time // zero is since ever
	ValidTo   time.Time // first moment that it is no more valid; zero is without end
}
