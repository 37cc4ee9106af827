package providertest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

// Site is where a simulated cloud stands: behind an HTTP server, with a plan of
// faults, and with a clock that the test moves. Build the simulator with Plan
// and Now, then Serve it.
type Site struct {
	*timeline.Clock // of both sides
	Plan            *fault.Plan
	URL             string // of the server, without a slash at its end

	mu        sync.Mutex
	busy, top int // calls under way, and the most at the same time
}

// NewSite gives a site whose clock stands at now.
func NewSite(now time.Time) *Site { return &Site{Clock: timeline.NewClock(now), Plan: new(fault.Plan)} }

// Serve starts the server, which ends with the test.
func (s *Site) Serve(t testing.TB, cloud http.Handler) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.count(1)
		defer s.count(-1)
		cloud.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(s.Plan.Clear) // first, so that no call hangs
	s.URL = server.URL
}

func (s *Site) count(change int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy += change
	s.top = max(s.top, s.busy)
}

// Peak is the most calls that were under way at the same time since it was last
// asked.
func (s *Site) Peak() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	top := s.top
	s.top = s.busy
	return top
}

// Surroundings are those of an adapter at the site.
func (s *Site) Surroundings() providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: s}
}

// Settings is an account's settings as YAML, decoded as strictly as the program
// does.
type Settings string

// Decode implements [providers.Settings].
func (s Settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}

// Build makes an adapter of type P, which must succeed.
func Build[P providers.Provider](t testing.TB, builder providers.Builder, text string, s providers.Surroundings) P {
	t.Helper()
	p, err := builder(Settings(text), s)
	if err != nil {
		t.Fatal(err)
	}
	return p.(P)
}
