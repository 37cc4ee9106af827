package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestOneCloudFails lets one of the demo's clouds fail, where the demo says that
// it can be told to, and checks that nothing is missing meanwhile and that the
// answer says so.
func TestOneCloudFails(t *testing.T) {
	p := StartTwo(t, "100ms")
	m := regexp.MustCompile(`private .* (http\S+)`).FindStringSubmatch(p.Output())
	if m == nil {
		t.Fatalf("the demo does not say where its clouds are:\n%s", p.Output())
	}
	p.Eventually(t, "both clouds there", func() bool {
		return strings.Contains(p.Do(t, "GET", "/mixin/cloud/private/", "").Body, "/compute/") &&
			strings.Contains(p.Do(t, "GET", "/mixin/cloud/amazon/", "").Body, "/compute/")
	})
	before := p.Must(t, http.StatusOK, "GET", "/compute/", "").Body
	p.Must(t, http.StatusOK, "PUT", m[1]+"/_faults", `[{"kind":"status","status":503}]`)
	var stale string
	p.Eventually(t, "marked as stale", func() bool {
		a := p.Must(t, http.StatusOK, "GET", "/compute/", "")
		if a.Body != before {
			t.Fatalf("the list changed when a cloud failed:\n%s\nbefore:\n%s", a.Body, before)
		}
		stale = a.Header.Get("X-Occigate-Stale")
		return stale != ""
	})
	if !strings.HasPrefix(stale, "private since ") {
		t.Errorf("X-Occigate-Stale: %s", stale)
	}
	for cloud, want := range map[string]bool{"private": true, "amazon": false} {
		a := p.Must(t, http.StatusOK, "GET", first(t, p, "/mixin/cloud/"+cloud+"/"), "")
		if got := a.Header.Get("X-Occigate-Stale") != ""; got != want || a.Header.Get("Age") == "" {
			t.Errorf("an entity at %s: stale %v, want %v; Age %q", cloud, got, want, a.Header.Get("Age"))
		}
	}
	p.Must(t, http.StatusOK, "DELETE", m[1]+"/_faults", "")
	p.Eventually(t, "fresh again", func() bool {
		return p.Must(t, http.StatusOK, "GET", "/compute/", "").Header.Get("X-Occigate-Stale") == ""
	})
}
