package suncloud_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/providertest"
	"occigate/providers/suncloud"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/suncloud"
)

var deviations = map[string]string{
	"limit reached is quota": "the specification has neither limits nor a word for them",
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
	var runs []*providertest.Report
	for name, o := range forms {
		t.Run(name, func(t *testing.T) {
			runs = append(runs, providertest.Run(t, providertest.Harness{Deviations: deviations, New: func(t testing.TB) providertest.Cloud {
				return simulated(t, o)
			}}))
		})
	}
	providertest.Document(t, about, runs...)
}

var about = providertest.About{
	Cloud: "Sun Cloud",
	Page:  "none, a VDC is one document",
	Token: "the tag `occigate-token:` of VMs, VNets and public addresses, and 40 bits of it in the names of VMs and VNets, which are unique",
	Missing: map[string]string{
		"ImageSaver":     "a backup is restored into its own VM and is no template to make others from",
		"Resizer":        "the figures of a VM that exists are not among what may be changed",
		"VolumeLister":   "volumes are WebDAV shares, not block devices",
		"VolumeMaker":    "volumes are WebDAV shares, not block devices",
		"VolumeResizer":  "volumes are WebDAV shares, not block devices",
		"VolumeAttacher": "volumes are WebDAV shares, not block devices",
	},
}

const password = "kept-to-itself"

func simulated(t testing.TB, o cloudsim.Options) providertest.Cloud {
	s := newSite(t, o)
	states := ""                          // the call that tells them; empty: the listing itself
	cost := &providertest.Cost{Beside: 1} // the cloud's own document, before the tree of the VDC
	if o.Partial {
		cost.PerServer, cost.Parallel, states = 1, 8, "GET vms"
	}
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings()),
		Settle:   func(testing.TB) { s.Pass(transition / 2) },
		Image:    s.URL + s.template, Size: "small",
		NoCIDR: true, // a VNet tells its netmask only
		Peak:   s.Peak,
		Cost:   cost,
		Unknown: map[string]string{
			"server": s.URL + "/vms/f*4711", "image": s.URL + "/templates/4711", "network": s.URL + "/vnets/4711",
			"interface": s.URL + "/vnets/4712", "address": s.URL + "/addresses/192.0.2.1",
		},
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings(), password, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := suncloud.New(settings(s.settings()+"clutser: root\n"), s.Surroundings())
			return err
		},
		Secrets: []string{password},
		Faults: providertest.Faults{
			Plan: s.Plan, List: "GET vdcs", Create: "POST clusters VM", Media: "application/json", Rows: true,
			Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second},
			Lag:      []fault.Fault{{Kind: fault.Lag, Delay: transition * 2, Call: "GET vdcs"}},
			Failure:  fault.Fault{Kind: fault.Body, ContentType: "application/json", Body: `{"message": [{"code": "internal", "text": "out of order"}]}`},
			Number:   fault.Fault{Kind: fault.Edit, Find: `"memory": ?(\d+)`, Body: `"memory":"$1"`},
			NewState: fault.Fault{Kind: fault.Edit, Call: states, Find: `"run_status": ?"\w+"`, Body: `"run_status":"` + providertest.Unheard + `"`},
		},
	}
}

// transition is how long changes take in the simulated cloud.
const transition = 12 * time.Second

// site is a simulated cloud and where it stands.
type site struct {
	*cloudsim.Cloud
	*providertest.Site
	template string
}

func newSite(t testing.TB, o cloudsim.Options) *site {
	t.Helper()
	s := &site{Site: providertest.NewSite(time.Date(2010, 1, 11, 12, 0, 0, 0, time.UTC))}
	o.Clock, o.Transition, o.Faults, o.User, o.Password = s.Now, transition, s.Plan, "alice", password
	s.Cloud = cloudsim.New(o)
	s.template = s.AddTemplate(cloudsim.Template{Name: "OpenSolaris", CPU: 1000, Memory: 1024, BootDisk: 10})
	s.AddVNet("back", "")
	s.AddVNet("front", s.AddCluster("web"))
	s.Serve(t, s.Cloud)
	return s
}

func (s *site) settings() string {
	return "uri: " + s.URL + "/\nuser: alice\npassword: " + password + "\ndefault_network: front\n" +
		"sizes: [{name: small, cpu_mhz: 2000, memory_mib: 2048, boot_disk_gib: 20}]\n"
}

func (s *site) adapter(t testing.TB, text string) *suncloud.Provider {
	t.Helper()
	return providertest.Build[*suncloud.Provider](t, suncloud.New, text, s.Surroundings())
}

type settings = providertest.Settings
