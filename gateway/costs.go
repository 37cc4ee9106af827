package gateway

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/translate"
)

// Keys of the query string of costs, beside those of pages.
const (
	currencyKey = "currency" // of the totals
	linesKey    = "lines"    // "all" or "unknown": which single costs are listed
)

// hoursPerMonth turns what an hour costs into what a month would: a twelfth of a
// year.
const hoursPerMonth = 730

// costs answers what the estate costs by the hour as it stands.
func (g *Gateway) costs(c echo.Context) error {
	media, err := accepted(c, mediaJSON, mediaCSV)
	if err != nil {
		return err
	}
	w, err := g.costQueryOf(c)
	if err != nil {
		return err
	}
	all := g.desk.Costs(agreedAt)
	c.Response().Header()["Cache-Control"] = []string{"no-store"}
	if media == mediaCSV {
		return writeCSV(c, costColumns, costRows(all))
	}
	doc := costDocument{At: g.desk.Now().UTC(), Currency: w.currency}
	sum := func(costs []desk.Cost) (t totalDocument, err error) {
		total, err := g.desk.Sum(costs, w.currency)
		return totalOf(&total), err
	}
	if doc.Total, err = sum(all); err != nil {
		return err
	}
	for _, by := range []struct {
		into *[]groupDocument
		keys func(*desk.Cost) []string
	}{
		{&doc.Accounts, func(c *desk.Cost) []string { return []string{c.Item.UID} }},
		{&doc.Clouds, func(c *desk.Cost) []string { return []string{c.Item.Cloud} }},
		{&doc.Tags, func(c *desk.Cost) []string { return c.Item.Mixins }},
	} {
		if *by.into, err = grouped(all, by.keys, sum); err != nil {
			return err
		}
	}
	lines := all
	if w.lines != "all" {
		lines = slices.DeleteFunc(slices.Clone(all), func(c desk.Cost) bool { return c.Why == "" })
	}
	start, end := w.page.span(len(lines))
	for i := range lines[start:end] {
		doc.Lines = append(doc.Lines, lineOf(&lines[start+i]))
	}
	c.Response().Header().Set("X-Total-Count", strconv.Itoa(len(lines)))
	return c.JSON(http.StatusOK, doc)
}

// costQuery is what a request wants to know of costs.
type costQuery struct {
	page     page
	currency tariff.Currency
	lines    string
}

func (g *Gateway) costQueryOf(c echo.Context) (w costQuery, err error) {
	q, err := queryOf(c.Request())
	if err != nil {
		return w, err
	}
	if w.page, err = pageOf(q); err != nil {
		return w, err
	}
	if w.page.size == 0 {
		w.page = page{number: 1, size: defaultPage}
	}
	if w.currency, err = g.currencyOf(q); err != nil {
		return w, err
	}
	if w.lines = q.Get(linesKey); w.lines != "" && w.lines != "all" && w.lines != "unknown" {
		return w, &problem{status: http.StatusBadRequest, message: linesKey + " must be all or unknown"}
	}
	return w, nil
}

// currencyOf is the currency that is asked for, else that of the configuration.
func (g *Gateway) currencyOf(q url.Values) (tariff.Currency, error) {
	if !q.Has(currencyKey) {
		return g.desk.Currency(), nil
	}
	c, err := tariff.ParseCurrency(q.Get(currencyKey))
	if err != nil {
		return "", &problem{status: http.StatusBadRequest, message: currencyKey + ": " + err.Error()}
	}
	return c, nil
}

// agreedAt reads what a compute was made at; a size of later is not at that price.
func agreedAt(it *inventory.Item) (c desk.Cost, ok bool) {
	terms := it.Terms
	if terms[translate.AttrPriceHour] == "" || terms[translate.AttrPriceSize] != it.Server.SizeID {
		return c, false
	}
	currency, err := tariff.ParseCurrency(terms[translate.AttrPriceCurrency])
	if err != nil {
		return c, false
	}
	at, err := time.Parse(time.RFC3339, terms[translate.AttrPriceAgreed])
	if err != nil {
		return c, false
	}
	c = desk.Cost{Basis: desk.BasisLaunch, SKU: terms[translate.AttrPriceSKU], At: at}
	c.Source, c.Sample = sourceOf(terms)
	c.Hour, err = tariff.ParseMoney(terms[translate.AttrPriceHour], currency)
	return c, err == nil
}

// grouped sums costs up by keys, of which a cost may have several or none.
func grouped(all []desk.Cost, keys func(*desk.Cost) []string, sum func([]desk.Cost) (totalDocument, error)) ([]groupDocument, error) {
	by := map[string][]desk.Cost{}
	for i := range all {
		for _, key := range keys(&all[i]) {
			by[key] = append(by[key], all[i])
		}
	}
	list := []groupDocument{}
	for _, key := range slices.Sorted(maps.Keys(by)) {
		total, err := sum(by[key])
		if err != nil {
			return nil, err
		}
		list = append(list, groupDocument{key, total})
	}
	return list, nil
}

// tagsOf are a thing's mixins as FOCUS has tags: a key without a value is true.
func tagsOf(it *inventory.Item) string {
	tags := map[string]bool{}
	for _, m := range it.Mixins {
		tags[m] = true
	}
	text, err := json.Marshal(tags)
	if err != nil {
		return ""
	}
	return string(text)
}
