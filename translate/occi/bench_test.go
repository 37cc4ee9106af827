package occi_test

import (
	"bytes"
	"net/http"
	"testing"

	"occigate/translate/occi"
)

// renderings are the ways to write an entity, for benchmarks and for the test
// of their allocations.
func renderings(r *occi.Renderer, e *occi.Entity) map[string]func(dst []byte) []byte {
	return map[string]func(dst []byte) []byte{
		"text": func(dst []byte) []byte { return r.AppendText(dst, e) },
		"json": func(dst []byte) []byte { return r.AppendJSON(dst, e) },
	}
}

// Into a buffer that is large enough, an entity is rendered without any
// allocation: a list of thousands costs none per entity.
func TestRenderingAllocatesNothing(t *testing.T) {
	e := buildOne()
	buffer := make([]byte, 0, 8<<10)
	for name, render := range renderings(renderer(t), &e) {
		if n := testing.AllocsPerRun(100, func() { render(buffer) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	list := occi.LocationList{Media: occi.TextPlain, Base: "https://gw.example.org"}
	if n := testing.AllocsPerRun(100, func() { list.Append(buffer, "/compute/"+computeID) }); n > 0 {
		t.Errorf("list: %v allocations", n)
	}
}

// Reading an entity allocates in proportion to what it holds: at most 8 times
// per value of the document.
func TestParsingAllocates(t *testing.T) {
	for name, c := range parsings(t) {
		const values = 40 // categories, links and attributes of the document
		if n := testing.AllocsPerRun(50, func() { c(t) }); n > 8*values {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// parsings are the ways to read and bind one entity.
func parsings(t testing.TB) map[string]func(t testing.TB) {
	r, b, e := renderer(t), binder(t), buildOne()
	text, object, h := r.AppendText(nil, &e), r.AppendJSON(nil, &e), http.Header{}
	if err := r.SetEntity(h, &e); err != nil {
		t.Fatal(err)
	}
	parse := func(m occi.MediaType, h http.Header, body []byte) func(t testing.TB) {
		return func(t testing.TB) {
			d, err := occi.Parse(m, h, bytes.NewReader(body), occi.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Create(d); err != nil {
				t.Fatal(err)
			}
		}
	}
	return map[string]func(t testing.TB){
		"text": parse(occi.TextPlain, nil, text), "headers": parse(occi.TextOCCI, h, nil), "json": parse(occi.OCCIJSON, nil, object),
	}
}

func BenchmarkRenderEntity(b *testing.B) {
	e := buildOne()
	r := renderer(b)
	for _, name := range []string{"text", "json"} {
		render := renderings(r, &e)[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			buffer := make([]byte, 0, 8<<10)
			for b.Loop() {
				buffer = render(buffer[:0])
			}
			b.SetBytes(int64(len(buffer)))
		})
	}
	b.Run("headers", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := r.SetEntity(http.Header{}, &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParseEntity(b *testing.B) {
	all := parsings(b)
	for _, name := range []string{"text", "headers", "json"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				all[name](b)
			}
		})
	}
}

func BenchmarkRenderCategories(b *testing.B) {
	r := occi.Renderer{Registry: many(b)}
	for _, m := range []string{"text", "json"} {
		b.Run(m, func(b *testing.B) {
			b.ReportAllocs()
			buffer := make([]byte, 0, 1<<20)
			for b.Loop() {
				if m == "text" {
					buffer = r.AppendCategoriesText(buffer[:0], r.Registry.All())
				} else {
					buffer = r.AppendCategoriesJSON(buffer[:0], r.Registry.All())
				}
			}
			b.SetBytes(int64(len(buffer)))
		})
	}
}

func BenchmarkWith(b *testing.B) {
	base, mixins := many(b), []occi.Mixin{tag}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := base.With(mixins...); err != nil {
			b.Fatal(err)
		}
	}
}
