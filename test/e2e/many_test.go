package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"occigate/test/cloudsim/elastichosts"
	"occigate/test/cloudsim/fault"
	"occigate/test/servers"
	"occigate/translate/occi"
)

// estate is many accounts at simulated clouds, which count their calls.
type estate struct {
	url   string
	n     int
	calls atomic.Int64
	plan  fault.Plan // of all of them
}

func manyClouds(t *testing.T, n int) *estate {
	t.Helper()
	c := &estate{n: n}
	mux := http.NewServeMux()
	for i := range n {
		cloud := elastichosts.New(elastichosts.Options{User: userOf(i), Faults: &c.plan})
		mux.Handle(fmt.Sprintf("/%d/", i), http.StripPrefix(fmt.Sprint("/", i), cloud))
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.calls.Add(1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func userOf(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

// config is that of a gateway over all the accounts and a store.
func (c *estate) config(t *testing.T, store string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `
store: %s
refresh: {servers: 2s, volumes: 2s, networks: 2s, addresses: 2s, catalogue: 2s, fast: 1s, least: 1s}
accounts:
`, store)
	for i := range c.n {
		fmt.Fprintf(&b, `
  - {name: cloud%d, cloud: elastichosts, rate: {per_second: 100, burst: 100}, settings: {uri: "%s/%d/", user: %s, key: secret}}`,
			i, c.url, i, userOf(i))
	}
	return file(t, b.String())
}

// during is how many calls the clouds get in some time.
func (c *estate) during(d time.Duration) int64 {
	before := c.calls.Load()
	time.Sleep(d)
	return c.calls.Load() - before
}

// build compiles the program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "occigate")
	if out, err := exec.Command("go", "build", "-o", binary, "occigate/cmd/occigate").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

var heldLine = regexp.MustCompile(`(?m)^occigate_account_held\{.*\} 1$`)

// held is how many accounts a gateway holds.
func (p *Program) held(t *testing.T) int {
	t.Helper()
	return len(heldLine.FindAllString(p.Must(t, http.StatusOK, "GET", "/metrics", "").Body, -1))
}

// TestGatewaysShareTheAccounts runs gateways as processes of their own on one
// Redis: three make the calls of one, each has its part of the accounts, and
// when one is killed the others have all of them within 15 s.
func TestGatewaysShareTheAccounts(t *testing.T) {
	const accounts, window, limit = 60, 8 * time.Second, 15 * time.Second
	clouds := manyClouds(t, accounts)
	binary, config := build(t), clouds.config(t, "{redis: {addresses: ["+servers.Redis(t).Address+"]}}")

	first, _ := launch(t, binary, config)
	first.Eventually(t, "the only gateway holds all", func() bool { return first.held(t) == accounts })
	alone := clouds.during(window)
	second, victim := launch(t, binary, config)
	third, _ := launch(t, binary, config)
	even := func(n int) bool { return n >= 15 && n <= 25 }
	began := time.Now()
	first.Eventually(t, "the work is spread evenly", func() bool {
		a, b, c := first.held(t), second.held(t), third.held(t)
		return even(a) && even(b) && even(c) && a+b+c == accounts
	})
	spread := time.Since(began)
	together := clouds.during(window)
	if together*4 > alone*5 || together*4 < alone*3 {
		t.Errorf("three gateways make %d calls in %v, one %d", together, window, alone)
	}

	killed := time.Now()
	victim.Kill()
	first.Eventually(t, "the others hold all", func() bool { return first.held(t)+third.held(t) == accounts })
	moved := time.Since(killed)
	if moved > limit {
		t.Errorf("the accounts of a killed gateway have moved after %v", moved)
	}
	first.Eventually(t, "every account is refreshed", func() bool { return first.refreshedSince(t, killed) == accounts })
	t.Logf("%d calls in %v by one gateway, %d by three; spread %v after the last was ready; moved %v and all refreshed %v after the kill",
		alone, window, together, spread, moved, time.Since(killed))
	if a, b := first.held(t), third.held(t); a < accounts/2-5 || b < accounts/2-5 {
		t.Errorf("the two that are left hold %d and %d accounts", a, b)
	}
}

// refreshedSince is how many accounts were completely listed after a moment.
func (p *Program) refreshedSince(t *testing.T, since time.Time) (n int) {
	t.Helper()
	var report struct {
		Clouds []struct{ Observed time.Time }
	}
	p.decode(t, p.Must(t, http.StatusOK, "GET", "/clouds", ""), &report)
	for _, c := range report.Clouds {
		if c.Observed.After(since) {
			n++
		}
	}
	return n
}

// TestComplaintsAreLearntFrom lets a cloud refuse calls as too many: it is left
// alone as long as it asks for, and the figures say so.
func TestComplaintsAreLearntFrom(t *testing.T) {
	clouds := manyClouds(t, 1)
	p := Start(t, nil, "serve", "--config", clouds.config(t, "{embedded: {path: DIR/x.db}}"), "--listen", "127.0.0.1:0")
	clouds.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 8 * time.Second})
	figure := func(pattern string) bool {
		return regexp.MustCompile(pattern).MatchString(p.Must(t, http.StatusOK, "GET", "/metrics", "").Body)
	}
	p.Eventually(t, "the complaint is counted", func() bool { return figure(`(?m)^occigate_budget_slowed_total\{account="cloud0"\} [1-9]`) })
	clouds.plan.Clear()
	p.Eventually(t, "quiet: what was on its way has come", func() bool { return clouds.during(500*time.Millisecond) == 0 })
	if n := clouds.during(3 * time.Second); n > 0 {
		t.Errorf("%d calls in a pause", n)
	}
	p.Eventually(t, "it is called again", func() bool { return clouds.during(100*time.Millisecond) > 0 })
	if !figure(`(?m)^occigate_provider_calls_total\{account="cloud0",operation="[^"]+",status="429"\} [1-9]`) {
		t.Error("the refused call is not counted as such")
	}
}

// TestASickCloudIsToldOf lets a cloud fail altogether: creates are answered at
// once, with the reason and when to come back, and reports and figures say that
// it is only probed.
func TestASickCloudIsToldOf(t *testing.T) {
	clouds := manyClouds(t, 1)
	p := Start(t, nil, "serve", "--config", clouds.config(t, "{embedded: {path: DIR/x.db}}"), "--listen", "127.0.0.1:0")
	circuit := func() string {
		var report struct{ Clouds []struct{ Circuit string } }
		p.decode(t, p.Must(t, http.StatusOK, "GET", "/clouds", ""), &report)
		return report.Clouds[0].Circuit
	}
	if got := circuit(); got != "closed" {
		t.Errorf("the circuit of a cloud that is well is %s", got)
	}
	clouds.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError, Body: "the disk is full"})
	p.Eventually(t, "circuit open", func() bool { return circuit() != "closed" })
	a := p.Do(t, "POST", "/storage/", textKind("storage")+textAttr("occi.storage.size", "1.0"), "Content-Type", "text/plain")
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, "not called until it works again") {
		t.Errorf("create: %d, Retry-After %q: %s", a.Status, a.Header.Get("Retry-After"), a.Body)
	}
	open := regexp.MustCompile(`(?m)^occigate_account_circuit\{account="cloud0",state="(open|half-open)"\} 1$`)
	if body := p.Must(t, http.StatusOK, "GET", "/metrics", "").Body; !open.MatchString(body) {
		t.Error("no figure says that the circuit is open")
	}
	clouds.plan.Clear()
	p.Eventually(t, "circuit closed", func() bool { return circuit() == "closed" })
}

// TestAPausedGatewayDoesNoHarm stops a gateway as a machine that swaps would,
// for longer than its leases run: it wakes up believing that it holds them.
// What the other has written meanwhile stays, and in a moment they share again.
func TestAPausedGatewayDoesNoHarm(t *testing.T) {
	const accounts = 6
	clouds := manyClouds(t, accounts)
	binary, config := build(t), clouds.config(t, "{redis: {addresses: ["+servers.Redis(t).Address+"]}}")
	one, _ := launch(t, binary, config)
	two, victim := launch(t, binary, config)
	shared := func() bool { return one.held(t) == accounts/2 && two.held(t) == accounts/2 }
	one.Eventually(t, "the work is shared", shared)
	made := func() {
		for i := range accounts {
			body := textKind("storage") + "X-OCCI-Attribute: occi.storage.size=1.0\n" +
				fmt.Sprintf("Category: cloud%d; scheme=\"http://schemas.occigate.org/occi/infrastructure/cloud#\"; class=\"mixin\"\n", i)
			one.create(t, occi.TextPlain, "/storage/", body)
		}
	}
	made()
	victim.Pause()
	one.Eventually(t, "the other holds all", func() bool { return one.held(t) == accounts })
	made()
	before := one.listOf(t, "/storage/")
	victim.Resume()
	one.Eventually(t, "the work is shared again", shared)
	since := time.Now()
	two.Eventually(t, "every account is refreshed", func() bool { return two.refreshedSince(t, since) == accounts })
	for _, p := range []*Program{one, two} {
		if now := p.listOf(t, "/storage/"); !slices.Equal(now, before) || len(now) != 2*accounts {
			t.Errorf("%d volumes are listed after the pause, %d before, %d were made", len(now), len(before), 2*accounts)
		}
	}
}
