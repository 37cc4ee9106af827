package gateway

import (
	"net/http"
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
