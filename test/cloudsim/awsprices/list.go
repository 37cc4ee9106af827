package awsprices

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"time"
)

// List is the price list of one offer in one region, to be written. The zero
// value of each field but Types means its default.
type List struct {
	Offer     string // AmazonEC2
	Region    string // us-east-1
	Currency  string // USD
	Published time.Time
	Types     int   // how many instance types
	Reserved  bool  // with reserved instances
	Factor    int64 // of all prices, in thousandths: 1000
}

// product is one product with its price, in ten-thousandths; its SKU is made of
// its number.
type product struct {
	family     string
	attributes [][2]string
	unit       string
	tiers      []tier
	reserved   bool
}

type tier struct {
	from, to string
	price    int64
}

func (l *List) defaults() {
	if l.Offer == "" {
		l.Offer = "AmazonEC2"
	}
	if l.Region == "" {
		l.Region = "us-east-1"
	}
	if l.Currency == "" {
		l.Currency = "USD"
	}
	if l.Published.IsZero() {
		l.Published = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	}
	if l.Factor == 0 {
		l.Factor = 1000
	}
}

// Write writes the list in the form of AWS's file: the products, and then the
// terms of each. It holds one product at a time.
func (l List) Write(to io.Writer) error {
	l.defaults()
	w := bufio.NewWriterSize(to, 256<<10)
	fmt.Fprintf(w, `{
  "formatVersion" : "v1.0",
  "disclaimer" : "This pricing list is simulated",
  "offerCode" : %q,
  "version" : %q,
  "publicationDate" : %q,
  "products" : {`, l.Offer, l.Published.Format("20060102150405"), l.Published.Format(time.RFC3339))
	l.each(func(n int, p *product) {
		comma(w, n > 0)
		fmt.Fprintf(w, "\n    %q : ", sku(n))
		p.write(w, n, "    ")
	})
	fmt.Fprint(w, "\n  },\n  \"terms\" : {\n    \"OnDemand\" : {")
	l.each(func(n int, p *product) {
		comma(w, n > 0)
		fmt.Fprintf(w, "\n      %q : {", sku(n))
		l.onDemand(w, n, p)
		fmt.Fprint(w, "\n      }")
	})
	fmt.Fprint(w, "\n    },\n    \"Reserved\" : {")
	first := true
	l.each(func(n int, p *product) {
		if !p.reserved || !l.Reserved {
			return
		}
		comma(w, !first)
		first = false
		fmt.Fprintf(w, "\n      %q : {", sku(n))
		l.leases(w, n, p)
		fmt.Fprint(w, "\n      }")
	})
	fmt.Fprint(w, "\n    }\n  },\n  \"attributesList\" : { }\n}\n")
	return w.Flush()
}

// Documents gives each product as GetProducts does.
func (l List) Documents() (all []string) {
	l.defaults()
	l.each(func(n int, p *product) {
		var text writer
		fmt.Fprint(&text, `{"product":`)
		p.write(&text, n, "")
		fmt.Fprintf(&text, `,"serviceCode":%q,"terms":{"OnDemand":{`, l.Offer)
		l.onDemand(&text, n, p)
		fmt.Fprint(&text, "}")
		if p.reserved && l.Reserved {
			fmt.Fprint(&text, `,"Reserved":{`)
			l.leases(&text, n, p)
			fmt.Fprint(&text, "}")
		}
		fmt.Fprintf(&text, `},"version":%q,"publicationDate":%q}`, l.Published.Format("20060102150405"), l.Published.Format(time.RFC3339))
		all = append(all, string(text))
	})
	return all
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

func comma(w io.Writer, needed bool) {
	if needed {
		fmt.Fprint(w, ",")
	}
}

// sku is a product's number in AWS's form: 16 letters and digits.
func sku(n int) string { return fmt.Sprintf("SKU%013d", n) }

func (p *product) write(w io.Writer, n int, indent string) {
	fmt.Fprintf(w, "{\n%s  \"sku\" : %q,\n%s  \"productFamily\" : %q,\n%s  \"attributes\" : {", indent, sku(n), indent, p.family, indent)
	for i, a := range p.attributes {
		comma(w, i > 0)
		fmt.Fprintf(w, "\n%s    %q : %q", indent, a[0], a[1])
	}
	fmt.Fprintf(w, "\n%s  }\n%s}", indent, indent)
}

// amount writes ten-thousandths as AWS writes prices.
func (l *List) amount(price int64) string {
	tenMillionths := price * l.Factor
	return fmt.Sprintf("%d.%07d000", tenMillionths/10_000_000, tenMillionths%10_000_000)
}

const onDemandCode = "JRTCKXETXF"

func (l *List) onDemand(w io.Writer, n int, p *product) {
	l.term(w, n, onDemandCode, "", func() {
		for i, t := range p.tiers {
			comma(w, i > 0)
			l.dimension(w, sku(n)+"."+onDemandCode+"."+dimensionCode(i), p.unit, t)
		}
	})
}

func dimensionCode(i int) string { return "6YS6EN2CT" + strconv.Itoa(7+i) }

// leases are the twelve ways to reserve an instance.
func (l *List) leases(w io.Writer, n int, p *product) {
	first := true
	for years, length := range map[int64]string{1: "1yr", 3: "3yr"} {
		for _, class := range []string{"standard", "convertible"} {
			for share, option := range []string{"No Upfront", "Partial Upfront", "All Upfront"} {
				comma(w, !first)
				first = false
				hourly := p.tiers[0].price * 6 / 10
				fee := hourly * 8760 * years * int64(share) / 2
				code := fmt.Sprintf("LEASE%d%s%d", years, class[:3], share)
				attributes := fmt.Sprintf(`"LeaseContractLength" : %q, "OfferingClass" : %q, "PurchaseOption" : %q`, length, class, option)
				l.term(w, n, code, attributes, func() {
					l.dimension(w, sku(n)+"."+code+".6YS6EN2CT7", "Hrs", tier{"0", "Inf", hourly - hourly*int64(share)/2})
					if share > 0 {
						fmt.Fprint(w, ",")
						l.dimension(w, sku(n)+"."+code+".2TG2D8R56U", "Quantity", tier{"", "", fee})
					}
				})
			}
		}
	}
}

func (l *List) term(w io.Writer, n int, code, attributes string, dimensions func()) {
	fmt.Fprintf(w, `
        "%s.%s" : {
          "offerTermCode" : %q,
          "sku" : %q,
          "effectiveDate" : "2026-10-01T00:00:00Z",
          "priceDimensions" : {`, sku(n), code, code, sku(n))
	dimensions()
	fmt.Fprintf(w, `
          },
          "termAttributes" : { %s }
        }`, attributes)
}

func (l *List) dimension(w io.Writer, rateCode, unit string, t tier) {
	fmt.Fprintf(w, `
            %q : {
              "rateCode" : %q,
              "description" : "%s %s per %s",`, rateCode, rateCode, l.amount(t.price), l.Currency, unit)
	if t.from != "" {
		fmt.Fprintf(w, `
              "beginRange" : %q,
              "endRange" : %q,`, t.from, t.to)
	}
	fmt.Fprintf(w, `
              "unit" : %q,
              "pricePerUnit" : { %q : %q },
              "appliesTo" : [ ]
            }`, unit, l.Currency, l.amount(t.price))
}
