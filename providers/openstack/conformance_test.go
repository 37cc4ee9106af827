package openstack_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/openstack"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/openstack"
)

// TestConformance holds the adapter against the simulator.
func TestConformance(t *testing.T) {
	providertest.Document(t, about, providertest.Run(t, providertest.Harness{New: simulated}))
}

var about = providertest.About{
	Cloud: "OpenStack",
	Page:  "1,000 rows, or what the operator allows",
	Token: "the metadata `occigate:token` of servers, volumes and images, a tag of servers, and the description of networks and floating IPs",
}

const password = "kept-to-itself"

func simulated(t testing.TB) providertest.Cloud {
	s := newSite(t)
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.Pass(transition / 2) },
		Image:    s.image, Size: "m1.tiny", OtherSize: "m1.small", Network: s.network,
		Peak: s.Peak,
		// Nova says that there is a next page whenever one is full. Beside the
		// servers their ports are listed.
		Cost: &providertest.Cost{Endless: true, Beside: 1},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), password, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := openstack.New(settings(s.settings()+"flavour: m1.tiny\n"), surroundings(http.DefaultClient))
			return err
		},
		Secrets: []string{password},
		Faults:  faults(s.Plan),
	}
}

func faults(plan *fault.Plan) providertest.Faults {
	const list, create = "GET /servers/detail", "POST /servers"
	return providertest.Faults{
		Plan: plan, List: list, Create: create, Media: "application/json",
		Login: "POST /auth/tokens", Paged: true, Expires: true, Clocked: true, Rows: true,
		Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second},
		Quota: func() {
			plan.Set(fault.Fault{
				Kind: fault.Status, Call: create, Status: http.StatusForbidden,
				Body: "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances",
			})
		},
		Lag: []fault.Fault{{Kind: fault.Lag, Delay: transition / 4, Call: list}},
		Failure: fault.Fault{
			Kind: fault.Body, ContentType: "application/json",
			Body: `{"computeFault": {"code": 500, "message": "The server has either erred or is incapable of performing the requested operation."}}`,
		},
		Number:   fault.Fault{Kind: fault.Edit, Find: `"vcpus": ?(\d+)`, Body: `"vcpus":"$1"`},
		NewState: fault.Fault{Kind: fault.Edit, Find: `"status": ?"ACTIVE"`, Body: `"status":"` + providertest.Unheard + `"`},
	}
}

// transition is how long changes take in the simulated cloud.
const transition = 10 * time.Second

// site is a simulated cloud and where it stands.
type site struct {
	*cloudsim.Cloud
	*providertest.Site
	image, network string
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{Site: providertest.NewSite(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	s.Cloud = cloudsim.New(cloudsim.Options{
		Clock: s.Now, Transition: transition, Faults: s.Plan, Password: password,
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
	s.Serve(t, s.Cloud)
	return s
}

// settings log in by password.
func (s *site) settings() string {
	return fmt.Sprintf("auth_url: %s/identity/v3\nusername: demo\npassword: %s\nproject_name: demo\n", s.URL, password)
}

func (s *site) adapter(t testing.TB, text string) *openstack.Provider {
	t.Helper()
	return newAdapter(t, text, &http.Client{Timeout: time.Minute})
}

func newAdapter(t testing.TB, text string, over *http.Client) *openstack.Provider {
	t.Helper()
	return providertest.Build[*openstack.Provider](t, openstack.New, text, surroundings(over))
}

func surroundings(c *http.Client) providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: c, Clock: providers.SystemClock{}}
}

type settings = providertest.Settings
