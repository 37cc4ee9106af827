package flexiscale_test

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
	"occigate/providers/flexiscale"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/flexiscale"
)

var deviations = map[string]string{
	"limit reached is quota": "no fault for a limit that is reached is on record for API 0.5, so that there is none to provoke or to know",
}

// TestConformance holds the adapter against the simulator in the forms in which
// it may answer.
func TestConformance(t *testing.T) {
	forms := map[string]cloudsim.Options{
		"plain":                      {},
		"references, words and nils": {MultiRef: true, WordStates: true, NilLists: true},
	}
	for name, o := range forms {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Harness{Deviations: deviations, New: func(t testing.TB) providertest.Cloud {
				return newSite(t, o).cloud()
			}})
		})
	}
}

const password = "kept-to-itself"

func (s *site) cloud() providertest.Cloud {
	set := func(f fault.Fault) func() { return func() { s.plan.Set(f) } }
	c := providertest.Cloud{
		Settle: func(testing.TB) { s.pass(transition / 2) },
		Image:  "27", Size: "small", OtherSize: "large", Network: "552",
		Calls:   s.plan.Calls,
		PagesOf: func(int) (pages, beside int) { return 1, 2 }, // beside: interfaces, ranges of addresses
		Unknown: map[string]string{"server": "4711", "image": "4712", "size": "huge", "network": "4713", "volume": "4714"},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), password, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := flexiscale.New(settings(s.settings()+"pasword: x\n"), s.surroundings())
			return err
		},
		Secrets: []string{password},
	}
	c.Provider = s.adapter(s.t, s.settings())
	c.Faults = providertest.Faults{
		Throttle: func() time.Duration { // by a load balancer: the cloud itself knows no limit
			s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
			return 7 * time.Second
		},
		Break:     set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError}),
		Hang:      set(fault.Fault{Kind: fault.Hang}),
		CutCreate: set(fault.Fault{Kind: fault.Cut, Call: "CreateServer", Times: 1}),
		// There are no pages: a listing is one answer, which fails as a whole.
		PageSize: func(int) {},
		FailPage: func(n int) { s.plan.Set(brokenListings[n-1]) },
		Lag:      set(fault.Fault{Kind: fault.Lag, Delay: transition / 4, Call: "ListServers"}),
		Heal:     s.plan.Clear,
	}
	return c
}

// brokenListings are the ways in which the one page of a listing fails.
var brokenListings = []fault.Fault{
	{Kind: fault.Status, Status: http.StatusInternalServerError, Call: "ListServers"},
	{Kind: fault.Cut, Call: "ListServers"},
	{Kind: fault.Body, Body: "<html>busy</html>", Call: "ListNetworkInterfaces"},
}

// transition is how long jobs take in the simulated cloud.
const transition = 12 * time.Second

// site is a simulated cloud behind a server, with a clock that the test moves.
type site struct {
	*cloudsim.Cloud
	t    testing.TB
	plan *fault.Plan
	url  string

	mu  sync.Mutex
	now time.Time
}

func newSite(t testing.TB, o cloudsim.Options) *site {
	t.Helper()
	s := &site{t: t, plan: new(fault.Plan), now: time.Date(2009, 3, 1, 12, 0, 0, 0, time.UTC)}
	o.Clock, o.Transition, o.Faults, o.Username, o.Password = s.Now, transition, s.plan, "user@example.com", password
	s.Cloud = cloudsim.New(o)
	s.Seed()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(s.plan.Clear)
	s.url = server.URL
	return s
}

// Now makes the site the clock of both sides.
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

func (s *site) settings() string {
	return fmt.Sprintf("endpoint: %s/0.5/index.php\nusername: user@example.com\npassword: %s\n", s.url, password)
}

func (s *site) surroundings() providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: s}
}

func (s *site) adapter(t testing.TB, text string) *flexiscale.Provider {
	t.Helper()
	p, err := flexiscale.New(settings(text), s.surroundings())
	if err != nil {
		t.Fatal(err)
	}
	return p.(*flexiscale.Provider)
}

// settings is an account's settings as YAML, decoded as strictly as the program
// does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}
