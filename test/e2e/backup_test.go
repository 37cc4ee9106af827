package e2e

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"occigate/test/cloudsim/gogrid"
	"occigate/test/cloudsim/suncloud"
	"occigate/translate/occi"
)

// TestSaveAsBackup saves a machine at a cloud that makes no templates: it is told
// so, the cloud has a backup under the name, and nothing new can be asked for.
func TestSaveAsBackup(t *testing.T) {
	sun := suncloud.New(suncloud.Options{})
	sun.Seed()
	server := httptest.NewServer(sun)
	t.Cleanup(server.Close)
	p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", file(t, strings.ReplaceAll(`
store: {embedded: {path: DIR/backup.db}}
refresh: {servers: 1s, catalogue: 1s, fast: 500ms, least: 500ms}
accounts:
  - {name: sun, cloud: suncloud, settings: {uri: URL/, user: demo, password: demo-password}}
`, "URL", server.URL)))
	templates := func() int {
		return strings.Count(p.Must(t, http.StatusOK, "GET", "/-/", "").Body, `rel="`+occi.MixinOSTemplate+`"`)
	}
	url := first(t, p, "/compute/")
	p.Eventually(t, "save is offered", func() bool { return offers(p.Entity(t, url), "save") })
	before := templates()
	if before == 0 {
		t.Fatal("there are no templates")
	}
	for media, body := range map[occi.MediaType]string{
		occi.TextPlain: `Category: save; scheme="http://schemas.ogf.org/occi/infrastructure/compute/action#"; class="action"` + "\n" + `X-OCCI-Attribute: name="golden"`,
		occi.OCCIJSON:  `{"action": "http://schemas.ogf.org/occi/infrastructure/compute/action#save", "attributes": {"name": "golden"}}`,
	} {
		a := p.Must(t, http.StatusOK, "POST", url+"?action=save", body, "Content-Type", string(media), "Accept", string(media))
		if said := a.Header.Get("X-OCCI-Warning"); !strings.Contains(said, "backup with the machine") || !strings.Contains(said, "no template") {
			t.Errorf("in %s it says %q", media, said)
		}
		if strings.Contains(a.Body, "golden") {
			t.Errorf("in %s there is a template: %s", media, a.Body)
		}
	}
	kept := sun.Backups()
	if len(kept) != 2 || !strings.HasPrefix(kept[0].Name, "golden-") || !strings.HasPrefix(kept[1].Name, "golden-") || kept[0].VM != kept[1].VM {
		t.Errorf("the cloud keeps %+v", kept)
	}
	p.Eventually(t, "save is over", func() bool {
		e := p.Entity(t, url)
		return offers(e, "save") && stateOf(e) != "" && e.Attributes["occi.compute.state.message"] == nil
	})
	if after := templates(); after != before {
		t.Errorf("%d templates, there were %d", after, before)
	}
}

// TestSaveManyAsBackups saves machines of two clouds at once, of which one makes
// templates and the other none: it is said of how many there is none.
func TestSaveManyAsBackups(t *testing.T) {
	sun, grid := suncloud.New(suncloud.Options{}), gogrid.New(gogrid.Options{})
	sun.Seed()
	grid.Seed()
	suns, grids := httptest.NewServer(sun), httptest.NewServer(grid)
	t.Cleanup(suns.Close)
	t.Cleanup(grids.Close)
	p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", file(t, strings.NewReplacer("SUN", suns.URL, "GRID", grids.URL).Replace(`
store: {embedded: {path: DIR/backups.db}}
refresh: {servers: 1s, catalogue: 1s, fast: 500ms, least: 500ms}
accounts:
  - {name: sun, cloud: suncloud, settings: {uri: SUN/, user: demo, password: demo-password}}
  - {name: grid, cloud: gogrid, settings: {endpoint: GRID/api, api_key: demo-key, secret: demo-secret, datacenter: US-West-1}}
`)))
	machines := slices.Concat(p.saveable(t, "/mixin/cloud/sun/", 2), p.saveable(t, "/mixin/cloud/grid/", 1))
	for _, tt := range []struct {
		named []string
		said  string
	}{
		{machines, "2 of 3 entities: no template was made"},
		{machines[:2], "2 of 2 entities: no template was made"},
		{machines[2:], ""},
	} {
		for _, machine := range tt.named {
			p.Eventually(t, "save is offered", func() bool { return offers(p.Entity(t, machine), "save") })
		}
		body, headers := acting(occi.TextPlain, "save", tt.named...)
		a := p.Must(t, http.StatusOK, "POST", "/compute/?action=save", body, headers...)
		if said := a.Header.Values("X-OCCI-Warning"); len(said) > 1 || (len(said) == 1) != (tt.said != "") || !strings.HasPrefix(a.Header.Get("X-OCCI-Warning"), tt.said) {
			t.Errorf("of %d machines it says %q, want %q", len(tt.named), said, tt.said)
		}
	}
	if kept := sun.Backups(); len(kept) != 4 {
		t.Errorf("the cloud keeps %d backups, want 4", len(kept))
	}
}

// saveable waits for as many machines in a collection that offer to be saved.
func (p *Program) saveable(t *testing.T, collection string, most int) (paths []string) {
	t.Helper()
	p.Eventually(t, "machines that can be saved in "+collection, func() bool {
		paths = nil
		for url := range strings.Lines(p.Must(t, http.StatusOK, "GET", collection, "", "Accept", string(occi.URIList)).Body) {
			if url = path(strings.TrimSpace(url)); strings.HasPrefix(url, "/compute/") && len(paths) < most && offers(p.Entity(t, url), "save") {
				paths = append(paths, url)
			}
		}
		return len(paths) == most
	})
	return paths
}
