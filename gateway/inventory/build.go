package inventory

import (
	"maps"
	"slices"

	"occigate/providers"
)

// build makes the items of one row: the resource, when it is shown, and the
// links that derive from it. A row that is not listed yet may be an intent.
func (s *state) build(k rowKey) []*Item {
	if k.kind == KindInterface || k.kind == KindAttachment {
		return nil // these derive from the rows of servers and volumes
	}
	r := s.rows[k]
	create := s.about(k.id, classCreate)
	if s.about(k.id, classDelete).hides() || r == nil && !create.shows() {
		return nil
	}
	if k.kind == KindAddress {
		return s.buildAddress(k, r, create)
	}
	it := s.item(k.id, k.kind)
	switch {
	case r != nil:
		it.Native, it.Problem = r.Native, r.Problem
		it.fill(r.thing)
	default:
		it.Native = create.Native
		it.fill(create.thing)
	}
	s.lay(it)
	items := append([]*Item{it}, s.derived(r)...)
	return s.withIntents(k, items)
}

// item begins an item with what we alone know of it.
func (s *state) item(id string, kind Kind) *Item {
	it := &Item{ID: id, UID: s.uid, Cloud: s.cloud, Kind: kind}
	if o := s.owns[id]; o != nil {
		it.Title, it.Summary, it.Extra, it.Mixins = o.Title, o.Summary, o.Extra, o.Mixins
	}
	return it
}

// fill takes the cloud's part over.
func (it *Item) fill(t thing) {
	it.Server, it.Volume, it.Network = t.Server, t.Volume, t.Network
	it.Interface, it.Attachment, it.Address = t.Interface, t.Attachment, t.Address
	it.Image, it.Size, it.Zone = t.Image, t.Size, t.Zone
	if it.Title == "" {
		it.Title = t.name()
	}
}

// name is what the cloud calls the thing.
func (t thing) name() string {
	switch {
	case t.Server != nil:
		return t.Server.Name
	case t.Volume != nil:
		return t.Volume.Name
	case t.Network != nil:
		return t.Network.Name
	case t.Image != nil:
		return t.Image.Name
	case t.Size != nil:
		return t.Size.Name
	case t.Zone != nil:
		return t.Zone.Name
	}
	return ""
}

// buildAddress makes the link of an assigned address. One that is reserved but
// not assigned is no link and not shown.
func (s *state) buildAddress(k rowKey, r *row, create *intent) []*Item {
	it := s.item(k.id, KindAddress)
	switch {
	case r != nil && r.Address.ServerID != "":
		it.Native, it.Problem = r.Native, r.Problem
		it.fill(r.thing)
		it.Source = s.shown(KindServer, r.Address.ServerID)
		it.Target = s.shown(KindNetwork, r.Address.NetworkID)
	case create.shows():
		it.Native, it.Source, it.Target = create.Native, create.Source, create.Target
		it.fill(create.thing)
	}
	if !s.alive(it.Source) {
		return nil
	}
	s.lay(it)
	return []*Item{it}
}

// alive reports whether a server's item is shown.
func (s *state) alive(server string) bool {
	if server == "" || s.about(server, classDelete).hides() {
		return false
	}
	return s.rows[rowKey{KindServer, server}] != nil || s.about(server, classCreate).shows()
}

// derived makes the links that a row lists.
func (s *state) derived(r *row) []*Item {
	switch {
	case r == nil:
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
		it := s.derivedLink(KindInterface, linkNative(r.Native, key), thing{Interface: itf})
		if it != nil {
			it.Source, it.Target = r.ID, s.shown(KindNetwork, itf.NetworkID)
			items = append(items, it)
		}
	}
	return items
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
		it := s.derivedLink(KindAttachment, native, thing{Attachment: at})
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

func byDevice(a, b providers.Attachment) int {
	switch {
	case a.Device < b.Device:
		return -1
	case a.Device > b.Device:
		return 1
	}
	return 0
}

// derivedLink begins the item of a listed link, nil when it is being deleted.
func (s *state) derivedLink(kind Kind, native string, t thing) *Item {
	id := s.bound[nat{kind, native}].id
	if id == "" {
		id = computedID(s.uid, kind, native)
	}
	if s.about(id, classDelete).hides() {
		return nil
	}
	it := s.item(id, kind)
	it.Native = native
	it.fill(t)
	s.lay(it)
	return it
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
