package gateway

import (
	"sync"
	"sync/atomic"

	"occigate/gateway/inventory"
	"occigate/translate/occi"
)

// keptBytes bounds the renderings that are kept in memory.
const keptBytes = 32 << 20

// rendering is how one item looks under one model, in the media types that were
// asked for. It holds neither host nor time.
type rendering struct {
	model *model
	of    *shown
	text  atomic.Pointer[form]
	json  atomic.Pointer[form]
	used  atomic.Bool // since the hand was here last
	size  int         // counted by the renderings, under their lock
}

// renderings keeps those in use: a clock goes round and drops what nobody has
// asked for since it was there last.
type renderings struct {
	limit int

	mu   sync.Mutex
	all  []*rendering // a ring
	hand int
	size int // in bytes
}

func newRenderings(limit int) *renderings { return &renderings{limit: limit} }

// form is an item's rendering under a model, from memory or made and kept. It
// must not be changed.
func (m *model) form(it *inventory.Item, media occi.MediaType) *form {
	s := it.Derived.(*shown)
	r := s.last.Load()
	if r == nil || r.model != m {
		r = &rendering{model: m, of: s}
	}
	kept := r.form(media)
	if f := kept.Load(); f != nil {
		if !r.used.Load() {
			r.used.Store(true)
		}
		return f
	}
	seen := ""
	if it.Listed {
		seen = gap
	}
	f := newForm(m.append(nil, it, media, seen), media)
	kept.Store(f)
	m.kept.keep(r)
	return f
}

// appendBody appends an item's rendering with the time when it was seen. Unless
// keep is set, one that is not in memory is not kept there: a long list would
// drive everything else out.
func (m *model) appendBody(dst []byte, it *inventory.Item, media occi.MediaType, seen string, keep bool) []byte {
	var f *form
	if keep {
		f = m.form(it, media)
	} else if r := it.Derived.(*shown).last.Load(); r != nil && r.model == m {
		f = r.form(media).Load()
	}
	if f == nil || f.gap > 0 && len(seen) != len(gap) {
		return m.append(dst, it, media, seen)
	}
	return f.append(dst, seen)
}

func (m *model) append(dst []byte, it *inventory.Item, media occi.MediaType, seen string) []byte {
	e := m.entityAt(it, seen)
	if media.Rendering() == occi.OCCIJSON {
		return m.renderer().AppendJSON(dst, &e)
	}
	return m.renderer().AppendText(dst, &e)
}

func (r *rendering) form(media occi.MediaType) *atomic.Pointer[form] {
	if media.Rendering() == occi.OCCIJSON {
		return &r.json
	}
	return &r.text
}

// keep takes an item's rendering in, or what was added to it, and drops others
// for it.
func (k *renderings) keep(r *rendering) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.size == 0 {
		k.all = append(k.all, r)
	}
	size := r.bytes()
	k.size += size - r.size
	r.size = size
	r.of.last.Store(r)
	for k.size > k.limit && len(k.all) > 1 {
		k.turn()
	}
}

// bytes is about what a rendering takes in memory.
func (r *rendering) bytes() int {
	n := 256
	for _, kept := range []*atomic.Pointer[form]{&r.text, &r.json} {
		if f := kept.Load(); f != nil {
			n += cap(f.body)
		}
	}
	return n
}

// turn looks at one rendering and drops it when nobody has used it.
func (k *renderings) turn() {
	k.hand %= len(k.all)
	r := k.all[k.hand]
	if r.used.Swap(false) {
		k.hand++
		return
	}
	r.of.last.CompareAndSwap(r, nil)
	k.size, r.size = k.size-r.size, 0
	last := len(k.all) - 1
	k.all[k.hand] = k.all[last]
	k.all[last] = nil
	k.all = k.all[:last]
	k.hand++ // what was moved here is the newest: its turn comes last
}
