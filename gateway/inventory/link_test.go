package inventory_test

import (
	"fmt"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/providers"
)

// estate is a cloud with a server, a volume, a network and an external one.
func estate() *cloud {
	a := newCloud("1")
	a.add(1)
	a.volumes["v-1"] = &providers.Volume{ID: "v-1", SizeGiB: 1, State: providers.ResourceOnline, Created: time.Now().Add(-time.Hour)}
	a.networks["n-1"] = &providers.Network{ID: "n-1", Name: "lan", State: providers.ResourceOnline}
	a.networks["ext"] = &providers.Network{ID: "ext", Name: "internet", External: true, State: providers.ResourceOnline}
	return a
}

// of finds the id of an estate's thing.
func (h *house) of(kind inventory.Kind, native string) string {
	h.t.Helper()
	it := byNative(h.Inventory, "a", kind, native)
	if it == nil {
		h.t.Fatalf("no %s %s", kind, native)
	}
	return it.ID
}

func TestAttachKeepsItsIDWhateverTheDevice(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		defer h.stop()
		server, volume := h.of(inventory.KindServer, "i-1"), h.of(inventory.KindVolume, "v-1")
		before, _ := h.Get(t.Context(), server)
		link, err := h.Attach(t.Context(), server, volume, "", inventory.Own{Title: "data", Extra: map[string]string{"mount": "/data"}})
		if err != nil {
			t.Fatal(err)
		}
		if link.Source != server || link.Target != volume || link.Attachment.State != providers.ResourcePending {
			t.Errorf("the new link is %+v", link)
		}
		if now, _ := h.Get(t.Context(), server); now.Rev == before.Rev || len(h.LinksOf(server)) != 1 {
			t.Error("the server does not show its new link")
		}
		h.sleep(time.Minute)
		links := h.List(inventory.KindAttachment)
		if len(links) != 1 || links[0].ID != link.ID || links[0].Attachment.Device != "/dev/sdf" || links[0].Pending != "" {
			t.Fatalf("listed: %+v", links)
		}
		if links[0].Title != "data" || links[0].Extra["mount"] != "/data" {
			t.Errorf("own data: %+v", links[0])
		}
		if _, err := h.Attach(t.Context(), server, volume, "", inventory.Own{}); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("attached twice: %v", err)
		}
		if err := h.Delete(t.Context(), link.ID); err != nil || len(h.LinksOf(server)) != 0 {
			t.Errorf("detach: %v, %d links", err, len(h.LinksOf(server)))
		}
		again, err := h.Attach(t.Context(), server, volume, "", inventory.Own{})
		if err != nil || again.ID != link.ID {
			t.Errorf("attached again: %+v, %v", again, err)
		}
		h.sleep(time.Minute)
		if len(h.LinksOf(server)) != 1 {
			t.Error("the second attachment is not shown")
		}
	})
}

func TestLinksFollowTheirServer(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		a.volumes["v-1"].Attachments = []providers.Attachment{
			{ServerID: "i-1", VolumeID: "v-1", Device: "b"}, {ServerID: "i-1", VolumeID: "v-1", Device: "a"},
		}
		a.servers["i-1"].Interfaces = []providers.Interface{{ID: "p-1", ServerID: "i-1", NetworkID: "n-1"}, {MAC: "02:00", ServerID: "i-1", NetworkID: "gone"}}
		h := open(t, file, a)
		defer h.stop()
		links := h.LinksOf(h.of(inventory.KindServer, "i-1"))
		if len(links) != 4 {
			t.Fatalf("%d links, want 4", len(links))
		}
		targets := map[string]int{}
		for _, l := range links {
			targets[l.Target]++
		}
		want := map[string]int{h.of(inventory.KindNetwork, "n-1"): 1, "": 1, h.of(inventory.KindVolume, "v-1"): 2}
		if fmt.Sprint(targets) != fmt.Sprint(want) {
			t.Errorf("targets %v, want %v", targets, want)
		}
		if err := h.Delete(t.Context(), h.of(inventory.KindServer, "i-1")); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []inventory.Kind{inventory.KindInterface, inventory.KindAttachment} {
			if n := len(h.List(kind)); n != 0 {
				t.Errorf("%d %ss of a deleted server", n, kind)
			}
		}
	})
}

func TestPlug(t *testing.T) {
	for name, nameless := range map[string]bool{"the cloud names the interface": false, "it does not": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := estate()
				a.tokenless = nameless
				h := open(t, file, a)
				defer h.stop()
				server, network := h.of(inventory.KindServer, "i-1"), h.of(inventory.KindNetwork, "n-1")
				link, err := h.Plug(t.Context(), server, network, providers.InterfaceSpec{}, inventory.Own{})
				if err != nil || link.Source != server || link.Target != network {
					t.Fatalf("%+v, %v", link, err)
				}
				for range 60 {
					if links := h.LinksOf(server); len(links) != 1 || links[0].ID != link.ID {
						t.Fatalf("links %+v, want %s", links, link.ID)
					}
					h.sleep(time.Second)
				}
				if it, _ := h.Get(t.Context(), link.ID); it.Interface.IP != "10.0.0.9" || it.Pending != "" {
					t.Errorf("in the end: %+v", it)
				}
				if err := h.Delete(t.Context(), link.ID); err != nil {
					t.Fatal(err)
				}
				h.sleep(time.Minute)
				if n := len(h.List(inventory.KindInterface)); n != 0 || a.count("DetachInterface") != 1 {
					t.Errorf("%d interfaces, %d calls after unplugging", n, a.count("DetachInterface"))
				}
			})
		})
	}
}

func TestAddressIsReservedAssignedAndGivenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		a.addresses["theirs"] = &providers.Address{ID: "theirs", IP: "192.0.2.1", NetworkID: "ext", ServerID: "i-1"}
		h := open(t, file, a)
		defer h.stop()
		server, pool := h.of(inventory.KindServer, "i-1"), h.of(inventory.KindNetwork, "ext")
		link, err := h.Plug(t.Context(), server, pool, providers.InterfaceSpec{}, inventory.Own{})
		if err != nil || link.Kind != inventory.KindAddress || link.Source != server || link.Target != pool {
			t.Fatalf("%+v, %v", link, err)
		}
		h.sleep(2 * time.Minute)
		if it, ok := h.Get(t.Context(), link.ID); !ok || it.Address.IP != "192.0.2.7" || it.Pending != "" {
			t.Errorf("in the end: %+v", it)
		}
		theirs := h.of(inventory.KindAddress, "theirs")
		for _, id := range []string{link.ID, theirs} {
			if err := h.Delete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		h.sleep(2 * time.Minute)
		if n := len(h.List(inventory.KindAddress)); n != 0 {
			t.Errorf("%d addresses shown", n)
		}
		if n := a.count("DeleteAddress"); n != 1 || a.addresses["theirs"] == nil || len(a.addresses) != 1 {
			t.Errorf("%d addresses given back, left %v; want ours given back and theirs kept", n, a.addresses)
		}
	})
}

func TestFailedAssignmentGivesTheAddressBack(t *testing.T) {
	for name, stuck := range map[string]bool{"at once": false, "later, as the cloud refuses it first": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := estate()
				a.fails["AssignAddress"] = providers.Errorf(providers.ErrConflict, "Assign", "no port")
				if stuck {
					a.fails["DeleteAddress"] = providers.Errorf(providers.ErrThrottled, "Release", "slowly")
				}
				h := open(t, file, a)
				defer h.stop()
				_, err := h.Plug(t.Context(), h.of(inventory.KindServer, "i-1"), h.of(inventory.KindNetwork, "ext"), providers.InterfaceSpec{}, inventory.Own{})
				if providers.Kind(err) != providers.ErrConflict {
					t.Fatalf("error %v", err)
				}
				h.sleep(time.Minute)
				a.do(func() { delete(a.fails, "DeleteAddress") })
				h.sleep(5 * time.Minute)
				if len(a.addresses) != 0 || len(h.List(inventory.KindAddress)) != 0 {
					t.Errorf("left behind: %v", a.addresses)
				}
			})
		})
	}
}

func TestSaveShowsTheImageAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		defer h.stop()
		image, err := h.Save(t.Context(), h.of(inventory.KindServer, "i-1"), providers.ImageSpec{Name: "copy"}, inventory.Own{})
		if err != nil || image.Kind != inventory.KindImage || image.Image.State != providers.ImagePending {
			t.Fatalf("%+v, %v", image, err)
		}
		a.do(func() { a.catalogue.Images[0].State = providers.ImageReady })
		h.sleep(2 * time.Minute)
		if it, ok := h.Get(t.Context(), image.ID); !ok || it.Image.State != providers.ImageReady || it.Pending != "" {
			t.Errorf("in the end: %+v", it)
		}
		if err := h.Delete(t.Context(), image.ID); err != nil || len(h.List(inventory.KindImage)) != 0 {
			t.Errorf("delete: %v", err)
		}
	})
}

// Derive sees an item's links, and is asked again when a link or a name that
// shows in it has changed.
func TestDerive(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		a.servers["i-1"].ImageID = "ami"
		a.catalogue.Images = []providers.Image{{ID: "ami", Name: "first", State: providers.ImageReady}}
		st := openStore(t, file)
		var inv *inventory.Inventory
		asked := map[string]int{}
		derive := func(it *inventory.Item, links []*inventory.Item) any {
			asked[it.Native]++
			name := ""
			if it.Server != nil {
				if image := byNative(inv, it.UID, inventory.KindImage, it.Server.ImageID); image != nil {
					name = image.Title
				}
			}
			return fmt.Sprintf("%s %d %s", it.Kind, len(links), name)
		}
		h := deriving(t, st, a, derive, &inv)
		defer h.stop()
		derived := func(want string) {
			t.Helper()
			if got := h.native("a", "i-1").Derived; got != want {
				t.Errorf("derived %q, want %q", got, want)
			}
		}
		derived("server 0 first")
		h.sleep(5 * time.Minute)
		if asked["i-1"] != 1 {
			t.Errorf("asked %d times for one version", asked["i-1"])
		}
		rev := h.native("a", "i-1").Rev
		if _, err := h.Attach(t.Context(), h.of(inventory.KindServer, "i-1"), h.of(inventory.KindVolume, "v-1"), "", inventory.Own{}); err != nil {
			t.Fatal(err)
		}
		derived("server 1 first")
		a.do(func() { a.catalogue.Images[0].Name = "second" })
		h.sleep(20 * time.Minute)
		derived("server 1 second")
		if h.native("a", "i-1").Rev == rev {
			t.Error("the revision is the same for another rendering")
		}
	})
}

// deriving starts a house whose Derive may read the inventory.
func deriving(t *testing.T, st store.Store, a *cloud, derive func(*inventory.Item, []*inventory.Item) any, inv **inventory.Inventory) *house {
	t.Helper()
	o := inventory.Options{Accounts: accountsOf([]*cloud{a}), Derive: derive, Store: st}
	o.Limits.Lease = time.Hour
	h := prepare(t, o)
	*inv = h.Inventory
	h.start()
	return h
}
