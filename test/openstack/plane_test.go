//go:build openstack

package openstack_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/openstack"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
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

// cloud is the settings of one of the plane's clouds, with further lines.
func cloud(t testing.TB, name string, more ...string) providertest.Settings {
	t.Helper()
	return providertest.Settings(fmt.Sprintf("clouds_file: %s\ncloud: %s\n%s\n", cloudsFile(t), name, strings.Join(more, "\n")))
}

// adapter builds the adapter over a wire.
func adapter(t testing.TB, s providertest.Settings, over http.RoundTripper) *openstack.Provider {
	t.Helper()
	p, err := openstack.New(s, providers.Surroundings{
		UID: "plane", HTTP: &http.Client{Transport: over, Timeout: time.Minute}, Clock: providers.SystemClock{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*openstack.Provider)
}

// wire is an http.RoundTripper that counts the calls by operation and, by its
// plan, misbehaves as a cloud or the way to it would.
type wire struct {
	plan  fault.Plan
	mu    sync.Mutex
	token string // the last one sent
}

// RoundTrip hands the request to the plan, as a server would, and what the plan
// lets through to the plane.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		w.mu.Lock()
		w.token = token
		w.mu.Unlock()
	}
	sent := r.Clone(r.Context())
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	forward := &forward{wire: w}
	answer, whole := httptest.NewRecorder(), false
	func() {
		defer func() { // a cut connection is a handler that aborts
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				panic(p)
			}
		}()
		w.plan.Wrap(forward, operation, refuse).ServeHTTP(answer, sent)
		whole = true
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if forward.err != nil {
		return nil, forward.err
	}
	res := answer.Result()
	res.Request = r
	if !whole {
		res.Body = io.NopCloser(io.MultiReader(res.Body, broken{}))
	}
	return res, nil
}

// operation is the adapter's name of a call.
func operation(r *http.Request) string {
	op, _ := providers.Call(r.Context())
	return op
}

// refuse answers in no service's form.
func refuse(w http.ResponseWriter, _ *http.Request, f fault.Fault) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{"fault": map[string]any{"code": f.Status, "message": f.Body}})
}

// forward is the handler that is the plane itself.
type forward struct {
	wire *wire
	err  error
}

func (f *forward) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if size, ok := f.wire.plan.Take(fault.PageSize, operation(r)); ok && r.URL.Query().Get("tags") == "" {
		r = page(r, size.Size)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		f.err = err
		return
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, f.err = io.Copy(w, answer.Body)
}

// page asks for pages of a size in place of the adapter's.
func page(r *http.Request, size int) *http.Request {
	r = r.Clone(r.Context())
	query := r.URL.Query()
	query.Set("limit", strconv.Itoa(size))
	r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path, RawQuery: query.Encode()}
	return r
}

// broken is a connection that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
