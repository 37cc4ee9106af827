package inventory

import (
	"testing"
	"time"
)

// How far another's clock is ahead is told by beats that come as they do: every
// three seconds, at once as a rule.
func TestMeasure(t *testing.T) {
	const every, hour = 3 * time.Second, time.Hour
	start := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	type heard struct {
		at, off, late time.Duration // when it was written, how far its clock was ahead, how late it came
	}
	cases := map[string]struct {
		beats []heard
		want  time.Duration
	}{
		"one clock":                         {[]heard{{}, {at: every}, {at: 2 * every}}, 0},
		"ahead, from the first on":          {[]heard{{off: hour}}, hour},
		"behind, from the first on":         {[]heard{{off: -hour}}, 0},
		"behind":                            {[]heard{{off: -hour}, {at: every, off: -hour}}, -hour},
		"behind, and one is late":           {[]heard{{off: -hour, late: 500 * time.Millisecond}, {at: every, off: -hour}}, -hour},
		"ahead, and one is late":            {[]heard{{off: hour}, {at: every, off: hour, late: 4 * every}}, hour},
		"the two of the start are late":     {[]heard{{late: 5 * time.Second}, {at: time.Millisecond, late: 5 * time.Second}}, 0},
		"found in the store, then one more": {[]heard{{late: hour}, {at: hour}}, 0},
		"read after an outage":              {[]heard{{}, {at: every, late: 3 * every}, {at: 2 * every, late: 2 * every}, {at: 3 * every, late: every}}, 0},
		"the clock is set back":             {[]heard{{}, {at: every, off: -hour}, {at: 2 * every, off: -hour}}, -hour},
		"the clock is set ahead":            {[]heard{{off: -hour}, {at: every, off: -hour}, {at: 2 * every}}, 0},
		"a store that was slow for a while": {[]heard{{late: 5 * time.Second}, {at: every, late: 5 * time.Second}, {at: 2 * every}}, 0},
	}
	for name, c := range cases {
		var p peer
		for _, h := range c.beats {
			is := peer{heard: start.Add(h.at + h.late), beat: beat{Moment: start.Add(h.at + h.off)}}
			is.measure(p, every)
			p = is
		}
		if p.ahead != c.want {
			t.Errorf("%s: ahead by %v, want %v", name, p.ahead, c.want)
		}
	}
}
