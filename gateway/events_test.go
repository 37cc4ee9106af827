package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"occigate/gateway/access"
	"occigate/gateway/inventory"
	"occigate/gateway/store/bolt/bolttest"
)

// idle is a gateway over no clouds, where nothing ever happens.
func idle(t *testing.T, o Options) *Gateway {
	t.Helper()
	var err error
	if o.Inventory, err = inventory.New(inventory.Options{Store: bolttest.New(t), Derive: Derive, Words: Words}); err != nil {
		t.Fatal(err)
	}
	if o.Guard, err = access.New(nil, time.Now); err != nil {
		t.Fatal(err)
	}
	return New(o)
}

// figure is a figure at /metrics.
func (g *Gateway) figure(t *testing.T, name string) string {
	t.Helper()
	answer := httptest.NewRecorder()
	g.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	_, after, _ := strings.Cut(answer.Body.String(), "\n"+name+" ")
	value, _, _ := strings.Cut(after, "\n")
	return value
}

// says checks a figure at /metrics.
func (g *Gateway) says(t *testing.T, line string) {
	t.Helper()
	name, want, _ := strings.Cut(line, " ")
	if got := g.figure(t, name); got != want {
		t.Errorf("%s is %s, want %s", name, got, want)
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

// TestAConnectionThatNobodyReads fills a real connection up.
func TestAConnectionThatNobodyReads(t *testing.T) {
	g := idle(t, Options{Heartbeat: time.Microsecond, Stall: 50 * time.Millisecond})
	server := httptest.NewUnstartedServer(g)
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10) // or megabytes would be in flight
		return ctx
	}
	server.Start()
	defer server.Close()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	if _, err := io.WriteString(conn, "GET /events HTTP/1.1\r\nHost: gateway\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); g.figure(t, "occigate_event_streams_dropped_total") != "1" || g.figure(t, "occigate_event_streams") != "0"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not dropped within a minute")
		}
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
