package inventory_test

import (
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// reservation finds the item of the only reserved address.
func (h *house) reservation() *inventory.Item {
	h.t.Helper()
	list := h.List(inventory.KindReservation)
	if len(list) != 1 {
		h.t.Fatalf("%d reservations: %+v", len(list), list)
	}
	return list[0]
}

// TestReservationOutlivesItsLink reserves an address, assigns it, takes it off
// after a restart, assigns it again and gives it back.
func TestReservationOutlivesItsLink(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		reserved, err := h.Reserve(t.Context(), "a", providers.AddressSpec{NetworkID: "ext"}, inventory.Own{Title: "front"})
		if err != nil || reserved.Kind != inventory.KindReservation || reserved.Title != "front" || reserved.Source != "" {
			t.Fatalf("reserved %+v: %v", reserved, err)
		}
		server := h.of(inventory.KindServer, "i-1")
		link, err := h.Assign(t.Context(), server, reserved.ID, inventory.Own{Title: "way in"})
		if err != nil || link.Source != server || link.Target != reserved.ID || link.Through != inventory.KindReservation {
			t.Fatalf("assigned before it was listed: %+v: %v", link, err)
		}
		h.sleep(10 * time.Minute)
		if now := h.reservation(); now.ID != reserved.ID || now.Address.ServerID != "i-1" || now.Title != "front" {
			t.Errorf("listed as %+v", now)
		}
		if _, err := h.Assign(t.Context(), server, reserved.ID, inventory.Own{}); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("assigned twice: %v", err)
		}
		if err := h.Delete(t.Context(), reserved.ID); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("released though a server has it: %v", err)
		}
		h.stop()

		h = open(t, file, a)
		defer h.stop()
		links := h.LinksOf(server)
		if len(links) != 1 || links[0].ID != link.ID || links[0].Target != reserved.ID || links[0].Title != "way in" {
			t.Fatalf("after a restart: %+v", links)
		}
		if err := h.Delete(t.Context(), link.ID); err != nil {
			t.Fatal(err)
		}
		if len(h.LinksOf(server)) != 0 {
			t.Error("the link is shown after its delete")
		}
		h.sleep(10 * time.Minute)
		if now := h.reservation(); now.ID != reserved.ID || now.Address.ServerID != "" || a.count("DeleteAddress") != 0 {
			t.Errorf("the address did not outlive its link: %+v", now)
		}
		again, err := h.Assign(t.Context(), server, reserved.ID, inventory.Own{})
		if err != nil || again.ID != link.ID {
			t.Fatalf("assigned again: %+v: %v", again, err)
		}
		h.sleep(10 * time.Minute)
		if err := h.Delete(t.Context(), again.ID); err != nil {
			t.Fatal(err)
		}
		h.sleep(10 * time.Minute)
		if err := h.Delete(t.Context(), reserved.ID); err != nil {
			t.Fatal(err)
		}
		if list := h.List(inventory.KindReservation); len(list) != 0 {
			t.Errorf("shown after its release: %+v", list)
		}
		h.sleep(time.Hour)
		if list := h.List(inventory.KindReservation); len(list) != 0 || a.count("DeleteAddress") != 1 || len(a.addresses) != 0 {
			t.Errorf("%+v after %d releases", list, a.count("DeleteAddress"))
		}
	})
}

// TestReservationWithoutAnAnswer finds the address whose reservation was lost.
func TestReservationWithoutAnAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		defer h.stop()
		a.loses["CreateAddress"] = true
		if _, err := h.Reserve(t.Context(), "a", providers.AddressSpec{}, inventory.Own{}); providers.Kind(err) != providers.ErrUnavailable {
			t.Fatalf("a lost answer: %v", err)
		}
		h.sleep(10 * time.Minute)
		reserved := h.reservation()
		link, err := h.Assign(t.Context(), h.of(inventory.KindServer, "i-1"), reserved.ID, inventory.Own{})
		if err != nil {
			t.Fatal(err)
		}
		h.sleep(10 * time.Minute)
		if err := h.Delete(t.Context(), link.ID); err != nil {
			t.Fatal(err)
		}
		h.sleep(10 * time.Minute)
		if h.reservation().ID != reserved.ID || a.count("CreateAddress") != 1 || a.count("DeleteAddress") != 0 {
			t.Errorf("%d reserved, %d released", a.count("CreateAddress"), a.count("DeleteAddress"))
		}
	})
}

// TestReservationsRefused is what cannot be reserved or assigned.
func TestReservationsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		defer h.stop()
		server, lan := h.of(inventory.KindServer, "i-1"), h.of(inventory.KindNetwork, "n-1")
		const id = "7d4b9a52-6a3b-4a37-8f25-0f0cf3d7a3b1"
		if _, err := h.Reserve(t.Context(), "a", providers.AddressSpec{}, inventory.Own{ID: id}); providers.Kind(err) != providers.ErrInvalid {
			t.Errorf("a chosen id: %v", err)
		}
		if _, err := h.Assign(t.Context(), server, lan, inventory.Own{}); providers.Kind(err) != providers.ErrInvalid {
			t.Errorf("a network as an address: %v", err)
		}
		a.fails["CreateAddress"] = providers.Errorf(providers.ErrQuota, "AllocateAddress", "no more")
		if _, err := h.Reserve(t.Context(), "a", providers.AddressSpec{}, inventory.Own{}); providers.Kind(err) != providers.ErrQuota {
			t.Errorf("a refusal: %v", err)
		}
		delete(a.fails, "CreateAddress")
		reserved, err := h.Reserve(t.Context(), "a", providers.AddressSpec{}, inventory.Own{})
		if err != nil {
			t.Fatal(err)
		}
		a.fails["AssignAddress"] = providers.Errorf(providers.ErrConflict, "AssociateAddress", "no port")
		if _, err := h.Assign(t.Context(), server, reserved.ID, inventory.Own{}); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("an assignment that the cloud refuses: %v", err)
		}
		if len(h.LinksOf(server)) != 0 || a.count("DeleteAddress") != 0 {
			t.Error("a refused assignment left a link or gave the address back")
		}
	})
}

// TestReplace makes to all that is kept of an item.
func TestReplace(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		h := open(t, file, estate())
		defer h.stop()
		id := h.of(inventory.KindNetwork, "n-1")
		full := inventory.Own{Title: "mine", Summary: "S", Extra: map[string]string{"a": "1", "b": "2"}}
		steps := []struct {
			to   inventory.Own
			want inventory.Own // Title is the cloud's when ours is gone
		}{
			{full, full},
			{inventory.Own{Title: "mine", Extra: map[string]string{"b": "3"}}, inventory.Own{Title: "mine", Extra: map[string]string{"b": "3"}}},
			{inventory.Own{}, inventory.Own{Title: "lan"}},
			{inventory.Own{Title: "lan"}, inventory.Own{Title: "lan"}},
		}
		for _, s := range steps {
			it, err := h.Replace(t.Context(), id, s.to)
			if err != nil {
				t.Fatal(err)
			}
			if it.Title != s.want.Title || it.Summary != s.want.Summary || len(it.Extra) != len(s.want.Extra) || it.Extra["b"] != s.want.Extra["b"] {
				t.Errorf("replaced by %+v: %+v", s.to, it)
			}
		}
	})
}

// TestForetold keeps the words for a link that the cloud makes later.
func TestForetold(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		defer h.stop()
		server, volume := h.of(inventory.KindServer, "i-1"), h.of(inventory.KindVolume, "v-1")
		if err := h.Foretell(t.Context(), server, volume, inventory.Own{Title: "data", Extra: map[string]string{"mount": "/data"}}); err != nil {
			t.Fatal(err)
		}
		if n := len(h.LinksOf(server)); n != 0 {
			t.Fatalf("%d links before the cloud has made one", n)
		}
		a.volumes["v-1"].Attachments = []providers.Attachment{{ServerID: "i-1", VolumeID: "v-1", Device: "/dev/sdf", State: providers.ResourceOnline}}
		h.Ring("a")
		h.sleep(2 * time.Minute)
		links := h.LinksOf(server)
		if len(links) != 1 || links[0].Title != "data" || links[0].Extra["mount"] != "/data" {
			t.Errorf("listed: %+v", links)
		}
	})
}
