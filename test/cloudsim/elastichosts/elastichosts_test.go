package elastichosts_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/elastichosts"
	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

const (
	user       = "2164ce57-591a-43ee-ade5-e2fe0ee13c3f"
	transition = 10 * time.Second
	nobody     = "5f0c6ad1-8d0c-4f5e-9a0e-0d3b7c0ffee0"
)

// rig is a furnished cloud with a clock that the test moves.
type rig struct {
	t *testing.T
	*elastichosts.Cloud
	*timeline.Clock
	plan *fault.Plan
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, plan: new(fault.Plan), Clock: timeline.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	r.Cloud = elastichosts.New(elastichosts.Options{
		Clock: r.Now, Transition: transition, Faults: r.plan, Capacity: 20 << 30,
	})
	r.Furnish()
	return r
}

// ask sends a command in one of the formats and gives the answer.
func (r *rig) ask(media, command, body string) *httptest.ResponseRecorder {
	r.t.Helper()
	method, path, _ := strings.Cut(command, " ")
	q := httptest.NewRequest(method, path, strings.NewReader(body))
	q.SetBasicAuth(strings.ToUpper(user), "secret")
	q.Header.Set("Accept", media)
	q.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w
}

func (r *rig) text(command, body string) *httptest.ResponseRecorder {
	r.t.Helper()
	return r.ask("text/plain", command, body)
}

// keys does a command that must answer with an object.
func (r *rig) keys(command, body string) map[string]string {
	r.t.Helper()
	w := r.text(command, body)
	if w.Code != http.StatusOK {
		r.t.Fatalf("%s: %d %s", command, w.Code, w.Body)
	}
	o := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		o[key] = value
	}
	return o
}

// done does a command that must answer 204 without a body.
func (r *rig) done(command string) {
	r.t.Helper()
	if w := r.text(command, ""); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
		r.t.Fatalf("%s: %d %s, want 204", command, w.Code, w.Body)
	}
}

// refused does a command that must fail with a status and a class.
func (r *rig) refused(command, body string, status int, class string) {
	r.t.Helper()
	w := r.text(command, body)
	if got := w.Header().Get("X-Elastic-Error"); w.Code != status || got != class {
		r.t.Errorf("%s %q: %d %s, want %d %s", command, body, w.Code, got, status, class)
	}
}

// disk gives the id of the first standard drive.
func (r *rig) disk() string {
	r.t.Helper()
	id, _, _ := strings.Cut(r.text("GET /drives/list/standard", "").Body.String(), "\n")
	return id
}

// drive makes one of a GiB.
func (r *rig) drive() string {
	r.t.Helper()
	return r.keys("POST /drives/create", "name d\nsize 1G\n")["drive"]
}

// server makes one that runs from a drive of its own.
func (r *rig) server(more string) (id, drive string) {
	r.t.Helper()
	drive = r.drive()
	s := r.keys("POST /servers/create", "name s\ncpu 2000\nmem 1024\nboot ide:0:0\nnic:0:dhcp auto\nide:0:0 "+drive+"\n"+more)
	if s["status"] != "active" {
		r.t.Fatalf("a created server is %s", s["status"])
	}
	return s["server"], drive
}

func TestRefusals(t *testing.T) {
	r := newRig(t)
	id, drive := r.server("persistent true\n")
	spare := r.drive()
	const head = "name s\ncpu 2000\nmem 1024\n"
	tests := []struct {
		command, body string
		status        int
		class         string
	}{
		{"GET /nothing", "", 404, "missing"},
		{"GET /drives/create", "", 405, "method"},
		{"POST /drives/list", "", 405, "method"},
		{"GET /drives/" + nobody + "/info", "", 404, "missing"},
		{"POST /drives/create", "name d\n", 400, "usage"},
		{"POST /drives/create", "name d\nsize 1G\ncolour red\n", 400, "usage"},
		{"POST /drives/create", "name d\nsize 1T\n", 507, "full"},
		{"POST /drives/" + drive + "/destroy", "", 409, "busy"},
		{"POST /drives/" + drive + "/set", "size 2G\n", 409, "busy"},
		{"POST /drives/" + spare + "/set", "size 1M\n", 400, "usage"},
		{"POST /drives/" + drive + "/image/" + r.disk() + "/gunzip", "", 409, "busy"},
		{"POST /drives/" + spare + "/image/" + nobody, "", 404, "missing"},
		{"POST /servers/create", "name s\n", 400, "usage"},
		{"POST /servers/create", "name s\ncpu 100\nmem 1024\n", 400, "usage"},
		{"POST /servers/create", head + "ide:0:0 " + nobody + "\n", 400, "usage"},
		{"POST /servers/create", head + "ide:0:0 " + drive + "\n", 409, "busy"},
		{"POST /servers/create", head + "ide:0:0 " + spare + "\nblock:0 " + spare + "\n", 409, "busy"},
		{"POST /servers/create", head + "boot ide:0:0\n", 400, "usage"},
		{"POST /servers/create", head + "vnc:password ninechars\n", 400, "usage"},
		{"POST /servers/create", head + "nic:1:vlan " + nobody + "\n", 400, "usage"},
		{"POST /servers/create", head + "nic:0:dhcp 192.0.2.1\n", 400, "usage"},
		{"POST /servers/" + id + "/set", "mem 2048\n", 400, "usage"},
		{"POST /servers/" + id + "/start", "", 409, "busy"},
		{"POST /resources/vlan/create", "", 400, "usage"},
		{"POST /resources/ip/192.0.2.1/destroy", "", 404, "missing"},
	}
	for _, tt := range tests {
		r.refused(tt.command, tt.body, tt.status, tt.class)
	}
	q := httptest.NewRequest(http.MethodGet, "/servers/list", nil)
	q.SetBasicAuth(user, "wrong")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	if w.Code != http.StatusUnauthorized || w.Header().Get("X-Elastic-Error") != "auth" {
		t.Errorf("wrong key: %d", w.Code)
	}
}

func TestImagingTakesItsTime(t *testing.T) {
	r := newRig(t)
	id, image := r.drive(), r.disk()
	r.done("POST /drives/" + id + "/image/" + image + "/gunzip")
	for _, tt := range []struct {
		pass time.Duration
		want string
	}{
		{0, ""}, {transition / 20, "queued"}, {transition/2 - transition/20, "50"}, {transition / 2, ""},
	} {
		r.Pass(tt.pass)
		if got := r.keys("GET /drives/"+id+"/info/full", "")["imaging"]; got != tt.want {
			t.Errorf("imaging %q, want %q", got, tt.want)
		}
		if tt.want != "" {
			r.refused("POST /drives/"+id+"/destroy", "", 409, "busy")
			r.refused("POST /servers/create", "name s\ncpu 2000\nmem 1024\nide:0:0 "+id+"\n", 409, "busy")
		}
	}
	if got := r.Content(id); got != image {
		t.Errorf("content %q, want %s", got, image)
	}
	r.done("POST /drives/" + id + "/image/" + image)
	if got := r.Content(id); got != "packed" {
		t.Errorf("content of a copy that was not unpacked is %q", got)
	}
	small := r.keys("POST /drives/create", "name small\nsize 1023M\n")["drive"]
	r.refused("POST /drives/"+small+"/image/"+image+"/gunzip", "", 400, "usage")
}

func TestServerLife(t *testing.T) {
	r := newRig(t)
	id, drive := r.server("persistent true\nuser:x y z\n")
	at := "POST /servers/" + id
	s := r.keys("GET /servers/"+strings.ToUpper(id)+"/info", "")
	if s["nic:0:dhcp"] != "auto" || s["nic:0:dhcp:ip"] == "" || s["user:x"] != "y z" || s["started"] == "" {
		t.Errorf("running server %v", s)
	}
	if got := r.keys("GET /drives/"+drive+"/info", "")["claimed"]; got != "user:guest:"+id+":ide:0:0" {
		t.Errorf("claimed %q", got)
	}
	status := func(want string) {
		t.Helper()
		if got := r.keys("GET /servers/"+id+"/info", "")["status"]; got != want {
			t.Errorf("status %s, want %s", got, want)
		}
	}
	r.done(at + "/shutdown")
	status("active")
	r.Pass(transition)
	status("stopped")
	r.refused(at+"/stop", "", 409, "busy")
	r.keys(at+"/set", "mem 2048\nblock:0 "+r.drive()+"\n")
	if got := r.keys(at+"/set", "block:0 \n"); got["mem"] != "2048" || got["block:0"] != "" {
		t.Errorf("set %v", got)
	}
	r.done(at + "/start")
	r.keys(at+"/set", "name other\nuser:x \n")
	r.done(at + "/reset")
	status("active")
	r.IgnoreShutdown(id)
	r.done(at + "/shutdown")
	r.Pass(transition)
	status("active")
	r.done(at + "/destroy")
	r.refused("GET /servers/"+id+"/info", "", 404, "missing")
	r.done("POST /drives/" + drive + "/destroy")

	id, _ = r.server("")
	r.done("POST /servers/" + id + "/stop")
	r.refused("GET /servers/"+id+"/info", "", 404, "missing")

	stopped := r.keys("POST /servers/create/stopped", "name s\ncpu 2000\nmem 1024\n")
	if stopped["status"] != "stopped" {
		t.Errorf("created stopped, is %s", stopped["status"])
	}
}

func TestResources(t *testing.T) {
	r := newRig(t)
	vlan := r.keys("POST /resources/vlan/create", "name my lan\n")["resource"]
	ip := r.keys("POST /resources/ip/create", "")["resource"]
	id := r.keys("POST /servers/create", "name s\ncpu 2000\nmem 1024\nnic:0:dhcp "+ip+"\nnic:1:vlan "+vlan+"\n")["server"]
	if s := r.keys("GET /servers/"+id+"/info", ""); s["nic:0:dhcp:ip"] != ip || s["nic:1:mac"] == "" {
		t.Errorf("server %v", s)
	}
	r.refused("POST /resources/vlan/"+vlan+"/destroy", "", 409, "busy")
	r.refused("POST /resources/ip/"+ip+"/destroy", "", 409, "busy")
	if got := r.keys("POST /resources/vlan/"+vlan+"/set", "name ours\n")["name"]; got != "ours" {
		t.Errorf("renamed to %q", got)
	}
	r.done("POST /servers/" + id + "/destroy")
	r.done("POST /resources/vlan/" + vlan + "/destroy")
	r.done("POST /resources/ip/" + ip + "/destroy")
}

func TestFaultsWearTheCloudsForm(t *testing.T) {
	r := newRig(t)
	r.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInsufficientStorage, Call: "POST /drives/create"})
	r.refused("POST /drives/create", "name d\nsize 1G\n", 507, "full")
	r.plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests})
	r.refused("GET /servers/list", "", 429, "")
	r.plan.Clear()
	id, _ := r.server("")
	r.plan.Set(
		fault.Fault{Kind: fault.Lag, Delay: time.Second, Call: "GET /servers/info"},
		fault.Fault{Kind: fault.Lag, Delay: time.Second, Call: "GET /servers/{id}/info"},
	)
	r.refused("GET /servers/"+id+"/info", "", 404, "missing")
	if w := r.text("GET /servers/info", ""); w.Body.Len() != 0 {
		t.Errorf("a row that lags is listed: %s", w.Body)
	}
	r.Pass(time.Second)
	r.keys("GET /servers/"+id+"/info", "")
	if calls := r.plan.Calls()["GET /servers/{id}/info"]; calls != 2 {
		t.Errorf("%d calls counted, want 2", calls)
	}
}
