package gateway

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever is rendered, read and rendered again, what is kept is counted right
// and bounded, and nothing is remembered that is not kept.
func TestKeptRenderings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const limit = 4000
		kept := newRenderings(limit)
		var of [20]shown
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			s := &of[rapid.IntRange(0, len(of)-1).Draw(t, "item")]
			r := s.last.Load()
			if r != nil && rapid.Bool().Draw(t, "read") {
				r.used.Store(true)
				continue
			}
			if r == nil {
				r = &rendering{of: s}
			}
			body := make([]byte, rapid.IntRange(1, 800).Draw(t, "size"))
			if r.text.Load() == nil {
				r.text.Store(&form{body: body})
			} else {
				r.json.Store(&form{body: body})
			}
			kept.keep(r)
			size := 0
			for _, r := range kept.all {
				size += r.bytes()
			}
			if size != kept.size || size > limit {
				t.Fatalf("%d bytes are kept, %d counted, the limit is %d", size, kept.size, limit)
			}
		}
		remembered := 0
		for i := range of {
			if of[i].last.Load() != nil {
				remembered++
			}
		}
		if remembered != len(kept.all) {
			t.Fatalf("%d are remembered, %d kept", remembered, len(kept.all))
		}
	})
}

// What is read again and again stays while others come and go.
func TestRenderingsInUseStay(t *testing.T) {
	kept := newRenderings(10 * 1256)
	var favourite shown
	add := func(s *shown) {
		body := make([]byte, 1000)
		r := &rendering{of: s}
		r.text.Store(&form{body: body})
		kept.keep(r)
	}
	add(&favourite)
	for i := range 100 {
		var other, newest shown
		if add(&other); favourite.last.Load() == nil {
			t.Fatalf("dropped after %d others", i)
		}
		favourite.last.Load().used.Store(true)
		if add(&newest); i > 0 && newest.last.Load() == nil {
			t.Fatalf("the newest is dropped before older ones that nobody reads, after %d", i)
		}
	}
}
