package providertest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// wish is a server of the harness's image and size with a token of its own.
func (c Cloud) wish(t testing.TB) providers.ServerSpec {
	t.Helper()
	token := newToken()
	spec := providers.ServerSpec{Token: token, Name: "conformance-" + token[:8], ImageID: c.Image, SizeID: c.Size}
	if c.Network != "" {
		spec.Networks = []providers.InterfaceSpec{{NetworkID: c.Network}}
	}
	if spec.ImageID != "" && spec.SizeID != "" {
		return spec
	}
	cat, err := c.Provider.Catalogue(t.Context())
	c.ok(t, err, "Catalogue")
	if spec.ImageID == "" {
		spec.ImageID = cat.Images[0].ID
	}
	if spec.SizeID == "" {
		spec.SizeID = cat.Sizes[0].ID
	}
	return spec
}

// create makes the server and returns it by its id, whatever its state.
func (c Cloud) create(t testing.TB, spec providers.ServerSpec) providers.Server {
	t.Helper()
	s, ticket, err := c.Provider.CreateServer(t.Context(), spec)
	c.ok(t, err, "CreateServer")
	c.cleanUp(t, spec.Token)
	if late := c.finish(t, ticket); s.ID == "" {
		s.ID = late
	}
	if s.ID == "" {
		t.Fatal("CreateServer: neither the answer nor its ticket told the id")
	}
	return s
}

// running makes a server and waits until it is active.
func (c Cloud) running(t testing.TB) providers.Server {
	t.Helper()
	return c.reaches(t, c.create(t, c.wish(t)).ID, providers.StateActive)
}

// reaches waits until the server is in one of the states. A server that
// errs on the way ends the case.
func (c Cloud) reaches(t testing.TB, id string, want ...providers.State) (s providers.Server) {
	t.Helper()
	wantsError := slices.Contains(want, providers.StateError)
	c.until(t, "server is "+string(want[0]), func() bool {
		var err error
		s, err = c.Provider.Server(t.Context(), id)
		if providers.Kind(err) == providers.ErrNotFound {
			return false // reads may lag behind a create
		}
		c.ok(t, err, "Server")
		if s.State == providers.StateError && !wantsError {
			t.Fatalf("server is in error on the way to %v: %s (%s)", want, s.Message, s.NativeState)
		}
		return slices.Contains(want, s.State)
	})
	return s
}

// withToken lists the servers that carry a token.
func (c Cloud) withToken(t testing.TB, token string) []providers.Server {
	t.Helper()
	all, err := c.Provider.Servers(t.Context())
	c.ok(t, err, "Servers")
	return slices.DeleteFunc(all, func(s providers.Server) bool { return s.Token != token })
}

// cleanUp deletes the servers with the token once the case is over, so that a
// real cloud is left as it was.
func (c Cloud) cleanUp(t testing.TB, token string) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if c.Faults.Plan != nil {
			c.heal()
		}
		rows, err := c.Provider.Servers(ctx)
		if err != nil {
			t.Logf("clean up: %v", err)
		}
		for _, s := range rows {
			if s.Token != token || s.State == providers.StateDeleting {
				continue
			}
			if _, err := c.Provider.DeleteServer(ctx, s.ID); err != nil {
				t.Logf("clean up: %v", err)
			}
		}
	})
}

// gone waits until the server is in no listing and not found by its id.
func (c Cloud) gone(t testing.TB, id string) {
	t.Helper()
	c.until(t, "server is gone", func() bool {
		_, err := c.Provider.Server(t.Context(), id)
		if err == nil {
			return false
		}
		c.refused(t, err, "Server of a deleted one", providers.ErrNotFound)
		return true
	})
	rows, err := c.Provider.Servers(t.Context())
	c.ok(t, err, "Servers")
	for _, s := range rows {
		if s.ID == id {
			t.Errorf("deleted server is listed as %s", s.State)
		}
	}
}

func createdServerListed(t testing.TB, c Cloud) {
	spec := c.wish(t)
	s := c.reaches(t, c.create(t, spec).ID, providers.StateActive)
	row := only(t, c.withToken(t, spec.Token), "servers with the token", func(providers.Server) bool { return true })
	if diff := cmp.Diff(s, row); diff != "" {
		t.Errorf("read by id (-) and listed (+) differ:\n%s", diff)
	}
	got := providers.ServerSpec{Token: row.Token, Name: row.Name, ImageID: row.ImageID, SizeID: row.SizeID, Networks: spec.Networks}
	if diff := cmp.Diff(spec, got); diff != "" {
		t.Errorf("asked (-) and listed (+) differ:\n%s", diff)
	}
	if row.NativeState == "" {
		t.Error("the cloud's own word for the state is missing")
	}
	if late, is := c.Provider.(providers.LateScheduler); is {
		found, err := late.Scheduling(t.Context(), s.ID)
		c.ok(t, err, "Scheduling")
		if !found.Over || found.Refusal != nil {
			t.Errorf("the cloud looks for room for a server that is active: %+v", found)
		}
	}
}

func interfacesNameNetworks(t testing.TB, c Cloud) {
	s := c.running(t)
	c.until(t, "server has an interface with an address", func() bool {
		var err error
		s, err = c.Provider.Server(t.Context(), s.ID)
		c.ok(t, err, "Server")
		return len(s.Interfaces) > 0 && s.Interfaces[0].IP != ""
	})
	networks, err := c.Provider.(providers.NetworkLister).Networks(t.Context())
	c.ok(t, err, "Networks")
	ids := map[string]bool{}
	for _, i := range s.Interfaces {
		if i.ID == "" || ids[i.ID] || i.ServerID != s.ID {
			t.Errorf("interface %+v: its id must be unique and its server %s", i, s.ID)
		}
		ids[i.ID] = true
		only(t, networks, "network "+i.NetworkID+" of an interface", func(n providers.Network) bool { return n.ID == i.NetworkID })
	}
}

func sameTokenOneServer(t testing.TB, c Cloud) {
	spec := c.wish(t)
	first := c.create(t, spec)
	again := c.create(t, spec)
	if first.ID != again.ID {
		t.Errorf("the same token gave %s and %s", first.ID, again.ID)
	}
	c.reaches(t, first.ID, providers.StateActive)
	if rows := c.withToken(t, spec.Token); len(rows) != 1 {
		t.Errorf("%d servers with the token, want 1", len(rows))
	}
}

// lostAnswers are what a create may be answered with though it was carried out.
var lostAnswers = []fault.Fault{
	{Kind: fault.Cut},
	{Kind: fault.Truncate},
	{Kind: fault.Body, Body: page, After: true},
	{Kind: fault.Body, Body: page, Status: http.StatusBadGateway, After: true},
	{Kind: fault.Status, Status: http.StatusInternalServerError, After: true},
}

// lostAnswerOneServer loses the answer of a create in each way. An adapter that
// finds the server by itself then has no error; any other says that nothing is
// known, and the same create again makes no second one.
func lostAnswerOneServer(t testing.TB, c Cloud) {
	for _, f := range lostAnswers {
		spec := c.wish(t)
		c.cleanUp(t, spec.Token)
		f.Call, f.Times = c.Faults.Create, 1
		c.set(f)
		what := fmt.Sprintf("CreateServer answered by %s %d", f.Kind, f.Status)
		if _, _, err := c.Provider.CreateServer(t.Context(), spec); err != nil {
			c.unavailable(t, err, what)
			if !providers.Unclear(err) {
				t.Errorf("%s: says that nothing was made: %v", what, err)
			}
		}
		c.heal()
		s := c.create(t, spec)
		c.reaches(t, s.ID, providers.StateActive)
		if rows := c.withToken(t, spec.Token); len(rows) != 1 {
			t.Errorf("%s: %d servers with the token, want 1", what, len(rows))
		}
	}
}

func unknownImageRefused(t testing.TB, c Cloud) {
	spec := c.wish(t)
	spec.ImageID = c.unknown("image")
	_, _, err := c.Provider.CreateServer(t.Context(), spec)
	c.refused(t, err, "CreateServer of an unknown image", providers.ErrInvalid, providers.ErrNotFound)
	if rows := c.withToken(t, spec.Token); len(rows) != 0 {
		t.Errorf("a refused create left %d servers", len(rows))
	}
}

func deletedServerGone(t testing.TB, c Cloud) {
	s := c.running(t)
	ticket, err := c.Provider.DeleteServer(t.Context(), s.ID)
	c.ok(t, err, "DeleteServer")
	c.finish(t, ticket)
	c.gone(t, s.ID)
}

func stoppedServerDeleted(t testing.TB, c Cloud) {
	s := c.halt(t, c.running(t))
	ticket, err := c.Provider.DeleteServer(t.Context(), s.ID)
	c.ok(t, err, "DeleteServer")
	c.finish(t, ticket)
	c.gone(t, s.ID)
}

func unknownServerNotFound(t testing.TB, c Cloud) {
	id := c.unknown("server")
	_, err := c.Provider.Server(t.Context(), id)
	c.refused(t, err, "Server", providers.ErrNotFound)
	_, err = c.Provider.DeleteServer(t.Context(), id)
	c.refused(t, err, "DeleteServer", providers.ErrNotFound)
	if pc, is := c.Provider.(providers.PowerControl); is {
		_, err = pc.Power(t.Context(), id, providers.PowerStop)
		c.refused(t, err, "Power", providers.ErrNotFound, providers.ErrUnsupported)
	}
}
