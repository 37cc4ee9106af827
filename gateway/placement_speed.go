package gateway

import (
	"cmp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"occigate/gateway/broker/placement"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// begun notes a compute that was asked for, so that it is seen when it becomes
// active, or breaks.
func (p *placer) begun(it *inventory.Item, w placement.Wait) {
	p.speeds.Begun(it.ID, w)
	p.see(it, p.now())
	p.follow()
}

// see looks at a compute as it stands at a moment. Some clouds accept a machine and
// find only then that there is no room for it: that is a refusal too, which the next
// placements avoid, though a machine that nobody waited for stays broken.
func (p *placer) see(it *inventory.Item, at time.Time) {
	if it.Server == nil {
		return
	}
	switch it.Server.State {
	case providers.StateActive:
		p.speeds.Active(it.ID, at)
	case providers.StateError:
		if w, waited := p.speeds.Lost(it.ID); waited && w.Size != "" {
			why := cmp.Or(it.Server.Message, "the machine broke while it was made")
			p.memory.Remember(w.Account, w.Size, w.Zone, placement.Refusal{At: at, Until: at.Add(noRoomFor), Text: why})
		}
	}
}

// lost notes that a compute which its cloud has accepted will not be active. What
// has happened to it is read before: the next one may have the same id.
func (p *placer) lost(id string) {
	p.follow()
	p.speeds.Lost(id)
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
			if e.After == nil {
				p.speeds.Lost(e.Before.ID)
			} else {
				p.see(e.After, e.At)
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
