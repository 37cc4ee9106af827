package gateway

import (
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/broker"
	"occigate/gateway/broker/tariff"
)

// Tables are written with the column names of FOCUS 1.2 where it has them; those
// of our own begin with x_, as FOCUS wants it.

// quoteColumns are those of a quote: one row for each part of each candidate.
var quoteColumns = []string{
	"x_Place", "SubAccountId", "SubAccountName", "ProviderName", "RegionId", "AvailabilityZone", "x_Size",
	"SkuId", "SkuPriceId", "SkuMeter", "PricingCategory", "PricingQuantity", "PricingUnit",
	"PricingCurrency", "ListUnitPrice", "ContractedUnitPrice", "PricingCurrencyEffectiveCost",
	"BillingCurrency", "x_MonthlyCost", "x_HourlyCost",
	"x_Source", "x_ObservedAt", "x_AgeSeconds", "x_Sample", "x_Problem",
}

func quoteRows(q *broker.Quote, now time.Time) (rows [][]string) {
	for at := range q.Candidates {
		c := &q.Candidates[at]
		for i := range c.Parts {
			p := partOf(&c.Parts[i], now)
			price := c.Parts[i].Price
			rows = append(rows, []string{
				strconv.Itoa(q.Wish.Skip + at + 1), c.Account, c.Name, c.Cloud, c.Region, c.Zone, c.Size.ID,
				p.SkuID, p.SkuPriceID, string(p.Meter), string(price.Category), p.Quantity, unitOf(price),
				string(price.UnitPrice().Currency()), amountText(price.ListUnitPrice), amountText(price.ContractedUnitPrice), amountText(p.Amount),
				string(q.Wish.Currency), amountText(c.Month), amountText(c.Hour),
				p.Source, p.Observed.Format(time.RFC3339), strconv.FormatInt(p.Age, 10), strconv.FormatBool(p.Sample || c.Rate.Source.Sample), p.Problem,
			})
		}
	}
	return rows
}

// amountText is an amount without its currency, "" when it is not known.
func amountText(m tariff.Money) string {
	if !m.Known() {
		return ""
	}
	return m.Decimal().String()
}

// unitOf is the unit of a price, in the form of FOCUS: "Hours", "1000 GB".
func unitOf(p *tariff.Price) string {
	if p.Per == 1 {
		return string(p.Unit)
	}
	return strconv.FormatInt(p.Per, 10) + " " + string(p.Unit)
}

// writeCSV answers with a table. A cell that a spreadsheet would take for a
// formula gets a quote before it.
func writeCSV(c echo.Context, columns []string, rows [][]string) error {
	var text strings.Builder
	w := csv.NewWriter(&text)
	if err := w.Write(columns); err != nil {
		return err
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return c.Blob(200, "text/csv; charset=utf-8; header=present", []byte(text.String()))
}
