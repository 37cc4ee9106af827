package flexiscale_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
	var runs []*providertest.Report
	for name, o := range forms {
		t.Run(name, func(t *testing.T) {
			runs = append(runs, providertest.Run(t, providertest.Harness{Deviations: deviations, New: func(t testing.TB) providertest.Cloud {
				return newSite(t, o).cloud(t)
			}}))
		})
	}
	providertest.Document(t, about, runs...)
}

var about = providertest.About{
	Cloud: "FlexiScale",
	Page:  "none, the API lists all at once",
	Token: "the end of a server's name",
	Missing: map[string]string{
		"AddressLister":     "addresses come with an interface and are no one's to reserve",
		"AddressMaker":      "addresses come with an interface and are no one's to reserve",
		"AddressAssigner":   "addresses come with an interface and are no one's to reserve",
		"ImageSaver":        "API 0.5 makes no images",
		"InterfaceAttacher": "API 0.5 adds no interfaces",
		"NetworkMaker":      "API 0.5 lists VLANs and makes none",
		"VolumeMaker":       "API 0.5 lists disks and makes none",
		"VolumeResizer":     "API 0.5 lists disks and makes none",
		"VolumeAttacher":    "API 0.5 lists disks and makes none",
	},
}

const password = "kept-to-itself"

func (s *site) cloud(t testing.TB) providertest.Cloud {
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.Pass(transition / 2) },
		Image:    "27", Size: "small", OtherSize: "large", Network: "552",
		Peak:    s.Peak,
		Cost:    &providertest.Cost{Beside: 2}, // interfaces, ranges of addresses
		Unknown: map[string]string{"server": "4711", "image": "4712", "size": "huge", "network": "4713", "volume": "4714"},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), password, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := flexiscale.New(settings(s.settings()+"pasword: x\n"), s.Surroundings())
			return err
		},
		Secrets: []string{password},
		Faults: providertest.Faults{
			Plan: s.Plan, List: "ListServers", Create: "CreateServer", Media: "text/xml",
			Login: "Login", Expires: true, Rows: true,
			// by a load balancer: the cloud itself knows no limit
			Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second},
			Lag:      []fault.Fault{{Kind: fault.Lag, Delay: transition / 4, Call: "ListServers"}},
			Failure: fault.Fault{Kind: fault.Body, ContentType: "text/xml", Body: `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">` +
				`<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Server</faultcode><faultstring>internal error</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`},
			Number:   fault.Fault{Kind: fault.Edit, Find: `(<memory[^>]*>)\d+<`, Body: "${1}some<"},
			NewState: fault.Fault{Kind: fault.Edit, Find: `(<status[^>]*>)\w+<`, Body: "${1}" + providertest.Unheard + "<"},
		},
	}
}

// transition is how long jobs take in the simulated cloud.
const transition = 12 * time.Second

// site is a simulated cloud and where it stands.
type site struct {
	*cloudsim.Cloud
	*providertest.Site
}

func newSite(t testing.TB, o cloudsim.Options) *site {
	t.Helper()
	s := &site{Site: providertest.NewSite(time.Date(2009, 3, 1, 12, 0, 0, 0, time.UTC))}
	o.Clock, o.Transition, o.Faults, o.Username, o.Password = s.Now, transition, s.Plan, "user@example.com", password
	s.Cloud = cloudsim.New(o)
	s.Seed()
	s.Serve(t, s.Cloud)
	return s
}

func (s *site) settings() string {
	return fmt.Sprintf("endpoint: %s/0.5/index.php\nusername: user@example.com\npassword: %s\n", s.URL, password)
}

func (s *site) adapter(t testing.TB, text string) *flexiscale.Provider {
	t.Helper()
	return providertest.Build[*flexiscale.Provider](t, flexiscale.New, text, s.Surroundings())
}

type settings = providertest.Settings
