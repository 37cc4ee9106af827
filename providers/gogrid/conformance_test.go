package gogrid_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/gogrid"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/gogrid"
)

// TestConformance holds the adapter against the simulator, also one where new
// servers come up Off.
func TestConformance(t *testing.T) {
	var runs []*providertest.Report
	for name, o := range map[string]cloudsim.Options{"started": {}, "off": {ComesUpOff: true}} {
		t.Run(name, func(t *testing.T) {
			runs = append(runs, providertest.Run(t, providertest.Harness{New: func(t testing.TB) providertest.Cloud {
				return simulated(t, o)
			}}))
		})
	}
	providertest.Document(t, about, runs...)
}

var about = providertest.About{
	Cloud: "GoGrid",
	Page:  "250 rows, asked for by us; the cloud's own limit is not documented",
	Token: "the description of a server or an image, and 40 bits of it in the name of a server, which is unique",
	Missing: map[string]string{
		"AddressMaker":      "an address of the account is taken by the server that is added with it, and kept until that is deleted",
		"AddressAssigner":   "an address of the account is taken by the server that is added with it, and kept until that is deleted",
		"InterfaceAttacher": "a server has the interfaces that it was added with",
		"NetworkMaker":      "the networks are the account's public and private blocks, which are ordered from people",
		"VolumeLister":      "cloud storage is a share of files, not a block device",
		"VolumeMaker":       "cloud storage is a share of files, not a block device",
		"VolumeResizer":     "cloud storage is a share of files, not a block device",
		"VolumeAttacher":    "cloud storage is a share of files, not a block device",
	},
}

const (
	key    = "key-to-itself"
	secret = "kept-to-itself"
)

func simulated(t testing.TB, o cloudsim.Options) providertest.Cloud {
	s := newSite(t, o)
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.Pass(transition / 2) },
		Image:    s.image, Size: "1", OtherSize: "2", Network: "public",
		Peak:    s.Peak,
		Cost:    new(providertest.Cost),
		Unknown: map[string]string{"server": "4711", "image": "4712", "size": "4713"},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), secret, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := gogrid.New(settings(s.settings()+"data_center: US-West-1\n"), s.Surroundings())
			return err
		},
		Secrets: []string{key, secret},
		Faults: providertest.Faults{
			Plan: s.Plan, List: "grid/server/list", Create: "grid/server/add", Media: "text/html",
			Paged: true, Expires: true, Clocked: true, Rows: true,
			Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusForbidden, RetryAfter: 7 * time.Second},
			Quota:    s.takeAll,
			Lag:      []fault.Fault{{Kind: fault.Lag, Delay: transition / 4, Call: "grid/server/list"}},
			Failure: fault.Fault{Kind: fault.Body, Body: `{"status": "failure", "method": "/grid/server/list", "summary": {"total": 1, "start": 0, "returned": 1},
				"list": [{"object": "error", "errorcode": "UnexpectedException", "message": "An unexpected server error has occured."}]}`},
			Number:   fault.Fault{Kind: fault.Edit, Find: `"id": ?(\d+)`, Body: `"id":"$1"`},
			NewState: fault.Fault{Kind: fault.Edit, Find: `"name": ?"On"`, Body: `"name":"` + providertest.Unheard + `"`},
		},
	}
}

// transition is how long changes take in the simulated cloud.
const transition = 12 * time.Second

// site is a simulated cloud and where it stands.
type site struct {
	*cloudsim.Cloud
	*providertest.Site
	image string
}

func newSite(t testing.TB, o cloudsim.Options) *site {
	t.Helper()
	s := &site{Site: providertest.NewSite(time.Date(2013, 3, 1, 12, 0, 0, 0, time.UTC))}
	o.Clock, o.Transition, o.Faults, o.Key, o.Secret = s.Now, transition, s.Plan, key, secret
	s.Cloud = cloudsim.New(o)
	s.AddBlock("203.0.113.32/28", cloudsim.USWest1, true)
	s.AddBlock("198.51.100.64/28", cloudsim.EUWest1, true)
	s.AddBlock("10.104.7.0/28", cloudsim.USWest1, false)
	s.image = fmt.Sprint(s.AddImage(cloudsim.Image{Name: "centos6.4_64_base", OS: "CentOS 6.4 (64-bit)", Public: true}).ID)
	s.AddImage(cloudsim.Image{Name: "elsewhere", Public: true, Datacenters: []cloudsim.Option{cloudsim.EUWest1}})
	s.Serve(t, s.Cloud)
	return s
}

// takeAll leaves no address free.
func (s *site) takeAll() {
	for _, a := range s.Addresses() {
		s.TakeAddress(a.IP)
	}
}

func (s *site) settings() string {
	return fmt.Sprintf("endpoint: %s/api\napi_key: %s\nsecret: %s\ndatacenter: US-West-1\n", s.URL, key, secret)
}

func (s *site) adapter(t testing.TB, text string) *gogrid.Provider {
	t.Helper()
	return providertest.Build[*gogrid.Provider](t, gogrid.New, text, s.Surroundings())
}

type settings = providertest.Settings
