package openstack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/providers"
)

// TestRefusals gives a read of a volume each kind of refusal, in the forms in
// which the services and what stands before them write it.
func TestRefusals(t *testing.T) {
	const wait = "30"
	for name, test := range map[string]struct {
		status  int
		body    string
		kind    error
		code    string
		words   string
		waits   time.Duration
		headers []string
	}{
		"Nova quota": {
			status: 403, body: `{"forbidden": {"code": 403, "message": "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"}}`,
			kind: providers.ErrQuota, code: "403", words: "already used 10 of 10",
		},
		"Nova policy": {
			status: 403, body: `{"forbidden": {"code": 403, "message": "Policy doesn't allow os_compute_api:servers:create to be performed."}}`,
			kind: providers.ErrDenied, code: "403", words: "Policy",
		},
		"Cinder quota": {
			status: 413, body: `{"overLimit": {"code": 413, "message": "VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'."}}`,
			kind: providers.ErrQuota, code: "413", words: "VolumeLimitExceeded",
		},
		"Neutron quota": {
			status: 409, body: `{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['network'].", "detail": ""}}`,
			kind: providers.ErrQuota, code: "OverQuota", words: "['network']",
		},
		"Neutron addresses": {
			status: 409, body: `{"NeutronError": {"type": "IpAddressGenerationFailure", "message": "No more IP addresses available on network x.", "detail": ""}}`,
			kind: providers.ErrQuota, code: "IpAddressGenerationFailure", words: "No more",
		},
		"Neutron in use": {
			status: 409, body: `{"NeutronError": {"type": "NetworkInUse", "message": "Unable to complete operation on network x.", "detail": ""}}`,
			kind: providers.ErrConflict, code: "NetworkInUse", words: "Unable",
		},
		"Neutron router": {
			status: 404, body: `{"NeutronError": {"type": "ExternalGatewayForFloatingIPNotFound", "message": "External network x is not reachable from subnet y.", "detail": ""}}`,
			kind: providers.ErrConflict, code: "ExternalGatewayForFloatingIPNotFound", words: "not reachable",
		},
		"Nova state": {
			status: 409, body: `{"conflictingRequest": {"code": 409, "message": "Cannot 'stop' instance x while it is in vm_state building"}}`,
			kind: providers.ErrConflict, code: "409", words: "vm_state building",
		},
		"Cinder state": {
			status: 400, body: `{"badRequest": {"code": 400, "message": "Invalid volume: Volume status must be available or error"}}`,
			kind: providers.ErrConflict, code: "400", words: "must be available",
		},
		"Nova request": {
			status: 400, body: `{"badRequest": {"code": 400, "message": "Can not find requested image"}}`,
			kind: providers.ErrInvalid, code: "400", words: "requested image",
		},
		"Nova not found": {
			status: 404, body: `{"itemNotFound": {"code": 404, "message": "Instance x could not be found."}}`,
			kind: providers.ErrNotFound, code: "404", words: "could not be found",
		},
		"Glance not found": {
			status: 404, body: `{"message": "No image found with ID x<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}`,
			kind: providers.ErrNotFound, code: "404", words: "No image found with ID x",
		},
		"older Glance": {
			status: 404, body: `<html><body>No image found</body></html>`, headers: []string{"X-Openstack-Request-Id", "req-1"},
			kind: providers.ErrNotFound, code: "404",
		},
		"a proxy's 404": {status: 404, body: `<html>nginx</html>`, kind: providers.ErrUnavailable, code: "404"},
		"too many": {
			status: 429, body: `{"overLimit": {"code": 429, "message": "This request was rate-limited."}}`, headers: []string{"Retry-After", wait},
			kind: providers.ErrThrottled, code: "429", words: "rate-limited", waits: 30 * time.Second,
		},
		"maintenance": {
			status: 503, body: `<html>be right back</html>`, headers: []string{"Retry-After", wait},
			kind: providers.ErrUnavailable, code: "503", words: "Service Unavailable", waits: 30 * time.Second,
		},
		"old cloud": {
			status: 406, body: `{"computeFault": {"code": 406, "message": "Version 2.69 is not supported by the API."}}`,
			kind: providers.ErrUnsupported, code: "406", words: "2.69",
		},
		"no such thing": {status: 501, body: `{"notImplemented": {"code": 501, "message": "no"}}`, kind: providers.ErrUnsupported, code: "501", words: "no"},
		"locked":        {status: 423, body: ``, kind: providers.ErrConflict, code: "423", words: "Locked"},
		"unknown 4xx":   {status: 418, body: ``, kind: providers.ErrInvalid, code: "418"},
		"redirect":      {status: 300, body: `{"versions": []}`, kind: providers.ErrUnavailable, code: "300"},
		"token refused": {
			status: 401, body: `{"error": {"code": 401, "message": "The request you have made requires authentication."}}`,
			kind: providers.ErrDenied, code: "401", words: "requires authentication",
		},
	} {
		s := newStub(t)
		s.paths["GET /compute/v2.1/servers/x"] = says(test.status, test.body, test.headers...)
		_, err := s.adapter(t).Server(t.Context(), "x")
		var e *providers.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v is no providers.Error", name, err)
			continue
		}
		if !errors.Is(err, test.kind) || e.Code != test.code || !strings.Contains(e.Message, test.words) || e.Op != "GET /servers/{id}" {
			t.Errorf("%s: %v, want %v with code %s and %q", name, err, test.kind, test.code, test.words)
		}
		if providers.RetryAfter(err) != test.waits {
			t.Errorf("%s: asks to wait %v, want %v", name, providers.RetryAfter(err), test.waits)
		}
	}
}

// TestNoAnswer finds nobody listening.
func TestNoAnswer(t *testing.T) {
	s := newStub(t)
	p := s.adapter(t)
	s.Close()
	if _, err := p.Identity(t.Context()); !errors.Is(err, providers.ErrUnavailable) || strings.Contains(err.Error(), password) {
		t.Errorf("nobody listens: %v, want unavailable", err)
	}
}

// TestIDsStayInTheirPath asks for things whose ids would lead elsewhere.
func TestIDsStayInTheirPath(t *testing.T) {
	s := newStub(t)
	s.paths["GET /compute/v2.1/servers/"] = says(http.StatusOK, `{"server": {"id": "wrong", "flavor": {}}}`)
	s.paths["GET /compute/v2.1/"] = s.paths["GET /compute/v2.1/servers/"]
	s.paths["GET /compute/v2.1/servers/a/b"] = s.paths["GET /compute/v2.1/servers/"]
	p := s.adapter(t)
	for _, id := range []string{"", ".", ".."} {
		if _, err := p.Server(t.Context(), id); !errors.Is(err, providers.ErrNotFound) {
			t.Errorf("id %q: %v, want not found", id, err)
		}
	}
	var asked string
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.EscapedPath()
		w.WriteHeader(http.StatusNotFound)
	})
	if _, err := p.Server(t.Context(), "a/b?c"); err == nil || asked != "/compute/v2.1/servers/a%2Fb%3Fc" {
		t.Errorf("asked for %s: %v", asked, err)
	}
}
