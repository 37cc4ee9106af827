package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"occigate/providers"
)

// How a cloud is asked for what it will tell soon: at once or after the first look,
// then after waits that double.
const (
	firstLook   = 250 * time.Millisecond
	longestLook = 4 * time.Second
	leaving     = 5 * time.Second  // how long a server may take until the cloud has it no more
	unlisted    = 20 * time.Second // and until no listing shows it
)

// Remains is the error of a server that its cloud has no room for and that is not
// gone for certain.
type Remains struct {
	Shown bool  // it was not deleted and is shown; else it is being deleted
	Err   error // the cloud's, of kind [providers.ErrQuota]
}

// Error says why there is no room, and that the server remains.
func (r *Remains) Error() string { return r.Err.Error() + "; the server is not gone" }

// Unwrap gives the cause.
func (r *Remains) Unwrap() error { return r.Err }

// AwaitRoom waits until the cloud has found room for a server that was just created,
// where the cloud looks for it only then (see [providers.LateScheduler]); found says
// that it has. Without an error the server stays, also when the outcome is not known
// before ctx ends.
//
// A server that there is no room for is deleted. The error is the cloud's refusal,
// of kind [providers.ErrQuota], when the cloud says that it has it no more: then
// nothing is left of the create, as if it had been refused at once. Else it is
// [Remains].
func (v *Inventory) AwaitRoom(ctx context.Context, it *Item) (found bool, err error) {
	w := v.workers[it.UID]
	late, is := w.Provider.(providers.LateScheduler)
	if !is || it.Native == "" {
		return true, nil
	}
	s := w.scheduling(ctx, late, it.Native)
	if s.Refusal == nil {
		return s.Over, nil
	}
	refusal := fmt.Errorf("%s: %w", w.UID, s.Refusal)
	ctx = context.WithoutCancel(ctx)
	if err := v.Delete(ctx, it.ID); err != nil {
		w.log.Warn("a server without room was not deleted", zap.String("id", it.ID), zap.Error(err))
		return false, &Remains{Shown: true, Err: refusal}
	}
	if !w.gone(ctx, it) {
		return false, &Remains{Err: refusal}
	}
	return false, refusal
}

// scheduling asks until the cloud has found room or has given up. The zero value is
// for what is not known when ctx ends, or never will be.
func (w *worker) scheduling(ctx context.Context, late providers.LateScheduler, native string) (s providers.Scheduling) {
	pause(ctx, firstLook)
	err := w.lookUntil(ctx, func() (over bool, err error) {
		err = w.guarded("scheduling", func() (err error) {
			s, err = late.Scheduling(ctx, native)
			return err
		})
		return s.Over, err
	})
	if err != nil || ctx.Err() != nil { // nobody waits any more
		return providers.Scheduling{}
	}
	return s
}

// gone waits until the cloud says that it does not have a deleted server any more.
// An id that a client chose is asked for again: until the last listing that may
// show the server has ended, it stands for that one.
func (w *worker) gone(ctx context.Context, it *Item) bool {
	within, cancel := context.WithTimeout(ctx, leaving)
	defer cancel()
	err := w.lookUntil(within, func() (over bool, err error) {
		return false, w.guarded("look", func() error {
			_, err := w.Provider.Server(within, it.Native)
			return err
		})
	})
	if !errors.Is(err, providers.ErrNotFound) || tokenNames(it.ID, w.UID, it.Kind) {
		return errors.Is(err, providers.ErrNotFound)
	}
	within, cancel = context.WithTimeout(ctx, unlisted)
	defer cancel()
	return w.feed.await(within, w.UID, func(s *state) bool { return s.about(it.ID, classDelete) == nil }) == nil
}

// lookUntil looks again and again until something is over, the cloud has no such
// thing or may not tell, or ctx ends. The error is that of the last look, or ctx's.
func (w *worker) lookUntil(ctx context.Context, look func() (over bool, err error)) error {
	for wait := firstLook; ctx.Err() == nil; wait = min(2*wait, longestLook) {
		over, err := look()
		kind := providers.Kind(err)
		again := err == nil || kind == providers.ErrThrottled || kind == providers.ErrUnavailable
		if over || !again {
			return err
		}
		pause(ctx, max(wait, providers.RetryAfter(err)))
	}
	return ctx.Err()
}
