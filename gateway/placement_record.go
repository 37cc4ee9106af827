package gateway

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"occigate/gateway/broker"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/placement"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// termPlacement is the term of an item that keeps why it was made where it is. It is
// written with the intent, before the cloud is called, and goes with the item.
const termPlacement = "placement"

// placementRecord is why a compute was made where it is.
type placementRecord struct {
	MadeAt     time.Time           `json:"made_at"`
	Policy     placement.Policy    `json:"policy"`
	Group      string              `json:"group,omitempty"`
	Wish       json.RawMessage     `json:"wish"`
	Redeemed   string              `json:"redeemed,omitempty"` // id of the quote
	Chosen     placeDocument       `json:"chosen"`
	Refused    []refusedDocument   `json:"refused,omitempty"` // that were tried before, in order
	Next       []placeDocument     `json:"next"`              // that would have been tried then
	Untried    int                 `json:"untried"`           // further candidates
	Rejected   []countDocument     `json:"rejected"`
	Rejections []rejectionDocument `json:"rejections"`
	LeftOut    int                 `json:"rejections_left_out,omitempty"`
}

type placeDocument struct {
	Account string        `json:"account"`
	Cloud   string        `json:"cloud"`
	Region  string        `json:"region,omitempty"`
	Zone    string        `json:"zone,omitempty"`
	Size    string        `json:"size"`
	Image   string        `json:"image,omitempty"`
	Price   string        `json:"sku_price_id,omitempty"`
	Hour    *tariff.Money `json:"hour,omitempty"`
	Month   *tariff.Money `json:"month,omitempty"`
	Median  string        `json:"create_to_active,omitempty"` // as this gateway has seen it
}

type refusedDocument struct {
	placeDocument
	Reason broker.Reason `json:"reason"`
	Text   string        `json:"text"`
}

// placementDocument is a record as it is shown.
type placementDocument struct {
	ID       string `json:"id"`
	Location string `json:"location"`
	Compute  string `json:"compute"`
	placementRecord
}

// mostRejections is how many rejections a record names; the counts are of all.
const mostRejections = 500

// record says why the step after those that have refused is taken.
func (p *placer) record(c *chosen, refused []attempt) *placementRecord {
	medians := p.speeds.Medians()
	r := &placementRecord{
		MadeAt: p.now().UTC().Truncate(time.Second), Policy: c.policy, Group: c.group, Redeemed: c.quote,
		Next: []placeDocument{}, Untried: c.More, Rejected: countsOf(c.counts),
		Rejections: rejectionsOf(c.Rejected[:min(len(c.Rejected), mostRejections)]),
		LeftOut:    max(0, len(c.Rejected)-mostRejections),
	}
	r.Wish, _ = desk.WriteWish(&c.wish) // of a wish that was read
	for _, a := range refused {
		r.Refused = append(r.Refused, refusedDocument{placeOf(&a.Step, medians), a.Reason, a.Err.Error()})
	}
	r.Chosen = placeOf(&c.Steps[len(refused)], medians)
	for i := range c.Steps[len(refused)+1:] {
		r.Next = append(r.Next, placeOf(&c.Steps[len(refused)+1+i], medians))
	}
	return r
}

func placeOf(s *placement.Step, medians map[string]time.Duration) placeDocument {
	d := placeDocument{
		Account: s.Account, Cloud: s.Cloud, Region: s.Region, Zone: s.Zone, Size: s.Size.ID, Image: s.Image, Price: s.Price,
	}
	if s.Hour.Known() {
		d.Hour, d.Month = &s.Hour, &s.Month
	}
	if m, known := medians[s.Account]; known {
		d.Median = m.Round(time.Millisecond).String()
	}
	return d
}

// rejectionOf is an offer of a quote that is not taken.
func rejectionOf(o *desk.Offer, reason broker.Reason, text string) broker.Rejection {
	return broker.Rejection{Account: o.Account, Size: o.Size, Price: o.Price, Reason: reason, Text: text}
}

// packRecord makes a record a text for the store: most of it repeats itself.
func packRecord(r *placementRecord) (string, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(text); err == nil {
		err = w.Close()
	}
	return base64.RawStdEncoding.EncodeToString(b.Bytes()), err
}

func unpackRecord(packed string) (r placementRecord, err error) {
	raw, err := base64.RawStdEncoding.DecodeString(packed)
	if err != nil {
		return r, err
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// headerQuote tells where it is explained why a new compute is where it is.
const headerQuote = "X-Occigate-Quote"

// explain points to the record of a new compute that was placed.
func (g *Gateway) explain(c echo.Context, it *inventory.Item) {
	if it.Terms[termPlacement] != "" {
		c.Response().Header().Set(headerQuote, g.base(c.Request())+quotesPath+it.ID)
	}
}

// shownPlacement tells why a compute was made where it is. Its id is the compute's.
func (g *Gateway) shownPlacement(c echo.Context, id string) error {
	it, ok := g.inv.Get(c.Request().Context(), id)
	if !ok || it.Terms[termPlacement] == "" {
		return providers.Errorf(providers.ErrNotFound, "quote", "no compute %s was placed by the gateway", id)
	}
	r, err := unpackRecord(it.Terms[termPlacement])
	if err != nil {
		return err
	}
	base := g.base(c.Request())
	return c.JSON(http.StatusOK, placementDocument{
		ID: id, Location: base + quotesPath + id, Compute: base + pathOf(it), placementRecord: r,
	})
}

// isPlacement reports whether what stands in the place of a quote's id is that of a
// compute.
func isPlacement(id string) bool { return uuid.Validate(id) == nil }
