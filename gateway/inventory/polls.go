package inventory

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"occigate/providers"
)

// polling is when the cloud is called next for an intent.
type polling struct {
	due  time.Time
	wait time.Duration
	away bool // a call is under way
}

const (
	firstPoll   = 2 * time.Second
	longestPoll = 15 * time.Second
)

// poll takes one step of a ticket in a flight, when it is due.
func (w *worker) poll(ctx context.Context, in intent) (next time.Time) {
	key, now := intentID(in.ID, in.Class), w.now()
	if !w.board(key, now) {
		return later(w.polls[key].due, now.Add(firstPoll/2))
	}
	poller, ok := w.Provider.(providers.Poller)
	if !ok {
		after := in
		after.Ticket = ""
		delete(w.polls, key)
		if err := w.replace(ctx, in, &after); err != nil {
			w.log.Warn("a ticket could not be put away", zap.Error(err))
		}
		return now.Add(retryStore)
	}
	w.fly(ctx, w.limits.Listing, func(ctx context.Context) func(context.Context) {
		var progress providers.Progress
		err := w.guarded("poll", func() (err error) {
			progress, err = poller.Poll(ctx, in.Ticket)
			return err
		})
		return func(ctx context.Context) { w.polled(ctx, in, progress, err) }
	})
	return now.Add(firstPoll)
}

// board reports whether a call for the intent may set out now, and notes that
// it does.
func (w *worker) board(key string, now time.Time) bool {
	p, known := w.polls[key]
	if !known {
		p = polling{due: now.Add(firstPoll), wait: firstPoll}
	}
	p.away = p.away || !now.Before(p.due) && w.polling() < flights
	set := p.away && !w.polls[key].away
	w.polls[key] = p
	return set
}

// arrive notes that the call has ended, and when the next one may set out.
func (w *worker) arrive(key string, now time.Time, err error) {
	wait := min(max(firstPoll, w.polls[key].wait*3/2), longestPoll)
	w.polls[key] = polling{due: now.Add(max(wait, providers.RetryAfter(err))), wait: wait}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (w *worker) polling() (n int) {
	for _, p := range w.polls {
		if p.away {
			n++
		}
	}
	return n
}

// polled takes the result of one step over.
func (w *worker) polled(ctx context.Context, in intent, progress providers.Progress, err error) {
	key, now := intentID(in.ID, in.Class), w.now()
	w.arrive(key, now, err)
	after := in
	switch kind := providers.Kind(err); {
	case kind == providers.ErrThrottled || kind == providers.ErrUnavailable:
		return
	case err != nil:
		after = in.to(failed, now)
		after.Ticket, after.Problem = "", err.Error()
	default:
		after.Ticket = progress.Ticket
		if progress.ID != "" {
			after.Native = progress.ID
		}
	}
	if after.Ticket == "" {
		delete(w.polls, key)
		if after.Phase == accepted {
			after.Changed = now
		}
		w.ring()
	}
	if after.same(in) {
		return
	}
	if err := w.replace(ctx, in, &after); err != nil {
		w.log.Warn("the progress of a change could not be stored", zap.String("id", in.ID), zap.Error(err))
	}
}

// giveBack releases an address that is not assigned any more, again and again
// until the cloud has it back; then nothing is kept of it.
func (w *worker) giveBack(ctx context.Context, in intent) {
	key := intentID(in.ID, in.Class)
	maker, ok := w.Provider.(providers.AddressMaker)
	if !ok || !w.board(key, w.now()) {
		return
	}
	w.fly(ctx, w.limits.Change, func(ctx context.Context) func(context.Context) {
		err := w.guarded("release address", func() error { return maker.DeleteAddress(ctx, in.Reserve) })
		return func(ctx context.Context) {
			w.arrive(key, w.now(), err)
			if err != nil && !errors.Is(err, providers.ErrNotFound) {
				w.log.Warn("an address was not given back", zap.String("id", in.ID), zap.Error(err))
				return
			}
			if err := w.erase(ctx, in); err != nil {
				w.log.Warn("an intent could not be removed", zap.String("id", in.ID), zap.Error(err))
			}
			w.ring()
		}
	})
}

// unreserve turns a failed plug into the return of the address reserved for it.
func (w *worker) unreserve(ctx context.Context, in intent) error {
	native := in.Reserve
	w.feed.with(w.UID, func(s *state) {
		if r := s.rows[rowKey{KindAddress, in.ID}]; in.Kind == KindAddress && r != nil && native == "" {
			native = r.Native
		}
	})
	if native == "" {
		return nil
	}
	back := in
	back.Class, back.Op, back.Reserve, back.Problem = classDelete, string(classDelete), native, ""
	back = back.to(accepted, w.now())
	return w.feed.revise(ctx, back.key(w.UID), func([]byte) ([]byte, error) { return encode(back), nil })
}
