package app

import (
	"net/url"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
)

// shownPrice is a single price as a gateway writes it.
type shownPrice struct {
	Cloud, Region, Size, OS, Meter, Category, Term, Unit string
	List                                                 *money    `json:"list_unit_price"`
	Contracted                                           *money    `json:"contracted_unit_price"`
	Zero                                                 string    `json:"zero_because"`
	Observed                                             time.Time `json:"observed_at"`
	Replaced                                             time.Time `json:"replaced_at"` // zero of a price in force
	Age                                                  int64     `json:"age_seconds"`
	Sample                                               bool
	TierStart                                            int64 `json:"tier_start"`
}

func (f *priceFlags) query() url.Values {
	q := url.Values{}
	for key, value := range map[string]string{"cloud": f.cloud, "region": f.region, "size": f.size, "meter": f.meter} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if f.history {
		q.Set("history", "true")
	}
	return q
}

func (a *asking) prices(cmd *cobra.Command, f *priceFlags) error {
	q := f.query()
	if len(q) == 0 && a.output != asCSV {
		return a.tariffs(cmd)
	}
	q.Set("number", strconv.Itoa(f.number))
	var list struct{ Prices []shownPrice }
	if printed, err := a.ask(cmd.Context(), "GET", "/prices?"+q.Encode(), nil, &list); printed || err != nil {
		return err
	}
	columns := []any{"cloud", "region", "meter", "size", "os", "category", "price", "for", "price of"}
	if f.history {
		columns = append(columns, "until")
	}
	t := a.newTable(columns...)
	for i := range list.Prices {
		t.AppendRow(list.Prices[i].row(f.history))
	}
	t.Render()
	return nil
}

// row is a price in the table of those in force, or of those that are no more.
func (p *shownPrice) row(history bool) table.Row {
	price := p.List
	if p.Contracted != nil {
		price = p.Contracted
	}
	text, unit := price.String(), p.Unit
	if p.Zero != "" {
		text += " (" + p.Zero + ")"
	}
	if p.TierStart > 0 {
		unit += " from " + strconv.FormatInt(p.TierStart, 10)
	}
	row := table.Row{p.Cloud, p.Region, p.Meter, p.Size, p.OS, p.Category + " " + p.Term, text, unit}
	if history {
		return append(row, marked(p.Observed.Format(time.DateOnly), p.Sample), p.Replaced.Format(time.RFC3339))
	}
	return append(row, marked(days(p.Age)+" ago", p.Sample))
}
