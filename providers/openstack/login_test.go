package openstack_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"occigate/providers"
)

const serversPath = "GET /compute/v2.1/servers/detail"

// TestOneLoginForAll begins with many calls at once, then takes the token away.
func TestOneLoginForAll(t *testing.T) {
	s := newStub(t)
	valid := "token-1"
	s.paths[serversPath] = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Auth-Token") != valid {
			says(http.StatusUnauthorized, `{"error": {"code": 401, "message": "The request you have made requires authentication."}}`)(w, r)
			return
		}
		says(http.StatusOK, `{"servers": []}`)(w, r)
	}
	p := s.adapter(t)
	for _, token := range []string{"token-1", "token-2"} {
		valid = token
		var calls sync.WaitGroup
		for range 16 {
			calls.Go(func() {
				if _, err := p.Servers(t.Context()); err != nil {
					t.Errorf("with %s: %v", token, err)
				}
			})
		}
		calls.Wait()
	}
	if n := s.count(); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
}

// TestOtherCallersLoginIsNotMine lets the caller that logs in give up: those
// who wait for it must not fail with it.
func TestOtherCallersLoginIsNotMine(t *testing.T) {
	s := newStub(t)
	s.paths[serversPath] = says(http.StatusOK, `{"servers": []}`)
	arrived, first := make(chan struct{}), sync.Once{}
	login := s.paths["POST /v3/auth/tokens"]
	s.paths["POST /v3/auth/tokens"] = func(w http.ResponseWriter, r *http.Request) {
		held := false
		first.Do(func() { held = true })
		if held {
			_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client goes
			close(arrived)
			<-r.Context().Done()
			return
		}
		login(w, r)
	}
	p := s.adapter(t)
	ctx, giveUp := context.WithCancel(t.Context())
	var calls sync.WaitGroup
	calls.Go(func() {
		if _, err := p.Servers(ctx); !errors.Is(err, context.Canceled) || !errors.Is(err, providers.ErrUnavailable) {
			t.Errorf("caller that gave up: %v, want unavailable and canceled", err)
		}
	})
	<-arrived
	calls.Go(func() {
		if _, err := p.Servers(t.Context()); err != nil {
			t.Errorf("caller that waited: %v", err)
		}
	})
	giveUp()
	calls.Wait()
}

// TestLoginRefused says why there is no session, without the password.
func TestLoginRefused(t *testing.T) {
	twoRegions := `[{"type": "compute", "endpoints": [{"interface": "public", "region_id": "R1", "url": "http://x"}, {"interface": "public", "region_id": "R2", "url": "http://x"}]}]`
	for name, test := range map[string]struct {
		status    int
		body      string
		catalogue string
		more      string
		kind      error
		words     string
	}{
		"wrong password":       {status: 401, body: `{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}`, kind: providers.ErrDenied, words: "requires authentication"},
		"unknown credential":   {status: 404, body: `{"error": {"code": 404, "message": "Could not find Application Credential: x."}}`, kind: providers.ErrDenied, words: "Could not find"},
		"no Keystone there":    {status: 404, body: `<html>nginx</html>`, kind: providers.ErrUnavailable},
		"Keystone fails":       {status: 503, body: `busy`, kind: providers.ErrUnavailable},
		"no token in answer":   {status: 201, body: `{"token": {"project": {"id": "p"}}}`, kind: providers.ErrUnavailable, words: "no token"},
		"no JSON":              {status: 201, body: `welcome`, kind: providers.ErrUnavailable},
		"several regions":      {catalogue: twoRegions, kind: providers.ErrInvalid, words: "R1, R2"},
		"another region":       {catalogue: twoRegions, more: "region: R3", kind: providers.ErrInvalid, words: "only in R1, R2"},
		"another interface":    {more: "interface: admin", kind: providers.ErrInvalid, words: "no admin endpoint"},
		"cloud without Nova":   {catalogue: `[]`, kind: providers.ErrUnsupported, words: "no compute service"},
		"unscoped credentials": {status: 201, body: `{"token": {"user": {"name": "demo"}}}`, kind: providers.ErrUnavailable},
	} {
		s := newStub(t)
		if test.status != 0 {
			s.paths["POST /v3/auth/tokens"] = says(test.status, test.body)
		}
		if test.catalogue != "" {
			s.catalogue = test.catalogue
		}
		var more []string
		if test.more != "" {
			more = append(more, test.more)
		}
		_, err := s.adapter(t, more...).Servers(t.Context())
		if !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %v and %q", name, err, test.kind, test.words)
		}
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%s: the error text holds the password", name)
		}
	}
}

// TestMissingServiceIsUnsupported asks a cloud without Cinder for volumes.
func TestMissingServiceIsUnsupported(t *testing.T) {
	if _, err := newStub(t).adapter(t).Volumes(t.Context()); !errors.Is(err, providers.ErrUnsupported) {
		t.Errorf("volumes of a cloud without Cinder: %v, want unsupported", err)
	}
}

// TestEndpointOverride takes a service from elsewhere, without its version.
func TestEndpointOverride(t *testing.T) {
	s := newStub(t)
	s.paths["GET /other/v3/p1/volumes/detail"] = says(http.StatusOK, `{"volumes": [{"id": "v", "status": "error_deleting", "created_at": "2026-11-23T15:21:32.000000"}]}`)
	rows, err := s.adapter(t, "endpoints: {volume: "+s.URL+"/other}").Volumes(t.Context())
	if err != nil || len(rows) != 1 || rows[0].State != providers.ResourceError || rows[0].Created.IsZero() {
		t.Errorf("volumes from the other endpoint: %+v, %v", rows, err)
	}
}

// TestApplicationCredentialLogin logs in to the simulator by id and by name.
func TestApplicationCredentialLogin(t *testing.T) {
	s := newSite(t)
	url := "auth_url: " + s.URL + "/identity/v3\n"
	for name, text := range map[string]string{
		"by id":   url + "application_credential_id: app-1\napplication_credential_secret: " + password + "\n",
		"by name": url + "username: demo\napplication_credential_name: gateway\napplication_credential_secret: " + password + "\n",
	} {
		id, err := s.adapter(t, text).Identity(t.Context())
		if err != nil || id.Account != s.ProjectID() || id.Region != "RegionOne" {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
}
