package gateway

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
	a, b := &rendered{sum: 1}, &rendered{sum: 2}
	seen := map[string]int{}
	for i, digest := range []string{
		listDigest("http://h", nil), listDigest("https://h", nil),
		listDigest("http://h", []*rendered{a}), listDigest("http://h", []*rendered{b}),
		listDigest("http://h", []*rendered{a, b}), listDigest("http://h", []*rendered{b, a}),
		listDigest("http://h", []*rendered{a, a}),
	} {
		if j, twice := seen[digest]; twice {
			t.Errorf("lists %d and %d have the digest %s", j, i, digest)
		}
		seen[digest] = i
	}
}
