package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
