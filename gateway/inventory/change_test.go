package inventory_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/inventory"
	"occigate/providers"
)

func TestDeleteHidesAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		h := open(t, file, a)
		defer h.stop()
		id := h.native("a", "i-1").ID
		if err := h.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if _, ok := h.Get(t.Context(), id); ok || len(h.List(inventory.KindServer)) != 1 {
			t.Error("the deleted server is still shown")
		}
		if err := h.Delete(t.Context(), id); providers.Kind(err) != providers.ErrNotFound {
			t.Errorf("a second delete: %v", err)
		}
		h.sleep(time.Minute)
		if len(h.List(inventory.KindServer)) != 1 {
			t.Error("it came back while the cloud still lists it as deleting")
		}
		a.do(func() { delete(a.servers, "i-1") })
		h.sleep(30 * time.Minute)
		if _, ok := h.Get(t.Context(), id); ok {
			t.Error("it came back when it was gone")
		}
	})
}

// TestDeletedBeforeItWasListed deletes a server that no listing has shown yet,
// while listings wait for each other: the first that has it must not bring it
// back.
func TestDeletedBeforeItWasListed(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		a.do(func() { a.hangs["Volumes"] = true })
		made, err := h.create("a", "brief")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Delete(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		for start := time.Now(); time.Since(start) < 2*time.Minute; h.sleep(100 * time.Millisecond) {
			if it, ok := h.Get(t.Context(), made.ID); ok {
				t.Fatalf("after %v it is shown again: %+v", time.Since(start), it.Server)
			}
		}
	})
}

// The program dies when the cloud has deleted a young machine and nobody has
// noted that yet: it is gone with the next listings, not minutes later.
func TestCrashDuringDelete(t *testing.T) {
	for name, reached := range map[string]bool{"before the cloud heard of it": false, "after the cloud deleted it": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, file string) {
				a := newCloud("1")
				a.before["DeleteServer"] = runtime.Goexit
				if reached {
					delete(a.before, "DeleteServer")
					a.crash["DeleteServer"] = func() {
						a.do(func() { delete(a.servers, "i-1") })
						runtime.Goexit()
					}
				}
				h := open(t, file, a)
				made, err := h.create("a", "brief")
				if err != nil {
					t.Fatal(err)
				}
				h.sleep(10 * time.Second)
				go func() { t.Errorf("the delete returned %v", h.Delete(t.Context(), made.ID)) }()
				h.sleep(time.Second)
				h.stop()
				h = open(t, file, a)
				defer h.stop()
				h.sleep(45 * time.Second)
				if it, there := h.Get(t.Context(), made.ID); there == reached {
					t.Errorf("shown: %v, %+v", there, it)
				}
			})
		})
	}
}

func TestADeletedServerThatLivesOnComesBackAsError(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		id := h.native("a", "i-1").ID
		if err := h.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.sleep(9 * time.Minute)
		if _, ok := h.Get(t.Context(), id); ok {
			t.Error("it came back too early")
		}
		h.sleep(3 * time.Minute)
		it, ok := h.Get(t.Context(), id)
		if !ok || it.Server.State != providers.StateError || it.Problem == "" {
			t.Fatalf("after 12 min: %+v", it)
		}
		if err := h.Delete(t.Context(), id); err != nil || a.count("DeleteServer") != 2 {
			t.Errorf("it cannot be deleted again: %v", err)
		}
	})
}

func TestRefusedDeleteChangesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		a.fails["DeleteServer"] = &providers.Error{Kind: providers.ErrConflict, Op: "Terminate", Message: "protected"}
		h := open(t, file, a)
		defer h.stop()
		before := h.native("a", "i-1")
		if err := h.Delete(t.Context(), before.ID); providers.Kind(err) != providers.ErrConflict || err.Error() != "a: Terminate: conflict: protected" {
			t.Errorf("error %v, want account, call and the cloud's words", err)
		}
		h.sleep(time.Minute)
		if it := h.native("a", "i-1"); it == nil || it.Rev != before.Rev {
			t.Errorf("it is %+v", it)
		}
	})
}

func TestPower(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		id := h.native("a", "i-1").ID
		power := func(op providers.PowerOp, wantState providers.State, wantCalls int) {
			t.Helper()
			it, err := h.Power(t.Context(), id, op)
			if err != nil || it.Server.State != wantState || a.count("Power") != wantCalls {
				t.Fatalf("%s: state %s, %d calls, %v; want %s, %d", op, it.Server.State, a.count("Power"), err, wantState, wantCalls)
			}
		}
		power(providers.PowerStart, providers.StateActive, 0) // it is active
		power(providers.PowerStop, providers.StateStopping, 1)
		power(providers.PowerStop, providers.StateStopping, 1) // on the way there
		h.sleep(20 * time.Second)
		power(providers.PowerStop, providers.StateInactive, 1)
		if it := h.native("a", "i-1"); it.Pending != "" {
			t.Errorf("pending %q", it.Pending)
		}
		power(providers.PowerStart, providers.StateStarting, 2)
		if _, err := h.Power(t.Context(), id, providers.PowerSuspend); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("suspend: %v", err)
		}
		if _, err := h.Resize(t.Context(), id, "big"); providers.Kind(err) != providers.ErrUnsupported {
			t.Errorf("resize: %v", err)
		}
	})
}

// What memory knows may be half a minute old.
func TestPowerAsksTheCloudBeforeItRefuses(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		a.servers["i-1"].State = providers.StateStarting
		h := open(t, file, a)
		defer h.stop()
		a.do(func() { a.servers["i-1"].State = providers.StateActive })
		if _, err := h.Power(t.Context(), h.native("a", "i-1").ID, providers.PowerStop); err != nil {
			t.Error(err)
		}
	})
}

func TestChangeWithoutEffectIsAProblem(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		a.do(func() { a.crash["Power"] = func() { a.do(func() { a.servers["i-1"].State = providers.StateActive }) } })
		if _, err := h.Power(t.Context(), h.native("a", "i-1").ID, providers.PowerStop); err != nil {
			t.Fatal(err)
		}
		h.sleep(12 * time.Minute)
		if it := h.native("a", "i-1"); it.Problem == "" || it.Server.State != providers.StateActive || it.Pending != "" {
			t.Errorf("it is %+v", it)
		}
		h.sleep(90 * time.Minute)
		if it := h.native("a", "i-1"); it.Problem != "" {
			t.Errorf("the problem stays: %s", it.Problem)
		}
	})
}

func TestWithoutTheStore(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(2)
		h := open(t, file, a)
		defer h.stop()
		first, second := h.native("a", "i-1").ID, h.native("a", "i-2").ID
		if err := h.store.Close(); err != nil {
			t.Fatal(err)
		}
		if len(h.List(inventory.KindServer)) != 2 {
			t.Error("reads need the store")
		}
		if _, err := h.create("a", "x"); providers.Kind(err) != providers.ErrUnavailable || a.count("CreateServer") != 0 {
			t.Errorf("create: %v, %d calls", err, a.count("CreateServer"))
		}
		if _, err := h.Power(t.Context(), first, providers.PowerStop); err != nil {
			t.Errorf("stop: %v", err)
		}
		if err := h.Delete(t.Context(), second); err != nil || a.count("DeleteServer") != 1 {
			t.Errorf("delete: %v", err)
		}
	})
}

func TestDescribeAndMix(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		id := h.native("a", "i-1").ID
		rev := h.native("a", "i-1").Rev
		it, err := h.Describe(t.Context(), id, inventory.Own{Title: "T", Extra: map[string]string{"a": "1", "b": "2"}})
		if err != nil || it.Title != "T" || it.Rev == rev {
			t.Fatalf("%+v, %v", it, err)
		}
		if _, err := h.Mix(t.Context(), id, []string{"x", "y"}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Mix(t.Context(), id, []string{"z", "x"}, []string{"y"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Describe(t.Context(), id, inventory.Own{Summary: "S", Extra: map[string]string{"b": ""}}); err != nil {
			t.Fatal(err)
		}
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		got := h.native("a", "i-1")
		want := inventory.Item{Title: "T", Summary: "S", Extra: map[string]string{"a": "1"}, Mixins: []string{"x", "z"}}
		if diff := cmp.Diff(want, inventory.Item{Title: got.Title, Summary: got.Summary, Extra: got.Extra, Mixins: got.Mixins}); diff != "" {
			t.Errorf("after a restart (-want +got):\n%s", diff)
		}
		if _, err := h.Describe(t.Context(), "nobody", inventory.Own{}); !errors.Is(err, providers.ErrNotFound) {
			t.Errorf("unknown id: %v", err)
		}
	})
}

func TestVolumesAndNetworks(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		volume, err := h.CreateVolume(t.Context(), "a", providers.VolumeSpec{Name: "disk", SizeGiB: 5}, inventory.Own{})
		if err != nil || volume.Volume.Name != "disk" || volume.Volume.State != providers.ResourcePending || volume.Native == "" {
			t.Fatalf("%+v, %v", volume, err)
		}
		network, err := h.CreateNetwork(t.Context(), "a", providers.NetworkSpec{Name: "lan"}, inventory.Own{})
		if err != nil || network.Network.Name != "lan" {
			t.Fatalf("%+v, %v", network, err)
		}
		h.sleep(10 * time.Second)
		if it, _ := h.Get(t.Context(), volume.ID); it.Volume.State != providers.ResourceOnline || it.Pending != "" {
			t.Errorf("the volume is %+v", it)
		}
		if it, err := h.ResizeVolume(t.Context(), volume.ID, 9); err != nil || it.Pending != "resize" {
			t.Errorf("resize: %+v, %v", it, err)
		}
		h.sleep(20 * time.Second)
		if it, _ := h.Get(t.Context(), volume.ID); it.Volume.SizeGiB != 9 || it.Pending != "" {
			t.Errorf("the volume is %+v", it)
		}
		if _, err := h.ResizeVolume(t.Context(), volume.ID, 9); err != nil || a.count("ResizeVolume") != 1 {
			t.Errorf("the same size: %v, %d calls", err, a.count("ResizeVolume"))
		}
		for _, id := range []string{volume.ID, network.ID} {
			if err := h.Delete(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		h.sleep(20 * time.Minute)
		if n := len(h.List(inventory.KindVolume)) + len(h.List(inventory.KindNetwork)); n != 0 || len(a.volumes)+len(a.networks) != 0 {
			t.Errorf("%d left", n)
		}
	})
}

// A title that equals the cloud's is not frozen.
func TestDescribeKeepsOnlyWhatDiffers(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		id := h.native("a", "i-1").ID
		if _, err := h.Describe(t.Context(), id, inventory.Own{Title: "name of i-1", Summary: "S"}); err != nil {
			t.Fatal(err)
		}
		a.do(func() { a.servers["i-1"].Name = "renamed" })
		h.sleep(time.Minute)
		if it := h.native("a", "i-1"); it.Title != "renamed" || it.Summary != "S" {
			t.Errorf("it is %q, %q", it.Title, it.Summary)
		}
	})
}

func TestAnIDIsNotUsedAgainWhileItIsBeingDeleted(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		own := inventory.Own{ID: "11111111-2222-4333-8444-555555555555", Title: "first"}
		if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, own); err != nil {
			t.Fatal(err)
		}
		h.sleep(time.Minute)
		if err := h.Delete(t.Context(), own.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, own); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("at once: %v", err)
		}
		a.do(func() { delete(a.servers, "i-1") })
		h.sleep(time.Minute)
		own.Title = "second"
		if _, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{}, own); err != nil {
			t.Fatalf("when it is gone: %v", err)
		}
		if _, err := h.Mix(t.Context(), own.ID, []string{"m"}, nil); err != nil {
			t.Fatal(err)
		}
		h.sleep(time.Minute)
		if it, ok := h.Get(t.Context(), own.ID); !ok || it.Native != "i-2" || it.Title != "second" || len(it.Mixins) != 1 || it.Pending != "" {
			t.Errorf("the second is %+v", it)
		}
	})
}

// TestTakenAwayWhileBeingMade takes away what a create came with before the
// create is settled: it must not come back from the intent.
func TestTakenAwayWhileBeingMade(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		h := open(t, file, a)
		defer h.stop()
		made, err := h.CreateServer(t.Context(), "a", providers.ServerSpec{Name: "web"}, inventory.Own{
			Summary: "S", Extra: map[string]string{"stays": "1", "goes": "2"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the first makes the record, the second reads it
			if _, err := h.Describe(t.Context(), made.ID, inventory.Own{Extra: map[string]string{"goes": ""}}); err != nil {
				t.Fatal(err)
			}
		}
		h.sleep(10 * time.Minute)
		got, ok := h.Get(t.Context(), made.ID)
		if !ok || got.Pending != "" {
			t.Fatalf("not settled: %+v", got)
		}
		if diff := cmp.Diff(map[string]string{"stays": "1"}, got.Extra); diff != "" || got.Summary != "S" {
			t.Errorf("summary %q, extra (-want +got):\n%s", got.Summary, diff)
		}
	})
}

// TestTermsStay keeps what an item was made at, through everything that users change
// and a restart, and takes it only once.
func TestTermsStay(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		id := h.native("a", "i-1").ID
		for _, price := range []string{"1", "2"} {
			if it, err := h.Agree(t.Context(), id, map[string]string{"price": price}); err != nil || it.Terms["price"] != "1" {
				t.Fatalf("%+v, %v", it, err)
			}
		}
		if _, err := h.Replace(t.Context(), id, inventory.Own{Title: "T", Terms: map[string]string{"price": "3"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Describe(t.Context(), id, inventory.Own{Summary: "S", Terms: map[string]string{"price": "3"}}); err != nil {
			t.Fatal(err)
		}
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		if it := h.native("a", "i-1"); it.Terms["price"] != "1" || it.Title != "T" || it.Summary != "S" {
			t.Errorf("%+v", it)
		}
	})
}
