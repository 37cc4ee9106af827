//go:build chaos

package chaos_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"occigate/test/servers"
)

// refusedCreates asks every gateway for a machine at every cloud while the store
// is away: each is refused with when to come back.
func (w *world) refusedCreates(t *testing.T) {
	t.Helper()
	for _, g := range w.gates {
		a, err := w.create(g, w.clouds[w.r.IntN(len(w.clouds))])
		if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("a create without the store: %d, Retry-After %q, %v: %.200s", a.status, a.header.Get("Retry-After"), err, a.body)
		}
	}
}

// TestOneRedis lets three gateways share one Redis that keeps an append-only
// file, as the documentation says, behind a proxy.
func TestOneRedis(t *testing.T) {
	redis := servers.Redis(t, "--appendonly", "yes", "--appendfsync", "everysec")
	proxy := servers.NewProxy(t, redis.Address)
	w := newWorld(t, fmt.Sprintf("{redis: {addresses: [%q]}}", proxy.Address), 0, 0, 0)

	w.during("gateways killed", func(t *testing.T) {
		for range brief(3, 8) {
			g := w.gates[w.r.IntN(len(w.gates))]
			g.kill()
			time.Sleep(time.Duration(w.r.IntN(1500)) * time.Millisecond)
			g.restart()
		}
	})
	w.during("Redis restarted", func(t *testing.T) {
		for range brief(1, 3) {
			redis.Kill()
			time.Sleep(200 * time.Millisecond)
			w.refusedCreates(t)
			redis.Restart()
			time.Sleep(time.Second)
		}
	})
	w.during("Redis flushed", func(t *testing.T) {
		for range brief(1, 3) {
			if _, err := redis.Do("FLUSHALL"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
	})
	w.during("Redis paused", func(t *testing.T) {
		redis.Pause()
		began := time.Now()
		w.refusedCreates(t)
		time.Sleep(time.Until(began.Add(10 * time.Second)))
		redis.Resume()
	})
	w.during("Redis cut off", func(t *testing.T) {
		for range brief(1, 3) {
			proxy.Cut()
			w.refusedCreates(t)
			time.Sleep(brief(time.Second, 4*time.Second))
			proxy.Mend()
			time.Sleep(time.Second)
		}
	})
}
