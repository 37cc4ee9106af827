package occi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate/occi"
)

func ids[T interface{ ID() string }](list []T) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].ID()
	}
	return out
}

// The three kinds of the core come first (C-29, X-31), then the infrastructure.
func TestStandardKinds(t *testing.T) {
	want := []string{
		occi.KindEntity, occi.KindResource, occi.KindLink, occi.KindCompute, occi.KindNetwork,
		occi.KindStorage, occi.KindNetworkInterface, occi.KindStorageLink,
	}
	r := occi.Standard(occi.Options{})
	if d := cmp.Diff(want, ids(r.Kinds())); d != "" {
		t.Error(d)
	}
	for _, k := range r.Kinds() {
		if k.Location == "" || r.KindAt(k.Location) != k {
			t.Errorf("%s cannot be found at its location %q (D-13)", k.ID(), k.Location)
		}
		if !r.IsA(k.ID(), occi.KindEntity) {
			t.Errorf("%s does not descend from entity (C-9)", k.ID())
		}
	}
	if loc := occi.Standard(occi.Options{NoEntityLocation: true}).Kind(occi.KindEntity).Location; loc != "" {
		t.Errorf("entity at %q although switched off (H-2)", loc)
	}
}

// Attributes of the tables of appendix A.3, as they are advertised in text.
func TestStandardAttributes(t *testing.T) {
	const resource = "occi.core.id{immutable required} occi.core.title occi.core.summary "
	const link = "occi.core.id{immutable required} occi.core.title occi.core.source{required} occi.core.target{required} occi.core.target.kind "
	want := map[string]string{
		occi.KindCompute: resource + "occi.compute.architecture occi.compute.cores occi.compute.hostname occi.compute.share " +
			"occi.compute.memory occi.compute.speed occi.compute.state{immutable} occi.compute.state.message{immutable}",
		occi.KindNetwork: resource + "occi.network.vlan occi.network.label occi.network.state{immutable} occi.network.state.message{immutable}",
		occi.KindStorage: resource + "occi.storage.size{required} occi.storage.state{immutable} occi.storage.state.message{immutable}",
		occi.KindNetworkInterface: link + "occi.networkinterface.interface{immutable} occi.networkinterface.mac " +
			"occi.networkinterface.state{immutable} occi.networkinterface.state.message{immutable}",
		occi.KindStorageLink: link + "occi.storagelink.deviceid occi.storagelink.mountpoint " +
			"occi.storagelink.state{immutable} occi.storagelink.state.message{immutable}",
	}
	r := renderer(t)
	for id, attributes := range want {
		text := string(r.AppendCategoriesText(nil, occi.Selection{Kinds: []*occi.Kind{r.Registry.Kind(id)}}))
		if !strings.Contains(text, `; attributes="`+attributes+`"`) {
			t.Errorf("%s\nhas no attributes=%q", text, attributes)
		}
	}
}

// The switch for OCCI 1.1 (D-9, L-18).
func TestStandardOnly12(t *testing.T) {
	both, only := occi.Standard(occi.Options{}), occi.Standard(occi.Options{Only12: true})
	for _, id := range []string{occi.ActionBackup, occi.ActionSnapshot, occi.ActionResize} {
		if both.Action(id) == nil || only.Action(id) != nil {
			t.Errorf("%s: with 1.1 %v, without %v", id, both.Action(id) != nil, only.Action(id) != nil)
		}
	}
	if both.Attribute(occi.AttrSpeed) == nil || only.Attribute(occi.AttrSpeed) != nil {
		t.Error("speed does not follow the switch")
	}
}

// The mixins of deployed clients come last, whatever is added, and the
// rest does not depend on the order in which it was added.
func TestMixinOrder(t *testing.T) {
	base := occi.Standard(occi.Options{})
	one, err := base.With(tag, debian9)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := base.With(debian9)
	two, err = two.With(tag)
	if err != nil {
		t.Fatal(err)
	}
	got := ids(one.Mixins())
	if d := cmp.Diff(got, ids(two.Mixins())); d != "" {
		t.Errorf("order depends on history: %s", d)
	}
	last := []string{occi.MixinOpenStackUserData, occi.MixinOpenStackKey}
	if d := cmp.Diff(last, got[len(got)-2:]); d != "" {
		t.Errorf("last mixins: %s", d)
	}
	if got[0] != occi.MixinIPNetwork || slices.Contains(ids(base.Mixins()), tag.ID()) {
		t.Error("the registry that was added to has changed")
	}
}

func TestRegistryErrors(t *testing.T) {
	mixin := func(change func(*occi.Mixin)) occi.Mixin {
		m := occi.Mixin{Category: occi.Category{Scheme: "http://x.example/s#", Term: "a"}, Location: "/a/"}
		change(&m)
		return m
	}
	cases := []struct {
		name   string
		change func(*occi.Mixin)
		kind   occi.ErrorKind
		text   string
	}{
		{
			"X-8 dot in term", func(m *occi.Mixin) { m.Term = "t2.micro" }, occi.Invalid,
			`category has a term that clients cannot read "http://x.example/s#t2.micro", expected [a-z0-9][a-z0-9_-]*`,
		},
		{
			"X-8 upper case term", func(m *occi.Mixin) { m.Term = "Big" }, occi.Invalid,
			`category has a term that clients cannot read "http://x.example/s#Big", expected [a-z0-9][a-z0-9_-]*`,
		},
		{
			"C-3 scheme without #", func(m *occi.Mixin) { m.Scheme = "http://x.example/s" }, occi.Invalid,
			`category has a scheme that clients cannot read "http://x.example/sa", expected an absolute URI that ends in "#"`,
		},
		{
			"duplicate id", func(m *occi.Mixin) { m.Scheme, m.Term = occi.SplitID(occi.MixinOSTemplate) }, occi.Conflict,
			`category is already there "http://schemas.ogf.org/occi/infrastructure#os_tpl"`,
		},
		{
			"H-1 duplicate location", func(m *occi.Mixin) { m.Location = "/mixin/os_tpl/" }, occi.Conflict,
			`location is already taken "/mixin/os_tpl/"`,
		},
		{
			"location among entities", func(m *occi.Mixin) { m.Location = "/compute/a/" }, occi.Conflict,
			`location lies below that of a kind "/compute/a/"`,
		},
		{
			"location of the query interface", func(m *occi.Mixin) { m.Location = "/-/" }, occi.Invalid,
			`category has a location that cannot be used "http://x.example/s#a", expected an absolute path of plain characters that ends in "/"`,
		},
		{
			"X-30 unknown depends", func(m *occi.Mixin) { m.Depends = []string{"http://x.example/s#none"} }, occi.Invalid,
			`category depends on an unknown mixin "http://x.example/s#a", expected http://x.example/s#none`,
		},
		{
			"unknown applies", func(m *occi.Mixin) { m.Applies = []string{occi.MixinRegion} }, occi.Invalid,
			`category applies to an unknown kind "http://x.example/s#a", expected ` + occi.MixinRegion,
		},
		{
			"unknown action", func(m *occi.Mixin) { m.Actions = []string{occi.KindCompute} }, occi.Invalid,
			`category has an unknown action "http://x.example/s#a", expected ` + occi.KindCompute,
		},
		{
			"attribute name", func(m *occi.Mixin) { m.Attributes = []occi.Attribute{{Name: "a b"}} }, occi.Invalid,
			`category has a badly named attribute "http://x.example/s#a", expected a b`,
		},
		{
			"pattern", func(m *occi.Mixin) { m.Attributes = []occi.Attribute{{Name: "a", Pattern: "("}} }, occi.Invalid,
			`category has an attribute with a bad pattern "http://x.example/s#a", expected a`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := occi.Standard(occi.Options{}).With(mixin(c.change))
			wantError(t, err, c.kind, c.text)
		})
	}
	t.Run("unknown parent", func(t *testing.T) {
		k := occi.Kind{Category: occi.Category{Scheme: "http://x.example/s#", Term: "k"}, Parent: occi.KindEntity, Location: "/k/"}
		_, err := occi.NewRegistry([]occi.Kind{k}, nil, nil)
		wantError(t, err, occi.Invalid, `category has an unknown parent "http://x.example/s#k", expected `+occi.KindEntity)
	})
}

// One odd category of a cloud does not spoil the others (clients.md, 6.7).
func TestMergeLeavesOutWhatDoesNotFit(t *testing.T) {
	bad := debian9
	bad.Term = "Debian.10"
	r, errs := occi.Standard(occi.Options{}).Merge(bad, debian9, debian9)
	if len(errs) != 2 || r.Mixin(debian9.ID()) == nil || r.Mixin(bad.ID()) != nil {
		t.Errorf("errors %v, debian9 %v", errs, r.Mixin(debian9.ID()))
	}
}

// A user's mixin may depend on what nobody has, even in a circle (D-23).
func TestUserMixinsInACircle(t *testing.T) {
	a, b := tag, tag
	a.Term, a.Location = "a", "/a/"
	b.Term, b.Location = "b", "/b/"
	a.Depends, b.Depends = []string{b.ID()}, []string{a.ID()}
	r, err := occi.Standard(occi.Options{}).With(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if r.IsA(a.ID(), occi.MixinOSTemplate) || !r.IsA(a.ID(), b.ID()) || !r.Applies(a.ID(), occi.KindStorage) {
		t.Error("relations of mixins in a circle")
	}
	r.Defaults(occi.KindCompute, []string{a.ID()})
}

// Where mixins fit (C-11, U-8): applies includes sub-kinds and is inherited
// through depends.
func TestApplies(t *testing.T) {
	r := registry(t)
	cases := []struct {
		mixin, kind string
		want        bool
	}{
		{occi.MixinIPNetwork, occi.KindNetwork, true},
		{occi.MixinIPNetwork, occi.KindCompute, false},
		{debian9.ID(), occi.KindCompute, true},
		{debian9.ID(), occi.KindStorage, false},
		{tag.ID(), occi.KindStorageLink, true},
		{occi.MixinRegion, occi.KindNetwork, true},
	}
	for _, c := range cases {
		if got := r.Applies(c.mixin, c.kind); got != c.want {
			t.Errorf("%s on %s: %v", c.mixin, c.kind, got)
		}
	}
}

// Defaults of mixins fill a new entity; states have none here (C-15, A.6).
func TestDefaults(t *testing.T) {
	got := registry(t).Defaults(occi.KindCompute, []string{occi.SchemeComputeTemplate + "mem_small"})
	want := occi.Attributes{occi.AttrCores: int64(1), occi.AttrMemory: 4.0, occi.AttrEphemeralSize: 10.0}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Filters of the query interface (D-12).
func TestSelect(t *testing.T) {
	r := registry(t)
	s := r.Select([]string{occi.KindCompute}, false)
	if d := cmp.Diff([]string{occi.KindCompute}, ids(s.Kinds)); d != "" || len(s.Mixins)+len(s.Actions) > 0 {
		t.Errorf("compute: %s, %d mixins, %d actions", d, len(s.Mixins), len(s.Actions))
	}
	if n := len(r.Select([]string{occi.KindCompute}, true).Actions); n != 5 {
		t.Errorf("%d actions of compute, want 5", n)
	}
	s = r.Select([]string{occi.MixinOSTemplate}, false)
	if d := cmp.Diff([]string{occi.MixinOSTemplate, debian9.ID()}, ids(s.Mixins)); d != "" {
		t.Error(d)
	}
	if s := r.Select([]string{"http://x.example/s#none"}, true); len(s.Kinds)+len(s.Mixins)+len(s.Actions) > 0 {
		t.Errorf("unknown selects %v", s)
	}
}

func TestTerm(t *testing.T) {
	cases := map[string]string{
		"t2.micro": "t2_micro", "Ubuntu 22.04 LTS": "ubuntu_22_04_lts", "ami-0abc": "ami-0abc", "__x__": "x",
		"": "x", "日本": "x", "a//b": "a_b", "-a-": "a", strings.Repeat("ab", 50): strings.Repeat("ab", 32),
	}
	for in, want := range cases {
		got := occi.Term(in)
		if got != want || !occi.ValidTerm(got) {
			t.Errorf("Term(%q) = %q, want %q", in, got, want)
		}
	}
}
