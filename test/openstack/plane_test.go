//go:build openstack

package openstack_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"occigate/providers"
	"occigate/providers/openstack"
)

// stateDir is where up keeps its state; it writes clouds.yaml there.
func stateDir() string {
	if dir := os.Getenv("OPENSTACK_DIR"); dir != "" {
		return dir
	}
	return "/tmp/openstack"
}

// TestMain fails at once, and says what to do, when there is no control plane.
func TestMain(m *testing.M) {
	keystone, err := net.DialTimeout("tcp", "127.0.0.1:5000", 5*time.Second)
	if err != nil {
		fmt.Fprintf(os.Stderr, "there is no control plane to test with: %v\nrun test/openstack/up as root first, or make test-openstack\n", err)
		os.Exit(1)
	}
	keystone.Close()
	os.Exit(m.Run())
}

// cloudsFile is the file with the clouds demo, alt and admin.
func cloudsFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(stateDir(), "clouds.yaml")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: set OPENSTACK_DIR as for test/openstack/up", err)
	}
	return path
}

// settings is an account's settings as YAML, decoded as strictly as the
// program does.
type settings string

func (s settings) Decode(into any) error {
	return yaml.Load([]byte(s), into, yaml.WithKnownFields())
}

// cloud is the settings of one of the plane's clouds, with further lines.
func cloud(t testing.TB, name string, more ...string) settings {
	t.Helper()
	return settings(fmt.Sprintf("clouds_file: %s\ncloud: %s\n%s\n", cloudsFile(t), name, strings.Join(more, "\n")))
}

// adapter builds the adapter over a wire.
func adapter(t testing.TB, s settings, over http.RoundTripper) *openstack.Provider {
	t.Helper()
	p, err := openstack.New(s, providers.Surroundings{
		UID: "plane", HTTP: &http.Client{Transport: over, Timeout: time.Minute}, Clock: providers.SystemClock{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*openstack.Provider)
}

// wire is an http.RoundTripper that counts the calls by operation and, on
// request, misbehaves as a cloud or the way to it would.
type wire struct {
	mu        sync.Mutex
	calls     map[string]int
	status    int // answers every call, 0 none
	hang      bool
	cutCreate bool
	pageSize  int
	failPage  int
	pages     int    // of servers since failPage was set
	token     string // the last one sent
}

func (w *wire) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status, w.hang, w.cutCreate, w.pageSize, w.failPage, w.pages = 0, false, false, 0, 0, 0
}

// set changes how the wire misbehaves.
func (w *wire) set(change func(*wire)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

func (w *wire) counts() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string]int{}
	for op, n := range w.calls {
		all[op] = n
	}
	return all
}

// RoundTrip sends the request unless the wire is to answer it itself.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	op, _ := providers.Call(r.Context())
	w.mu.Lock()
	if w.calls == nil {
		w.calls = map[string]int{}
	}
	w.calls[op]++
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		w.token = token
	}
	status, hang, cut := w.status, w.hang, w.cutCreate && op == "POST /servers"
	if cut {
		w.cutCreate = false
	}
	if op == "GET /servers/detail" && r.URL.Query().Get("tags") == "" {
		r = w.page(r)
		if w.pages++; w.failPage > 0 && w.pages == w.failPage {
			status = http.StatusInternalServerError
		}
	}
	w.mu.Unlock()
	switch {
	case hang:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case status != 0:
		return refusal(r, status), nil
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && cut {
		answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader([]byte(`{"serv`)), broken{}))
	}
	return answer, err
}

// page asks for pages of the wire's size in place of the adapter's.
func (w *wire) page(r *http.Request) *http.Request {
	if w.pageSize == 0 {
		return r
	}
	r = r.Clone(r.Context())
	query := r.URL.Query()
	query.Set("limit", strconv.Itoa(w.pageSize))
	r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path, RawQuery: query.Encode()}
	return r
}

func refusal(r *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Retry-After": {"7"}}, Body: io.NopCloser(strings.NewReader("")), Request: r,
	}
}

// broken is a connection that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
