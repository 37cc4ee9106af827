package occi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

// Ways to write one and the same request (appendix E, T-15, T-16, L-3).
func TestTextForms(t *testing.T) {
	want := []string{"compute medium", `occi.core.title="a, b; \"c\""`, "occi.compute.cores=2"}
	long := `scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"`
	template := `medium; scheme="http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#"; class="mixin"`
	title, cores := `occi.core.title="a, b; \"c\""`, `occi.compute.cores=2`
	lines := []string{
		"Category: compute; " + long, "Category: " + template,
		"X-OCCI-Attribute: " + title, "X-OCCI-Attribute: " + cores,
	}
	cases := map[string]string{
		"LF":              strings.Join(lines, "\n"),
		"CRLF":            strings.Join(lines, "\r\n") + "\r\n",
		"LF CR":           strings.Join(lines, "\n\r") + "\n\r",
		"blank lines":     "\n\n" + strings.Join(lines, "\n \n\t\n"),
		"lower case":      strings.Replace(strings.Join(lines, "\n"), "Category", "category", 2),
		"comma lists":     "Category: compute; " + long + ",  " + template + "\nX-OCCI-Attribute: " + title + "," + cores,
		"empty items":     "Category: compute; " + long + ";, " + template + ";,\nX-OCCI-Attribute: " + title + ",, " + cores + ",",
		"continuation":    "Category: compute;\n  " + long + ",\n\t" + template + "\nX-OCCI-Attribute: " + title + ",\r\n " + cores,
		"no blanks":       strings.ReplaceAll(strings.ReplaceAll(strings.Join(lines, "\n"), "; s", ";s"), ": ", ":"),
		"many blanks":     strings.ReplaceAll(strings.ReplaceAll(strings.Join(lines, "\n"), "; s", "  ;   s"), "=2", "  =  2  "),
		"bare class":      strings.ReplaceAll(strings.Join(lines, "\n"), `class="kind"`, `class=KIND`),
		"any order":       strings.Replace(strings.Join(lines, "\n"), long, `class="kind"; title="Compute"; scheme="http://schemas.ogf.org/occi/infrastructure#"`, 1),
		"X-32 no class":   strings.ReplaceAll(strings.ReplaceAll(strings.Join(lines, "\n"), `; class="kind"`, ""), `; class="mixin"`, ""),
		"X-32 no #":       strings.Replace(strings.Join(lines, "\n"), `infrastructure#"`, `infrastructure"`, 1),
		"X-32 with term":  strings.Replace(strings.Join(lines, "\n"), `infrastructure#"`, `infrastructure#compute"`, 1),
		"P-7 draft alias": strings.Replace(strings.Join(lines, "\n"), "template/1.1#", "template/1.0#", 1),
		"rOCCI 5 names":   strings.ReplaceAll(strings.Join(lines, "\n"), "Category:", "X-OCCI-Category:"),
		"full rendering": strings.Replace(strings.Join(lines, "\n"), long, long+`; title="Compute; Resource"; rel="http://schemas.ogf.org/occi/core#resource"; `+
			`location="/compute/"; attributes="occi.core.id{immutable required} a{required}"; actions="http://x.example/#a"`, 1),
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(want, summary(create(t, occi.TextPlain, body))); d != "" {
				t.Errorf("%s\n%s", body, d)
			}
		})
	}
	t.Run("T-18 several header lines", func(t *testing.T) {
		h := http.Header{"Category": {"compute; " + long, template}, "X-Occi-Attribute": {title + ", " + cores}}
		bound, err := binder(t).Create(parseHeaders(t, h))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, summary(bound[0])); d != "" {
			t.Error(d)
		}
	})
}

// summary shows terms and attributes in short.
func summary(b occi.Bound) []string {
	terms := []string{}
	for _, id := range append([]string{b.Entity.Kind}, b.Entity.Mixins...) {
		_, term := occi.SplitID(id)
		terms = append(terms, term)
	}
	r := occi.Renderer{Registry: occi.Standard(occi.Options{})}
	lines := []string{strings.Join(terms, " ")}
	for _, line := range strings.Split(string(r.AppendText(nil, &b.Entity)), "\n") {
		if a, ok := strings.CutPrefix(line, "X-OCCI-Attribute: "); ok && !strings.HasPrefix(a, "occi.core.id") {
			lines = append(lines, a)
		}
	}
	return lines
}

// Quotes, escapes and bare values (appendix E 4 and 5, X-20).
func TestTextValues(t *testing.T) {
	cases := []struct{ written, want string }{
		{`"a"`, "a"},
		{`"a\"b\\c\d"`, `a"b\cd`},
		{`"a,b;c=d<e>"`, "a,b;c=d<e>"},
		{`""`, ""},
		{``, ""},
		{`bare word`, "bare word"},
		{`it's`, "it's"},
		{`'single, quoted; text'`, "single, quoted; text"},
		{`'tis`, "'tis"},
		{`007`, "007"},
		{`true`, "true"},
		{`/path/x`, "/path/x"},
		{"\"tab\tinside\"", "tab\tinside"},
		{`"Zürich 日本"`, "Zürich 日本"},
	}
	for _, c := range cases {
		got := create(t, occi.TextPlain, computeLine+"\nX-OCCI-Attribute: occi.compute.hostname="+c.written)
		if host := got.Entity.Attributes[occi.AttrHostname]; host != c.want {
			t.Errorf("%s read as %q, want %q", c.written, host, c.want)
		}
	}
}

// User data is longer than the buffers of line readers (clients.md, 2.3).
func TestTextLongLine(t *testing.T) {
	data := strings.Repeat("QUJD", 100<<10)
	body := computeLine + "\nCategory: user_data; scheme=\"http://schemas.openstack.org/compute/instance#\"; class=\"mixin\"\n" +
		"X-OCCI-Attribute: org.openstack.compute.user_data=\"" + data + "\""
	if got := create(t, occi.TextPlain, body).Entity.Attributes[occi.AttrOpenStackUserData]; got != data {
		t.Errorf("%d bytes, want %d", len(got.(string)), len(data))
	}
}

func TestTextErrors(t *testing.T) {
	cases := []struct{ name, body, text string }{
		{"no OCCI", "hello", `line 1: not a line of OCCI "hello", expected Category, Link, X-OCCI-Attribute or X-OCCI-Location`},
		{"unknown name", "\nFoo: bar", `line 2: not a line of OCCI "Foo", expected Category, Link, X-OCCI-Attribute or X-OCCI-Location`},
		{"open quote", computeLine + "\nX-OCCI-Attribute: a=\"b", `line 2: quote or bracket is not closed in "X-OCCI-Attribute"`},
		{"open escape", "X-OCCI-Attribute: a=\"b\\", `line 1: quote or bracket is not closed in "X-OCCI-Attribute"`},
		{"open bracket", "Link: </a; rel=b", `line 1: quote or bracket is not closed in "Link"`},
		{"no target", "Link: /network/1; rel=\"x\"", `line 1: not a link "/network/1", expected <target>`},
		{"text after quote", `X-OCCI-Attribute: a="b"c`, `line 1: text after the closing quote: "a=\"b\"c"`},
		{"no pair", "X-OCCI-Attribute: a", `line 1: not a name=value pair: "a"`},
		{"no name", "X-OCCI-Attribute: =a", `line 1: not a name=value pair: "=a"`},
		{"comma outside quotes", "X-OCCI-Attribute: a=b, c", `line 1: not a name=value pair: "c"`},
		{"no scheme", "Category: compute", `line 1: category without a scheme "compute", expected scheme="…"`},
		{"no term", `Category: scheme="http://x.example/#"`, `line 1: not a term "scheme=\"http://x.example/#\"", expected letters, digits, dots, dashes and underscores`},
		{"class", `Category: a; scheme="http://x.example/#"; class="thing"`, `line 1: unknown class "thing", expected kind, mixin or action`},
		{"T-20 control character", "X-OCCI-Attribute: a=\"b\x00\"", `line 1: control character or broken UTF-8 in "X-OCCI-Attribute", expected printable text`},
		{"broken UTF-8", "X-OCCI-Attribute: a=\"b\xff\"", `line 1: control character or broken UTF-8 in "X-OCCI-Attribute", expected printable text`},
		{"CR inside", "X-OCCI-Attribute: a=\"b\rc\"", `line 1: control character or broken UTF-8 in "X-OCCI-Attribute", expected printable text`},
		{"location", "X-OCCI-Location: a b", `line 1: not a URI "a b", expected a path or an absolute URI`},
		{"number of the first line", "Category: compute;\n class=\"kind\"\n", `line 1: category without a scheme "compute", expected scheme="…"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := occi.Parse(occi.TextPlain, nil, strings.NewReader(c.body), occi.Limits{})
			wantError(t, err, occi.Invalid, c.text)
		})
	}
	t.Run("header item", func(t *testing.T) {
		_, err := occi.Parse(occi.TextOCCI, http.Header{"X-Occi-Attribute": {"a=b, c=d", "e=f,g"}}, nil, occi.Limits{})
		wantError(t, err, occi.Invalid, `at X-OCCI-Attribute[4]: not a name=value pair: "g"`)
	})
}

// Locations in every form (T-8, T-22, J-15, X-15, D-5).
func TestLocations(t *testing.T) {
	const id = "996ad860-2a9a-504f-8861-aeafd0b2ae29"
	want := []string{"/compute/" + id, "/compute/" + id}
	cases := []struct {
		name  string
		media occi.MediaType
		body  string
	}{
		{"text", occi.TextPlain, "X-OCCI-Location: https://gw.example.org/compute/" + id + "\nX-OCCI-Location: /compute/" + id},
		{"comma list", occi.TextPlain, "X-OCCI-Location: http://GW.example.org/compute/" + id + " , </compute//urn:uuid:" + id + "/>"},
		{"one slash", occi.TextPlain, "X-OCCI-Location: http:/gw.example.org/compute/" + id + ",\"/compute/" + id + "\""},
		{"uri-list", occi.URIList, "# comment\r\nhttps://gw.example.org/compute/" + id + "\r\n/compute/" + id + "\r\n"},
		{"JSON strings", occi.OCCIJSON, `["https://gw.example.org/compute/` + id + `", "/compute/` + id + `"]`},
		{"JSON entities", occi.JSON, `{"resources":[{"kind":"` + occi.KindCompute + `","id":"urn:uuid:` + id + `"},"/compute/` + id + `"]}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, ref := range binder(t).References(parse(t, c.media, c.body)) {
				if ref.ID != id {
					t.Errorf("id %q", ref.ID)
				}
				got = append(got, ref.Path)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
	refs := binder(t).References(parse(t, occi.OCCIJSON, `[{"id":"`+id+`"}]`))
	if len(refs) != 1 || refs[0].ID != id || refs[0].Path != "" {
		t.Errorf("by id alone: %+v", refs)
	}
	if got := binder(t).Path("https://other.example.org/compute/1?x=y"); got != "https://other.example.org/compute/1?x=y" {
		t.Errorf("foreign URL became %s", got)
	}
}

func TestEmptyDocuments(t *testing.T) {
	for _, m := range []occi.MediaType{occi.TextPlain, occi.TextOCCI, occi.URIList, occi.OCCIJSON} {
		d, err := occi.Parse(m, http.Header{}, strings.NewReader(" \n"), occi.Limits{})
		if err != nil || !d.Empty() {
			t.Errorf("%s: %+v, %v", m, d, err)
		}
	}
	if _, err := occi.Parse(occi.TextPlain, nil, nil, occi.Limits{}); err != nil {
		t.Errorf("no body: %v", err)
	}
}
