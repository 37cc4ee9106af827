package openstack_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"occigate/providers/openstack"
)

// stub is a cloud that says what a test wants it to say, for answers that no
// healthy cloud gives. A path that is not in its table is 404 without a body.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	logins int
	paths  map[string]http.HandlerFunc // "GET /compute/v2.1/servers/detail"

	// catalogue is what the login says; %s is the server's own URL.
	catalogue string
}

const oneRegion = `[
	{"type": "compute", "endpoints": [{"interface": "public", "region_id": "R1", "url": "%[1]s/compute/v2.1"}]},
	{"type": "image", "endpoints": [{"interface": "public", "region_id": "R1", "url": "%[1]s/image"}]},
	{"type": "network", "endpoints": [{"interface": "public", "region_id": "R1", "url": "%[1]s/network/"}]}]`

func newStub(t testing.TB) *stub {
	t.Helper()
	s := &stub{paths: map[string]http.HandlerFunc{}, catalogue: oneRegion}
	s.paths["POST /v3/auth/tokens"] = s.login
	s.paths["GET /network/v2.0/ports"] = says(http.StatusOK, `{"ports": []}`)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := s.paths[r.Method+" "+r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stub) login(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	s.logins++
	token := fmt.Sprintf("token-%d", s.logins)
	s.mu.Unlock()
	w.Header().Set("X-Subject-Token", token)
	w.WriteHeader(http.StatusCreated)
	catalogue := s.catalogue
	if catalogue == oneRegion {
		catalogue = fmt.Sprintf(oneRegion, s.URL)
	}
	fmt.Fprintf(w, `{"token": {"project": {"id": "p1"}, "user": {"name": "demo"}, "catalog": %s}}`, catalogue)
}

// count is the number of logins so far.
func (s *stub) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// says answers the same each time.
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func (s *stub) adapter(t testing.TB, more ...string) *openstack.Provider {
	t.Helper()
	text := fmt.Sprintf("auth_url: %s\nusername: demo\npassword: %s\nproject_name: demo\n", s.URL, password)
	for _, line := range more {
		text += line + "\n"
	}
	return newAdapter(t, text, http.DefaultClient)
}
