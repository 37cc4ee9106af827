package gateway

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/broker/tariff"
)

// tariffDocument is how one tariff stands, as JSON.
type tariffDocument struct {
	Name     string     `json:"name"`
	Cloud    string     `json:"cloud,omitempty"`
	Region   string     `json:"region,omitempty"`   // absent: every region
	Accounts []string   `json:"accounts,omitempty"` // absent: every account
	Prices   int        `json:"prices"`
	Source   string     `json:"source,omitempty"`
	Digest   string     `json:"digest,omitempty"`
	Observed *time.Time `json:"observed_at,omitempty"`
	Age      int64      `json:"age_seconds,omitempty"`
	Sample   bool       `json:"sample"`
	Problem  string     `json:"problem,omitempty"` // why it could not be renewed
	Failed   *time.Time `json:"failed_at,omitempty"`
}

// ratesDocument is how the exchange rates stand.
type ratesDocument struct {
	Date    string     `json:"date,omitempty"`
	Source  string     `json:"source,omitempty"`
	Age     int64      `json:"age_seconds,omitempty"`
	Sample  bool       `json:"sample"`
	Problem string     `json:"problem,omitempty"`
	Failed  *time.Time `json:"failed_at,omitempty"`
}

// tariffs lists where prices come from and how old they are.
func (g *Gateway) tariffs(c echo.Context) error {
	if _, err := accepted(c, mediaJSON); err != nil {
		return err
	}
	now, list := g.desk.Now(), []tariffDocument{}
	entries, _ := g.desk.Tariffs().Entries()
	for i := range entries {
		list = append(list, tariffOf(&entries[i], now))
	}
	s := g.desk.Rates()
	rates := ratesDocument{Problem: s.Problem, Failed: moment(s.FailedAt)}
	if t := s.Table; t != nil {
		rates.Date, rates.Source, rates.Sample = t.Date().Format(time.DateOnly), t.Source().Location, t.Source().Sample
		rates.Age = int64(now.Sub(t.Date()) / time.Second)
	}
	return c.JSON(http.StatusOK, map[string]any{"tariffs": list, "rates": rates})
}

func tariffOf(e *tariff.Entry, now time.Time) tariffDocument {
	doc := tariffDocument{Name: e.Name, Problem: e.Problem, Failed: moment(e.FailedAt)}
	if t := e.Tariff; t != nil {
		doc.Cloud, doc.Region, doc.Accounts, doc.Prices = t.Scope().Provider, t.Scope().Region, t.Scope().Accounts, len(t.Prices())
		doc.Source, doc.Digest, doc.Sample = t.Source().Location, t.Source().Digest, t.Source().Sample
		doc.Observed, doc.Age = moment(t.ObservedAt()), int64(e.Age(now)/time.Second)
	}
	return doc
}

// priceDocument is one price, as JSON.
type priceDocument struct {
	Cloud      string          `json:"cloud"`
	Region     string          `json:"region,omitempty"`
	Zone       string          `json:"zone,omitempty"`
	SkuID      string          `json:"sku_id"`
	SkuPriceID string          `json:"sku_price_id"`
	Meter      tariff.Meter    `json:"meter"`
	Size       string          `json:"size,omitempty"`
	OS         string          `json:"os,omitempty"`
	Category   tariff.Category `json:"category"`
	Term       tariff.Term     `json:"term,omitempty"`
	Unit       string          `json:"unit"`
	List       tariff.Money    `json:"list_unit_price"`
	Contracted tariff.Money    `json:"contracted_unit_price"`
	Zero       tariff.Zero     `json:"zero_because,omitempty"`
	TierStart  int64           `json:"tier_start"`
	TierEnd    int64           `json:"tier_end,omitempty"` // absent: no end
	ValidFrom  *time.Time      `json:"valid_from,omitempty"`
	ValidTo    *time.Time      `json:"valid_to,omitempty"`
	originDocument
}

// prices lists single prices that are in force, filtered and by pages.
func (g *Gateway) prices(c echo.Context) error {
	media, err := accepted(c, mediaJSON, mediaCSV)
	if err != nil {
		return err
	}
	q, err := queryOf(c.Request())
	if err != nil {
		return err
	}
	p, err := pageOf(q)
	if err != nil {
		return err
	}
	if p.size == 0 {
		p = page{number: 1, size: defaultPage}
	}
	all := g.inForce(q)
	start, end := p.span(len(all))
	c.Response().Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	if media == mediaCSV {
		return writeCSV(c, priceColumns, priceRows(all[start:end]))
	}
	return c.JSON(http.StatusOK, map[string]any{"prices": all[start:end]})
}

// inForce are the prices that a query names by cloud, region, size and meter; those
// of every region are in each.
func (g *Gateway) inForce(q url.Values) []priceDocument {
	now, all := g.desk.Now(), []priceDocument{}
	entries, _ := g.desk.Tariffs().Entries()
	is := func(key, value string) bool { return !q.Has(key) || q.Get(key) == value }
	for i := range entries {
		t := entries[i].Tariff
		if t == nil || !is("cloud", t.Scope().Provider) || !is("region", t.Scope().Region) && t.Scope().Region != "" {
			continue
		}
		prices, origin := t.Prices(), originOf(&entries[i], now)
		for j := range prices {
			if price := &prices[j]; price.ValidAt(now) && is("size", price.Size) && is("meter", string(price.Meter)) {
				all = append(all, priceOf(t.Scope(), price, origin))
			}
		}
	}
	return all
}

func priceOf(of tariff.Scope, p *tariff.Price, origin originDocument) priceDocument {
	return priceDocument{
		Cloud: of.Provider, Region: of.Region, Zone: p.Zone, SkuID: p.SkuID, SkuPriceID: p.SkuPriceID, Meter: p.Meter,
		Size: p.Size, OS: p.OS, Category: p.Category, Term: p.Term, Unit: unitOf(p),
		List: p.ListUnitPrice, Contracted: p.ContractedUnitPrice, Zero: p.Zero, TierStart: p.Tier.Start, TierEnd: p.Tier.End,
		ValidFrom: moment(p.ValidFrom), ValidTo: moment(p.ValidTo), originDocument: origin,
	}
}

// priceColumns are those of single prices.
var priceColumns = []string{
	"ProviderName", "RegionId", "AvailabilityZone", "SkuId", "SkuPriceId", "SkuMeter", "PricingCategory", "PricingUnit",
	"PricingCurrency", "ListUnitPrice", "ContractedUnitPrice", "x_TierStart", "x_TierEnd", "x_ZeroBecause",
	"x_Source", "x_ObservedAt", "x_AgeSeconds", "x_Sample", "x_Problem",
}

func priceRows(all []priceDocument) (rows [][]string) {
	for i := range all {
		p := &all[i]
		currency, end := p.List.Currency(), ""
		if p.Contracted.Known() {
			currency = p.Contracted.Currency()
		}
		if p.TierEnd > 0 {
			end = strconv.FormatInt(p.TierEnd, 10)
		}
		rows = append(rows, []string{
			p.Cloud, p.Region, p.Zone, p.SkuID, p.SkuPriceID, string(p.Meter), string(p.Category), p.Unit,
			string(currency), amountText(p.List), amountText(p.Contracted), strconv.FormatInt(p.TierStart, 10), end, string(p.Zero),
			p.Source, p.Observed.Format(time.RFC3339), strconv.FormatInt(p.Age, 10), strconv.FormatBool(p.Sample), p.Problem,
		})
	}
	return rows
}
