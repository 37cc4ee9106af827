package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"occigate/gateway/broker/desk"
)

// priceCollector tells how old what is known of prices is, and whether it can be
// renewed. There is one source for each rate card and price list that is configured,
// and one for the exchange rates.
type priceCollector struct{ desk *desk.Desk }

// ratesSource is the label of the exchange rates.
const ratesSource = "exchange rates"

var (
	priceAgeDesc = prometheus.NewDesc("occigate_price_source_age_seconds",
		"Time since the seller said the prices in force, or the bank the rates; failed attempts to renew them change nothing of it.",
		[]string{"source"}, nil)
	priceCountDesc = prometheus.NewDesc("occigate_price_source_prices",
		"Prices of the last good reading.", []string{"source"}, nil)
	priceFailingDesc = prometheus.NewDesc("occigate_price_source_failing",
		"Whether the newest attempt to read the source has failed.", []string{"source"}, nil)
	priceFailuresDesc = prometheus.NewDesc("occigate_price_source_failures_total",
		"Attempts to read the source that have failed.", []string{"source"}, nil)
)

// Describe names the figures.
func (priceCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{priceAgeDesc, priceCountDesc, priceFailingDesc, priceFailuresDesc} {
		out <- d
	}
}

// Collect reads the books.
func (p priceCollector) Collect(out chan<- prometheus.Metric) {
	now := p.desk.Now()
	entries, _ := p.desk.Tariffs().Entries()
	for i := range entries {
		e := &entries[i]
		if e.Tariff != nil {
			gauge(out, priceAgeDesc, e.Age(now).Seconds(), e.Name)
			gauge(out, priceCountDesc, float64(len(e.Tariff.Prices())), e.Name)
		}
		failures(out, e.Name, e.Problem, e.Failures)
	}
	if s := p.desk.Rates(); s.Table != nil || s.Problem != "" {
		if s.Table != nil {
			gauge(out, priceAgeDesc, now.Sub(s.Table.Date()).Truncate(time.Second).Seconds(), ratesSource)
		}
		failures(out, ratesSource, s.Problem, s.Failures)
	}
}

// failures says of a source whether it fails and how often it has failed.
func failures(out chan<- prometheus.Metric, source, problem string, count uint64) {
	failing := 0.0
	if problem != "" {
		failing = 1
	}
	gauge(out, priceFailingDesc, failing, source)
	out <- prometheus.MustNewConstMetric(priceFailuresDesc, prometheus.CounterValue, float64(count), source)
}

func gauge(out chan<- prometheus.Metric, d *prometheus.Desc, value float64, source string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, source)
}
