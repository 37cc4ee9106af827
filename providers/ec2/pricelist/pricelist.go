// Package pricelist reads what Amazon Web Services publish of their prices: the index
// of offers, the index of an offer's regions, the price list of one region, and the
// documents of the Pricing API's GetProducts, which hold the same products and
// terms (AWS Billing and Cost Management User Guide, "Understanding the AWS Price
// List"). It is pure: texts in, neutral prices out. It knows no HTTP, no SDK and
// no account, and a list of a gigabyte goes through it in little memory.
package pricelist

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"occigate/providers"
)

// Wanted says what of an offer an account could use: what is not is passed over.
type Wanted struct {
	Region     string // code of the region; products of others, and of zones outside of regions, are left out
	VolumeType string // the type that new volumes get, "gp3": its price names no type
	Committed  bool   // reserved instances too: of class standard, for one and three years
}

// List is the prices of one offer.
type List struct {
	Offer     string // "AmazonEC2"
	Version   string
	Published time.Time // when the seller said so
	Digest    string    // SHA-256 of the text, in hexadecimal
	Prices    []providers.Price

	// Missing counts what was wanted and has no price that can be trusted: none
	// at all, zero without a reason, in an unknown unit, or two that differ.
	Missing int
}

// readAhead is how much of a list is asked for at once, in bytes.
const readAhead = 256 << 10

// Read reads the price list of a region as it comes. A list that breaks off, or
// that is not of the documented form, is an error which names the place: the
// member as a JSON pointer, and how many bytes are before it.
func Read(r io.Reader, want Wanted) (List, error) {
	sum := sha256.New()
	s := newScanner(bufio.NewReaderSize(io.TeeReader(r, sum), readAhead))
	b := newBuilder(want)
	var list List
	err := s.object(func(name []byte) error {
		switch string(name) {
		case "offerCode":
			return s.text(&list.Offer)
		case "version":
			return s.text(&list.Version)
		case "publicationDate":
			return s.moment(&list.Published)
		case "products":
			return s.object(func([]byte) error { return b.product(s) })
		case "terms":
			if !b.anyProduct {
				return s.wrong("the terms come before the products, or there are no products")
			}
			return b.terms(s)
		}
		return s.skip()
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && list.Published.IsZero() {
		err = s.wrong("publicationDate is missing")
	}
	if err != nil {
		return List{}, err
	}
	list.Digest = hex.EncodeToString(sum.Sum(nil))
	list.Prices, list.Missing = b.finish()
	return list, nil
}

// Documents reads the documents that GetProducts gives, which all are of one
// offer. Published is the newest date in them. The Digest is that of the
// documents, one behind the other.
type Documents struct {
	list    List
	builder *builder
	texts   []byte // SHA-256 of the texts so far
}

// NewDocuments makes an empty set.
func NewDocuments(want Wanted) *Documents { return &Documents{builder: newBuilder(want)} }

// Add reads one document. A document that makes no sense is an error, and the set
// is void.
func (d *Documents) Add(text string) error {
	sum := sha256.Sum256(append(d.texts, text...))
	d.texts = sum[:]
	s := newScanner(stringReader(text))
	return s.object(func(name []byte) error {
		switch string(name) {
		case "serviceCode":
			return s.text(&d.list.Offer)
		case "publicationDate":
			var at time.Time
			err := s.moment(&at)
			if at.After(d.list.Published) {
				d.list.Published = at
			}
			return err
		case "product":
			return d.builder.product(s)
		case "terms":
			return d.builder.documentTerms(s)
		}
		return s.skip()
	})
}

// List gives what all documents say.
func (d *Documents) List() List {
	list := d.list
	list.Digest = hex.EncodeToString(d.texts)
	list.Prices, list.Missing = d.builder.finish()
	return list
}
