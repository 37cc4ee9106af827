//go:build chaos

package chaos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"occigate/test/servers"
)

// TestClocks lets clocks be wrong: of gateways that share the store, and of the
// clouds. They jump while all run, and while gateways are down.
func TestClocks(t *testing.T) {
	redis := servers.Redis(t, "--appendonly", "yes", "--appendfsync", "everysec")
	w := newWorld(t, fmt.Sprintf("{redis: {addresses: [%q]}}", redis.Address), 0, time.Hour, -time.Hour)

	w.during("gateways two hours apart", func(t *testing.T) {
		time.Sleep(brief(2*time.Second, 5*time.Second))
		w.ages(t)
	})
	w.during("the gateway that is ahead dies", func(t *testing.T) {
		w.gates[1].kill()
		w.moves(t)
		w.gates[1].restart()
	})
	w.during("the clouds' clocks jump an hour ahead", func(t *testing.T) {
		for _, c := range w.clouds {
			c.off.Add(int64(time.Hour))
		}
		w.takesCreates(t)
	})
	w.during("the clouds' clocks jump back", func(t *testing.T) {
		for _, c := range w.clouds {
			c.off.Add(-int64(time.Hour))
		}
		w.takesCreates(t)
	})
	w.during("a gateway's clock jumps two hours ahead while it runs", func(t *testing.T) {
		w.gates[2].shift(time.Hour)
		w.takesCreates(t)
		w.moves(t)
	})
	w.during("all gateways' clocks jump back while they run", func(t *testing.T) {
		for _, g := range w.gates {
			g.shift(-2 * time.Hour)
		}
		w.takesCreates(t)
		w.moves(t)
	})
	w.during("all gateways' clocks jump an hour ahead while they are down", func(t *testing.T) {
		for _, g := range w.gates {
			g.kill()
			g.shift(-time.Hour)
			g.restart()
		}
		w.takesCreates(t)
	})
}

// ages waits until every gateway says by its own clock how old the clouds' parts
// are, whoever has listed them.
func (w *world) ages(t *testing.T) {
	t.Helper()
	for _, g := range w.gates {
		servers.Eventually(t, "what is listed every second is some seconds old", func() bool {
			a, err := g.do("GET", "/clouds", "")
			list, listErr := g.do("GET", "/compute/", "")
			var report struct {
				Clouds []struct {
					Parts []struct{ Observed time.Time }
				}
			}
			if errors.Join(err, listErr, json.Unmarshal([]byte(a.body), &report)) != nil || len(report.Clouds) != clouds {
				return false
			}
			for _, c := range report.Clouds {
				if age := time.Since(c.Parts[0].Observed.Add(-g.off)); age < -time.Second || age > time.Minute {
					return false
				}
			}
			seconds, err := strconv.Atoi(list.header.Get("Age"))
			return err == nil && seconds < 60 && list.header.Get("X-Occigate-Stale") == ""
		})
	}
}

// moves waits until what a cloud changes by itself is shown by every gateway that
// runs, so that its account has another holder. How long that may take is a matter
// of the inventory's own tests, which have the processor to themselves.
func (w *world) moves(t *testing.T) {
	t.Helper()
	began := time.Now()
	for _, c := range w.clouds {
		id := c.grow(fmt.Sprint("outside-", w.serial.Add(1)))
		servers.Eventually(t, "a new machine at "+c.name+" is shown", func() bool {
			for _, g := range w.gates {
				if !g.up() {
					continue
				}
				list, err := g.computes()
				if err != nil || !shows(list, id) {
					return false
				}
			}
			return true
		})
	}
	t.Logf("all accounts are listed by those that are left after %.1f s", time.Since(began).Seconds())
}

func shows(list []entity, native string) bool {
	for _, e := range list {
		if e.native() == native {
			return true
		}
	}
	return false
}
