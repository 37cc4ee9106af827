package placement_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/broker"
	"occigate/gateway/broker/placement"
	"occigate/gateway/broker/tariff"
	"occigate/providers"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// size is one with so many GiB of memory.
func size(id string, gib int, of ...providers.Architecture) providers.Size {
	return providers.Size{ID: id, Cores: 1, MemoryMiB: gib << 10, Architectures: of}
}

func option(account, id string, nanos int64) placement.Option {
	return placement.Option{
		Account: account, Cloud: "of " + account, Size: size(id, 1),
		Hour: tariff.Nanos(nanos, tariff.EUR), Month: tariff.Nanos(730*nanos, tariff.EUR),
	}
}

// four are candidates in three accounts, the cheapest first.
func four() []placement.Option {
	return []placement.Option{option("a", "s", 1), option("b", "s", 2), option("a", "m", 3), option("c", "s", 4)}
}

func steps(p placement.Plan) (list []string) {
	for _, s := range p.Steps {
		text := s.Account + "/" + s.Size.ID
		if s.Image != "" {
			text += "/" + s.Image
		}
		list = append(list, text)
	}
	return list
}

func rejected(p placement.Plan) (list []string) {
	for _, r := range p.Rejected {
		list = append(list, fmt.Sprintf("%s/%s %s", r.Account, r.Size, r.Reason))
	}
	return list
}

func TestChoose(t *testing.T) {
	noPrice := []broker.Rejection{
		{Account: "c", Size: "l", Reason: broker.ReasonNoPrice},
		{Account: "c", Size: "m", Reason: broker.ReasonNoRate},
		{Account: "d", Size: "s", Reason: broker.ReasonBreaker},
		{Account: "e", Size: "s", Reason: broker.ReasonBreaker},
		{Account: "f", Size: "s", Reason: broker.ReasonQuota},
	}
	sizes := map[string][]providers.Size{"c": {size("l", 8), size("m", 4)}, "d": {size("s", 1)}, "e": {size("s", 1)}, "f": {size("s", 1)}}
	memory := func(slots ...[3]string) *placement.Memory {
		m := &placement.Memory{}
		for _, s := range slots {
			m.Remember(s[0], s[1], s[2], placement.Refusal{At: now.Add(-time.Minute), Until: now.Add(time.Minute), Text: "full"})
		}
		return m
	}
	for _, c := range []struct {
		name     string
		order    placement.Order
		view     placement.View
		steps    []string
		rejected []string
	}{
		{
			name: "cheapest", order: placement.Order{Policy: placement.Cheapest}, view: placement.View{Options: four()},
			steps: []string{"a/s", "b/s", "a/m", "c/s"},
		},
		{
			name: "spread", order: placement.Order{Policy: placement.Spread},
			view:  placement.View{Options: four(), Machines: map[string]int{"a": 2, "b": 1, "c": 1}},
			steps: []string{"b/s", "c/s", "a/s", "a/m"},
		},
		{
			name: "fastest, the unknown last", order: placement.Order{Policy: placement.Fastest},
			view:  placement.View{Options: four(), Median: map[string]time.Duration{"b": 2 * time.Second, "c": time.Second}},
			steps: []string{"c/s", "b/s", "a/s", "a/m"},
		},
		{
			name: "ordered", order: placement.Order{Policy: placement.Ordered, Accounts: []string{"c", "a", "b"}},
			view:  placement.View{Options: four()},
			steps: []string{"c/s", "a/s", "a/m", "b/s"},
		},
		{
			name: "the cheapest needs a price", order: placement.Order{Policy: placement.Cheapest},
			view:     placement.View{Rejected: noPrice, Sizes: sizes, Denied: map[string]bool{"e": true}},
			rejected: []string{"c/l no_price", "c/m no_rate", "d/s breaker", "e/s denied", "f/s quota"},
		},
		{
			name: "a cap needs a price", order: placement.Order{Policy: placement.Spread, Capped: true},
			view:     placement.View{Rejected: noPrice[:2], Sizes: sizes},
			rejected: []string{"c/l no_price", "c/m no_rate"},
		},
		{
			name: "others do not, and take the smallest", order: placement.Order{Policy: placement.Spread},
			view:     placement.View{Options: four()[:1], Rejected: noPrice, Sizes: sizes},
			steps:    []string{"a/s", "c/m", "c/l"},
			rejected: []string{"d/s breaker", "e/s breaker", "f/s quota"},
		},
		{
			name: "a size, its disk", order: placement.Order{Policy: placement.Cheapest, Size: "s", DiskMiB: 10 << 10},
			view: placement.View{Options: func() []placement.Option {
				all := four()
				all[1].Size.DiskGiB, all[3].Size.DiskGiB = 5, 10
				return all
			}()},
			steps:    []string{"a/s", "c/s"},
			rejected: []string{"b/s capability", "a/m policy"},
		},
		{
			name: "remembered", order: placement.Order{Policy: placement.Cheapest},
			view:     placement.View{Now: now, Options: four(), Memory: memory([3]string{"a", "s"}, [3]string{"b"}, [3]string{"c", "s", "elsewhere"})},
			steps:    []string{"a/m", "c/s"},
			rejected: []string{"a/s capacity_remembered", "b/s capacity_remembered"},
		},
		{
			name: "forgotten", order: placement.Order{Policy: placement.Cheapest},
			view:  placement.View{Now: now.Add(time.Minute), Options: four()[:1], Memory: memory([3]string{"a", "s"})},
			steps: []string{"a/s"},
		},
		{
			name: "one size has two prices", order: placement.Order{Policy: placement.Cheapest},
			view:  placement.View{Options: []placement.Option{option("a", "s", 1), option("a", "s", 2)}},
			steps: []string{"a/s"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := placement.Choose(&c.order, &c.view)
			if diff := cmp.Diff(c.steps, steps(plan)); diff != "" {
				t.Error("steps", diff)
			}
			if diff := cmp.Diff(c.rejected, rejected(plan)); diff != "" {
				t.Error("rejected", diff)
			}
			for _, r := range plan.Rejected {
				if r.Reason == placement.ReasonRemembered && r.Text != "refused at 11:59:00, tried again from 12:01:00 on: full" {
					t.Error(r.Text)
				}
			}
		})
	}
}

// TestImages has a cloud that tells architectures, with a size and images of one
// that OCCI has no name for, and one that tells nothing.
func TestImages(t *testing.T) {
	image := func(id, name string, a providers.Architecture, age time.Duration) providers.Image {
		return providers.Image{ID: id, Name: name, Architecture: a, Created: now.Add(-age)}
	}
	arm, x64, either := size("arm", 1), size("x64", 1, providers.X64), size("any", 1)
	failed := image("failed", "debian-12", "", 0)
	failed.State = providers.ImageFailed
	large := image("large", "Debian 13", "", 0)
	large.MinMemoryMiB = 2048
	view := placement.View{
		Options: []placement.Option{
			{Account: "telling", Size: arm}, {Account: "telling", Size: x64}, {Account: "silent", Size: either},
		},
		Sizes: map[string][]providers.Size{"telling": {arm, x64}, "silent": {either}},
		Images: map[string][]providers.Image{
			"telling": {
				image("old", "Debian-12-amd64-1", providers.X64, 2*time.Hour), image("new", "debian-12-amd64-2", providers.X64, time.Hour),
				image("arm", "debian-12-arm64", "", 0), image("eleven", "debian-11", providers.X64, 0),
			},
			"silent": {image("only", "Debian 12 (bookworm)", "", 0), failed, large},
		},
	}
	view.Defaults = map[string]string{"silent": "Elsewhere"}
	given := image("mine", "my arm", "", 0)
	for _, c := range []struct {
		name            string
		order           placement.Order
		steps, rejected []string
	}{
		{"by words", placement.Order{Image: "Debian 12"}, []string{"telling/arm/arm", "telling/x64/new", "silent/any/only"}, nil},
		{"one architecture", placement.Order{Image: "debian 11"}, []string{"telling/x64/eleven"}, []string{"telling/arm architecture", "silent/any image"}},
		{"too large", placement.Order{Image: "debian 13"}, nil, []string{"telling/arm image", "telling/x64 image", "silent/any architecture"}},
		{"the default", placement.Order{}, []string{"telling/x64", "silent/any"}, []string{"telling/arm architecture"}},
		{"the default on one size", placement.Order{Size: "arm"}, []string{"telling/arm"}, []string{"telling/x64 policy", "silent/any policy"}},
		{"given", placement.Order{Given: &given}, []string{"telling/arm/mine", "silent/any/mine"}, []string{"telling/x64 architecture"}},
	} {
		c.order.Policy = placement.Cheapest
		plan := placement.Choose(&c.order, &view)
		if diff := cmp.Diff(c.steps, steps(plan)); diff != "" {
			t.Error(c.name, diff)
		}
		if diff := cmp.Diff(c.rejected, rejected(plan)); diff != "" {
			t.Error(c.name, diff)
		}
	}
}

// TestDefaultImages has accounts whose default image is of one architecture, found by
// its name, of another licence, and none at all.
func TestDefaultImages(t *testing.T) {
	arm, x64, x86 := size("arm", 1), size("x64", 1, providers.X64), size("both", 1, providers.X64, providers.X86)
	images := []providers.Image{
		{ID: "i-64", Name: "Debian 12", Architecture: providers.X64},
		{ID: "i-arm", Name: "Debian 12 arm"},
		{ID: "i-win", Name: "Windows 2022", Architecture: providers.X64, Created: now},
	}
	view := placement.View{Sizes: map[string][]providers.Size{}, Images: map[string][]providers.Image{}, Defaults: map[string]string{
		"a": "i-arm", "n": "debian 12", "r": "",
	}}
	for _, account := range []string{"a", "n", "r"} {
		view.Sizes[account], view.Images[account] = []providers.Size{arm, x64, x86}, images
		for _, s := range view.Sizes[account] {
			view.Options = append(view.Options, placement.Option{Account: account, Size: s})
		}
	}
	for _, c := range []struct {
		order           placement.Order
		steps, rejected []string
	}{
		{
			placement.Order{},
			[]string{"a/arm/i-arm", "n/x64/i-64", "n/both/i-64"},
			[]string{"a/x64 architecture", "a/both architecture", "n/arm architecture", "r/arm image", "r/x64 image", "r/both image"},
		},
		{
			placement.Order{Kind: providers.X86, Size: "both"},
			nil,
			[]string{
				"a/arm policy", "a/x64 policy", "a/both architecture", "n/arm policy", "n/x64 policy", "n/both architecture",
				"r/arm policy", "r/x64 policy", "r/both image",
			},
		},
		// The newest image of that name needs a licence that is not in the price.
		{
			placement.Order{Image: "2", OS: "linux", Size: "x64"},
			[]string{"a/x64/i-64", "n/x64/i-64", "r/x64/i-64"},
			[]string{"a/arm policy", "a/both policy", "n/arm policy", "n/both policy", "r/arm policy", "r/both policy"},
		},
		{
			placement.Order{Image: "2", OS: "windows", Size: "x64"},
			[]string{"a/x64/i-win", "n/x64/i-win", "r/x64/i-win"},
			[]string{"a/arm policy", "a/both policy", "n/arm policy", "n/both policy", "r/arm policy", "r/both policy"},
		},
	} {
		c.order.Policy = placement.Cheapest
		plan := placement.Choose(&c.order, &view)
		if diff := cmp.Diff(c.steps, steps(plan)) + cmp.Diff(c.rejected, rejected(plan)); diff != "" {
			t.Errorf("%+v: %s", c.order, diff)
		}
	}
}

// TestTriesAreBounded tries two sizes of an account and eight in all, but all
// offers of a quote in one account.
func TestTriesAreBounded(t *testing.T) {
	var options []placement.Option
	for i := range 20 {
		options = append(options, option(fmt.Sprint(i/4), fmt.Sprint(i%4), int64(i)))
	}
	plan := placement.Choose(&placement.Order{Policy: placement.Cheapest}, &placement.View{Options: options})
	if diff := cmp.Diff([]string{"0/0", "0/1", "1/0", "1/1", "2/0", "2/1", "3/0", "3/1"}, steps(plan)); diff != "" || plan.More != 12 {
		t.Error(diff, plan.More)
	}
	plan = placement.Choose(&placement.Order{Policy: placement.Quoted}, &placement.View{Options: options[:4]})
	if len(plan.Steps) != 4 {
		t.Error(steps(plan))
	}
}
