package app

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// counters counts every call of a cloud by account, operation and status.
type counters struct {
	calls *prometheus.CounterVec
	took  *prometheus.HistogramVec
}

func newCounters(r *prometheus.Registry) *counters {
	c := &counters{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "occigate_provider_calls_total", Help: "HTTP requests sent to clouds; status 0 got no answer.",
		}, []string{"account", "operation", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "occigate_provider_call_duration_seconds", Help: "Time of the requests sent to clouds.",
			Buckets: prometheus.ExponentialBuckets(0.005, 4, 8),
		}, []string{"account"}),
	}
	r.MustRegister(c.calls, c.took)
	return c
}

// Count implements [providers.Counter].
func (c *counters) Count(account, operation string, code int, took time.Duration) {
	c.calls.WithLabelValues(account, operation, strconv.Itoa(code)).Inc()
	c.took.WithLabelValues(account).Observe(took.Seconds())
}

// refreshes counts the inventory's work.
type refreshes struct {
	listings *prometheus.CounterVec
	changes  *prometheus.CounterVec
}

func newRefreshes(r *prometheus.Registry) *refreshes {
	f := &refreshes{
		listings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "occigate_refreshes_total", Help: "Listings of clouds, by how they ended.",
		}, []string{"account", "kind", "result"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "occigate_changes_total", Help: "Changes asked of clouds, by how they were answered.",
		}, []string{"account", "kind", "change", "result"}),
	}
	r.MustRegister(f.listings, f.changes)
	return f
}

// Refreshed implements [inventory.Metrics].
func (f *refreshes) Refreshed(uid string, kind inventory.Kind, _ time.Duration, err error) {
	f.listings.WithLabelValues(uid, string(kind), result(err)).Inc()
}

// Changed implements [inventory.Metrics].
func (f *refreshes) Changed(uid string, kind inventory.Kind, op string, err error) {
	f.changes.WithLabelValues(uid, string(kind), op, result(err)).Inc()
}

// spending counts what the budgets of calls cost.
type spending struct {
	waited *prometheus.CounterVec
	slowed *prometheus.CounterVec
}

func newSpending(r *prometheus.Registry) *spending {
	s := &spending{
		waited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "occigate_budget_waited_seconds_total", Help: "Time that calls of clouds have waited for their account's budget.",
		}, []string{"account"}),
		slowed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "occigate_budget_slowed_total", Help: "Answers of clouds that they get too many calls.",
		}, []string{"account"}),
	}
	r.MustRegister(s.waited, s.slowed)
	return s
}

// Waited implements [budget.Metrics].
func (s *spending) Waited(uid string, d time.Duration) {
	s.waited.WithLabelValues(uid).Add(d.Seconds())
}

// Slowed implements [budget.Metrics].
func (s *spending) Slowed(uid string) { s.slowed.WithLabelValues(uid).Inc() }

// result is "ok" or the kind of an error.
func result(err error) string {
	if err == nil {
		return "ok"
	}
	return providers.Kind(err).Error()
}
