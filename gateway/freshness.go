package gateway

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
)

// freshness is what the headers of every listing and entity say of the clouds'
// parts. It is worked out once a second at most, since Age counts seconds.
type freshness struct {
	inv  *inventory.Inventory
	last atomic.Pointer[freshnessHeaders]
}

type freshnessHeaders struct {
	second int64
	all    partHeaders            // of a listing
	of     map[string]partHeaders // of one account's entities, by uid
}

// partHeaders are the values of the headers for some accounts.
type partHeaders struct {
	age        string
	stale      []string
	incomplete []string
}

// at returns the headers for a time.
func (f *freshness) at(now time.Time) *freshnessHeaders {
	if h := f.last.Load(); h != nil && h.second == now.Unix() {
		return h
	}
	accounts := f.inv.Accounts()
	h := &freshnessHeaders{second: now.Unix(), all: freshnessOf(accounts, now), of: map[string]partHeaders{}}
	for i, s := range accounts {
		h.of[s.UID] = freshnessOf(accounts[i:i+1], now)
	}
	f.last.Store(h)
	return h
}

// freshnessOf says how old the oldest part is and which accounts are not fresh.
func freshnessOf(accounts []inventory.Status, now time.Time) (h partHeaders) {
	oldest, known := now, false
	for _, s := range accounts {
		known = known || s.Complete
		switch {
		case !s.Complete:
			h.incomplete = append(h.incomplete, headerText(s.UID+": "+s.Problem))
		case s.Problem != "":
			h.stale = append(h.stale, headerText(s.UID+" since "+s.Since.UTC().Format(http.TimeFormat)+": "+s.Problem))
		}
		if s.Complete && s.Observed.Before(oldest) {
			oldest = s.Observed
		}
	}
	if known {
		h.age = strconv.FormatInt(int64(now.Sub(oldest).Seconds()), 10)
	}
	return h
}

// tellFreshness sets Age to that of the oldest part, and names every account
// that is not fresh or of which nothing is known yet.
func (g *Gateway) tellFreshness(c echo.Context) { g.freshness.at(g.o.Now()).all.tell(c) }

// tellFreshnessOf does so for what is at one account.
func (g *Gateway) tellFreshnessOf(c echo.Context, uid string) {
	if part, ok := g.freshness.at(g.o.Now()).of[uid]; ok {
		part.tell(c)
	}
}

func (p partHeaders) tell(c echo.Context) {
	h := c.Response().Header()
	if p.age != "" { // else nothing was ever seen that could have an age
		h.Set("Age", p.age)
	}
	for _, s := range p.stale {
		h.Add("X-Occigate-Stale", s)
	}
	for _, s := range p.incomplete {
		h.Add("X-Occigate-Incomplete", s)
	}
}
