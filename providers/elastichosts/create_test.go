package elastichosts_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/elastichosts"
	"occigate/test/cloudsim/fault"
)

const token = "7f5f1a3e-6a0b-4f0e-9a0e-0d3b7c0ffee0"

// rig is an adapter in front of its own site.
type rig struct {
	*site
	*elastichosts.Provider
	t *testing.T
}

func newRig(t *testing.T) rig {
	s := newSite(t, "text")
	return rig{s, s.adapter(t, s.settings+"sizes:\n  - {name: one, cpu_mhz: 2000, memory_mib: 1024, disk_gib: 4}\n  - {name: two, cpu_mhz: 8000, memory_mib: 4096, disk_gib: 4}\n"), t}
}

func (r rig) image() string {
	r.t.Helper()
	c, err := r.Catalogue(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Images[0].ID
}

func (r rig) spec() providers.ServerSpec {
	return providers.ServerSpec{Token: token, Name: "web", ImageID: r.image(), SizeID: "one"}
}

// finish takes a ticket's steps, with time passing between two.
func (r rig) finish(ticket providers.Ticket) (id string, messages []string, err error) {
	for range 50 {
		if ticket == "" {
			return id, messages, nil
		}
		p, err := r.Poll(r.t.Context(), ticket)
		if err != nil {
			return id, messages, err
		}
		if p.ID != "" {
			id = p.ID
		}
		ticket, messages = p.Ticket, append(messages, p.Message)
		r.Pass(transition / 4)
	}
	r.t.Fatalf("ticket does not end: %s", messages)
	return "", nil, nil
}

// server makes one, running or stopped.
func (r rig) server(state providers.State) providers.Server {
	r.t.Helper()
	_, ticket, err := r.CreateServer(r.t.Context(), r.spec())
	if err != nil {
		r.t.Fatal(err)
	}
	id, _, err := r.finish(ticket)
	if err != nil {
		r.t.Fatal(err)
	}
	if state == providers.StateInactive {
		if _, err := r.Power(r.t.Context(), id, providers.PowerOff); err != nil {
			r.t.Fatal(err)
		}
	}
	s, err := r.Server(r.t.Context(), id)
	if err != nil || s.State != state {
		r.t.Fatalf("server %+v, %v; want it %s", s, err, state)
	}
	return s
}

func (r rig) volumes() (names []string, rows []providers.Volume) {
	r.t.Helper()
	rows, err := r.Volumes(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, v := range rows {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return names, rows
}

func TestCreateTellsTheProgressAndUnpacks(t *testing.T) {
	r := newRig(t)
	image := r.image()
	s, ticket, err := r.CreateServer(t.Context(), r.spec())
	if err != nil || s.ID != "" || s.State != providers.StatePending {
		t.Fatalf("%+v, %v: want a pending server without an id yet", s, err)
	}
	if strings.Contains(string(ticket), "password") || strings.Contains(string(ticket), key) {
		t.Errorf("the ticket holds a secret: %s", ticket)
	}
	id, messages, err := r.finish(ticket)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"copying the image: under way", "copying the image: 25%", "copying the image: 50%", "copying the image: 75%", "",
	}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	_, volumes := r.volumes()
	if len(volumes) != 1 || len(volumes[0].Attachments) != 1 || volumes[0].Attachments[0].ServerID != id || volumes[0].Attachments[0].Device != "ide:0:0" {
		t.Fatalf("drives %+v: want the one that the server boots from", volumes)
	}
	if got := r.Content(volumes[0].ID); got != image {
		t.Errorf("the drive holds %q, want the unpacked image %s", got, image)
	}
	if volumes[0].Token != "" {
		t.Error("the boot drive carries the token of a volume of its own")
	}
}

func TestCreateGoesOnAfterEveryLostAnswer(t *testing.T) {
	for _, lost := range []fault.Fault{
		{Kind: fault.Cut, Call: "POST /drives/create", Times: 1},
		{Kind: fault.Status, Status: 500, Call: "POST /drives/{id}/image/{source}/gunzip", Times: 1},
		{Kind: fault.Status, Status: 500, Call: "POST /drives/{id}/image/{source}/gunzip", Times: 1, After: true},
	} {
		t.Run(lost.Call, func(t *testing.T) {
			r := newRig(t)
			spec := r.spec()
			r.Plan.Set(lost)
			if _, _, err := r.CreateServer(t.Context(), spec); !errors.Is(err, providers.ErrUnavailable) {
				t.Fatalf("%v, want unavailable", err)
			}
			_, ticket, err := r.CreateServer(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := r.finish(ticket); err != nil {
				t.Fatal(err)
			}
			if _, rows := r.volumes(); len(rows) != 1 || r.Content(rows[0].ID) != spec.ImageID {
				t.Errorf("drives %+v, want one with the image", rows)
			}
		})
	}
	t.Run("POST /servers/create", func(t *testing.T) {
		r := newRig(t)
		_, ticket, err := r.CreateServer(t.Context(), r.spec())
		if err != nil {
			t.Fatal(err)
		}
		r.Plan.Set(fault.Fault{Kind: fault.Cut, Call: "POST /servers/create", Times: 1})
		for range 20 {
			p, err := r.Poll(t.Context(), ticket)
			if errors.Is(err, providers.ErrUnavailable) {
				break
			}
			if err != nil || p.Ticket == "" {
				t.Fatalf("%+v, %v: the cut create is not seen", p, err)
			}
			ticket = p.Ticket
			r.Pass(transition / 4)
		}
		if _, _, err := r.finish(ticket); err != nil {
			t.Fatal(err)
		}
		if rows, err := r.Servers(t.Context()); err != nil || len(rows) != 1 {
			t.Errorf("%d servers, %v; want one", len(rows), err)
		}
	})
}

// TestFailuresBeforeAndAfterTheDrive tells the calls that fail before anything
// was asked for from those after which a drive may be there.
func TestFailuresBeforeAndAfterTheDrive(t *testing.T) {
	for call, unclear := range map[string]bool{
		"GET /servers/info": false, "GET /drives/{id}/info": false, "GET /drives/info": false,
		"POST /drives/create": true, "POST /drives/{id}/image/{source}/gunzip": true,
	} {
		r := newRig(t)
		spec := r.spec()
		r.Plan.Set(fault.Fault{Kind: fault.Status, Status: 500, Call: call})
		_, _, err := r.CreateServer(t.Context(), spec)
		if providers.Kind(err) != providers.ErrUnavailable || providers.Unclear(err) != unclear {
			t.Errorf("%s fails: %v, unclear %v, want %v", call, err, providers.Unclear(err), unclear)
		}
	}
}

func TestFailedCreateLeavesNothing(t *testing.T) {
	tests := []struct {
		name  string
		fault fault.Fault
		want  error
	}{
		{"image refused", fault.Fault{Kind: fault.Status, Call: "POST /drives/{id}/image/{source}/gunzip", Status: http.StatusBadRequest}, providers.ErrInvalid},
		{"no room for the server", fault.Fault{Kind: fault.Status, Call: "POST /servers/create", Status: http.StatusInsufficientStorage}, providers.ErrQuota},
		{"no credit", fault.Fault{Kind: fault.Status, Call: "POST /servers/create", Status: http.StatusPaymentRequired}, providers.ErrQuota},
		{"busy for ever", fault.Fault{Kind: fault.Status, Call: "POST /servers/create", Status: http.StatusConflict}, providers.ErrConflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			spec := r.spec()
			r.Plan.Set(tt.fault)
			_, ticket, err := r.CreateServer(t.Context(), spec)
			if err == nil {
				_, _, err = r.finish(ticket)
			}
			if providers.Kind(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if names, _ := r.volumes(); len(names) != 0 {
				t.Errorf("drives %q are left", names)
			}
		})
	}
}

func TestCreateRefusesBeforeItMakesAnything(t *testing.T) {
	r := newRig(t)
	catalogue, err := r.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	large := catalogue.Images[slices.IndexFunc(catalogue.Images, func(i providers.Image) bool { return i.MinDiskGiB > 4 })].ID
	tests := []struct {
		name   string
		change func(*providers.ServerSpec)
		want   error
	}{
		{"image larger than the size's disk", func(s *providers.ServerSpec) { s.ImageID = large }, providers.ErrInvalid},
		{"unknown size", func(s *providers.ServerSpec) { s.SizeID = "huge" }, providers.ErrInvalid},
		{"no size", func(s *providers.ServerSpec) { s.SizeID = "" }, providers.ErrInvalid},
		{"no image", func(s *providers.ServerSpec) { s.ImageID = "" }, providers.ErrInvalid},
		{"zone", func(s *providers.ServerSpec) { s.Zone = "west" }, providers.ErrInvalid},
		{"key", func(s *providers.ServerSpec) { s.PublicKey = "ssh-ed25519 AAAA" }, providers.ErrUnsupported},
		{"user data", func(s *providers.ServerSpec) { s.UserData = []byte("#!") }, providers.ErrUnsupported},
		{"unknown volume", func(s *providers.ServerSpec) { s.Volumes = []providers.AttachmentSpec{{VolumeID: token}} }, providers.ErrNotFound},
		{"two public interfaces", func(s *providers.ServerSpec) {
			s.Networks = []providers.InterfaceSpec{{NetworkID: "public"}, {NetworkID: "public"}}
		}, providers.ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := r.spec()
			tt.change(&spec)
			_, _, err := r.CreateServer(t.Context(), spec)
			if providers.Kind(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if names, _ := r.volumes(); len(names) != 0 {
				t.Errorf("drives %q are left", names)
			}
		})
	}
}

func TestDeleteTakesOnlyWhatItsCreateMade(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateInactive)
	data, _, err := r.CreateVolume(t.Context(), providers.VolumeSpec{Token: token, Name: "data", SizeGiB: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.AttachVolume(t.Context(), providers.AttachmentSpec{ServerID: s.ID, VolumeID: data.ID}); err != nil {
		t.Fatal(err)
	}
	ticket, err := r.DeleteServer(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, messages, err := r.finish(ticket)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(m, "busy") }) {
		t.Errorf("messages %q: want the wait for a drive that is still claimed", messages)
	}
	names, _ := r.volumes()
	if diff := cmp.Diff([]string{"data"}, names); diff != "" {
		t.Errorf("drives (-want +got):\n%s", diff)
	}
}

// TestDeleteWhoseDrivesCannotBeReached leaves them to the ticket.
func TestDeleteWhoseDrivesCannotBeReached(t *testing.T) {
	r := newRig(t)
	s := r.server(providers.StateActive)
	r.Plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusServiceUnavailable, Call: "GET /drives/{id}/info", Times: 2})
	ticket, err := r.DeleteServer(t.Context(), s.ID)
	if err != nil || ticket == "" {
		t.Fatalf("ticket %q, %v; want one for the drive", ticket, err)
	}
	if _, err := r.Poll(t.Context(), ticket); !errors.Is(err, providers.ErrUnavailable) {
		t.Errorf("a step that could not be taken: %v", err)
	}
	if _, _, err := r.finish(ticket); err != nil {
		t.Fatal(err)
	}
	if names, _ := r.volumes(); len(names) != 0 {
		t.Errorf("drives %q are left", names)
	}
}

func TestForeignTickets(t *testing.T) {
	r := newRig(t)
	for _, ticket := range []providers.Ticket{"no JSON", `{"do":"dance"}`, `{"do":"await image"}`} {
		if _, err := r.Poll(t.Context(), ticket); !errors.Is(err, providers.ErrInvalid) {
			t.Errorf("ticket %s: %v, want invalid", ticket, err)
		}
	}
}
