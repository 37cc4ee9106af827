package inventory

import (
	"cmp"
	"maps"
	"slices"

	"occigate/providers"
)

// derived makes the links that a row lists.
func (s *state) derived(r *row) []*Item {
	switch {
	case r.Native == "":
		return nil
	case r.Server != nil:
		return s.interfaces(r)
	case r.Volume != nil:
		return s.attachments(r)
	}
	return nil
}

func (s *state) interfaces(r *row) []*Item {
	var items []*Item
	for i := range r.Server.Interfaces {
		itf := &r.Server.Interfaces[i]
		key := interfaceKey(itf)
		if key == "" {
			continue
		}
		native := linkNative(r.Native, key)
		it := s.derivedLink(s.interfaceID(r, itf, native), native, thing{Interface: itf})
		if it != nil {
			it.Source, it.Target = r.ID, s.shown(KindNetwork, itf.NetworkID)
			items = append(items, it)
		}
	}
	return items
}

// interfaceID names a listed interface: after the plug of ours that made it,
// when the cloud did not say at once which one that was.
func (s *state) interfaceID(r *row, itf *providers.Interface, native string) string {
	id := s.linkID(KindInterface, native)
	if s.bound[nat{KindInterface, native}].id != "" {
		return id
	}
	for _, in := range s.links[rowKey{KindServer, r.ID}] {
		if in.Phase == accepted && in.mayBe(itf) {
			return in.ID
		}
	}
	return id
}

// mayBe reports whether an interface may be what a plug of ours has made that
// does not know its interface's name.
func (in *intent) mayBe(itf *providers.Interface) bool {
	return in.Class == classCreate && in.Kind == KindInterface && in.Native == "" && in.Interface != nil &&
		in.Interface.NetworkID == itf.NetworkID && !slices.Contains(in.Known, interfaceKey(itf))
}

// linkID is the id of a listed link.
func (s *state) linkID(kind Kind, native string) string {
	if id := s.bound[nat{kind, native}].id; id != "" {
		return id
	}
	return computedID(s.uid, kind, native)
}

// attachments makes a volume's links. A volume that is twice at one server, by
// two devices, is told apart by the device from the second on.
func (s *state) attachments(r *row) []*Item {
	var items []*Item
	seen := map[string]bool{}
	sorted := slices.SortedFunc(slices.Values(r.Volume.Attachments), byDevice)
	for i := range sorted {
		at := &sorted[i]
		native := linkNative(at.ServerID, r.Native)
		if seen[native] {
			native = linkNative(native, at.Device)
		}
		seen[native] = true
		it := s.derivedLink(s.linkID(KindAttachment, native), native, thing{Attachment: at})
		if it == nil {
			continue
		}
		if it.Source = s.shown(KindServer, at.ServerID); it.Source != "" {
			it.Target = r.ID
			items = append(items, it)
		}
	}
	return items
}

func byDevice(a, b providers.Attachment) int { return cmp.Compare(a.Device, b.Device) }

// derivedLink begins the item of a listed link, nil when it is being deleted.
func (s *state) derivedLink(id, native string, t thing) *Item {
	if s.about(id, classDelete).hides() {
		return nil
	}
	kind := KindAttachment
	if t.Interface != nil {
		kind = KindInterface
	}
	it := s.item(id, kind)
	it.Native = native
	it.fill(t)
	s.lay(it)
	return it
}

// listedLink finds the link of an intent in what the cloud lists.
func (s *state) listedLink(in *intent) (native string, seen bool) {
	r := s.rows[in.owner()]
	switch {
	case r == nil:
	case r.Address != nil:
		return r.Native, r.Address.ServerID != "" || in.reserves()
	case r.Server != nil:
		for i := range r.Server.Interfaces {
			itf := &r.Server.Interfaces[i]
			native := linkNative(r.Native, interfaceKey(itf))
			if s.interfaceID(r, itf, native) == in.ID || in.mayBe(itf) {
				return native, true
			}
		}
	case r.Volume != nil:
		for _, at := range r.Volume.Attachments {
			native := linkNative(at.ServerID, r.Native)
			if s.linkID(KindAttachment, native) == in.ID {
				return native, true
			}
		}
	}
	return "", false
}

// withIntents adds the links that we made and that the row does not list yet.
func (s *state) withIntents(owner rowKey, items []*Item) []*Item {
	for _, key := range slices.Sorted(maps.Keys(s.links[owner])) {
		in := s.links[owner][key]
		listed := slices.ContainsFunc(items, func(it *Item) bool { return it.ID == in.ID })
		if listed || !in.shows() || !s.alive(in.Source) || s.about(in.ID, classDelete).hides() {
			continue
		}
		it := s.item(in.ID, in.Kind)
		it.Native, it.Source, it.Target = in.Native, in.Source, in.Target
		it.fill(in.thing)
		s.lay(it)
		items = append(items, it)
	}
	return items
}

// interfaceKey is what tells an interface from others of its server: the
// cloud's id, else its MAC.
func interfaceKey(i *providers.Interface) string {
	if i.ID != "" {
		return i.ID
	}
	return i.MAC
}
