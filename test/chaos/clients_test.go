//go:build chaos

package chaos_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	mixinScheme = "http://example.org/chaos#"
	mixin       = mixinScheme + "blue"
	mixinPlace  = "/chaos/blue/"
)

// read asks a gateway without pause until stop, and wants every answer at once
// and whole: nothing that is fixed is missing, nothing is there twice.
func (w *world) read(g *gate, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
		}
		life := g.life.Load()
		if !g.up() {
			continue
		}
		fixed := w.fixed() // before the list: what comes later may be missing
		began := time.Now()
		paths, err := g.paths("/compute/")
		took := time.Since(began)
		if g.life.Load() != life {
			continue
		}
		w.note(took, err, g)
		if err == nil {
			w.whole(g, paths, fixed)
		}
		if path := w.any(w.known); path != "" {
			w.named(g, life, path)
		}
	}
}

// whole compares a list with what has to be in it.
func (w *world) whole(g *gate, paths, fixed []string) {
	slices.Sort(paths)
	if n := len(slices.Compact(slices.Clone(paths))); n != len(paths) {
		w.complain(fmt.Sprintf("%s lists %d machines twice", g.url, len(paths)-n))
	}
	missing := 0
	for _, p := range fixed {
		if _, ok := slices.BinarySearch(paths, p); !ok {
			missing++
		}
	}
	if missing > 0 {
		w.complain(fmt.Sprintf("%s %s: %d of %d machines are missing in a list of %d", w.since(), g.url, missing, len(fixed), len(paths)))
	}
}

// named reads a machine that clients have named before all this began.
func (w *world) named(g *gate, life int64, path string) {
	var want string
	var tagged bool
	w.with(func() { want, tagged = w.known[path], w.tagged[path] })
	began := time.Now()
	e, status, err := g.entity(path)
	took := time.Since(began)
	if g.life.Load() != life {
		return
	}
	w.note(took, err, g)
	changed := false
	w.with(func() { changed = w.known[path] != want })
	if err != nil || changed {
		return
	}
	if status != http.StatusOK || e.Title != want || tagged && !slices.Contains(e.Mixins, mixin) {
		w.complain(fmt.Sprintf("%s %s%s: %d, %q with mixins %v, want %q (tagged: %t)", w.since(), g.url, path, status, e.Title, e.Mixins, want, tagged))
	}
}

// note takes down how long a read took.
func (w *world) note(took time.Duration, err error, g *gate) {
	if err != nil {
		w.complain(fmt.Sprintf("%s a read of %s failed: %v", w.since(), g.url, err))
	}
	w.with(func() {
		w.reads++
		w.longest = max(w.longest, took)
	})
}

func (g *gate) entity(path string) (e entity, status int, err error) {
	a, err := g.do("GET", path, "", "Accept", "application/occi+json")
	if err == nil && a.status == http.StatusOK {
		err = json.Unmarshal([]byte(a.body), &e)
	}
	return e, a.status, err
}

// write creates, deletes and names machines through any gateway that runs until
// stop, and lets the clouds change by themselves.
func (w *world) write(r *rand.Rand, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(r.IntN(150)) * time.Millisecond):
		}
		g := w.gates[r.IntN(len(w.gates))]
		if !g.up() {
			continue
		}
		switch r.IntN(8) {
		case 0, 1, 2:
			w.create(g, w.clouds[r.IntN(len(w.clouds))])
		case 3, 4:
			w.delete(g)
		case 5:
			w.rename(g, r)
		case 6:
			w.tag(g)
		case 7:
			w.outside(r)
		}
	}
}

// create asks for a machine with a title that no other has.
func (w *world) create(g *gate, c *cloud) (answer, error) {
	title := fmt.Sprint("made-", w.serial.Add(1))
	a, err := g.do("POST", "/compute/", fmt.Sprintf(`{"kind": "http://schemas.ogf.org/occi/infrastructure#compute", "title": %q,
		"mixins": ["http://schemas.occigate.org/occi/infrastructure/cloud#%s"]}`, title, c.name), "Content-Type", "application/occi+json")
	path := strings.TrimPrefix(a.header.Get("Location"), g.url)
	w.with(func() {
		switch {
		case err == nil && a.status == http.StatusCreated && path != "":
			w.made[path] = title
			w.titles[path] = title
		case err == nil && (a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != ""):
			w.refused[title] = true
			w.statuses[a.status]++
		default:
			w.open[title] = true
		}
	})
	return a, err
}

// delete takes away a machine that was made.
func (w *world) delete(g *gate) {
	path := w.any(w.made, w.gone, w.leaving)
	if path == "" {
		return
	}
	w.with(func() {
		w.leaving[path] = true
		delete(w.known, path)
		delete(w.titles, path) // it may be gone though the answer is lost
	})
	a, err := g.do("DELETE", path, "")
	if err == nil && a.status == http.StatusOK {
		w.with(func() { w.gone[path] = true })
	}
}

// rename gives a machine that stays another title; when that is refused the old
// one stands.
func (w *world) rename(g *gate, r *rand.Rand) {
	path := w.any(w.stable)
	title := fmt.Sprint("named-", r.Uint64())
	w.with(func() { // either is right until the answer
		delete(w.titles, path)
		delete(w.known, path)
	})
	a, err := g.do("POST", path, fmt.Sprintf(`{"title": %q}`, title), "Content-Type", "application/occi+json")
	if err == nil && a.status == http.StatusOK {
		w.with(func() { w.titles[path] = title })
	}
}

// tag makes a machine that stays a member of the mixin.
func (w *world) tag(g *gate) {
	path := w.any(w.stable, w.tagged)
	if path == "" {
		return
	}
	w.with(func() {
		delete(w.known, path)
		w.asked[path] = true
	})
	a, err := g.do("POST", mixinPlace, "X-OCCI-Location: "+path, "Content-Type", "text/plain")
	if err == nil && a.status == http.StatusOK {
		w.with(func() { w.tagged[path] = true })
	}
}

// outside lets a cloud change by itself: a machine comes.
func (w *world) outside(r *rand.Rand) {
	c := w.clouds[r.IntN(len(w.clouds))]
	c.grow(fmt.Sprint("outside-", w.serial.Add(1)))
}
