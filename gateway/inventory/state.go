package inventory

import (
	"slices"
	"strings"

	"occigate/providers"
)

// rowKey names a row within an account.
type rowKey struct {
	kind Kind
	id   string
}

// nat is a native id within an account.
type nat struct {
	kind   Kind
	native string
}

// state is what the store holds of one account, decoded and indexed. It is
// written by one goroutine at a time and never read by clients: they read what
// is built from it. What its maps point to is not modified.
type state struct {
	uid, cloud string

	rows     map[rowKey]*row
	passing  map[rowKey]bool // rows in transition
	natives  map[nat]string  // id of the row
	owns     map[string]*own
	intents  map[string]*intent            // by intentID
	links    map[rowKey]map[string]*intent // intents about links, by the row that the link derives from
	bound    map[nat]binding               // native ids that own data and intents know
	refs     map[nat][]*row                // rows that mention a native id
	tombs    map[string]*tomb
	defined  map[string][]byte // what users defined, by id; of no account
	stamp    *stamp            // by our own clock
	raw      stamped           // it as it was written
	identity *providers.Identity

	built     map[rowKey][]string // ids of the items that were made of a row, beside the one that has the row's
	dirty     map[rowKey]bool     // rows whose items must be made again
	redefined bool                // what is defined must be shown again
	unsaved   bool                // the store has lost rows, which memory alone has
}

func newState(uid, cloud string) *state {
	return &state{
		uid: uid, cloud: cloud,
		rows: map[rowKey]*row{}, passing: map[rowKey]bool{}, natives: map[nat]string{},
		owns: map[string]*own{}, intents: map[string]*intent{},
		links: map[rowKey]map[string]*intent{}, bound: map[nat]binding{},
		refs: map[nat][]*row{}, tombs: map[string]*tomb{}, defined: map[string][]byte{},
		built: map[rowKey][]string{}, dirty: map[rowKey]bool{},
	}
}

// renewed is a state in which nothing is known yet but that all which was shown
// of an old one has to be made again.
func (s *state) renewed() *state {
	fresh := newState(s.uid, s.cloud)
	fresh.built, fresh.redefined = s.built, len(s.defined) > 0
	for k := range s.rows {
		fresh.dirty[k] = true
	}
	for k := range s.built {
		fresh.dirty[k] = true
	}
	for _, in := range s.intents {
		fresh.dirty[in.owner()] = true
	}
	return fresh
}

func put[K comparable, V any](m map[K]*V, key K, value *V) {
	if value == nil {
		delete(m, key)
		return
	}
	m[key] = value
}

func (s *state) setRow(k rowKey, r *row) {
	old := s.rows[k]
	put(s.rows, k, r)
	if delete(s.passing, k); r != nil && r.inTransition() {
		s.passing[k] = true
	}
	s.dirty[k] = true
	if old != nil {
		s.unlink(k, old)
	}
	if r != nil {
		s.link(k, r)
	}
	moved := (old == nil) != (r == nil) || old != nil && old.Native != r.Native
	if !moved && !namesServers[k.kind] {
		return
	}
	for _, x := range []*row{old, r} {
		if x != nil {
			s.touch(nat{k.kind, x.Native})
		}
	}
}

// namesServers are the kinds whose content shows in what mentions them: the
// terms of templates are made of their names.
var namesServers = map[Kind]bool{KindImage: true, KindSize: true, KindZone: true}

func (s *state) link(k rowKey, r *row) {
	if r.Native != "" {
		s.natives[nat{k.kind, r.Native}] = k.id
	}
	for _, n := range r.mentions() {
		s.refs[n] = append(s.refs[n], r)
	}
}

func (s *state) unlink(k rowKey, r *row) {
	if n := (nat{k.kind, r.Native}); s.natives[n] == k.id {
		delete(s.natives, n)
	}
	for _, n := range r.mentions() {
		refs := s.refs[n]
		i, last := slices.Index(refs, r), len(refs)-1
		if last == 0 {
			delete(s.refs, n)
			continue
		}
		refs[i], refs[last] = refs[last], nil
		s.refs[n] = refs[:last]
	}
}

// touch marks what mentions a native id.
func (s *state) touch(n nat) {
	for _, r := range s.refs[n] {
		s.dirty[rowKey{r.Kind, r.ID}] = true
	}
}

// mentions are the native ids that the items made of a row depend on, each as
// often as the row mentions it.
func (t thing) mentions() []nat {
	var all []nat
	add := func(kind Kind, native string) {
		if native != "" {
			all = append(all, nat{kind, native})
		}
	}
	switch {
	case t.Server != nil:
		add(KindImage, t.Server.ImageID)
		add(KindSize, t.Server.SizeID)
		add(KindZone, t.Server.Zone)
		for _, i := range t.Server.Interfaces {
			add(KindNetwork, i.NetworkID)
		}
	case t.Volume != nil:
		add(KindZone, t.Volume.Zone)
		for _, a := range t.Volume.Attachments {
			add(KindServer, a.ServerID)
		}
	case t.Network != nil:
		add(KindZone, t.Network.Zone)
	case t.Address != nil:
		add(KindServer, t.Address.ServerID)
		add(KindNetwork, t.Address.NetworkID)
	}
	return all
}

func (s *state) setOwn(id string, o *own) {
	old := s.owns[id]
	put(s.owns, id, o)
	if old != nil {
		s.unbind(nat{old.Kind, old.Native}, id)
		s.dirty[s.ownerOf(id, nat{old.Kind, old.Native})] = true
	}
	if o != nil {
		s.bind(nat{o.Kind, o.Native}, binding{id, o.Born})
		s.dirty[s.ownerOf(id, nat{o.Kind, o.Native})] = true
	}
}

// ownerOf finds the row from which an item was made.
func (s *state) ownerOf(id string, n nat) rowKey {
	switch n.kind {
	case KindReservation:
		return s.addressRow(n.native)
	case KindInterface, KindAttachment:
		return s.linkOwner(id, n.native)
	}
	return rowKey{n.kind, id}
}

// linkOwner finds the row of a link by its native id, see [linkNative]: where
// that can be cut, since slashes may be in it anywhere. One without is looked
// for everywhere.
func (s *state) linkOwner(id, native string) rowKey {
	for i := range native {
		if native[i] != '/' {
			continue
		}
		volume, _, _ := strings.Cut(native[i+1:], "/")
		for _, n := range []nat{{KindServer, native[:i]}, {KindVolume, native[i+1:]}, {KindVolume, volume}} {
			if k := (rowKey{n.kind, s.natives[n]}); slices.Contains(s.built[k], id) {
				return k
			}
		}
	}
	for k, ids := range s.built {
		if slices.Contains(ids, id) {
			return k
		}
	}
	return rowKey{KindInterface, id}
}

func (s *state) bind(n nat, b binding) {
	if n.native != "" {
		s.bound[n] = b
	}
}

func (s *state) unbind(n nat, id string) {
	if s.bound[n].id == id {
		delete(s.bound, n)
	}
}

func (s *state) setIntent(key string, in *intent) {
	old := s.intents[key]
	put(s.intents, key, in)
	for _, x := range []*intent{old, in} {
		if x == nil {
			continue
		}
		owner := x.owner()
		if x.Kind == KindReservation {
			owner = s.addressRow(x.Native)
		}
		s.dirty[owner] = true
		if r := s.rows[owner]; r != nil {
			s.touch(nat{owner.kind, r.Native})
		}
		s.touch(nat{x.Kind, x.Native})
		if owner.id != x.ID {
			s.setLink(owner, key, in)
		}
	}
	if old != nil && old.Class == classCreate {
		s.unbind(nat{old.Kind, old.Native}, old.ID)
		if o := s.owns[old.ID]; o != nil {
			s.bind(nat{o.Kind, o.Native}, binding{old.ID, o.Born})
		}
	}
	if in != nil && in.Class == classCreate {
		s.bind(nat{in.Kind, in.Native}, binding{in.ID, in.created()})
	}
}

func (s *state) setLink(owner rowKey, key string, in *intent) {
	if s.links[owner] == nil {
		s.links[owner] = map[string]*intent{}
	}
	put(s.links[owner], key, in)
	if len(s.links[owner]) == 0 {
		delete(s.links, owner)
	}
}

// about gives the intent of a class about an item, nil when there is none.
func (s *state) about(id string, c class) *intent { return s.intents[intentID(id, c)] }

// shown finds the id under which a native id is shown, "" when it is not.
func (s *state) shown(kind Kind, native string) string {
	n := nat{kind, native}
	id, ok := s.natives[n]
	if !ok {
		b := s.bound[n]
		if b.id == "" || !s.about(b.id, classCreate).shows() {
			return ""
		}
		id = b.id
	}
	if s.about(id, classDelete).hides() {
		return ""
	}
	return id
}
