package inventory

import (
	"fmt"
	"testing"
	"time"

	"occigate/providers"
)

func TestSlotAfter(t *testing.T) {
	p := pace{every: 30 * time.Second, fast: 5 * time.Second, denied: 10 * time.Minute, longest: 5 * time.Minute}
	down := providers.Errorf(providers.ErrUnavailable, "x", "down")
	tests := map[string]struct {
		slot   slot
		err    error
		busy   bool
		jitter float64
		want   time.Duration
	}{
		"all is well":             {want: 30 * time.Second},
		"with jitter":             {jitter: -1, want: 27 * time.Second},
		"in transition":           {busy: true, want: 5 * time.Second},
		"first failure":           {err: down, want: 5 * time.Second},
		"third failure":           {slot: slot{fails: 2}, err: down, want: 20 * time.Second},
		"hundredth failure":       {slot: slot{fails: 99}, err: down, want: 5 * time.Minute},
		"refused credentials":     {err: providers.Errorf(providers.ErrDenied, "x", "no"), want: 10 * time.Minute},
		"asked for patience":      {err: &providers.Error{Kind: providers.ErrThrottled, RetryAfter: time.Hour}, want: time.Hour},
		"never before what asked": {err: &providers.Error{Kind: providers.ErrThrottled, RetryAfter: time.Hour}, jitter: -1, want: time.Hour},
		"an error without a kind": {err: fmt.Errorf("x"), want: 5 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.slot.after(noon, tt.err, tt.busy, p, tt.jitter)
			if d := got.due.Sub(noon); d != tt.want {
				t.Errorf("due in %v, want %v", d, tt.want)
			}
			if got.sick != (tt.err != nil) {
				t.Errorf("sick %v", got.sick)
			}
			if rung := got.ring(noon); tt.err != nil && rung != got || tt.err == nil && !rung.due.Equal(noon) {
				t.Errorf("rung: due %v", rung.due)
			}
		})
	}
}

func TestDueNow(t *testing.T) {
	order := []group{groupServers, groupVolumes}
	at := func(servers, volumes time.Duration) map[group]slot {
		return map[group]slot{groupServers: {due: noon.Add(servers)}, groupVolumes: {due: noon.Add(volumes)}}
	}
	tests := map[string]struct {
		slots map[group]slot
		last  time.Duration // since the last refresh
		due   int
		next  time.Duration
	}{
		"both":                    {at(-1, -1), time.Hour, 2, 0},
		"one, the other later":    {at(0, time.Minute), time.Hour, 1, time.Minute},
		"none":                    {at(time.Second, time.Minute), time.Hour, 0, time.Second},
		"too soon after the last": {at(-1, -1), 2 * time.Second, 0, 3 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			due, next := dueNow(tt.slots, order, noon.Add(-tt.last), noon, 5*time.Second)
			if len(due) != tt.due {
				t.Errorf("due %v", due)
			}
			if tt.next == 0 != next.IsZero() || tt.next > 0 && next.Sub(noon) != tt.next {
				t.Errorf("next %v", next.Sub(noon))
			}
		})
	}
}

func TestJudge(t *testing.T) {
	const hour = time.Hour
	tests := map[string]struct {
		absence absence
		want    verdict
	}{
		"one listing":                     {absence{missing: 1, age: hour}, asked},
		"one listing and a point read":    {absence{missing: 1, age: hour, notFound: true}, gone},
		"two listings":                    {absence{missing: 2, age: hour}, gone},
		"newborn":                         {absence{missing: 9, age: time.Minute, notFound: true}, stays},
		"many at once":                    {absence{missing: 1, age: hour, mass: true}, stays},
		"many at once, not found":         {absence{missing: 1, age: hour, mass: true, notFound: true}, stays},
		"many at once, twice":             {absence{missing: 2, age: hour, mass: true}, gone},
		"deleted by us":                   {absence{missing: 1, deleting: true}, asked},
		"deleted by us, not found":        {absence{missing: 1, deleting: true, notFound: true}, gone},
		"deleted by us, two listings":     {absence{missing: 2, deleting: true}, gone},
		"deleted by us, among many, born": {absence{missing: 1, deleting: true, mass: true}, asked},
	}
	for name, tt := range tests {
		if got := judge(tt.absence, 5*time.Minute); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	for _, tt := range []struct {
		newly, total int
		want         bool
	}{{10, 10, false}, {11, 22, false}, {11, 21, true}, {60, 60, true}} {
		if got := massVanish(tt.newly, tt.total); got != tt.want {
			t.Errorf("%d of %d: %v", tt.newly, tt.total, got)
		}
	}
}
