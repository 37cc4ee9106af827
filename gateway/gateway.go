// Package gateway is the HTTP front end: it speaks OCCI (GFD.223) over echo,
// answers reads from the inventory's memory and hands changes to it. It knows
// no cloud; package translate stands between it and the neutral model.
package gateway

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"occigate/gateway/access"
	"occigate/gateway/broker/desk"
	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// Options is what a gateway is made of. Zero fields mean their defaults, except
// Inventory and Guard.
type Options struct {
	Inventory *inventory.Inventory
	Desk      *desk.Desk // of prices; nil when there are none, and then no paths for them
	Guard     *access.Guard
	Log       *zap.Logger          // nil is silence
	Registry  *prometheus.Registry // of /metrics, nil makes one
	Version   string
	Default   string         // uid of the account that takes a create which names none
	PublicURL *url.URL       // of this gateway as clients see it, nil takes it from the request
	Proxies   []netip.Prefix // whose X-Forwarded-Proto and X-Forwarded-Host are believed
	Keystone  string         // URI for the Keystone challenge beside Basic, "" for none
	Limits    occi.Limits
	OCCI      occi.Options
	DeleteAll bool // whether DELETE on a kind's collection that lists no entities deletes all
	Switches  Switches
	CORS      CORS
	Wait      time.Duration // the longest that a request waits for fresh data, or for room; 0 is not at all
	Heartbeat time.Duration // how often a stream of events gives a sign of life, 0 is 15 s
	Stall     time.Duration // how long a client may take to read a piece of it, 0 is 20 s
	Now       func() time.Time

	// Challenges are the schemes of a 401 in their order, "basic" and
	// "keystone"; nil is both, in this order, which most clients understand.
	Challenges []string
}

// Gateway serves HTTP. It is safe for concurrent use and owns no goroutine.
type Gateway struct {
	o         Options
	inv       *inventory.Inventory
	desk      *desk.Desk
	placer    *placer
	log       *zap.Logger
	models    *models
	metrics   *metrics
	freshness freshness
	streams   atomic.Int64 // of events, open
	buffers   sync.Pool    // of *[]byte, for listings
	server    string       // value of the Server header
	handler   http.Handler

	life  context.Context // ends when Drain is called, and with it what waits
	drain context.CancelFunc
}

// New makes a gateway over an inventory whose Derive and Words are [Derive] and
// [Words].
func New(o Options) *Gateway {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = heartbeat
	}
	if o.Stall == 0 {
		o.Stall = stall
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &Gateway{
		o:      o,
		inv:    o.Inventory,
		desk:   o.Desk,
		log:    o.Log,
		models: newModels(o),
		server: "occigate/" + o.Version + " OCCI/1.1 OCCI/1.2 OCCI-CRTP/1.1",
	}
	g.placer = newPlacer(o)
	o.Registry.MustRegister(g.placer)
	if o.Desk != nil {
		o.Registry.MustRegister(priceCollector{o.Desk})
	}
	g.metrics = newMetrics(o.Registry, o.Inventory, func() float64 { return float64(g.streams.Load()) })
	g.life, g.drain = context.WithCancel(context.Background())
	g.freshness.inv = o.Inventory
	g.buffers.New = func() any { return new([]byte) }
	e := echo.New()
	e.HTTPErrorHandler = g.fail
	e.IPExtractor = echo.ExtractIPDirect()
	g.routes(e)
	g.handler = newCompressor(collapseSlashes(http.AllowQuerySemicolons(e))) // ";" separates as "&" does
	return g
}

// Drain ends all waiting for clouds and all streams of events, so that requests under way are answered at
// once. It is for the shutdown of the server.
func (g *Gateway) Drain() { g.drain() }

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.handler.ServeHTTP(w, r) }
