package gateway

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/access"
	"occigate/gateway/inventory"
	"occigate/gateway/store/bolt"
)

// idle is a gateway over no clouds, where nothing ever happens.
func idle(t *testing.T, o Options) *Gateway {
	t.Helper()
	st, err := bolt.Open(filepath.Join(t.TempDir(), "store"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if o.Inventory, err = inventory.New(inventory.Options{Store: st, Derive: Derive, Words: Words}); err != nil {
		t.Fatal(err)
	}
	if o.Guard, err = access.New(nil, time.Now); err != nil {
		t.Fatal(err)
	}
	return New(o)
}

// says looks for a figure at /metrics.
func (g *Gateway) says(t *testing.T, figure string) {
	t.Helper()
	answer := httptest.NewRecorder()
	g.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if !strings.Contains(answer.Body.String(), figure+"\n") {
		t.Errorf("/metrics does not say %s", figure)
	}
}

func TestHeartbeat(t *testing.T) {
	g := idle(t, Options{Heartbeat: time.Millisecond})
	server := httptest.NewServer(g)
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() && lines.Text() != ": heartbeat" {
		if strings.HasPrefix(lines.Text(), "data") {
			t.Errorf("an event, though nothing has happened: %s", lines.Text())
		}
	}
	if want := "id: " + g.inv.Events().Boot + "-0"; !lines.Scan() || lines.Text() != want {
		t.Errorf("the heartbeat has %q, want the newest id %q", lines.Text(), want)
	}
	g.Drain()
	for lines.Scan() {
		if lines.Text() == "event: end" {
			return
		}
	}
	t.Error("the stream does not tell its end")
}

// stalled is a client that takes some writes and then no more.
type stalled struct {
	httptest.ResponseRecorder
	takes int
}

func (s *stalled) Write(p []byte) (int, error) {
	if s.takes--; s.takes < 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return s.ResponseRecorder.Write(p)
}

func TestAClientThatDoesNotReadIsDropped(t *testing.T) {
	for _, takes := range []int{0, 3} {
		g := idle(t, Options{Heartbeat: time.Millisecond})
		client := &stalled{ResponseRecorder: *httptest.NewRecorder(), takes: takes}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		if err := g.events(echo.New().NewContext(r, client)); err != nil {
			t.Fatal(err)
		}
		g.says(t, "occigate_event_streams_dropped_total 1")
		g.says(t, "occigate_event_streams 0")
	}
}

func TestAClientThatGoesIsNotDropped(t *testing.T) {
	g := idle(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil)
	if err := g.events(echo.New().NewContext(r, httptest.NewRecorder())); err != nil {
		t.Fatal(err)
	}
	g.says(t, "occigate_event_streams_dropped_total 0")
}

func TestTooManyStreams(t *testing.T) {
	g := idle(t, Options{})
	g.streams.Store(mostStreams)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
	err := g.events(echo.New().NewContext(r, httptest.NewRecorder()))
	var p *problem
	if !errors.As(err, &p) || p.status != http.StatusServiceUnavailable || p.retry == 0 || g.streams.Load() != mostStreams {
		t.Errorf("%v, and %d streams", err, g.streams.Load())
	}
}
