package ec2_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/ec2"
	"occigate/providers/providertest"
	cloudsim "occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

// TestConformance holds the adapter against the simulator.
func TestConformance(t *testing.T) {
	providertest.Document(t, about, providertest.Run(t, providertest.Harness{New: simulated}))
}

var about = providertest.About{
	Cloud: "EC2",
	Page:  "1,000 rows, the most that EC2 gives",
	Token: "the `ClientToken` of calls that take one, and the tag `occigate:token` of all that is made",
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
			s.Pass(transition)
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
	return providertest.Cloud{
		Provider: adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.Pass(transition / 2) },
		Image:    s.Image("al2023-ami-*-x86_64"), Size: "t3.micro", OtherSize: "t3.small",
		Network:    s.DefaultNetwork().Subnets[0],
		VolumeZone: "us-east-1a",
		Device:     "/dev/sdk",
		Unknown:    unknown,
		Peak:       s.Peak,
		Cost:       new(providertest.Cost),
		Denied: func(t testing.TB) providers.Provider {
			return adapter(t, strings.Replace(s.settings(), secret, "wrong", 1))
		},
		Misspelt: func() error { return misspelt(s.settings()) },
		Secrets:  []string{secret},
		Faults:   faults(s.Plan),
	}
}

// faults are what an EC2 can be made to do, whoever simulates it.
func faults(plan *fault.Plan) providertest.Faults {
	const list, create = "DescribeInstances", "RunInstances"
	return providertest.Faults{
		Plan: plan, List: list, Create: create, Media: "text/xml",
		Paged: true, Expires: true, Clocked: true, Rows: true,
		Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusServiceUnavailable, Code: "RequestLimitExceeded", RetryAfter: 3 * time.Second},
		Quota: func() {
			plan.Set(fault.Fault{Kind: fault.Status, Call: create, Status: http.StatusBadRequest, Code: "InstanceLimitExceeded"})
		},
		Lag: []fault.Fault{{Kind: fault.Lag, Delay: transition / 4, Call: list}},
		Failure: fault.Fault{
			Kind: fault.Body, ContentType: "text/xml",
			Body: "<Response><Errors><Error><Code>InternalError</Code><Message>An internal error has occurred</Message></Error></Errors><RequestID>r</RequestID></Response>",
		},
		Number:   fault.Fault{Kind: fault.Edit, Find: `<coreCount>\d+<`, Body: "<coreCount>two<"},
		NewState: fault.Fault{Kind: fault.Edit, Find: `<instanceState><code>\d+</code><name>running<`, Body: "<instanceState><code>99</code><name>" + providertest.Unheard + "<"},
	}
}

// unknown are ids in EC2's form that name nothing.
var unknown = map[string]string{
	"server": "i-0000000000000dead", "image": "ami-0000000000000dead", "size": "t3.none", "volume": "vol-0000000000000dead",
	"network": "subnet-0000000000000dead", "interface": "eni-0000000000000dead", "address": "eipalloc-0000000000000dead",
}

// site is a simulated cloud and where it stands.
type site struct {
	*cloudsim.Cloud
	*providertest.Site
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{Site: providertest.NewSite(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	s.Cloud = cloudsim.New(cloudsim.Options{
		Clock: s.Now, Transition: transition, Faults: s.Plan,
		Credentials: []cloudsim.Credential{{AccessKeyID: keyID, SecretAccessKey: secret, User: "conformance"}},
	})
	s.Serve(t, s.Cloud)
	return s
}

// settings are those of an account at the simulator. Its catalogue has some
// images that others own.
func (s *site) settings() string {
	return fmt.Sprintf("region: us-east-1\nendpoint: %s\naccess_key_id: %s\nsecret_access_key: %s\nimages: {owners: [self, amazon], filters: {name: [\"al2023-*\"]}}\n", s.URL, keyID, secret)
}

func adapter(t testing.TB, text string) providers.Provider {
	t.Helper()
	return providertest.Build[*ec2.Provider](t, ec2.New, text, surroundings())
}

func misspelt(text string) error {
	_, err := ec2.New(providertest.Settings(text+"regoin: us-east-1\n"), surroundings())
	return err
}

// surroundings have the real time, which calls are signed with.
func surroundings() providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: providers.SystemClock{}}
}
