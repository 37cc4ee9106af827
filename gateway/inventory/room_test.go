package inventory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// lateCloud accepts servers, and looks for room for them a while later.
type lateCloud struct {
	*cloud
	takes time.Duration // until it says
	full  bool
}

func (c lateCloud) Scheduling(ctx context.Context, id string) (found providers.Scheduling, err error) {
	if err := c.enter(ctx, "Scheduling"); err != nil {
		return found, err
	}
	defer c.mu.Unlock()
	s := c.servers[id]
	switch {
	case s == nil:
		return found, notFound("Scheduling", id)
	case time.Since(s.Created) < c.takes:
		return found, nil
	}
	found.Over = true
	if c.full {
		s.State = providers.StateError
		found.Refusal = providers.Errorf(providers.ErrQuota, "scheduling", "no room")
	}
	return found, nil
}

// openLate starts a house over one cloud that schedules late, in which a deleted
// server is gone at once.
func openLate(t *testing.T, file string, takes time.Duration, full bool) (*house, *cloud) {
	t.Helper()
	a := newCloud("1")
	a.crash["DeleteServer"] = func() { a.do(func() { clear(a.servers) }) }
	accounts := []inventory.Account{{UID: "a", Name: "a", Cloud: "fake", Provider: lateCloud{a, takes, full}}}
	return openOn(t, openStore(t, file), inventory.Options{Accounts: accounts}), a
}

// room makes a server and waits for room for it, for ten seconds at the most.
func (h *house) room(own inventory.Own) (it *inventory.Item, found bool, err error) {
	h.t.Helper()
	it, err = h.CreateServer(h.t.Context(), "a", providers.ServerSpec{Name: "web"}, own)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	found, err = h.AwaitRoom(ctx, it)
	return it, found, err
}

// remains has no room for a server at a cloud that was changed first, and wants it to
// be left over: shown or being deleted.
func remains(t *testing.T, change func(a *cloud), shown bool, then func(h *house, it *inventory.Item)) {
	inBubble(t, func(t *testing.T, file string) {
		h, a := openLate(t, file, time.Second, true)
		defer h.stop()
		a.do(func() { change(a) })
		it, found, err := h.room(inventory.Own{})
		var left *inventory.Remains
		if found || !errors.As(err, &left) || left.Shown != shown || !errors.Is(err, providers.ErrQuota) {
			t.Fatalf("found %t, %v", found, err)
		}
		then(h, it)
	})
}

// neverShown looks for a while whether a server is shown.
func (h *house) neverShown(long time.Duration) {
	h.t.Helper()
	for end := time.Now().Add(long); time.Now().Before(end); h.sleep(time.Second) {
		if list := h.List(inventory.KindServer); len(list) > 0 {
			h.t.Fatalf("shown: %+v", list[0])
		}
	}
}

func TestRoomIsFound(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		h, a := openLate(t, file, 2*time.Second, false)
		defer h.stop()
		began := time.Now()
		it, found, err := h.room(inventory.Own{})
		if !found || err != nil || time.Since(began) > 4*time.Second || a.count("Scheduling") > 5 || a.count("DeleteServer") > 0 {
			t.Errorf("found %t, %v after %v and %d calls", found, err, time.Since(began), a.count("Scheduling"))
		}
		if _, ok := h.Get(t.Context(), it.ID); !ok {
			t.Error("the server is not there")
		}
	})
}

// A server that there is no room for is gone with the refusal, as if that had come
// at once: also when a listing has seen it meanwhile, and for an id that is used
// again.
func TestNoRoomLeavesNothing(t *testing.T) {
	for name, takes := range map[string]time.Duration{"soon": 0, "before it is listed": 3 * time.Second, "when it was listed": 8 * time.Second} {
		for _, own := range []inventory.Own{{}, {ID: uuid.NewString()}} {
			t.Run(name, func(t *testing.T) {
				inBubble(t, func(t *testing.T, file string) {
					h, a := openLate(t, file, takes, true)
					defer h.stop()
					it, found, err := h.room(own)
					var left *inventory.Remains
					if found || providers.Kind(err) != providers.ErrQuota || errors.As(err, &left) || err.Error() != "a: scheduling: quota: no room" {
						t.Fatalf("found %t, %v", found, err)
					}
					if n := a.count("Scheduling"); n > 8 || a.count("DeleteServer") != 1 {
						t.Errorf("%d calls, %d deletes", n, a.count("DeleteServer"))
					}
					if own.ID == "" {
						h.neverShown(10 * time.Minute)
						return
					}
					again, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "another"}, own)
					if err != nil || again.ID != it.ID {
						t.Errorf("the id is used again: %+v, %v", again, err)
					}
					for range 10 * 60 {
						if now, ok := h.Get(t.Context(), it.ID); !ok || now.Native != again.Native {
							t.Fatalf("in place of the new server: %+v", now)
						}
						h.sleep(time.Second)
					}
				})
			})
		}
	}
}

// A server that could not be deleted stays, with the cloud's words.
func TestNoRoomAndNoDelete(t *testing.T) {
	for name, change := range map[string]func(a *cloud){
		"refused": func(a *cloud) { a.fails["DeleteServer"] = providers.Errorf(providers.ErrConflict, "DELETE", "locked") },
		"no answer": func(a *cloud) {
			a.loses["DeleteServer"] = true
			delete(a.crash, "DeleteServer")
		},
	} {
		t.Run(name, func(t *testing.T) {
			remains(t, change, true, func(h *house, it *inventory.Item) {
				h.sleep(time.Minute)
				if _, ok := h.Get(h.t.Context(), it.ID); !ok {
					h.t.Error("the server is not shown")
				}
			})
		})
	}
}

// A delete that is accepted is no proof: a server that the cloud still has, or of
// which it says nothing, is not gone. It is hidden, and back if it lives on.
func TestNoRoomAndStillThere(t *testing.T) {
	for name, change := range map[string]func(a *cloud){
		"lives on": func(a *cloud) { delete(a.crash, "DeleteServer") },
		"no answer": func(a *cloud) {
			a.fails["Server"] = providers.Errorf(providers.ErrUnavailable, "GET", "down")
		},
	} {
		t.Run(name, func(t *testing.T) {
			remains(t, change, false, func(h *house, it *inventory.Item) {
				if _, ok := h.Get(h.t.Context(), it.ID); ok {
					h.t.Error("it is shown while it is being deleted")
				}
				h.sleep(12 * time.Minute)
				if _, ok := h.Get(h.t.Context(), it.ID); ok != (name == "lives on") {
					h.t.Errorf("shown in the end: %t", ok)
				}
			})
		})
	}
}

// Nobody waits for longer than is asked for, and what is not waited for stays.
func TestRoomThatIsNotKnown(t *testing.T) {
	for name, change := range map[string]func(a *cloud){
		"it takes long":   func(*cloud) {},
		"no answer":       func(a *cloud) { a.fails["Scheduling"] = providers.Errorf(providers.ErrUnavailable, "GET", "down") },
		"it hangs":        func(a *cloud) { a.hangs["Scheduling"] = true },
		"it may not tell": func(a *cloud) { a.fails["Scheduling"] = providers.Errorf(providers.ErrDenied, "GET", "no") },
		"too many calls": func(a *cloud) {
			a.fails["Scheduling"] = &providers.Error{Kind: providers.ErrThrottled, Op: "GET", RetryAfter: 6 * time.Second}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				h, a := openLate(t, file, time.Minute, true)
				defer h.stop()
				a.do(func() { change(a) })
				began := time.Now()
				it, found, err := h.room(inventory.Own{})
				if found || err != nil || time.Since(began) > 11*time.Second {
					t.Errorf("found %t, %v after %v", found, err, time.Since(began))
				}
				most := map[string]int{"it takes long": 6, "no answer": 6, "too many calls": 2}[name]
				if n := a.count("Scheduling"); n > max(1, most) {
					t.Errorf("%d calls", n)
				}
				h.sleep(2 * time.Minute)
				if _, ok := h.Get(t.Context(), it.ID); !ok || a.count("DeleteServer") > 0 {
					t.Errorf("%d deletes, shown %t", a.count("DeleteServer"), ok)
				}
			})
		})
	}
}

// A refusal that comes when nobody waits any more changes nothing.
func TestRoomThatNobodyWaitsFor(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		h, a := openLate(t, file, 0, true)
		defer h.stop()
		it, err := h.create("a", "web")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a.do(func() { a.before["Scheduling"] = cancel })
		if _, err := h.AwaitRoom(ctx, it); err != nil || a.count("DeleteServer") > 0 || a.count("Scheduling") != 1 {
			t.Errorf("%v, %d deletes", err, a.count("DeleteServer"))
		}
		if found, err := h.AwaitRoom(ctx, it); found || err != nil || a.count("Scheduling") != 1 {
			t.Errorf("asked though nobody waits: %t, %v", found, err)
		}
	})
}
