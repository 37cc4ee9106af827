package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/ec2"
	"occigate/test/servers"
	"occigate/translate/occi"
)

// shop is a gateway over a simulated EC2 and a Redis behind a proxy, with things
// that were made through the gateway.
type shop struct {
	*Program
	redis  *servers.RedisServer
	proxy  *servers.Proxy
	amazon *ec2.Cloud

	kept, halted, running, doomed, volume string   // paths
	passing                               []string // paths of what goes with doomed, and of links that come and go with starts and stops
}

// collections are where a client finds all there is.
var collections = []string{"/compute/", "/storage/", "/network/", "/storagelink/", "/networkinterface/", "/tag/precious/"}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{redis: servers.Redis(t), amazon: ec2.New(ec2.Options{Region: "eu-west-1"})}
	s.proxy = servers.NewProxy(t, s.redis.Address)
	cloud := httptest.NewServer(s.amazon)
	t.Cleanup(cloud.Close)
	s.Program = Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", file(t, fmt.Sprintf(`
store: {redis: {addresses: [%q]}}
refresh: {servers: 1s, volumes: 1s, networks: 1s, addresses: 1s, catalogue: 5s, fast: 500ms, least: 500ms}
accounts:
  - name: amazon
    cloud: ec2
    rate: {per_second: 100, burst: 100}
    settings: {region: eu-west-1, endpoint: %q, access_key_id: %s, secret_access_key: %q, images: {owners: ["136693071363"]}, default_image: %s, default_size: t3.micro}
`, s.proxy.Address, cloud.URL, ec2.ExampleAccessKeyID, ec2.ExampleSecretAccessKey, s.amazon.Image("debian-12-amd64*"))))
	made := func(title string) string {
		return path(s.create(t, occi.TextPlain, "/compute/", textKind("compute")+textAttr("occi.core.title", title)))
	}
	s.kept, s.halted, s.running, s.doomed = made("kept"), made("halted"), made("running"), made("doomed")
	s.volume = path(s.create(t, occi.TextPlain, "/storage/", textKind("storage")+"X-OCCI-Attribute: occi.storage.size=1.0\n"))
	for _, url := range []string{s.kept, s.halted, s.running, s.doomed} {
		s.State(t, url, "active")
	}
	s.act(t, occi.TextPlain, s.halted, "stop", speakers[occi.TextPlain])
	s.State(t, s.halted, "inactive")
	s.Eventually(t, "shown with its disk", func() bool {
		return slices.ContainsFunc(s.Entity(t, s.kept).Links, func(l Entity) bool { return strings.HasPrefix(l.Target.Location, "/storage/") })
	})
	since := time.Now() // an older listing may lack what a machine has got, or have what it has lost
	s.Eventually(t, "listed at rest", func() bool { return s.listedSince(t, since) })
	for _, machine := range []string{s.halted, s.running, s.doomed} {
		for _, l := range s.Entity(t, machine).Links {
			id := strings.TrimPrefix(l.ID, "urn:uuid:")
			s.passing = append(s.passing, "/storagelink/"+id, "/networkinterface/"+id)
			if machine == s.doomed && l.Target.Kind != occi.KindNetwork {
				s.passing = append(s.passing, l.Target.Location)
			}
		}
	}
	text := tongues[occi.TextPlain]
	s.ask(t, 200, "POST", "/-/", text.define(tag{"precious", people, "", "/tag/precious/", ""}), occi.TextPlain)
	s.ask(t, 200, "POST", "/tag/precious/", text.list([]string{s.kept, s.volume}), occi.TextPlain)
	return s
}

// listedSince reports whether all but the catalogue was listed after a moment.
func (p *Program) listedSince(t *testing.T, since time.Time) bool {
	t.Helper()
	type part struct {
		Part     string
		Observed time.Time
	}
	var report struct{ Clouds []struct{ Parts []part } }
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/clouds", ""), &report)
	return !slices.ContainsFunc(report.Clouds[0].Parts, func(l part) bool { return l.Part != "catalogue" && !l.Observed.After(since) })
}

// all are the paths of everything that clients can see.
func (s *shop) all(t *testing.T) map[string][]string {
	t.Helper()
	lists := map[string][]string{}
	for _, c := range collections {
		lists[c] = s.listOf(t, c)
	}
	return lists
}

func sameLists(a, b map[string][]string) bool {
	for _, c := range collections {
		if !slices.Equal(a[c], b[c]) {
			return false
		}
	}
	return true
}

// refused checks that something new is refused for want of the store, with a
// time to come back.
func (s *shop) refused(t *testing.T, location, body string) {
	t.Helper()
	a := s.Do(t, "POST", location, body, "Content-Type", "text/plain")
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, "store") {
		t.Errorf("POST %s: %d, Retry-After %q: %s", location, a.Status, a.Header.Get("Retry-After"), a.Body)
	}
}

// without is what a client can do while the store is away.
func (s *shop) without(t *testing.T, before map[string][]string) {
	t.Helper()
	speak := speakers[occi.TextPlain]
	reads := time.Now()
	if now := s.all(t); !sameLists(now, before) {
		t.Errorf("without the store other things are listed:\n%v\nbefore:\n%v", now, before)
	}
	for _, url := range slices.Concat(before["/compute/"], before["/storage/"], before["/network/"]) {
		s.Must(t, http.StatusOK, "GET", url, "")
	}
	s.Must(t, http.StatusOK, "GET", "/readyz", "")
	t.Logf("all reads without the store took %v", time.Since(reads))
	machines := len(s.amazon.Instances())
	s.refused(t, "/compute/", textKind("compute"))
	s.refused(t, "/storage/", textKind("storage")+"X-OCCI-Attribute: occi.storage.size=1.0\n")
	s.refused(t, "/storagelink/", speak.storageLink(s.URL+s.kept, s.URL+s.volume))
	if n := len(s.amazon.Instances()); n != machines {
		t.Errorf("%d machines at the cloud after refused creates, %d before", n, machines)
	}
	changes := time.Now()
	s.act(t, occi.TextPlain, s.halted, "start", speak)
	s.act(t, occi.TextPlain, s.running, "stop", speak)
	s.Must(t, http.StatusOK, "DELETE", s.doomed, "")
	t.Logf("start, stop and delete without the store took %v", time.Since(changes))
}

// TestTheStoreIsLost takes Redis away in several ways, with and without all that
// it held. Reads go on, what could be made twice or be lost is refused, what can
// be repeated goes through, and in the end everything is there again under the
// URLs that it had.
func TestTheStoreIsLost(t *testing.T) {
	troubles := map[string]struct {
		begin, end func(*testing.T, *shop)
	}{
		"cut off": {
			func(_ *testing.T, s *shop) { s.proxy.Cut() },
			func(_ *testing.T, s *shop) { s.proxy.Mend() },
		},
		"cut off and flushed": {
			func(_ *testing.T, s *shop) { s.proxy.Cut() },
			func(t *testing.T, s *shop) {
				if _, err := s.redis.Do("FLUSHALL"); err != nil {
					t.Fatal(err)
				}
				s.proxy.Mend()
			},
		},
		"killed, and empty when it starts again": {
			func(_ *testing.T, s *shop) { s.redis.Kill() },
			func(_ *testing.T, s *shop) { s.redis.Restart() },
		},
		"hangs": {
			func(_ *testing.T, s *shop) { s.redis.Pause() },
			func(_ *testing.T, s *shop) { s.redis.Resume() },
		},
	}
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			s := openShop(t)
			before := s.all(t)
			trouble.begin(t, s)
			s.without(t, before)
			trouble.end(t, s)
			s.recovers(t, before)
		})
	}
}

// recovers checks that everything is as it was, but for what was done meanwhile.
func (s *shop) recovers(t *testing.T, before map[string][]string) {
	t.Helper()
	var made string
	s.Eventually(t, "creating again", func() bool {
		a := s.Do(t, "POST", "/compute/", textKind("compute")+textAttr("occi.core.title", "late"), "Content-Type", "text/plain")
		made = path(a.Header.Get("Location"))
		return a.Status == http.StatusCreated
	})
	s.Eventually(t, "listing all that was there", func() bool {
		now := s.all(t)
		for c, list := range before {
			for _, p := range list {
				if p != s.doomed && !slices.Contains(s.passing, p) && !slices.Contains(now[c], p) {
					return false
				}
			}
		}
		return slices.Contains(now["/compute/"], made) && len(now["/compute/"]) == len(before["/compute/"])
	})
	s.State(t, s.halted, "active")
	s.State(t, s.running, "inactive")
	if title := s.Entity(t, s.kept).Title; title != "kept" {
		t.Errorf("the title is %q", title)
	}
	s.Must(t, http.StatusNotFound, "GET", s.doomed, "")
	if n := len(s.amazon.Instances()); n != 5 {
		t.Errorf("%d machines at the cloud, want 5: four made before, one of which is terminated, and one after", n)
	}
}
