package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.uber.org/zap"

	"occigate/providers"
)

// This file is about a server that is stopped or suspended while steps of its
// create are left. The last may be to see to it that the server runs, and may be
// under way at that moment, in this gateway or another. So the operation is noted
// in the intent of the create, and given again when that is over and the server
// is not where the operation leads.

// unfinished gives the create of a server that is not over, nil when there is none.
func (w *worker) unfinished(id string) *intent {
	in := w.about(id, classCreate)
	if in == nil || in.Phase != accepted || in.Ticket == "" && in.Rest == "" {
		return nil
	}
	return in
}

// conclude takes the step that is left of a server's create before an operation
// that ends in rest, which most often saves the server from running once more, and
// notes the operation. A step that fails for good is the worker's to tell of.
func (w *worker) conclude(ctx context.Context, making *intent, it *Item, op providers.PowerOp) error {
	poller, ok := w.Provider.(providers.Poller)
	if making == nil || !ok || making.Ticket == "" || !rests(op) || sameState(it.Server.State, op) {
		w.note(ctx, making, op, nil)
		return nil
	}
	var progress providers.Progress
	err := w.call(ctx, func(ctx context.Context) (err error) {
		progress, err = poller.Poll(ctx, making.Ticket)
		return err
	})
	switch providers.Kind(err) {
	case nil:
		w.note(ctx, making, op, &progress)
	case providers.ErrThrottled:
		return err
	case providers.ErrUnavailable: // the step may have been taken, and after another stop
		w.note(ctx, making, op, nil)
		return err
	default:
		w.note(ctx, making, op, nil)
	}
	return nil
}

func rests(op providers.PowerOp) bool { return stateWords[op].goal != providers.StateActive }

// note writes to the create of a server, if it is not over, what is to be given
// again then: op when it ends in rest, else nothing; and what one step has come to.
func (w *worker) note(ctx context.Context, making *intent, op providers.PowerOp, progress *providers.Progress) {
	if making == nil {
		return
	}
	if !rests(op) {
		op = ""
	}
	err := w.feed.revise(context.WithoutCancel(ctx), making.key(w.UID), func(old []byte) ([]byte, error) {
		var now intent // a listing may have given it its native id meanwhile
		if old == nil || json.Unmarshal(old, &now) != nil || now.Phase != accepted {
			return nil, errMoved
		}
		if now.Rest = op; progress == nil || now.Ticket != making.Ticket {
			return encode(now), nil
		}
		if now.Ticket, now.Native = progress.Ticket, cmp.Or(progress.ID, now.Native); now.Ticket == "" {
			now.Changed = w.now()
		}
		return encode(now), nil
	})
	if err != nil && !errors.Is(err, errMoved) {
		w.log.Warn("what came before a create was over could not be stored", zap.String("id", making.ID), zap.Error(err))
	}
}

// repeat gives the operation again, in a flight that leaves only when no step of
// the create is under way any more.
func (w *worker) repeat(ctx context.Context, in intent) (next time.Time) {
	key, now := intentID(in.ID, in.Class), w.now()
	if !w.board(key, now) {
		return later(w.polls[key].due, now.Add(firstPoll/2))
	}
	w.fly(ctx, w.limits.Change, func(ctx context.Context) func(context.Context) {
		err := w.guarded(in.Op, func() error { return w.rest(ctx, in) })
		return func(ctx context.Context) { w.rested(ctx, in, err) }
	})
	return now.Add(firstPoll)
}

// rest sees to it that a server is where the noted operation leads, unless another
// came since.
func (w *worker) rest(ctx context.Context, in intent) error {
	control, ok := w.Provider.(providers.PowerControl)
	if !ok {
		return nil
	}
	s, err := w.Provider.Server(ctx, in.Native)
	switch {
	case err != nil || sameState(s.State, in.Rest):
		return err
	case s.State.InTransition():
		return providers.Errorf(providers.ErrUnavailable, string(in.Rest), "the server is %s", s.State)
	}
	var now intent
	rec, err := w.feed.stored(ctx, in.key(w.UID))
	if err != nil || json.Unmarshal(rec.Data, &now) != nil || now.Rest != in.Rest {
		return err
	}
	_, err = control.Power(ctx, in.Native, in.Rest)
	return err
}

// rested ends the note of what was given again, or lets it be given once more.
func (w *worker) rested(ctx context.Context, in intent, err error) {
	w.arrive(intentID(in.ID, in.Class), w.now(), err)
	switch providers.Kind(err) {
	case providers.ErrThrottled, providers.ErrUnavailable:
		return
	case nil, providers.ErrNotFound:
	default:
		w.log.Warn("a server was started after it was stopped", zap.String("id", in.ID), zap.Error(err))
	}
	after := in
	after.Rest = ""
	if err := w.replace(ctx, in, &after); err != nil {
		w.log.Warn("an intent could not be settled", zap.String("id", in.ID), zap.Error(err))
	}
	w.ring()
}
