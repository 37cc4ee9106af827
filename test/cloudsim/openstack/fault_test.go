package openstack

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/fault"
)

func TestStatusFaultsSpeakLikeTheService(t *testing.T) {
	s := newSite(t, nil).login()
	for path, words := range map[string]string{
		"/identity/v3/auth/projects":  `"title":"Service Unavailable"`,
		"/compute/v2.1/servers":       `{"serviceUnavailable":{"code":503,"message":"busy"}}`,
		"/image/v2/images":            "<h1>503 Service Unavailable</h1>\n  busy<br />",
		"/volume/v3/{project}/types":  `{"serviceUnavailable":{"code":503,"message":"busy"}}`,
		"/network/v2.0/networks":      `"NeutronError":{"detail":"","message":"busy","type":"HTTPServiceUnavailable"}`,
		"/elsewhere/altogether/there": "<h1>503 Service Unavailable</h1>",
	} {
		s.plan.Set(fault.Fault{Kind: fault.Status, Status: 503, Body: "busy", RetryAfter: 7 * time.Second, Times: 1})
		r := s.want(503, "GET", path, "")
		if !strings.Contains(r.text, words) || r.Header.Get("Retry-After") != "7" {
			t.Errorf("%s says %s, Retry-After %q", path, r.text, r.Header.Get("Retry-After"))
		}
	}
	s.plan.Set(fault.Fault{Kind: fault.Status, Status: 413, Code: "overLimit", RetryAfter: 9 * time.Second})
	if r := s.want(413, "GET", "/compute/v2.1/servers", ""); r.Header.Get("Retry-After") != "9" {
		t.Errorf("Retry-After %q, want the fault's", r.Header.Get("Retry-After"))
	}
}

func TestFaultAfterACreate(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	s.plan.Set(fault.Fault{Kind: fault.Status, Call: "POST /servers", Status: 504, After: true, Times: 1})
	s.want(504, "POST", serverURL, wish("", "{flavor}", flavor, "{image}", image))
	if n := len(s.Servers()); n != 1 {
		t.Errorf("%d servers, want the one whose answer was lost", n)
	}
}

func TestSkew(t *testing.T) {
	s := newSite(t, nil)
	s.plan.Set(fault.Fault{Kind: fault.Skew, Call: "POST /auth/tokens", Delay: -2 * time.Hour})
	r := s.want(201, "POST", "/identity/v3/auth/tokens", passwordLogin)
	if got := r.at(t, "token", "expires_at"); got != "2026-03-01T11:00:00.000000Z" {
		t.Errorf("expires at %v by a clock two hours slow", got)
	}
}

func TestOperationNames(t *testing.T) {
	s := newSite(t, nil).login()
	for _, c := range []struct{ method, path string }{
		{"GET", "/compute/v2.1/servers/detail?limit=1"},
		{"POST", "/compute/v2.1/servers/a/action"},
		{"DELETE", "/compute/v2.1/servers/a/metadata/k"},
		{"GET", "/volume/v3/{project}/volumes/v"},
		{"PUT", "/network/v2.0/ports/p/tags/t"},
		{"GET", "/image/v2/images"},
		{"GET", "/network/"},
		{"HEAD", "/identity/v3/auth/tokens"},
		{"GET", "/no/such/thing"},
	} {
		s.call(c.method, c.path, "")
	}
	want := map[string]int{
		"POST /auth/tokens": 1, "GET /servers/detail": 1, "POST /servers/{id}/action": 1,
		"DELETE /servers/{id}/metadata/{id}": 1, "GET /volumes/{id}": 1, "PUT /ports/{id}/tags/{id}": 1, "GET /images": 1,
		"GET /network/": 1, "HEAD /auth/tokens": 1, "GET /no/such/thing": 1,
	}
	got := s.plan.Calls()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
