//go:build chaos

package chaos_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"occigate/test/servers"
)

// world is some clouds, the gateways over them and their clients, at work until
// the test ends.
type world struct {
	*ledger
	t      *testing.T
	r      *rand.Rand // of the test itself; its clients have their own
	clouds []*cloud
	gates  []*gate
	serial atomic.Int64
	began  time.Time

	reads    int
	longest  time.Duration
	statuses map[int]int // of refused creates
}

// newWorld starts gateways on a store, one for each offset of a clock, and lets
// clients name and tag machines.
func newWorld(t *testing.T, store string, offsets ...time.Duration) *world {
	t.Helper()
	w := &world{ledger: newLedger(), t: t, r: dice(t), began: time.Now(), statuses: map[int]int{}}
	for i := range clouds {
		w.clouds = append(w.clouds, newCloud(t, fmt.Sprint("cloud", i)))
	}
	config := configure(t, store, w.clouds)
	for _, off := range offsets {
		w.gates = append(w.gates, newGate(t, config, off))
	}
	w.settle()
	w.furnished()
	w.mark()
	a, err := w.gates[0].do("POST", "/-/", `Category: blue; scheme="`+mixinScheme+`"; class="mixin"; title="blue ones"; location="`+mixinPlace+`"`, "Content-Type", "text/plain")
	if err != nil || a.status != http.StatusOK {
		t.Fatalf("the mixin: %d %v %s", a.status, err, a.body)
	}
	for range 3 * clouds {
		w.rename(w.gates[0], w.r)
		w.tag(w.gates[0])
	}
	servers.Eventually(t, "every gateway knows the mixin", func() bool {
		for _, g := range w.gates {
			if paths, err := g.paths(mixinPlace); err != nil || len(paths) != len(w.tagged) {
				return false
			}
		}
		return true
	})
	return w
}

// settle learns the machines of the start.
func (w *world) settle() {
	w.t.Helper()
	servers.Eventually(w.t, "the gateway lists all machines", func() bool {
		list, err := w.gates[0].computes()
		if err != nil || len(list) != clouds*machines {
			return false
		}
		for _, e := range list {
			w.stable[e.path()] = e.native()
		}
		return true
	})
}

// furniture is how many of what is no machine there are at the start. Nobody takes
// any of it away; only interfaces come with new machines.
var furniture = map[string]int{
	"/storage/": clouds * volumes, "/network/": clouds, "/storagelink/": clouds * volumes, "/networkinterface/": clouds * machines,
}

// furnished learns the furniture.
func (w *world) furnished() {
	w.t.Helper()
	for collection, n := range furniture {
		servers.Eventually(w.t, "the gateway lists all of "+collection, func() bool {
			paths, err := w.gates[0].paths(collection)
			slices.Sort(paths)
			w.others[collection] = paths
			return err == nil && len(paths) == n
		})
	}
}

// mark makes a machine at every cloud that stays, so that a cloud is seen to keep
// the gateways' tokens whatever else is there: what comes by itself is then shown
// also while the answer of a create is open.
func (w *world) mark() {
	w.t.Helper()
	for _, c := range w.clouds {
		a, err := w.create(w.gates[0], c)
		path := strings.TrimPrefix(a.header.Get("Location"), w.gates[0].url)
		if err != nil || w.made[path] == "" {
			w.t.Fatalf("a first machine at %s: %d %v %s", c.name, a.status, err, a.body)
		}
		delete(w.made, path)
		servers.Eventually(w.t, "every gateway shows it", func() bool {
			for _, g := range w.gates {
				e, _, err := g.entity(path)
				if w.stable[path] = e.native(); err != nil || e.native() == "" {
					return false
				}
			}
			return true
		})
	}
}

// during lets clients work while something is done, and for a while after it;
// then everything has to be there.
func (w *world) during(name string, do func(t *testing.T)) {
	w.t.Run(name, func(t *testing.T) {
		began, reads := time.Now(), w.reads
		w.known = maps.Clone(w.titles)
		w.longest = 0
		stop := make(chan struct{})
		var all sync.WaitGroup
		for _, g := range w.gates {
			all.Go(func() { w.read(g, stop) })
		}
		for range 2 {
			seed := rand.NewPCG(w.r.Uint64(), 0)
			all.Go(func() { w.write(rand.New(seed), stop) })
		}
		func() {
			defer all.Wait() // also when do ends the test
			defer close(stop)
			time.Sleep(brief(500*time.Millisecond, 2*time.Second))
			do(t)
			time.Sleep(brief(500*time.Millisecond, 2*time.Second))
		}()
		worked := time.Since(began)
		for _, what := range w.complaints() {
			t.Error(what)
		}
		w.check(t)
		t.Logf("%s: %.1f s, all right %.1f s after; %d reads, the longest %v; %d machines made so far, refused creates by status %v, open %d",
			name, worked.Seconds(), (time.Since(began) - worked).Seconds(), w.reads-reads, w.longest.Round(time.Millisecond), len(w.made), w.statuses, len(w.open))
	})
}

// since is when something happened, by the world's age.
func (w *world) since() string { return fmt.Sprintf("[%.2f s]", time.Since(w.began).Seconds()) }
