package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/translate"
	"occigate/translate/occi"
)

// explained is what tests read of why a compute is where it is.
type explained struct {
	ID, Compute, Policy string
	Chosen              explainedPlace
	Refused             []explainedPlace
	Next                []explainedPlace
	Rejected            []struct {
		Reason string
		Count  int
	}
	Rejections []explainedPlace
}

type explainedPlace struct {
	Account, Size, Image, Reason, Text string
	Hour, Month                        amount
}

func (e explained) rejections(reason string) (list []string) {
	for _, r := range e.Rejections {
		if r.Reason == reason {
			list = append(list, r.Account+" "+r.Size)
		}
	}
	return list
}

// small is the request for the smallest Debian machine there is, of the one
// architecture that all clouds have.
func small(title string, more map[string]any) thing {
	attributes := map[string]any{translate.AttrPlacementImage: "debian", occi.AttrArchitecture: "x64"}
	maps.Copy(attributes, more)
	return thing{
		kind: occi.KindCompute, title: title, attributes: attributes,
		mixins: []string{translate.Placement, occi.SchemeComputeTemplate + "small"},
	}
}

// place makes a compute and returns why it is where it is.
func (p *Program) place(t *testing.T, e thing) (why explained) {
	t.Helper()
	a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, e)
	if a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	p.decode(t, p.Must(t, http.StatusOK, "GET", a.Header.Get("X-Occigate-Quote"), ""), &why)
	if why.Compute != a.Header.Get("Location") || !strings.HasSuffix(why.Compute, why.ID) {
		t.Errorf("%+v is not about %s", why, a.Header.Get("Location"))
	}
	return why
}

// startPlacing runs the six clouds of the demo, of which all is known.
func startPlacing(t *testing.T) *Program {
	t.Helper()
	p := startDemo(t)
	p.Eventually(t, "all clouds known", func() bool {
		return p.Must(t, 200, "GET", "/", "").Header.Get("X-Occigate-Incomplete") == ""
	})
	return p
}

// faults says where a cloud of the demo can be told to misbehave.
func (p *Program) faults(t *testing.T, account string) string {
	t.Helper()
	m := regexp.MustCompile(account + ` .* (http\S+)`).FindStringSubmatch(p.Output())
	if m == nil {
		t.Fatalf("the demo does not say where %s is:\n%s", account, p.Output())
	}
	return m[1] + "/_faults"
}

// named counts the machines with a title in listings of all clouds that begin now.
func (p *Program) named(t *testing.T, title string) int {
	t.Helper()
	a := p.Must(t, 200, "GET", "/compute/", "", "Accept", string(occi.OCCIJSON), "Cache-Control", "no-cache", "Prefer", "wait=20")
	if warned := a.Header.Get("X-Occigate-Stale"); warned != "" {
		t.Fatalf("not fresh: %s", warned)
	}
	return strings.Count(a.Body, `"title":"`+title+`"`)
}

// TestPlacement places machines by the sample rate cards. A small one has a core,
// 1 GiB and a disk of 10 GiB; by the month, in EUR, at 1.10 USD and 0.85 GBP:
//
//	amazon  t3.micro   730 h x 0.0114 + 10 GiB x 0.088 = 9.202 USD                 =  8.37
//	amazon  t2.micro   730 h x 0.0126 + 10 GiB x 0.088 = 10.078 USD                =  9.16
//	private m1.small   730 h x 0.0159, with a disk of 20 GiB                       = 11.61
//	flexi   small      730 h x (1 x 0.015 + 1 x 0.015) + 20 GiB = 21.47 GB x 0.10
//	                                                     = 24.05 GBP               = 28.29
//	elastic small      730 h x 0.1 USD and more                                    > 66.36
//	gogrid  1GB        730 h x 0.19 USD                                            = 126.09
//
// and Sun Cloud has no Debian.
func TestPlacement(t *testing.T) {
	p := startPlacing(t)
	first := p.place(t, small("first", map[string]any{translate.AttrPlacementMaxPrice: 0.02}))
	t.Run("cheapest", func(t *testing.T) {
		want := explainedPlace{Account: "amazon", Size: "t3.micro", Hour: amount{"0.01146", "EUR"}, Month: amount{"8.37", "EUR"}} // 8.3655 / 730
		got := first.Chosen
		got.Image = ""
		if diff := cmp.Diff(want, got); diff != "" || first.Policy != "cheapest" {
			t.Error(first.Policy, diff)
		}
		if len(first.Next) < 2 || first.Next[0].Size != "t2.micro" || first.Next[0].Month.Amount != "9.16" || first.Next[1].Size != "m1.small" || first.Next[1].Month.Amount != "11.61" {
			t.Errorf("next: %+v", first.Next)
		}
		if got := first.rejections("price_cap"); !slices.Contains(got, "flexi small") || !slices.Contains(got, "gogrid 2") || slices.Contains(got, "private m1.small") {
			t.Errorf("price_cap: %v", got)
		}
		if got := first.rejections("image"); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "sun ") }) {
			t.Errorf("image: %v", got)
		}
		if got := first.rejections("capability"); !slices.Contains(got, "amazon t3.nano") || !slices.Contains(got, "gogrid 1") {
			t.Errorf("capability: %v", got)
		}
		e := p.Entity(t, first.Compute)
		p.has(t, e, translate.Placement, "debian-12-amd64", "t3_micro", translate.Price)
		p.State(t, first.Compute, "active")
		for _, media := range []occi.MediaType{occi.TextPlain, occi.OCCIJSON} {
			if a := p.Echo(t, first.Compute, media); a.Status != http.StatusOK {
				t.Errorf("what is shown in %s cannot be put back: %d %s", media, a.Status, a.Body)
			}
		}
		metrics := p.Must(t, 200, "GET", "/metrics", "").Body
		if !regexp.MustCompile(`(?m)^occigate_account_create_to_active_seconds\{account="amazon"\} 0?\.?\d`).MatchString(metrics) {
			t.Error("no time from create to active is measured")
		}
	})
	t.Run("another cloud", func(t *testing.T) {
		why := p.place(t, small("other", map[string]any{translate.AttrPlacementOtherCloud: first.Compute}))
		if why.Chosen.Account != "private" || len(why.rejections("policy")) < 20 {
			t.Errorf("%+v, policy: %v", why.Chosen, why.rejections("policy"))
		}
		same := p.place(t, small("same", map[string]any{translate.AttrPlacementSameCloud: why.ID, translate.AttrPlacementPolicy: "fastest"}))
		if same.Chosen.Account != "private" || same.Chosen.Size != "m1.small" {
			t.Errorf("%+v", same.Chosen)
		}
	})
	t.Run("ordered", func(t *testing.T) {
		why := p.place(t, small("ordered", map[string]any{
			translate.AttrPlacementPolicy: "ordered", translate.AttrPlacementAccounts: "flexi, amazon",
		}))
		if why.Chosen.Account != "flexi" || why.Chosen.Month.Amount != "28.29" {
			t.Errorf("%+v", why.Chosen)
		}
	})
	t.Run("spread", func(t *testing.T) {
		var made []string
		for range 3 {
			why := p.place(t, small("web", map[string]any{translate.AttrPlacementPolicy: "spread", translate.AttrPlacementGroup: "web"}))
			made = append(made, why.Chosen.Account)
			if e := p.Entity(t, why.Compute); e.Attributes[translate.AttrPlacementGroup] != "web" {
				t.Errorf("the group is %v", e.Attributes[translate.AttrPlacementGroup])
			}
		}
		if !slices.Equal(made, []string{"amazon", "private", "flexi"}) {
			t.Errorf("spread over %v", made)
		}
	})
	t.Run("spread by one request", func(t *testing.T) {
		part := func(title string) map[string]any {
			e := small(title, map[string]any{translate.AttrPlacementPolicy: "spread", translate.AttrPlacementGroup: "bulk"})
			return e.json()
		}
		body, err := json.Marshal(map[string]any{"resources": []any{part("bulk 1"), part("bulk 2"), part("bulk 3")}})
		if err != nil {
			t.Fatal(err)
		}
		a := p.Must(t, http.StatusCreated, "POST", "/compute/", string(body), "Content-Type", string(occi.OCCIJSON))
		var made []any
		for _, url := range p.paths(t, a, occi.TextPlain) {
			made = append(made, p.Entity(t, url).Attributes[translate.AttrObservedAccount])
		}
		slices.SortFunc(made, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		if !slices.Equal(made, []any{"amazon", "flexi", "private"}) {
			t.Errorf("spread over %v", made)
		}
	})
	t.Run("the cap", func(t *testing.T) {
		a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, small("none", map[string]any{translate.AttrPlacementMaxPrice: 0.001}))
		if a.Status != http.StatusConflict || !strings.Contains(a.Body, "price_cap") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if n := p.named(t, "none"); n != 0 {
			t.Errorf("%d machines", n)
		}
	})
}

// TestPlacementMovesOn has no room at the cheapest cloud: the next one gets the
// machine, which there is once, and the first is not asked again for a while.
func TestPlacementMovesOn(t *testing.T) {
	p := startPlacing(t)
	full := p.faults(t, "amazon")
	p.Must(t, 200, "PUT", full, `[{"kind":"status","call":"RunInstances","status":500,"code":"InsufficientInstanceCapacity","body":"no room"}]`)
	why := p.place(t, small("moved", nil))
	if why.Chosen.Account != "private" || why.Chosen.Size != "m1.small" || len(why.Refused) != 2 {
		t.Fatalf("%+v", why)
	}
	for i, size := range []string{"t3.micro", "t2.micro"} {
		if r := why.Refused[i]; r.Account != "amazon" || r.Size != size || r.Reason != "quota" || !strings.Contains(r.Text, "InsufficientInstanceCapacity") {
			t.Errorf("%+v", r)
		}
	}
	if n := p.named(t, "moved"); n != 1 {
		t.Errorf("%d machines, want 1", n)
	}
	p.Must(t, 200, "DELETE", full, "")
	again := p.place(t, small("again", nil))
	if got := again.rejections("capacity_remembered"); !slices.Equal(got, []string{"amazon t3.micro", "amazon t2.micro"}) {
		t.Errorf("remembered: %v", got)
	}
	if again.Chosen.Account == "amazon" && again.Chosen.Size == "t3.micro" || len(again.Refused) != 0 {
		t.Errorf("%+v", again)
	}
}

// TestPlacementStaysWhereTheOutcomeIsOpen cuts the answer of the cheapest cloud: no
// other one is asked, and the machine is found where it was asked for.
func TestPlacementStaysWhereTheOutcomeIsOpen(t *testing.T) {
	p := startPlacing(t)
	p.Must(t, 200, "PUT", p.faults(t, "amazon"), `[{"kind":"cut","call":"RunInstances"}]`)
	a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, small("open", nil))
	where := regexp.MustCompile(`/compute/[0-9a-f-]{36}`).FindString(a.Body)
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") != "" || where == "" {
		t.Fatalf("%d %v %s", a.Status, a.Header, a.Body)
	}
	p.Must(t, 200, "DELETE", p.faults(t, "amazon"), "")
	p.State(t, p.URL+where, "active")
	if n := p.named(t, "open"); n != 1 {
		t.Errorf("%d machines, want 1", n)
	}
	var why explained
	p.decode(t, p.Must(t, 200, "GET", strings.Replace(where, "/compute/", "/quotes/", 1), ""), &why)
	if why.Chosen.Account != "amazon" {
		t.Errorf("%+v", why.Chosen)
	}
}

// TestPlacementRefusals names what is wrong, and makes nothing.
func TestPlacementRefusals(t *testing.T) {
	p := StartTwo(t, "100ms")
	p.Eventually(t, "complete", func() bool { return p.Must(t, 200, "GET", "/", "").Header.Get("X-Occigate-Incomplete") == "" })
	debian := p.Mixin(t, occi.MixinOSTemplate, "^amazon-debian-12-amd64").ID()
	for _, c := range []struct {
		name   string
		more   map[string]any
		mixins []string
		status int
		says   string
	}{
		{"policy", map[string]any{translate.AttrPlacementPolicy: "dearest"}, nil, 400, "one of cheapest, spread, fastest, ordered"},
		{"price", map[string]any{translate.AttrPlacementMaxPrice: -1}, nil, 400, translate.AttrPlacementMaxPrice},
		{"digits", map[string]any{translate.AttrPlacementMaxPrice: 0.00000000001}, nil, 400, translate.AttrPlacementMaxPrice},
		{"currency", map[string]any{translate.AttrPlacementCurrency: "EURO"}, nil, 400, translate.AttrPlacementCurrency},
		{"cloud", map[string]any{translate.AttrPlacementClouds: "ec3"}, nil, 400, `there is no "ec3", only ec2, openstack`},
		{"account", map[string]any{translate.AttrPlacementNotAccounts: "me"}, nil, 400, `there is no "me", only amazon, private`},
		{"region", map[string]any{translate.AttrPlacementRegions: "mars"}, nil, 400, `there is no "mars", only RegionOne, eu-west-1`},
		{"compute", map[string]any{translate.AttrPlacementOtherCloud: "5"}, nil, 400, "there is no compute 5"},
		{"order", map[string]any{translate.AttrPlacementPolicy: "ordered"}, nil, 400, translate.AttrPlacementAccounts + ": "},
		{"offer", map[string]any{translate.AttrPlacementOffer: 1}, nil, 400, "there is no " + translate.AttrPlacementQuote},
		{"quote", map[string]any{translate.AttrPlacementQuote: "abc"}, nil, 400, "no quote of ours"},
		{"quote and more", map[string]any{translate.AttrPlacementQuote: "abc", translate.AttrPlacementClouds: "ec2"}, nil, 400, "says what the quote says already"},
		{"two images", nil, []string{debian}, 409, "an image is given by its template"},
		{"another account", map[string]any{translate.AttrPlacementAccounts: "private", translate.AttrPlacementImage: ""}, []string{debian}, 409, "names things of amazon"},
		{"no image", map[string]any{translate.AttrPlacementImage: "plan 9"}, nil, 409, "image"},
		{"too large", map[string]any{occi.AttrCores: 4096}, nil, 0, ""},
	} {
		e := small("refused", c.more)
		e.mixins = append(e.mixins, c.mixins...)
		if c.status == 0 {
			c.status, c.says = 409, "capability"
			e.mixins = e.mixins[:1]
		}
		a := p.Say(t, "POST", "/compute/", occi.OCCIJSON, e)
		if a.Status != c.status || !strings.Contains(a.Body, c.says) && !strings.Contains(a.Body, strings.ReplaceAll(c.says, `"`, `\"`)) {
			t.Errorf("%s: %d, want %d with %q: %s", c.name, a.Status, c.status, c.says, a.Body)
		}
	}
	if n := p.named(t, "refused"); n != 0 {
		t.Errorf("%d machines", n)
	}
	p.Must(t, http.StatusNotFound, "GET", "/quotes/00000000-0000-4000-8000-000000000000", "")
	bare := p.made(t, "/compute/", thing{kind: occi.KindCompute})
	p.Must(t, http.StatusNotFound, "GET", strings.Replace(bare, "/compute/", "/quotes/", 1), "")
	a := p.Say(t, "POST", bare, occi.OCCIJSON, thing{mixins: []string{translate.Placement}})
	if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, "only be chosen at creation") {
		t.Errorf("placed later: %d %s", a.Status, a.Body)
	}
}
