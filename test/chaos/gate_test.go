//go:build chaos

package chaos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"occigate/test/servers"
)

// gate is a gateway that runs as a process of its own.
type gate struct {
	t       *testing.T
	process *servers.Program
	url     string
	clock   string        // the file that says how far its clock is off
	off     time.Duration // what it says
	client  *http.Client
	life    atomic.Int64 // odd while it has to answer; every change is a new life
}

// newGate starts a gateway with a clock that is off.
func newGate(t *testing.T, config string, off time.Duration) *gate {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address := servers.Address(t)
	g := &gate{t: t, url: "http://" + address, clock: filepath.Join(t.TempDir(), "clock"), client: &http.Client{Timeout: 40 * time.Second}}
	g.shift(off)
	env := []string{asProgram + "=1", clockFile + "=" + g.clock}
	g.process = servers.Start(t, env, binary, "serve", "--config", config, "--listen", address)
	t.Cleanup(g.client.CloseIdleConnections)
	g.ready()
	return g
}

func (g *gate) ready() {
	g.t.Helper()
	servers.Eventually(g.t, "the gateway is ready", func() bool {
		a, err := g.do("GET", "/readyz", "")
		return err == nil && a.status == http.StatusOK
	})
	g.life.Add(1)
}

func (g *gate) kill() {
	g.t.Helper()
	g.life.Add(1)
	g.process.Kill()
}

func (g *gate) restart() {
	g.t.Helper()
	g.process.Restart()
	g.ready()
}

// shift sets how far the gateway's clock is off, at once if it runs.
func (g *gate) shift(off time.Duration) {
	g.t.Helper()
	g.off = off
	err := os.WriteFile(g.clock+".new", []byte(off.String()), 0o600)
	if err := errors.Join(err, os.Rename(g.clock+".new", g.clock)); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gate) up() bool { return g.life.Load()%2 == 1 }

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; an error says that there was no answer. headers are pairs
// of name and value.
func (g *gate) do(method, path, body string, headers ...string) (answer, error) {
	req, err := http.NewRequest(method, g.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := g.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(b)}, err
}

// entity is what of an entity is compared.
type entity struct {
	ID, Title  string
	Mixins     []string
	Attributes map[string]any
}

func (e entity) path() string    { return "/compute/" + strings.TrimPrefix(e.ID, "urn:uuid:") }
func (e entity) native() string  { return e.text("org.occigate.observed.native") }
func (e entity) account() string { return e.text("org.occigate.observed.account") }
func (e entity) state() string   { return e.text("occi.compute.state") }

func (e entity) text(name string) string {
	s, _ := e.Attributes[name].(string)
	return s
}

// computes are all machines that a gateway shows.
func (g *gate) computes() ([]entity, error) {
	a, err := g.do("GET", "/compute/", "", "Accept", "application/occi+json")
	if err != nil || a.status != http.StatusOK {
		return nil, fmt.Errorf("GET /compute/: %d %v %.200s", a.status, err, a.body)
	}
	var list struct{ Resources []entity }
	err = json.Unmarshal([]byte(a.body), &list)
	return list.Resources, err
}

// paths are those that a collection lists.
func (g *gate) paths(collection string) ([]string, error) {
	a, err := g.do("GET", collection, "", "Accept", "text/uri-list")
	if err != nil || a.status != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %d %v %.200s", collection, a.status, err, a.body)
	}
	return strings.Fields(strings.ReplaceAll(a.body, g.url, "")), nil
}

// configure writes a configuration over clouds and a store.
func configure(t *testing.T, store string, all []*cloud) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `
store: %s
refresh: {servers: 1s, volumes: 2s, networks: 5s, addresses: 5s, catalogue: 1m, fast: 500ms, least: 500ms, longest: 5s}
log: {level: warn}
accounts:`, store)
	for _, c := range all {
		b.WriteString(c.account())
	}
	path := filepath.Join(t.TempDir(), "occigate.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
