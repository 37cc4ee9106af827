package elastichosts_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"occigate/providers"
	"occigate/providers/elastichosts"
	"occigate/providers/providertest"
	cloudsim "occigate/test/cloudsim/elastichosts"
	"occigate/test/cloudsim/fault"
)

// active is the vendor's sentence that several cases fail at.
const active = `"set" on an active server takes name, cpu, persistent, tags, user:* and password only (Server API details), and the suite asks for the change of a running one`

var deviations = map[string]string{
	"volume is attached and detached":     active,
	"server is created with a volume":     active + "; it is the detaching that fails",
	"address is assigned and taken off":   active,
	"network is made, listed and deleted": "a VLAN has a name and nothing else, so its range of addresses is not known",
}

// TestConformance holds the adapter against the simulator in both formats.
func TestConformance(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			providertest.Run(t, providertest.Harness{
				New:        func(t testing.TB) providertest.Cloud { return simulated(t, format) },
				Deviations: deviations,
			})
		})
	}
}

const key = "kept-to-itself"

func simulated(t testing.TB, format string) providertest.Cloud {
	s := newSite(t, format)
	c := providertest.Cloud{
		Provider: s.adapter(t, s.settings),
		Settle:   func(testing.TB) { s.pass(transition / 2) },
		Size:     "small", OtherSize: "large", Network: "public",
		Unknown: map[string]string{"address": "192.0.2.1"},
		Calls:   s.plan.Calls,
		PagesOf: func(int) (pages, beside int) { return 1, 0 },
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings, key, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := elastichosts.New(settings(s.settings+"formt: json\n"), surroundings(s))
			return err
		},
		Secrets: []string{key},
	}
	set := func(f fault.Fault) func() { return func() { s.plan.Set(f) } }
	c.Faults = providertest.Faults{
		Throttle: func() time.Duration { // by a load balancer: the cloud itself knows no limit
			s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
			return 7 * time.Second
		},
		Break:     set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError}),
		Quota:     set(fault.Fault{Kind: fault.Status, Call: "POST /drives/create", Status: http.StatusInsufficientStorage}),
		Hang:      set(fault.Fault{Kind: fault.Hang}),
		CutCreate: set(fault.Fault{Kind: fault.Cut, Call: "POST /drives/create", Times: 1}),
		// There are no pages: a listing is one answer, which fails as a whole.
		PageSize: func(int) {},
		FailPage: func(n int) { s.plan.Set(brokenListings[n-1]) },
		Lag: func() {
			for _, call := range []string{"GET /servers/info", "GET /servers/{id}/info"} {
				s.plan.Add(fault.Fault{Kind: fault.Lag, Delay: transition / 4, Call: call})
			}
		},
		Heal: s.plan.Clear,
	}
	return c
}

// brokenListings are the ways in which the one page of a listing fails.
var brokenListings = []fault.Fault{
	{Kind: fault.Status, Status: http.StatusInternalServerError, Call: "GET /servers/info"},
	{Kind: fault.Cut, Call: "GET /servers/info"},
	{Kind: fault.Body, Body: "<html>busy</html>", Call: "GET /servers/info"},
}

// transition is how long changes take in the simulated cloud.
const transition = 10 * time.Second

// site is a simulated cloud behind a server at a stem with a path, with a clock
// that the test moves.
type site struct {
	*cloudsim.Cloud
	plan     *fault.Plan
	url      string
	settings string

	mu  sync.Mutex
	now time.Time
}

func newSite(t testing.TB, format string) *site {
	t.Helper()
	s := &site{plan: new(fault.Plan), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.Cloud = cloudsim.New(cloudsim.Options{Clock: s.Now, Transition: transition, Key: key, Faults: s.plan, Lingering: transition / 2})
	s.Furnish()
	server := httptest.NewServer(http.StripPrefix("/api", s))
	t.Cleanup(server.Close)
	t.Cleanup(s.plan.Clear)
	s.url = server.URL + "/api/"
	s.settings = fmt.Sprintf("uri: %s\nuser: %s\nkey: %s\nformat: %s\n", s.url, user, key, format)
	return s
}

const user = "2164ce57-591a-43ee-ade5-e2fe0ee13c3f"

// Now is the clock of cloud and adapter.
func (s *site) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// pass moves the clock on.
func (s *site) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *site) adapter(t testing.TB, text string) *elastichosts.Provider {
	t.Helper()
	p, err := elastichosts.New(settings(text), surroundings(s))
	if err != nil {
		t.Fatal(err)
	}
	return p.(*elastichosts.Provider)
}

func surroundings(clock providers.Clock) providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: clock}
}

// settings is an account's settings as YAML, decoded as strictly as the program
// does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}
