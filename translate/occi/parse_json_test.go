package occi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

// One compute in every form of JSON that clients send (J-7, J-10, J-12, J-17).
func TestJSONForms(t *testing.T) {
	want := occi.Entity{
		Kind: occi.KindCompute, ID: "vm1", Title: "x", Mixins: []string{debian9.ID()},
		Attributes: occi.Attributes{occi.AttrCores: int64(2), occi.AttrMemory: 4.0, occi.AttrHostname: "h"},
		Links: []occi.Entity{{
			Kind: occi.KindNetworkInterface, ID: "l1", Attributes: occi.Attributes{occi.AttrMAC: "00:80:41:ae:fd:7e"},
			Target: occi.End{Location: "/network/1", Kind: occi.KindNetwork},
		}},
	}
	const (
		head = `"kind":"` + occi.KindCompute + `","mixins":["http://gw.example.org/occi/infrastructure/os_tpl#debian9"],"id":"vm1",`
		flat = `"attributes":{"occi.compute.cores":2,"occi.compute.memory":4,"occi.compute.hostname":"h"},`
		link = `{"kind":"` + occi.KindNetworkInterface + `","id":"l1","attributes":{"occi.networkinterface.mac":"00:80:41:ae:fd:7e"},`
		ends = `"source":{"location":"/compute/vm1"},"target":{"location":"/network/1","kind":"` + occi.KindNetwork + `"}}`
		old  = `"source":"/compute/vm1","target":"/network/1","rel":"` + occi.KindNetwork + `"}`
	)
	cases := map[string]string{
		"J-2 object":           `{` + head + flat + `"title":"x","links":[` + link + ends + `]}`,
		"any order":            `{"links":[` + link + ends + `],` + flat + head + `"title":"x"}`,
		"J-7 wrapper":          `{"resources":[{` + head + flat + `"title":"x","links":[` + link + ends + `]}]}`,
		"array":                `[{` + head + flat + `"title":"x","links":[` + link + ends + `]}]`,
		"J-10 in attributes":   `{` + head + strings.Replace(flat, "{", `{"occi.core.title":"x",`, 1) + `"links":[` + link + ends + `]}`,
		"X-20 strings":         `{` + head + `"attributes":{"occi.compute.cores":"2","occi.compute.memory":"4.0","occi.compute.hostname":"h"},"title":"x","links":[` + link + ends + `]}`,
		"J-17 nested":          `{"resources":[{` + head + `"attributes":{"occi":{"core":{"title":"x"},"compute":{"cores":2,"memory":4.0,"hostname":"h"}}},"links":[` + link + ends + `]}]}`,
		"half nested":          `{` + head + `"title":"x","attributes":{"occi.compute":{"cores":2,"memory":4.0},"occi":{"compute.hostname":"h"}},"links":[` + link + ends + `]}`,
		"D-7 older ends":       `{` + head + flat + `"title":"x","links":[` + link + old + `]}`,
		"J-17 links by name":   `{"resources":[{` + head + flat + `"title":"x","links":["/networkinterface/l1"]}],"links":[` + link + old + `]}`,
		"link beside resource": `{"links":[` + link + ends + `],"resources":[{` + head + flat + `"title":"x"}]}`,
		"nulls and extras":     `{` + head + flat + `"title":"x","summary":null,"location":"/x","actions":["` + occi.ActionStop + `"],"links":[` + link + ends + `]}`,
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			got := create(t, occi.OCCIJSON, body)
			if d := cmp.Diff(want, got.Entity); d != "" || len(got.Warnings) > 0 {
				t.Errorf("%s\n%s\n%v", body, d, got.Warnings)
			}
		})
	}
}

func TestJSONSeveral(t *testing.T) {
	body := `{"resources":[{"kind":"` + occi.KindCompute + `","title":"a"},{"kind":"` + occi.KindCompute + `","title":"b","links":["gone"]}]}`
	got, err := binder(t).Create(parse(t, occi.OCCIJSON, body))
	if err != nil || len(got) != 2 || got[0].Entity.Title != "a" || got[1].Entity.Title != "b" {
		t.Fatalf("%+v, %v", got, err)
	}
	if d := cmp.Diff([]string{`link "gone" was ignored: it is not described in the request`}, got[1].Warnings); d != "" {
		t.Error(d)
	}
	_, err = binder(t).Update(parse(t, occi.OCCIJSON, body), &current)
	wantError(t, err, occi.Invalid, "at /resources/1: several entities, expected one")
}

func TestJSONErrors(t *testing.T) {
	cases := []struct{ name, body, text string }{
		{"cut off", "{\"kind\":\n\"a\"", "line 2: JSON ends too early"},
		{"syntax", "{\n\"kind\" \"a\"}", `line 2: malformed JSON: invalid character '"' after object name (expecting ':')`},
		{"duplicate", "{\n\"title\":\"a\",\n\"title\":\"b\"}", `line 3: duplicate JSON member "title"`},
		{"text behind", `{} {}`, "text after the document"},
		{"scalar", `"a"`, "not a document of OCCI, expected a JSON object or array"},
		{"unknown member", `{"resources":[{"kind":"a#b","atributes":{}}]}`, `at /resources/0/atributes: unknown JSON member "atributes", expected kind, mixins, attributes, id, title, summary, source, target, links, action, resources`},
		{"type of a member", `{"kind":1}`, "at /kind: wrong JSON type, expected a string"},
		{"type of attributes", `{"attributes":[]}`, "at /attributes: wrong JSON type, expected an object"},
		{"type of mixins", `{"mixins":"a"}`, "at /mixins: wrong JSON type, expected an array"},
		{"both", `{"kind":"a#b","resources":[]}`, "both an entity and collections, expected one of them"},
		{"nested wrapper", `{"resources":[{"resources":[]}]}`, "at /resources/0: not an entity, expected kind, attributes, links and the like"},
		{"end", `{"kind":"a#b","source":{"href":"/a"}}`, `at /source/href: unknown JSON member "href", expected location or kind`},
		{"broken UTF-8", "{\"title\":\"\xff\"}", "line 1: malformed JSON: invalid UTF-8"},
		{"number", `{"attributes":{"a":[1e999]}}`, "at /attributes/a/0: number is too large"},
		{"definition among resources", `{"resources":[{"term":"a"}]}`, "at /resources/0: not an entity, expected kind, attributes, links and the like"},
		{"location", `["a b"]`, `at /0: not a URI "a b", expected a path or an absolute URI`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := occi.Parse(occi.OCCIJSON, nil, strings.NewReader(c.body), occi.Limits{})
			wantError(t, err, occi.Invalid, c.text)
		})
	}
	binds := []struct{ name, body, text string }{
		{"attribute", `{"resources":[{"kind":"` + occi.KindCompute + `","attributes":{"occi.compute.cores":"many"}}]}`, `at /resources/0/attributes/occi.compute.cores: wrong value of attribute "occi.compute.cores", expected an integer from 1`},
		{"nested attribute", `{"kind":"` + occi.KindCompute + `","attributes":{"occi":{"compute":{"a/b":1}}}}`, `at /attributes/occi/compute/a~1b: unknown attribute "occi.compute.a/b", expected one that /-/ lists for its categories`},
		{"array", `{"kind":"` + occi.KindCompute + `","attributes":{"occi.compute.cores":[1]}}`, `at /attributes/occi.compute.cores: wrong value of attribute "occi.compute.cores", expected an integer from 1`},
		{"mixin", `{"kind":"` + occi.KindCompute + `","mixins":["x"]}`, `at /mixins/0: unknown category "x", expected scheme and term of one that /-/ lists`},
		{"link", `{"kind":"` + occi.KindCompute + `","links":[{"target":"/x/1"}]}`, `at /links/0: link without the kind of a link, expected category="…"`},
	}
	for _, c := range binds {
		t.Run(c.name, func(t *testing.T) {
			_, err := binder(t).Create(parse(t, occi.OCCIJSON, c.body))
			wantError(t, err, occi.Invalid, c.text)
		})
	}
}

// Arrays and objects are values of their own where an attribute is one.
func TestJSONStructures(t *testing.T) {
	kind := occi.Kind{
		Category: occi.Category{Scheme: "http://x.example/#", Term: "k"}, Location: "/k/",
		Attributes: []occi.Attribute{{Name: "x.rules", Type: occi.Array, Mutable: true}, {Name: "x.map", Type: occi.Object, Mutable: true}},
	}
	r, err := occi.NewRegistry([]occi.Kind{kind}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := occi.Binder{Registry: r}
	want := occi.Attributes{
		"x.rules": []any{"a", 1.5, true, nil, map[string]any{"b": []any{}}},
		"x.map":   map[string]any{"c": map[string]any{"d": "e"}},
	}
	for m, body := range map[occi.MediaType]string{
		occi.OCCIJSON:  `{"kind":"http://x.example/#k","attributes":{"x.rules":["a",1.5,true,null,{"b":[]}],"x":{"map":{"c":{"d":"e"}}}}}`,
		occi.TextPlain: `Category: k; scheme="http://x.example/#"` + "\nX-OCCI-Attribute: x.rules=\"[\\\"a\\\",1.5,true,null,{\\\"b\\\":[]}]\", x.map='{\"c\":{\"d\":\"e\"}}'",
	} {
		got, err := b.Create(parse(t, m, body))
		if err != nil {
			t.Fatalf("%s: %v", m, err)
		}
		if d := cmp.Diff(want, got[0].Entity.Attributes); d != "" {
			t.Errorf("%s: %s", m, d)
		}
	}
	e, written := occi.Entity{Kind: kind.ID(), ID: "1", Attributes: want}, occi.Renderer{Registry: r}
	for m, text := range map[occi.MediaType][]byte{
		occi.OCCIJSON: written.AppendJSON(nil, &e), occi.TextPlain: written.AppendText(nil, &e),
	} {
		got, err := b.Read(parse(t, m, string(text)))
		if err != nil {
			t.Fatalf("%s: %v in %s", m, err, text)
		}
		if d := cmp.Diff([]occi.Entity{e}, got); d != "" {
			t.Errorf("%s: %s", m, d)
		}
	}
}
