package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// Category is a category of the query interface as JSON shows it.
type Category struct {
	Term, Scheme, Title, Location string
	Depends                       []string
}

// ID is the type identifier.
func (c Category) ID() string { return c.Scheme + c.Term }

// line is the category as a line of a text/plain request.
func (c Category) line() string {
	return fmt.Sprintf("Category: %s; scheme=%q; class=\"mixin\"\n", c.Term, c.Scheme)
}

// Mixins reads the mixins that depend on a base.
func (p *Program) Mixins(t testing.TB, base string) []Category {
	t.Helper()
	var model struct{ Mixins []Category }
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/-/", "", "Accept", string(occi.OCCIJSON)), &model)
	var found []Category
	for _, m := range model.Mixins {
		if len(m.Depends) > 0 && m.Depends[0] == base {
			found = append(found, m)
		}
	}
	return found
}

// Mixin reads the one mixin of a base whose term and title match.
func (p *Program) Mixin(t testing.TB, base, pattern string) Category {
	t.Helper()
	for _, m := range p.Mixins(t, base) {
		if regexp.MustCompile(pattern).MatchString(m.Term + " " + m.Title) {
			return m
		}
	}
	t.Fatalf("no mixin of %s matches %q", base, pattern)
	return Category{}
}

func (p *Program) decode(t testing.TB, a Answer, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), into); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
}

// Wish is what a walk asks of a cloud.
type Wish struct {
	Image, Size Category
	Title       string
	Disk        Disk
}

// Disk says whether a walk attaches a volume of its own, and to what.
type Disk string

// The walks with and without a volume.
const (
	DiskToRunning Disk = "" // to a machine that runs
	DiskToStopped Disk = "inactive"
	NoDisk        Disk = "none" // since the cloud has no volumes that can be attached
)

// Walk takes a machine through its life in one media type: create, list, stop,
// start, attach, detach, delete.
func (p *Program) Walk(t *testing.T, media occi.MediaType, w Wish) {
	t.Helper()
	speak := speakers[media]
	compute := p.create(t, media, "/compute/", speak.compute(w))
	p.Contains(t, "/compute/", compute)
	p.State(t, compute, "active")

	p.act(t, media, compute, "stop", speak)
	p.State(t, compute, "inactive")
	if w.Disk == DiskToStopped {
		p.lend(t, media, compute, w)
	}
	p.act(t, media, compute, "start", speak)
	p.State(t, compute, "active")
	if w.Disk == DiskToRunning {
		p.lend(t, media, compute, w)
	}
	p.gone(t, compute)
}

// lend attaches a new volume to a machine, takes it off again and deletes it.
func (p *Program) lend(t *testing.T, media occi.MediaType, compute string, w Wish) {
	t.Helper()
	speak := speakers[media]
	volume := p.create(t, media, "/storage/", speak.storage(w))
	p.Contains(t, "/storage/", volume)
	p.State(t, volume, "online")
	link := p.create(t, media, "/storagelink/", speak.storageLink(compute, volume))
	p.State(t, link, "active")
	if body := p.Must(t, 200, "GET", compute, "", "Accept", "text/plain").Body; !strings.Contains(body, path(volume)) {
		t.Fatalf("the compute does not show the volume attached to it:\n%s", body)
	}
	p.gone(t, link)
	p.Eventually(t, "volume deletable", func() bool { return p.Do(t, "DELETE", volume, "").Status == http.StatusOK })
	if a := p.Do(t, "GET", volume, ""); a.Status != http.StatusNotFound {
		t.Fatalf("a deleted volume answers %d", a.Status)
	}
}

// create posts a rendering and returns the URL of the entity made.
func (p *Program) create(t *testing.T, media occi.MediaType, location, body string) string {
	t.Helper()
	a := p.Must(t, http.StatusCreated, "POST", location, body, "Content-Type", string(media), "Accept", string(media))
	url := a.Header.Get("Location")
	if !strings.HasPrefix(url, p.URL+location) {
		t.Fatalf("Location %q is not below %s%s", url, p.URL, location)
	}
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, string(media)) {
		t.Errorf("POST %s: Content-Type %q, want %s", location, got, media)
	}
	if !strings.Contains(a.Body, url) {
		t.Errorf("POST %s: the body does not hold the location: %q", location, a.Body)
	}
	return url
}

func (p *Program) act(t *testing.T, media occi.MediaType, url, action string, speak speaker) {
	t.Helper()
	p.Must(t, http.StatusOK, "POST", url+"?action="+action, speak.action(action), "Content-Type", string(media))
}

// gone deletes an entity, which must be missing at once.
func (p *Program) gone(t *testing.T, url string) {
	t.Helper()
	p.Must(t, http.StatusOK, "DELETE", url, "")
	p.Must(t, http.StatusNotFound, "GET", url, "")
}

// Contains checks that a listing names an entity.
func (p *Program) Contains(t *testing.T, collection, url string) {
	t.Helper()
	list := p.Must(t, http.StatusOK, "GET", collection, "", "Accept", string(occi.URIList)).Body
	if !strings.Contains(list+"\n", url+"\n") {
		t.Fatalf("%s is not in %s:\n%s", url, collection, list)
	}
}

// State waits until an entity's state attribute has a value.
func (p *Program) State(t *testing.T, url, want string) {
	t.Helper()
	state := regexp.MustCompile(`X-OCCI-Attribute: occi\.\w+\.state="(\w+)"`)
	var last string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("last seen:\n%s", last)
		}
	})
	p.Eventually(t, url+" "+want, func() bool {
		last = p.Must(t, http.StatusOK, "GET", url, "", "Accept", "text/plain").Body
		m := state.FindStringSubmatch(last)
		return m != nil && m[1] == want
	})
}

func path(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	return rest[strings.IndexByte(rest, '/'):]
}
