package gogrid

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/fault"
)

// TestSignatureVector is the example that clients of the API test with.
func TestSignatureVector(t *testing.T) {
	if got := sign("identity", "credential", 1267243795); got != "e9aafd0a5d4c69bb24536be4bce8a528" {
		t.Errorf("signature is %s", got)
	}
}

func TestSignatures(t *testing.T) {
	tests := []struct {
		name   string
		ahead  time.Duration
		secret string
		want   int
	}{
		{"now", 0, "", 200},
		{"almost too early", -10 * time.Minute, "", 200},
		{"almost too late", 10 * time.Minute, "", 200},
		{"too early", -10*time.Minute - time.Second, "", 403},
		{"too late", 10*time.Minute + time.Second, "", 403},
		{"wrong secret", 0, "other", 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, Options{})
			s.ahead = tt.ahead
			q := s.signed("lookup=server.ram")
			if tt.secret != "" {
				q.Set("sig", sign(s.opt.Key, tt.secret, s.Now().Unix()))
			}
			r := s.send("common/lookup/list", q)
			if r.StatusCode != tt.want {
				t.Fatalf("status %d, want %d", r.StatusCode, tt.want)
			}
			if tt.want == 200 {
				return
			}
			got := []string{r.Header.Get("Content-Type"), r.Header.Get("X-Mashery-Error-Code"), r.text}
			want := []string{"text/xml", "ERR_403_NOT_AUTHORIZED", "<h1>403 Not Authorized</h1>"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEnvelope(t *testing.T) {
	s := newSite(t, Options{})
	r := s.call("grid/ip/list")
	if got := r.Header.Get("Content-Type"); got != "text/html" {
		t.Errorf("JSON is served as %s", got)
	}
	d := r.doc(t)
	if diff := cmp.Diff(map[string]int{"total": 13, "start": 0, "numpages": 0, "returned": 13}, d.Summary); diff != "" {
		t.Error(diff)
	}
	if d.Status != "success" || d.Method != "/grid/ip/list" || d.List[0]["object"] != "ip" {
		t.Errorf("envelope %+v", d)
	}
}

func TestPostIsTheSameAsGet(t *testing.T) {
	s := newSite(t, Options{})
	body := strings.NewReader(s.signed("lookup=datacenter").Encode())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/common/lookup/list", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if d := s.do(r).doc(t); len(d.List) != 3 {
		t.Errorf("%d datacenters, want 3", len(d.List))
	}
}

func TestPages(t *testing.T) {
	s := newSite(t, Options{})
	tests := []struct {
		name     string
		args     []string
		size     int // of the fault
		start    int
		pages    int
		returned int
	}{
		{"page without num_items counts for nothing", []string{"page=2"}, 0, 0, 0, 13},
		{"first", []string{"num_items=5"}, 0, 0, 3, 5},
		{"last", []string{"num_items=5", "page=2"}, 0, 10, 3, 3},
		{"behind the last", []string{"num_items=5", "page=9"}, 0, 13, 3, 0},
		{"made smaller", []string{"num_items=5", "page=1"}, 2, 2, 7, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.plan.Clear()
			if tt.size > 0 {
				s.plan.Set(fault.Fault{Kind: fault.PageSize, Size: tt.size})
			}
			want := map[string]int{"total": 13, "start": tt.start, "numpages": tt.pages, "returned": tt.returned}
			if diff := cmp.Diff(want, s.call("grid/ip/list", tt.args...).doc(t).Summary); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, op string
		args     []string
	}{
		{"unknown server", "grid/server/get", []string{"name=none"}},
		{"no server named", "grid/server/delete", nil},
		{"unknown image", "grid/image/get", []string{"id=1"}},
		{"unknown lookup", "common/lookup/list", []string{"lookup=none"}},
		{"unknown datacenter", "grid/server/list", []string{"datacenter=9"}},
		{"bad page", "grid/server/list", []string{"num_items=x"}},
		{"unknown job", "grid/job/get", []string{"id=1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newSite(t, Options{}).refused(400, illegalArgument, tt.op, tt.args...)
		})
	}
}

func TestVersionsAndFormats(t *testing.T) {
	s := newSite(t, Options{})
	for arg, value := range map[string]string{"v": "3.0", "format": "xml"} {
		q := s.signed("lookup=datacenter")
		q.Set(arg, value)
		if r := s.send("common/lookup/list", q); r.StatusCode != 400 {
			t.Errorf("%s=%s: status %d", arg, value, r.StatusCode)
		}
	}
}

func TestReadOnlyKeyMayNotChange(t *testing.T) {
	s := newSite(t, Options{Role: ReadOnly})
	s.list("grid/server/list")
	s.refused(401, "UnauthorizedException", "grid/server/delete", "id=1")
}

func TestLookups(t *testing.T) {
	s := newSite(t, Options{})
	var names []string
	for _, o := range s.list("common/lookup/list", "lookup=server.ram") {
		names = append(names, id(o)+"="+o["name"].(string))
	}
	want := []string{"1=512MB", "2=1GB", "3=2GB", "4=4GB", "5=8GB", "8=16GB", "9=24GB"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for _, o := range s.list("common/lookup/list", "lookup=lookups") {
		s.list("common/lookup/list", "lookup="+o["name"].(string))
	}
}

func TestFaultsSpeakTheCloudsForm(t *testing.T) {
	s := newSite(t, Options{})
	s.plan.Set(fault.Fault{Kind: fault.Status, Status: 403, RetryAfter: time.Second})
	r := s.call("grid/server/list")
	if r.Header.Get("X-Mashery-Error-Code") != "ERR_403_DEVELOPER_OVER_QPS" || r.Header.Get("Retry-After") != "1" {
		t.Errorf("headers %v", r.Header)
	}
	s.plan.Set(fault.Fault{Kind: fault.Status, Status: 500})
	s.refused(500, "UnexpectedException", "grid/server/list")
	s.plan.Set(fault.Fault{Kind: fault.Skew, Delay: 11 * time.Minute})
	if r := s.call("grid/server/list"); r.StatusCode != 403 {
		t.Errorf("a clock that is off: status %d", r.StatusCode)
	}
	s.plan.Set(fault.Fault{Kind: fault.Expire})
	if r := s.call("grid/server/list"); r.StatusCode != 403 {
		t.Errorf("a key that has expired: status %d", r.StatusCode)
	}
}
