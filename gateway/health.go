package gateway

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
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
	Next     *time.Time     `json:"next_refresh,omitempty"`
	Gateway  string         `json:"gateway,omitempty"` // that refreshed it last
	Circuit  string         `json:"circuit"`           // closed as a rule; open or half-open: the cloud is only probed
	Counts   map[string]int `json:"counts"`
	Pending  int            `json:"pending,omitempty"` // rows without an id yet
	trouble
	Parts []partReport `json:"parts"`
}

// partReport is how what one listing of an account covers stands.
type partReport struct {
	Part     string     `json:"part"`
	Kinds    []string   `json:"kinds"`
	Complete bool       `json:"complete"`
	Fresh    bool       `json:"fresh"`
	Observed *time.Time `json:"observed,omitempty"`
	Next     *time.Time `json:"next_refresh,omitempty"`
	Pending  int        `json:"pending,omitempty"`
	trouble
}

// trouble is what is wrong, empty when nothing is.
type trouble struct {
	Since     *time.Time `json:"stale_since,omitempty"`
	Problem   string     `json:"problem,omitempty"` // in the cloud's words
	Kind      string     `json:"problem_kind,omitempty"`
	Throttled bool       `json:"throttled,omitempty"` // it wants to be asked less often
	Refused   bool       `json:"refused,omitempty"`   // it does not take the credentials
}

func troubleOf(problem string, kind error, since time.Time) trouble {
	t := trouble{
		Since: moment(since), Problem: problem,
		Throttled: errors.Is(kind, providers.ErrThrottled), Refused: errors.Is(kind, providers.ErrDenied),
	}
	if kind != nil {
		t.Kind = providers.Kind(kind).Error()
	}
	return t
}

// clouds tells how fresh each cloud's part of every answer is.
func (g *Gateway) clouds(c echo.Context) error {
	reports := []cloudReport{}
	for _, s := range g.inv.Accounts() {
		r := cloudReport{
			UID: s.UID, Name: s.Name, Cloud: s.Cloud, Account: s.Identity.Account, Region: s.Identity.Region,
			Complete: s.Complete, Fresh: s.Complete && s.Problem == "", Observed: moment(s.Observed),
			Next: moment(s.Next), Gateway: s.Gateway, Circuit: s.Circuit, Counts: map[string]int{}, Pending: s.Pending,
			trouble: troubleOf(s.Problem, s.Kind, s.Since),
		}
		for kind, n := range s.Counts {
			r.Counts[string(kind)] = n
		}
		for i := range s.Parts {
			r.Parts = append(r.Parts, reportOf(&s.Parts[i]))
		}
		reports = append(reports, r)
	}
	return c.JSON(http.StatusOK, map[string]any{"clouds": reports})
}

func reportOf(p *inventory.Part) partReport {
	r := partReport{
		Part: p.Name, Complete: !p.Observed.IsZero(), Observed: moment(p.Observed),
		Next: moment(p.Next), Pending: p.Pending, trouble: troubleOf(p.Problem, p.Kind, p.Since),
	}
	r.Fresh = r.Complete && r.Problem == ""
	for _, kind := range p.Kinds {
		r.Kinds = append(r.Kinds, string(kind))
	}
	slices.Sort(r.Kinds)
	return r
}

// moment leaves a time out that never was.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
