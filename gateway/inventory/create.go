package inventory

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"occigate/providers"
)

// wish is what is to be created.
type wish struct {
	kind           Kind
	spec           any   // for the digest; its token is empty
	thing          thing // as it is shown until the cloud lists it
	native         string
	id             string // of a link, when it can be computed before
	source, target string
	known          []string
	apart          bool // address: reserved by itself
}

// maker makes one call of a cloud; token is the id of the item.
type maker func(ctx context.Context, token string) (answer, error)

// create is the way of every create: intent, call, answer.
func (v *Inventory) create(ctx context.Context, w *worker, own Own, want wish, do maker) (*Item, error) {
	in, err := w.intend(own, want)
	if err != nil {
		return nil, err
	}
	if own.ID != "" {
		if it, err := v.again(ctx, w, in); it != nil || err != nil {
			return it, err
		}
	}
	if err := w.reachable(in.Op); err != nil {
		return nil, err
	}
	if written, err := w.begin(ctx, in, w.taken); err != nil {
		if written && errors.Is(err, ErrStore) {
			w.doubt(in)
		}
		return nil, err
	}
	var got answer
	err = w.call(ctx, func(ctx context.Context) error {
		var err error
		got, err = do(ctx, in.ID)
		return err
	})
	w.metrics.Changed(w.UID, want.kind, in.Op, err)
	return v.answered(ctx, w, in, got, err)
}

// intend makes the intent of a create.
func (w *worker) intend(o Own, want wish) (intent, error) {
	id := o.ID
	switch {
	case id != "" && !isUUID(id):
		return intent{}, providers.Errorf(providers.ErrInvalid, "create", "%q is no UUID in lower case", id)
	case id == "" && want.id != "":
		id = want.id
	case id == "":
		id = newToken(w.UID, want.kind, uuid.New())
	}
	in := w.fresh(&Item{ID: id, Kind: want.kind, Source: want.source, Target: want.target, Native: want.native}, classCreate, "create")
	in.Digest, in.thing, in.Known = digest(encode(want.spec)), want.thing, want.known
	in.Own = &own{Kind: want.kind, Made: true, Apart: want.apart, Title: o.Title, Summary: o.Summary, Extra: o.Extra, Mixins: slices.Clone(o.Mixins), Terms: o.Terms}
	return in, nil
}

// again answers a create whose id is in use: with the item, when the wish is
// the same.
func (v *Inventory) again(ctx context.Context, w *worker, in intent) (*Item, error) {
	it, ok := v.Get(ctx, in.ID)
	switch {
	case !ok && w.about(in.ID, classDelete) != nil && !in.isLink():
		return nil, providers.Errorf(providers.ErrConflict, "create", "what has the id %s is still being deleted", in.ID)
	case !ok:
		return nil, nil
	}
	if was := w.about(in.ID, classCreate); was != nil && was.Digest == in.Digest && was.Phase != failed {
		return it, nil
	}
	return nil, providers.Errorf(providers.ErrConflict, "create", "the id %s is in use", in.ID)
}

// taken is the busy function of creates.
func (w *worker) taken(was intent) error {
	if was.Phase == failed {
		return nil
	}
	return providers.Errorf(providers.ErrConflict, "create", "the id %s is in use", was.ID)
}

// Unsettled is the error of a create whose answer was lost: the cloud may have
// made the thing. It is shown under the id until that is known, so asking again
// could make a second one.
type Unsettled struct {
	Kind Kind
	ID   string
	Err  error // the cloud's or the way's, of kind [providers.ErrUnavailable] as a rule
}

// Error says what went wrong and that the outcome is open.
func (u *Unsettled) Error() string {
	return u.Err.Error() + "; it is not known whether the " + string(u.Kind) + " was made"
}

// Unwrap gives the cause.
func (u *Unsettled) Unwrap() error { return u.Err }

// answered goes on with what the cloud said. A refusal leaves nothing behind.
func (v *Inventory) answered(ctx context.Context, w *worker, in intent, got answer, err error) (*Item, error) {
	switch {
	case providers.Unclear(err):
		in.Problem = err.Error()
		w.record(ctx, in.to(unknown, w.now()))
		w.ring()
		return nil, &Unsettled{Kind: in.Kind, ID: in.ID, Err: err}
	case err != nil:
		w.drop(ctx, in)
		return nil, err
	}
	asked := in.ID
	in = in.to(accepted, w.now())
	in.Ticket, in.thing = got.ticket, over(in.thing, got.thing)
	if got.native != "" {
		in.Native = got.native
	}
	if in.Kind == KindInterface && in.Native != "" && tokenNames(in.ID, w.UID, KindInterface) {
		in.ID = computedID(w.UID, KindInterface, in.Native) // nobody was told of the other one
	}
	w.clearDelete(ctx, in.ID)
	w.record(ctx, in)
	if asked != in.ID {
		was := in
		was.ID = asked
		w.drop(ctx, was)
	}
	w.ring()
	if it := v.item(in.ID); it != nil {
		return it, nil
	}
	return w.bare(in), nil
}

// clearDelete removes the intent of an earlier delete, which would hide what
// was made anew under the same id.
func (w *worker) clearDelete(ctx context.Context, id string) {
	if in := w.about(id, classDelete); in != nil {
		w.drop(ctx, *in)
	}
}

// bare is the item of an intent that could not be stored.
func (w *worker) bare(in intent) *Item {
	o := in.begun()
	it := &Item{
		ID: in.ID, UID: w.UID, Cloud: w.Cloud, Kind: in.Kind, Native: in.Native, Source: in.Source, Target: in.Target,
		Title: o.Title, Summary: o.Summary, Extra: o.Extra, Mixins: o.Mixins, Terms: o.Terms, Pending: in.word(),
	}
	it.fill(in.thing)
	it.Derived = w.feed.view.derive(it, nil)
	return it
}
