package suncloud_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/providertest"
	"occigate/providers/suncloud"
	cloudsim "occigate/test/cloudsim/suncloud"
)

// answering is an adapter of a cloud of a test's own, with the cloud's address.
func answering(t *testing.T, handler http.HandlerFunc) (p *suncloud.Provider, url string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return providertest.Build[*suncloud.Provider](t, suncloud.New, "uri: "+server.URL+"/\nuser: alice\npassword: "+password+"\n",
		providers.Surroundings{HTTP: server.Client(), Clock: providers.SystemClock{}}), server.URL
}

// against is an adapter of a cloud that answers all with one thing.
func against(t *testing.T, status int, media, body string) *suncloud.Provider {
	t.Helper()
	p, _ := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	return p
}

func TestBadAnswers(t *testing.T) {
	const json, html = "application/json", "text/html"
	tests := []struct {
		name, media string
		status      int
		body        string
		kind        error
		says        string
	}{
		{"page", html, 200, "<html>", providers.ErrUnavailable, "text/html"},
		{"truncated", json, 200, `{"vdcs": [`, providers.ErrUnavailable, "breaks off"},
		{"no VDC", json, 200, `{}`, providers.ErrInvalid, "vdc"},
		{"VDC without URI", json, 200, `{"vdcs": [{"name": "a"}]}`, providers.ErrInvalid, "vdc"},
		{"no Messages", json, 409, "", providers.ErrConflict, "Conflict"},
		{"Messages", json, 400, `{"message": [{"code": "c", "text": "one"}, {"text": "two", "stack-trace": "S"}]}`, providers.ErrInvalid, "one two (c)"},
		{"one Message", json, 400, `{"message": {"text": "one"}}`, providers.ErrInvalid, "one"},
		{"denied", json, 401, "", providers.ErrDenied, "Unauthorized"},
		{"a proxy's 404 is no evidence", html, 404, "<html>", providers.ErrUnavailable, "not the cloud's"},
		{"busy", json, 503, "", providers.ErrUnavailable, "Unavailable"},
		{"the password repeated", json, 400, `{"message": {"text": "` + password + `"}}`, providers.ErrInvalid, "******"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := against(t, tt.status, tt.media, tt.body).Servers(t.Context())
			if providers.Kind(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), password) {
				t.Errorf("%v, want %v that says %q", err, tt.kind, tt.says)
			}
		})
	}
}

func TestIDsThatAreNoURIs(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	for _, id := range []string{"", "4711", "/vms/1", "file:///etc/passwd", "http://", ":"} {
		if _, err := p.Server(t.Context(), id); providers.Kind(err) != providers.ErrNotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
	if len(s.Plan.Calls()) != 0 {
		t.Errorf("the cloud was called: %v", s.Plan.Calls())
	}
}

// TestPasswordStaysEncrypted reads a URI without TLS from a service with it.
func TestPasswordStaysEncrypted(t *testing.T) {
	p, err := suncloud.New(
		settings("uri: https://cloud.example.test/\nuser: alice\npassword: secret\n"),
		providers.Surroundings{HTTP: &http.Client{Timeout: time.Second}, Clock: providers.SystemClock{}},
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Server(t.Context(), "http://cloud.example.test/vms/1"); err == nil || !strings.Contains(err.Error(), "without TLS") {
		t.Errorf("%v", err)
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	const good = "uri: https://c.example.test/\nuser: u\npassword: p\n"
	for _, text := range []string{
		"user: u\npassword: p\n", "uri: c\nuser: u\npassword: p\n", "uri: https://u:p@c.example.test/\nuser: u\npassword: p\n",
		"uri: https://c.example.test/\npassword: p\n", "uri: https://c.example.test/\nuser: u\n",
		good + "sizes: [{name: a}]\n", good + "sizes: [{name: a, cpu_mhz: 1, memory_mib: 1}, {name: a, cpu_mhz: 2, memory_mib: 1}]\n",
	} {
		if _, err := suncloud.New(settings(text), providers.Surroundings{}); providers.Kind(err) != providers.ErrInvalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestVMGoneWhileListing reads a tree with partial rows, one of which is deleted
// before it is read by itself, or cannot be read.
func TestVMGoneWhileListing(t *testing.T) {
	for code, kind := range map[int]error{404: nil, 500: providers.ErrUnavailable} {
		answers := map[string]string{
			"/":      `{"vdcs": [{"name": "a", "uri": "/vdc"}]}`,
			"/vdc":   `{"cluster": {"uri": "/root", "vms": [{"uri": "/vms/1"}, {"uri": "/vms/2"}]}}`,
			"/vms/1": `{"uri": "/vms/1", "name": "web", "run_status": "STARTED"}`,
		}
		p, _ := answering(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if body, there := answers[r.URL.Path]; there {
				_, _ = w.Write([]byte(body))
				return
			}
			w.WriteHeader(code)
		})
		rows, err := p.Servers(t.Context())
		if providers.Kind(err) != kind || kind == nil && (len(rows) != 1 || rows[0].Name != "web") {
			t.Errorf("%d: %+v, %v", code, rows, err)
		}
	}
}

// TestLinksThatAreMissing changes a VM that has none of the links for it, which
// says that nothing of it is legal now: the cloud is not asked.
func TestLinksThatAreMissing(t *testing.T) {
	posts := 0
	sun, url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			posts++
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"uri": "/vms/1", "name": "web", "run_status": "STARTED", "interfaces": [{"vnet": "/vnets/1"}]}`))
	})
	id := url + "/vms/1"
	_, stop := sun.Power(t.Context(), id, providers.PowerStop)
	_, _, plug := sun.AttachInterface(t.Context(), providers.InterfaceSpec{ServerID: id, NetworkID: url + "/vnets/2"})
	_, unplug := sun.DetachInterface(t.Context(), id, url+"/vnets/1")
	_, save := sun.BackUpServer(t.Context(), id, providers.ImageSpec{Token: token})
	for name, err := range map[string]error{"stop": stop, "attach": plug, "detach": unplug, "save": save} {
		if providers.Kind(err) != providers.ErrConflict {
			t.Errorf("%s: %v, want a conflict", name, err)
		}
	}
	if _, err := sun.DetachInterface(t.Context(), id, url+"/vnets/2"); providers.Kind(err) != providers.ErrNotFound {
		t.Errorf("an interface that is not there: %v", err)
	}
	if posts != 0 {
		t.Errorf("the cloud was asked for %d changes", posts)
	}
}

func TestForeignTickets(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	for _, ticket := range []providers.Ticket{"", "x", "{}", `{"status": "/statuses/1"}`, `{"target": 1}`} {
		if _, err := s.adapter(t, s.settings()).Poll(t.Context(), ticket); providers.Kind(err) != providers.ErrInvalid {
			t.Errorf("%q: %v", ticket, err)
		}
	}
}
