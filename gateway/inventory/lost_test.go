package inventory_test

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/providers"
)

// These tests are about a store that loses what it had, and clocks that are off,
// fault by fault; test/chaos lets them happen while clients work.

// A store that is emptied takes nothing from what is shown: not one list in the
// meantime is shorter, also while the cloud is away.
func TestListsStayWholeWhenTheStoreIsEmptied(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(5)
		first, second := openStore(t, file), openStore(t, file+".new")
		st := &watched{Store: first}
		h := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "one"})
		defer h.stop()
		before := ids(h)
		a.fail(down)
		st.set(func() { st.Store = second })
		for range 300 {
			h.sleep(100 * time.Millisecond)
			if now := ids(h); !slices.Equal(now, before) {
				t.Fatalf("%d servers are listed, not the %d of before", len(now), len(before))
			}
		}
		late := openOn(t, second, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "two"})
		defer late.stop()
		if now := ids(late); !slices.Equal(now, before) {
			t.Errorf("the new store came to hold %d servers, not %d", len(now), len(before))
		}
	})
}

func ids(h *house) (all []string) {
	for _, it := range h.List(inventory.KindServer) {
		all = append(all, it.ID)
	}
	slices.Sort(all)
	return all
}

// A change in the moment after the store was emptied, before the gateway has
// seen it, keeps what a user gave the machine before.
func TestAChangeJustAfterTheStoreWasEmptied(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h, st := alone(t, file, a)
		defer h.stop()
		second := openStore(t, file+".new")
		id := h.native("a", "i-1").ID
		if _, err := h.Describe(t.Context(), id, inventory.Own{Title: "titled"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Mix(t.Context(), id, []string{"http://example.org/#blue"}, nil); err != nil {
			t.Fatal(err)
		}
		st.set(func() { st.Store = second })
		if _, err := h.Describe(t.Context(), id, inventory.Own{Summary: "new"}); err != nil {
			t.Fatal(err)
		}
		for _, wait := range []time.Duration{0, time.Minute} {
			h.sleep(wait)
			it := h.native("a", "i-1")
			if it.ID != id || it.Title != "titled" || it.Summary != "new" || !slices.Equal(it.Mixins, []string{"http://example.org/#blue"}) {
				t.Errorf("after %v: %q, %q, mixins %v", wait, it.Title, it.Summary, it.Mixins)
			}
		}
	})
}

// The store is emptied in the moment after a title was given at one gateway, of which
// the other has not heard. Whoever writes back first, the title stays.
func TestTheNewestThatAnyGatewayKnowsIsWrittenBack(t *testing.T) {
	for name, order := range map[string][]int{"who gave it first": {0, 1}, "who has not heard of it first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				first, second := openStore(t, file), openStore(t, file+".new")
				c := openCrowd(t, first, 2, 1)
				defer c.stop(0, 1)
				id := c.houses[0].native("a", "i-1").ID
				title := func(text string) {
					if _, err := c.houses[0].Describe(t.Context(), id, inventory.Own{Title: text}); err != nil {
						t.Fatal(err)
					}
				}
				title("old")
				c.houses[1].sleep(2 * time.Second)
				c.stores[1].set(func() { c.stores[1].broken = context.DeadlineExceeded })
				c.houses[1].sleep(2 * time.Second) // what it had begun to wait for has ended
				title("new")
				for _, i := range order {
					c.stores[i].set(func() { c.stores[i].Store, c.stores[i].broken = second, nil })
					c.houses[i].sleep(5 * time.Second)
				}
				c.houses[0].sleep(time.Minute)
				for i, h := range c.houses {
					if it := h.native("a", "i-1"); it.ID != id || it.Title != "new" {
						t.Errorf("gateway %d shows %q", i, it.Title)
					}
				}
			})
		})
	}
}

// A gateway that sees late that the store was emptied takes what was deleted
// since for nothing that is missing: it does not write it back.
func TestWhatIsDeletedAfterTheStoreWasEmptiedStaysDeleted(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		first, second := openStore(t, file), openStore(t, file+".new")
		c := openCrowd(t, first, 2, 1)
		defer c.stop(0, 1)
		a := c.clouds[0]
		a.do(func() { a.hidden["i-2"] = time.Now().Add(time.Hour) }) // its create stays open
		it, err := c.houses[0].create("a", "x")
		if err != nil || it.Native != "i-2" {
			t.Fatalf("%+v, %v", it, err)
		}
		c.houses[1].sleep(time.Second)
		if _, there := c.houses[1].Get(t.Context(), it.ID); !there {
			t.Fatal("the other gateway does not know the machine")
		}
		c.stores[0].set(func() { c.stores[0].Store = second })
		c.houses[0].sleep(2 * time.Second)
		if err := c.houses[0].Delete(t.Context(), it.ID); err != nil {
			t.Fatal(err)
		}
		c.houses[0].sleep(20 * time.Second)
		c.stores[1].set(func() { c.stores[1].Store = second })
		for range 60 {
			c.houses[1].sleep(time.Second)
			for i, h := range c.houses {
				if got, there := h.Get(t.Context(), it.ID); there {
					t.Fatalf("gateway %d shows it again: %+v", i, got)
				}
			}
		}
	})
}

// lagging is a store in whose place a replica comes that lacks the last writes:
// where a shard was read it has nothing, until it is loaded anew.
type lagging struct {
	watched
	replica store.Store // nil when it has taken over
	reread  map[int]bool
}

func (l *lagging) takeOver() {
	l.set(func() { l.Store, l.replica, l.reread = l.replica, nil, map[int]bool{} })
}

func (l *lagging) Load(ctx context.Context, shard int, each func(store.Record) error) (store.Position, error) {
	l.set(func() {
		if l.replica == nil {
			l.reread[shard] = true
		}
	})
	return l.watched.Load(ctx, shard, each)
}

func (l *lagging) Changes(ctx context.Context, shard int, pos store.Position, limit int, wait time.Duration) ([]store.Record, store.Position, error) {
	torn := false
	l.set(func() { torn = l.replica == nil && !l.reread[shard] })
	if torn {
		return nil, "", store.ErrTorn
	}
	return l.watched.Changes(ctx, shard, pos, limit, wait)
}

// copied opens a copy of a store's file, of the same epoch.
func copied(t *testing.T, file string) store.Store {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file+".replica", data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return openStore(t, file+".replica")
}

// What a replica that has taken over never got is shown on, and written to it
// from memory.
func TestAReplicaLagged(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		h.stop()
		replica, first := copied(t, file), openStore(t, file)
		st := &lagging{watched: watched{Store: first}, replica: replica}
		h = openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "one"})
		defer h.stop()
		a.add(1)
		h.Ring("a")
		h.sleep(10 * time.Second)
		if _, err := h.Describe(t.Context(), h.native("a", "i-2").ID, inventory.Own{Title: "titled"}); err != nil {
			t.Fatal(err)
		}
		before := ids(h)
		a.fail(down)
		st.takeOver()
		for range 300 {
			h.sleep(100 * time.Millisecond)
			if now := ids(h); !slices.Equal(now, before) {
				t.Fatalf("%d servers are listed, not the %d of before", len(now), len(before))
			}
		}
		late := openOn(t, &st.watched, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "two"})
		defer late.stop()
		if it := late.native("a", "i-2"); it == nil || it.Title != "titled" || !slices.Equal(ids(late), before) {
			t.Errorf("the replica came to hold %d servers, not %d: %+v", len(ids(late)), len(before), it)
		}
	})
}

// A gateway whose clock was an hour ahead dies: the next one goes on at once with
// its account, or as soon as it meant to when the cloud had asked for patience.
func TestAGatewayAnHourAheadDies(t *testing.T) {
	for _, sick := range []bool{false, true} {
		inBubble(t, func(t *testing.T, file string) {
			st := openStore(t, file)
			c := openCrowd(t, st, 0, 1)
			a := c.clouds[0]
			c.joinAt(st, time.Hour)
			if _, err := c.houses[0].create("a", "x"); err != nil {
				t.Fatal(err)
			}
			if sick {
				a.fail(&providers.Error{Kind: providers.ErrThrottled, Op: "List", Message: "too many"})
				c.houses[0].sleep(10 * time.Minute)
			}
			c.join(st)
			c.stores[0].set(func() { c.stores[0].broken = context.DeadlineExceeded })
			c.houses[1].sleep(30 * time.Second)
			if sick {
				a.heal()
			}
			a.add(1)
			_, err := c.houses[1].create("a", "y")
			if wait := providers.RetryAfter(err); sick && (err == nil || wait > 6*time.Minute) {
				t.Errorf("a create at a sick cloud: %v, to be tried again in %v", err, wait)
			}
			c.houses[1].sleep(7 * time.Minute)
			if n := len(c.houses[1].List(inventory.KindServer)); !c.houses[1].status("a").Held || n < 3 {
				t.Errorf("sick %t: %d servers are listed after seven minutes: %+v", sick, n, c.houses[1].status("a"))
			}
			c.stop(0, 1)
		})
	}
}

// A gateway that takes an account over takes a change for as new as it is, though
// the clock of the gateway that asked for it was an hour behind: a delete that goes
// on has not failed for that.
func TestADeleteByAGatewayAnHourBehind(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		c := openCrowd(t, st, 0, 2)
		c.joinAt(st, -time.Hour)
		c.join(st)
		c.sleep(10 * time.Second)
		c.wantHeld("in the beginning", 1, 1)
		behind, next := c.houses[0], c.houses[1]
		uid := "a"
		if !behind.status(uid).Held {
			uid = "b"
		}
		id := behind.native(uid, "i-1").ID
		if err := behind.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		next.sleep(time.Second)
		c.stores[0].set(func() { c.stores[0].broken = context.DeadlineExceeded })
		for range 60 {
			next.sleep(time.Second)
			if it, ok := next.Get(t.Context(), id); ok {
				t.Fatalf("it came back: %s", it.Problem)
			}
		}
		if !next.status(uid).Held {
			t.Error("the account has not moved")
		}
		c.stop(0, 1)
	})
}
