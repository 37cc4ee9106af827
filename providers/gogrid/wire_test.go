package gogrid_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/gogrid"
)

// canned is an adapter whose cloud answers each call, by its name, with one
// body.
func canned(t *testing.T, bodies map[string]string) *gogrid.Provider {
	t.Helper()
	return against(t, func(w http.ResponseWriter, r *http.Request) {
		op := strings.TrimPrefix(r.URL.Path, "/api/")
		if lookup := r.URL.Query().Get("lookup"); lookup != "" {
			op = lookup
		}
		body, known := bodies[op]
		if !known {
			t.Errorf("unexpected call of %s", op)
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(body))
	})
}

func against(t *testing.T, handler http.HandlerFunc) *gogrid.Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	p, err := gogrid.New(
		settings("endpoint: "+server.URL+"/api\napi_key: identity\nsecret: credential\ndatacenter: US-West-1\n"),
		providers.Surroundings{HTTP: server.Client(), Clock: at(1267243795)},
	)
	if err != nil {
		t.Fatal(err)
	}
	return p.(*gogrid.Provider)
}

// at is a clock that stands, in Unix time.
type at int64

func (a at) Now() time.Time { return time.Unix(int64(a), 0) }

// TestCallsAreSigned holds the signature to the example that clients of the API
// test with.
func TestCallsAreSigned(t *testing.T) {
	p := against(t, func(w http.ResponseWriter, r *http.Request) {
		want := map[string]string{
			"api_key": "identity", "sig": "e9aafd0a5d4c69bb24536be4bce8a528", "v": "1.9", "format": "json",
			"datacenter": "US-West-1", "num_items": "250", "page": "0",
		}
		got := map[string]string{}
		for name := range r.URL.Query() {
			got[name] = r.URL.Query().Get(name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("arguments (-want +got):\n%s", diff)
		}
		_, _ = w.Write([]byte(`{"status": "success", "summary": {"total": 0, "numpages": 0}, "list": []}`))
	})
	if _, err := p.Servers(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestBadAnswers(t *testing.T) {
	const refused = `{"status": "failure", "list": [{"object": "error", "errorcode": "X", "message": "Y"}]}`
	object := func(code, message string) string {
		return strings.NewReplacer("X", code, "Y", message).Replace(refused)
	}
	power, err := os.ReadFile("testdata/power_refused.json")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		status  int
		mashery string
		body    string
		kind    error
		says    string
	}{
		{"a page", 200, "", "<html>Maintenance</html>", providers.ErrUnavailable, "no JSON"},
		{"empty", 200, "", "", providers.ErrUnavailable, "empty"},
		{"truncated", 200, "", `{"status": "succ`, providers.ErrUnavailable, "breaks off"},
		{"no status", 200, "", `{"list": []}`, providers.ErrUnavailable, "neither success nor failure"},
		{"no list", 200, "", `{"status": "success", "summary": {"total": 3}}`, providers.ErrUnavailable, "total is 3"},
		{"wrong type", 200, "", `{"status": "success", "summary": {"total": "many"}, "list": []}`, providers.ErrUnavailable, "wrong type"},
		{"200 that is a failure", 200, "", string(power), providers.ErrConflict, "refused the action"},
		{"200 with an error", 200, "", object("UnexpectedException", "boom"), providers.ErrUnavailable, "boom"},
		{"no match", 400, "", object("IllegalArgumentException", "No object found that matches your input criteria."), providers.ErrNotFound, "No object found"},
		{"bad argument", 400, "", object("IllegalArgumentException", "bad page"), providers.ErrInvalid, "bad page"},
		{"role", 401, "", object("UnauthorizedException", "not your role"), providers.ErrDenied, "not your role"},
		{"role without words", 401, "", "", providers.ErrDenied, "401"},
		{"wrong key", 403, "ERR_403_NOT_AUTHORIZED", "<h1>403 Not Authorized</h1>", providers.ErrDenied, "clock"},
		{"too fast", 403, "ERR_403_DEVELOPER_OVER_QPS", "<h1>403 Developer Over Qps</h1>", providers.ErrThrottled, "too many"},
		{"too much", 403, "ERR_403_DEVELOPER_OVER_RATE", "<h1>403 Developer Over Rate</h1>", providers.ErrThrottled, "too many"},
		{"a proxy's 404 is no evidence", 404, "", "<html>Not Found</html>", providers.ErrUnavailable, "not GoGrid's"},
		{"internal", 500, "", object("UnexpectedException", "null"), providers.ErrUnavailable, "null"},
		{"a proxy's 502", 502, "", "<html>Bad Gateway</html>", providers.ErrUnavailable, "not GoGrid's"},
		{"the call repeated", 400, "", object("E", "?api_key=identity&sig=e9aafd0a5d4c69bb24536be4bce8a528"), providers.ErrInvalid, "sig=******"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := against(t, func(w http.ResponseWriter, _ *http.Request) {
				if tt.mashery != "" {
					w.Header().Set("X-Mashery-Error-Code", tt.mashery)
					w.Header().Set("Retry-After", "3")
				}
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			})
			_, err := p.Servers(t.Context())
			if providers.Kind(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), "grid/server/list: ") {
				t.Errorf("%v, want %v of grid/server/list that says %q", err, tt.kind, tt.says)
			}
			if strings.Contains(err.Error(), "identity") {
				t.Errorf("the key is told: %v", err)
			}
			if got := providers.RetryAfter(err); tt.mashery != "" && got != 3*time.Second {
				t.Errorf("asks to wait %v", got)
			}
		})
	}
}

func TestRowsBetweenPages(t *testing.T) {
	page := func(total, pages int, ids ...int) string {
		var rows []string
		for _, id := range ids {
			rows = append(rows, `{"id": `+strconv.Itoa(id)+`, "state": {"name": "On"}}`)
		}
		return `{"status": "success", "summary": {"total": ` + strconv.Itoa(total) + `, "numpages": ` + strconv.Itoa(pages) + `}, "list": [` + strings.Join(rows, ",") + `]}`
	}
	tests := []struct {
		name  string
		pages []string
		want  int // rows; 0 is an error
	}{
		{"two pages", []string{page(3, 2, 1, 2), page(3, 2, 3)}, 3},
		{"a row listed twice", []string{page(3, 1, 1, 2, 1)}, 2},
		{"a row went", []string{page(4, 2, 1, 2), page(3, 2, 4)}, 0},
		{"a row came", []string{page(3, 2, 1, 2), page(4, 2, 3)}, 0},
		{"a row moved", []string{page(4, 2, 1, 2), page(4, 2, 2, 3)}, 0},
		{"an empty page in the middle", []string{page(4, 3, 1, 2), page(4, 3), page(4, 3, 3, 4)}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := against(t, func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Query().Get("page"))
				_, _ = w.Write([]byte(tt.pages[n]))
			})
			rows, err := p.Servers(t.Context())
			if len(rows) != tt.want || (providers.Kind(err) == providers.ErrUnavailable) != (tt.want == 0) {
				t.Errorf("%d rows, error %v, want %d", len(rows), err, tt.want)
			}
		})
	}
}
