package tariff

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Meter is what usage is counted (SkuMeter).
type Meter string

// The meters. A cloud that sells sizes has [MeterCompute]; one that sells parts
// has cores or processor speed, memory and disk; some have both.
const (
	MeterCompute Meter = "Compute Usage"      // a machine of one size, as a whole
	MeterCore    Meter = "Core Usage"         // cores as the cloud counts them: vCPUs where it says so
	MeterSpeed   Meter = "CPU Speed Usage"    // processor speed, the sum over all cores
	MeterMemory  Meter = "Memory Usage"       // memory
	MeterDisk    Meter = "Block Volume Usage" // disks, those of stopped machines too
	MeterAddress Meter = "IP Address Usage"   // public addresses
	MeterEgress  Meter = "Data Transfer"      // bytes that leave for the internet
	MeterImage   Meter = "Image Usage"        // a machine made from one image, beside its size
)

// Category keeps kinds of promise apart (PricingCategory). They are never ranked
// against each other unless somebody asks for it.
type Category string

// The categories.
const (
	Standard  Category = "Standard"  // on demand, at the list or agreed price
	Committed Category = "Committed" // paid for a term, used or not
	Dynamic   Category = "Dynamic"   // changes by the hour: spot
	Other     Category = "Other"
)

// Term is how long a committed price binds.
type Term string

// The terms.
const (
	NoTerm     Term = ""
	OneYear    Term = "1y"
	ThreeYears Term = "3y"
)

// Upfront is how much of a committed price is paid at once.
type Upfront string

// The ways to pay; empty without a term.
const (
	NoUpfront      Upfront = "none"
	PartialUpfront Upfront = "partial"
	AllUpfront     Upfront = "all"
)

// Zero says why something costs nothing. A zero without a reason is taken for a
// price that is missing, and refused.
type Zero string

// The reasons.
const (
	ZeroFreeTier Zero = "free tier"    // the first units are free
	ZeroIncluded Zero = "included"     // paid with something else
	ZeroUpfront  Zero = "paid upfront" // paid with the fee of a committed price
	ZeroFree     Zero = "free"         // the seller charges nothing for it
)

// Tier is the range of a month's quantity that a price is for, in units of the
// price. End 0 is no end.
type Tier struct{ Start, End int64 }

// Allowance is what comes with a size and is not charged on top: a disk,
// addresses, or egress for each month.
type Allowance struct {
	Meter    Meter // disk, address or egress
	Quantity int64
	Unit     Unit // GB, GiB, Addresses: without a time
}

// Price is what one thing costs under certain conditions. Fields that do not
// apply are zero.
type Price struct {
	SkuID      string // of the thing; default: meter and size
	SkuPriceID string // of the thing and its conditions, the same for every amount, currency and date; default: made of them
	Meter      Meter
	Unit       Unit     // PricingUnit: one "GiB-Hours", or Per of them
	Per        int64    // for how many units at once the price is; default 1
	Category   Category // default Standard

	ListUnitPrice       Money // unknown where the seller publishes none
	ContractedUnitPrice Money // unknown where nothing else is agreed; counts before the list price
	Zero                Zero  // why the price that counts is zero

	// What the price is of. Size is the size's id or name for MeterCompute, the
	// image's id for MeterImage, and empty otherwise: of several kinds of disk, quotes take the one that a new
	// volume gets, which is the one without a size.
	Size    string
	Zone    string // part of the region; "" is all of it
	OS      string // "linux", "windows": the system whose licence is in the price; "" is any
	Licence string // further software whose licence is in the price: "sql-standard"
	Tenancy string // "dedicated", "host"; "" is shared
	Term    Term
	Upfront Upfront
	Fee     Money // paid once for the term, beside the unit price
	Tier    Tier

	// How time is counted. A machine that runs is charged for whole Granularity
	// and at least Minimum, both in seconds; 0 is one second, and no minimum.
	// HoursPerMonth is the seller's own month: 730, 720, 672.
	Granularity   int64
	Minimum       int64
	MonthlyCap    Money // no month costs more than this
	HoursPerMonth int64

	Includes  []Allowance
	ValidFrom time.Time         // zero is since ever
	ValidTo   time.Time         // first moment that it is no more valid; zero is without end
	Details   map[string]string // SkuPriceDetails: the seller's own words
}

// UnitPrice is what counts: the contracted price where there is one, else the
// list price.
func (p *Price) UnitPrice() Money {
	if p.ContractedUnitPrice.Known() {
		return p.ContractedUnitPrice
	}
	return p.ListUnitPrice
}

// ValidAt reports whether the price is in force.
func (p *Price) ValidAt(t time.Time) bool {
	return !t.Before(p.ValidFrom) && (p.ValidTo.IsZero() || t.Before(p.ValidTo))
}

// Key is what two prices must differ in to be in force at one time, apart from
// the tier.
type Key struct {
	Meter                            Meter
	Size, Zone, OS, Licence, Tenancy string
	Category                         Category
	Term                             Term
	Upfront                          Upfront
	Currency                         Currency
}

// Key is the price's.
func (p *Price) Key() Key {
	return Key{
		Meter: p.Meter, Size: p.Size, Zone: p.Zone, OS: p.OS, Licence: p.Licence, Tenancy: p.Tenancy,
		Category: p.Category, Term: p.Term, Upfront: p.Upfront, Currency: p.UnitPrice().Currency(),
	}
}

func (k Key) compare(o Key) int {
	return cmp.Or(
		cmp.Compare(k.Meter, o.Meter), cmp.Compare(k.Size, o.Size), cmp.Compare(k.Zone, o.Zone),
		cmp.Compare(k.OS, o.OS), cmp.Compare(k.Licence, o.Licence), cmp.Compare(k.Tenancy, o.Tenancy),
		cmp.Compare(k.Category, o.Category), cmp.Compare(k.Term, o.Term), cmp.Compare(k.Upfront, o.Upfront),
		cmp.Compare(k.Currency, o.Currency),
	)
}

// fill sets the defaults.
func (p *Price) fill() {
	p.Per = cmp.Or(p.Per, 1)
	p.Category = cmp.Or(p.Category, Standard)
	p.SkuID = cmp.Or(p.SkuID, joined(string(p.Meter), p.Size))
	if p.SkuPriceID == "" {
		tier := ""
		if p.Tier.Start > 0 {
			tier = "from " + strconv.FormatInt(p.Tier.Start, 10)
		}
		p.SkuPriceID = joined(p.SkuID, p.Zone, p.OS, p.Licence, p.Tenancy, string(p.Category), string(p.Term), string(p.Upfront), tier)
	}
}

// joined puts a slash between the parts that are not empty.
func joined(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "/")
}
