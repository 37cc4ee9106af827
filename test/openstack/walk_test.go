//go:build openstack

package openstack_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/test/e2e"
	"occigate/translate/occi"
)

// TestWalk takes a machine through its life with the whole program over the
// real control plane, in text and in JSON.
func TestWalk(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "occigate.yaml")
	text := `
store: {embedded: {path: ` + filepath.Join(dir, "occigate.db") + `}}
refresh: {fast: 1s, least: 1s}
accounts:
  - name: zed
    cloud: openstack
    settings:
      clouds_file: ` + cloudsFile(t) + `
      cloud: demo
      default_network: private
`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := e2e.Start(t, nil, "serve", "--config", config, "--listen", "127.0.0.1:0")
	for _, media := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
		t.Run(strings.ReplaceAll(string(media), "/", " "), func(t *testing.T) {
			p.Walk(t, media, e2e.Wish{
				Image: p.Mixin(t, occi.MixinOSTemplate, "zed-cirros"),
				Size:  p.Mixin(t, occi.MixinResourceTemplate, "zed-m1_tiny"),
				Title: "walk",
			})
		})
	}
}
