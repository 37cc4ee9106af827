package elastichosts_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/elastichosts"
	"occigate/providers/providertest"
	cloudsim "occigate/test/cloudsim/elastichosts"
	"occigate/test/cloudsim/fault"
)

// noEnd is why a text that is empty or breaks off between two lines says
// nothing of it.
const noEnd = "in text/plain an account with nothing is an empty body, and a document has no mark at its end; the format json has both"

// deviates are the deviations in a format.
func deviates(format string) map[string]string {
	if format != "text" {
		return nil
	}
	return map[string]string{"empty body is unavailable": noEnd, "half a document is unavailable": noEnd}
}

// TestConformance holds the adapter against the simulator in both formats.
func TestConformance(t *testing.T) {
	var runs []*providertest.Report
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			runs = append(runs, providertest.Run(t, providertest.Harness{
				New:        func(t testing.TB) providertest.Cloud { return simulated(t, format) },
				Deviations: deviates(format),
			}))
		})
	}
	providertest.Document(t, about, runs...)
}

var about = providertest.About{
	Cloud: "ElasticHosts",
	Page:  "none, the API lists all at once",
	Token: "the key `user:occigate-token` of servers and drives, the name of a VLAN, nowhere for static IPs",
	Missing: map[string]string{
		"ImageSaver":        "images are the standard drives of the cloud; a copy of a drive is a drive",
		"InterfaceAttacher": "the cards of a server are keys of it that only a stopped one may change, and no card has an id of its own",
	},
}

const key = "kept-to-itself"

func simulated(t testing.TB, format string) providertest.Cloud {
	s := newSite(t, format)
	return providertest.Cloud{
		Provider: s.adapter(t, s.settings),
		Settle:   func(testing.TB) { s.Pass(transition / 2) },
		Size:     "small", OtherSize: "large", Network: "public",
		// "set" on an active server takes name, cpu, persistent, tags, user:* and
		// password only (Server API details). A VLAN has a name and nothing else.
		Cold: true, NoCIDR: true,
		Unknown: map[string]string{"address": "192.0.2.1"},
		Peak:    s.Peak,
		Cost:    new(providertest.Cost),
		Denied: func(t testing.TB) providers.Provider {
			return s.adapter(t, strings.Replace(s.settings, key, "wrong", 1))
		},
		Misspelt: func() error {
			_, err := elastichosts.New(settings(s.settings+"formt: json\n"), surroundings(s))
			return err
		},
		Secrets: []string{key},
		Faults:  s.faults(format),
	}
}

// edits are how answers of each format are spoilt.
var edits = map[string]struct{ media, number, text, state, unheard string }{
	"text": {"text/plain", `(?m)^mem \d+$`, "mem some", `(?m)^status active$`, "status " + providertest.Unheard},
	"json": {"application/json", `"mem": ?(\d+)`, `"mem":"$1"`, `"status": ?"active"`, `"status":"` + providertest.Unheard + `"`},
}

func (s *site) faults(format string) providertest.Faults {
	const list = "GET /servers/info"
	edit := edits[format]
	return providertest.Faults{
		Plan: s.Plan, List: list, Create: "POST /drives/create", Media: edit.media, Rows: true,
		// by a load balancer: the cloud itself knows no limit
		Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second},
		Quota: func() {
			s.Plan.Set(fault.Fault{Kind: fault.Status, Call: "POST /drives/create", Status: http.StatusInsufficientStorage})
		},
		Lag: []fault.Fault{
			{Kind: fault.Lag, Delay: transition / 4, Call: list},
			{Kind: fault.Lag, Delay: transition / 4, Call: "GET /servers/{id}/info"},
		},
		// What is listed must be servers.
		Failure:  fault.Fault{Kind: fault.Body, ContentType: "application/json", Body: `{"error": "internal"}`},
		Number:   fault.Fault{Kind: fault.Edit, Find: edit.number, Body: edit.text},
		NewState: fault.Fault{Kind: fault.Edit, Find: edit.state, Body: edit.unheard},
	}
}

// transition is how long changes take in the simulated cloud.
const transition = 10 * time.Second

// site is a simulated cloud and where it stands: at a stem with a path.
type site struct {
	*cloudsim.Cloud
	*providertest.Site
	settings string
}

func newSite(t testing.TB, format string) *site {
	t.Helper()
	s := &site{Site: providertest.NewSite(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	s.Cloud = cloudsim.New(cloudsim.Options{Clock: s.Now, Transition: transition, Key: key, Faults: s.Plan, Lingering: transition / 2})
	s.Furnish()
	s.Serve(t, http.StripPrefix("/api", s.Cloud))
	s.settings = fmt.Sprintf("uri: %s/api/\nuser: %s\nkey: %s\nformat: %s\n", s.URL, user, key, format)
	return s
}

const user = "2164ce57-591a-43ee-ade5-e2fe0ee13c3f"

func (s *site) adapter(t testing.TB, text string) *elastichosts.Provider {
	t.Helper()
	return providertest.Build[*elastichosts.Provider](t, elastichosts.New, text, s.Surroundings())
}

func surroundings(clock providers.Clock) providers.Surroundings {
	return providers.Surroundings{UID: "test", HTTP: &http.Client{Timeout: time.Minute}, Clock: clock}
}

type settings = providertest.Settings
