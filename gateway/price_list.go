package gateway

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/broker/tariff"
)

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
	Replaced   *time.Time      `json:"replaced_at,omitempty"` // only of prices that are no more
	originDocument
}

// The query parameters of prices: those of the first four that are named have to fit.
const (
	regionKey  = "region"
	ofSizeKey  = "size" // id of a size; [sizeKey] is that of a page
	meterKey   = "meter"
	historyKey = "history" // "true": prices that are no more instead of those in force
)

var priceKeys = []string{cloudKey, regionKey, ofSizeKey, meterKey, historyKey, pageKey, sizeKey}

// prices lists single prices that are in force, or with history=true those that are
// no more, filtered and by pages.
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
	past, err := flagOf(q, historyKey)
	if err != nil {
		return err
	}
	list, columns, rows := pricePage{page: p, prices: []priceDocument{}}, priceColumns, priceRows
	if past {
		columns, rows = historyColumns(), historyRows
		if err := g.superseded(c.Request().Context(), q, &list); err != nil {
			return err
		}
	} else {
		g.inForce(q, &list)
	}
	c.Response().Header().Set("X-Total-Count", strconv.Itoa(list.total))
	if media == mediaCSV {
		return writeCSV(c, columns, rows(list.prices))
	}
	return c.JSON(http.StatusOK, map[string]any{"prices": list.prices})
}

// pricePage is a page of prices: all are counted, and documents made only of those
// that are on it.
type pricePage struct {
	page
	total  int
	prices []priceDocument
}

// next counts one more, and reports whether it is on the page.
func (p *pricePage) next() bool {
	p.total++
	return (p.total-1)/p.size == p.number-1
}

// inForce lists the prices that a query names by cloud, region, size and meter;
// those of every region are in each.
func (g *Gateway) inForce(q url.Values, into *pricePage) {
	now := g.desk.Now()
	entries, _ := g.desk.Tariffs().Entries()
	for i := range entries {
		t := entries[i].Tariff
		if t == nil || !ofScope(q, t.Scope()) {
			continue
		}
		prices, origin := t.Prices(), originOf(&entries[i], now)
		for j := range prices {
			if price := &prices[j]; price.ValidAt(now) && ofThing(q, price) && into.next() {
				into.prices = append(into.prices, priceOf(t.Scope(), price, origin))
			}
		}
	}
}

// asked reports whether a query asks for a value, which it does for each that it does
// not name.
func asked(q url.Values, key, value string) bool { return !q.Has(key) || q.Get(key) == value }

// ofScope reports whether a query is for prices of a scope.
func ofScope(q url.Values, s tariff.Scope) bool {
	return asked(q, cloudKey, s.Provider) && (s.Region == "" || asked(q, regionKey, s.Region))
}

// ofThing reports whether a query is for the thing that a price is of.
func ofThing(q url.Values, p *tariff.Price) bool {
	return asked(q, ofSizeKey, p.Size) && asked(q, meterKey, string(p.Meter))
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
