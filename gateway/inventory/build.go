package inventory

// build makes the items of one row: the resource, when it is shown, and the
// links that derive from it. A row that is not listed yet may be an intent.
func (s *state) build(k rowKey) []*Item {
	if k.kind == KindInterface || k.kind == KindAttachment {
		return nil // these derive from the rows of servers and volumes
	}
	r := s.rows[k]
	create := s.about(k.id, classCreate)
	if k.kind == KindAddress {
		return marked(s.buildAddress(k, r, create), r != nil)
	}
	if s.about(k.id, classDelete).hides() || r == nil && !create.shows() {
		return nil
	}
	it, listed := s.item(k.id, k.kind), r != nil
	switch {
	case listed:
		it.Native, it.Problem = r.Native, r.Problem
		it.fill(r.thing)
	default:
		it.Native = create.Native
		it.fill(create.thing)
		r = &row{ID: k.id, Kind: k.kind, Native: create.Native, thing: create.thing}
	}
	s.lay(it)
	items := append([]*Item{it}, s.derived(r)...)
	return s.withIntents(k, marked(items, listed))
}

// marked says of items whether they come from a listing.
func marked(items []*Item, listed bool) []*Item {
	for _, it := range items {
		it.Listed = listed
	}
	return items
}

// item begins an item with what we alone know of it.
func (s *state) item(id string, kind Kind) *Item {
	it := &Item{ID: id, UID: s.uid, Cloud: s.cloud, Kind: kind}
	if o := s.ownOf(id); o != nil {
		it.Title, it.Summary, it.Extra, it.Mixins, it.Terms = o.Title, o.Summary, o.Extra, o.Mixins, o.Terms
	}
	return it
}

// ownOf is what we alone know of an item, which a create begins with.
func (s *state) ownOf(id string) *own {
	if o := s.owns[id]; o != nil {
		return o
	}
	if in := s.about(id, classCreate); in != nil {
		return in.Own
	}
	return nil
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

// alive reports whether a server's item is shown.
func (s *state) alive(server string) bool {
	if server == "" || s.about(server, classDelete).hides() {
		return false
	}
	return s.rows[rowKey{KindServer, server}] != nil || s.about(server, classCreate).shows()
}
