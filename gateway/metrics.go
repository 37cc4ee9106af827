package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"occigate/gateway/inventory"
)

// metrics are the figures of the front end at /metrics. Labels are bounded:
// routes and methods of the table, never paths or hosts of clients.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	dropped  prometheus.Counter
	missed   prometheus.Counter
}

func newMetrics(registry *prometheus.Registry, inv *inventory.Inventory, streams func() float64) *metrics {
	m := &metrics{
		registry: registry,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "occigate_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "occigate_http_request_duration_seconds", Help: "Time to answer a request.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 9),
		}, []string{"route", "method"}),
	}
	m.dropped = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "occigate_event_streams_dropped_total", Help: "Streams of changes that were ended because the client did not read.",
	})
	m.missed = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "occigate_event_resets_total", Help: "How often a client of the changes was told that it has missed some.",
	})
	open := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "occigate_event_streams", Help: "Streams of changes that are open.",
	}, streams)
	registry.MustRegister(m.requests, m.duration, m.dropped, m.missed, open, accountCollector{inv})
	return m
}

// methods that get a label of their own; clients can send any word as method.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true,
	http.MethodPut: true, http.MethodDelete: true, http.MethodOptions: true,
}

func (m *metrics) served(c echo.Context, took time.Duration) {
	route, method := c.Path(), c.Request().Method
	if route == "" {
		route = "none"
	}
	if !methods[method] {
		method = "other"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(c.Response().Status)).Inc()
	m.duration.WithLabelValues(route, method).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// accountCollector reads how the accounts stand at the moment of asking.
type accountCollector struct{ inv *inventory.Inventory }

var (
	itemsDesc = prometheus.NewDesc("occigate_inventory_items",
		"Items known of an account.", []string{"account", "kind"}, nil)
	observedDesc = prometheus.NewDesc("occigate_account_observed_timestamp_seconds",
		"When the account's newest complete refresh was, 0 before the first.", []string{"account"}, nil)
	healthyDesc = prometheus.NewDesc("occigate_account_healthy",
		"1 when the account's last refresh worked.", []string{"account"}, nil)
	circuitDesc = prometheus.NewDesc("occigate_account_circuit",
		"1 for the state that the account's circuit breaker is in.", []string{"account", "state"}, nil)
	gatewaysDesc = prometheus.NewDesc("occigate_gateways",
		"Gateways that share the store, this one among them, as far as it knows.", nil, nil)
	heldDesc = prometheus.NewDesc("occigate_account_held",
		"1 when this gateway is the one that refreshes the account.", []string{"account"}, nil)
)

// Describe names the figures.
func (a accountCollector) Describe(out chan<- *prometheus.Desc) {
	out <- itemsDesc
	out <- observedDesc
	out <- healthyDesc
	out <- heldDesc
	out <- gatewaysDesc
	out <- circuitDesc
}

// Collect gives the figures of every account.
func (a accountCollector) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.MustNewConstMetric(gatewaysDesc, prometheus.GaugeValue, float64(a.inv.Gateways()))
	for _, s := range a.inv.Accounts() {
		observed, healthy, held := 0.0, 0.0, 0.0
		if !s.Observed.IsZero() {
			observed = float64(s.Observed.Unix())
		}
		if s.Complete && s.Problem == "" {
			healthy = 1
		}
		if s.Held {
			held = 1
		}
		out <- prometheus.MustNewConstMetric(observedDesc, prometheus.GaugeValue, observed, s.UID)
		out <- prometheus.MustNewConstMetric(healthyDesc, prometheus.GaugeValue, healthy, s.UID)
		out <- prometheus.MustNewConstMetric(heldDesc, prometheus.GaugeValue, held, s.UID)
		for _, state := range []string{inventory.CircuitClosed, inventory.CircuitOpen, inventory.CircuitHalfOpen} {
			is := 0.0
			if s.Circuit == state {
				is = 1
			}
			out <- prometheus.MustNewConstMetric(circuitDesc, prometheus.GaugeValue, is, s.UID, state)
		}
		for kind, n := range s.Counts {
			out <- prometheus.MustNewConstMetric(itemsDesc, prometheus.GaugeValue, float64(n), s.UID, string(kind))
		}
	}
}
