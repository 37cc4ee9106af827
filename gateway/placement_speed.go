package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// begun notes a compute that was asked for at a moment, so that it is seen when it
// becomes active.
func (p *placer) begun(it *inventory.Item, at time.Time) {
	p.speeds.Begun(it.ID, it.UID, at)
	if isActive(it) {
		p.speeds.Active(it.ID, p.now())
	}
	p.follow()
}

func isActive(it *inventory.Item) bool {
	return it.Server != nil && it.Server.State == providers.StateActive
}

// mostAtOnce is how many events are looked at in one step.
const mostAtOnce = 512

// follow reads the events since the last time: it is called whenever something is
// asked of the speeds, and events know when they were. Of a machine that became
// active in events that are not kept any more, nothing is measured.
func (p *placer) follow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	log := p.inv.Events()
	for {
		events, _, missed := log.After(p.seen, mostAtOnce)
		if missed {
			p.seen = log.Last()
			return
		}
		for _, e := range events {
			p.seen = e.Seq
			switch {
			case e.After == nil:
				p.speeds.Lost(e.Before.ID)
			case isActive(e.After):
				p.speeds.Active(e.After.ID, e.At)
			}
		}
		if len(events) < mostAtOnce {
			return
		}
	}
}

// medians are the times from create to active by account.
func (p *placer) medians() map[string]time.Duration {
	p.follow()
	return p.speeds.Medians()
}

var createToActiveDesc = prometheus.NewDesc("occigate_account_create_to_active_seconds",
	"Median time from the request for a machine until it is active, of the newest that this gateway has made.", []string{"account"}, nil)

// Describe names the figure of the speeds.
func (p *placer) Describe(out chan<- *prometheus.Desc) { out <- createToActiveDesc }

// Collect gives it for every account that it is known of.
func (p *placer) Collect(out chan<- prometheus.Metric) {
	for account, median := range p.medians() {
		out <- prometheus.MustNewConstMetric(createToActiveDesc, prometheus.GaugeValue, median.Seconds(), account)
	}
}
