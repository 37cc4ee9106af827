package inventory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"occigate/providers"
)

// landing is one listing that has ended.
type landing struct {
	group  group
	began  time.Time
	fence  uint64 // of the lease that it was made under
	probe  bool   // the only call that an open circuit lets through
	change change
	notice string // what is strange about a complete listing
	err    error
}

// probes is how many point reads one listing is followed by at most.
const probes = 10

// list is the flight of one listing: the listing itself, what it changes, and
// the evidence about rows that it leaves out.
func (w *worker) list(ctx context.Context, l landing) func(context.Context) {
	var rows []listed
	err := w.guarded("list "+string(l.group), func() (err error) {
		rows, err = list(ctx, w.Provider, l.group)
		return err
	})
	if err == nil { // an intent that is not known yet would make a second item of its machine
		if err := w.feed.catchUp(ctx, w.UID); err != nil {
			return func(context.Context) { w.unread(l, err) }
		}
	}
	if l.err = err; err == nil {
		known := w.known(l.group)
		for _, k := range groupKinds[l.group] {
			l.change.join(w.compare(known[k], rows, l.began))
		}
		l.notice = w.weigh(ctx, &l.change, known)
	}
	w.metrics.Refreshed(w.UID, groupKinds[l.group][0], w.now().Sub(l.began), err)
	return func(context.Context) { w.land(l) }
}

// prior is what is known of one kind when a listing has come.
type prior struct {
	knowledge
	all     []*row
	deletes map[string]bool // items that the cloud was asked to delete, or whose server
}

// known takes a copy of what the state holds of a group's kinds.
func (w *worker) known(g group) map[Kind]*prior {
	all := map[Kind]*prior{}
	w.feed.with(w.UID, func(s *state) {
		for _, k := range groupKinds[g] {
			all[k] = s.prior(k, s.stamp.group(g).Observed)
		}
	})
	return all
}

func (s *state) prior(kind Kind, since time.Time) *prior {
	p := &prior{knowledge: knowledge{
		uid: s.uid, kind: kind, first: since.IsZero(), since: since,
		rows: map[string]*row{}, owns: map[string]*own{}, creates: map[string]*intent{}, bound: map[string]binding{},
	}, deletes: map[string]bool{}}
	for k, r := range s.rows {
		if k.kind != kind {
			continue
		}
		p.all = append(p.all, r)
		if r.Native != "" {
			p.rows[r.Native] = r
		}
	}
	for id, o := range s.owns {
		if o.Kind == kind && s.tombs[id] == nil {
			p.owns[id] = o
		}
	}
	for _, in := range s.intents {
		switch {
		case in.Kind == kind && in.Class == classCreate:
			p.creates[in.ID] = in
		case in.Kind == kind && in.ends():
			p.deletes[in.ID] = true
		case in.Kind == KindReservation && kind == KindAddress && in.ends():
			p.deletes[s.addressRow(in.Native).id] = true
		}
	}
	for _, id := range s.orphans(kind) {
		p.deletes[id] = true
	}
	for n, b := range s.bound {
		if n.kind == kind && (p.owns[b.id] != nil || p.creates[b.id] != nil) {
			p.bound[n.native] = b
		}
	}
	return p
}

// orphans are the volumes that were attached to servers which are deleted or gone:
// clouds take root disks with their server.
func (s *state) orphans(kind Kind) (ids []string) {
	if kind != KindVolume {
		return nil
	}
	servers := map[string]bool{} // by native id
	for _, t := range s.tombs {
		servers[t.Native] = servers[t.Native] || t.Kind == KindServer && s.natives[nat{KindServer, t.Native}] == ""
	}
	for _, in := range s.intents {
		servers[in.Native] = servers[in.Native] || in.Kind == KindServer && in.ends()
	}
	for k, r := range s.rows {
		if k.kind == KindVolume && slices.ContainsFunc(r.Volume.Attachments, func(a providers.Attachment) bool { return servers[a.ServerID] }) {
			ids = append(ids, k.id)
		}
	}
	return ids
}

// compare gives one kind's rows of a listing their ids and finds what changed.
func (w *worker) compare(p *prior, rows []listed, now time.Time) change {
	var ours []listed
	for _, l := range rows {
		if l.kind == p.kind {
			ours = append(ours, l)
		}
	}
	return diff(w.UID, p.all, assign(p.knowledge, ours, now))
}

func (c *change) join(other change) {
	c.writes = append(c.writes, other.writes...)
	c.died = append(c.died, other.died...)
	c.absent = append(c.absent, other.absent...)
	c.gone = append(c.gone, other.gone...)
	c.seen += other.seen
	c.held += other.held
}

// weigh judges the rows that a listing left out: those that are gone move to
// gone, the others are written with one more listing missed.
func (w *worker) weigh(ctx context.Context, c *change, known map[Kind]*prior) (notice string) {
	newly, total := 0, 0
	for _, p := range known {
		total += len(p.all)
	}
	deleted := func(r *row) bool { return known[r.Kind].deletes[r.ID] || r.leaving() }
	for _, r := range c.absent {
		if r.Missing == 1 && !deleted(r) {
			newly++
		}
	}
	mass := massVanish(newly, total)
	if mass {
		notice = fmt.Sprintf("%d of %d rows vanished at once; they stay until a second listing says so too", newly, total)
	}
	left := probes
	for _, r := range c.absent {
		a := absence{missing: r.Missing, age: w.now().Sub(r.Born), deleting: deleted(r), mass: mass}
		v := judge(a, w.limits.Newborn)
		if v == asked && left > 0 && r.Native != "" {
			left--
			v = w.probe(ctx, r, a)
		}
		if v == gone {
			c.gone = append(c.gone, r)
			continue
		}
		c.writes = append(c.writes, r.write(w.UID))
	}
	return notice
}

// probe reads one absent row for evidence. A row that is found is as alive as
// if it had been listed.
func (w *worker) probe(ctx context.Context, r *row, a absence) verdict {
	var l listed
	var ok bool
	err := w.guarded("read "+string(r.Kind), func() (err error) {
		l, ok, err = ask(ctx, w.Provider, r.Kind, r.Native)
		return err
	})
	switch {
	case !ok:
		return stays
	case err == nil && l.native == r.Native:
		before := *r
		r.Missing, r.thing = 0, l.thing
		r.hold(&before)
		return stays
	}
	a.notFound = err != nil && providers.Kind(err) == providers.ErrNotFound
	if v := judge(a, w.limits.Newborn); v == gone {
		return gone
	}
	return stays
}
