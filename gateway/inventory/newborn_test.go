package inventory_test

import (
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// grow adds one server to a cloud whose clock is off.
func (c *cloud) grow(id string, off time.Duration) {
	c.do(func() {
		c.servers[id] = &providers.Server{ID: id, Name: id, State: providers.StateActive, Created: time.Now().Add(off)}
	})
}

// How old a machine is counts by the gateway's clock: one that has just come is
// not taken for gone, and one that has been there for a while is, whatever its
// cloud says of when it was made.
func TestYouthIsByOurClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"exact": 0, "an hour ahead": time.Hour, "an hour behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := newCloud("1")
				a.add(1)
				h := open(t, file, a)
				defer h.stop()
				h.sleep(time.Minute)
				a.grow("young", off)
				h.sleep(time.Minute)
				was := h.native("a", "young")
				if was == nil {
					t.Fatal("a new machine is not shown")
				}
				a.do(func() { delete(a.servers, "young") }) // neither listed nor found, as at a node that lags
				h.sleep(2 * time.Minute)
				if h.native("a", "young") == nil {
					t.Error("a machine of three minutes is taken for gone")
				}
				a.grow("young", off-3*time.Minute)
				h.sleep(5 * time.Minute)
				if it := h.native("a", "young"); it == nil || it.ID != was.ID {
					t.Errorf("it is back, as %v and not as %s", it, was.ID)
				}
				a.do(func() { delete(a.servers, "young") })
				h.sleep(90 * time.Second)
				if h.native("a", "young") != nil {
					t.Error("a machine of eight minutes is shown though no listing has it")
				}
			})
		})
	}
}

// A stranger that comes to a cloud without tokens while the answer of a create is
// open may be its result, also when the cloud's clock is behind.
func TestAStrangerDuringACreateWhereTheClockIsBehind(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.tokenless = true
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		h.sleep(time.Minute)
		a.do(func() {
			a.loses["CreateServer"] = true
			a.crash["CreateServer"] = func() {
				a.do(func() { a.servers["i-2"].Created = a.servers["i-2"].Created.Add(-time.Hour) })
				time.Sleep(45 * time.Second)
			}
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = h.create("a", "ours") // that its answer is lost is what this is about
		}()
		h.sleep(40 * time.Second)
		if it := h.native("a", "i-2"); it != nil {
			t.Errorf("while the answer is awaited it is shown as %s", it.ID)
		}
		<-done
	})
}

// A young disk that was taken along with its server leaves with it, and one that
// merely lags stays.
func TestADiskLeavesWithItsServer(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		h.sleep(time.Minute)
		a.grow("server", 0)
		disk := func(id string, servers ...string) {
			v := &providers.Volume{ID: id, Name: id, State: providers.ResourceOnline, Created: time.Now()}
			for _, s := range servers {
				v.Attachments = append(v.Attachments, providers.Attachment{ServerID: s, VolumeID: id, State: providers.ResourceOnline})
			}
			a.do(func() { a.volumes[id] = v })
		}
		disk("root", "server")
		disk("loose")
		disk("leaving")
		h.sleep(70 * time.Second)
		a.do(func() { a.volumes["leaving"].State = providers.ResourceDeleting })
		h.sleep(70 * time.Second)
		shown := func(id string) bool { return byNative(h.Inventory, "a", inventory.KindVolume, id) != nil }
		if !shown("root") || !shown("loose") || !shown("leaving") {
			t.Fatal("not all disks are shown")
		}
		if err := h.Delete(t.Context(), h.native("a", "server").ID); err != nil {
			t.Fatal(err)
		}
		a.do(func() {
			clear(a.servers)
			clear(a.volumes)
		})
		h.sleep(2 * time.Minute)
		if shown("root") || shown("leaving") {
			t.Errorf("shown of what the cloud has taken away: root disk %t, one that was being deleted %t", shown("root"), shown("leaving"))
		}
		if !shown("loose") {
			t.Error("a disk that may merely lag is gone")
		}
	})
}
