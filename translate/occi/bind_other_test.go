package occi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

const stopLine = `Category: stop; scheme="http://schemas.ogf.org/occi/infrastructure/compute/action#"; class="action"`

func TestAction(t *testing.T) {
	graceful := occi.Attributes{"method": "graceful"}
	cases := []struct {
		name  string
		media occi.MediaType
		body  string
		want  occi.Attributes
	}{
		{"T-10 text", occi.TextPlain, stopLine + "\nX-OCCI-Attribute: method=\"graceful\"", graceful},
		{"J-4 JSON", occi.OCCIJSON, `{"action":"` + occi.ActionStop + `","attributes":{"method":"graceful"}}`, graceful},
		{"older JSON", occi.OCCIJSON, `{"action":{"action":"` + occi.ActionStop + `","attributes":{"method":"graceful"}}}`, graceful},
		{"pOCCI full category", occi.TextPlain, stopLine + `; title="Stop the system"; attributes="method"`, occi.Attributes{}},
		{"D-18 empty body", occi.TextPlain, "", occi.Attributes{}},
		{"I-7 misspelt", occi.TextPlain, stopLine + "\nX-OCCI-Attribute: method=GRACEFUL", graceful},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := binder(t).Action(parse(t, c.media, c.body), "stop", occi.KindCompute, nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(&occi.Invocation{Action: occi.ActionStop, Attributes: c.want}, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestActionMembers reads which members of a collection an action is meant for:
// dropping them would mean all.
func TestActionMembers(t *testing.T) {
	doc := parse(t, occi.OCCIJSON, `{"action":"`+occi.ActionStop+`","resources":[{"id":"urn:uuid:a"},{"id":"b"}]}`)
	var ids []string
	for _, ref := range binder(t).References(doc) {
		ids = append(ids, ref.ID)
	}
	if d := cmp.Diff([]string{"a", "b"}, ids); d != "" {
		t.Error(d)
	}
	if call, err := binder(t).Action(doc, "stop", occi.KindCompute, nil); err != nil || call.Action != occi.ActionStop {
		t.Errorf("the action is %v, %v", call, err)
	}
}

func TestActionErrors(t *testing.T) {
	cases := []struct{ name, term, kind, body, text string }{
		{"unknown term", "fly", occi.KindCompute, "", `unknown action "fly", expected an action of ` + occi.KindCompute},
		{"D-18 other term", "start", occi.KindCompute, stopLine, `line 1: action differs from the one in the URL: "` + occi.ActionStop + `", expected start`},
		{"other kind", "stop", occi.KindNetwork, stopLine, `line 1: action is not one of this entity: "` + occi.ActionStop + `", expected an action of ` + occi.KindNetwork},
		{"no action", "stop", occi.KindCompute, computeLine, `line 1: not an action: "` + occi.KindCompute + `", expected a category of class action`},
		{"two", "stop", occi.KindCompute, stopLine + "\n" + stopLine, `line 2: more than one category "stop", expected the action's alone`},
		{"value", "stop", occi.KindCompute, stopLine + "\nX-OCCI-Attribute: method=\"axe\"", `line 2: wrong value of attribute "method", expected one of graceful, acpioff, poweroff`},
		{"parameter", "stop", occi.KindCompute, stopLine + "\nX-OCCI-Attribute: name=\"a\"", `line 2: unknown attribute "name", expected one that /-/ lists for its categories`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := binder(t).Action(parse(t, occi.TextPlain, c.body), c.term, c.kind, nil)
			wantError(t, err, occi.Invalid, c.text)
		})
	}
	t.Run("D-18 ambiguous", func(t *testing.T) {
		mixin := occi.Mixin{Category: occi.Category{Scheme: "http://x.example/#", Term: "m"}, Location: "/m/", Actions: []string{"http://x.example/a#stop"}}
		stop := []occi.Action{
			{Category: occi.Category{Scheme: "http://x.example/a#", Term: "stop"}},
			{Category: occi.Category{Scheme: "http://x.example/b#", Term: "stop"}},
		}
		kind := occi.Kind{Category: occi.Category{Scheme: "http://x.example/#", Term: "k"}, Location: "/k/", Actions: []string{"http://x.example/b#stop"}}
		r, err := occi.NewRegistry([]occi.Kind{kind}, []occi.Mixin{mixin}, stop)
		if err != nil {
			t.Fatal(err)
		}
		_, err = occi.Binder{Registry: r}.Action(&occi.Document{}, "stop", kind.ID(), []string{mixin.ID()})
		wantError(t, err, occi.Conflict, `several actions are called "stop", expected the action's category in the body`)
	})
}

// User mixins (H-22, D-23), as pOCCI and others define them.
func TestMixins(t *testing.T) {
	const rel = "http://schemas.ogf.org/occi/infrastructure#none"
	want := []occi.Mixin{{
		Category: occi.Category{Scheme: "http://example.com/occi/my_stuff#", Term: "stufik", Title: "My stuff"},
		Depends:  []string{rel}, Location: "/mixin/x/", User: true,
	}}
	cases := []struct {
		name  string
		media occi.MediaType
		body  string
	}{
		{"text", occi.TextPlain, `Category: stufik; scheme="http://example.com/occi/my_stuff#"; class="mixin"; title="My stuff"; rel="` + rel + `"; location="/mixin/x/"`},
		{"no class, absolute location", occi.TextPlain, `Category: stufik;scheme="http://example.com/occi/my_stuff";title="My stuff";rel="` + rel + `";location="http://gw.example.org/mixin/x"`},
		{"JSON collection", occi.OCCIJSON, `{"mixins":[{"term":"stufik","scheme":"http://example.com/occi/my_stuff#","title":"My stuff","depends":["` + rel + `"],"applies":[],"attributes":{"a":{"type":"string"}},"location":"/mixin/x/"}]}`},
		{"JSON array", occi.OCCIJSON, `[{"title":"My stuff","term":"stufik","scheme":"http://example.com/occi/my_stuff#","depends":["` + rel + `"],"location":"/mixin/x/"}]`},
		{"JSON object", occi.OCCIJSON, `{"title":"My stuff","term":"stufik","scheme":"http://example.com/occi/my_stuff#","depends":["` + rel + `"],"location":"/mixin/x/"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc := parse(t, c.media, c.body)
			got, err := binder(t).Mixins(doc)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff([]string{want[0].ID()}, binder(t).Categories(doc)); d != "" {
				t.Error(d)
			}
			with, err := registry(t).With(got...)
			if err != nil {
				t.Fatal(err)
			}
			line := string((&occi.Renderer{Registry: with}).AppendCategoriesText(nil, with.Select([]string{want[0].ID()}, false)))
			if line != `Category: stufik; scheme="http://example.com/occi/my_stuff#"; class="mixin"; title="My stuff"; location="/mixin/x/"` {
				t.Errorf("an unknown relation is shown: %s", line)
			}
		})
	}
}

// What a user's mixin applies to is in JSON alone (GFD.226 section 3.2).
func TestMixinsApply(t *testing.T) {
	const definition = `{"term":"disk","scheme":"http://example.com/#","location":"/disk/","applies":["` + occi.KindStorage + `"]}`
	for name, body := range map[string]string{"object": definition, "collection": `{"mixins":[` + definition + `]}`} {
		mixins, err := binder(t).Mixins(parse(t, occi.OCCIJSON, body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff([]string{occi.KindStorage}, mixins[0].Applies); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestMixinErrors(t *testing.T) {
	cases := []struct{ name, body, text string }{
		{"none", "", "no mixin, expected a category of class mixin"},
		{"kind", `Category: a; scheme="http://x.example/#"; class="kind"; location="/a/"`, `line 1: only mixins can be added: "http://x.example/#a", expected class mixin`},
		{"X-8 term", `Category: A.b; scheme="http://x.example/#"; location="/a/"`, `line 1: not a term "A.b", expected [a-z0-9][a-z0-9_-]*`},
		{"scheme", `Category: a; scheme="x y"; location="/a/"`, `line 1: not a scheme "x y#", expected an absolute URI that ends in "#"`},
		{"C-4 OGF's scheme", `Category: a; scheme="http://schemas.ogf.org/occi/x#"; location="/a/"`, `line 1: scheme is reserved: "http://schemas.ogf.org/occi/x#", expected a scheme of your own`},
		{"no location", `Category: a; scheme="http://x.example/#"`, `line 1: not a location, expected an absolute path that ends in "/"`},
		{"foreign location", `Category: a; scheme="http://x.example/#"; location="http://x.example/a/"`, `line 1: not a location "http://x.example/a/", expected an absolute path that ends in "/"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := binder(t).Mixins(parse(t, occi.TextPlain, c.body))
			wantError(t, err, occi.Invalid, c.text)
		})
	}
}
