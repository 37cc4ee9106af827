package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// client is one for a cloud at stem that answers by handler.
func client(t *testing.T, stem string, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL + stem)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{HTTP: server.Client(), Base: base, Clock: providers.SystemClock{}}
}

func TestRequest(t *testing.T) {
	tests := []struct {
		name, stem string
		request    Request
		want       string
	}{
		{"root", "", Request{To: "GET /drives/list"}, "GET /drives/list "},
		{"stem with a path", "/api/", Request{To: "GET /drives/list"}, "GET /api/drives/list "},
		{"ids", "/api", Request{To: "POST /drives/{to}/image/{from}", IDs: []string{"a", "b"}, Body: []byte("x")}, "POST /api/drives/a/image/b x"},
		{"id is one step", "", Request{To: "GET /drives/{id}", IDs: []string{"../x?y"}}, "GET /drives/..%2Fx%3Fy "},
		{"query", "/api", Request{To: "GET /grid/server/list", Query: url.Values{"v": {"1.9"}}}, "GET /api/grid/server/list?v=1.9 "},
		{"only the stem", "/soap", Request{To: "POST ", Op: "ListServers"}, "POST /soap "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			c := client(t, tt.stem, func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got = r.Method + " " + r.RequestURI + " " + string(body)
			})
			if _, err := c.Do(t.Context(), tt.request); err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("sent %q, want %q", got, tt.want)
			}
		})
	}
}

func TestIDsThatNameNothing(t *testing.T) {
	c := client(t, "", func(http.ResponseWriter, *http.Request) { t.Error("the cloud was asked") })
	for _, ids := range [][]string{nil, {""}, {"."}, {".."}} {
		_, err := c.Do(t.Context(), Request{To: "GET /drives/{id}/info", IDs: ids})
		if !errors.Is(err, providers.ErrNotFound) {
			t.Errorf("ids %q: %v, want not found", ids, err)
		}
	}
}

func TestHeadersAndSignature(t *testing.T) {
	var got http.Header
	c := client(t, "", func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	c.Header = http.Header{"Accept": {"text/plain"}, "X-Api": {"1"}}
	c.Sign = func(r *http.Request) { r.SetBasicAuth("user", r.Header.Get("Accept")) }
	_, err := c.Do(t.Context(), Request{To: "GET /", Header: http.Header{"accept": {"application/json"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"application/json", "1", "Basic dXNlcjphcHBsaWNhdGlvbi9qc29u"}
	if diff := cmp.Diff(want, []string{got.Get("Accept"), got.Get("X-Api"), got.Get("Authorization")}); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

// marks keeps what the transport is told of a request.
type marks struct {
	op     string
	repeat bool
}

func (m *marks) RoundTrip(r *http.Request) (*http.Response, error) {
	m.op, m.repeat = providers.Call(r.Context())
	return nil, errors.New("not sent")
}

func TestTransportIsToldOfTheCall(t *testing.T) {
	tests := []struct {
		request Request
		want    marks
	}{
		{Request{To: "GET /servers/{id}/info", IDs: []string{"x"}, Repeat: true}, marks{"GET /servers/{id}/info", true}},
		{Request{To: "GET /grid/server/add", Op: "grid.server.add"}, marks{"grid.server.add", false}},
	}
	for _, tt := range tests {
		var got marks
		c := &Client{HTTP: &http.Client{Transport: &got}, Base: &url.URL{Scheme: "http", Host: "cloud"}, Clock: providers.SystemClock{}}
		if _, err := c.Do(t.Context(), tt.request); err == nil {
			t.Error("no error")
		}
		if got != tt.want {
			t.Errorf("told %+v, want %+v", got, tt.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	explain := func(a Answer) Refusal {
		class := a.Header.Get("X-Class")
		return Refusal{Kind: map[string]error{"gone": providers.ErrNotFound}[class], Code: class, Message: string(a.Body)}
	}
	tests := []struct {
		name    string
		status  int
		class   string
		body    string
		kinds   map[int]error
		kind    error
		message string
	}{
		{"by status", 401, "", "", nil, providers.ErrDenied, "GET /x: denied: Unauthorized (401)"},
		{"unknown 4xx", 418, "", "tea", nil, providers.ErrInvalid, "GET /x: invalid: tea (418)"},
		{"5xx", 502, "", "bad", nil, providers.ErrUnavailable, "GET /x: unavailable: bad (502)"},
		{"3xx", 304, "", "", nil, providers.ErrUnavailable, "GET /x: unavailable: Not Modified (304)"},
		{"adapter's table", 500, "", "", map[int]error{500: providers.ErrConflict}, providers.ErrConflict, "GET /x: conflict: Internal Server Error (500)"},
		{"cloud's class", 400, "gone", "no such drive", nil, providers.ErrNotFound, "GET /x: not found: no such drive (gone)"},
		{"secret repeated", 403, "", "key hush\nis  wrong", nil, providers.ErrDenied, "GET /x: denied: key ****** is wrong (403)"},
		{"too long", 409, "", strings.Repeat("x", 600), nil, providers.ErrConflict, "GET /x: conflict: " + strings.Repeat("x", 500) + "... (409)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := client(t, "", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Class", tt.class)
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			c.Kinds, c.Explain, c.Secrets = tt.kinds, explain, []providers.Secret{"", "hush"}
			a, err := c.Do(t.Context(), Request{To: "GET /x"})
			if !errors.Is(err, tt.kind) || err.Error() != tt.message {
				t.Errorf("%v, want %s", err, tt.message)
			}
			if a.Status != tt.status || providers.RetryAfter(err) != 7*time.Second {
				t.Errorf("status %d, wait %v", a.Status, providers.RetryAfter(err))
			}
		})
	}
}

func TestRefusalInTheBody(t *testing.T) {
	c := client(t, "", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "failure") })
	a, err := c.Do(t.Context(), Request{To: "GET /x"})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Refused(a, Refusal{Code: "E1", Message: string(a.Body)})
	if !errors.Is(err, providers.ErrUnavailable) || !IsCode(err, "E0", "E1") || IsCode(err, "200") {
		t.Errorf("%v, want unavailable with the code E1", err)
	}
}

func TestNoWholeAnswer(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "no answer"},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			io.WriteString(w, "12345")
		}, "broke off"},
		{"too long", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", 101)) }, "longer than 100 bytes"},
		{"a proxy's page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html>")
		}, "text/html"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := client(t, "", tt.handler)
			c.MaxBody, c.Media = 100, []string{"text/plain"}
			_, err := c.Do(t.Context(), Request{To: "GET /x?key=hush"})
			if !errors.Is(err, providers.ErrUnavailable) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want unavailable that says %q", err, tt.want)
			}
		})
	}
}

func TestTransportErrorHidesTheAddress(t *testing.T) {
	c := client(t, "", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := c.Do(t.Context(), Request{To: "GET /x", Query: url.Values{"sig": {"hush"}}})
	if err == nil || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "127.0.0.1:") && strings.Contains(err.Error(), "/x?") {
		t.Errorf("%v", err)
	}
}

func TestContextErrorsMatch(t *testing.T) {
	c := client(t, "", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := c.Do(ctx, Request{To: "GET /x"})
	if !errors.Is(err, providers.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want unavailable and the context's error", err)
	}
}

func TestJSON(t *testing.T) {
	tests := []struct {
		name, body, wrong string
	}{
		{"good", `{"mem": 1024, "other": true}` + "\n", ""},
		{"empty", "", "empty"},
		{"truncated", `{"mem": 10`, "breaks off"},
		{"no JSON", "<html>hush</html>", "no JSON"},
		{"wrong type", `{"mem": "hush"}`, `wrong type at "mem"`},
		{"two documents", `{"mem": 1} {"mem": 2}`, "goes on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var into struct {
				Mem int `json:"mem"`
			}
			err := Answer{Op: "GET /x", Body: []byte(tt.body)}.JSON(&into)
			if tt.wrong == "" {
				if err != nil || into.Mem != 1024 {
					t.Errorf("%+v, %v", into, err)
				}
				return
			}
			if !errors.Is(err, providers.ErrUnavailable) || !strings.Contains(err.Error(), tt.wrong) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v, want unavailable that says %q", err, tt.wrong)
			}
		})
	}
}

type refusing struct{ err error }

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, r.err }

// What the account's budget refuses was not sent, so nothing about it is unclear.
func TestDoOverTheBudget(t *testing.T) {
	c := client(t, "", func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	c.HTTP.Transport = refusing{&providers.Error{Kind: providers.ErrThrottled, Op: "budget", RetryAfter: time.Minute}}
	_, err := c.Do(t.Context(), Request{To: "POST /servers"})
	if providers.Kind(err) != providers.ErrThrottled || providers.Unclear(err) || providers.RetryAfter(err) != time.Minute {
		t.Errorf("error %v, to be tried again in %v", err, providers.RetryAfter(err))
	}
}
