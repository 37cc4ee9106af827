package inventory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/providers"
)

// crowd is some houses on one store, each as a gateway of its own.
type crowd struct {
	t      *testing.T
	clouds []*cloud
	houses []*house
	stores []*watched
}

// openCrowd starts n houses at once over a number of clouds.
func openCrowd(t *testing.T, st store.Store, n, clouds int) *crowd {
	t.Helper()
	c := &crowd{t: t}
	for i := range clouds {
		c.clouds = append(c.clouds, newCloud(fmt.Sprint(i)))
		c.clouds[i].add(1)
	}
	for range n {
		c.join(st)
	}
	return c
}

// join starts one more house.
func (c *crowd) join(st store.Store) {
	c.t.Helper()
	c.joinAt(st, 0)
}

// joinAt starts one more house, whose clock is off.
func (c *crowd) joinAt(st store.Store, off time.Duration) {
	c.t.Helper()
	seen := &watched{Store: st}
	c.stores = append(c.stores, seen)
	c.houses = append(c.houses, openOn(c.t, seen, inventory.Options{
		Accounts: accountsOf(c.clouds), Holder: fmt.Sprint("gateway-", len(c.houses)), Shared: true, Clock: offClock(off),
	}))
}

// offClock is a clock that is off by as much as it says.
type offClock time.Duration

func (c offClock) Now() time.Time { return time.Now().Add(time.Duration(c)) }

// held is how many accounts a house holds.
func (c *crowd) held(i int) (n int) {
	for _, st := range c.houses[i].Accounts() {
		if st.Held {
			n++
		}
	}
	return n
}

// wantHeld checks how many accounts each house holds.
func (c *crowd) wantHeld(when string, want ...int) {
	c.t.Helper()
	for i, n := range want {
		if got := c.held(i); got != n {
			c.t.Errorf("%s, gateway %d holds %d accounts, want %d", when, i, got, n)
		}
	}
}

// calls is how many calls of some methods all clouds got.
func (c *crowd) calls(methods ...string) (n int) {
	for _, cloud := range c.clouds {
		for _, m := range methods {
			n += cloud.count(m)
		}
	}
	return n
}

func (c *crowd) sleep(d time.Duration) { c.houses[0].sleep(d) }

func (c *crowd) stop(houses ...int) {
	for _, i := range houses {
		c.houses[i].stop()
	}
}

var listings = []string{"Servers", "Volumes", "Networks", "Addresses", "Catalogue"}

func TestGatewaysShareTheWork(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		c := openCrowd(t, st, 3, 60)
		c.sleep(10 * time.Second)
		c.wantHeld("in the beginning", 20, 20, 20)
		c.stop(0) // it says so: the others need not wait for its leases
		c.houses[1].sleep(3 * time.Second)
		c.wantHeld("after one has left", 0, 30, 30)

		c.stores[1].set(func() { c.stores[1].broken = errors.New("no route to host") })
		dead := time.Now()
		for c.held(2) < 60 && time.Since(dead) < time.Minute {
			c.houses[2].sleep(500 * time.Millisecond)
		}
		if took := time.Since(dead); took > 12*time.Second {
			t.Errorf("the accounts of a gateway that died were taken over after %v", took)
		}
		if n := c.held(1); n != 0 {
			t.Errorf("a gateway that does not reach the store takes %d accounts for its own", n)
		}
		c.stores[1].set(func() { c.stores[1].broken = nil })
		c.houses[2].sleep(20 * time.Second)
		c.wantHeld("when it is back", 0, 30, 30)
		c.join(st)
		c.houses[2].sleep(10 * time.Second)
		c.wantHeld("when another has come", 0, 20, 20, 20)
		c.stop(1, 2, 3)
	})
}

// A store that was emptied knows of no gateway and no lease: in a moment it does
// again, and nobody holds more than before.
func TestGatewaysFindEachOtherAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		first, second := openStore(t, file), openStore(t, file+".new")
		c := openCrowd(t, first, 3, 30)
		c.sleep(10 * time.Second)
		c.wantHeld("in the beginning", 10, 10, 10)
		for _, st := range c.stores {
			st.set(func() { st.Store = second })
		}
		c.sleep(20 * time.Second)
		c.wantHeld("with an empty store", 10, 10, 10)
		for i, h := range c.houses {
			if n := h.Gateways(); n != 3 {
				t.Errorf("gateway %d knows of %d", i, n)
			}
			if n := len(h.List(inventory.KindServer)); n != 30 {
				t.Errorf("gateway %d shows %d servers", i, n)
			}
		}
		c.stop(0, 1, 2)
	})
}

// When nothing is listed for want of the store, that is said, and no cloud blamed.
func TestTheStoreIsNamedThatDoesNotAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		defer st.Close()
		c := openCrowd(t, st, 1, 2)
		defer c.stop(0)
		c.clouds[0].do(func() { c.clouds[0].hangs["Servers"] = true })
		c.sleep(80 * time.Second)
		const overdue, why = "has not ended", "the store does not answer"
		if p := c.houses[0].status("a").Problem; strings.Contains(p, why) || p == "" {
			t.Errorf("of a cloud that hangs it is said: %q", p)
		}
		c.stores[0].set(func() { c.stores[0].broken = errors.New("no route to host") })
		c.sleep(80 * time.Second)
		if p := c.houses[0].status("b").Problem; !strings.Contains(p, overdue) || !strings.Contains(p, why) {
			t.Errorf("without the store it is said: %q", p)
		}
		c.stores[0].set(func() { c.stores[0].broken = nil })
		c.sleep(time.Minute)
		if p := c.houses[0].status("b").Problem; p != "" {
			t.Errorf("when it is back it is said: %q", p)
		}
	})
}

// Three gateways call the clouds as often as one does, also while accounts move.
func TestGatewaysMakeTheCallsOfOne(t *testing.T) {
	const clouds = 8
	count := func(t *testing.T, file string, gateways int) (logins, calls int) {
		st := openStore(t, file)
		c := openCrowd(t, st, gateways, clouds)
		c.sleep(10 * time.Minute)
		for i := range c.houses {
			c.stop(i)
		}
		return c.calls("Identity"), c.calls(listings...)
	}
	var alone, together, logins int
	inBubble(t, func(t *testing.T, file string) { _, alone = count(t, file, 1) })
	inBubble(t, func(t *testing.T, file string) { logins, together = count(t, file, 3) })
	t.Logf("%d calls by one gateway, %d by three", alone, together)
	if together > alone*110/100 { // every wait is varied by a tenth
		t.Errorf("%d calls by three gateways, %d by one", together, alone)
	}
	if logins > 3*clouds { // each gateway logs in once where it ever held the lease
		t.Errorf("%d logins of %d accounts", logins, clouds)
	}
}

// What a gateway has listed before it lost its lease is older than what the new
// holder has written, also when the lease is its own again before it ends.
func TestAListingUnderAnotherLeaseIsNotWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		a := newCloud("1")
		a.add(1)
		seen := &watched{Store: st}
		old := openOn(t, seen, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "old"})
		defer old.stop()
		other := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "other"})

		late, is := make(chan struct{}), func(s providers.State) func() {
			return func() { a.do(func() { a.servers["i-1"].State = s }) }
		}
		a.do(func() {
			a.before["Servers"] = func() { <-late; is(providers.StateActive)() } // as it was when it was asked for
		})
		old.sleep(5 * time.Second)
		old.Ring("a") // this listing answers when all else has happened
		old.sleep(time.Second)
		a.do(func() { a.before["Servers"] = is(providers.StateInactive) })
		seen.set(func() { seen.broken = errors.New("no route to host") })
		other.sleep(25 * time.Second)
		if it := other.native("a", "i-1"); it.Server.State != providers.StateInactive {
			t.Fatalf("the new holder shows %s", it.Server.State)
		}
		other.stop()
		seen.set(func() { seen.broken = nil })
		old.sleep(5 * time.Second)
		if !old.status("a").Held {
			t.Fatal("the lease is not held again")
		}
		seen.set(func() { seen.writes = nil })
		close(late)
		old.sleep(5 * time.Minute)
		for _, w := range seen.writes {
			if w.Kind == string(inventory.KindServer) {
				t.Errorf("written: %s", w.Data)
			}
		}
		if it := old.native("a", "i-1"); it.Server.State != providers.StateInactive {
			t.Errorf("in the end it is %s", it.Server.State)
		}
	})
}
