package occi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

const storageLine = `Category: storage; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"` + "\n"

// Values are read as the definition says, however they are written.
func TestCoercion(t *testing.T) {
	kinds := map[string]string{
		"compute": computeLine + "\nCategory: user_data; scheme=\"http://schemas.ogf.org/occi/infrastructure/compute#\"\n",
		"network": `Category: network; scheme="http://schemas.ogf.org/occi/infrastructure#"` + "\n" +
			`Category: ipnetwork; scheme="http://schemas.ogf.org/occi/infrastructure/network#"` + "\n",
		"storage": storageLine,
	}
	cases := []struct {
		kind, name, written string
		want                any // nil for an error
	}{
		{"compute", occi.AttrCores, `2`, int64(2)},
		{"compute", occi.AttrCores, `"2"`, int64(2)},
		{"compute", occi.AttrCores, `2.0`, int64(2)},
		{"compute", occi.AttrCores, `1e1`, int64(10)},
		{"compute", occi.AttrCores, `2.5`, nil},
		{"compute", occi.AttrCores, `0`, nil},
		{"compute", occi.AttrCores, `true`, nil},
		{"compute", occi.AttrCores, `99999999999999999999`, nil},
		{"compute", occi.AttrMemory, `4`, 4.0},
		{"compute", occi.AttrMemory, `"0.5"`, 0.5},
		{"compute", occi.AttrMemory, `+1.5e0`, 1.5},
		{"compute", occi.AttrMemory, `-1`, nil},
		{"compute", occi.AttrMemory, `0x10`, nil},
		{"compute", occi.AttrMemory, `1e999`, nil},
		{"compute", occi.AttrMemory, `inf`, nil},
		{"compute", occi.AttrMemory, `NaN`, nil},
		{"compute", occi.AttrArchitecture, `x64`, "x64"},
		{"compute", occi.AttrArchitecture, `"X86"`, "x86"},
		{"compute", occi.AttrArchitecture, `"x86_64"`, "x64"},
		{"compute", occi.AttrHostname, `"My VM"`, "My VM"},
		{"compute", occi.AttrHostname, `1.50`, "1.50"},
		{"network", occi.AttrVLAN, `4095`, int64(4095)},
		{"network", occi.AttrVLAN, `4096`, nil},
		{"network", occi.AttrNetworkAddress, `"192.0.2.0/24"`, "192.0.2.0/24"},
		{"network", occi.AttrNetworkAddress, `2001:db8::1`, "2001:db8::1"},
		{"network", occi.AttrNetworkAddress, `"192.0.2.0/33"`, nil},
		{"network", occi.AttrNetworkGateway, `"192.0.2.1"`, "192.0.2.1"},
		{"network", occi.AttrNetworkGateway, `"192.0.2.0/24"`, nil},
		{"network", occi.AttrNetworkGateway, `"fe80::1%eth0"`, nil},
		{"network", occi.AttrNetworkAllocation, `Static`, "static"},
		{"network", occi.AttrNetworkAllocation, `"sometimes"`, nil},
		{"storage", occi.AttrStorageSize, `0.1`, 0.1},
	}
	for _, c := range cases {
		doc := parse(t, occi.TextPlain, kinds[c.kind]+"X-OCCI-Attribute: "+c.name+"="+c.written)
		bound, err := binder(t).Create(doc)
		if c.want == nil {
			if err == nil {
				t.Errorf("%s=%s was accepted as %v", c.name, c.written, bound[0].Entity.Attributes[c.name])
			}
			continue
		}
		if err != nil || bound[0].Entity.Attributes[c.name] != c.want {
			t.Errorf("%s=%s: %v, %v; want %v", c.name, c.written, bound, err, c.want)
		}
	}
}

func TestBindErrors(t *testing.T) {
	link := `Category: storagelink; scheme="http://schemas.ogf.org/occi/infrastructure#"` + "\n"
	cases := []struct{ name, body, text string }{
		{"C-20 no kind", `X-OCCI-Attribute: occi.core.title="a"`, `line 1: no kind, expected a category of class kind`},
		{"empty", ``, `no entity, expected a category of class kind`},
		{"C-8 two kinds", computeLine + "\n" + storageLine, `line 2: second kind "` + occi.KindStorage + `", expected one kind`},
		{"D-10 unknown category", computeLine + "\nCategory: none; scheme=\"http://x.example/#\"", `line 2: unknown category "http://x.example/#none", expected scheme and term of one that /-/ lists`},
		{"wrong class", `Category: compute; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="mixin"`, `line 1: wrong class of category "` + occi.KindCompute + `", expected kind`},
		{"abstract kind", `Category: resource; scheme="http://schemas.ogf.org/occi/core#"`, `line 1: kind has no instances: "` + occi.KindResource + `", expected a kind that is derived from it`},
		{"action and kind", computeLine + "\nCategory: stop; scheme=\"http://schemas.ogf.org/occi/infrastructure/compute/action#\"", `line 2: action among the categories of an entity: "` + occi.ActionStop + `", expected a kind or a mixin`},
		{"C-12 mixin of another kind", storageLine + `Category: debian9; scheme="http://gw.example.org/occi/infrastructure/os_tpl#"` + "\nX-OCCI-Attribute: occi.storage.size=1", `line 1: mixin does not apply to this kind: "` + debian9.ID() + `"`},
		{"D-10 unknown attribute", computeLine + "\nX-OCCI-Attribute: occi.compute.coers=1", `line 2: unknown attribute "occi.compute.coers", expected one that /-/ lists for its categories`},
		{"attribute of a mixin that is not there", computeLine + "\nX-OCCI-Attribute: occi.compute.userdata=\"a\"", `line 2: unknown attribute "occi.compute.userdata", expected one that /-/ lists for its categories`},
		{"C-7 required", storageLine, `line 1: missing required attribute "occi.storage.size", expected a number from 0`},
		{"L-6 target", link + `X-OCCI-Attribute: occi.core.source="/compute/1"`, `line 1: missing required attribute "occi.core.target", expected a URI`},
		{"broken target", link + `X-OCCI-Attribute: occi.core.source="/compute/1", occi.core.target="a b"`, `line 2: wrong value of attribute "occi.core.target", expected a URI`},
		{"bounds", computeLine + "\nX-OCCI-Attribute: occi.compute.cores=0", `line 2: wrong value of attribute "occi.compute.cores", expected an integer from 1`},
		{"link without kind", computeLine + "\nLink: </x/1>; rel=\"http://x.example/#x\"", `line 2: link without the kind of a link, expected category="…"`},
		{"link of a resource's kind", computeLine + "\nLink: </network/1>; category=\"" + occi.KindNetwork + `"`, `line 2: link without the kind of a link "` + occi.KindNetwork + `", expected category="…"`},
		{"link without target", computeLine + "\nLink: <>; category=\"" + occi.KindNetworkInterface + `"`, `line 2: link without a target, expected occi.core.target`},
		{"bad attribute of a link", computeLine + "\nLink: </network/1>; occi.networkinterface.mac=\"x\"", `line 2: wrong value of attribute "occi.networkinterface.mac", expected a string like ([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}`},
		{"link in a link", link + "X-OCCI-Attribute: occi.core.source=\"/compute/1\", occi.core.target=\"/storage/1\"\nLink: </network/1>", `line 3: a link has no links`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := binder(t).Create(parse(t, occi.TextPlain, c.body))
			wantError(t, err, occi.Invalid, c.text)
		})
	}
}

// A value outside of the enumeration of architecture costs a warning, not the
// request (pOCCI CORE/CREATE/001).
func TestArchitectureOutsideEnum(t *testing.T) {
	got := create(t, occi.TextPlain, computeLine+"\nX-OCCI-Attribute: occi.compute.architecture=\"arch\"")
	if _, there := got.Entity.Attributes[occi.AttrArchitecture]; there {
		t.Error("kept")
	}
	if d := cmp.Diff([]string{`occi.compute.architecture "arch" was ignored, expected one of x86, x64`}, got.Warnings); d != "" {
		t.Error(d)
	}
}

// What clients send beside what counts (X-19, E.8): their own id, states,
// action links, immutable values.
func TestIgnoredAtCreate(t *testing.T) {
	got := create(t, occi.TextPlain, computeLine+`
Link: </compute/1?action=stop>; rel="http://schemas.ogf.org/occi/infrastructure/compute/action#stop"
X-OCCI-Attribute: occi.core.id="Compute_123"
X-OCCI-Attribute: occi.compute.state="frozen"
X-OCCI-Attribute: occi.compute.state.message="x"`)
	want := occi.Entity{Kind: occi.KindCompute, ID: "Compute_123", Attributes: occi.Attributes{}}
	if d := cmp.Diff(want, got.Entity); d != "" {
		t.Error(d)
	}
}

// Attributes of both families under either mixin, and their misspelt names
// (I-39, I-41).
func TestCredentialFamilies(t *testing.T) {
	cases := []struct{ mixin, written, want string }{
		{`ssh_key; scheme="http://schemas.ogf.org/occi/infrastructure/credentials#"`, occi.AttrOpenStackKeyData, occi.AttrOpenStackKeyData},
		{`public_key; scheme="http://schemas.openstack.org/instance/credentials#"`, occi.AttrPublicKey, occi.AttrPublicKey},
		{`public_key; scheme="http://schemas.openstack.org/instance/credentials#"`, "occi.crendentials.ssh.publickey", occi.AttrPublicKey},
		{`user_data; scheme="http://schemas.ogf.org/occi/infrastructure/compute#"`, "occi.compute.user_data", occi.AttrUserData},
		{`user_data; scheme="http://schemas.ogf.org/occi/infrastructure/compute#"`, occi.AttrOpenStackUserData, occi.AttrOpenStackUserData},
	}
	for _, c := range cases {
		got := create(t, occi.TextPlain, computeLine+"\nCategory: "+c.mixin+"\nX-OCCI-Attribute: "+c.written+`="a b"`)
		if got.Entity.Attributes[c.want] != "a b" {
			t.Errorf("%s under %s: %v", c.written, c.mixin, got.Entity.Attributes)
		}
	}
}

// Every way to write an inline link means the same.
func TestInlineLinks(t *testing.T) {
	want := occi.Entity{
		Kind: occi.KindNetworkInterface, Attributes: occi.Attributes{},
		Target: occi.End{Location: "/network/1", Kind: occi.KindNetwork},
	}
	cases := map[string]string{
		"a spec":            `</network/1>; rel="` + occi.KindNetwork + `"; category="` + occi.KindNetworkInterface + `"`,
		"a absolute":        `<https://gw.example.org/network/1>; rel="` + occi.KindNetwork + `"; category="` + occi.KindNetworkInterface + `"`,
		"b rOCCI":           `</network/1>;rel="` + occi.KindNetwork + `";category="` + occi.KindNetworkInterface + `";occi.core.target="/network/1";occi.core.source="/compute/none"`,
		"c ooi":             `<dummy>; rel="` + occi.KindNetwork + `"; occi.core.target="http://gw.example.org/network/1"`,
		"no category":       `</network/1>; rel="` + occi.KindNetwork + `"`,
		"target alone":      `</network/1>`,
		"two categories":    `</network/1>; category="` + occi.KindNetworkInterface + `"; category="` + tag.ID() + `"`,
		"rel with two ids":  `</network/1>; rel="` + occi.KindNetwork + ` x"; self="/networkinterface/9"`,
		"unquoted category": `</network/1>; category=` + occi.KindNetworkInterface,
		"trailing ;":        `</network/1>; category="` + occi.KindNetworkInterface + `";`,
	}
	for name, link := range cases {
		t.Run(name, func(t *testing.T) {
			got := create(t, occi.TextPlain, computeLine+"\nLink: "+link).Entity.Links
			w := want
			if name == "two categories" {
				w.Mixins = []string{tag.ID()}
			}
			if d := cmp.Diff([]occi.Entity{w}, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A link by itself (L-6): its ends are paths or URLs, their kinds are found.
func TestStandaloneLink(t *testing.T) {
	got := create(t, occi.TextPlain, `Category: storagelink; scheme="http://schemas.ogf.org/occi/infrastructure#"; class="kind"
X-OCCI-Attribute: occi.core.id="Storagelink_1", occi.core.source="http://gw.example.org/compute/1", occi.core.target="/storage/2"
X-OCCI-Attribute: occi.storagelink.deviceid="/dev/vdb"`)
	want := occi.Entity{
		Kind: occi.KindStorageLink, ID: "Storagelink_1", Attributes: occi.Attributes{occi.AttrDeviceID: "/dev/vdb"},
		Source: occi.End{Location: "/compute/1", Kind: occi.KindCompute},
		Target: occi.End{Location: "/storage/2", Kind: occi.KindStorage},
	}
	if d := cmp.Diff(want, got.Entity); d != "" || !got.Entity.IsLink() {
		t.Error(d)
	}
}

// current is the entity that updates start from.
var current = occi.Entity{
	Kind: occi.KindNetworkInterface, ID: "22fe83ae-a20f-54fc-b436-cec85c94c5e8", Title: "old",
	Mixins:     []string{occi.MixinIPNetworkInterface},
	Attributes: occi.Attributes{occi.AttrInterface: "eth0; a", occi.AttrMAC: "00:80:41:ae:fd:7e", occi.AttrInterfaceState: "active"},
	Source:     occi.End{Location: "/compute/1", Kind: occi.KindCompute},
	Target:     occi.End{Location: "/network/1", Kind: occi.KindNetwork},
}

// What GET showed can be sent back whole by PUT or POST (clients.md, 6.10).
func TestEchoChangesNothing(t *testing.T) {
	r := renderer(t)
	for _, m := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
		body := r.AppendText(nil, &current)
		if m == occi.OCCIJSON {
			body = r.AppendJSON(nil, &current)
		}
		for name, bind := range map[string]func(*occi.Document, *occi.Entity) (*occi.Bound, error){
			"replace": binder(t).Replace, "update": binder(t).Update,
		} {
			got, err := bind(parse(t, m, string(body)), &current)
			if err != nil || len(got.Changed) > 0 || len(got.Warnings) > 0 {
				t.Errorf("%s %s: %+v, %v", name, m, got, err)
			}
		}
	}
}

func TestUpdate(t *testing.T) {
	doc := parse(t, occi.TextPlain, `Category: my_stuff; scheme="http://gw.example.org/users/ann/tag#"; class="mixin"
X-OCCI-Attribute: occi.core.title="new", occi.networkinterface.address="192.0.2.1"
X-OCCI-Attribute: occi.networkinterface.interface="eth1", occi.networkinterface.state="error", occi.core.target="/network/2"
X-OCCI-Attribute: occi.core.id="URN:UUID:22FE83AE-a20f-54fc-b436-cec85c94c5e8"`)
	got, err := binder(t).Update(doc, &current)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{occi.AttrTarget, occi.AttrInterface}, got.Changed); d != "" {
		t.Errorf("changed immutables: %s", d)
	}
	want := occi.Attributes{occi.AttrInterfaceAddress: "192.0.2.1"}
	if d := cmp.Diff(want, got.Entity.Attributes); d != "" || got.Entity.Title != "new" || !got.Given[occi.AttrTitle] || got.Given[occi.AttrSummary] {
		t.Errorf("%s, title %q, given %v", d, got.Entity.Title, got.Given)
	}
	if d := cmp.Diff([]string{tag.ID()}, got.Entity.Mixins); d != "" {
		t.Errorf("mixins: %s", d)
	}
	_, err = binder(t).Update(parse(t, occi.TextPlain, storageLine), &current)
	wantError(t, err, occi.Invalid, `line 1: the kind of an entity cannot change to "`+occi.KindStorage+`", expected `+occi.KindNetworkInterface)
}

// PUT leaves links as they are (D-8) and wants what is required.
func TestReplace(t *testing.T) {
	storage := occi.Entity{Kind: occi.KindStorage, ID: "1", Attributes: occi.Attributes{occi.AttrStorageSize: 1.0}}
	doc := parse(t, occi.TextPlain, storageLine+"X-OCCI-Attribute: occi.storage.size=2\nLink: </network/1>; rel=\"x\"")
	got, err := binder(t).Replace(doc, &storage)
	if err != nil || len(got.Entity.Links) > 0 || got.Entity.Attributes[occi.AttrStorageSize] != 2.0 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = binder(t).Replace(parse(t, occi.TextPlain, storageLine), &storage)
	wantError(t, err, occi.Invalid, `line 1: missing required attribute "occi.storage.size", expected a number from 0`)
}

func TestFilter(t *testing.T) {
	e := occi.Entity{
		Kind: occi.KindCompute, ID: "1", Title: "a b", Mixins: []string{debian9.ID()},
		Attributes: occi.Attributes{occi.AttrCores: int64(2), occi.AttrHostname: "h"},
	}
	osTpl := `Category: os_tpl; scheme="http://schemas.ogf.org/occi/infrastructure#"`
	cases := []struct {
		filter string
		want   bool
	}{
		{"", true},
		{computeLine, true},
		{storageLine, false},
		{`Category: resource; scheme="http://schemas.ogf.org/occi/core#"`, true},
		{osTpl, true},
		{osTpl + "\n" + storageLine, false},
		{`X-OCCI-Attribute: occi.core.title="a b", occi.compute.cores="2"`, true},
		{`X-OCCI-Attribute: occi.compute.cores=3`, false},
		{`X-OCCI-Attribute: occi.compute.memory=3`, false},
		{`X-OCCI-Attribute: occi.core.id="urn:uuid:1"`, true},
	}
	for _, c := range cases {
		f, err := binder(t).Filter(parse(t, occi.TextPlain, c.filter))
		if err != nil || f.Match(registry(t), &e) != c.want {
			t.Errorf("%s: %v, want %v", c.filter, err, c.want)
		}
	}
	f, err := binder(t).FilterQuery([]string{occi.KindCompute}, []string{"occi.compute.cores=2", `occi.compute.hostname="h"`})
	if err != nil || !f.Match(registry(t), &e) {
		t.Errorf("query string: %v", err)
	}
	f, err = binder(t).Filter(parse(t, occi.TextPlain, `X-OCCI-Attribute: occi.core.source="http://gw.example.org/compute/1", `+
		`occi.core.target="/network/1", occi.core.target.kind="`+occi.KindNetwork+`", occi.core.summary=""`))
	if err != nil || !f.Match(registry(t), &current) || f.Match(registry(t), &e) {
		t.Errorf("filter by the ends of links: %v", err)
	}
	_, err = binder(t).Filter(parse(t, occi.TextPlain, stopLine))
	wantError(t, err, occi.Invalid, `line 1: action in a filter: "`+occi.ActionStop+`", expected a kind or a mixin`)
	_, err = binder(t).Filter(parse(t, occi.TextPlain, "X-OCCI-Attribute: a=1"))
	wantError(t, err, occi.Invalid, `line 1: unknown attribute "a", expected one that /-/ lists for its categories`)
	_, err = binder(t).FilterQuery(nil, []string{"a"})
	wantError(t, err, occi.Invalid, `not a filter "a", expected name=value`)
}

func TestErrorTextIsShort(t *testing.T) {
	_, err := occi.Parse(occi.TextPlain, nil, strings.NewReader(strings.Repeat("x", 5000)), occi.Limits{})
	if n := len(err.Error()); n > 400 {
		t.Errorf("%d bytes", n)
	}
}
