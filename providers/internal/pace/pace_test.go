package pace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// cloud answers with the codes in turn, the last one for ever, and keeps the
// bodies it got. Code 0 closes the connection without an answer.
type cloud struct {
	*httptest.Server
	mu     sync.Mutex
	codes  []int
	after  string
	bodies []string
	agents []string
}

func newCloud(t *testing.T, codes ...int) *cloud {
	c := &cloud{codes: codes}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bodies = append(c.bodies, string(text))
	c.agents = append(c.agents, r.UserAgent())
	code := c.codes[0]
	if len(c.codes) > 1 {
		c.codes = c.codes[1:]
	}
	if code == 0 {
		panic(http.ErrAbortHandler)
	}
	if c.after != "" {
		w.Header().Set("Retry-After", c.after)
	}
	w.WriteHeader(code)
	fmt.Fprintf(w, "answer %d", len(c.bodies))
}

// seen gives the bodies and user agents so far.
func (c *cloud) seen() (bodies, agents []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.bodies), slices.Clone(c.agents)
}

// watch notes what the transport asks of its surroundings.
type watch struct {
	mu     sync.Mutex
	sleeps []time.Duration
	counts []string
	waits  int
	refuse error
}

func (w *watch) Sleep(_ context.Context, d time.Duration) error {
	w.sleeps = append(w.sleeps, d)
	return nil
}

func (w *watch) Wait(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits++
	return w.refuse
}

func (w *watch) Count(account, op string, code int, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts = append(w.counts, fmt.Sprintf("%s %s %d", account, op, code))
}

func (w *watch) client() *http.Client {
	return Client(Options{
		Account: "acme", Version: "1.2", Limiter: w, Counter: w, Sleep: w.Sleep,
		Random: func() float64 { return 1 },
	})
}

// send posts "body" under ctx and returns the code, the answer and the error.
func send(t *testing.T, c *http.Client, ctx context.Context, url string, body io.Reader) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func TestRepeats(t *testing.T) {
	reading := providers.Reading(context.Background(), "List")
	keyed := providers.Keyed(context.Background(), "Create")
	changing := providers.Changing(context.Background(), "Stop")
	ms := time.Millisecond
	tests := []struct {
		name   string
		ctx    context.Context
		codes  []int
		after  string
		sent   int
		code   int // 0: an error
		sleeps []time.Duration
	}{
		{"first answer is good", reading, []int{200}, "", 1, 200, nil},
		{"busy once", reading, []int{503, 200}, "", 2, 200, []time.Duration{200 * ms}},
		{"throttled for ever", reading, []int{429}, "", 4, 429, []time.Duration{200 * ms, 400 * ms, 800 * ms}},
		{"cloud says when", keyed, []int{429, 200}, "3", 2, 200, []time.Duration{3 * time.Second}},
		{"cloud says too late", reading, []int{429, 200}, "3600", 1, 429, nil},
		{"connection cut", reading, []int{0, 200}, "", 2, 200, []time.Duration{200 * ms}},
		{"connection cut for ever", keyed, []int{0}, "", 4, 0, []time.Duration{200 * ms, 400 * ms, 800 * ms}},
		{"change is sent once when busy", changing, []int{503, 200}, "", 1, 503, nil},
		{"change is sent once when cut", changing, []int{0, 200}, "", 1, 0, nil},
		{"unmarked is sent once", context.Background(), []int{503, 200}, "", 1, 503, nil},
		{"internal error is an answer", reading, []int{500, 200}, "", 1, 500, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cloud, w := newCloud(t, tt.codes...), &watch{}
			cloud.after = tt.after
			code, text, err := send(t, w.client(), tt.ctx, cloud.URL, strings.NewReader("body"))
			if code != tt.code || (err != nil) != (tt.code == 0) {
				t.Errorf("code %d, error %v, want code %d", code, err, tt.code)
			}
			if want := fmt.Sprintf("answer %d", tt.sent); err == nil && text != want {
				t.Errorf("answered %q, want %q", text, want)
			}
			if diff := cmp.Diff(tt.sleeps, w.sleeps); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			bodies, _ := cloud.seen()
			for _, b := range bodies {
				if b != "body" {
					t.Errorf("sent %q, want the whole body each time", b)
				}
			}
			if len(bodies) != tt.sent || w.waits != tt.sent || len(w.counts) != tt.sent {
				t.Errorf("%d sent, %d waited for, %d counted, want %d", len(bodies), w.waits, len(w.counts), tt.sent)
			}
		})
	}
}

// plain hides what a reader is, as SDKs do, so that a request has no GetBody.
type plain struct{ io.Reader }

func TestRepeatsBodyWithoutGetBody(t *testing.T) {
	tests := []struct {
		name   string
		length int64
		sent   int
	}{
		{"of known length", 4, 2},
		{"of unknown length", -1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cloud, w := newCloud(t, 503, 200), &watch{}
			ctx := providers.Reading(context.Background(), "List")
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, cloud.URL, plain{strings.NewReader("body")})
			if err != nil {
				t.Fatal(err)
			}
			req.ContentLength = tt.length
			resp, err := w.client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			bodies, _ := cloud.seen()
			if diff := cmp.Diff(slices.Repeat([]string{"body"}, tt.sent), bodies); diff != "" {
				t.Errorf("bodies (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCountsAndNames(t *testing.T) {
	cloud, w := newCloud(t, 503, 0, 200), &watch{}
	_, _, err := send(t, w.client(), providers.Reading(context.Background(), "DescribeInstances"), cloud.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = send(t, w.client(), context.Background(), cloud.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, agents := cloud.seen()
	want := []string{"acme DescribeInstances 503", "acme DescribeInstances 0", "acme DescribeInstances 200", "acme POST 200"}
	if diff := cmp.Diff(want, w.counts); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(slices.Repeat([]string{"occigate/1.2"}, 4), agents); diff != "" {
		t.Errorf("user agents (-want +got):\n%s", diff)
	}
}

// TestKeptConnectionBreaks asks by GET on a connection that was used before,
// which Go's own transport would repeat.
func TestKeptConnectionBreaks(t *testing.T) {
	tests := []struct {
		name string
		ctx  context.Context
		want []string
	}{
		{"change", providers.Changing(context.Background(), "Add"), []string{"acme Add 200", "acme Add 0"}},
		{"read", providers.Reading(context.Background(), "List"), []string{"acme List 200", "acme List 0", "acme List 200"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cloud, w := newCloud(t, 200, 0, 200), &watch{}
			client := w.client()
			for range 2 {
				req, err := http.NewRequestWithContext(tt.ctx, http.MethodGet, cloud.URL, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := client.Do(req)
				if err != nil {
					continue
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			if diff := cmp.Diff(tt.want, w.counts); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			if bodies, _ := cloud.seen(); len(bodies) != len(tt.want) {
				t.Errorf("%d requests reached the cloud, %d were counted", len(bodies), len(tt.want))
			}
		})
	}
}

func TestBudgetRefused(t *testing.T) {
	cloud, w := newCloud(t, 200), &watch{refuse: errors.New("no budget")}
	_, _, err := send(t, w.client(), context.Background(), cloud.URL, nil)
	if bodies, _ := cloud.seen(); !errors.Is(err, w.refuse) || len(bodies) != 0 {
		t.Errorf("error %v after %d requests, want the limiter's and none", err, len(bodies))
	}
}

func TestNotWorthTheWait(t *testing.T) {
	cloud, w := newCloud(t, 503), &watch{}
	cloud.after = "120"
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := Client(Options{MaxWait: time.Hour, Sleep: w.Sleep})
	code, _, err := send(t, client, providers.Reading(ctx, "List"), cloud.URL, nil)
	if code != 503 || err != nil || len(w.sleeps) != 0 {
		t.Errorf("code %d, error %v, %d waits; want the answer at once, its wait is longer than the caller's", code, err, len(w.sleeps))
	}
}

func TestSilentCloud(t *testing.T) {
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer silent.Close()
	w := &watch{}
	client := Client(Options{Timeout: 20 * time.Millisecond, Attempts: 2, Sleep: w.Sleep, Counter: w})
	_, _, err := send(t, client, providers.Reading(context.Background(), "List"), silent.URL, nil)
	if !errors.Is(err, context.DeadlineExceeded) || len(w.counts) != 2 {
		t.Errorf("error %v after %d requests, want a time-out after 2", err, len(w.counts))
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	leaving := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	}))
	defer leaving.Close()
	w = &watch{}
	_, _, err = send(t, w.client(), providers.Reading(ctx, "List"), leaving.URL, nil)
	if !errors.Is(err, context.Canceled) || len(w.counts) != 1 {
		t.Errorf("error %v after %d requests, want that the caller left after 1", err, len(w.counts))
	}
}

func TestAnswerIsBounded(t *testing.T) {
	long := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 100))
	}))
	defer long.Close()
	for limit, wantErr := range map[int64]bool{99: true, 100: false, 101: false} {
		_, text, err := send(t, Client(Options{MaxBody: limit}), context.Background(), long.URL, nil)
		if (err != nil) != wantErr || int64(len(text)) != min(limit, 100) {
			t.Errorf("limit %d: %d bytes, error %v", limit, len(text), err)
		}
	}
}

// TestDocumentsAreNotBounded reads a document past the limits of answers; who
// reads it bounds the time.
func TestDocumentsAreNotBounded(t *testing.T) {
	const limit = 1000
	long := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 10 {
			io.WriteString(w, strings.Repeat("x", limit))
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	}))
	t.Cleanup(long.Close)
	client := Client(Options{MaxBody: limit, Timeout: 10 * time.Millisecond})
	_, text, err := send(t, client, providers.Fetching(context.Background(), "list"), long.URL, nil)
	if err != nil || len(text) != 10*limit {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if _, _, err := send(t, client, providers.Reading(context.Background(), "list"), long.URL, nil); err == nil {
		t.Error("an answer that is no document has no limits")
	}
}

func TestCauseHidesURL(t *testing.T) {
	gone := newCloud(t, 200)
	gone.Close()
	_, _, err := send(t, Client(Options{}), context.Background(), gone.URL+"/?sig=s3cret", nil)
	if err == nil || !strings.Contains(err.Error(), "s3cret") {
		t.Fatalf("%v: the client's error is expected to hold the URL", err)
	}
	if text := Cause(fmt.Errorf("call: %w", err)).Error(); strings.Contains(text, "s3cret") || !strings.Contains(text, "refused") {
		t.Errorf("%q: want the reason without the URL", text)
	}
	if other := errors.New("other"); Cause(other) != other {
		t.Error("an error of no client is changed")
	}
}

func TestRedirects(t *testing.T) {
	var other, home *httptest.Server
	other = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host got the token %q", r.Header.Get("X-Auth-Token"))
	}))
	defer other.Close()
	home = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"/away": other.URL, "/near": home.URL + "/here"}[r.URL.Path]
		if to != "" {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		}
	}))
	defer home.Close()
	if _, _, err := send(t, Client(Options{}), context.Background(), home.URL+"/away", nil); !errors.Is(err, errRedirect) {
		t.Errorf("redirect to another host: %v", err)
	}
	if code, _, err := send(t, Client(Options{}), context.Background(), home.URL+"/near", nil); code != 200 || err != nil {
		t.Errorf("redirect within the host: code %d, %v", code, err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	late := now.Add(10 * time.Minute).Format(http.TimeFormat)
	tests := []struct {
		after, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"7", "", 7 * time.Second},
		{"-7", "", 0},
		{"soon", "", 0},
		{"99999999999999999999", "", 0},
		{late, "", 10 * time.Minute},
		{late, now.Add(9 * time.Minute).Format(http.TimeFormat), time.Minute},
		{now.Add(-time.Hour).Format(http.TimeFormat), "", 0},
	}
	for _, tt := range tests {
		h := http.Header{}
		h.Set("Retry-After", tt.after)
		h.Set("Date", tt.date)
		if got := RetryAfter(h, now); got != tt.want {
			t.Errorf("Retry-After %q, Date %q: %v, want %v", tt.after, tt.date, got, tt.want)
		}
	}
}

// learner is a budget that hears of complaints.
type learner struct {
	watch
	pauses []time.Duration
}

func (l *learner) Throttled(_ context.Context, pause time.Duration) {
	l.pauses = append(l.pauses, pause)
}

func TestTellsTheBudgetOfComplaints(t *testing.T) {
	tests := map[string]struct {
		codes []int
		after string
		want  []time.Duration
	}{
		"none":               {[]int{200}, "", nil},
		"too many":           {[]int{429, 200}, "", []time.Duration{0}},
		"too many, and when": {[]int{429, 503, 200}, "3", []time.Duration{3 * time.Second, 3 * time.Second}},
		"a fault":            {[]int{500}, "3", nil},
		"no answer":          {[]int{0, 200}, "", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cloud, l := newCloud(t, tt.codes...), &learner{}
			cloud.after = tt.after
			client := Client(Options{Limiter: l, Sleep: l.Sleep})
			if _, _, err := send(t, client, providers.Reading(context.Background(), "List"), cloud.URL, nil); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, l.pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
		})
	}
}
