package flexiscale_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/flexiscale"
)

// TestSessionIsBegunAgainOnce lets a session end under many calls at once.
func TestSessionIsBegunAgainOnce(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	for round, struck := range []fault.Fault{{Kind: fault.Shuffle}, {Kind: fault.Expire, Times: 1}} {
		s.Plan.Set(struck)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := p.Servers(t.Context()); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Wait()
		if got := s.Plan.Calls()["Login"]; got != round+1 {
			t.Errorf("round %d: %d logins, want %d", round, got, round+1)
		}
	}
}

// TestSessionThatEndsAtOnce is no endless round: one more login, then denied.
func TestSessionThatEndsAtOnce(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	s.Plan.Set(fault.Fault{Kind: fault.Expire})
	_, err := s.adapter(t, s.settings()).Servers(t.Context())
	if calls := s.Plan.Calls(); providers.Kind(err) != providers.ErrDenied || calls["Login"] != 2 || calls["ListServers"] != 2 {
		t.Errorf("%v after %v", err, calls)
	}
}

// TestChangeInAnExpiredSession is made once, after the login.
func TestChangeInAnExpiredSession(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	s.Plan.Set(fault.Fault{Kind: fault.Expire, Call: "StartServer", Times: 1})
	ticket, err := p.Power(t.Context(), s.named(t, "build"), providers.PowerStart)
	if err != nil || ticket == "" || len(s.Jobs()) != 1 {
		t.Errorf("ticket %q, error %v, jobs %+v", ticket, err, s.Jobs())
	}
}

func (s *site) named(t *testing.T, name string) (id string) {
	t.Helper()
	for _, row := range s.Servers() {
		if row.Name == name {
			text, _ := json.Marshal(row.ID)
			return string(text)
		}
	}
	t.Fatalf("there is no server %s", name)
	return ""
}

// TestJobThatFails is told by the ticket.
func TestJobThatFails(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	ticket, err := p.Power(t.Context(), s.named(t, "build"), providers.PowerStart)
	if err != nil {
		t.Fatal(err)
	}
	s.FailJobs(cloudsim.Stopped)
	if _, err := p.Poll(t.Context(), ticket); providers.Kind(err) != providers.ErrConflict {
		t.Errorf("%v, want a conflict", err)
	}
}

// TestDeleteThatIsUndone ends when the server runs again, and does not cut its
// power for ever.
func TestDeleteThatIsUndone(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	ticket, err := p.DeleteServer(t.Context(), s.named(t, "mail"))
	if err != nil || ticket == "" {
		t.Fatalf("ticket %q, error %v", ticket, err)
	}
	s.FailJobs(cloudsim.Running)
	if _, err := p.Poll(t.Context(), ticket); providers.Kind(err) != providers.ErrConflict {
		t.Errorf("%v, want a conflict", err)
	}
	if calls := s.Plan.Calls(); calls["StopServer"] != 1 || calls["DestroyServer"] != 0 {
		t.Errorf("calls %v", calls)
	}
}

// TestCreateIsNeverRepeated holds the adapter to one call when the outcome is
// not known, and to the server that was made when it is asked again.
func TestCreateIsNeverRepeated(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	s.Plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError, Call: "CreateServer", After: true})
	spec := providers.ServerSpec{Token: "00010203-0405-0607-0809-0a0b0c0d0e0f", Name: "web", ImageID: "27", SizeID: "small", Networks: []providers.InterfaceSpec{{NetworkID: "552"}}}
	before := len(s.Servers())
	if _, _, err := p.CreateServer(t.Context(), spec); providers.Kind(err) != providers.ErrUnavailable {
		t.Errorf("%v, want unavailable", err)
	}
	made, _, err := p.CreateServer(t.Context(), spec)
	if err != nil || made.Token != spec.Token || len(s.Servers()) != before+1 || s.Plan.Calls()["CreateServer"] != 1 {
		t.Errorf("%+v, %v, calls %v", made, err, s.Plan.Calls())
	}
}

// TestServersOfOneName are not changed, since calls go by name.
func TestServersOfOneName(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	id := s.named(t, "mail")
	s.AddServer(cloudsim.Server{Name: "mail", Processors: 1, MemoryMB: 512, DiskGB: 20, Image: 27, Package: cloudsim.SeedPackage}, cloudsim.SeedVLAN)
	_, deleted := p.DeleteServer(t.Context(), id)
	_, stopped := p.Power(t.Context(), id, providers.PowerOff)
	_, resized := p.ResizeServer(t.Context(), id, "large")
	for _, err := range []error{deleted, stopped, resized} {
		if providers.Kind(err) != providers.ErrConflict {
			t.Errorf("%v, want a conflict", err)
		}
	}
	if len(s.Jobs()) != 0 {
		t.Errorf("jobs %+v", s.Jobs())
	}
}

// TestAddressesFindTheirInterface places those of a server with two VLANs.
func TestAddressesFindTheirInterface(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	got, err := s.adapter(t, s.settings()).Server(t.Context(), s.named(t, "shop_db"))
	if err != nil || len(got.Interfaces) != 2 {
		t.Fatalf("%+v, %v", got.Interfaces, err)
	}
	a, b := got.Interfaces[0], got.Interfaces[1]
	if a.IP != "203.0.113.62" || !a.Public || a.NetworkID != "552" || b.IP != "10.8.0.10" || b.Public || b.NetworkID != "553" {
		t.Errorf("%+v", got.Interfaces)
	}
}

func TestForeignTickets(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	for _, ticket := range []providers.Ticket{"", "x", "{}", `{"do": "boil", "id": "1"}`, `{"do": "await", "job": "1"}`} {
		if _, err := s.adapter(t, s.settings()).Poll(t.Context(), ticket); providers.Kind(err) != providers.ErrInvalid {
			t.Errorf("%q: %v", ticket, err)
		}
	}
}

// TestNewServerThatIsNeverListed is waited for, and not for ever.
func TestNewServerThatIsNeverListed(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	made, ticket, err := p.CreateServer(t.Context(), wish())
	if err != nil {
		t.Fatal(err)
	}
	s.Plan.Set(fault.Fault{Kind: fault.Lag, Delay: time.Hour, Call: "ListServers"})
	step, err := p.Poll(t.Context(), ticket)
	if err != nil || step.Ticket == "" || step.ID != made.ID {
		t.Errorf("at first: %+v, %v", step, err)
	}
	s.Pass(11 * time.Minute)
	if step, err = p.Poll(t.Context(), step.Ticket); providers.Kind(err) != providers.ErrNotFound {
		t.Errorf("after eleven minutes: %+v, %v", step, err)
	}
}

// TestStartWhoseAnswerWasLost is not made twice by the ticket of a create.
func TestStartWhoseAnswerWasLost(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	_, ticket, err := p.CreateServer(t.Context(), wish())
	if err != nil {
		t.Fatal(err)
	}
	s.Plan.Set(fault.Fault{Kind: fault.Cut, Call: "StartServer", Times: 1})
	if _, err := p.Poll(t.Context(), ticket); providers.Kind(err) != providers.ErrUnavailable {
		t.Errorf("%v, want unavailable", err)
	}
	step, err := p.Poll(t.Context(), ticket)
	if err != nil || step.Ticket != "" || s.Plan.Calls()["StartServer"] != 1 {
		t.Errorf("%+v, %v, calls %v", step, err, s.Plan.Calls())
	}
}

// TestServerInError is changed in no way but to be deleted.
func TestServerInError(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	id := s.named(t, "legacy_erp")
	_, started := p.Power(t.Context(), id, providers.PowerStart)
	_, resized := p.ResizeServer(t.Context(), id, "large")
	for _, err := range []error{started, resized} {
		if providers.Kind(err) != providers.ErrConflict {
			t.Errorf("%v, want a conflict", err)
		}
	}
	if calls := s.Plan.Calls(); calls["StartServer"]+calls["ModifyServer"] != 0 {
		t.Errorf("calls %v", calls)
	}
}
