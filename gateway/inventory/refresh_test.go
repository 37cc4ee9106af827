package inventory_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"occigate/gateway/inventory"
	"occigate/providers"
)

func TestRefreshShowsWhatTheCloudsHold(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, b := newCloud("1"), newCloud("2")
		a.add(3)
		b.add(2)
		h := open(t, file, a, b)
		defer h.stop()
		if !h.Ready() {
			t.Error("not ready after the first refresh")
		}
		list := h.List(inventory.KindServer)
		if len(list) != 5 {
			t.Fatalf("%d servers, want 5", len(list))
		}
		for i := range list[1:] {
			if list[i].ID >= list[i+1].ID {
				t.Errorf("the list is not in the order of ids at %d", i)
			}
		}
		it := h.native("a", "i-1")
		if it == nil || it.Title != "name of i-1" || it.UID != "a" || it.Cloud != "fake" {
			t.Errorf("i-1 is %+v", it)
		}
		if st := h.status("a"); st.Problem != "" || !st.Complete || st.Counts[inventory.KindServer] != 3 || st.Identity.Account != "1" {
			t.Errorf("status %+v", st)
		}
	})
}

func TestFirstRefreshUnderWayIsSaid(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.do(func() { a.hangs["Servers"] = true })
		h := open(t, file, a)
		defer h.stop()
		if st := h.status("a"); st.Complete || st.Problem != "the first refresh has not ended" {
			t.Errorf("status before the first refresh has ended: %+v", st)
		}
	})
}

// A template that is not listed yet would be an unknown one, so that nothing is
// ready before the catalogue was tried.
func TestReadyWhenEveryPartWasTried(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		a.do(func() { a.before["Catalogue"] = func() { time.Sleep(time.Minute / 2) } })
		h := open(t, file, a)
		defer h.stop()
		h.sleep(time.Minute / 4)
		if len(h.List(inventory.KindServer)) != 1 || h.Ready() {
			t.Errorf("%d servers, ready: %v, want 1 and not ready while the catalogue is on its way", len(h.List(inventory.KindServer)), h.Ready())
		}
		h.sleep(time.Minute / 2)
		if !h.Ready() {
			t.Error("not ready though every part was listed")
		}
	})
}

// A cloud that hangs has not failed yet, but what is shown of it grows old.
func TestOverdueRefreshIsAProblem(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, b := newCloud("1"), newCloud("2")
		a.add(1)
		h := open(t, file, a, b)
		defer h.stop()
		a.do(func() { a.hangs["Servers"] = true })
		h.sleep(33 * time.Second) // the listing is under way
		if st := h.status("a"); st.Problem != "" {
			t.Errorf("a problem at once: %s", st.Problem)
		}
		h.sleep(20 * time.Second)
		st := h.status("a")
		if !strings.Contains(st.Problem, "has not ended") || !errors.Is(st.Kind, providers.ErrUnavailable) || st.Since.IsZero() || !st.Complete {
			t.Errorf("status of a cloud that hangs: %+v", st)
		}
		if st := h.status("b"); st.Problem != "" {
			t.Errorf("the other cloud has a problem: %s", st.Problem)
		}
		a.do(func() { a.hangs["Servers"] = false })
		h.sleep(2 * time.Minute)
		if st := h.status("a"); st.Problem != "" {
			t.Errorf("still a problem: %s", st.Problem)
		}
	})
}

func TestRefreshWithoutChangeKeepsItemsAndGeneration(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		h := open(t, file, a)
		defer h.stop()
		gen, before, it := h.Generation(inventory.KindServer), h.status("a").Observed, h.native("a", "i-1")
		h.sleep(time.Minute)
		if !h.status("a").Observed.After(before) {
			t.Fatal("there was no refresh")
		}
		if h.Generation(inventory.KindServer) != gen || h.native("a", "i-1") != it {
			t.Error("a refresh without change made new items")
		}
		a.do(func() { a.servers["i-1"].Name = "another" })
		h.sleep(time.Minute)
		if h.Generation(inventory.KindServer) == gen || h.native("a", "i-1").Title != "another" || h.native("a", "i-1").Rev == it.Rev {
			t.Error("a changed name is not seen")
		}
	})
}

func TestFailedListingChangesNothingButTheProblem(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		h := open(t, file, a)
		defer h.stop()
		a.do(func() {
			a.fails["Servers"] = &providers.Error{Kind: providers.ErrUnavailable, Op: "List", Message: "bad gateway"}
			clear(a.servers)
		})
		h.sleep(time.Minute)
		st := h.status("a")
		if st.Problem == "" || st.Kind != providers.ErrUnavailable || st.Since.IsZero() {
			t.Errorf("status %+v", st)
		}
		if n := len(h.List(inventory.KindServer)); n != 2 {
			t.Errorf("%d servers while the cloud is down, want 2", n)
		}
		a.do(func() { delete(a.fails, "Servers") })
		h.sleep(6 * time.Minute)
		if st := h.status("a"); st.Problem != "" {
			t.Errorf("the problem stays: %s", st.Problem)
		}
	})
}

func TestRestartShowsTheStoredInventoryAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		h := open(t, file, a)
		id := h.native("a", "i-1").ID
		h.stop()
		a.do(func() { a.hangs["Identity"] = true })
		h = open(t, file, a)
		defer h.stop()
		if it, ok := h.Get(t.Context(), id); !ok || it.Native != "i-1" {
			t.Error("the inventory did not survive the restart")
		}
	})
}

func TestIdsAreTheSameAfterTheLossOfTheStore(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		made, err := h.create("a", "ours")
		if err != nil {
			t.Fatal(err)
		}
		h.sleep(time.Minute)
		found := h.native("a", "i-1").ID
		h.stop()
		h = open(t, file+".new", a)
		defer h.stop()
		if it := h.native("a", "i-1"); it.ID != found {
			t.Errorf("i-1 is %s, was %s", it.ID, found)
		}
		if it := h.native("a", "i-2"); it.ID != made.ID {
			t.Errorf("i-2 is %s, was %s", it.ID, made.ID)
		}
	})
}

func TestGoneNeedsEvidence(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(30)
		h := open(t, file, a)
		defer h.stop()
		a.do(func() { delete(a.servers, "i-1"); a.hidden["i-2"] = time.Now().Add(10 * time.Hour) })
		h.sleep(35 * time.Second)
		if h.native("a", "i-1") != nil {
			t.Error("i-1 is shown though neither listing nor point read knows it")
		}
		h.sleep(5 * time.Minute)
		if h.native("a", "i-2") == nil {
			t.Error("i-2 is not shown though a point read finds it")
		}
		before := a.count("Server")
		a.do(func() { clear(a.servers) })
		h.sleep(20 * time.Second)
		if n := len(h.List(inventory.KindServer)); n != 29 && a.count("Server") != before {
			t.Errorf("%d servers after everything vanished once", n)
		}
	})
}

func TestMassVanishWaitsForASecondListing(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(30)
		h := open(t, file, a)
		defer h.stop()
		listings := a.count("Servers")
		a.do(func() { clear(a.servers) })
		for a.count("Servers") == listings {
			h.sleep(time.Second)
		}
		h.sleep(2 * time.Second)
		if n := len(h.List(inventory.KindServer)); n != 30 {
			t.Errorf("%d servers after one listing, want 30", n)
		}
		if st := h.status("a"); st.Problem == "" {
			t.Error("no problem is shown")
		}
		if n := a.count("Server"); n != 0 {
			t.Errorf("%d point reads", n)
		}
		h.sleep(time.Minute)
		if n := len(h.List(inventory.KindServer)); n != 0 {
			t.Errorf("%d servers after two listings, want none", n)
		}
	})
}

func TestBellAndLeastInterval(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		h.sleep(8 * time.Second) // well behind the first refresh
		before := a.count("Servers")
		for range 50 {
			h.Ring("a")
			h.sleep(100 * time.Millisecond)
		}
		h.sleep(6 * time.Second)
		if n := a.count("Servers") - before; n != 2 {
			t.Errorf("%d listings for 50 bells within 5 s, want 2: at once and after 5 s", n)
		}
	})
}

func TestThrottledHonoursRetryAfter(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.fails["Servers"] = &providers.Error{Kind: providers.ErrThrottled, Op: "List", RetryAfter: 20 * time.Minute}
		h := open(t, file, a)
		defer h.stop()
		h.sleep(19 * time.Minute)
		if n := a.count("Servers"); n != 1 {
			t.Errorf("%d listings while the cloud asked for patience, want 1", n)
		}
		h.sleep(2 * time.Minute)
		if n := a.count("Servers"); n != 2 {
			t.Errorf("%d listings afterwards, want 2", n)
		}
	})
}

func TestAHangingCloudHoldsNothingUp(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		clouds := make([]*cloud, 10)
		for i := range clouds {
			clouds[i] = newCloud(string(rune('0' + i)))
			clouds[i].add(10)
		}
		h := open(t, file, clouds...)
		defer h.stop()
		for _, method := range []string{"Servers", "Volumes", "Networks", "Addresses", "Catalogue", "Server"} {
			clouds[0].do(func() { clouds[0].hangs[method] = true })
		}
		before := make([]int, len(clouds))
		for i, c := range clouds {
			before[i] = c.count("Servers")
		}
		start := time.Now()
		if n := len(h.List(inventory.KindServer)); n != 100 || time.Since(start) != 0 {
			t.Errorf("%d servers after %v", n, time.Since(start))
		}
		h.sleep(5 * time.Minute)
		for i, c := range clouds[1:] {
			if n := c.count("Servers") - before[i+1]; n < 8 {
				t.Errorf("cloud %d was listed %d times in 5 min beside one that hangs", i+1, n)
			}
		}
		if n := len(h.List(inventory.KindServer)); n != 100 {
			t.Errorf("%d servers, want 100", n)
		}
		if st := h.status("a"); st.Kind != providers.ErrUnavailable {
			t.Errorf("the hanging cloud's status is %+v", st)
		}
	})
}

// A listing that has ended and waits for another, to be written together with it,
// is not made again meanwhile.
func TestAFinishedListingIsNotMadeTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.before["Servers"] = func() { time.Sleep(10 * time.Second) }
		a.before["Volumes"] = func() { time.Sleep(20 * time.Second) }
		h := open(t, file, a)
		defer h.stop()
		h.sleep(20 * time.Second)
		if n := a.count("Servers"); n != 1 {
			t.Errorf("%d listings of servers in 20 s, want 1: they are due every 30 s", n)
		}
	})
}

func TestOneHangingListingOfAnAccount(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		a.hangs["Volumes"] = true
		h := open(t, file, a)
		defer h.stop()
		if len(h.List(inventory.KindServer)) != 1 {
			t.Error("servers wait for volumes that hang")
		}
		h.sleep(5 * time.Minute)
		if n := a.count("Servers"); n < 9 {
			t.Errorf("%d listings of servers in 5 min beside volumes that hang", n)
		}
	})
}

func TestTwoHousesMakeTheCallsOfOne(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(3)
		st := openStore(t, file)
		first := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "first"})
		second := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Holder: "second"})
		defer second.stop()
		if !second.Ready() || len(second.List(inventory.KindServer)) != 3 {
			t.Fatal("the second house does not see what the first has listed")
		}
		if n := a.count("Servers"); n != 1 {
			t.Errorf("%d listings, want 1", n)
		}
		made, err := second.create("a", "ours")
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := first.Get(t.Context(), made.ID); !ok {
			t.Error("the first house does not know what the second made")
		}
		a.do(func() { a.servers[made.Native].State = providers.StateActive })
		first.sleep(20 * time.Second)
		for name, h := range map[string]*house{"first": first, "second": second} {
			if it := h.native("a", made.Native); it == nil || it.Server.State != providers.StateActive || it.Pending != "" {
				t.Errorf("the %s house shows %+v", name, it)
			}
		}
		first.stop()
		before := a.count("Servers")
		second.sleep(30 * time.Second)
		if a.count("Servers") == before {
			t.Error("nobody refreshes after the first house has left")
		}
	})
}
