package occi_test

import (
	"errors"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// nasty is an entity with everything that some client cannot read unless it is
// written in the one way that all can.
func nasty() occi.Entity {
	e := buildOne()
	e.Title = "a\r\nX-OCCI-Attribute: b=\"c\"\\\u2028\x00\xff"
	e.Mixins = append(e.Mixins, debian9.ID(), "http://x.example/#unknown")
	e.Actions = append(e.Actions, occi.ActionStop, "http://x.example/#unknown")
	e.Attributes = occi.Attributes{
		occi.AttrHostname: "", occi.AttrMemory: 1e6, occi.AttrSpeed: 1e-5, occi.AttrCores: int64(1000000),
		occi.AttrShare: int64(7), occi.AttrComputeState: "active", occi.AttrArchitecture: "x64",
		"bad name": "x", "inf": math.Inf(1), "nan": math.NaN(), "nil": nil, "flag": true,
		"org.example.list": []any{"a", 1.0}, "number": "42", "sep": "a=b;c,d",
	}
	e.Links[0].Title = "a;b"
	e.Links[0].Attributes = occi.Attributes{
		occi.AttrInterface: "", occi.AttrInterfaceState: `down; "really"`, occi.AttrMAC: "x;y",
	}
	e.Links = append(e.Links, occi.Entity{
		Kind: occi.KindStorageLink, ID: "7", Target: occi.End{Location: "https://x.example/a b;c,d\"e>"},
	})
	return e
}

// Every row of the table of what parsers survive: what is written never holds
// the form that a client loses.
func TestRenderingSurvivesClients(t *testing.T) {
	r, e := renderer(t), nasty()
	title := debian9
	title.Category = occi.Category{Scheme: "http://x.example/#", Term: "odd", Title: " a;b,c=d\"e\\f\n g "}
	title.Location, title.Depends = "/odd/", []string{occi.MixinOSTemplate, occi.MixinResourceTemplate}
	reg, err := r.Registry.With(title)
	if err != nil {
		t.Fatal(err)
	}
	entity := string(r.AppendText(nil, &e))
	r.Registry = reg
	model := string(r.AppendCategoriesText(nil, reg.All()))
	both := entity + "\n" + model
	never := []struct{ name, text, pattern string }{
		{"CR, empty first line, final newline", both, `\r|^\n|\n$|\n\n`},
		{"lower-case name", both, `(?m)^[a-z]`},
		{"not one blank behind the name", both, `(?m)^[A-Za-z-]+:(\S|  )`},
		{"unquoted class", both, `class=[^"]`},
		{"; in a title of a category", model, `title="[^"]*[;,=\\]`},
		{"empty property", both, `(title|attributes|actions|rel|location|category|self)=""`},
		{"two ids in rel", both, `rel="[^"]* `},
		{"blank round =", strings.ReplaceAll(both, "down  \\\"really\\\"", ""), ` =|= `},
		{"dot, slash or upper case in a term", both, `(?m)^Category: [^;]*[^a-z0-9_;-]`},
		{"scheme without #", both, `scheme="[^"#]*"`},
		{"{mutable} or a comma inside", model, `\{[^}]*(mutable(?: |\})[^}]*,|,)`},
		{"trailing ;", both, `(?m);\s*$`},
		{"exponent", entity, `=[0-9.]+e`},
		{"number of another form", entity, `(?m)^X-OCCI-Attribute: [a-z.]+=([^"0-9tf]|[0-9.]+[^0-9.\n])`},
		{"not finite", entity, `(?i)=\+?(inf|nan)`},
		{"empty attribute of a link", entity, `(?m)^Link: .*=""`},
		{"; in an attribute of a link", entity, `(?m)^Link: [^\n]*interface.mac="[^"]*;`},
		{"self before rel", entity, `(?m)^Link: <[^>]*>; [^r]`},
		{"location inside of an entity", entity, `(?m)^X-OCCI-Location`},
		{"control character", both, `[\x00-\x09\x0b-\x1f\x7f\x{85}\x{2028}]`},
		{"unknown category", both, `unknown`},
		{"bad attribute name", entity, `bad name`},
	}
	for _, n := range never {
		if found := regexp.MustCompile(n.pattern).FindString(n.text); found != "" {
			t.Errorf("%s: %q", n.name, found)
		}
	}
	always := []struct{ name, text, want string }{
		{"kind first", firstLine(entity), computeLine + `; title="Compute Resource"; location="/compute/"`},
		{"occi.core.id always", entity, `X-OCCI-Attribute: occi.core.id="urn:uuid:` + computeID + `"`},
		{"title cleaned", model, `odd; scheme="http://x.example/#"; class="mixin"; title="a b c d e f g"; rel="` + occi.MixinOSTemplate + `"; location="/odd/"`},
		{"escapes", entity, `occi.core.title="a  X-OCCI-Attribute: b=\"c\"\\  ` + "\uFFFD" + `"`},
		{"large number", entity, "occi.compute.memory=1000000.0\n"},
		{"small number", entity, "occi.compute.speed=0.00001\n"},
		{"integer", entity, "occi.compute.cores=1000000\n"},
		{"quoted enum", entity, `occi.compute.architecture="x64"`},
		{"empty value", entity, `occi.compute.hostname=""`},
		{"separators in a value", entity, `sep="a=b;c,d"`},
		{"boolean", entity, "flag=true\n"},
		{"string of digits", entity, `number="42"`},
		{"list", entity, `org.example.list="[\"a\",1.0]"`},
		{"X-16 relative action", entity, `Link: </compute/` + computeID + `?action=stop>; rel="` + occi.ActionStop + `"` + "\n"},
		{"escaped in link", entity, `occi.networkinterface.state="down  \"really\""`},
		{"link without attributes", entity, `Link: <https://x.example/a%20b%3Bc%2Cd%22e%3E>; rel="` + occi.KindResource +
			`"; self="/storagelink/7"; category="` + occi.KindStorageLink + `"; occi.core.id="7"; occi.core.source="/compute/` + computeID + `"`},
	}
	for _, a := range always {
		if !strings.Contains(a.text, a.want) {
			t.Errorf("%s: no %s in\n%s", a.name, a.want, a.text)
		}
	}
	for _, category := range []string{"debian9; ", occi.ActionStop + `"`} {
		if n := strings.Count(entity, category); n != 1 {
			t.Errorf("%s is there %d times", category, n)
		}
	}
}

// Order of the lines of an entity (E.10) and of the attributes in it.
func TestOrderOfEntity(t *testing.T) {
	e := buildOne()
	var names []string
	for _, line := range strings.Split(string(renderer(t).AppendText(nil, &e)), "\n") {
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case name == "X-OCCI-Attribute":
			name, _, _ = strings.Cut(value, "=")
		case strings.Contains(value, "?action="):
			name = "action"
		}
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	want := "Category action Link occi.core.id occi.core.title occi.core.summary occi.compute.architecture " +
		"occi.compute.cores occi.compute.hostname occi.compute.memory occi.compute.share occi.compute.state"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// Nothing that a client or a cloud wrote breaks out of a header, and names keep
// their case.
func TestHeadersAreSafe(t *testing.T) {
	h, e := http.Header{}, nasty()
	if err := renderer(t).SetEntity(h, &e); err != nil {
		t.Fatal(err)
	}
	occi.SetError(h, "a\r\nSet-Cookie: b \"c\"")
	if h["X-OCCI-Error"][0] != `a  Set-Cookie: b "c"` {
		t.Errorf("error header %q", h["X-OCCI-Error"])
	}
	for name, lines := range h {
		if len(lines) != 1 || strings.ContainsAny(lines[0], "\r\n\x00") {
			t.Errorf("%s: %q", name, lines)
		}
	}
	for _, name := range []string{"Category", "Link", "X-OCCI-Attribute"} {
		if h[name] == nil {
			t.Errorf("no %s", name)
		}
	}
}

// What does not fit into headers is refused, not cut (T-19).
func TestHeadersTooLarge(t *testing.T) {
	r := renderer(t)
	e := buildOne()
	e.Summary = strings.Repeat("x", occi.MaxHeader)
	taken := 0
	urls := func(yield func(string) bool) {
		for taken < 500 && yield("https://gw.example.org/compute/"+computeID) {
			taken++
		}
	}
	for name, set := range map[string]func(http.Header) error{
		"one long header": func(h http.Header) error { return r.SetEntity(h, &e) },
		"query interface": func(h http.Header) error { return r.SetCategories(h, many(t).All()) },
		"list":            func(h http.Header) error { return occi.SetLocations(h, urls) },
	} {
		h := http.Header{"A": {"b"}}
		err := set(h)
		var is *occi.Error
		if !errors.As(err, &is) || is.Kind != occi.NotAcceptable || len(h) != 1 {
			t.Errorf("%s: %v, %d headers", name, err, len(h))
		}
	}
	if least := occi.MaxHeader / len(computeID); taken > least {
		t.Errorf("%d locations were taken, though %d cannot fit", taken, least)
	}
	h := http.Header{}
	if err := r.SetCategories(h, r.Registry.Select([]string{occi.KindCompute}, true)); err != nil || len(h["Category"]) != 1 {
		t.Errorf("a filtered query interface: %v, %d lines", err, len(h["Category"]))
	}
}

// many is a registry with templates of several clouds.
func many(t testing.TB) *occi.Registry {
	t.Helper()
	mixins := make([]occi.Mixin, 500)
	for i := range mixins {
		m := debian9
		m.Term = "image-" + strconv.Itoa(i)
		m.Location = "/mixin/os_tpl/" + m.Term + "/"
		mixins[i] = m
	}
	r, err := occi.Standard(occi.Options{}).With(mixins...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// An entity of a kind that the registry does not know is shown without what
// would need its location, and never as an empty line.
func TestUnknownKind(t *testing.T) {
	e := occi.Entity{Kind: "http://x.example/#k", ID: "1", Actions: []string{occi.ActionStop}}
	want := "Category: k; scheme=\"http://x.example/#\"; class=\"kind\"\nX-OCCI-Attribute: occi.core.id=\"1\""
	if got := string(renderer(t).AppendText(nil, &e)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	mixins := occi.Selection{Mixins: []*occi.Mixin{many(t).Mixins()[20]}}
	if got := string(renderer(t).AppendCategoriesText(nil, mixins)); !strings.HasPrefix(got, "Category: image-") {
		t.Errorf("mixin of another registry: %s", got)
	}
}

// The switch for clients that take ids bare (D-5), and bodies of results and
// errors.
func TestSmallAnswers(t *testing.T) {
	e := buildOne()
	bare := occi.Renderer{Registry: registry(t), BareIDs: true}
	for _, text := range []string{string(bare.AppendText(nil, &e)), string(bare.AppendJSON(nil, &e))} {
		if strings.Contains(text, "urn:") || !strings.Contains(text, `"`+computeID+`"`) {
			t.Errorf("bare ids: %s", text)
		}
	}
	cases := map[string]string{
		string(occi.AppendOK(nil, occi.TextPlain)):                         "OK",
		string(occi.AppendOK(nil, occi.TextOCCI)):                          "OK",
		string(occi.AppendOK(nil, occi.JSON)):                              "{}",
		string(occi.AppendError(nil, occi.TextPlain, 400, "a \"b\"\nc\\")): `a "b" c\`,
		string(occi.AppendError(nil, occi.OCCIJSON, 409, "a \"b\"\nc")):    `{"code":409,"message":"a \"b\"\nc"}`,
	}
	for got, want := range cases {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
