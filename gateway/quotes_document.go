package gateway

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/tariff"
)

// quoteDocument is the answer to a wish, as JSON. Amounts are texts, so that no
// client rounds them by reading; one that is not known is absent.
type quoteDocument struct {
	ID         string              `json:"id"`
	Location   string              `json:"location"`
	MadeAt     time.Time           `json:"made_at"`
	Expires    time.Time           `json:"expires_at"`
	Wish       json.RawMessage     `json:"wish"` // with its defaults
	Comparable int                 `json:"comparable"`
	Candidates []candidateDocument `json:"candidates"`
	Rejected   []countDocument     `json:"rejected"`
	Rejections []rejectionDocument `json:"rejections,omitempty"`
}

type candidateDocument struct {
	Place    int             `json:"place"` // from 1
	Account  string          `json:"account"`
	Name     string          `json:"name"`
	Cloud    string          `json:"cloud"`
	Region   string          `json:"region,omitempty"`
	Zone     string          `json:"zone,omitempty"`
	Size     sizeDocument    `json:"size"`
	Category tariff.Category `json:"category"`
	Term     tariff.Term     `json:"term,omitempty"`
	Upfront  tariff.Upfront  `json:"upfront,omitempty"`
	Hour     tariff.Money    `json:"hour"`
	Month    tariff.Money    `json:"month"`
	Sample   bool            `json:"sample"` // something in it was invented for trying things out
	Rate     *rateDocument   `json:"rate,omitempty"`
	Parts    []partDocument  `json:"parts"`
	Why      string          `json:"why,omitempty"` // it comes before the next one, and what would turn that
}

type sizeDocument struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Cores     int     `json:"cores"`
	MemoryMiB int     `json:"memory_mib"`
	DiskGiB   float64 `json:"disk_gib,omitempty"`
}

type rateDocument struct {
	From   tariff.Currency `json:"from"`
	To     tariff.Currency `json:"to"`
	Rate   string          `json:"rate"`
	Date   string          `json:"date"`
	Source string          `json:"source"`
	Sample bool            `json:"sample"`
}

type partDocument struct {
	Meter      tariff.Meter `json:"meter"`
	SkuID      string       `json:"sku_id"`
	SkuPriceID string       `json:"sku_price_id"`
	UnitPrice  tariff.Money `json:"unit_price"`
	Zero       tariff.Zero  `json:"zero_because,omitempty"`
	Unit       tariff.Unit  `json:"unit"`
	Per        int64        `json:"per"`
	Quantity   string       `json:"quantity"` // a month
	Discount   string       `json:"discount_percent,omitempty"`
	Capped     bool         `json:"capped,omitempty"`
	Amount     tariff.Money `json:"amount"` // a month
	ValidFrom  *time.Time   `json:"valid_from,omitempty"`
	ValidTo    *time.Time   `json:"valid_to,omitempty"`
	originDocument
}

// originDocument says where a price comes from and how much it can be trusted.
type originDocument struct {
	Tariff   string    `json:"tariff"`
	Source   string    `json:"source"`
	Digest   string    `json:"digest,omitempty"`
	Observed time.Time `json:"observed_at"`
	Age      int64     `json:"age_seconds"`
	Sample   bool      `json:"sample"`
	Problem  string    `json:"problem,omitempty"` // why it could not be renewed since
}

type countDocument struct {
	Reason broker.Reason `json:"reason"`
	Count  int           `json:"count"`
}

type rejectionDocument struct {
	Account string        `json:"account"`
	Cloud   string        `json:"cloud"`
	Region  string        `json:"region,omitempty"`
	Size    string        `json:"size"`
	Price   string        `json:"sku_price_id,omitempty"`
	Reason  broker.Reason `json:"reason"`
	Text    string        `json:"text"`
}

// promiseDocument is a quote that is looked up again.
type promiseDocument struct {
	ID         string              `json:"id"`
	Location   string              `json:"location"`
	MadeAt     time.Time           `json:"made_at"`
	Expires    time.Time           `json:"expires_at"`
	Wish       json.RawMessage     `json:"wish"`
	Offers     []offerDocument     `json:"offers"`
	Rejections []rejectionDocument `json:"rejections,omitempty"` // as of now
}

type offerDocument struct {
	Place   int           `json:"place"`
	Account string        `json:"account"`
	Size    string        `json:"size"`
	Price   string        `json:"sku_price_id"`
	Zone    string        `json:"zone,omitempty"`
	Hour    tariff.Money  `json:"hour"`
	Month   tariff.Money  `json:"month"`
	Holds   bool          `json:"holds"`
	Now     *tariff.Money `json:"month_now,omitempty"`
	Reason  broker.Reason `json:"reason,omitempty"`
	Text    string        `json:"text,omitempty"`
}

func wishJSON(w *broker.Wish) (json.RawMessage, error) { return desk.WriteWish(w) }

func candidatesOf(q *broker.Quote, now time.Time) []candidateDocument {
	list := []candidateDocument{}
	for i := range q.Candidates {
		doc := candidateOf(&q.Candidates[i], now)
		doc.Place = q.Wish.Skip + i + 1
		if next, ok := q.Why(i, i+1); ok {
			doc.Why = next.String()
		}
		list = append(list, doc)
	}
	return list
}

func candidateOf(c *broker.Candidate, now time.Time) candidateDocument {
	doc := candidateDocument{
		Account: c.Account, Name: c.Name, Cloud: c.Cloud, Region: c.Region, Zone: c.Zone,
		Size:     sizeDocument{c.Size.ID, c.Size.Name, c.Size.Cores, c.Size.MemoryMiB, c.Size.DiskGiB},
		Category: c.Category, Term: c.Term, Upfront: c.Upfront, Hour: c.Hour, Month: c.Month,
		Rate: rateOf(c.Rate), Parts: []partDocument{},
	}
	doc.Sample = doc.Rate != nil && doc.Rate.Sample
	for i := range c.Parts {
		p := partOf(&c.Parts[i], now)
		doc.Sample = doc.Sample || p.Sample
		doc.Parts = append(doc.Parts, p)
	}
	return doc
}

// rateOf is nil when nothing was converted.
func rateOf(r fx.Rate) *rateDocument {
	if r.Date.IsZero() {
		return nil
	}
	return &rateDocument{
		r.From, r.To, r.Decimal().String(), r.Date.Format(time.DateOnly), r.Source.Location, r.Source.Sample,
	}
}

func partOf(p *broker.Part, now time.Time) partDocument {
	doc := partDocument{
		Meter: p.Price.Meter, SkuID: p.Price.SkuID, SkuPriceID: p.Price.SkuPriceID,
		UnitPrice: p.Price.UnitPrice(), Zero: p.Price.Zero, Unit: p.Price.Unit, Per: p.Price.Per,
		Quantity: quantityText(p.Quantity), Capped: p.Capped, Amount: p.Amount,
		ValidFrom: moment(p.Price.ValidFrom), ValidTo: moment(p.Price.ValidTo),
		originDocument: originOf(p.From, now),
	}
	if p.Discount > 0 {
		doc.Discount = decimal.New(p.Discount, -4).String() // millionths to hundredths
	}
	return doc
}

// originOf is of an entry that has a tariff.
func originOf(e *tariff.Entry, now time.Time) originDocument {
	s := e.Tariff.Source()
	return originDocument{
		Tariff: e.Name, Source: s.Location, Digest: s.Digest, Observed: e.Tariff.ObservedAt().UTC(),
		Age: int64(e.Age(now) / time.Second), Sample: s.Sample, Problem: e.Problem,
	}
}

// quantityText is a quantity as a decimal, or as a fraction where that has no end.
func quantityText(q broker.Quantity) string {
	rest := q.Den
	for _, f := range []uint64{2, 5} {
		for rest > 0 && rest%f == 0 {
			rest /= f
		}
	}
	num, den := decimal.NewFromUint64(q.Num), decimal.NewFromUint64(q.Den)
	if rest != 1 {
		return strconv.FormatUint(q.Num, 10) + "/" + strconv.FormatUint(q.Den, 10)
	}
	return num.DivRound(den, 64).String()
}

func countsOf(all []broker.Count) []countDocument {
	list := []countDocument{}
	for _, n := range all {
		list = append(list, countDocument(n))
	}
	return list
}

func rejectionsOf(all []broker.Rejection) []rejectionDocument {
	list := []rejectionDocument{}
	for _, r := range all {
		list = append(list, rejectionDocument(r))
	}
	return list
}

func offersOf(all []desk.Standing) []offerDocument {
	list := []offerDocument{}
	for i, s := range all {
		doc := offerDocument{
			Place: i + 1, Account: s.Account, Size: s.Size, Price: s.Price, Zone: s.Zone, Hour: s.Hour, Month: s.Month,
			Holds: s.Reason == "", Reason: s.Reason, Text: s.Text,
		}
		if s.Now != nil {
			doc.Now = &s.Now.Month
		}
		list = append(list, doc)
	}
	return list
}
