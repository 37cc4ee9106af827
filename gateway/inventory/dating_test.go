package inventory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"occigate/gateway/store"
)

// offsets are how far the clock of one of two gateways may be off.
var offsets = map[string]time.Duration{"an hour ahead": time.Hour, "an hour behind": -time.Hour, "exact": 0}

// ages checks how old the servers of each account are at one gateway, by that
// gateway's clock.
func (c *crowd) ages(when string, i int, off, least, most time.Duration) {
	c.t.Helper()
	now := time.Now().Add(off)
	for _, st := range c.houses[i].Accounts() {
		p := st.Parts[0]
		if age := now.Sub(p.Observed); age < least || age > most {
			c.t.Errorf("%s, the servers of %s are %v old at gateway %d, want %v to %v (held: %t)", when, st.UID, age, i, least, most, st.Held)
		}
		// A listing that is due may wait for the least interval after another.
		if wait := p.Next.Sub(now); wait < -10*time.Second || wait > 50*time.Second || p.Problem != "" {
			c.t.Errorf("%s, the servers of %s are listed in %v at gateway %d: %q", when, st.UID, wait, i, p.Problem)
		}
	}
}

// offBy runs a test once for each offset: of two gateways that share six accounts, the
// second one's clock is off.
func offBy(t *testing.T, do func(c *crowd, off time.Duration)) {
	for name, off := range offsets {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				st := openStore(t, file)
				defer st.Close()
				c := openCrowd(t, st, 1, 6)
				c.joinAt(st, off)
				do(c, off)
			})
		})
	}
}

// Each of two gateways holds some accounts. What either says of how old all of
// them are is by its own clock, whichever is off, and so is what clients want.
func TestAgesAreByTheReadersClock(t *testing.T) {
	offBy(t, func(c *crowd, off time.Duration) {
		defer c.stop(0, 1)
		c.sleep(15 * time.Second)
		c.wantHeld("in the beginning", 3, 3)
		for range 12 {
			c.sleep(10 * time.Second)
			c.ages("while all is well", 0, 0, 0, 50*time.Second)
			c.ages("while all is well", 1, off, 0, 50*time.Second)
		}
		c.wants(0, 0)
		c.wants(1, off)
	})
}

// wants asks one gateway for accounts that the other holds: for what is known
// already, and for what is not.
func (c *crowd) wants(i int, off time.Duration) {
	c.t.Helper()
	for n, st := range c.houses[i].Accounts() {
		if st.Held {
			continue
		}
		ask := func(age, patience time.Duration) (calls int) {
			since, before := time.Now().Add(off-age), c.clouds[n].count("Servers")
			ctx, cancel := context.WithTimeout(c.t.Context(), patience)
			defer cancel()
			c.houses[i].Ask(st.UID, servers, since)
			c.houses[i].Await(ctx, st.UID, servers, since)
			if at := c.houses[i].status(st.UID).Parts[0].Observed; at.Before(since) {
				c.t.Errorf("gateway %d shows what is %v too old", i, since.Sub(at))
			}
			return c.clouds[n].count("Servers") - before
		}
		if calls := ask(50*time.Second, time.Second); calls != 0 {
			c.t.Errorf("gateway %d had a cloud asked for what it has", i)
		}
		for range 60 { // not within what a beat may have taken of a listing
			c.sleep(time.Second)
			p := c.houses[i].status(st.UID).Parts[0]
			now := time.Now().Add(off)
			if now.Sub(p.Observed) > 8*time.Second && p.Next.Sub(now) > 2*time.Second {
				break
			}
		}
		if calls := ask(0, 10*time.Second); calls != 1 {
			c.t.Errorf("gateway %d had a cloud asked %d times for what it has not", i, calls)
		}
	}
}

// A gateway takes over from one whose clock is off: neither what it takes over
// nor what it goes on with is dated by that clock, and no cloud is asked again
// for that.
func TestTheScheduleOfAnotherClockGoesOn(t *testing.T) {
	offBy(t, func(c *crowd, _ time.Duration) {
		defer c.stop(0)
		c.sleep(5 * time.Minute)
		before := c.calls("Servers")
		c.stop(1)
		c.sleep(4 * time.Second)
		c.wantHeld("after one has left", 6)
		c.ages("after one has left", 0, 0, 0, 50*time.Second)
		c.sleep(2 * time.Minute)
		if n := c.calls("Servers") - before; n < 6*3 || n > 6*6 {
			c.t.Errorf("%d listings of 6 accounts in two minutes", n)
		}
	})
}

// Of a gateway that has left nobody hears how far its clock is off. What it has
// written is no younger than when it was first seen, also when it is read again.
func TestAStampOfTheFutureAges(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		defer st.Close()
		c := openCrowd(t, st, 0, 1)
		c.joinAt(st, time.Hour)
		c.sleep(10 * time.Second)
		c.stop(0)
		c.clouds[0].do(func() { c.clouds[0].hangs["Servers"], c.clouds[0].hangs["Identity"] = true, true })
		c.join(st)
		defer c.stop(1)
		joined := time.Now().Add(-3 * time.Second)
		for range 5 {
			c.sleep(10 * time.Second)
			age, most := time.Since(c.houses[1].status("a").Parts[0].Observed), time.Since(joined)+10*time.Second
			if age < time.Since(joined) || age > most {
				t.Errorf("it is %v old, and was first seen %v ago", age, time.Since(joined))
			}
			c.stores[1].set(func() { c.stores[1].again = map[int]bool{store.Shard("a"): true} })
		}
	})
}

// Beats that are read long after they were written, one after the other, are not
// taken for those of a clock that is behind: what came with them is as old as it
// is.
func TestBeatsThatComeLate(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		defer st.Close()
		c := openCrowd(t, st, 2, 4)
		defer c.stop(0, 1)
		c.sleep(15 * time.Second)
		c.wantHeld("in the beginning", 2, 2)
		broken := errors.New("no route to host")
		c.stores[0].set(func() { c.stores[0].broken = broken })
		c.sleep(time.Minute)
		c.stores[1].set(func() { c.stores[1].broken = broken })
		for _, a := range c.clouds {
			a.do(func() { a.hangs["Servers"] = true })
		}
		c.sleep(5 * time.Minute)
		c.stores[0].set(func() { c.stores[0].broken = nil })
		c.sleep(30 * time.Second)
		for _, at := range c.houses[0].Accounts() {
			if age := time.Since(at.Parts[0].Observed); age < 5*time.Minute+30*time.Second {
				t.Errorf("%s is %v old, and nothing was listed for longer", at.UID, age)
			}
		}
	})
}
