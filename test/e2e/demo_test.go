package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// TestDemo walks through the life of a machine on both clouds of the demo, in
// text and in JSON.
func TestDemo(t *testing.T) {
	p := Start(t, nil, "demo", "--listen", "127.0.0.1:0", "--transition", "100ms")
	clouds := map[string]struct{ image, size string }{
		"ec2":       {"amazon-.*debian", "amazon-t3_micro"},
		"openstack": {"private-.*(debian|cirros|ubuntu)", "private-m1_small"},
	}
	for name, cloud := range clouds {
		for _, media := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
			t.Run(name+" in "+string(media), func(t *testing.T) {
				p.Walk(t, media, Wish{
					Image: p.Mixin(t, occi.MixinOSTemplate, cloud.image),
					Size:  p.Mixin(t, occi.MixinResourceTemplate, cloud.size),
					Title: "walk",
				})
			})
		}
	}
	for _, secret := range []string{"wJalrXUtnFEMI", `"secret"`} {
		if strings.Contains(p.Output(), secret) {
			t.Errorf("the log holds a secret: %s", secret)
		}
	}
}

// TestDemoShowsBothClouds checks that every kind of thing of both clouds is
// there once the first refresh is through.
func TestDemoShowsBothClouds(t *testing.T) {
	p := Start(t, nil, "demo", "--listen", "127.0.0.1:0", "--transition", "100ms")
	p.Eventually(t, "complete", func() bool {
		var report struct {
			Clouds []struct {
				UID    string
				Fresh  bool
				Counts map[string]int
			}
		}
		a := p.Must(t, http.StatusOK, "GET", "/clouds", "")
		if err := json.Unmarshal([]byte(a.Body), &report); err != nil {
			t.Fatal(err)
		}
		for _, c := range report.Clouds {
			for _, kind := range []string{"server", "volume", "network", "interface", "attachment", "address", "image", "size", "zone"} {
				if !c.Fresh || c.Counts[kind] == 0 {
					return false
				}
			}
		}
		return len(report.Clouds) == 2
	})
	for _, location := range []string{"/compute/", "/storage/", "/network/", "/networkinterface/", "/storagelink/", "/", "/mixin/cloud/amazon/", "/mixin/cloud/private/"} {
		a := p.Must(t, http.StatusOK, "GET", location, "")
		if !strings.HasPrefix(a.Body, "X-OCCI-Location: "+p.URL) {
			t.Errorf("%s lists nothing:\n%s", location, a.Body)
		}
		if a.Header.Get("Age") == "" {
			t.Errorf("%s does not say how old it is", location)
		}
	}
}
