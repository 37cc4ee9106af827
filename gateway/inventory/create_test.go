package inventory_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"occigate/gateway/inventory"
	"occigate/providers"
)

func TestCreateIsVisibleAtOnceAndKeepsItsID(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		made, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "web", ImageID: "ami-1"},
			inventory.Own{Title: "Web", Summary: "the web", Extra: map[string]string{"k": "v"}, Mixins: []string{"m"}, Terms: map[string]string{"price": "1"}})
		if err != nil {
			t.Fatal(err)
		}
		got, ok := h.Get(t.Context(), made.ID)
		if !ok || got.Native != "i-1" || got.Title != "Web" || got.Server.ImageID != "ami-1" || got.Server.State != providers.StatePending {
			t.Fatalf("after the create: %+v", got)
		}
		if got.Pending != "create" || len(h.List(inventory.KindServer)) != 1 {
			t.Errorf("pending %q, %d servers", got.Pending, len(h.List(inventory.KindServer)))
		}
		a.do(func() { a.servers["i-1"].State = providers.StateActive })
		h.sleep(time.Minute)
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		got, ok = h.Get(t.Context(), made.ID)
		if !ok || got.Pending != "" || got.Server.State != providers.StateActive {
			t.Fatalf("later: %+v", got)
		}
		want := inventory.Item{Title: "Web", Summary: "the web", Extra: map[string]string{"k": "v"}, Mixins: []string{"m"}, Terms: map[string]string{"price": "1"}}
		if diff := cmp.Diff(want, inventory.Item{Title: got.Title, Summary: got.Summary, Extra: got.Extra, Mixins: got.Mixins, Terms: got.Terms}); diff != "" {
			t.Errorf("own data (-want +got):\n%s", diff)
		}
	})
}

func TestARowThatLagsDoesNotBlink(t *testing.T) {
	for name, tokenless := range map[string]bool{"token at the cloud": false, "no token": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := newCloud("1")
				a.tokenless = tokenless
				a.crash["CreateServer"] = func() { a.do(func() { a.hidden["i-1"] = time.Now().Add(4 * time.Minute) }) }
				h := open(t, file, a)
				defer h.stop()
				made, err := h.create("a", "late")
				if err != nil {
					t.Fatal(err)
				}
				for range 6 * 60 {
					if list := h.List(inventory.KindServer); len(list) != 1 || list[0].ID != made.ID || list[0].Problem != "" {
						t.Fatalf("the list is %+v", list)
					}
					h.sleep(time.Second)
				}
				if it := h.native("a", "i-1"); it.Pending != "" || it.ID != made.ID {
					t.Errorf("in the end: %+v", it)
				}
			})
		})
	}
}

func TestRefusedCreateLeavesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		a.do(func() {
			a.fails["CreateServer"] = &providers.Error{Kind: providers.ErrQuota, Op: "RunInstances", Message: "limit of 20 reached"}
		})
		id := uuid.NewString()
		_, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, inventory.Own{ID: id})
		if providers.Kind(err) != providers.ErrQuota || err.Error() != "a: RunInstances: quota: limit of 20 reached" {
			t.Errorf("error %v, want account, call and the cloud's words", err)
		}
		if _, ok := h.Get(t.Context(), id); ok {
			t.Error("the refused server is there")
		}
		a.do(func() { clear(a.fails) })
		if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, inventory.Own{ID: id}); err != nil {
			t.Errorf("the id cannot be used again: %v", err)
		}
	})
}

// A create that failed before the cloud was asked for it leaves nothing, though
// the kind of the failure is that of lost answers.
func TestCreateThatWasNotAskedForLeavesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		a.do(func() {
			a.fails["CreateServer"] = providers.Unmade(&providers.Error{Kind: providers.ErrUnavailable, Op: "GET /servers", Message: "down"})
		})
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrUnavailable || !strings.Contains(err.Error(), "down") {
			t.Errorf("error %v", err)
		}
		h.sleep(time.Second)
		if list := h.List(inventory.KindServer); len(list) != 0 {
			t.Errorf("shown: %+v", list[0])
		}
	})
}

func TestClientChosenIDs(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		own := inventory.Own{ID: uuid.NewString()}
		first, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "x"}, own)
		if err != nil || first.ID != own.ID {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "x"}, own)
		if err != nil || again.ID != own.ID || a.count("CreateServer") != 1 {
			t.Errorf("the same again: %v, %d calls", err, a.count("CreateServer"))
		}
		if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "y"}, own); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("another spec: %v", err)
		}
		for _, bad := range []string{"x", strings.ToUpper(uuid.NewString()), "{" + uuid.NewString() + "}"} {
			if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, inventory.Own{ID: bad}); providers.Kind(err) != providers.ErrInvalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if _, err := h.create("nobody", "x"); providers.Kind(err) != providers.ErrNotFound {
			t.Errorf("unknown account: %v", err)
		}
	})
}

// The program dies at any point of a create: no second machine, none lost.
func TestCrashDuringCreate(t *testing.T) {
	tests := map[string]struct {
		tokenless, reached bool
		wantServers        int
		wantOurs           bool
	}{
		"before the cloud heard of it":     {wantServers: 0},
		"after the cloud made it":          {reached: true, wantServers: 1, wantOurs: true},
		"after a cloud without tokens did": {reached: true, tokenless: true, wantServers: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := newCloud("1")
				a.tokenless = tt.tokenless
				hook := a.before
				if tt.reached {
					hook = a.crash
				}
				hook["CreateServer"] = runtime.Goexit
				h := open(t, file, a)
				id := uuid.NewString()
				go func() {
					it, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "x"}, inventory.Own{ID: id, Title: "mine"})
					t.Errorf("the create returned %v, %v", it, err)
				}()
				h.sleep(time.Second)
				h.stop()
				h = open(t, file, a)
				defer h.stop()
				h.sleep(3 * time.Hour)
				list := h.List(inventory.KindServer)
				if n := a.count("CreateServer"); n != 1 {
					t.Errorf("%d creates, want 1", n)
				}
				if len(list) != tt.wantServers {
					t.Fatalf("%d servers, want %d", len(list), tt.wantServers)
				}
				it, ours := h.Get(t.Context(), id)
				if ours != tt.wantOurs {
					t.Errorf("found under its id: %v", ours)
				}
				if ours && (it.Title != "mine" || it.Pending != "" || it.Problem != "" || it.Native != "i-1") {
					t.Errorf("it is %+v", it)
				}
			})
		})
	}
}

func TestLostAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.loses["CreateServer"] = true
		h := open(t, file, a)
		defer h.stop()
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrUnavailable {
			t.Fatalf("error %v", err)
		}
		list := h.List(inventory.KindServer)
		if len(list) != 1 || !strings.Contains(list[0].Problem, "connection reset") {
			t.Fatalf("while the outcome is unknown: %+v", list)
		}
		h.sleep(time.Minute)
		list = h.List(inventory.KindServer)
		if len(list) != 1 || list[0].Native != "i-1" || list[0].Pending != "" || list[0].Problem != "" {
			t.Fatalf("when it is listed: %+v", list[0])
		}
		if a.count("CreateServer") != 1 {
			t.Error("it was made twice")
		}
	})
}

func TestCreateThatNeverCameIsShownFailedForAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.fails["CreateServer"] = &providers.Error{Kind: providers.ErrUnavailable, Op: "Run", Message: "gateway time-out"}
		h := open(t, file, a)
		defer h.stop()
		if _, err := h.create("a", "x"); err == nil {
			t.Fatal("no error")
		}
		h.sleep(5 * time.Minute)
		list := h.List(inventory.KindServer)
		if len(list) != 1 || list[0].Server.State != providers.StateError || !strings.Contains(list[0].Problem, "gateway time-out") {
			t.Fatalf("after 5 min: %+v", list)
		}
		if err := h.Delete(t.Context(), list[0].ID); err != nil || len(h.List(inventory.KindServer)) != 0 {
			t.Errorf("it cannot be cleared away: %v", err)
		}
		if n := a.count("DeleteServer"); n != 0 {
			t.Errorf("%d deletes of what has no name", n)
		}
		if _, err := h.create("a", "y"); err == nil {
			t.Fatal("no error")
		}
		h.sleep(90 * time.Minute)
		if list := h.List(inventory.KindServer); len(list) != 0 {
			t.Errorf("after 90 min: %+v", list)
		}
	})
}

func TestTicketsArePolledAcrossARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.ticket = "step 1"
		throttled := func() (providers.Progress, error) {
			return providers.Progress{}, providers.Errorf(providers.ErrThrottled, "Poll", "slowly")
		}
		a.progress = []func() (providers.Progress, error){
			throttled,
			func() (providers.Progress, error) { return providers.Progress{Ticket: "step 2"}, nil },
			func() (providers.Progress, error) { return providers.Progress{ID: "i-1"}, nil },
		}
		a.tokenless = true
		h := open(t, file, a)
		made, err := h.create("a", "x")
		if err != nil {
			t.Fatal(err)
		}
		h.sleep(6 * time.Second)
		if n := len(h.List(inventory.KindServer)); n != 1 {
			t.Errorf("%d servers while the create is under way: the row without a name must be held back", n)
		}
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		h.sleep(time.Minute)
		list := h.List(inventory.KindServer)
		if len(list) != 1 || list[0].ID != made.ID || list[0].Native != "i-1" || list[0].Pending != "" {
			t.Errorf("in the end: %+v", list[0])
		}
		if n := a.count("Poll"); n != 3 {
			t.Errorf("%d polls, want 3", n)
		}
	})
}

func TestFailedTicketIsShown(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.ticket = "step 1"
		h := open(t, file, a)
		defer h.stop()
		made, err := h.create("a", "x")
		if err != nil {
			t.Fatal(err)
		}
		a.do(func() { clear(a.servers) })
		h.sleep(20 * time.Second)
		it, ok := h.Get(t.Context(), made.ID)
		if !ok || it.Server.State != providers.StateError || !strings.Contains(it.Problem, "no such ticket") {
			t.Errorf("it is %+v", it)
		}
	})
}

func TestClonesOfOurTokens(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		made, err := h.create("a", "x")
		if err != nil {
			t.Fatal(err)
		}
		h.sleep(time.Minute)
		a.do(func() {
			clone := *a.servers["i-1"]
			clone.ID, clone.Created = "i-0", clone.Created.Add(-time.Hour)
			a.servers["i-0"] = &clone
		})
		h.sleep(time.Minute)
		if it := h.native("a", "i-1"); it.ID != made.ID {
			t.Errorf("our server is now %s", it.ID)
		}
		if it := h.native("a", "i-0"); it == nil || it.ID == made.ID || it.Problem == "" {
			t.Errorf("the clone is %+v", it)
		}
	})
}

func TestANativeIDUsedAgainIsAnotherMachine(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		it, err := h.Describe(t.Context(), h.native("a", "i-1").ID, inventory.Own{Title: "old"})
		if err != nil || it.Title != "old" {
			t.Fatal(it, err)
		}
		a.do(func() { a.servers["i-1"].Created = time.Now() })
		h.sleep(time.Minute)
		if it := h.native("a", "i-1"); it == nil || it.Title != "name of i-1" {
			t.Errorf("the new machine is %+v", it)
		}
	})
}

// TestStopOfWhatIsStillBeingMade stops a server that runs before the last step of
// its create was taken, which is to start it if it rests: it must stay stopped.
func TestStopOfWhatIsStillBeingMade(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.ticket = "see that it runs"
		a.fails["Poll"] = &providers.Error{Kind: providers.ErrUnavailable, Op: "Poll", Message: "no answer"}
		seeThatItRuns := func() (providers.Progress, error) {
			a.servers["i-1"].State = providers.StateActive
			return providers.Progress{ID: "i-1"}, nil
		}
		a.progress = []func() (providers.Progress, error){seeThatItRuns, seeThatItRuns}
		h := open(t, file, a)
		defer h.stop()
		made, err := h.create("a", "x")
		if err != nil {
			t.Fatal(err)
		}
		a.do(func() { a.servers["i-1"].State = providers.StateActive })
		h.sleep(time.Minute)
		if _, err := h.Power(t.Context(), made.ID, providers.PowerOff); providers.Kind(err) != providers.ErrUnavailable || a.count("Power") != 0 {
			t.Errorf("while the step cannot be taken: %v, after %d calls", err, a.count("Power"))
		}
		a.do(func() { delete(a.fails, "Poll") })
		if _, err := h.Power(t.Context(), made.ID, providers.PowerOff); err != nil {
			t.Fatal(err)
		}
		h.sleep(5 * time.Minute)
		if it, _ := h.Get(t.Context(), made.ID); it.Server.State != providers.StateInactive || it.Pending != "" || it.Problem != "" {
			t.Errorf("it is %s, pending %q, %s", it.Server.State, it.Pending, it.Problem)
		}
	})
}
