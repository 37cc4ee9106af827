package inventory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"occigate/gateway/inventory"
)

// since describes the events behind a number, in order.
func (h *house) since(seq uint64) (list []string) {
	events, _, missed := h.Events().After(seq, 1000)
	if missed {
		return []string{"missed"}
	}
	for _, e := range events {
		what := "changed"
		switch {
		case e.Before == nil:
			what = "new"
		case e.After == nil:
			what = "gone"
		}
		it := e.Item()
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", what, it.Kind, it.Title)))
	}
	return list
}

func TestEventsTellWhatChanged(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := estate()
		h := open(t, file, a)
		defer h.stop()
		h.sleep(time.Minute)
		steps := []struct {
			name string
			do   func()
			want string
		}{
			{"nothing", func() {}, ""},
			{"a title at the cloud", func() { a.do(func() { a.servers["i-1"].Name = "another" }) }, "changed server another"},
			{"a new server", func() { a.add(1) }, "new server name of i-2"},
			{"a title of a user", func() {
				if _, err := h.Describe(t.Context(), h.native("a", "i-1").ID, inventory.Own{Title: "mine"}); err != nil {
					t.Fatal(err)
				}
			}, "changed server mine"},
			{"a delete", func() {
				if err := h.Delete(t.Context(), h.native("a", "i-2").ID); err != nil {
					t.Fatal(err)
				}
			}, "gone server name of i-2"},
		}
		for _, s := range steps {
			last := h.Events().Last()
			s.do()
			h.sleep(time.Minute)
			if got := strings.Join(h.since(last), ", "); got != s.want {
				t.Errorf("%s: %q, want %q", s.name, got, s.want)
			}
		}
	})
}

// What a gateway finds in its store when it starts has not changed.
func TestAStartIsNoEvent(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(3)
		h := open(t, file, a)
		first := h.Events()
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		if first.Last() != 3 || h.Events().Last() != 0 {
			t.Errorf("%d events at first, want 3; %d after a start, want none", first.Last(), h.Events().Last())
		}
		if first.Boot == h.Events().Boot {
			t.Error("events of both have equal names")
		}
	})
}

func TestEventsAreKeptForAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(10)
		st := openStore(t, file)
		h := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a}), Events: 4})
		defer h.stop()
		for seq, want := range map[uint64]int{10: 0, 9: 1, 6: 4} {
			if got := h.since(seq); len(got) != want {
				t.Errorf("behind %d: %q, want %d", seq, got, want)
			}
		}
		for _, seq := range []uint64{0, 5, 11} { // too long ago, and never
			if got := h.since(seq); len(got) != 1 || got[0] != "missed" {
				t.Errorf("behind %d: %q, want that some are missed", seq, got)
			}
		}
		_, more, _ := h.Events().After(10, 1)
		select {
		case <-more:
			t.Error("there is more")
		default:
		}
		a.add(1)
		h.Ring("a")
		h.sleep(10 * time.Second)
		select {
		case <-more:
		default:
			t.Error("nobody is told that there is more")
		}
	})
}
