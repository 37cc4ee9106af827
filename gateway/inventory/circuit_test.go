package inventory

import (
	"testing"
	"time"

	"occigate/providers"
)

func TestCircuit(t *testing.T) {
	const s, m = time.Second, time.Minute
	down := providers.Errorf(providers.ErrUnavailable, "x", "down")
	refused := providers.Errorf(providers.ErrDenied, "x", "no")
	patient := &providers.Error{Kind: providers.ErrThrottled, RetryAfter: time.Hour}
	p := pace{every: 30 * s, fast: 5 * s, denied: 10 * m, longest: 5 * m}
	fail := func(g group) landing { return landing{group: g, err: down} }
	work := landing{group: groupServers}
	probe := landing{group: groupServers, err: down, probe: true}
	opened := []landing{fail(groupServers), fail(groupVolumes), fail(groupNetworks)}
	tests := map[string]struct {
		landings []landing
		open     bool
		due      time.Duration
	}{
		"nothing happened":                     {nil, false, 0},
		"one listing fails":                    {opened[:1], false, 0},
		"two fail":                             {opened[:2], false, 0},
		"three fail":                           {opened, true, 5 * s},
		"one group fails again and again":      {[]landing{fail(groupServers), fail(groupServers), fail(groupServers), fail(groupServers)}, false, 0},
		"two groups fail in turn":              {[]landing{fail(groupServers), fail(groupServers), fail(groupVolumes)}, true, 5 * s},
		"something works between":              {[]landing{opened[0], opened[1], work, opened[2], opened[0]}, false, 0},
		"what was under way fails too":         {append(opened[:3:3], fail(groupAddresses), fail(groupCatalogue)), true, 5 * s},
		"what was under way works":             {append(opened[:3:3], landing{group: groupVolumes}), false, 0},
		"the probe fails":                      {append(opened[:3:3], probe), true, 10 * s},
		"the probe fails again":                {append(opened[:3:3], probe, probe), true, 20 * s},
		"the probe fails for long":             {append(opened[:3:3], probe, probe, probe, probe, probe, probe, probe), true, 5 * m},
		"the probe works":                      {append(opened[:3:3], probe, landing{group: groupServers, probe: true}), false, 0},
		"it is closed again and one fails":     {append(opened[:3:3], work, fail(groupServers)), false, 0},
		"refused credentials":                  {append(opened[:2:2], landing{group: groupNetworks, err: refused}), true, 10 * m},
		"the cloud asks for patience":          {append(opened[:2:2], landing{group: groupNetworks, err: patient}), true, time.Hour},
		"the probe is answered with a refusal": {append(opened[:3:3], landing{probe: true, err: refused}), true, 10 * m},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var c circuit
			for _, l := range tt.landings {
				c = c.after(noon, l, p, 0)
			}
			if c.open != tt.open || c.open && c.due.Sub(noon) != tt.due {
				t.Errorf("open %t, probe in %v; want %t and %v", c.open, c.due.Sub(noon), tt.open, tt.due)
			}
		})
	}
	if c := (circuit{}).trip(noon, down, p, -1); c.due.Sub(noon) != 4500*time.Millisecond {
		t.Errorf("with jitter the probe is in %v", c.due.Sub(noon))
	}
}

func TestCircuitState(t *testing.T) {
	for name, tt := range map[string]struct {
		stamp *stamp
		want  string
	}{
		"never tried":  {nil, CircuitClosed},
		"well":         {&stamp{Next: noon.Add(-time.Hour)}, CircuitClosed},
		"open":         {&stamp{Trips: 1, Next: noon.Add(time.Second)}, CircuitOpen},
		"probe is due": {&stamp{Trips: 3, Next: noon}, CircuitHalfOpen},
	} {
		if got := tt.stamp.circuitState(noon); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestProbeOfAnotherClock takes over when to probe from gateways whose clocks are
// other than ours: the wait is never longer than they meant it.
func TestProbeOfAnotherClock(t *testing.T) {
	for name, tt := range map[string]struct {
		at, next time.Duration // from our now
		want     time.Duration
	}{
		"equal clocks":                   {-time.Minute, 4 * time.Minute, 4 * time.Minute},
		"an hour ahead":                  {time.Hour, time.Hour + 5*time.Minute, 5 * time.Minute},
		"the cloud asks for two hours":   {-time.Hour, time.Hour, time.Hour},
		"the same by a clock that leads": {time.Hour, 3 * time.Hour, 2 * time.Hour},
		"overdue":                        {-time.Hour, -time.Minute, -time.Minute},
	} {
		st := &stamp{Trips: 1, At: noon.Add(tt.at), Next: noon.Add(tt.next)}
		if got := st.probe(noon).Sub(noon); got != tt.want {
			t.Errorf("%s: in %v, want %v", name, got, tt.want)
		}
	}
	if old := (&stamp{Trips: 1, Next: noon.Add(time.Hour)}); !old.probe(noon).Equal(old.Next) {
		t.Error("a stamp without its moment is not taken as it is")
	}
}
