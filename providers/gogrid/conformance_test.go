package gogrid_test

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
	"occigate/providers/gogrid"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/gogrid"
)

// TestConformance holds the adapter against the simulator.
func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{New: func(t testing.TB) providertest.Cloud {
		return simulated(t, cloudsim.Options{})
	}})
}

// TestConformanceStartingByHand does so where new servers come up Off.
func TestConformanceStartingByHand(t *testing.T) {
	providertest.Run(t, providertest.Harness{New: func(t testing.TB) providertest.Cloud {
		return simulated(t, cloudsim.Options{ComesUpOff: true})
	}})
}

const (
	key    = "key-to-itself"
	secret = "kept-to-itself"
)

func simulated(t testing.TB, o cloudsim.Options) providertest.Cloud {
	s := newSite(t, o)
	page := 0
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.pass(transition / 2) },
		Image:    s.image, Size: "1", OtherSize: "2", Network: "public",
		Calls: s.plan.Calls,
		PagesOf: func(servers int) (pages, beside int) {
			return max(1, (servers+page-1)/page), 0
		},
		Unknown: map[string]string{"server": "4711", "image": "4712", "size": "4713"},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), secret, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := gogrid.New(settings(s.settings()+"data_center: US-West-1\n"), s.surroundings())
			return err
		},
		Secrets: []string{key, secret, "sig="},
		Faults: providertest.Faults{
			Throttle: func() time.Duration {
				s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusForbidden, RetryAfter: 7 * time.Second})
				return 7 * time.Second
			},
			Break:     func() { s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError}) },
			Hang:      func() { s.plan.Set(fault.Fault{Kind: fault.Hang}) },
			Quota:     s.takeAll,
			CutCreate: func() { s.plan.Set(fault.Fault{Kind: fault.Cut, Call: "grid/server/add", Times: 1}) },
			PageSize: func(n int) {
				page = n
				s.plan.Set(fault.Fault{Kind: fault.PageSize, Size: n, Call: "grid/server/list"})
			},
			FailPage: s.failPage,
			Lag: func() {
				s.plan.Set(fault.Fault{Kind: fault.Lag, Delay: transition / 4, Call: "grid/server/list"})
			},
			Heal: s.heal,
		},
	}
}

// transition is how long changes take in the simulated cloud.
const transition = 12 * time.Second

// site is a simulated cloud behind a server, with a clock that the test moves.
type site struct {
	*cloudsim.Cloud
	plan       *fault.Plan
	url, image string

	mu       sync.Mutex
	now      time.Time
	failing  int // page of servers that is answered 500, 0 none
	answered int // pages of servers since failing was set
}

func newSite(t testing.TB, o cloudsim.Options) *site {
	t.Helper()
	s := &site{plan: new(fault.Plan), now: time.Date(2013, 3, 1, 12, 0, 0, 0, time.UTC)}
	o.Clock, o.Transition, o.Faults, o.Key, o.Secret = s.Now, transition, s.plan, key, secret
	s.Cloud = cloudsim.New(o)
	s.AddBlock("203.0.113.32/28", cloudsim.USWest1, true)
	s.AddBlock("198.51.100.64/28", cloudsim.EUWest1, true)
	s.AddBlock("10.104.7.0/28", cloudsim.USWest1, false)
	s.image = fmt.Sprint(s.AddImage(cloudsim.Image{Name: "centos6.4_64_base", OS: "CentOS 6.4 (64-bit)", Public: true}).ID)
	s.AddImage(cloudsim.Image{Name: "elsewhere", Public: true, Datacenters: []cloudsim.Option{cloudsim.EUWest1}})
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	t.Cleanup(s.heal)
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

// serve lets one page of servers fail and hands the rest to the simulator.
func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/server/list") && s.fails() {
		http.Error(w, "<html>Service Temporarily Unavailable</html>", http.StatusInternalServerError)
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

// takeAll leaves no address free.
func (s *site) takeAll() {
	for _, a := range s.Addresses() {
		s.TakeAddress(a.IP)
	}
}

func (s *site) settings() string {
	return fmt.Sprintf("endpoint: %s/api\napi_key: %s\nsecret: %s\ndatacenter: US-West-1\n", s.url, key, secret)
}

func (s *site) surroundings() providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: s}
}

func (s *site) adapter(t testing.TB, text string) *gogrid.Provider {
	t.Helper()
	p, err := gogrid.New(settings(text), s.surroundings())
	if err != nil {
		t.Fatal(err)
	}
	return p.(*gogrid.Provider)
}

// settings is an account's settings as YAML, decoded as strictly as the
// program does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}
