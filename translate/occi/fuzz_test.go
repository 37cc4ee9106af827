package occi_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// The fuzz targets hold every parser to three promises: it does not panic, it
// keeps its limits, and what was understood is rendered so that it is
// understood the same way again.

func FuzzParseText(f *testing.F) {
	seed(f, "*.txt")
	f.Add("Category: a;\n b='c'\n\rLink: <x>;;,<y?action=z>; rel=\"\\\"\"\r\nX-OCCI-Attribute: a=1,b=\"\\")
	check := newChecker(f)
	f.Fuzz(func(t *testing.T, body string) {
		check.document(t, occi.TextPlain, nil, body)
	})
}

func FuzzParseHeaders(f *testing.F) {
	f.Add("compute; scheme=\"http://schemas.ogf.org/occi/infrastructure#\"", "</network/1>", "a=b, c=\"d,\\\"e\"", "/a,<b>")
	for line := range strings.SplitSeq(readSeed(f, "compute.headers"), "\n") {
		_, value, _ := strings.Cut(line, ": ")
		f.Add(value, value, value, value)
	}
	check := newChecker(f)
	f.Fuzz(func(t *testing.T, category, link, attribute, location string) {
		h := http.Header{
			"Category": {category, category}, "Link": {link}, "X-Occi-Attribute": {attribute}, "X-Occi-Location": {location},
		}
		check.document(t, occi.TextOCCI, h, "")
	})
}

func FuzzParseJSON(f *testing.F) {
	seed(f, "*.json")
	f.Add(`{"resources":[{"kind":"http://schemas.ogf.org/occi/infrastructure#compute","attributes":{"occi":{"core":{"title":"x"}}},"links":["l"]}],"links":[{"id":"l","target":"/network/1"}]}`)
	f.Add(`{"action":{"action":"a#b","attributes":{"c":[1,{"d":null}]}}}`)
	f.Add(`{"mixins":[{"term":"a","scheme":"b#","location":"/c/","depends":["d#e"]}]}`)
	check := newChecker(f)
	f.Fuzz(func(t *testing.T, body string) {
		check.document(t, occi.OCCIJSON, nil, body)
	})
}

func FuzzParseURIList(f *testing.F) {
	seed(f, "*.uri")
	f.Add("# a\r\n/compute/1\n\rhttp:/gw.example.org//compute//urn:uuid:1\n")
	check := newChecker(f)
	f.Fuzz(func(t *testing.T, body string) {
		d := check.parse(t, occi.URIList, nil, body)
		if d == nil {
			return
		}
		first := check.list(d)
		again := check.parse(t, occi.URIList, nil, first)
		if again == nil || check.list(again) != first {
			t.Errorf("list changed from\n%s\nto\n%s", first, check.list(again))
		}
	})
}

// list renders the entities of a document that have a path.
func (c *checker) list(d *occi.Document) string {
	list := occi.LocationList{Media: occi.URIList}
	var text []byte
	for _, ref := range c.References(d) {
		if ref.Path != "" {
			text = list.Append(text, ref.Path)
		}
	}
	return string(text)
}

func seed(f *testing.F, pattern string) {
	names, err := filepath.Glob(filepath.Join("testdata", "documents", pattern))
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range names {
		f.Add(readSeed(f, filepath.Base(name)))
	}
}

func readSeed(f *testing.F, name string) string {
	b, err := os.ReadFile(filepath.Join("testdata", "documents", name))
	if err != nil {
		f.Fatal(err)
	}
	return string(b)
}

// checker runs a document through all that can be done with one.
type checker struct {
	occi.Binder
	renderer occi.Renderer
	limits   occi.Limits
}

func newChecker(f *testing.F) *checker {
	b := binder(f)
	return &checker{b, occi.Renderer{Registry: b.Registry}, occi.Limits{Body: 1 << 16, Line: 1 << 15, Depth: 8, Values: 200, Name: 200}}
}

func (c *checker) parse(t *testing.T, m occi.MediaType, h http.Header, body string) *occi.Document {
	d, err := occi.Parse(m, h, strings.NewReader(body), c.limits)
	if err == nil {
		return d
	}
	if _, ok := err.(*occi.Error); !ok || strings.ContainsAny(err.Error(), "\n\r\x00") {
		t.Errorf("error %q of type %T", err, err)
	}
	return nil
}

func (c *checker) document(t *testing.T, m occi.MediaType, h http.Header, body string) {
	d := c.parse(t, m, h, body)
	if d == nil {
		return
	}
	_, _ = c.Create(d)
	_, _ = c.Update(d, &current)
	_, _ = c.Replace(d, &current)
	_, _ = c.Action(d, "stop", occi.KindCompute, nil)
	_, _ = c.Filter(d)
	c.References(d)
	c.Categories(d)
	if mixins, err := c.Mixins(d); err == nil {
		c.Registry.Merge(mixins...)
	}
	read, err := c.Read(d)
	if err != nil {
		return
	}
	for i := range read {
		c.stable(t, m, &read[i])
	}
}

// stable renders an entity that was read, reads it and renders it again.
func (c *checker) stable(t *testing.T, m occi.MediaType, e *occi.Entity) {
	c = &checker{c.Binder, c.renderer, occi.Limits{}}
	first := c.render(t, m, e)
	if first == nil {
		return
	}
	again := c.parse(t, m, first.header, first.body)
	if again == nil {
		t.Fatalf("own rendering is refused: %+v", first)
	}
	entities, err := c.Read(again)
	if err != nil || len(entities) != 1 {
		t.Fatalf("own rendering is not understood: %v\n%+v", err, first)
	}
	if second := c.render(t, m, &entities[0]); second == nil || second.text() != first.text() {
		t.Fatalf("rendering changed from\n%s\nto\n%+v", first.text(), second)
	}
}

type rendering struct {
	header http.Header
	body   string
}

func (r *rendering) text() string {
	text := r.body
	for _, name := range []string{"Category", "Link", "X-OCCI-Attribute"} {
		text += strings.Join(r.header[name], "\n") + "\n"
	}
	return text
}

func (c *checker) render(t *testing.T, m occi.MediaType, e *occi.Entity) *rendering {
	switch m {
	case occi.TextOCCI:
		h := http.Header{}
		if c.renderer.SetEntity(h, e) != nil {
			return nil
		}
		return &rendering{header: h}
	case occi.OCCIJSON:
		return &rendering{body: string(c.renderer.AppendJSON(nil, e))}
	}
	body := string(c.renderer.AppendText(nil, e))
	if strings.ContainsAny(body, "\r\x00") {
		t.Fatalf("control character in %q", body)
	}
	return &rendering{body: body}
}
