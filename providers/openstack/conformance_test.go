package openstack_test

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
	"occigate/providers/openstack"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/openstack"
)

// TestConformance holds the adapter against the simulator.
func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{New: simulated})
}

const password = "kept-to-itself"

func simulated(t testing.TB) providertest.Cloud {
	s := newSite(t)
	page := 0
	c := providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.pass(transition / 2) },
		Image:    s.image, Size: "m1.tiny", OtherSize: "m1.small", Network: s.network,
		Calls: s.plan.Calls,
		// Nova says that there is a next page whenever one is full.
		PagesOf: func(servers int) (pages, beside int) { return servers/page + 1, 1 },
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), password, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := openstack.New(settings(s.settings()+"flavour: m1.tiny\n"), surroundings(http.DefaultClient))
			return err
		},
		Secrets: []string{password},
	}
	c.Faults = providertest.Faults{
		Throttle: func() time.Duration {
			s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
			return 7 * time.Second
		},
		Break: func() { s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError}) },
		Hang:  func() { s.plan.Set(fault.Fault{Kind: fault.Hang}) },
		Quota: func() {
			s.plan.Set(fault.Fault{
				Kind: fault.Status, Call: "POST /servers", Status: http.StatusForbidden,
				Body: "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances",
			})
		},
		CutCreate: func() { s.plan.Set(fault.Fault{Kind: fault.Cut, Call: "POST /servers", Times: 1}) },
		PageSize: func(n int) {
			page = n
			s.plan.Set(fault.Fault{Kind: fault.PageSize, Size: n, Call: "GET /servers/detail"})
		},
		FailPage: s.failPage,
		Lag: func() {
			s.plan.Set(fault.Fault{Kind: fault.Lag, Delay: transition / 4, Call: "GET /servers/detail"})
		},
		Heal: s.heal,
	}
	return c
}

// transition is how long changes take in the simulated cloud.
const transition = 10 * time.Second

// site is a simulated cloud behind a server, with a clock that the test moves.
type site struct {
	*cloudsim.Cloud
	plan           *fault.Plan
	url            string
	image, network string

	mu       sync.Mutex
	now      time.Time
	failing  int // page of servers that is answered 500, 0 none
	answered int // pages of servers since failing was set
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{plan: new(fault.Plan), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.Cloud = cloudsim.New(cloudsim.Options{
		Clock: s.clock, Transition: transition, Faults: s.plan, Password: password,
		Quotas:                cloudsim.Quotas{Instances: -1, Cores: -1, MemoryMiB: -1, Ports: -1},
		ApplicationCredential: cloudsim.ApplicationCredential{ID: "app-1", Name: "gateway", Secret: password},
	})
	for i, name := range []string{"m1.tiny", "m1.small"} {
		s.AddFlavor(cloudsim.Flavor{Name: name, VCPUs: i + 1, MemoryMiB: 512 << i, DiskGiB: 1 << i})
	}
	s.image = s.AddImage(cloudsim.Image{Name: "cirros"}).ID
	s.network = s.AddNetwork(cloudsim.Network{Name: "private"}, "10.0.0.0/24").ID
	external := s.AddNetwork(cloudsim.Network{Name: "public", External: true}, "203.0.113.0/24").ID
	s.AddRouter("router", external, s.network)
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	t.Cleanup(s.heal)
	s.url = server.URL
	return s
}

func (s *site) clock() time.Time {
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

// serve lets one page of servers fail and hands the rest to the simulator.
func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/servers/detail") && s.fails() {
		http.Error(w, `{"computeFault": {"code": 500, "message": "The server has either erred."}}`, http.StatusInternalServerError)
		return
	}
	s.ServeHTTP(w, r)
}

func (s *site) fails() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered++
	return s.answered == s.failing
}

func (s *site) failPage(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing, s.answered = n, 0
}

func (s *site) heal() {
	s.failPage(0)
	s.plan.Clear()
}

// settings log in by password.
func (s *site) settings() string {
	return fmt.Sprintf("auth_url: %s/identity/v3\nusername: demo\npassword: %s\nproject_name: demo\n", s.url, password)
}

func (s *site) adapter(t testing.TB, text string) *openstack.Provider {
	t.Helper()
	return newAdapter(t, text, &http.Client{Timeout: time.Minute})
}

func newAdapter(t testing.TB, text string, over *http.Client) *openstack.Provider {
	t.Helper()
	p, err := openstack.New(settings(text), surroundings(over))
	if err != nil {
		t.Fatal(err)
	}
	return p.(*openstack.Provider)
}

func surroundings(c *http.Client) providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: c, Clock: providers.SystemClock{}}
}

// settings is an account's settings as YAML, decoded as strictly as the
// program does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}
