package inventory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/inventory"
	"occigate/providers"
)

// defined are the definitions of a house, by id.
func (h *house) defined() map[string]string {
	all := map[string]string{}
	for _, d := range h.Definitions() {
		all[d.ID] = string(d.Data)
	}
	return all
}

func (h *house) define(id, data string) {
	h.t.Helper()
	if err := h.Define(h.t.Context(), id, []byte(data)); err != nil {
		h.t.Fatalf("define %s: %v", id, err)
	}
}

func (h *house) mix(item, mixin string) {
	h.t.Helper()
	if _, err := h.Mix(h.t.Context(), item, []string{mixin}, nil); err != nil {
		h.t.Fatalf("mix %s: %v", mixin, err)
	}
}

func TestDefinitions(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		h := open(t, file, newCloud("1"))
		defer h.stop()
		before := h.Generation(inventory.KindDefinition)
		h.define("tag#b", "two")
		h.define("tag#a", "one")
		want := []inventory.Definition{{ID: "tag#a", Data: []byte("one")}, {ID: "tag#b", Data: []byte("two")}}
		if diff := cmp.Diff(want, h.Definitions()); diff != "" {
			t.Errorf("definitions (-want +got):\n%s", diff)
		}
		after := h.Generation(inventory.KindDefinition)
		if after == before {
			t.Error("the generation is the same")
		}
		if err := h.Define(t.Context(), "tag#a", []byte("other")); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("a second definition: %v", err)
		}
		if err := h.Undefine(t.Context(), "tag#c"); providers.Kind(err) != providers.ErrNotFound {
			t.Errorf("undefine what is not there: %v", err)
		}
		h.sleep(time.Minute)
		if h.Generation(inventory.KindDefinition) != after {
			t.Error("the generation changes by itself")
		}
		if err := h.Undefine(t.Context(), "tag#a"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"tag#b": "two"}, h.defined()); diff != "" {
			t.Errorf("after undefine (-want +got):\n%s", diff)
		}
		if h.Generation(inventory.KindDefinition) == after {
			t.Error("the generation is the same after undefine")
		}
	})
}

// What is undefined leaves nothing on items, whatever the account's cloud says,
// and nothing that a later definition of the id would find.
func TestUndefineTakesItOffAllItems(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a, b := newCloud("1"), newCloud("2")
		a.add(2)
		b.add(1)
		h := open(t, file, a, b)
		defer func() { h.stop() }()
		one, other := h.native("a", "i-1").ID, h.native("b", "i-1").ID
		h.define("tag#a", "one")
		for _, id := range []string{one, other} {
			h.mix(id, "tag#a")
			h.mix(id, "tag#b")
		}
		h.stop()
		b.fails["Identity"] = &providers.Error{Kind: providers.ErrDenied, Op: "Login", Message: "revoked"}
		h = open(t, file, a, b)
		if st := h.status("b"); st.Kind != providers.ErrDenied {
			t.Fatalf("account b is %+v", st)
		}
		if err := h.Undefine(t.Context(), "tag#a"); err != nil {
			t.Fatal(err)
		}
		h.define("tag#a", "again")
		for _, id := range []string{one, other} {
			it, _ := h.Get(t.Context(), id)
			if diff := cmp.Diff([]string{"tag#b"}, it.Mixins); diff != "" {
				t.Errorf("mixins of %s (-want +got):\n%s", id, diff)
			}
		}
	})
}

// A gateway that ended between two steps may have left a mixin on an item.
func TestDefineBeginsWithoutItems(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		defer h.stop()
		id := h.native("a", "i-1").ID
		h.mix(id, "tag#a")
		h.define("tag#a", "one")
		if it, _ := h.Get(t.Context(), id); len(it.Mixins) != 0 {
			t.Errorf("mixins %v", it.Mixins)
		}
	})
}

func TestDefinitionsSurviveARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		a := newCloud("1")
		a.add(1)
		h := open(t, file, a)
		id := h.native("a", "i-1").ID
		h.define("tag#a", "one")
		h.mix(id, "tag#a")
		h.stop()
		h = open(t, file, a)
		defer h.stop()
		h.sleep(30 * time.Minute) // every listing once at least
		if diff := cmp.Diff(map[string]string{"tag#a": "one"}, h.defined()); diff != "" {
			t.Errorf("definitions (-want +got):\n%s", diff)
		}
		if it, _ := h.Get(t.Context(), id); !cmp.Equal(it.Mixins, []string{"tag#a"}) {
			t.Errorf("mixins %v", it.Mixins)
		}
	})
}

// Definitions are written back like all that no cloud can give back, also when
// the new store does not take them at first.
func TestDefinitionsOutliveTheStore(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		h, st := alone(t, file, newCloud("1"))
		defer h.stop()
		second := openStore(t, file+".new")
		h.define("tag#a", "one")
		h.define("tag#b", "two")
		if err := h.Undefine(t.Context(), "tag#b"); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"tag#a": "one"}
		st.set(func() { st.Store, st.full = second, errors.New("disk full") })
		h.sleep(10 * time.Second)
		if diff := cmp.Diff(want, h.defined()); diff != "" {
			t.Errorf("while the store is full (-want +got):\n%s", diff)
		}
		st.set(func() { st.full = nil })
		h.sleep(10 * time.Second)
		if diff := cmp.Diff(want, h.defined()); diff != "" {
			t.Errorf("in the end (-want +got):\n%s", diff)
		}
		fresh := openOn(t, second, inventory.Options{Accounts: accountsOf([]*cloud{newCloud("1")})})
		defer fresh.stop()
		if diff := cmp.Diff(want, fresh.defined()); diff != "" {
			t.Errorf("in the new store (-want +got):\n%s", diff)
		}
	})
}

// Two gateways on one store tell each other what is defined.
func TestDefinitionsReachOtherGateways(t *testing.T) {
	inBubble(t, func(t *testing.T, file string) {
		st := openStore(t, file)
		a := newCloud("1")
		a.add(1)
		one := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a})})
		defer one.stop()
		two := openOn(t, st, inventory.Options{Accounts: accountsOf([]*cloud{a})})
		defer two.stop()
		one.define("tag#a", "one")
		if err := two.Define(t.Context(), "tag#a", []byte("two")); providers.Kind(err) != providers.ErrConflict {
			t.Errorf("the other gateway defines it too: %v", err)
		}
		two.sleep(3 * time.Second)
		id := two.native("a", "i-1").ID
		two.mix(id, "tag#a")
		if diff := cmp.Diff(map[string]string{"tag#a": "one"}, two.defined()); diff != "" {
			t.Errorf("at the other gateway (-want +got):\n%s", diff)
		}
		one.sleep(3 * time.Second)
		if err := one.Undefine(t.Context(), "tag#a"); err != nil {
			t.Fatal(err)
		}
		two.sleep(3 * time.Second)
		if it, _ := two.Get(t.Context(), id); len(two.defined()) != 0 || len(it.Mixins) != 0 {
			t.Errorf("after undefine: %v, mixins %v", two.defined(), it.Mixins)
		}
	})
}

func TestDefinitionsNeedTheStore(t *testing.T) {
	inv, err := inventory.New(inventory.Options{Store: &watched{}, Accounts: accountsOf([]*cloud{newCloud("1")})})
	if err != nil {
		t.Fatal(err)
	}
	if err := inv.Define(t.Context(), "tag#a", []byte("one")); !errors.Is(err, inventory.ErrNotReady) {
		t.Errorf("define before Run: %v", err)
	}
	if err := inv.Undefine(t.Context(), "tag#a"); !errors.Is(err, inventory.ErrNotReady) {
		t.Errorf("undefine before Run: %v", err)
	}
	inBubble(t, func(t *testing.T, file string) {
		h, st := alone(t, file, newCloud("1"))
		defer h.stop()
		h.define("tag#a", "one")
		st.set(func() { st.broken = errors.New("no route to host") })
		if err := h.Define(t.Context(), "tag#b", []byte("two")); providers.Kind(err) != providers.ErrUnavailable {
			t.Errorf("define without the store: %v", err)
		}
		if err := h.Undefine(t.Context(), "tag#a"); providers.Kind(err) != providers.ErrUnavailable {
			t.Errorf("undefine without the store: %v", err)
		}
		if diff := cmp.Diff(map[string]string{"tag#a": "one"}, h.defined()); diff != "" {
			t.Errorf("definitions (-want +got):\n%s", diff)
		}
	})
}
