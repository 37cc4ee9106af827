package inventory

import (
	"fmt"
	"slices"
	"testing"
)

// among deals n accounts out to gateways that all serve all of them.
func among(n int, gateways ...string) map[string]string {
	uids := make([]string, n)
	for i := range uids {
		uids[i] = fmt.Sprint("account-", i)
	}
	serves := map[string][]string{}
	for _, g := range gateways {
		serves[g] = uids
	}
	return share(serves)
}

// loads are how many accounts each gateway has, in order.
func loads(holder map[string]string) []int {
	has := map[string]int{}
	for _, g := range holder {
		has[g]++
	}
	all := []int{}
	for _, n := range has {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

func TestShareIsEven(t *testing.T) {
	tests := []struct {
		accounts int
		gateways []string
		want     []int
	}{
		{60, []string{"a"}, []int{60}},
		{60, []string{"a", "b", "c"}, []int{20, 20, 20}},
		{61, []string{"a", "b", "c"}, nil}, // 21 at most
		{1, []string{"a", "b"}, []int{1}},
		{0, []string{"a", "b"}, []int{}},
		{0, nil, []int{}},
	}
	for _, tt := range tests {
		got := loads(among(tt.accounts, tt.gateways...))
		if tt.want != nil && !slices.Equal(got, tt.want) {
			t.Errorf("%d accounts at %v: %v, want %v", tt.accounts, tt.gateways, got, tt.want)
		}
		if tt.accounts == 61 && got[2] != 21 {
			t.Errorf("61 accounts at three: %v", got)
		}
	}
}

// A gateway that leaves moves its own accounts, and of the others only those
// that had no room where they belong.
func TestShareMovesLittle(t *testing.T) {
	three, four := among(600, "a", "b", "c"), among(600, "a", "b", "c", "d")
	moved := 0
	for uid, g := range four {
		if g != "d" && three[uid] != g {
			moved++
		}
	}
	if moved > 60 {
		t.Errorf("%d of 450 accounts of those that stayed have moved", moved)
	}
}

func TestShareOfDifferentAccounts(t *testing.T) {
	holder := share(map[string][]string{"old": {"x", "y"}, "new": {"x", "y", "z", "w"}, "idle": nil})
	if holder["z"] != "new" || holder["w"] != "new" {
		t.Errorf("what only one serves is elsewhere: %v", holder)
	}
	if holder["x"] != "old" || holder["y"] != "old" {
		t.Errorf("who has no room gets more: %v", holder)
	}
	if len(holder) != 4 {
		t.Errorf("not all are dealt out: %v", holder)
	}
}
