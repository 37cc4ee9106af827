package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
)

// retryStore is how long it takes until an intent that could not be stored is
// settled again.
const retryStore = time.Second

// settle takes all intents of the account on, and says when to look again.
func (w *worker) settle(ctx context.Context) (next time.Time) {
	type open struct {
		intent
		facts
	}
	var all []open
	now := w.now()
	w.listen(now)
	w.feed.with(w.UID, func(s *state) {
		for _, in := range s.intents {
			all = append(all, open{*in, w.facts(s, in, now)})
		}
	})
	for _, o := range all {
		at := w.settleOne(ctx, o.intent, o.facts)
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	w.forgetPolls()
	return next
}

// forgetPolls forgets what intents that are no more were polled for. A call that
// is under way still counts: there is room for so many alone.
func (w *worker) forgetPolls() {
	maps.DeleteFunc(w.polls, func(key string, p polling) bool {
		_, open := w.heard[key]
		return !open && !p.away
	})
}

// hearing is when an intent came into its phase.
type hearing struct {
	changed time.Time // by the clock of who wrote it
	at      time.Time // by ours, as it was read: it does not move when that is set
}

// listen notes when intents were first seen as they are now. A gateway listens to
// accounts that it does not hold too: what is new since it did so last was written
// since, whatever the clock of who wrote it says.
func (w *worker) listen(now time.Time) {
	heard := make(map[string]hearing, len(w.heard))
	w.feed.with(w.UID, func(s *state) {
		for key, in := range s.intents {
			h, ok := w.heard[key]
			if !ok || !h.changed.Equal(in.Changed) {
				h = hearing{in.Changed, now.Add(-w.unheard(in.Changed, now))}
			}
			heard[key] = h
		}
	})
	w.heard, w.listened = heard, now
}

// unheard is how long ago something was written that was not heard before.
func (w *worker) unheard(written, now time.Time) time.Duration {
	ago := max(0, now.Sub(written))
	if w.listened.IsZero() {
		return ago
	}
	return min(ago, now.Sub(w.listened))
}

// byOurClock is an intent with its times as this gateway's clock has them, which
// may be another than that of the gateway that wrote it, and may have been set
// since.
func (w *worker) byOurClock(in intent) intent {
	at, changed := w.heard[intentID(in.ID, in.Class)].at, in.Changed
	in.Changed, in.Started = at, at.Add(in.Started.Sub(changed))
	if !in.Until.IsZero() {
		in.Until = at.Add(in.Until.Sub(changed))
	}
	return in
}

// facts looks up what an intent is settled by.
func (w *worker) facts(s *state, in *intent, now time.Time) facts {
	starts := w.complete[kindGroup[in.Kind]]
	f := facts{now: now, newest: starts[0], second: starts[1]}
	if in.isLink() {
		f.native, f.seen = s.listedLink(in)
		return f
	}
	r := s.rows[rowKey{in.Kind, in.ID}]
	if in.Kind == KindReservation {
		r = s.rows[s.addressRow(in.Native)]
	}
	if r == nil {
		return f
	}
	f.seen, f.native, f.moving = true, r.Native, r.inTransition()
	switch {
	case r.Server != nil:
		f.state = string(r.Server.State)
	case r.Volume != nil:
		f.state = string(r.Volume.State)
	}
	return f
}

func (w *worker) settleOne(ctx context.Context, in intent, f facts) (next time.Time) {
	after, what := settle(w.byOurClock(in), f, w.limits)
	var err error
	switch what {
	case poll:
		return w.poll(ctx, in)
	case repeat:
		return w.repeat(ctx, in)
	case keep:
		err = w.replace(ctx, in, &after)
	case done:
		err = w.finish(ctx, in, f)
	case forget:
		err = w.abandon(ctx, in)
	default:
		return f.now.Add(longestPoll)
	}
	if err != nil {
		w.log.Warn("an intent could not be settled", zap.String("id", in.ID), zap.Error(err))
	}
	return f.now.Add(retryStore)
}

// errMoved says that an intent was changed by another since it was read.
var errMoved = errors.New("inventory: the intent has changed")

// replace stores an intent in place of the one that was settled; nil removes it.
func (w *worker) replace(ctx context.Context, was intent, now *intent) error {
	err := w.feed.revise(ctx, was.key(w.UID), func(old []byte) ([]byte, error) {
		var stored intent
		if old == nil || json.Unmarshal(old, &stored) != nil || !stored.same(was) {
			return nil, errMoved
		}
		if now == nil {
			return nil, nil
		}
		return encode(now), nil
	})
	if errors.Is(err, errMoved) {
		return nil
	}
	return err
}

// same reports whether two readings of an intent are of one moment.
func (in intent) same(other intent) bool {
	return in.Op == other.Op && in.Phase == other.Phase && in.Changed.Equal(other.Changed) &&
		in.Ticket == other.Ticket && in.Native == other.Native && in.Rest == other.Rest
}

// finish ends an intent whose effect is seen. What must outlive it is kept
// before it goes: the native id of what we made.
func (w *worker) finish(ctx context.Context, in intent, f facts) error {
	switch in.Class {
	case classCreate:
		if err := w.keepNative(ctx, in, f); err != nil {
			return err
		}
	case classDelete:
		if in.Reserve != "" {
			w.giveBack(ctx, in)
			return nil
		}
		return w.erase(ctx, in)
	}
	return w.replace(ctx, in, nil)
}

// erase removes all that is kept of a deleted item, the intent last.
func (w *worker) erase(ctx context.Context, in intent) error {
	for _, key := range []store.Key{w.ownKey(in.ID), intentKey(w.UID, in.ID, classCreate), intentKey(w.UID, in.ID, classChange)} {
		if err := w.feed.remove(ctx, key); err != nil {
			return err
		}
	}
	return w.replace(ctx, in, nil)
}

func (w *worker) ownKey(id string) store.Key {
	return store.Key{UID: w.UID, Kind: recOwn, ID: id}
}

// keepNative writes the native id of what we made to its own data, so that the
// id stays even where the cloud keeps no token.
func (w *worker) keepNative(ctx context.Context, in intent, f facts) error {
	native := in.Native
	if native == "" {
		native = f.native
	}
	var born time.Time
	w.feed.with(w.UID, func(s *state) {
		if r := s.rows[rowKey{in.Kind, in.ID}]; r != nil {
			born = r.created()
		}
	})
	return w.feed.revise(ctx, w.ownKey(in.ID), func(old []byte) ([]byte, error) {
		if old == nil && in.Own.empty() && in.isLink() && in.ID == computedID(w.UID, in.Kind, native) {
			return nil, nil // the id speaks for itself
		}
		return reviseOwn(old, in.begun(), func(o *own) { o.Native, o.Born = native, born })
	})
}

// abandon ends an intent that came to nothing: of a create nothing remains, and
// an address that was reserved for it is given back.
func (w *worker) abandon(ctx context.Context, in intent) error {
	if in.Class == classCreate {
		if err := w.unreserve(ctx, in); err != nil {
			return err
		}
		if err := w.feed.remove(ctx, w.ownKey(in.ID)); err != nil {
			return err
		}
	}
	return w.replace(ctx, in, nil)
}
