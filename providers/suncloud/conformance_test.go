package suncloud_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"occigate/providers"
	"occigate/providers/providertest"
	"occigate/providers/suncloud"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/suncloud"
)

// onePage is why cases about pages cannot be tried.
const onePage = "a VDC is one document, the API has no pages"

var deviations = map[string]string{
	"network is made, listed and deleted": "a VNet tells its netmask only, so that the range of an empty one is not known",
	"listing has all pages":               onePage,
	"failed page fails the listing":       onePage,
	"limit reached is quota":              "the specification has neither limits nor a word for them",
}

// TestConformance holds the adapter against the simulator in each form that the
// specification leaves to a cloud.
func TestConformance(t *testing.T) {
	forms := map[string]cloudsim.Options{
		"plain":    {},
		"relative": {Relative: true, Halt: true, Partial: true},
		"at once":  {AtOnce: true},
		"forgets":  {Forget: time.Second},
	}
	for name, o := range forms {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, providertest.Harness{Deviations: deviations, New: func(t testing.TB) providertest.Cloud {
				return simulated(t, o)
			}})
		})
	}
}

const password = "kept-to-itself"

func simulated(t testing.TB, o cloudsim.Options) providertest.Cloud {
	s := newSite(t, o)
	status := func(f fault.Fault) { s.plan.Set(f) }
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.pass(transition / 2) },
		Image:    s.url + s.template, Size: "small",
		Calls: s.plan.Calls,
		Unknown: map[string]string{
			"server": s.url + "/vms/f*4711", "image": s.url + "/templates/4711", "network": s.url + "/vnets/4711",
			"interface": s.url + "/vnets/4712", "address": s.url + "/addresses/192.0.2.1",
		},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), password, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := suncloud.New(settings(s.settings()+"clutser: root\n"), s.surroundings())
			return err
		},
		Secrets: []string{password},
		Faults: providertest.Faults{
			Throttle: func() time.Duration {
				status(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
				return 7 * time.Second
			},
			Break:     func() { status(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError}) },
			Hang:      func() { status(fault.Fault{Kind: fault.Hang}) },
			CutCreate: func() { status(fault.Fault{Kind: fault.Cut, Call: "POST clusters VM", Times: 1}) },
			Lag:       func() { status(fault.Fault{Kind: fault.Lag, Delay: transition * 2, Call: "tree"}) },
			Heal:      s.plan.Clear,
		},
	}
}

// transition is how long changes take in the simulated cloud.
const transition = 12 * time.Second

// site is a simulated cloud behind a server, with a clock that the test moves.
type site struct {
	*cloudsim.Cloud
	plan          *fault.Plan
	url, template string

	mu  sync.Mutex
	now time.Time
}

func newSite(t testing.TB, o cloudsim.Options) *site {
	t.Helper()
	s := &site{plan: new(fault.Plan), now: time.Date(2010, 1, 11, 12, 0, 0, 0, time.UTC)}
	o.Clock, o.Transition, o.Faults, o.User, o.Password = s.Now, transition, s.plan, "alice", password
	s.Cloud = cloudsim.New(o)
	s.template = s.AddTemplate(cloudsim.Template{Name: "OpenSolaris", CPU: 1000, Memory: 1024, BootDisk: 10})
	s.AddVNet("back", "")
	s.AddVNet("front", s.AddCluster("web"))
	server := httptest.NewServer(s.Cloud)
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
	return "uri: " + s.url + "/\nuser: alice\npassword: " + password + "\ndefault_network: front\n" +
		"sizes: [{name: small, cpu_mhz: 2000, memory_mib: 2048, boot_disk_gib: 20}]\n"
}

func (s *site) surroundings() providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: s}
}

func (s *site) adapter(t testing.TB, text string) *suncloud.Provider {
	t.Helper()
	p, err := suncloud.New(settings(text), s.surroundings())
	if err != nil {
		t.Fatal(err)
	}
	return p.(*suncloud.Provider)
}

// settings is an account's settings as YAML, decoded as strictly as the program
// does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}
