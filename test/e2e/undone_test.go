package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"occigate/test/cloudsim/gogrid"
	"occigate/test/servers"
	"occigate/translate/occi"
)

// TestStopIsNotUndone stops a machine of a cloud that leaves new ones off, so that
// the last step of a create starts them, while that start is on its way: it comes
// to the cloud after the stop. The machine must be off in the end, whichever of two
// gateways was asked to stop it.
func TestStopIsNotUndone(t *testing.T) {
	grid := gogrid.New(gogrid.Options{ComesUpOff: true})
	grid.Seed()
	late := &lateStart{Handler: grid}
	server := httptest.NewServer(late)
	t.Cleanup(server.Close)
	config := file(t, strings.NewReplacer("REDIS", servers.Redis(t).Address, "GRID", server.URL).Replace(`
store: {redis: {addresses: ["REDIS"]}}
refresh: {servers: 1s, fast: 200ms, least: 200ms}
accounts:
  - name: grid
    cloud: gogrid
    rate: {per_second: 1000, burst: 1000}
    settings: {endpoint: GRID/api, api_key: demo-key, secret: demo-secret, datacenter: US-West-1}`))
	gateways := []*Program{serve(t, config), serve(t, config)}
	for i, title := range []string{"first", "second"} {
		t.Run(title, func(t *testing.T) {
			arrived, letGo, through := late.hold()
			t.Cleanup(letGo)
			compute := path(gateways[i].made(t, "/compute/", thing{
				kind: occi.SchemeInfrastructure + "compute", title: title,
				mixins: []string{gateways[i].Mixin(t, occi.MixinOSTemplate, "centos").ID(), gateways[i].Mixin(t, occi.MixinResourceTemplate, "512mb").ID()},
			}))
			within(t, "a start", arrived)
			grid.ChangeServer(titled(grid, title).Name, func(s *gogrid.Server) { s.State = gogrid.On })
			for _, p := range gateways {
				p.State(t, compute, "active")
			}
			body := speakers[occi.TextPlain].action("stop") + "\n" + textAttr("method", "poweroff")
			gateways[i].Must(t, http.StatusOK, "POST", compute+"?action=stop", body, "Content-Type", string(occi.TextPlain))
			gateways[i].State(t, compute, "inactive")
			letGo()
			within(t, "the end of the late start", through)
			gateways[i].Eventually(t, "stopped again", func() bool { return titled(grid, title).State == gogrid.Off })
			for _, p := range gateways {
				p.State(t, compute, "inactive")
			}
		})
	}
}

// titled finds what has a title at the cloud.
func titled(grid *gogrid.Cloud, title string) (found gogrid.Server) {
	for _, s := range grid.Servers() {
		if strings.HasPrefix(s.Name, title) {
			found = s
		}
	}
	return found
}

func within(t *testing.T, what string, happened <-chan struct{}) {
	t.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		t.Fatalf("%s was waited for in vain", what)
	}
}

// lateStart is a cloud that a start comes late to.
type lateStart struct {
	http.Handler
	mu   sync.Mutex
	next *held
}

// held is a start that is kept back.
type held struct{ arrived, letGo, through chan struct{} }

// hold keeps the next start back, until it is let go or the gateway has given it up.
// Its channels tell that it has come, and that it is over.
func (l *lateStart) hold() (arrived <-chan struct{}, letGo func(), through <-chan struct{}) {
	next := &held{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = next
	return next.arrived, sync.OnceFunc(func() { close(next.letGo) }), next.through
}

func (l *lateStart) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/grid/server/power" || r.URL.Query().Get("power") != "on" {
		l.Handler.ServeHTTP(w, r)
		return
	}
	l.mu.Lock()
	late := l.next
	l.next = nil
	l.mu.Unlock()
	if late != nil {
		close(late.arrived)
		defer close(late.through)
		select {
		case <-late.letGo:
		case <-r.Context().Done():
			return
		}
	}
	l.Handler.ServeHTTP(w, r)
}
