package inventory

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"occigate/providers"
)

const opDelete = "delete"

// Delete destroys a server, volume, network or own image, or ends a link:
// detach, unplug, unassign (an address that was reserved for the link is given
// back too). A reservation is released, unless it is assigned. An accepted delete
// hides the item at once. An item that nobody has is [providers.ErrNotFound].
func (v *Inventory) Delete(ctx context.Context, id string) error {
	it, w, err := v.shown(ctx, id, opDelete)
	if err != nil {
		return err
	}
	if it.Native == "" {
		return w.deleteNameless(ctx, it)
	}
	do, err := w.deletion(it)
	if err != nil {
		return err
	}
	in := w.fresh(it, classDelete, opDelete)
	if it.Kind == KindAddress && w.made(it) {
		in.Reserve = it.Native
	}
	if _, err := w.begin(ctx, in, w.stands); err != nil {
		if !providers.Unclear(err) {
			return err
		}
		w.log.Warn("a delete is made without its intent", zap.String("id", id), zap.Error(err))
	}
	var ticket providers.Ticket
	err = w.call(ctx, func(ctx context.Context) (err error) {
		ticket, err = do(ctx)
		return err
	})
	w.metrics.Changed(w.UID, it.Kind, opDelete, err)
	if err != nil && !errors.Is(err, providers.ErrNotFound) { // what is not there is as good as deleted
		w.drop(ctx, in)
		w.ring()
		return err
	}
	in = in.to(accepted, w.now())
	in.Ticket = ticket
	w.record(ctx, in)
	w.ring()
	return nil
}

// deletion is a deletion's call of the cloud.
type deletion func(context.Context) (providers.Ticket, error)

// deletion finds the call that deletes an item.
func (w *worker) deletion(it *Item) (deletion, error) {
	switch it.Kind {
	case KindServer:
		return func(ctx context.Context) (providers.Ticket, error) { return w.Provider.DeleteServer(ctx, it.Native) }, nil
	case KindVolume:
		maker, err := able[providers.VolumeMaker](w, opDelete)
		return func(ctx context.Context) (providers.Ticket, error) { return maker.DeleteVolume(ctx, it.Native) }, err
	case KindNetwork:
		maker, err := able[providers.NetworkMaker](w, opDelete)
		return func(ctx context.Context) (providers.Ticket, error) { return maker.DeleteNetwork(ctx, it.Native) }, err
	case KindImage:
		return w.imageDeletion(it)
	case KindAttachment:
		attacher, err := able[providers.VolumeAttacher](w, opDelete)
		return func(ctx context.Context) (providers.Ticket, error) {
			return attacher.DetachVolume(ctx, it.Attachment.ServerID, it.Attachment.VolumeID)
		}, err
	case KindInterface:
		return w.unplugging(it)
	case KindReservation:
		return w.releasing(it)
	case KindAddress:
		assigner, err := able[providers.AddressAssigner](w, opDelete)
		return func(ctx context.Context) (providers.Ticket, error) { return assigner.UnassignAddress(ctx, it.Native) }, err
	}
	return nil, providers.Errorf(providers.ErrUnsupported, opDelete, "a %s cannot be deleted", it.Kind)
}

func (w *worker) imageDeletion(it *Item) (deletion, error) {
	saver, err := able[providers.ImageSaver](w, opDelete)
	if err == nil && !it.Image.Own {
		err = providers.Errorf(providers.ErrDenied, opDelete, "the image belongs to another account")
	}
	return func(ctx context.Context) (providers.Ticket, error) { return "", saver.DeleteImage(ctx, it.Native) }, err
}

func (w *worker) unplugging(it *Item) (deletion, error) {
	attacher, err := able[providers.InterfaceAttacher](w, opDelete)
	if err == nil && it.Interface.Fixed {
		err = providers.Errorf(providers.ErrConflict, opDelete, "the interface cannot be unplugged while the server lives")
	}
	return func(ctx context.Context) (providers.Ticket, error) {
		return attacher.DetachInterface(ctx, it.Interface.ServerID, interfaceKey(it.Interface))
	}, err
}

// made reports whether we made what an item stands for.
func (w *worker) made(it *Item) (made bool) {
	w.feed.with(w.UID, func(s *state) {
		o := s.ownOf(it.ID)
		made = o != nil && o.Made && !o.Apart
	})
	return made || tokenNames(it.ID, w.UID, it.Kind)
}

// deleteNameless deletes what the cloud has not named: a failed create is
// forgotten, one that may still come to something stands in the way.
func (w *worker) deleteNameless(ctx context.Context, it *Item) error {
	in := w.about(it.ID, classCreate)
	if in == nil || in.Phase != failed {
		return nameless(it, opDelete)
	}
	if err := w.feed.remove(ctx, w.ownKey(it.ID)); err != nil {
		return err
	}
	return w.feed.remove(ctx, in.key(w.UID))
}
