package ec2_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"occigate/providers"
	"occigate/providers/ec2"
	"occigate/providers/providertest"
	cloudsim "occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

// TestConformance holds the adapter against the simulator.
func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{New: simulated})
}

// TestPublicNetworkGivesPublicAddresses tries what only EC2 has: a public
// network is a subnet whose servers get a public address by themselves, and a
// private one gives it to those that ask.
func TestPublicNetworkGivesPublicAddresses(t *testing.T) {
	s := newSite(t)
	p := adapter(t, s.settings()).(*ec2.Provider)
	for _, c := range []struct {
		name     string
		public   bool
		networks []string
		want     int
	}{
		{"public network", true, nil, 1},
		{"private network", false, nil, 0},
		{"private network, asked for", false, []string{"public"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, _, err := p.CreateNetwork(t.Context(), providers.NetworkSpec{Public: c.public})
			if err != nil {
				t.Fatal(err)
			}
			if n.Public != c.public {
				t.Errorf("network is %+v", n)
			}
			spec := providers.ServerSpec{ImageID: s.Image("al2023-ami-*-x86_64"), SizeID: "t3.micro", Networks: []providers.InterfaceSpec{{NetworkID: n.ID}}}
			for _, id := range c.networks {
				spec.Networks = append(spec.Networks, providers.InterfaceSpec{NetworkID: id})
			}
			made, _, err := p.CreateServer(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			s.pass(transition)
			made, err = p.Server(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, i := range made.Interfaces {
				if i.Public && i.NetworkID == "public" && i.IP != "" {
					got++
				}
			}
			if got != c.want {
				t.Errorf("%d public addresses, want %d: %+v", got, c.want, made.Interfaces)
			}
		})
	}
}

const (
	keyID  = "AKIACONFORMANCE00001"
	secret = "kept/to/itself/0123456789abcdefghijklmno"

	// transition is how long changes take in the simulated cloud.
	transition = 10 * time.Second
)

func simulated(t testing.TB) providertest.Cloud {
	s := newSite(t)
	page := 1
	return providertest.Cloud{
		Provider: adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.pass(transition / 2) },
		Image:    s.Image("al2023-ami-*-x86_64"), Size: "t3.micro", OtherSize: "t3.small",
		Network:    s.DefaultNetwork().Subnets[0],
		VolumeZone: "us-east-1a",
		Device:     "/dev/sdk",
		Unknown:    unknown,
		Calls:      s.plan.Calls,
		PagesOf:    func(servers int) (pages, beside int) { return max(1, (servers+page-1)/page), 0 },
		Denied: func(t testing.TB) providers.Provider {
			return adapter(t, strings.Replace(s.settings(), secret, "wrong", 1))
		},
		Misspelt: func() error { return misspelt(s.settings()) },
		Secrets:  []string{secret},
		Faults: providertest.Faults{
			Throttle: func() time.Duration {
				s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusServiceUnavailable, Code: "RequestLimitExceeded", RetryAfter: 3 * time.Second})
				return 3 * time.Second
			},
			Break: func() { s.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError}) },
			Hang:  func() { s.plan.Set(fault.Fault{Kind: fault.Hang}) },
			Quota: func() {
				s.plan.Set(fault.Fault{Kind: fault.Status, Call: "RunInstances", Status: http.StatusBadRequest, Code: "InstanceLimitExceeded"})
			},
			CutCreate: func() { s.plan.Set(fault.Fault{Kind: fault.Cut, Call: "RunInstances", Times: 1}) },
			PageSize: func(n int) {
				page = n
				s.plan.Set(fault.Fault{Kind: fault.PageSize, Size: n})
			},
			FailPage: s.failPage,
			Lag: func() {
				s.plan.Set(fault.Fault{Kind: fault.Lag, Delay: transition / 4, Call: "DescribeInstances"})
			},
			Heal: s.heal,
		},
	}
}

// unknown are ids in EC2's form that name nothing.
var unknown = map[string]string{
	"server": "i-0000000000000dead", "image": "ami-0000000000000dead", "size": "t3.none", "volume": "vol-0000000000000dead",
	"network": "subnet-0000000000000dead", "interface": "eni-0000000000000dead", "address": "eipalloc-0000000000000dead",
}

// site is a simulated cloud behind a server, with a clock that the test moves.
type site struct {
	*cloudsim.Cloud
	plan *fault.Plan
	url  string

	mu       sync.Mutex
	now      time.Time
	failing  int // page of servers that is answered 500, 0 none
	answered int // pages of servers since failing was set
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{plan: new(fault.Plan), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.Cloud = cloudsim.New(cloudsim.Options{
		Clock: s.clock, Transition: transition, Faults: s.plan,
		Credentials: []cloudsim.Credential{{AccessKeyID: keyID, SecretAccessKey: secret, User: "conformance"}},
	})
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
	if s.fails(r) {
		http.Error(w, "<html><body>broken</body></html>", http.StatusInternalServerError)
		return
	}
	s.ServeHTTP(w, r)
}

func (s *site) fails(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing == 0 || action(r) != "DescribeInstances" {
		return false
	}
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

// settings are those of an account at the simulator. Its catalogue has some
// images that others own.
func (s *site) settings() string {
	return fmt.Sprintf("region: us-east-1\nendpoint: %s\naccess_key_id: %s\nsecret_access_key: %s\nimages: {owners: [self, amazon], filters: {name: [\"al2023-*\"]}}\n", s.url, keyID, secret)
}

func adapter(t testing.TB, text string) providers.Provider {
	t.Helper()
	p, err := ec2.New(settings(text), surroundings())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func misspelt(text string) error {
	_, err := ec2.New(settings(text+"regoin: us-east-1\n"), surroundings())
	return err
}

func surroundings() providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: providers.SystemClock{}}
}

// settings are an account's settings as YAML, decoded as strictly as the
// program does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}

// action is the call that a request makes; the request can be read again.
func action(r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body)) // what can be parsed is enough
	return form.Get("Action")
}
