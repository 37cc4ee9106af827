package gogrid_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/gogrid"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/gogrid"
)

const (
	token = "0f1e2d3c-4b5a-4968-8776-655443322110"
	ours  = "-b4pc2pcl" // base32 of the token's first five bytes, 0f1e2d3c4b
)

func (s *site) wish() providers.ServerSpec {
	return providers.ServerSpec{Token: token, Name: "Front of the shop", ImageID: s.image, SizeID: "1"}
}

func TestCreateUntilItRuns(t *testing.T) {
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprintf("comes up off: %v", off), func(t *testing.T) {
			s := newSite(t, cloudsim.Options{ComesUpOff: off})
			p := s.adapter(t, s.settings())
			made, ticket, err := p.CreateServer(t.Context(), s.wish())
			if err != nil || made.ID != "" || ticket == "" || made.State != providers.StatePending {
				t.Fatalf("%+v, ticket %q, %v", made, ticket, err)
			}
			rows, err := p.Servers(t.Context())
			if err != nil || len(rows) != 1 || rows[0].ID != "" || rows[0].Token != token || rows[0].Name != "Front of the shop" || len(rows[0].Power) > 0 {
				t.Errorf("listed while it is built: %+v, %v", rows, err)
			}
			progress, err := p.Poll(t.Context(), ticket)
			if err != nil || progress.Ticket != ticket || progress.ID != "" || progress.Message != "Queued" {
				t.Errorf("first step: %+v, %v", progress, err)
			}
			s.Pass(transition)
			progress, err = p.Poll(t.Context(), ticket)
			if err != nil || progress.Ticket != "" || progress.ID == "" {
				t.Errorf("second step: %+v, %v", progress, err)
			}
			s.Pass(transition)
			if row := s.Servers()[0]; row.State != cloudsim.On || row.Name != "Front-of-th"+ours {
				t.Errorf("server %q is %s", row.Name, row.State.Name)
			}
		})
	}
}

func TestCreateRefusals(t *testing.T) {
	tests := []struct {
		name   string
		change func(*providers.ServerSpec)
		kind   error
	}{
		{"no token", func(s *providers.ServerSpec) { s.Token = "" }, providers.ErrInvalid},
		{"no image", func(s *providers.ServerSpec) { s.ImageID = "" }, providers.ErrInvalid},
		{"no size", func(s *providers.ServerSpec) { s.SizeID = "" }, providers.ErrInvalid},
		{"unknown image", func(s *providers.ServerSpec) { s.ImageID = "4711" }, providers.ErrInvalid},
		{"image elsewhere", func(s *providers.ServerSpec) { s.ImageID = "elsewhere" }, providers.ErrInvalid},
		{"unknown size", func(s *providers.ServerSpec) { s.SizeID = "3GB" }, providers.ErrInvalid},
		{"other zone", func(s *providers.ServerSpec) { s.Zone = "EU-West-1" }, providers.ErrInvalid},
		{"private network", func(s *providers.ServerSpec) { s.Networks = []providers.InterfaceSpec{{NetworkID: "private"}} }, providers.ErrInvalid},
		{"address of others", func(s *providers.ServerSpec) { s.Networks = []providers.InterfaceSpec{{IP: "192.0.2.1"}} }, providers.ErrConflict},
		{"volume", func(s *providers.ServerSpec) { s.Volumes = []providers.AttachmentSpec{{VolumeID: "x"}} }, providers.ErrUnsupported},
		{"key", func(s *providers.ServerSpec) { s.PublicKey = "ssh-rsa x" }, providers.ErrUnsupported},
		{"user data", func(s *providers.ServerSpec) { s.UserData = []byte("x") }, providers.ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, cloudsim.Options{})
			spec := s.wish()
			tt.change(&spec)
			_, _, err := s.adapter(t, s.settings()).CreateServer(t.Context(), spec)
			if providers.Kind(err) != tt.kind {
				t.Errorf("%v, want %v", err, tt.kind)
			}
			if n := len(s.Servers()); n > 0 {
				t.Errorf("%d servers were made", n)
			}
		})
	}
}

func TestDefaultsAndAddressAskedFor(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings()+"default_image: centos6.4_64_base\ndefault_size: 2GB\n")
	ip := s.Addresses()[5].IP
	spec := providers.ServerSpec{Token: token, Hostname: "web", Zone: "US-West-1", Networks: []providers.InterfaceSpec{{NetworkID: "public", IP: ip}}}
	if _, _, err := p.CreateServer(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if row := s.Servers()[0]; row.IP != ip || row.RAM.Name != "2GB" || row.Name != "web"+ours {
		t.Errorf("server %+v", row)
	}
}

// racing is an adapter whose every add is preceded by a rival, who takes the
// address that it asks for as long as rivals are left.
func racing(t *testing.T, s *site, rivals int32) (p *gogrid.Provider, adds *atomic.Int32) {
	t.Helper()
	adds = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/server/add") && adds.Add(1) <= rivals {
			s.TakeAddress(r.URL.Query().Get("ip"))
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return s.adapter(t, strings.Replace(s.settings(), s.URL, server.URL, 1)), adds
}

func TestAddressRace(t *testing.T) {
	tests := []struct {
		name   string
		rivals int32
		adds   int32
		made   int
	}{
		{"nobody", 0, 1, 1},
		{"one rival", 1, 2, 1},
		{"three rivals", 3, 4, 1},
		{"rivals without end", 99, 4, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, cloudsim.Options{})
			p, adds := racing(t, s, tt.rivals)
			_, ticket, err := p.CreateServer(t.Context(), s.wish())
			if made := len(s.Servers()); made != tt.made || (err == nil) != (made == 1) || (ticket != "") != (made == 1) {
				t.Errorf("%d servers, ticket %q, %v", made, ticket, err)
			}
			if adds.Load() != tt.adds {
				t.Errorf("%d adds, want %d", adds.Load(), tt.adds)
			}
		})
	}
}

func TestRefusedAddIsNotTriedElsewhere(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p, adds := racing(t, s, 0)
	spec := s.wish()
	spec.SizeID = "3GB"
	if _, _, err := p.CreateServer(t.Context(), spec); providers.Kind(err) != providers.ErrInvalid || adds.Load() != 1 {
		t.Errorf("%d adds, %v", adds.Load(), err)
	}
}

// TestAddAnsweredWith500 lets the cloud make the server and say that it failed,
// with addresses to spare and on the last one.
func TestAddAnsweredWith500(t *testing.T) {
	for _, last := range []bool{false, true} {
		s := newSite(t, cloudsim.Options{})
		for _, a := range s.Addresses()[1:] {
			if last {
				s.TakeAddress(a.IP)
			}
		}
		s.Plan.Set(fault.Fault{Kind: fault.Status, Status: 500, Call: "grid/server/add", After: true, Times: 1})
		made, ticket, err := s.adapter(t, s.settings()).CreateServer(t.Context(), s.wish())
		if err != nil || made.Token != token || ticket == "" || len(s.Servers()) != 1 {
			t.Errorf("last %t: %+v, ticket %q, %v; %d servers", last, made, ticket, err, len(s.Servers()))
		}
	}
}

// TestFailuresBeforeAndAfterTheAdd tells the calls that fail before anything was
// asked for from those after which a server may be there.
func TestFailuresBeforeAndAfterTheAdd(t *testing.T) {
	broken := func(call string) fault.Fault { return fault.Fault{Kind: fault.Status, Status: 500, Call: call} }
	tests := []struct {
		name    string
		fault   fault.Fault
		unclear bool
	}{
		{"the search for the token", broken("grid/server/list"), false},
		{"the search for an address", broken("grid/ip/list"), false},
		{"the add", broken("grid/server/add"), true},
		{"the answer to the add", fault.Fault{Kind: fault.Cut, Call: "grid/server/add"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, cloudsim.Options{})
			s.Plan.Set(tt.fault)
			_, _, err := s.adapter(t, s.settings()).CreateServer(t.Context(), s.wish())
			if providers.Kind(err) != providers.ErrUnavailable || providers.Unclear(err) != tt.unclear {
				t.Errorf("%v: unclear %v, want %v", err, providers.Unclear(err), tt.unclear)
			}
		})
	}
}

func TestSameTokenFindsServerWithoutDescription(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	row := s.AddServer(cloudsim.Server{Name: "old" + ours})
	s.AddServer(cloudsim.Server{Name: "clone", Description: "Front of the shop [occigate " + token + "]"})
	got, ticket, err := s.adapter(t, s.settings()).CreateServer(t.Context(), s.wish())
	if err != nil || got.ID != fmt.Sprint(row.ID) || ticket != "" || got.Token != token {
		t.Errorf("%+v, ticket %q, %v", got, ticket, err)
	}
}

func TestTokenCountsWithItsName(t *testing.T) {
	marked := "Front [occigate " + token + "]"
	tests := []struct{ name, description, token, title string }{
		{"web" + ours, marked, token, "Front"},
		{"clone", marked, "", "clone"},
		{"web" + ours, "", "", "web" + ours},
		{"web" + ours, "[occigate " + token + "]", token, "web" + ours},
		{"web", "plain", "", "web"},
	}
	for _, tt := range tests {
		s := newSite(t, cloudsim.Options{})
		s.AddServer(cloudsim.Server{Name: tt.name, Description: tt.description})
		rows, err := s.adapter(t, s.settings()).Servers(t.Context())
		if err != nil || rows[0].Token != tt.token || rows[0].Name != tt.title {
			t.Errorf("%s %q: %+v, %v", tt.name, tt.description, rows, err)
		}
	}
}

func TestNamesFit(t *testing.T) {
	for title, want := range map[string]string{
		"":                        "server" + ours,
		"web":                     "web" + ours,
		"a b/c":                   "a-b-c" + ours,
		"Überlandleitung":         "berlandleit" + ours,
		"twelve-chars-and":        "twelve-char" + ours,
		"ends with a":             "ends-with-a" + ours,
		strings.Repeat("ä", 1000): "server" + ours,
	} {
		s := newSite(t, cloudsim.Options{})
		spec := s.wish()
		spec.Name = title
		if _, _, err := s.adapter(t, s.settings()).CreateServer(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		row := s.Servers()[0]
		if row.Name != want || len(row.Name) > 20 || len(row.Description) > 500 || !strings.HasSuffix(row.Description, " [occigate "+token+"]") {
			t.Errorf("%.20q is named %q with %q, want %q", title, row.Name, row.Description, want)
		}
	}
}

func TestPollsThatEndWithoutServer(t *testing.T) {
	tests := []struct {
		name string
		do   func(*site)
		kind error // nil: goes on
	}{
		{"job failed", func(s *site) { s.FailCreate("Front-of-th"+ours, "no capacity") }, providers.ErrConflict},
		{"throttled", func(s *site) { s.Plan.Set(fault.Fault{Kind: fault.Status, Status: 403}) }, providers.ErrThrottled},
		{"vanished a minute ago", func(s *site) { s.vanish(time.Minute) }, nil},
		{"vanished an hour ago", func(s *site) { s.vanish(time.Hour + time.Minute) }, providers.ErrNotFound},
		{"neither server nor job", func(s *site) { s.Pass(29 * 24 * time.Hour); s.RemoveServer("Front-of-th" + ours) }, providers.ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, cloudsim.Options{})
			p := s.adapter(t, s.settings())
			_, ticket, err := p.CreateServer(t.Context(), s.wish())
			if err != nil {
				t.Fatal(err)
			}
			tt.do(s)
			progress, err := p.Poll(t.Context(), ticket)
			if !errors.Is(err, tt.kind) || tt.kind == nil && progress.Ticket != ticket {
				t.Errorf("%+v, %v, want %v", progress, err, tt.kind)
			}
		})
	}
}

// vanish lets the server be built, removes it, and lets time pass.
func (s *site) vanish(d time.Duration) {
	s.Pass(transition)
	s.RemoveServer("Front-of-th" + ours)
	s.Pass(d)
}

func TestForeignTickets(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	for _, ticket := range []providers.Ticket{"x", "{}", "[]"} {
		if _, err := s.adapter(t, s.settings()).Poll(t.Context(), ticket); providers.Kind(err) != providers.ErrInvalid {
			t.Errorf("%q: %v", ticket, err)
		}
	}
}

func TestUnbuiltServerIsDeletedByName(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	if _, _, err := p.CreateServer(t.Context(), s.wish()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.DeleteServer(t.Context(), "Front-of-th"+ours); err != nil {
		t.Fatal(err)
	}
	s.Pass(transition)
	if diff := cmp.Diff(0, len(s.Servers())); diff != "" {
		t.Error(diff)
	}
}
