package occi_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

const (
	computeID   = "996ad860-2a9a-504f-8861-aeafd0b2ae29"
	interfaceID = "22fe83ae-a20f-54fc-b436-cec85c94c5e8"
	networkID   = "b7d55bf4-7057-5113-85c8-141871bf7635"
)

// buildOne is the entity of testdata/documents, which known clients have read.
func buildOne() occi.Entity {
	return occi.Entity{
		Kind: occi.KindCompute, ID: computeID, Title: "Build one", Summary: "CI worker, zone A",
		Mixins: []string{debian9.ID(), occi.SchemeComputeTemplate + "medium"},
		Attributes: occi.Attributes{
			occi.AttrArchitecture: "x64", occi.AttrCores: int64(2), occi.AttrMemory: 4.0, occi.AttrShare: int64(0),
			occi.AttrHostname: "build1.example.org", occi.AttrComputeState: "active",
		},
		Actions: []string{occi.ActionStop, occi.ActionRestart, occi.ActionSuspend, occi.ActionSave},
		Links: []occi.Entity{{
			Kind: occi.KindNetworkInterface, ID: interfaceID, Mixins: []string{occi.MixinIPNetworkInterface},
			Attributes: occi.Attributes{
				occi.AttrInterface: "eth0", occi.AttrMAC: "00:80:41:ae:fd:7e", occi.AttrInterfaceState: "active",
				occi.AttrInterfaceAddress: "192.0.2.10", occi.AttrInterfaceGateway: "192.0.2.1", occi.AttrInterfaceAllocation: "dynamic",
			},
			Source: occi.End{Location: "/compute/" + computeID, Kind: occi.KindCompute},
			Target: occi.End{Location: "/network/" + networkID, Kind: occi.KindNetwork},
		}},
	}
}

func document(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "documents", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(b), "\n")
}

// headers reads a document of header lines.
func headers(t *testing.T, name string) http.Header {
	h := http.Header{}
	for line := range strings.SplitSeq(document(t, name), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		h.Add(key, value)
	}
	return h
}

func readOne(t *testing.T, d *occi.Document) occi.Entity {
	t.Helper()
	entities, err := binder(t).Read(d)
	if err != nil || len(entities) != 1 {
		t.Fatalf("%d entities, %v", len(entities), err)
	}
	return entities[0]
}

func TestReadDocuments(t *testing.T) {
	t.Run("B.1 text/plain", func(t *testing.T) {
		got := readOne(t, parse(t, occi.TextPlain, document(t, "compute.txt")))
		if d := cmp.Diff(buildOne(), got); d != "" {
			t.Error(d)
		}
	})
	t.Run("B.2 text/occi, shortened", func(t *testing.T) {
		want := buildOne()
		want.Actions = want.Actions[:1]
		want.Attributes = occi.Attributes{occi.AttrCores: int64(2), occi.AttrMemory: 4.0, occi.AttrComputeState: "active"}
		want.Links[0].Attributes = occi.Attributes{
			occi.AttrInterface: "eth0", occi.AttrInterfaceState: "active", occi.AttrInterfaceAddress: "192.0.2.10",
		}
		if d := cmp.Diff(want, readOne(t, parseHeaders(t, headers(t, "compute.headers")))); d != "" {
			t.Error(d)
		}
	})
	t.Run("B.4 JSON", func(t *testing.T) {
		want := buildOne()
		want.Attributes[occi.AttrEphemeralSize] = 20.0
		if d := cmp.Diff(want, readOne(t, parse(t, occi.OCCIJSON, document(t, "compute.json")))); d != "" {
			t.Error(d)
		}
	})
	t.Run("B.5 link", func(t *testing.T) {
		want := buildOne().Links[0]
		want.Attributes = occi.Attributes{occi.AttrInterface: "eth0", occi.AttrMAC: "00:80:41:ae:fd:7e", occi.AttrInterfaceState: "active"}
		want.Source.Kind, want.Target.Kind = "", ""
		if d := cmp.Diff(want, readOne(t, parse(t, occi.TextPlain, document(t, "link.txt")))); d != "" {
			t.Error(d)
		}
	})
}

// sorted puts the lines of a document, and the attributes of links in them, in
// an order: the documents list attributes in that of the standard's tables.
func sorted(s string) []string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if parts := strings.Split(line, "; "); strings.HasPrefix(line, "Link: ") && len(parts) > 4 {
			slices.Sort(parts[4:])
			lines[i] = strings.Join(parts, "; ")
		}
	}
	slices.Sort(lines)
	return lines
}

func jsonOf(t *testing.T, s string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%v in %s", err, s)
	}
	return v
}

func TestWriteDocuments(t *testing.T) {
	r, e := renderer(t), buildOne()
	t.Run("B.1 text/plain", func(t *testing.T) {
		if d := cmp.Diff(sorted(document(t, "compute.txt")), sorted(string(r.AppendText(nil, &e)))); d != "" {
			t.Error(d)
		}
	})
	t.Run("B.2 text/occi", func(t *testing.T) {
		h := http.Header{}
		if err := r.SetEntity(h, &e); err != nil {
			t.Fatal(err)
		}
		if got, want := h["Category"], headers(t, "compute.headers")["Category"]; !slices.Equal(got, want) {
			t.Errorf("Category: %s\nwant %s", got, want)
		}
		if len(h["Link"]) != 1 || len(h["X-OCCI-Attribute"]) != 1 || len(h) != 3 {
			t.Errorf("T-18: not one line per name: %v", h)
		}
		if d := cmp.Diff(e, readOne(t, parseHeaders(t, h))); d != "" {
			t.Error(d)
		}
	})
	t.Run("B.4 JSON", func(t *testing.T) {
		e := buildOne()
		e.Attributes[occi.AttrEphemeralSize] = 20.0
		got := string(r.AppendJSON(nil, &e))
		if d := cmp.Diff(jsonOf(t, document(t, "compute.json")), jsonOf(t, got)); d != "" {
			t.Error(d)
		}
		if !strings.Contains(got, `"occi.compute.memory":4.0,`) {
			t.Errorf("a number that is no integer by type has no point: %s", got)
		}
	})
	t.Run("B.5 link", func(t *testing.T) {
		link := buildOne().Links[0]
		link.Attributes = occi.Attributes{occi.AttrInterface: "eth0", occi.AttrMAC: "00:80:41:ae:fd:7e", occi.AttrInterfaceState: "active"}
		link.Target.Kind = ""
		got := strings.Split(string(r.AppendText(nil, &link)), "\n")
		if d := cmp.Diff(strings.Split(document(t, "link.txt"), "\n"), got); d != "" {
			t.Error(d)
		}
	})
}

func TestWriteLists(t *testing.T) {
	paths := []string{"/compute/" + computeID, "/compute/0d0a6f5c-0d5e-4c7e-9b1f-3f1d7d1f3a11"}
	const base = "https://gw.example.org"
	want := map[occi.MediaType]string{
		occi.URIList:       document(t, "list.uri"),
		occi.TextPlain:     document(t, "list.txt"),
		occi.TextOCCIPlain: document(t, "list.txt"),
		occi.OCCIJSON:      `["` + base + paths[0] + `","` + base + paths[1] + `"]`,
	}
	for m, text := range want {
		l := occi.LocationList{Media: m, Base: base}
		var got []byte
		for _, p := range paths {
			got = l.Append(got, p)
		}
		if got = l.End(got); string(got) != text {
			t.Errorf("%s: %q, want %q", m, got, text)
		}
	}
	h := http.Header{}
	if err := occi.SetLocations(h, slices.Values([]string{base + paths[0], base + paths[1]})); err != nil {
		t.Fatal(err)
	}
	wantHeader := http.Header{
		"X-OCCI-Location": {base + paths[0] + ", " + base + paths[1]}, "Location": {base + paths[0] + "," + base + paths[1]},
	}
	if d := cmp.Diff(wantHeader, h); d != "" {
		t.Errorf("T-18: %s", d)
	}
	if h := (http.Header{}); occi.SetLocations(h, slices.Values[[]string](nil)) != nil || len(h) > 0 {
		t.Errorf("empty list: %v", h)
	}
}

// Empty lists (D-16, J-13) and collections of entities (J-7).
func TestWriteCollections(t *testing.T) {
	for m, want := range map[occi.MediaType]string{occi.TextPlain: "", occi.URIList: "", occi.JSON: "[]"} {
		if got := (&occi.LocationList{Media: m}).End(nil); string(got) != want {
			t.Errorf("empty %s: %q", m, got)
		}
	}
	cases := []struct {
		links bool // the collection is one of links
		items []bool
		want  string
	}{
		{false, nil, `{"resources":[]}`},
		{true, nil, `{"links":[]}`},
		{false, []bool{false, false}, `{"resources":[1,1]}`},
		{true, []bool{true}, `{"links":[1]}`},
		{false, []bool{false, true, true}, `{"resources":[1],"links":[1,1]}`},
	}
	for _, c := range cases {
		l := occi.EntityList{Links: c.links}
		var got []byte
		for _, isLink := range c.items {
			got = append(l.Next(got, isLink), '1')
		}
		if got = l.End(got); string(got) != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// The query interface (B.6, X-31, D-20).
func TestWriteCategories(t *testing.T) {
	r := renderer(t)
	lines := strings.Split(string(r.AppendCategoriesText(nil, r.Registry.All())), "\n")
	for _, want := range strings.Split(document(t, "categories.txt"), "\n") {
		if !slices.Contains(lines, want) {
			t.Errorf("no line\n%s", want)
		}
	}
	if !strings.HasPrefix(lines[0], "Category: entity; ") {
		t.Errorf("first line: %s", lines[0])
	}
	type category struct {
		Term, Scheme, Location, Parent string
		Depends, Applies, Actions      []string
		Attributes                     map[string]map[string]any
	}
	var got, want struct{ Kinds, Mixins, Actions []category }
	if err := json.Unmarshal(r.AppendCategoriesJSON(nil, r.Registry.All()), &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(document(t, "categories.json")), &want); err != nil {
		t.Fatal(err)
	}
	medium := func(c category) bool { return c.Term == "medium" }
	g, w := got.Mixins[slices.IndexFunc(got.Mixins, medium)], want.Mixins[0]
	for name := range w.Attributes {
		delete(g.Attributes[name], "description")
		delete(g.Attributes[name], "pattern")
	}
	delete(g.Attributes, occi.AttrEphemeralDeviceID)
	if d := cmp.Diff(w, g); d != "" {
		t.Errorf("J-5 mixin: %s", d)
	}
	storage := got.Kinds[slices.IndexFunc(got.Kinds, func(c category) bool { return c.Term == "storage" })]
	if d := cmp.Diff(want.Kinds[0].Attributes[occi.AttrStorageSize], storage.Attributes[occi.AttrStorageSize]); d != "" {
		t.Errorf("J-9 attribute: %s", d)
	}
	r.OmitPatterns = true
	if text := r.AppendCategoriesJSON(nil, r.Registry.All()); strings.Contains(string(text), `"pattern"`) {
		t.Error("D-22: patterns although switched off")
	}
}
