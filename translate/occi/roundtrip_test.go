package occi_test

import (
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"occigate/translate/occi"
)

// What is read from a rendering is what was rendered, but for what the
// rendering cannot hold (see [occi.Renderer] and canon).
func TestRoundTrip(t *testing.T) {
	r, b := renderer(t), binder(t)
	round := map[occi.MediaType]func(t *rapid.T, e *occi.Entity) *occi.Document{
		occi.TextPlain: func(t *rapid.T, e *occi.Entity) *occi.Document {
			return reparse(t, occi.TextPlain, nil, string(r.AppendText(nil, e)))
		},
		occi.TextOCCI: func(t *rapid.T, e *occi.Entity) *occi.Document {
			h := http.Header{}
			if err := r.SetEntity(h, e); err != nil {
				t.Skip(err)
			}
			return reparse(t, occi.TextOCCI, h, "")
		},
		occi.OCCIJSON: func(t *rapid.T, e *occi.Entity) *occi.Document {
			return reparse(t, occi.OCCIJSON, nil, string(r.AppendJSON(nil, e)))
		},
	}
	for _, m := range []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.OCCIJSON} {
		t.Run(string(m), rapid.MakeCheck(func(t *rapid.T) {
			e := entities(r.Registry).Draw(t, "entity")
			got, err := b.Read(round[m](t, &e))
			if err != nil {
				t.Fatal(err)
			}
			want := canon(r.Registry, m, e)
			if d := cmp.Diff([]occi.Entity{want}, got, cmpopts.EquateEmpty()); d != "" {
				t.Fatal(d)
			}
		}))
	}
}

func reparse(t *rapid.T, m occi.MediaType, h http.Header, body string) *occi.Document {
	d, err := occi.Parse(m, h, strings.NewReader(body), occi.Limits{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return d
}

// canon is what remains of an entity in a rendering. JSON leaves out unknown and
// repeated categories and what is not a finite number, and says where inline
// links start. Text also replaces control characters by spaces, in inline links
// semicolons too, leaves out their empty attributes and their summary and
// actions, knows no kind of a source and must know the kind of an inline
// link's target.
func canon(reg *occi.Registry, m occi.MediaType, e occi.Entity) occi.Entity {
	text := m.Rendering() != occi.OCCIJSON
	c := canonFields(reg, e, text, "")
	if text {
		c.Source.Kind = ""
		c.Source.Location, c.Target.Location = encoded(e.Source.Location), encoded(e.Target.Location)
	}
	c.Links = nil
	for _, l := range e.Links {
		link := canonFields(reg, l, text, ";")
		link.Source = occi.End{Location: reg.Path(&e), Kind: e.Kind}
		if text {
			link.Summary, link.Actions = "", nil
			link.Target.Location = encoded(l.Target.Location)
			if link.Target.Kind == "" {
				link.Target.Kind = occi.KindResource
			}
			maps.DeleteFunc(link.Attributes, func(name string, _ any) bool { return l.Attributes[name] == "" })
		}
		c.Links = append(c.Links, link)
	}
	return c
}

func canonFields(reg *occi.Registry, e occi.Entity, text bool, unwanted string) occi.Entity {
	c := e
	c.Mixins = canonIDs(reg, e.Mixins, occi.ClassMixin)
	c.Actions = canonIDs(reg, e.Actions, occi.ClassAction)
	c.Attributes = occi.Attributes{}
	clean := func(s string) string {
		if !text {
			return s
		}
		return strings.Map(func(c rune) rune {
			if c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029 || strings.ContainsRune(unwanted, c) {
				return ' '
			}
			return c
		}, s)
	}
	c.Title, c.Summary = clean(e.Title), clean(e.Summary)
	for name, value := range e.Attributes {
		switch v := value.(type) {
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			c.Attributes[name] = v + 0 // not -0
		case string:
			c.Attributes[name] = clean(v)
		default:
			c.Attributes[name] = v
		}
	}
	return c
}

func canonIDs(reg *occi.Registry, list []string, class occi.Class) []string {
	var kept []string
	for _, id := range list {
		if reg.Class(id) == class && !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}

// encoded is a URI with what text cannot hold in percent-encoding.
func encoded(uri string) string {
	return strings.NewReplacer(";", "%3B", ",", "%2C", "ü", url.PathEscape("ü")).Replace(uri)
}

// entities draws entities of all kinds with attributes of all types, also such
// that renderings must clean.
func entities(reg *occi.Registry) *rapid.Generator[occi.Entity] {
	return rapid.Custom(func(t *rapid.T) occi.Entity {
		kind := rapid.SampledFrom(reg.Kinds()[3:]).Draw(t, "kind")
		e := one(t, reg, kind)
		if reg.IsA(kind.ID(), occi.KindLink) {
			e.Source = occi.End{Location: "/compute/" + id(t), Kind: occi.KindCompute}
			return e
		}
		e.Target = occi.End{}
		e.Summary = texts.Draw(t, "summary")
		for range rapid.IntRange(0, 3).Draw(t, "links") {
			l := rapid.SampledFrom([]string{occi.KindNetworkInterface, occi.KindStorageLink}).Draw(t, "link")
			e.Links = append(e.Links, one(t, reg, reg.Kind(l)))
		}
		return e
	})
}

var texts = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
	"", " a ", `"`, `\`, `a\"b`, "a,b;c=d", "a\nX-OCCI-Attribute: b=1", "\u0085\u2028", "<a>", "'a'", "true", "007", "日本",
}))

func id(t *rapid.T) string {
	return rapid.OneOf(rapid.StringMatching("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"),
		rapid.StringMatching("[A-Za-z0-9_.-]{1,9}")).Draw(t, "id")
}

// one draws what resources and links have in common, and a target.
func one(t *rapid.T, reg *occi.Registry, kind *occi.Kind) occi.Entity {
	e := occi.Entity{Kind: kind.ID(), ID: id(t), Title: texts.Draw(t, "title"), Attributes: occi.Attributes{}}
	definitions := slices.Clone(kind.Attributes)
	for _, m := range reg.Mixins() {
		if reg.Applies(m.ID(), kind.ID()) && rapid.IntRange(0, 3).Draw(t, "mixin") == 0 {
			e.Mixins = append(e.Mixins, m.ID())
			definitions = append(definitions, m.Attributes...)
		}
	}
	if rapid.Bool().Draw(t, "odd mixins") {
		e.Mixins = append(e.Mixins, "http://x.example/#gone", tag.ID(), tag.ID())
	}
	for _, a := range reg.Actions() {
		if slices.Contains(kind.Actions, a.ID()) && rapid.Bool().Draw(t, "action") {
			e.Actions = append(e.Actions, a.ID())
		}
	}
	for i := range definitions {
		a := &definitions[i]
		if !strings.HasPrefix(a.Name, "occi.core.") && rapid.Bool().Draw(t, a.Name) {
			e.Attributes[a.Name] = value(t, a)
		}
	}
	e.Target = occi.End{Location: rapid.SampledFrom([]string{
		"/network/" + computeID, "/storage/7", "https://x.example/a?b=c;d,ü", "urn:occigate:native:a:b",
	}).Draw(t, "target")}
	if rapid.Bool().Draw(t, "target kind") {
		e.Target.Kind = rapid.SampledFrom([]string{occi.KindNetwork, occi.KindStorage, "http://x.example/#far"}).Draw(t, "kind")
	}
	return e
}

// value draws a value that an attribute may have.
func value(t *rapid.T, a *occi.Attribute) any {
	switch a.Type {
	case occi.Enum:
		return rapid.SampledFrom(a.Enum).Draw(t, "enum")
	case occi.Integer:
		return rapid.Int64Range(1, 4095).Draw(t, "integer")
	case occi.Number:
		return rapid.OneOf(rapid.Float64Min(0), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1e21, 1e-9, math.NaN(), math.Inf(1)})).Draw(t, "number")
	case occi.IP:
		return rapid.SampledFrom([]string{"192.0.2.1", "2001:db8::1"}).Draw(t, "address")
	case occi.CIDR:
		return rapid.SampledFrom([]string{"192.0.2.1", "2001:db8::/64"}).Draw(t, "network")
	}
	if a.Pattern != "" {
		return rapid.StringMatching("[0-9a-f]{2}(:[0-9a-f]{2}){5}").Draw(t, "mac")
	}
	return texts.Draw(t, "text")
}
