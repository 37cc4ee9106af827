package gateway

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// superseded lists the prices that the tariffs had and have no more, those first that
// were replaced last, filtered as [Gateway.inForce] does.
func (g *Gateway) superseded(ctx context.Context, q url.Values, into *pricePage) error {
	past, err := g.desk.History(ctx)
	if err != nil {
		return &problem{status: http.StatusServiceUnavailable, retry: retryLater, message: "the history of prices cannot be read at the moment", cause: err}
	}
	now := g.desk.Now()
	for i := range past {
		s := &past[i]
		if !ofScope(q, s.Scope) || !ofThing(q, &s.Price) || !into.next() {
			continue
		}
		doc := priceOf(s.Scope, &s.Price, originDocument{
			Tariff: s.Tariff, Source: s.Source.Location, Digest: s.Source.Digest, Sample: s.Source.Sample,
			Observed: s.Said.UTC(), Age: int64(now.Sub(s.Said) / time.Second),
		})
		doc.Replaced = moment(s.Replaced)
		into.prices = append(into.prices, doc)
	}
	return nil
}

// historyColumns are those of single prices, and their dates.
func historyColumns() []string {
	return append([]string{"x_ValidFrom", "x_ValidTo", "x_ReplacedAt"}, priceColumns...)
}

func historyRows(all []priceDocument) [][]string {
	rows := priceRows(all)
	for i := range rows {
		p := &all[i]
		rows[i] = append([]string{momentText(p.ValidFrom), momentText(p.ValidTo), momentText(p.Replaced)}, rows[i]...)
	}
	return rows
}

// momentText is a time, "" for none.
func momentText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}
