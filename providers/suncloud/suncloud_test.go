package suncloud_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/suncloud"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/suncloud"
)

const token = "0d5e8c3a-0f6e-4b6c-9a3b-0c6d2d3f4a5b"

// finish polls a ticket until it is done, with time passing between.
func finish(t *testing.T, s *site, p *suncloud.Provider, ticket providers.Ticket) error {
	t.Helper()
	for range 20 {
		if ticket == "" {
			return nil
		}
		step, err := p.Poll(t.Context(), ticket)
		if err != nil {
			return err
		}
		ticket = step.Ticket
		s.Pass(transition / 2)
	}
	t.Fatalf("ticket %s does not end", ticket)
	return nil
}

func TestServersCostTwoCalls(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	s.Seed()
	p := s.adapter(t, s.settings())
	rows, err := p.Servers(t.Context())
	if err != nil || len(rows) != 8 {
		t.Fatalf("%d servers, %v", len(rows), err)
	}
	if diff := cmp.Diff(map[string]int{"GET cloud": 1, "GET vdcs": 1}, s.Plan.Calls()); diff != "" {
		t.Error(diff)
	}
	want := map[string][]providers.PowerOp{
		"web01": {providers.PowerStop, providers.PowerReboot, providers.PowerHibernate},
		"trial": {providers.PowerStart}, "old": {providers.PowerStart},
	}
	for _, r := range rows {
		if ops, there := want[r.Name]; there && !slices.Equal(ops, r.Power) {
			t.Errorf("%s is %s and offers %v, want %v", r.Name, r.NativeState, r.Power, ops)
		}
	}
}

// TestNetworkLifeCycle is the suite's case without the range that is not known.
func TestNetworkLifeCycle(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	spec := providers.NetworkSpec{Token: token, Name: "made"}
	n, ticket, err := p.CreateNetwork(t.Context(), spec)
	if err != nil || finish(t, s, p, ticket) != nil {
		t.Fatal(err)
	}
	got, err := p.Network(t.Context(), n.ID)
	if diff := cmp.Diff(n, got); diff != "" || err != nil || got.Token != token {
		t.Errorf("made (-) and listed (+): %s %v", diff, err)
	}
	if again, _, err := p.CreateNetwork(t.Context(), spec); err != nil || again.ID != n.ID {
		t.Errorf("the same token gave %q, %v", again.ID, err)
	}
	ticket, err = p.DeleteNetwork(t.Context(), n.ID)
	if err != nil || finish(t, s, p, ticket) != nil {
		t.Fatal(err)
	}
	if _, err = p.Network(t.Context(), n.ID); providers.Kind(err) != providers.ErrNotFound {
		t.Errorf("deleted: %v", err)
	}
	if _, _, err = p.CreateNetwork(t.Context(), providers.NetworkSpec{CIDR: "10.0.0.0/8"}); providers.Kind(err) != providers.ErrUnsupported {
		t.Errorf("with a range: %v", err)
	}
}

func TestRangeOfNetworkInUse(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	used := s.AddVNet("used", "")
	s.AddVM(cloudsim.VM{Name: "web", CPU: 1000, Memory: 512}, used)
	n, err := s.adapter(t, s.settings()).Network(t.Context(), s.URL+used)
	if err != nil || n.CIDR != "10.31.2.0/24" {
		t.Errorf("range %q, %v", n.CIDR, err)
	}
}

// TestWorkThatFails ends the work of a create with each status.
func TestWorkThatFails(t *testing.T) {
	tests := map[int]error{
		400: providers.ErrInvalid, 403: providers.ErrDenied, 404: providers.ErrNotFound, 409: providers.ErrConflict,
		500: providers.ErrConflict, 501: providers.ErrUnsupported, 503: providers.ErrConflict,
	}
	for code, kind := range tests {
		s := newSite(t, cloudsim.Options{})
		p := s.adapter(t, s.settings())
		_, ticket, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: token, ImageID: s.URL + s.template})
		if err != nil {
			t.Fatal(err)
		}
		s.Fail(code, "no room")
		err = finish(t, s, p, ticket)
		if providers.Kind(err) != kind || !strings.Contains(err.Error(), "no room") || !strings.HasPrefix(err.Error(), "new-VM: ") {
			t.Errorf("%d: %v, want %v of new-VM", code, err, kind)
		}
	}
}

func TestStopThatFails(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	id := s.URL + s.AddVM(cloudsim.VM{Name: "web", CPU: 1000, Memory: 512})
	p := s.adapter(t, s.settings())
	ticket, err := p.Power(t.Context(), id, providers.PowerStop)
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(409, "not now")
	if err := finish(t, s, p, ticket); providers.Kind(err) != providers.ErrConflict {
		t.Errorf("%v, want a conflict", err)
	}
}

func TestCreateSends(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings()+"default_image: OpenSolaris\ndefault_size: small\ncluster: web\n")
	_, _, err := p.CreateServer(t.Context(), providers.ServerSpec{
		Token: token, Name: "web01", Hostname: "web", UserData: []byte("#!"), PublicKey: "ssh-rsa A", Tags: map[string]string{"tier": "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.VMs()[0]
	user := map[string]any{"user_params": map[string]any{"user_data": "IyE=", "public_key": "ssh-rsa A", "hostname": "web"}}
	if diff := cmp.Diff(user, got.Params); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"occigate-token:" + token, "tier=1"}, got.Tags); diff != "" {
		t.Error(diff)
	}
	if got.CPU != 2000 || got.Memory != 2048 || got.BootDisk != 20 || got.Interfaces[0].IP == "" || got.Cluster == s.Root() {
		t.Errorf("made %+v", got)
	}
}

func TestCreateRefusals(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	tests := []struct {
		name string
		spec providers.ServerSpec
		kind error
	}{
		{"no image", providers.ServerSpec{}, providers.ErrInvalid},
		{"unknown size", providers.ServerSpec{ImageID: "OpenSolaris", SizeID: "1mhz-1mb"}, providers.ErrInvalid},
		{"unknown cluster", providers.ServerSpec{ImageID: "OpenSolaris", Zone: "none"}, providers.ErrInvalid},
		{"public network", providers.ServerSpec{ImageID: "OpenSolaris", Networks: []providers.InterfaceSpec{{NetworkID: "public"}}}, providers.ErrInvalid},
		{"volume", providers.ServerSpec{Volumes: []providers.AttachmentSpec{{VolumeID: "v"}}}, providers.ErrUnsupported},
		{"key", providers.ServerSpec{KeyName: "k"}, providers.ErrUnsupported},
		{"address", providers.ServerSpec{ImageID: "OpenSolaris", Networks: []providers.InterfaceSpec{{NetworkID: "back", IP: "10.31.0.9"}}}, providers.ErrUnsupported},
		{"MAC", providers.ServerSpec{ImageID: "OpenSolaris", Networks: []providers.InterfaceSpec{{NetworkID: "back", MAC: "00:14:4f:00:00:09"}}}, providers.ErrUnsupported},
	}
	for _, tt := range tests {
		if _, _, err := p.CreateServer(t.Context(), tt.spec); providers.Kind(err) != tt.kind {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.kind)
		}
	}
	if n := len(s.VMs()); n != 0 {
		t.Errorf("%d VMs were made", n)
	}
}

// TestCreateThatCannotLook is told to be one that was not asked for.
func TestCreateThatCannotLook(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	for _, call := range []string{"GET vdcs", "GET templates"} {
		s.Plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError, Call: call})
		_, _, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: token, ImageID: "OpenSolaris"})
		if providers.Kind(err) != providers.ErrUnavailable || providers.Unclear(err) {
			t.Errorf("%s fails: %v, unclear %t", call, err, providers.Unclear(err))
		}
		s.Plan.Clear()
	}
	s.Plan.Set(fault.Fault{Kind: fault.Status, Status: http.StatusInternalServerError, Call: "GET vdcs"})
	_, _, network := p.CreateNetwork(t.Context(), providers.NetworkSpec{Token: token})
	_, address := p.CreateAddress(t.Context(), providers.AddressSpec{Token: token})
	for _, err := range []error{network, address} {
		if providers.Kind(err) != providers.ErrUnavailable || providers.Unclear(err) {
			t.Errorf("%v, unclear %t", err, providers.Unclear(err))
		}
	}
}

// TestOneTitle makes two VMs and two VNets of one title, which the cloud has only
// under different names.
func TestOneTitle(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	const other = "1d5e8c3a-0f6e-4b6c-9a3b-0c6d2d3f4a5b"
	for _, token := range []string{token, other} {
		_, _, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: token, Name: "web", ImageID: "OpenSolaris"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = p.CreateNetwork(t.Context(), providers.NetworkSpec{Token: token, Name: "dmz"}); err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]string{}
	servers, err := p.Servers(t.Context())
	for _, m := range servers {
		names[m.Token] = m.Name
	}
	networks, failed := p.Networks(t.Context())
	for _, n := range networks {
		names[n.Token+" network"] = n.Name
	}
	delete(names, " network") // those that were there
	want := map[string]string{token: "web", other: "web", token + " network": "dmz", other + " network": "dmz"}
	if diff := cmp.Diff(want, names); diff != "" || err != nil || failed != nil {
		t.Errorf("titles by token, %v, %v: %s", err, failed, diff)
	}
	if all := s.VMs(); len(all) != 2 || all[0].Name == all[1].Name {
		t.Errorf("the cloud has %+v", all)
	}
}

// TestBackups has a VM backed up under one name: twice with one token, which is
// one backup, and with another. They are the VM's and end with it.
func TestBackups(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	id := s.URL + s.AddVM(cloudsim.VM{Name: "web", CPU: 1000, Memory: 512})
	const other = "1d5e8c3a-0f6e-4b6c-9a3b-0c6d2d3f4a5b"
	for _, token := range []string{token, token, other} {
		ticket, err := p.BackUpServer(t.Context(), id, providers.ImageSpec{Token: token, Name: "golden"})
		if err != nil || finish(t, s, p, ticket) != nil {
			t.Fatal(err)
		}
	}
	kept := s.Backups()
	if len(kept) != 2 || kept[0].Name == kept[1].Name {
		t.Fatalf("the cloud keeps %+v", kept)
	}
	for i, token := range []string{token, other} {
		if !strings.HasPrefix(kept[i].Name, "golden-") || !slices.Equal(kept[i].Tags, []string{"occigate-token:" + token}) {
			t.Errorf("backup %+v", kept[i])
		}
	}
	ticket, err := p.DeleteServer(t.Context(), id)
	if err != nil || finish(t, s, p, ticket) != nil || len(s.Backups()) != 0 {
		t.Errorf("the VM is deleted: %v, %+v", err, s.Backups())
	}
}

// TestBackupThatFails ends the work of a backup badly.
func TestBackupThatFails(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	id := s.URL + s.AddVM(cloudsim.VM{Name: "web", CPU: 1000, Memory: 512})
	ticket, err := p.BackUpServer(t.Context(), id, providers.ImageSpec{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	s.Fail(500, "no room")
	if err := finish(t, s, p, ticket); providers.Kind(err) != providers.ErrConflict || !strings.Contains(err.Error(), "back_up: ") {
		t.Errorf("%v, want a conflict of back_up", err)
	}
}

// TestSaveIsOffered at rest: a VM on its way has the link too.
func TestSaveIsOffered(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	id := s.URL + s.AddVM(cloudsim.VM{Name: "web", CPU: 1000, Memory: 512})
	for _, state := range []string{cloudsim.Started, cloudsim.Stopping, cloudsim.Stopped, cloudsim.Waking, cloudsim.Asleep} {
		s.ChangeVM("web", func(m *cloudsim.VM) { m.State = state })
		m, err := p.Server(t.Context(), id)
		if moving := m.State.InTransition(); err != nil || m.Can(providers.AbilitySave) == moving {
			t.Errorf("%s: %v, %v", state, m.Abilities, err)
		}
	}
	s.ChangeVM("web", func(m *cloudsim.VM) { m.State = cloudsim.Stopping })
	if _, err := p.BackUpServer(t.Context(), id, providers.ImageSpec{Token: token}); providers.Kind(err) != providers.ErrConflict {
		t.Errorf("one that is stopping: %v, want a conflict", err)
	}
}

// TestForeignNames keeps what others have named as it is.
func TestForeignNames(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	for _, name := range []string{"web-", "web-bvpiyoqp"} {
		s.AddVM(cloudsim.VM{Name: name, CPU: 1000, Memory: 512})
	}
	rows, err := s.adapter(t, s.settings()).Servers(t.Context())
	if err != nil || len(rows) != 2 || rows[0].Name != "web-" || rows[1].Name != "web-bvpiyoqp" {
		t.Errorf("%+v, %v", rows, err)
	}
}

// TestUserStopsNewServer repeats a create whose server has run and was stopped.
func TestUserStopsNewServer(t *testing.T) {
	s := newSite(t, cloudsim.Options{})
	p := s.adapter(t, s.settings())
	s.AddVM(cloudsim.VM{Name: "web", CPU: 1000, Memory: 512, State: cloudsim.Stopped, Tags: []string{"occigate-token:" + token}})
	made, ticket, err := p.CreateServer(t.Context(), providers.ServerSpec{Token: token, ImageID: "OpenSolaris"})
	if err != nil || ticket != "" || made.Name != "web" {
		t.Errorf("%+v, ticket %q, %v", made, ticket, err)
	}
}
