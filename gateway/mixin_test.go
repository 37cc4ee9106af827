package gateway

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"occigate/gateway/access"
	"occigate/gateway/inventory"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/translate/occi"
)

// emptyGateway is a gateway without accounts over a store of its own, with what
// it logs.
func emptyGateway(t *testing.T) (*Gateway, *observer.ObservedLogs) {
	t.Helper()
	inv, err := inventory.New(inventory.Options{Store: bolttest.New(t), Derive: Derive, Words: Words})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := access.New(nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- inv.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	for end := time.Now().Add(2 * time.Minute); !inv.Ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the store was not read")
		}
	}
	core, logs := observer.New(zap.WarnLevel)
	return New(Options{Inventory: inv, Guard: guard, Log: zap.New(core)}), logs
}

// The query interface is rendered once for each change of it.
func TestModelIsMadeOncePerChange(t *testing.T) {
	g, logs := emptyGateway(t)
	first := g.models.current()
	if g.models.current() != first {
		t.Error("another model without a change")
	}
	if err := g.inv.Define(t.Context(), "http://x.example/#a", []byte(`{"location":"/a/"}`)); err != nil {
		t.Fatal(err)
	}
	second := g.models.current()
	if second == first || second.registry.MixinAt("/a/") == nil || second.query().etag == first.query().etag {
		t.Error("the model has not changed with a definition")
	}
	if g.models.current() != second {
		t.Error("another model without a change")
	}
	if err := g.inv.Undefine(t.Context(), "http://x.example/#a"); err != nil {
		t.Fatal(err)
	}
	if third := g.models.current(); string(third.query().text) != string(first.query().text) {
		t.Error("the model is not what it was before the definition")
	}
	if logs.Len() > 0 {
		t.Errorf("log: %v", logs.All())
	}
}

// Definitions that do not fit, as those of a newer gateway may, are left out
// and do no harm to others.
func TestModelLeavesOutWhatDoesNotFit(t *testing.T) {
	g, logs := emptyGateway(t)
	for id, data := range map[string]string{
		"http://x.example/#good":  `{"location":"/good/"}`,
		"http://x.example/#taken": `{"location":"/compute/"}`,
		"http://x.example/#kind":  `{"location":"/kind/","applies":["http://x.example/#unknown"]}`,
		"http://x.example/#text":  `nonsense`,
	} {
		if err := g.inv.Define(t.Context(), id, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	var shown []string
	for _, m := range g.models.current().registry.Mixins() {
		if m.User {
			shown = append(shown, m.ID())
		}
	}
	if diff := cmp.Diff([]string{"http://x.example/#good"}, shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if logs.Len() != 3 {
		t.Errorf("%d lines in the log, want one for each of the three:\n%v", logs.Len(), logs.All())
	}
}

func TestEncodeMixin(t *testing.T) {
	want := &occi.Mixin{
		Category: occi.Category{Scheme: "http://x.example/tag#", Term: "a", Title: "Ä \"quoted\" title"},
		Depends:  []string{"http://x.example/none#b"}, Applies: []string{occi.KindStorage}, Location: "/a/", User: true,
	}
	data, err := encodeMixin(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeMixin(inventory.Definition{ID: want.ID(), Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOrdered(t *testing.T) {
	cases := []struct {
		name    string
		depends map[string][]string
		want    []string
	}{
		{"none", nil, nil},
		{"alone", map[string][]string{"a": nil, "b": nil}, []string{"a", "b"}},
		{"on a later one", map[string][]string{"a": {"c"}, "b": nil, "c": {"b"}}, []string{"b", "c", "a"}},
		{"on what nobody has", map[string][]string{"a": {"x"}}, []string{"a"}},
		{"in a circle", map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"a"}}, []string{"c", "b", "a"}},
		{"on itself", map[string][]string{"a": {"a"}}, []string{"a"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			defined := map[string]*occi.Mixin{}
			var ids, got []string
			for id, depends := range c.depends {
				defined[id] = &occi.Mixin{Category: occi.Category{Term: id}, Depends: depends}
				ids = append(ids, id)
			}
			slices.Sort(ids)
			for _, m := range ordered(ids, defined) {
				got = append(got, m.Term)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
