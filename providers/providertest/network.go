package providertest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
)

// network makes one and deletes it after the case.
func (c Cloud) network(t testing.TB) providers.Network {
	t.Helper()
	maker := c.Provider.(providers.NetworkMaker)
	token := newToken()
	spec := providers.NetworkSpec{Token: token, Name: "conformance-" + token[:8], CIDR: c.CIDR}
	n, ticket, err := maker.CreateNetwork(t.Context(), spec)
	c.ok(t, err, "CreateNetwork")
	if late := c.finish(t, ticket); n.ID == "" {
		n.ID = late
	}
	t.Cleanup(func() {
		if _, err := maker.DeleteNetwork(context.Background(), n.ID); err != nil && providers.Kind(err) != providers.ErrNotFound {
			t.Logf("clean up: %v", err)
		}
	})
	c.until(t, "network is online", func() bool {
		n, err = c.Provider.(providers.NetworkLister).Network(t.Context(), n.ID)
		c.ok(t, err, "Network")
		return n.State == providers.ResourceOnline
	})
	if n.Token != token || n.Name != spec.Name {
		t.Errorf("network has token %q and name %q, want %q and %q", n.Token, n.Name, token, spec.Name)
	}
	return n
}

func networkLifeCycle(t testing.TB, c Cloud) {
	n := c.network(t)
	if n.CIDR == "" && !c.NoCIDR || c.CIDR != "" && n.CIDR != c.CIDR {
		t.Errorf("network has the range %q, asked for %q", n.CIDR, c.CIDR)
	}
	rows, err := c.Provider.(providers.NetworkLister).Networks(t.Context())
	c.ok(t, err, "Networks")
	row := only(t, rows, "the network's rows", func(r providers.Network) bool { return r.ID == n.ID })
	if diff := cmp.Diff(n, row); diff != "" {
		t.Errorf("read by id (-) and listed (+) differ:\n%s", diff)
	}
	ticket, err := c.Provider.(providers.NetworkMaker).DeleteNetwork(t.Context(), n.ID)
	c.ok(t, err, "DeleteNetwork")
	c.finish(t, ticket)
	c.until(t, "network is gone", func() bool {
		_, err := c.Provider.(providers.NetworkLister).Network(t.Context(), n.ID)
		if err != nil {
			c.refused(t, err, "Network of a deleted one", providers.ErrNotFound)
		}
		return err != nil
	})
}

func unknownNetworkNotFound(t testing.TB, c Cloud) {
	id := c.unknown("network")
	_, err := c.Provider.(providers.NetworkLister).Network(t.Context(), id)
	c.refused(t, err, "Network", providers.ErrNotFound)
	if maker, is := c.Provider.(providers.NetworkMaker); is {
		_, err = maker.DeleteNetwork(t.Context(), id)
		c.refused(t, err, "DeleteNetwork", providers.ErrNotFound)
	}
}

func interfaceAttached(t testing.TB, c Cloud) {
	attacher := c.Provider.(providers.InterfaceAttacher)
	s := c.running(t)
	spec := providers.InterfaceSpec{Token: newToken(), ServerID: s.ID, NetworkID: c.plug(t)}
	made, ticket, err := attacher.AttachInterface(t.Context(), spec)
	c.ok(t, err, "AttachInterface")
	if late := c.finish(t, ticket); made.ID == "" {
		made.ID = late
	}
	var seen providers.Interface
	c.until(t, "interface is online", func() bool {
		i, there := c.interfaceOf(t, s.ID, made.ID)
		seen = i
		return there && i.State == providers.ResourceOnline
	})
	if seen.NetworkID != spec.NetworkID || seen.ServerID != s.ID || seen.Fixed {
		t.Errorf("interface %+v: must connect %s with %s and not be fixed", seen, s.ID, spec.NetworkID)
	}
	ticket, err = attacher.DetachInterface(t.Context(), s.ID, made.ID)
	c.ok(t, err, "DetachInterface")
	c.finish(t, ticket)
	c.until(t, "interface is gone", func() bool {
		_, there := c.interfaceOf(t, s.ID, made.ID)
		return !there
	})
	_, err = attacher.DetachInterface(t.Context(), s.ID, c.unknown("interface"))
	c.refused(t, err, "DetachInterface of an unknown one", providers.ErrNotFound)
}

// networkInUseKept deletes the network that a server is plugged into.
func networkInUseKept(t testing.TB, c Cloud) {
	n, spec := c.network(t), c.wish(t)
	spec.Networks = []providers.InterfaceSpec{{NetworkID: n.ID}}
	s := c.reaches(t, c.create(t, spec).ID, providers.StateActive)
	_, err := c.Provider.(providers.NetworkMaker).DeleteNetwork(t.Context(), n.ID)
	c.refused(t, err, "DeleteNetwork in use", providers.ErrConflict)
	ticket, err := c.Provider.DeleteServer(t.Context(), s.ID)
	c.ok(t, err, "DeleteServer")
	c.finish(t, ticket)
	c.gone(t, s.ID)
}

// plug gives a network that servers can be plugged into.
func (c Cloud) plug(t testing.TB) string {
	t.Helper()
	if c.Network != "" {
		return c.Network
	}
	rows, err := c.Provider.(providers.NetworkLister).Networks(t.Context())
	c.ok(t, err, "Networks")
	for _, n := range rows {
		if !n.External && n.State == providers.ResourceOnline {
			return n.ID
		}
	}
	t.Fatal("no network that a server can be plugged into")
	return ""
}

func (c Cloud) interfaceOf(t testing.TB, server, id string) (providers.Interface, bool) {
	t.Helper()
	s, err := c.Provider.Server(t.Context(), server)
	c.ok(t, err, "Server")
	for _, i := range s.Interfaces {
		if i.ID == id {
			return i, true
		}
	}
	return providers.Interface{}, false
}
