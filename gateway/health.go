package gateway

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/providers"
)

func (g *Gateway) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok") }

func (g *Gateway) readyz(c echo.Context) error {
	if !g.inv.Ready() {
		return c.String(http.StatusServiceUnavailable, "not ready: the clouds have not been tried yet")
	}
	return c.String(http.StatusOK, "ready")
}

// cloudReport is how one account stands, as JSON.
type cloudReport struct {
	UID      string         `json:"uid"`
	Name     string         `json:"name"`
	Cloud    string         `json:"cloud"`
	Account  string         `json:"account,omitempty"` // at the cloud
	Region   string         `json:"region,omitempty"`
	Complete bool           `json:"complete"` // a whole listing has been seen
	Fresh    bool           `json:"fresh"`    // and the last try worked
	Observed *time.Time     `json:"observed,omitempty"`
	Since    *time.Time     `json:"stale_since,omitempty"`
	Problem  string         `json:"problem,omitempty"`
	Kind     string         `json:"problem_kind,omitempty"`
	Next     *time.Time     `json:"next_refresh,omitempty"`
	Gateway  string         `json:"gateway,omitempty"` // that refreshed it last
	Counts   map[string]int `json:"counts"`
	Pending  int            `json:"pending,omitempty"` // rows without an id yet
}

// clouds tells how fresh each cloud's part of every answer is.
func (g *Gateway) clouds(c echo.Context) error {
	reports := []cloudReport{}
	for _, s := range g.inv.Accounts() {
		r := cloudReport{
			UID: s.UID, Name: s.Name, Cloud: s.Cloud, Account: s.Identity.Account, Region: s.Identity.Region,
			Complete: s.Complete, Fresh: s.Complete && s.Problem == "", Observed: moment(s.Observed),
			Since: moment(s.Since), Problem: s.Problem, Next: moment(s.Next), Gateway: s.Gateway,
			Counts: map[string]int{}, Pending: s.Pending,
		}
		if s.Kind != nil {
			r.Kind = providers.Kind(s.Kind).Error()
		}
		for kind, n := range s.Counts {
			r.Counts[string(kind)] = n
		}
		reports = append(reports, r)
	}
	return c.JSON(http.StatusOK, map[string]any{"clouds": reports})
}

// moment leaves a time out that never was.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
