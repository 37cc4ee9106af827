package desk

import (
	"bytes"
	"compress/flate"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

// Promise is what a quote comes to: until it expires, each of its offers can be
// taken at no more than its price. A quote's id is the promise itself, signed, so
// that every gateway with the same key knows it and nothing has to be kept.
type Promise struct {
	Wish    broker.Wish
	MadeAt  time.Time // to the second
	Expires time.Time
	Offers  []Offer // in the order of the quote
}

// Offer is a size in an account at a price.
type Offer struct {
	Account string // uid
	Size    string // id
	Price   string // SkuPriceID of what is charged for the size first
	Zone    string // "" where the price is that of the whole region
	Hour    tariff.Money
	Month   tariff.Money
}

// of makes an offer of a candidate.
func of(c *broker.Candidate) Offer {
	return Offer{
		Account: c.Account, Size: c.Size.ID, Price: c.Parts[0].Price.SkuPriceID, Zone: c.Zone, Hour: c.Hour, Month: c.Month,
	}
}

// mostOffers is how many candidates a quote promises: those that are shown first.
const mostOffers = 20

// Promise signs a quote, and gives what it promises and its id.
func (d *Desk) Promise(q *broker.Quote) (*Promise, string, error) {
	made := q.MadeAt.UTC().Truncate(time.Second)
	p := &Promise{Wish: q.Wish, MadeAt: made, Expires: made.Add(d.o.Life)}
	p.Wish.Best, p.Wish.Skip = 0, 0 // is about what was shown
	for i := range q.Candidates[:min(len(q.Candidates), mostOffers)] {
		p.Offers = append(p.Offers, of(&q.Candidates[i]))
	}
	id, err := d.sign(p)
	return p, id, err
}

// packed is a promise as it is signed.
type packed struct {
	Wish     json.RawMessage `json:"w"`
	MadeAt   int64           `json:"m"` // seconds since 1970
	Life     int64           `json:"l"` // seconds
	Currency tariff.Currency `json:"c"`
	Offers   []packedOffer   `json:"o"`
}

type packedOffer struct {
	Account string `json:"a"`
	Size    string `json:"s"`
	Price   string `json:"p"`
	Zone    string `json:"z,omitempty"`
	Hour    int64  `json:"h"` // nano-units
	Month   int64  `json:"m"`
}

// sealLength is how much of an HMAC-SHA256 an id begins with, in bytes.
const sealLength = 16

func (d *Desk) sign(p *Promise) (string, error) {
	wish, err := WriteWish(&p.Wish)
	if err != nil {
		return "", err
	}
	in := packed{Wish: wish, MadeAt: p.MadeAt.Unix(), Life: int64(p.Expires.Sub(p.MadeAt) / time.Second), Currency: p.Wish.Currency}
	for _, o := range p.Offers {
		in.Offers = append(in.Offers, packedOffer{o.Account, o.Size, o.Price, o.Zone, o.Hour.Nanos(), o.Month.Nanos()})
	}
	text, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	var body bytes.Buffer
	w, err := flate.NewWriter(&body, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(d.seal(body.Bytes()), body.Bytes()...)), nil
}

func (d *Desk) seal(body []byte) []byte {
	h := hmac.New(sha256.New, d.o.Key)
	h.Write(body)
	return h.Sum(nil)[:sealLength]
}

// newKey is for a gateway that shares none.
func newKey() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	return key
}

// What is wrong with the id of a quote. Both match [providers.ErrNotFound].
var (
	ErrNoQuote = fmt.Errorf("this is no quote of ours: it is cut off, or was signed by another gateway or before the last start: %w", providers.ErrNotFound)
	ErrExpired = fmt.Errorf("the quote has expired, ask for a new one: %w", providers.ErrNotFound)
)

// mostUnpacked bounds what a signed id can unpack to.
const mostUnpacked = 256 << 10

// Verify reads the id of a quote: [ErrNoQuote] when it was not signed with the
// desk's key, [ErrExpired] with the promise when it is too late.
func (d *Desk) Verify(id string) (*Promise, error) {
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(raw) < sealLength || !hmac.Equal(raw[:sealLength], d.seal(raw[sealLength:])) {
		return nil, ErrNoQuote
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw[sealLength:])), mostUnpacked))
	if err != nil {
		return nil, errors.Join(ErrNoQuote, err)
	}
	var in packed
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, errors.Join(ErrNoQuote, err)
	}
	p, err := in.promise()
	if err == nil && !d.o.Now().Before(p.Expires) {
		err = ErrExpired
	}
	return p, err
}

func (in *packed) promise() (*Promise, error) {
	w, err := ReadWish(in.Wish, in.Currency)
	if err != nil {
		return nil, errors.Join(ErrNoQuote, err)
	}
	made := time.Unix(in.MadeAt, 0).UTC()
	p := &Promise{Wish: w, MadeAt: made, Expires: made.Add(time.Duration(in.Life) * time.Second)}
	p.Wish.Currency = in.Currency
	for _, o := range in.Offers {
		p.Offers = append(p.Offers, Offer{
			o.Account, o.Size, o.Price, o.Zone, tariff.Nanos(o.Hour, in.Currency), tariff.Nanos(o.Month, in.Currency),
		})
	}
	return p, nil
}
