package gateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/gateway/inventory"
)

// TestFind reads lists of entity tags, whole and broken (RFC 9110 section
// 13.1.1).
func TestFind(t *testing.T) {
	for line, want := range map[string][]entityTag{
		`"a"`:               {{opaque: "a"}},
		`"a", W/"b" ,"c,d"`: {{opaque: "a"}, {opaque: "b", weak: true}, {opaque: "c,d"}},
		`""`:                {{}},
		` * `:               {{any: true}},
		`"a" "b"`:           {{opaque: "a"}, {opaque: "b"}},
		`"a", b, "c"`:       {{opaque: "a"}},
		`a`:                 nil,
		`"a`:                nil,
		`W/`:                nil,
		`,`:                 nil,
		`*, "a"`:            nil,
		``:                  nil,
		`w/"a"`:             nil,
	} {
		var got []entityTag
		if _, ok := find([]string{line}, func(t entityTag) bool {
			got = append(got, t)
			return false
		}); ok {
			t.Errorf("%s: found what nobody wanted", line)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(entityTag{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", line, diff)
		}
	}
}

// TestListDigest tells lists apart by members, their order and their host.
func TestListDigest(t *testing.T) {
	a, b := &inventory.Item{ID: "a", Rev: 1}, &inventory.Item{ID: "b", Rev: 2}
	seen := map[string]int{}
	for i, digest := range []string{
		listOf().digest("http://h"), listOf().digest("https://h"),
		listOf(a).digest("http://h"), listOf(b).digest("http://h"),
		listOf(a, b).digest("http://h"), listOf(b, a).digest("http://h"),
		listOf(a, a).digest("http://h"),
	} {
		if j, twice := seen[digest]; twice {
			t.Errorf("lists %d and %d have the digest %s", j, i, digest)
		}
		seen[digest] = i
	}
}

func listOf(items ...*inventory.Item) listed { return wholeOf(&model{}, inventory.SetOf(items)) }

func wholeOf(m *model, set *inventory.Set) listed {
	return found{kinds: []inventory.Kind{inventory.KindServer}, sets: []*inventory.Set{set}, total: set.Len()}.whole(m)
}

// TestDigestOfAListThatChanged keeps the digest of one list from being taken for
// that of another.
func TestDigestOfAListThatChanged(t *testing.T) {
	a, b := &inventory.Item{ID: "a", Rev: 1}, &inventory.Item{ID: "b", Rev: 2}
	m, one, two := &model{}, inventory.SetOf([]*inventory.Item{a}), inventory.SetOf([]*inventory.Item{a, b})
	first := wholeOf(m, one).digest("http://h")
	if again := wholeOf(m, one).digest("http://h"); again != first {
		t.Errorf("%s, then %s of one list", first, again)
	}
	if other, alone := wholeOf(m, two).digest("http://h"), listOf(a, b).digest("http://h"); other == first || other != alone {
		t.Errorf("%s of a list, %s of another one, by itself %s", first, other, alone)
	}
	page := wholeOf(m, two)
	if page.count = 1; page.digest("http://h") != first {
		t.Error("a page has the digest of the whole list")
	}
}
