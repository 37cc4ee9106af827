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
	"sync"
	"testing"
	"time"

	"occigate/test/cloudsim/elastichosts"
	"occigate/test/cloudsim/fault"
	"occigate/test/servers"
	"occigate/translate/occi"
)

// estate is many accounts at simulated clouds, which note their calls.
type estate struct {
	url  string
	n    int
	plan fault.Plan // of all of them

	mu     sync.Mutex
	calls  map[string]map[string]int // by account and by the gateway that calls
	last   time.Time                 // of the newest call
	silent time.Duration             // the longest time between two calls
}

func manyClouds(t *testing.T, n int) *estate {
	t.Helper()
	c := &estate{n: n}
	c.anew()
	all := map[string]http.Handler{}
	for i := range n {
		all[fmt.Sprint(i)] = elastichosts.New(elastichosts.Options{User: userOf(i), Faults: &c.plan})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{gateway}/{account}/", func(w http.ResponseWriter, r *http.Request) {
		gateway, account := r.PathValue("gateway"), r.PathValue("account")
		c.note(gateway, account)
		http.StripPrefix("/"+gateway+"/"+account, all[account]).ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// anew forgets what was noted.
func (c *estate) anew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.last, c.silent = map[string]map[string]int{}, time.Time{}, 0
}

func (c *estate) note(gateway, account string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if !c.last.IsZero() {
		c.silent = max(c.silent, now.Sub(c.last))
	}
	if c.calls[account] == nil {
		c.calls[account] = map[string]int{}
	}
	c.calls[account][gateway]++
	c.last = now
}

// silence is the longest time between two calls.
func (c *estate) silence() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.silent
}

// callers is how many calls came, of how many accounts, and how many of those
// more than one gateway has called.
func (c *estate) callers() (calls, accounts, shared int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, by := range c.calls {
		shared += min(1, len(by)-1)
		for _, n := range by {
			calls += n
		}
	}
	return calls, len(c.calls), shared
}

func userOf(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }

// config is that of a gateway over all the accounts and a store.
func (c *estate) config(t *testing.T, store string) string { return c.configOf(t, "any", store) }

// configOf is config for a gateway whose calls are told from those of others.
func (c *estate) configOf(t *testing.T, gateway, store string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `
store: %s
refresh: {servers: 2s, volumes: 2s, networks: 2s, addresses: 2s, catalogue: 2s, fast: 1s, least: 1s}
accounts:
`, store)
	for i := range c.n {
		fmt.Fprintf(&b, `
  - {name: cloud%d, cloud: elastichosts, rate: {per_second: 100, burst: 100}, settings: {uri: "%s/%s/%d/", user: %s, key: secret}}`,
			i, c.url, gateway, i, userOf(i))
	}
	return file(t, b.String())
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
// Redis: each has its part of the accounts and calls no other, so that three make
// the calls of one, and when one is killed the others have all of them.
func TestGatewaysShareTheAccounts(t *testing.T) {
	const accounts, window = 60, 5 * time.Second
	clouds := manyClouds(t, accounts)
	binary, store := build(t), "{redis: {addresses: ["+servers.Redis(t).Address+"]}}"
	start := func(name string) (*Program, *servers.Program) {
		return launch(t, binary, clouds.configOf(t, name, store))
	}
	first, _ := start("first")
	first.Eventually(t, "the only gateway holds all", func() bool { return first.held(t) == accounts })
	second, victim := start("second")
	third, _ := start("third")
	even := func(n int) bool { return n >= 15 && n <= 25 }
	spread := func() bool {
		a, b, c := first.held(t), second.held(t), third.held(t)
		return even(a) && even(b) && even(c) && a+b+c == accounts
	}
	first.Eventually(t, "the work is spread evenly", spread)
	first.Eventually(t, "each account is called by one gateway", func() bool {
		clouds.anew()
		time.Sleep(window)
		calls, called, shared := clouds.callers()
		t.Logf("%d calls in %v, of %d accounts, of which %d by two gateways", calls, window, called, shared)
		return called == accounts && shared == 0 && spread()
	})

	killed := time.Now()
	victim.Kill()
	first.Eventually(t, "the others hold all, evenly", func() bool {
		a, b := first.held(t), third.held(t)
		return a+b == accounts && a >= accounts/2-5 && b >= accounts/2-5
	})
	moved := time.Since(killed)
	first.Eventually(t, "every account is refreshed", func() bool { return first.refreshedSince(t, killed) == accounts })
	t.Logf("moved %v and all refreshed %v after the kill", moved, time.Since(killed))
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
	const asked, most = 8 * time.Second, 6 * time.Second // most is longer than any pause of the gateway's own
	clouds.anew()
	clouds.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: asked})
	figure := func(pattern string) bool {
		return regexp.MustCompile(pattern).MatchString(p.Must(t, http.StatusOK, "GET", "/metrics", "").Body)
	}
	p.Eventually(t, "the complaint is counted", func() bool { return figure(`(?m)^occigate_budget_slowed_total\{account="cloud0"\} [1-9]`) })
	clouds.plan.Clear()
	p.Eventually(t, "called again after a pause", func() bool { return clouds.silence() > most })
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
