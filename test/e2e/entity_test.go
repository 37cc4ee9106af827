package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"occigate/translate"
	"occigate/translate/occi"
)

// clouds are the accounts of the demo, with the size that the profile's small
// and medium become there.
var clouds = map[string]struct{ image, small, medium string }{
	"amazon":  {"amazon-debian", "amazon-t2_micro", "amazon-t3_small"},
	"private": {"private-cirros", "private-m1_small", "private-m1_medium"},
}

var renderings = []occi.MediaType{occi.TextPlain, occi.OCCIJSON, occi.TextOCCI}

const profile = occi.SchemeComputeTemplate

func demo(t *testing.T) *Program {
	t.Helper()
	return StartTwo(t, "100ms")
}

// TestPut makes a compute at a chosen UUID, says the same again, gives back what
// it reads, and takes away what a client may take away.
func TestPut(t *testing.T) {
	p := demo(t)
	for name, cloud := range clouds {
		image := p.Mixin(t, occi.MixinOSTemplate, cloud.image)
		for _, media := range renderings {
			t.Run(name+" in "+string(media), func(t *testing.T) {
				id := uuid.NewString()
				url := p.URL + "/compute/" + id
				wish := thing{
					kind: occi.KindCompute, mixins: []string{image.ID(), profile + "small"}, title: "put", summary: "by PUT",
					attributes: map[string]any{
						occi.AttrHostname: "My Host", occi.AttrSpeed: 2.4, occi.AttrEphemeralDeviceID: "/dev/vdb",
					},
				}
				a := p.Say(t, "PUT", url, media, wish)
				if a.Status != http.StatusCreated || a.Header.Get("Location") != url || a.Header.Get("X-OCCI-Warning") == "" {
					t.Fatalf("PUT at a new UUID: %d %v %s", a.Status, a.Header, a.Body)
				}
				p.State(t, url, "active")
				if a := p.Say(t, "PUT", url, media, wish); a.Status != http.StatusOK {
					t.Fatalf("the same PUT again: %d %s", a.Status, a.Body)
				}
				e := p.Entity(t, url)
				p.has(t, e, profile+"small", cloud.small)
				if e.ID != "urn:uuid:"+id || e.Title != "put" || e.Summary != "by PUT" || e.Attributes[occi.AttrEphemeralDeviceID] != "/dev/vdb" {
					t.Errorf("made %+v", e)
				}

				echo := p.Echo(t, url, media)
				if echo.Status != http.StatusOK || !strings.HasPrefix(echo.Header.Get("Content-Type"), string(media)) {
					t.Fatalf("PUT of what GET gave: %d %v %s", echo.Status, echo.Header, echo.Body)
				}
				same := p.Entity(t, url)
				if same.Title != e.Title || len(same.Links) != len(e.Links) || !slices.Equal(same.Mixins, e.Mixins) {
					t.Errorf("PUT of what GET gave changed\n%+v into\n%+v", e, same)
				}

				if a := p.Say(t, "PUT", url, media, thing{kind: occi.KindCompute}); a.Status != http.StatusOK {
					t.Fatalf("PUT of less: %d %s", a.Status, a.Body)
				}
				less := p.Entity(t, url)
				p.has(t, less, cloud.small)
				if less.Summary != "" || less.Attributes[occi.AttrEphemeralDeviceID] != nil || len(less.Links) != len(e.Links) {
					t.Errorf("after PUT of less: %+v", less)
				}
				p.gone(t, url)
			})
		}
	}
}

// TestPutRefused is what PUT is told that cannot be.
func TestPutRefused(t *testing.T) {
	p := demo(t)
	compute := first(t, p, "/compute/")
	bare := thing{kind: occi.KindCompute}
	other := thing{kind: occi.KindCompute, attributes: map[string]any{occi.AttrID: "urn:uuid:" + uuid.NewString()}}
	cases := []struct {
		name, path string
		body       thing
		status     int
		says       string
	}{
		{"a name that is no UUID", "/compute/web", bare, 400, "UUID"},
		{"another kind", "/compute/" + uuid.NewString(), thing{kind: occi.KindNetwork}, 400, "kind"},
		{"an id that differs from the path", "/compute/" + uuid.NewString(), other, 400, occi.AttrID},
		{"an id that changes", compute, other, 403, occi.AttrID},
		{"a kind that changes", compute, thing{kind: occi.KindNetwork}, 400, "kind"},
		{"an id in use for another kind", strings.Replace(compute, "/compute/", "/network/", 1), thing{kind: occi.KindNetwork}, 409, "in use"},
		{"no size of a storage", "/storage/" + uuid.NewString(), thing{kind: occi.KindStorage}, 400, occi.AttrStorageSize},
		{"a reservation at an id", "/ipreservation/" + uuid.NewString(), thing{kind: translate.IPReservation}, 400, "cannot be chosen"},
		{"an action", compute + "?action=start", bare, 405, "POST"},
	}
	for _, c := range cases {
		for _, media := range renderings[:2] {
			t.Run(c.name+" in "+string(media), func(t *testing.T) {
				a := p.Say(t, "PUT", c.path, media, c.body)
				if a.Status != c.status || !strings.Contains(a.Body, c.says) {
					t.Errorf("%d %s, want %d with %q", a.Status, a.Body, c.status, c.says)
				}
			})
		}
	}
}

// TestPartialRefused is what a partial update is told that cannot be; nothing of
// it is carried out.
func TestPartialRefused(t *testing.T) {
	p := demo(t)
	private := p.Mixin(t, occi.MixinOSTemplate, "private-cirros")
	url := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{private.ID()}, title: "still"})
	p.State(t, url, "active")
	id := func(base, pattern string) []string { return []string{p.Mixin(t, base, pattern).ID()} }
	attr := func(name string, value any) map[string]any { return map[string]any{name: value} }
	cases := []struct {
		name   string
		body   thing
		status int
		says   string
	}{
		{"another image", thing{mixins: id(occi.MixinOSTemplate, "private-ubuntu")}, 400, "at creation"},
		{"another cloud's image", thing{mixins: id(occi.MixinOSTemplate, "amazon-debian")}, 409, "another cloud"},
		{"another cloud's size", thing{mixins: id(occi.MixinResourceTemplate, "amazon-t3_micro")}, 409, "another cloud"},
		{"another cloud", thing{mixins: id(translate.Cloud, "amazon")}, 409, "another cloud"},
		{"two sizes", thing{mixins: []string{profile + "medium", profile + "large"}}, 409, "only one"},
		{"user data", thing{mixins: []string{occi.MixinUserData}, attributes: attr(occi.AttrUserData, "#!")}, 400, "at creation"},
		{"a key", thing{mixins: []string{occi.MixinOpenStackKey}, attributes: attr(occi.AttrOpenStackKeyData, "ssh-rsa A")}, 400, "at creation"},
		{"a host name", thing{attributes: attr(occi.AttrHostname, "other")}, 400, occi.AttrHostname},
		{"more than any size has", thing{attributes: attr(occi.AttrMemory, 4096.0)}, 400, "4096 GiB"},
		{"a long title", thing{title: strings.Repeat("x", 256)}, 400, "255"},
		{"a kind that changes", thing{kind: occi.KindStorage}, 400, "kind"},
		{"a link to nowhere", thing{links: []thing{{kind: occi.KindStorageLink, target: "/storage/none"}}}, 400, "/storage/none"},
	}
	before := p.Entity(t, url)
	for _, c := range cases {
		for _, media := range renderings[:2] {
			t.Run(c.name+" in "+string(media), func(t *testing.T) {
				a := p.Say(t, "POST", url, media, c.body)
				if a.Status != c.status || !strings.Contains(a.Body, c.says) {
					t.Errorf("%d %s, want %d with %q", a.Status, a.Body, c.status, c.says)
				}
			})
		}
	}
	if after := p.Entity(t, url); after.Title != before.Title || !slices.Equal(after.Mixins, before.Mixins) {
		t.Errorf("a refused update changed %+v into %+v", before, after)
	}
}

// TestResizeByTemplate resizes a stopped compute by a size of the profile, which
// takes the place of the one before.
func TestResizeByTemplate(t *testing.T) {
	p := demo(t)
	for name, cloud := range clouds {
		t.Run(name, func(t *testing.T) {
			image := p.Mixin(t, occi.MixinOSTemplate, cloud.image)
			url := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{image.ID(), profile + "small"}})
			p.State(t, url, "active")
			p.Must(t, http.StatusOK, "POST", url+"?action=stop", "", "Content-Type", "text/plain")
			p.State(t, url, "inactive")
			if a := p.Say(t, "POST", url, occi.TextPlain, thing{mixins: []string{profile + "medium"}}); a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			p.Eventually(t, "resized", func() bool {
				e := p.Entity(t, url)
				memory, _ := e.Attributes[occi.AttrMemory].(float64)
				return memory >= 2 && slices.ContainsFunc(e.Mixins, func(id string) bool { return strings.Contains(id, cloud.medium) })
			})
			e := p.Entity(t, url)
			p.has(t, e, profile+"medium")
			if slices.Contains(e.Mixins, profile+"small") {
				t.Errorf("both sizes are there: %v", e.Mixins)
			}
		})
	}
}

// TestUserMixinByUpdate puts a user's mixin on a compute by POST and takes it
// off by a PUT that does not name it.
func TestUserMixinByUpdate(t *testing.T) {
	p := demo(t)
	const tag = "http://example.com/tags/ann#blue"
	p.Must(t, http.StatusOK, "POST", "/-/", `Category: blue; scheme="http://example.com/tags/ann#"; class="mixin"; location="/tag/ann/blue/"`, "Content-Type", "text/plain")
	for _, media := range renderings {
		t.Run(string(media), func(t *testing.T) {
			url := p.URL + first(t, p, "/network/")
			if a := p.Say(t, "POST", url, media, thing{mixins: []string{tag}}); a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			p.has(t, p.Entity(t, url), tag)
			p.Contains(t, "/tag/ann/blue/", url)
			if a := p.Echo(t, url, media); a.Status != http.StatusOK {
				t.Fatalf("PUT of what GET gave: %d %s", a.Status, a.Body)
			}
			p.has(t, p.Entity(t, url), tag)
			if a := p.Say(t, "PUT", url, media, thing{kind: occi.KindNetwork}); a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			if e := p.Entity(t, url); slices.Contains(e.Mixins, tag) {
				t.Errorf("a mixin that PUT does not name is still there: %v", e.Mixins)
			}
		})
	}
}

// TestPutOfOtherKinds makes a storage, a network and a link at chosen UUIDs.
func TestPutOfOtherKinds(t *testing.T) {
	p := demo(t)
	for name, cloud := range clouds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here := []string{cloudMixin(name)}
			image := p.Mixin(t, occi.MixinOSTemplate, cloud.image)
			compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{image.ID(), profile + "small"}})
			storage := p.URL + "/storage/" + uuid.NewString()
			for _, c := range []struct {
				url, state string
				wish       thing
			}{
				{p.URL + "/network/" + uuid.NewString(), "active", thing{kind: occi.KindNetwork, mixins: here, title: "net"}},
				{storage, "online", thing{kind: occi.KindStorage, mixins: here, attributes: map[string]any{occi.AttrStorageSize: 0.1}}},
				{p.URL + "/storagelink/" + uuid.NewString(), "active", thing{kind: occi.KindStorageLink, source: compute, target: storage}},
			} {
				p.State(t, compute, "active")
				for _, want := range []int{http.StatusCreated, http.StatusOK} {
					if a := p.Say(t, "PUT", c.url, occi.TextPlain, c.wish); a.Status != want {
						t.Fatalf("PUT %s: %d %s, want %d", c.url, a.Status, a.Body, want)
					}
				}
				p.State(t, c.url, c.state)
				if a := p.Echo(t, c.url, occi.OCCIJSON); a.Status != http.StatusOK {
					t.Errorf("PUT of what GET gave at %s: %d %s", c.url, a.Status, a.Body)
				}
			}
		})
	}
}
