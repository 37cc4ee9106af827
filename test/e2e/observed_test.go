package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/translate"
	"occigate/translate/occi"
)

// TestOriginOfEntities looks for the origin of every entity in every rendering,
// and that only the time changes with a refresh, and no entity tag.
func TestOriginOfEntities(t *testing.T) {
	north := newSky(t, "north")
	north.grow("first")
	p := serve(t, under(t, "", north))
	native := north.Servers()[0].ID
	compute := first(t, p, "/compute/")
	began := p.Entity(t, compute)
	p.has(t, began, translate.Observed)
	for name, want := range map[string]string{
		translate.AttrObservedAccount: "north", translate.AttrObservedCloud: "openstack", translate.AttrObservedNative: native,
	} {
		if began.Attributes[name] != want {
			t.Errorf("%s is %v, want %s", name, began.Attributes[name], want)
		}
	}
	for _, media := range []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON} {
		t.Run(string(media), func(t *testing.T) {
			read := func() (time.Time, Answer) {
				a := p.Must(t, 200, "GET", compute, "", "Accept", string(media))
				at, err := time.Parse(time.RFC3339, seenAt(t, a))
				if err != nil {
					t.Fatal(err)
				}
				return at, a
			}
			before, old := read()
			p.Eventually(t, "seen later", func() bool {
				p.Must(t, 200, "GET", "/compute/", "", anew...)
				after, a := read()
				if a.Header.Get("ETag") != old.Header.Get("ETag") {
					t.Fatal("the entity tag changed with the time of observation")
				}
				return after.After(before)
			})
			p.Must(t, http.StatusNotModified, "GET", compute, "", "Accept", string(media), "If-None-Match", old.Header.Get("ETag"))
			if a := p.Echo(t, compute, media); a.Status != 200 {
				t.Errorf("what was shown cannot be put back: %d %s", a.Status, a.Body)
			}
		})
	}
	for _, e := range p.entities(t, "/") {
		if !e.has(translate.Observed) {
			t.Errorf("%s of %s has no origin in the list", e.ID, e.Kind)
		}
	}
	list := p.Must(t, 200, "GET", "/", "", "Accept", string(occi.OCCIJSON)).Body
	if strings.Contains(list, `"0001-`) {
		t.Error("the list has a time that never was")
	}
	all := p.paths(t, p.Must(t, 200, "GET", "/", ""), occi.TextPlain)
	for _, collection := range []string{"/mixin/observed/", "/?category=" + escaped(translate.Observed), "/?attribute=" + translate.AttrObservedAccount + "=north"} {
		if got := p.paths(t, p.Must(t, 200, "GET", collection, ""), occi.TextPlain); len(got) != len(all) || len(all) == 0 {
			t.Errorf("%d entities at %s, want all %d", len(got), collection, len(all))
		}
	}
	if line := queryLine(t, p, "Category: observed; "); !strings.Contains(line, `location="/mixin/observed/"`) || strings.Contains(line, "required") {
		t.Errorf("in the query interface: %q", line)
	}
}

// TestNothingIsSeenBeforeItIsListed creates a machine at a cloud whose listings
// lag: it has an origin, and a time only once a listing has shown it.
func TestNothingIsSeenBeforeItIsListed(t *testing.T) {
	north := newSky(t, "north")
	p := serve(t, under(t, "", north))
	north.plan.Set(fault.Fault{Kind: fault.Lag, Call: listServers, Delay: time.Hour})
	compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{
		p.Mixin(t, occi.MixinOSTemplate, "north-").ID(), p.Mixin(t, occi.MixinResourceTemplate, "north-").ID(),
	}})
	p.Must(t, 200, "GET", "/compute/", "", anew...)
	e := p.Entity(t, compute)
	p.has(t, e, translate.Observed)
	if at, there := e.Attributes[translate.AttrObservedTime]; there {
		t.Errorf("seen at %v, though no listing has shown it", at)
	}
	north.plan.Clear()
	p.Eventually(t, "listed", func() bool {
		p.Must(t, 200, "GET", "/compute/", "", anew...)
		return p.Entity(t, compute).Attributes[translate.AttrObservedTime] != nil
	})
	if n := len(north.Servers()); n != 1 {
		t.Errorf("%d servers at the cloud, want 1", n)
	}
}

// TestOriginCannotBeSet sends another origin with a create and with an update.
func TestOriginCannotBeSet(t *testing.T) {
	p := serving(t, "")
	forged := thing{
		kind: occi.KindStorage, title: "forged", mixins: []string{translate.Observed},
		attributes: map[string]any{occi.AttrStorageSize: 1, translate.AttrObservedAccount: "x", translate.AttrObservedTime: "2000-01-01T00:00:00Z"},
	}
	storage := p.made(t, "/storage/", forged)
	p.State(t, storage, "online")
	forged.attributes = map[string]any{translate.AttrObservedNative: "other"}
	if a := p.Say(t, "POST", storage, occi.TextPlain, forged); a.Status != 200 {
		t.Errorf("update: %d %s", a.Status, a.Body)
	}
	e := p.Entity(t, storage)
	if e.Attributes[translate.AttrObservedAccount] == "x" || e.Attributes[translate.AttrObservedNative] == "other" {
		t.Errorf("the origin was set: %v", e.Attributes)
	}
	if n := strings.Count(strings.Join(e.Mixins, " "), translate.Observed); n != 1 {
		t.Errorf("the mixin is there %d times", n)
	}
	p.Must(t, http.StatusConflict, "DELETE", "/mixin/observed/", "")
	p.Must(t, http.StatusForbidden, "PUT", "/mixin/observed/", "X-OCCI-Location: "+storage, "Content-Type", "text/plain")
	p.Must(t, http.StatusForbidden, "DELETE", "/-/", `Category: observed; scheme="http://schemas.occigate.org/occi/core#"; class="mixin"`, "Content-Type", "text/plain")
}

// seenAt finds the time of observation in an answer.
func seenAt(t *testing.T, a Answer) string {
	t.Helper()
	text := a.Body + strings.Join(a.Header.Values("X-OCCI-Attribute"), ", ")
	for _, before := range []string{`"` + translate.AttrObservedTime + `":"`, translate.AttrObservedTime + `="`} {
		if _, after, found := strings.Cut(text, before); found {
			at, _, _ := strings.Cut(after, `"`)
			return at
		}
	}
	t.Fatalf("no time of observation in\n%s", text)
	return ""
}

// queryLine finds a line of the query interface.
func queryLine(t *testing.T, p *Program, prefix string) string {
	t.Helper()
	for line := range strings.Lines(p.Must(t, 200, "GET", "/-/", "").Body) {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	t.Fatalf("no line that begins with %q", prefix)
	return ""
}
