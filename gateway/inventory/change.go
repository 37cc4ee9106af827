package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
	"occigate/providers"
)

// callSlack is what a call may take beyond its limit until the intent of a
// crashed caller is settled.
const callSlack = 15 * time.Second

// account finds the account that a change is for: one that is configured and
// was read from the store.
func (v *Inventory) account(uid, op string) (*worker, error) {
	w := v.workers[uid]
	if w == nil {
		return nil, providers.Errorf(providers.ErrNotFound, op, "there is no account %q", uid)
	}
	if !v.feed.has(uid) {
		return nil, ErrNotReady
	}
	return w, nil
}

// worker is account for a change that the cloud is asked for: its credentials
// must not have been refused. The words of a refusal are the cloud's.
func (v *Inventory) worker(uid, op string) (*worker, error) {
	w, err := v.account(uid, op)
	if err != nil {
		return nil, err
	}
	v.feed.with(uid, func(s *state) {
		if s.stamp != nil && errorKinds[s.stamp.Kind] == providers.ErrDenied {
			err = providers.Errorf(providers.ErrDenied, op, "%s: %s", uid, s.stamp.Problem)
		}
	})
	return w, err
}

// shown finds an item that the cloud is asked to change, and its account's
// worker.
func (v *Inventory) shown(ctx context.Context, id, op string) (*Item, *worker, error) {
	it, _, err := v.known(ctx, id, op)
	if err != nil {
		return nil, nil, err
	}
	w, err := v.worker(it.UID, op)
	if err != nil {
		return nil, nil, err
	}
	return it, w, nil
}

// known finds an item that a change is about, and its account's worker. The
// stored revision counts: what another gateway wrote this moment is read.
func (v *Inventory) known(ctx context.Context, id, op string) (*Item, *worker, error) {
	it, ok := v.Get(ctx, id)
	if !ok {
		return nil, nil, providers.Errorf(providers.ErrNotFound, op, "there is no %s", id)
	}
	w, err := v.account(it.UID, op)
	if err != nil {
		return nil, nil, err
	}
	w.reread(ctx, it)
	if it = v.item(id); it == nil {
		return nil, nil, providers.Errorf(providers.ErrNotFound, op, "there is no %s", id)
	}
	return it, w, nil
}

// reread brings what is known of an item up to what is stored. Without the
// store, memory is all there is.
func (w *worker) reread(ctx context.Context, it *Item) {
	keys := []store.Key{
		intentKey(w.UID, it.ID, classCreate), intentKey(w.UID, it.ID, classChange), intentKey(w.UID, it.ID, classDelete),
	}
	if !it.isLink() {
		keys = append(keys, store.Key{UID: w.UID, Kind: string(it.Kind), ID: it.ID})
	}
	for _, key := range keys {
		rec, err := w.feed.stored(ctx, key)
		if err != nil {
			w.log.Warn("a change is made on what memory knows", zap.String("id", it.ID), zap.Error(err))
			return
		}
		if rec.Rev > 0 {
			w.feed.take([]store.Record{rec})
		}
	}
}

// about gives what the state knows of an item's intent.
func (w *worker) about(id string, c class) (in *intent) {
	w.feed.with(w.UID, func(s *state) { in = s.about(id, c) })
	return in
}

// call runs one change of the cloud. It goes on when the client goes away, so
// that no outcome is lost, and ends after the limit. An error names the account
// before the call: whose cloud failed is not always said in the request.
func (w *worker) call(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.limits.Change)
	defer cancel()
	if err := do(ctx); err != nil {
		return fmt.Errorf("%s: %w", w.UID, err)
	}
	return nil
}

// begin writes an intent before its call. An older intent of the class is
// replaced, unless busy says that it stands in the way. written says that the
// store was asked to take it, also when it did not answer.
func (w *worker) begin(ctx context.Context, in intent, busy func(intent) error) (written bool, err error) {
	err = w.feed.revise(ctx, in.key(w.UID), func(old []byte) ([]byte, error) {
		if old == nil {
			written = true
			return encode(in), nil
		}
		var was intent
		if err := json.Unmarshal(old, &was); err != nil {
			return nil, err
		}
		if err := busy(was); err != nil {
			return nil, err
		}
		written = true
		return encode(in), nil
	})
	return written, err
}

// fresh is an intent that is about to be called for.
func (w *worker) fresh(it *Item, c class, op string) intent {
	now := w.now()
	return intent{
		ID: it.ID, Kind: it.Kind, Class: c, Op: op, Phase: calling, Started: now, Changed: now,
		Until: now.Add(w.limits.Change + callSlack), Native: it.Native, Source: it.Source, Target: it.Target,
	}
}

// stands is the busy function of changes that give way to a newer one, once
// the cloud has answered.
func (w *worker) stands(was intent) error {
	if was.Phase == calling && w.now().Before(was.Until) {
		return providers.Errorf(providers.ErrConflict, was.Op, "another %s is under way", was.Op)
	}
	return nil
}

// record stores an answered intent. When the store does not take it, the
// worker will see to it later: the cloud's answer counts, not the store's.
func (w *worker) record(ctx context.Context, in intent) {
	err := w.feed.revise(ctx, in.key(w.UID), func(old []byte) ([]byte, error) {
		var was intent
		if old != nil && json.Unmarshal(old, &was) == nil { // what was noted during the call
			in.Native, in.Reserve = cmp.Or(in.Native, was.Native), cmp.Or(in.Reserve, was.Reserve)
		}
		return encode(in), nil
	})
	if err == nil {
		return
	}
	w.log.Error("an accepted change could not be stored yet", zap.String("id", in.ID), zap.Error(err))
	w.owing.Lock()
	defer w.owing.Unlock()
	w.owed = append(w.owed, in)
}

// payUp stores the answered intents that the store did not take before, and
// withdraws those of which it did not say that it took them.
func (w *worker) payUp(ctx context.Context) {
	w.owing.Lock()
	owed, void := w.owed, w.void
	w.owed, w.void = nil, nil
	w.owing.Unlock()
	for _, in := range owed {
		w.record(ctx, in)
	}
	for i, in := range void {
		if w.withdraw(ctx, in) != nil { // nor will it answer about the others
			w.doubt(void[i:]...)
			return
		}
	}
}

// doubt notes intents of creates that were refused since the store did not answer:
// it may have taken them, and nobody will call for them.
func (w *worker) doubt(ins ...intent) {
	w.owing.Lock()
	defer w.owing.Unlock()
	w.void = append(w.void, ins...)
}

// withdraw removes an intent that nobody will call for, whatever others have made
// of it since. Another one under its id stands.
func (w *worker) withdraw(ctx context.Context, in intent) error {
	return w.feed.revise(ctx, in.key(w.UID), func(old []byte) ([]byte, error) {
		var was intent
		if old != nil && json.Unmarshal(old, &was) == nil && was.Started.Equal(in.Started) && was.Digest == in.Digest {
			return nil, nil
		}
		return old, nil
	})
}

// drop removes an intent that the cloud refused.
func (w *worker) drop(ctx context.Context, in intent) {
	if err := w.feed.remove(context.WithoutCancel(ctx), in.key(w.UID)); err != nil {
		w.log.Warn("the intent of a refused change stays for a while", zap.String("id", in.ID), zap.Error(err))
	}
}

// answer is what a cloud said to a change.
type answer struct {
	native string
	ticket providers.Ticket
	thing  thing
}
