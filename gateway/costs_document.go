package gateway

import (
	"strconv"
	"time"

	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/tariff"
)

// costDocument is what the estate costs by the hour, as JSON.
type costDocument struct {
	At       time.Time       `json:"at"`
	Currency tariff.Currency `json:"currency"`
	Total    totalDocument   `json:"total"`
	Accounts []groupDocument `json:"accounts"` // by uid
	Clouds   []groupDocument `json:"clouds"`   // by kind of cloud
	Tags     []groupDocument `json:"tags"`     // by mixin of a user; what has several is in each
	Lines    []lineDocument  `json:"lines,omitempty"`
}

type groupDocument struct {
	Of string `json:"of"`
	totalDocument
}

type totalDocument struct {
	Hour     tariff.Money   `json:"hour"`  // null when a rate is missing
	Month    tariff.Money   `json:"month"` // 730 of the hour
	By       []tariff.Money `json:"by_currency"`
	Missing  string         `json:"missing_rate,omitempty"`
	Rates    []rateDocument `json:"rates,omitempty"`
	Things   int            `json:"things"`
	Unknown  int            `json:"unknown"`   // of the things: in no sum
	AtLaunch int            `json:"at_launch"` // of the things: at the price at which they were made
	Sample   bool           `json:"sample"`
}

type lineDocument struct {
	ID      string       `json:"id"`
	Path    string       `json:"path"`
	Title   string       `json:"title,omitempty"`
	Account string       `json:"account"`
	Cloud   string       `json:"cloud"`
	Of      tariff.Meter `json:"of"`
	State   string       `json:"state,omitempty"`
	Hour    tariff.Money `json:"hour"` // null when it is not known
	Zero    tariff.Zero  `json:"zero_because,omitempty"`
	Why     string       `json:"unknown_because,omitempty"`
	Basis   desk.Basis   `json:"basis,omitempty"`
	SKU     string       `json:"sku_price_id,omitempty"`
	Source  string       `json:"source,omitempty"`
	At      *time.Time   `json:"price_of,omitempty"` // when it was agreed, or when the seller said so
	Sample  bool         `json:"sample"`
	Tags    []string     `json:"tags,omitempty"`
}

func totalOf(t *desk.Total) totalDocument {
	doc := totalDocument{
		Hour: t.Hour, By: t.By, Missing: t.Missing, Things: t.Things, Unknown: t.Unknown, AtLaunch: t.AtLaunch, Sample: t.Sample,
	}
	if month, err := t.Hour.Times(hoursPerMonth); err == nil {
		doc.Month = month
	}
	for _, r := range t.Rates {
		doc.Rates = append(doc.Rates, *rateOf(r))
	}
	return doc
}

func lineOf(c *desk.Cost) lineDocument {
	it := c.Item
	return lineDocument{
		ID: it.ID, Path: pathOf(it), Title: it.Title, Account: it.UID, Cloud: it.Cloud, Of: c.Of, State: c.State,
		Hour: c.Hour, Zero: c.Zero, Why: c.Why, Basis: c.Basis, SKU: c.SKU, Source: c.Source, At: moment(c.At), Sample: c.Sample, Tags: it.Mixins,
	}
}

// costColumns are those of costs: one row for each thing that is charged.
var costColumns = []string{
	"ResourceId", "ResourceName", "ResourceType", "SubAccountId", "ProviderName", "SkuMeter", "SkuPriceId",
	"PricingCurrency", "x_HourlyCost", "x_State", "x_Basis", "x_Source", "x_PriceOf", "x_Sample", "x_UnknownBecause", "Tags",
}

func costRows(all []desk.Cost) (rows [][]string) {
	for i := range all {
		c := &all[i]
		at := ""
		if !c.At.IsZero() {
			at = c.At.UTC().Format(time.RFC3339)
		}
		rows = append(rows, []string{
			c.Item.ID, c.Item.Title, string(c.Item.Kind), c.Item.UID, c.Item.Cloud, string(c.Of), c.SKU,
			string(c.Hour.Currency()), amountText(c.Hour), c.State, string(c.Basis), c.Source, at, strconv.FormatBool(c.Sample), c.Why, tagsOf(c.Item),
		})
	}
	return rows
}
