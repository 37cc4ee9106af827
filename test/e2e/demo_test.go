package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

// demoClouds are the accounts of the demo: what a walk makes a machine of, and
// what the estate holds, counted in the simulators' seeds.
var demoClouds = []struct {
	account, image, size string
	disk                 Disk
	holds                holdings
}{
	{"amazon", "debian", "t3_micro", DiskToRunning, holdings{Server: 10, Volume: 15, Attachment: 13, Network: 4, Reservation: 2, Address: 1, Image: 6}},
	{"private", "debian", "m1_small", DiskToRunning, holdings{Server: 13, Volume: 6, Attachment: 4, Network: 3, Reservation: 5, Address: 3, Image: 6}},
	{"elastic", "12_04", "small", DiskToStopped, holdings{Server: 10, Volume: 14, Attachment: 13, Network: 2, Reservation: 2, Address: 1, Image: 5}},
	{"gogrid", "centos_6", "512mb", NoDisk, holdings{Server: 9, Network: 2, Reservation: 13, Address: 9, Image: 5}},
	{"flexi", "ubuntu_8", "medium", NoDisk, holdings{Server: 10, Volume: 10, Attachment: 10, Network: 2, Image: 9}},
	{"sun", "opensolaris_large", "1000mhz-1024mb", NoDisk, holdings{Server: 8, Network: 3, Reservation: 3, Address: 2, Image: 3}},
}

// holdings are what an account has of each kind: Address are those of Reservation
// that a machine has.
type holdings struct {
	Server, Volume, Attachment, Network, Reservation, Address, Image int
}

// demoStates are the estate's machines by state, once what was about to change
// has changed, and twoStates those of amazon and private.
var (
	demoStates = map[any]int{"active": 38, "inactive": 15, "suspended": 4, "error": 3}
	twoStates  = map[any]int{"active": 16, "inactive": 4, "suspended": 2, "error": 1}
)

func startDemo(t *testing.T) *Program {
	t.Helper()
	return Start(t, nil, "demo", "--listen", "127.0.0.1:0", "--transition", "100ms")
}

// TestDemo walks through the life of a machine on each cloud of the demo, in
// text and in JSON, on several of them at once.
func TestDemo(t *testing.T) {
	p := startDemo(t)
	t.Run("walks", func(t *testing.T) {
		for _, cloud := range demoClouds {
			for _, media := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
				t.Run(cloud.account+" in "+string(media), func(t *testing.T) {
					t.Parallel()
					p.Walk(t, media, Wish{
						Image: p.Mixin(t, occi.MixinOSTemplate, "^"+cloud.account+"-.*"+cloud.image),
						Size:  p.Mixin(t, occi.MixinResourceTemplate, "^"+cloud.account+"-"+cloud.size),
						Title: "walk", Disk: cloud.disk,
					})
				})
			}
		}
	})
	for _, secret := range []string{"wJalrXUtnFEMI", `"secret"`, "demo-secret", "demo-password"} {
		if strings.Contains(p.Output(), secret) {
			t.Errorf("the log holds a secret: %s", secret)
		}
	}
}

// TestDemoEstate counts what the clouds have once the first refresh is through,
// and finds as much in the collections.
func TestDemoEstate(t *testing.T) {
	p := startDemo(t)
	all := map[string]int{}
	for _, cloud := range demoClouds {
		h := cloud.holds
		for location, n := range map[string]int{
			"/compute/": h.Server, "/storage/": h.Volume, "/storagelink/": h.Attachment, "/network/": h.Network, "/ipreservation/": h.Reservation,
		} {
			all[location] += n
		}
		all["/mixin/cloud/"+cloud.account+"/"] = h.Server + h.Volume + h.Network + h.Reservation
	}
	p.known(t)
	for location, n := range all {
		a := p.Must(t, http.StatusOK, "GET", location, "", "Accept", string(occi.URIList))
		if got := strings.Count(a.Body, p.URL+"/"); got != n {
			t.Errorf("%s lists %d, want %d", location, got, n)
		}
		if a.Header.Get("Age") == "" {
			t.Errorf("%s does not say how old it is", location)
		}
	}
	p.atRest(t, demoStates)
}

// atRest waits until what was about to change at the start has changed. A machine
// that is stopping loses an interface then.
func (p *Program) atRest(t *testing.T, rest map[any]int) {
	t.Helper()
	p.Eventually(t, "at rest", func() bool {
		states := map[any]int{}
		for _, state := range p.states(t) {
			states[state]++
		}
		return maps.Equal(states, rest)
	})
}

// known waits until every account is fresh and has what demoClouds says.
func (p *Program) known(t *testing.T) {
	t.Helper()
	want, got := map[string]holdings{}, map[string]holdings{}
	for _, cloud := range demoClouds {
		want[cloud.account] = cloud.holds
	}
	t.Cleanup(func() {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Logf("last counts (-want +got):\n%s", diff)
		}
	})
	p.Eventually(t, "all there", func() bool {
		var report struct {
			Clouds []struct {
				Name   string
				Fresh  bool
				Counts holdings
			}
		}
		p.decode(t, p.Must(t, http.StatusOK, "GET", "/clouds", ""), &report)
		got = map[string]holdings{}
		for _, c := range report.Clouds {
			if c.Fresh {
				got[c.Name] = c.Counts
			}
		}
		return cmp.Equal(want, got)
	})
}

// TestInvitation does what the demo invites to: it reads what the commands
// read, and makes a machine by the create that is printed, in which all but the
// cloud is the account's default. So it does at the other clouds.
func TestInvitation(t *testing.T) {
	p := startDemo(t)
	reads := regexp.MustCompile(`(?m)^  curl (?:-\S+ '[^']*' )?(http\S+)$`).FindAllStringSubmatch(p.Output(), -1)
	for _, m := range reads {
		p.Must(t, http.StatusOK, "GET", m[1], "")
	}
	if len(reads) < 3 {
		t.Errorf("the demo invites to read %d things:\n%s", len(reads), p.Output())
	}
	printed := regexp.MustCompile(`-d '(\{[^']*\})'`).FindStringSubmatch(p.Output())
	if printed == nil || !json.Valid([]byte(printed[1])) || !strings.Contains(printed[1], "cloud#elastic") {
		t.Fatalf("no create at ElasticHosts in JSON is printed:\n%s", p.Output())
	}
	for _, cloud := range demoClouds {
		t.Run(cloud.account, func(t *testing.T) {
			t.Parallel()
			body := strings.Replace(printed[1], "cloud#elastic", "cloud#"+cloud.account, 1)
			compute := p.create(t, occi.OCCIJSON, "/compute/", body)
			p.State(t, compute, "active")
			p.has(t, p.Entity(t, compute), "cloud#"+cloud.account, "os_tpl#"+cloud.account+"-", "resource_tpl#"+cloud.account+"-")
		})
	}
}

// TestAllCloudsFail lets all clouds of the demo fail where it says that each can
// be told to, and still lists what was there.
func TestAllCloudsFail(t *testing.T) {
	p := startDemo(t)
	p.known(t)
	before := p.Must(t, http.StatusOK, "GET", "/network/", "").Body
	var failing []string
	for _, m := range regexp.MustCompile(`(?m)^  (\w+) +[A-Z].* (http\S+)$`).FindAllStringSubmatch(p.Output(), -1) {
		failing = append(failing, m[1])
		p.Must(t, http.StatusOK, "PUT", m[2]+"/_faults", `[{"kind":"status","status":503}]`)
	}
	if len(failing) != len(demoClouds) {
		t.Fatalf("the demo says only where %v are:\n%s", failing, p.Output())
	}
	p.Eventually(t, "marked as stale", func() bool {
		a := p.Must(t, http.StatusOK, "GET", "/network/", "")
		if a.Body != before {
			t.Fatalf("the list changed when the clouds failed:\n%s\nbefore:\n%s", a.Body, before)
		}
		stale := strings.Join(a.Header.Values("X-Occigate-Stale"), "\n")
		return !slices.ContainsFunc(failing, func(name string) bool { return !strings.Contains(stale, name+" since ") })
	})
}
