//go:build chaos

package chaos_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"
)

// patience is how long the gateways may take until they show everything again. A
// change whose asker was killed stays open for 75 s.
const patience = 2 * time.Minute

// check waits until every gateway shows what is at the clouds and in the ledger,
// and fails with the differences when they do not.
func (w *world) check(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		var wrong []string
		for _, g := range w.gates {
			wrong = append(wrong, w.differences(g)...)
		}
		if len(wrong) == 0 {
			return
		}
		if time.Now().After(end) {
			for _, text := range wrong[:min(20, len(wrong))] {
				t.Error(text)
			}
			t.Fatalf("%d differences after %v", len(wrong), patience)
		}
	}
}

// differences compares what a gateway shows with the clouds and the ledger.
func (w *world) differences(g *gate) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, g.url+": "+fmt.Sprintf(format, args...)) }
	list, err := g.computes()
	if err != nil {
		return []string{err.Error()}
	}
	at := w.machines(say)
	shown := map[string]entity{}  // by path
	native := map[string]string{} // account and native id -> path
	for _, e := range list {
		if _, twice := shown[e.path()]; twice {
			say("%s is shown twice", e.path())
		}
		shown[e.path()] = e
		if e.native() == "" {
			if !w.open[e.Title] {
				say("%s %q (%s) has no machine", e.path(), e.Title, e.state())
			}
			continue
		}
		key := e.account() + "/" + e.native()
		if other := native[key]; other != "" {
			say("%s and %s are one machine", e.path(), other)
		}
		if at[key] == "" && (!w.leaving[e.path()] || w.gone[e.path()]) { // a delete without an answer leaves both open
			say("%s %q is shown and not at its cloud: %s", e.path(), e.Title, key)
		}
		native[key] = e.path()
	}
	for key, name := range at {
		if native[key] == "" {
			say("%s %q is at its cloud and not shown", key, name)
		}
	}
	w.compare(g, shown, say)
	w.furnishing(g, say)
	return wrong
}

// furnishing holds what is shown beside the machines to what was there at the
// start: by its path, and once.
func (w *world) furnishing(g *gate, say func(string, ...any)) {
	for collection, want := range w.others {
		paths, err := g.paths(collection)
		slices.Sort(paths)
		once := slices.Compact(slices.Clone(paths))
		missing := slices.DeleteFunc(slices.Clone(want), func(p string) bool {
			_, there := slices.BinarySearch(paths, p)
			return there
		})
		come := len(once) - len(want)
		if err != nil || len(missing) > 0 || len(once) < len(paths) || come > 0 && collection != "/networkinterface/" {
			say("%s lists %d, %d of them twice, not those %d of the start: missing are %v (%v)",
				collection, len(paths), len(paths)-len(once), len(want), missing, err)
		}
	}
}

// machines are those at the clouds: account and native id -> name. None that was
// refused is among them, and none was made twice.
func (w *world) machines(say func(string, ...any)) map[string]string {
	at, named := map[string]string{}, map[string]int{}
	for _, c := range w.clouds {
		for _, s := range c.Servers() {
			at[c.name+"/"+s.ID] = s.Name
			named[s.Name]++
			if w.refused[s.Name] {
				say("%q was refused and is there", s.Name)
			}
		}
	}
	for name, n := range named {
		if n > 1 {
			say("%q was made %d times", name, n)
		}
	}
	return at
}

// compare holds what is shown to the ledger.
func (w *world) compare(g *gate, shown map[string]entity, say func(string, ...any)) {
	for path, id := range w.stable {
		if shown[path].native() != id {
			say("%s shows %q, not %s", path, shown[path].native(), id)
		}
	}
	for path, title := range w.titles {
		if shown[path].Title != title {
			say("%s is titled %q, not %q", path, shown[path].Title, title)
		}
	}
	for path, title := range w.made {
		_, there := shown[path]
		if w.gone[path] && there || !there && !w.leaving[path] {
			say("%s %q: shown %t, deleted %t", path, title, there, w.gone[path])
		}
	}
	if a, err := g.do("GET", "/-/", "", "Accept", "text/plain"); err != nil || a.status != http.StatusOK {
		say("/-/: %d %v", a.status, err)
	}
	members, err := g.paths(mixinPlace)
	slices.Sort(members)
	missing := maps.Clone(w.tagged)
	for i, path := range members {
		if !w.asked[path] || i > 0 && members[i-1] == path {
			say("%s is a member of the mixin twice, or nobody asked for that", path)
		}
		delete(missing, path)
	}
	if err != nil || len(missing) > 0 {
		say("%d of %d members of the mixin are missing: %v", len(missing), len(w.tagged), err)
	}
}
