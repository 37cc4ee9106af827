package inventory

import (
	"context"
	"strings"

	"go.uber.org/zap"

	"occigate/providers"
)

// Power changes whether a server runs. Starting what is active or on the way
// there succeeds without a call, likewise stopping, cutting off and suspending.
// What the server does not offer now is [providers.ErrConflict].
func (v *Inventory) Power(ctx context.Context, id string, op providers.PowerOp) (*Item, error) {
	it, w, err := v.server(ctx, id, string(op))
	if err != nil {
		return nil, err
	}
	control, err := able[providers.PowerControl](w, string(op))
	if err != nil {
		return nil, err
	}
	if it, err = w.powering(ctx, it, op); err != nil {
		return nil, err
	}
	making := w.unfinished(it.ID)
	if err := w.conclude(ctx, making, it, op); err != nil {
		return nil, err
	}
	if sameState(it.Server.State, op) {
		return it, nil
	}
	in := w.fresh(it, classChange, string(op))
	in.Before = it.Server.State
	changed, err := v.change(ctx, w, in, func(ctx context.Context) (providers.Ticket, error) {
		return control.Power(ctx, it.Native, op)
	})
	if err != nil && !providers.Unclear(err) && making != nil {
		w.note(ctx, making, making.Rest, nil) // as it was before what is refused
	}
	return changed, err
}

// sameState reports whether an operation would lead to where the server is or
// goes. A restart always leads somewhere.
func sameState(s providers.State, op providers.PowerOp) bool {
	switch op {
	case providers.PowerReboot, providers.PowerReset:
		return false
	case providers.PowerOff: // cuts short what a stop has begun
		return s == providers.StateInactive
	case providers.PowerStart:
		if s == providers.StatePending || s == providers.StateRestarting { // ends in active by itself
			return true
		}
	}
	words, known := stateWords[op]
	return known && (s == words.goal || s == words.through)
}

// offering makes sure that a server offers something. What memory says may be
// old, so that the cloud is asked once before a change is refused.
func (w *worker) offering(ctx context.Context, it *Item, op string, offers func(*providers.Server) bool) (*Item, error) {
	if offers(it.Server) {
		return it, nil
	}
	var now providers.Server
	err := w.call(ctx, func(ctx context.Context) (err error) {
		now, err = w.Provider.Server(ctx, it.Native)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !offers(&now) {
		return nil, providers.Errorf(providers.ErrConflict, op, "the server is %s and offers %s now", now.State, offerList(now))
	}
	seen := *it
	seen.Server = &now
	return &seen, nil
}

func offerList(s providers.Server) string {
	var words []string
	for _, op := range s.Power {
		words = append(words, string(op))
	}
	for _, a := range s.Abilities {
		words = append(words, string(a))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// Resize gives a server another size, named by its native id.
func (v *Inventory) Resize(ctx context.Context, id, size string) (*Item, error) {
	it, w, err := v.server(ctx, id, opResize)
	if err != nil {
		return nil, err
	}
	resizer, err := able[providers.Resizer](w, opResize)
	if err != nil {
		return nil, err
	}
	if it.Server.SizeID == size {
		return it, nil
	}
	it, err = w.offering(ctx, it, opResize, func(s *providers.Server) bool { return s.Can(providers.AbilityResize) })
	if err != nil {
		return nil, err
	}
	return v.change(ctx, w, w.fresh(it, classChange, opResize), func(ctx context.Context) (providers.Ticket, error) {
		return resizer.ResizeServer(ctx, it.Native, size)
	})
}

// ResizeVolume grows a volume to a size in GiB.
func (v *Inventory) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (*Item, error) {
	it, w, err := v.shown(ctx, id, opResize)
	if err != nil {
		return nil, err
	}
	resizer, err := able[providers.VolumeResizer](w, opResize)
	switch {
	case err != nil:
		return nil, err
	case it.Volume == nil:
		return nil, providers.Errorf(providers.ErrInvalid, opResize, "%s is no volume", id)
	case it.Native == "":
		return nil, nameless(it, opResize)
	case it.Volume.SizeGiB == sizeGiB:
		return it, nil
	}
	return v.change(ctx, w, w.fresh(it, classChange, opResize), func(ctx context.Context) (providers.Ticket, error) {
		return resizer.ResizeVolume(ctx, it.Native, sizeGiB)
	})
}

// change is the way of changes to what exists: intent, call, answer. They go
// through without the store too, since repeating them is harmless.
func (v *Inventory) change(ctx context.Context, w *worker, in intent, do func(context.Context) (providers.Ticket, error)) (*Item, error) {
	if _, err := w.begin(ctx, in, w.stands); err != nil {
		if !providers.Unclear(err) {
			return nil, err
		}
		w.log.Warn("a change is made without its intent", zap.String("id", in.ID), zap.Error(err))
	}
	var ticket providers.Ticket
	err := w.call(ctx, func(ctx context.Context) (err error) {
		ticket, err = do(ctx)
		return err
	})
	w.metrics.Changed(w.UID, in.Kind, in.Op, err)
	if err != nil {
		w.drop(ctx, in)
		w.ring()
		return nil, err
	}
	in = in.to(accepted, w.now())
	in.Ticket = ticket
	w.record(ctx, in)
	w.ring()
	it := v.item(in.ID)
	if it == nil {
		return nil, providers.Errorf(providers.ErrNotFound, in.Op, "%s was deleted meanwhile", in.ID)
	}
	return it, nil
}
