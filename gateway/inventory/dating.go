package inventory

import "time"

// Stamps hold times by the clock of the gateway that wrote them, which may be
// hours off. Who reads one turns it into times by its own clock before anything
// else sees it, so that ages, schedules and wishes need not ask whose clock it
// was. How far two clocks are apart is learnt from beats: each says when it was
// written, and as a rule is heard within milliseconds.

// apart is how far apart clocks have to be to be told from beats that took their
// time on a busy machine.
const apart = 3 * time.Second

// measure takes what a beat says of the clock of who wrote it, after what the
// beats before have said. Nothing is heard before it was written, so that one beat
// proves a clock to be ahead. One that seems to be behind may have come late, as
// all do that were read after an outage, or found in the store: it counts when the
// next, which was written a while after it, has the same delay.
func (p *peer) measure(was peer, every time.Duration) {
	p.lead, p.ahead = p.Moment.Sub(p.heard), was.ahead
	switch {
	case p.lead > p.ahead+apart:
		p.ahead = p.lead
	case p.lead < p.ahead-apart && (p.lead-was.lead).Abs() < every/3 && p.Moment.Sub(was.Moment).Abs() > every/2:
		p.ahead = max(p.lead, was.lead)
	}
}

// ahead is how far another gateway's clock is ahead of ours, if it is heard.
func (p *peers) ahead(gateway string) (by time.Duration, heard bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	other, heard := p.others[gateway]
	return other.ahead, heard
}

// stamped is a stamp as it was written.
type stamped struct {
	*stamp
	seen time.Time     // when it was first seen, by our clock
	off  time.Duration // how far ahead of ours the clock was taken to be
}

// same reports whether two readings are of one stamp.
func (st stamped) same(other stamped) bool {
	return st.stamp != nil && other.stamp != nil && st.Gateway == other.Gateway && st.Fence == other.Fence && st.Seq == other.Seq
}

// date reads the stamp of a state by our clock, given how far that of its writer
// is ahead as far as is known. What was seen was written before, whatever else is
// known: a stamp of the future ages from when it was first seen.
func (s *state) date(ahead time.Duration) {
	if s.raw.stamp == nil {
		s.stamp = nil
		return
	}
	s.raw.off = ahead
	if least := s.raw.At.Sub(s.raw.seen); least > ahead+apart {
		s.raw.off = least // not for less: wishes and stamps have to be read alike
	}
	s.stamp = s.raw.byOurClock()
}

func (st stamped) byOurClock() *stamp {
	ours := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(-st.off)
	}
	past := func(t time.Time) time.Time { return notAfter(ours(t), st.seen) }
	is := *st.stamp
	is.Observed, is.Since, is.Next, is.At = past(st.Observed), past(st.Since), ours(st.Next), ours(st.At)
	is.Groups = make(map[group]*groupEnd, len(st.Groups))
	for g, end := range st.Groups {
		if end == nil {
			continue
		}
		e := *end
		e.Observed, e.Tried, e.Since, e.Next = past(end.Observed), past(end.Tried), past(end.Since), ours(end.Next)
		is.Groups[g] = &e
	}
	return &is
}

// date reads the stamp of a state that has just come.
func (f *feed) date(s *state) {
	ahead := time.Duration(0)
	if s.raw.stamp != nil {
		s.raw.seen = f.now()
		ahead, _ = f.ahead(s.raw.Gateway)
	}
	s.date(ahead)
}

// redate reads the stamps again whose writers' clocks are known better now.
func (f *feed) redate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	var changed []*state
	for _, s := range f.states {
		if s.raw.stamp == nil {
			continue
		}
		was := s.raw.off
		if ahead, heard := f.ahead(s.raw.Gateway); heard {
			s.date(ahead)
		}
		if s.raw.off != was {
			changed = append(changed, s)
		}
	}
	f.view.update(changed...)
	f.wake()
}

// lead is how far the clock of who wrote the account's newest stamp is taken to be
// ahead of ours: wishes are handed on by that clock, as the lease holder's.
func (w *worker) lead() time.Duration {
	return w.feed.view.stands[w.UID].Load().off
}
