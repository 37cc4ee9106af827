package fault

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const said = "the whole answer"

// cloud is a handler behind a plan; carried counts what reached it.
type cloud struct {
	*httptest.Server
	plan    Plan
	carried atomic.Int32
}

func newCloud(t *testing.T) *cloud {
	c := &cloud{}
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.carried.Add(1)
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Simulated", "yes")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, said+string(body))
	})
	operation := func(r *http.Request) string { return strings.Trim(r.URL.Path, "/") }
	refuse := func(w http.ResponseWriter, _ *http.Request, f Fault) {
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, "own format: "+f.Code+" "+f.Body)
	}
	c.Server = httptest.NewServer(c.plan.Wrap(next, operation, refuse))
	t.Cleanup(c.Close)
	return c
}

// call posts to the operation and returns status, body and header.
func (c *cloud) call(t *testing.T, ctx context.Context, operation string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/"+operation, strings.NewReader("!"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Client().Do(r)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

func TestWrapAnswers(t *testing.T) {
	for name, f := range map[string]struct {
		fault   Fault
		status  int
		body    string
		retry   string
		carried int32
	}{
		"of another call": {Fault{Kind: Status, Call: "Other", Status: 500}, 201, said + "!", "", 1},
		"status":          {Fault{Kind: Status, Status: 503, Code: "Busy", Body: "wait", RetryAfter: 1100 * time.Millisecond}, 503, "own format: Busy wait", "2", 0},
		"status after":    {Fault{Kind: Status, Status: 500, After: true}, 500, "own format:  ", "", 1},
		"body":            {Fault{Kind: Body, Body: "<html>"}, 200, "<html>", "", 0},
		"empty body":      {Fault{Kind: Body, Status: 502}, 502, "", "", 0},
		"edit":            {Fault{Kind: Edit, Find: `the (\w+)`, Body: "no $1"}, 201, "no whole answer!", "", 1},
		"truncate":        {Fault{Kind: Truncate}, 201, "the whol", "", 1},
		"skipped":         {Fault{Kind: Status, Status: 500, Skip: 1}, 201, said + "!", "", 1},
		"latency":         {Fault{Kind: Latency, Delay: time.Millisecond}, 201, said + "!", "", 1},
		"latency after":   {Fault{Kind: Latency, Delay: time.Millisecond, After: true}, 201, said + "!", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.plan.Set(f.fault)
			res, body, err := c.call(t, t.Context(), "Op")
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != f.status || body != f.body || res.Header.Get("Retry-After") != f.retry {
				t.Errorf("got %d %q, Retry-After %q", res.StatusCode, body, res.Header.Get("Retry-After"))
			}
			if got := c.carried.Load(); got != f.carried {
				t.Errorf("%d calls carried out, want %d", got, f.carried)
			}
		})
	}
}

func TestWrapKeepsHeaders(t *testing.T) {
	c := newCloud(t)
	res, _, err := c.call(t, t.Context(), "Op")
	if err != nil || res.Header.Get("X-Simulated") != "yes" {
		t.Errorf("header lost, error %v", err)
	}
}

func TestLatencyDelays(t *testing.T) {
	c := newCloud(t)
	c.plan.Set(Fault{Kind: Latency, Delay: 50 * time.Millisecond})
	began := time.Now()
	if _, _, err := c.call(t, t.Context(), "Op"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestCut(t *testing.T) {
	c := newCloud(t)
	c.plan.Set(Fault{Kind: Cut, Times: 1})
	_, body, err := c.call(t, t.Context(), "Op")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got error %v, want an unexpected end", err)
	}
	if whole := said + "!"; body != whole[:len(whole)/2] {
		t.Errorf("got %q, want half of the answer", body)
	}
	if c.carried.Load() != 1 {
		t.Error("the call was not carried out")
	}
	if _, _, err := c.call(t, t.Context(), "Op"); err != nil {
		t.Errorf("the second call failed too: %v", err)
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	c := newCloud(t)
	c.plan.Set(Fault{Kind: Hang})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := c.call(t, ctx, "Op"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want the deadline", err)
	}
	c.Close() // returns only when no handler is left
	if c.carried.Load() != 0 {
		t.Error("the call was carried out")
	}
}

func TestHangAfter(t *testing.T) {
	c := newCloud(t)
	c.plan.Set(Fault{Kind: Hang, After: true})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, _, err := c.call(t, ctx, "Op")
		done <- err
	}()
	for c.carried.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that it was cancelled", err)
	}
	c.Close()
	if c.carried.Load() != 1 {
		t.Error("the call was not carried out once")
	}
}

func TestHangEndsWithThePlan(t *testing.T) {
	c := newCloud(t)
	c.plan.Set(Fault{Kind: Hang})
	done := make(chan error)
	go func() {
		_, _, err := c.call(t, t.Context(), "Op")
		done <- err
	}()
	for c.plan.Calls()["Op"] == 0 {
		time.Sleep(time.Millisecond)
	}
	c.plan.Clear()
	if err := <-done; err != nil {
		t.Errorf("a released call failed: %v", err)
	}
	if c.carried.Load() != 1 {
		t.Error("a released call was not carried out")
	}
}

func TestCalls(t *testing.T) {
	c := newCloud(t)
	c.plan.Set(Fault{Kind: Status, Status: 500, Call: "Struck"})
	for _, op := range []string{"List", "Struck", "List"} {
		if _, _, err := c.call(t, t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(map[string]int{"List": 2, "Struck": 1}, c.plan.Calls()); diff != "" {
		t.Error(diff)
	}
	c.plan.ResetCalls()
	if n := len(c.plan.Calls()); n != 0 {
		t.Errorf("%d operations counted after the reset", n)
	}
}

func TestControl(t *testing.T) {
	var p Plan
	hang, vanish := `{"kind":"hang"}`, `{"kind":"vanish","times":1}`
	for i, s := range []struct {
		method, body string
		status       int
		answer       string
	}{
		{"GET", "", 200, "[]"},
		{"PUT", "[" + hang + "]", 200, "[" + hang + "]"},
		{"POST", "[" + vanish + "]", 200, "[" + hang + "," + vanish + "]"},
		{"PUT", "[" + vanish + "]", 200, "[" + vanish + "]"},
		{"PUT", `[{"kind":"hangs"}]`, 400, "want a JSON array of faults: fault: unknown kind \"hangs\""},
		{"PUT", "", 400, "want a JSON array of faults: EOF"},
		{"PATCH", "", 405, "method not allowed"},
		{"GET", "", 200, "[" + vanish + "]"},
		{"DELETE", "", 200, "[]"},
	} {
		w := httptest.NewRecorder()
		p.Control().ServeHTTP(w, httptest.NewRequest(s.method, "/_faults", strings.NewReader(s.body)))
		if got := strings.TrimSpace(w.Body.String()); w.Code != s.status || got != s.answer {
			t.Errorf("step %d: %s gives %d %s, want %d %s", i, s.method, w.Code, got, s.status, s.answer)
		}
	}
}
