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
// asked for. It holds no host.
type rendering struct {
	model *model
	of    *shown
	text  atomic.Pointer[[]byte]
	json  atomic.Pointer[[]byte]
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

// body is an item's rendering under a model, from memory or made and kept. It
// must not be changed.
func (m *model) body(it *inventory.Item, media occi.MediaType) []byte {
	s := it.Derived.(*shown)
	r := s.last.Load()
	if r == nil || r.model != m {
		r = &rendering{model: m, of: s}
	}
	form := r.form(media)
	if body := form.Load(); body != nil {
		if !r.used.Load() {
			r.used.Store(true)
		}
		return *body
	}
	body := m.append(nil, it, media)
	form.Store(&body)
	m.kept.keep(r)
	return body
}

// appendBody appends an item's rendering. One that is not in memory is not kept
// there: a long list would drive everything else out.
func (m *model) appendBody(dst []byte, it *inventory.Item, media occi.MediaType) []byte {
	if r := it.Derived.(*shown).last.Load(); r != nil && r.model == m {
		if body := r.form(media).Load(); body != nil {
			return append(dst, *body...)
		}
	}
	return m.append(dst, it, media)
}

func (m *model) append(dst []byte, it *inventory.Item, media occi.MediaType) []byte {
	e := m.entity(it)
	if media.Rendering() == occi.OCCIJSON {
		return m.renderer().AppendJSON(dst, &e)
	}
	return m.renderer().AppendText(dst, &e)
}

func (r *rendering) form(media occi.MediaType) *atomic.Pointer[[]byte] {
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
	for _, form := range []*atomic.Pointer[[]byte]{&r.text, &r.json} {
		if body := form.Load(); body != nil {
			n += cap(*body)
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
}
