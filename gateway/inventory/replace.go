package inventory

import (
	"context"
	"maps"
	"slices"
)

// Replace makes to all that the gateway alone keeps of an item, durably: what is
// empty is forgotten, so that the cloud's own name is the title again. Mixins
// and ID are not read; [Inventory.Mix] changes mixins.
func (v *Inventory) Replace(ctx context.Context, id string, to Own) (*Item, error) {
	return v.redescribe(ctx, id, func(o *own, now *Item) {
		if to.Title != now.Title { // what is shown already may be the cloud's, and change there
			o.Title = to.Title
		}
		o.Summary = to.Summary
		o.Extra = maps.Clone(to.Extra)
	})
}

// Foretell keeps words for a link between a server and a volume that the cloud
// will make, such as one of a create with volumes: the link has them once it is
// listed. ID is not read. A link whose server the cloud has not named yet is
// [providers.ErrConflict].
func (v *Inventory) Foretell(ctx context.Context, serverID, volumeID string, words Own) error {
	const op = "describe link"
	server, w, err := v.server(ctx, serverID, op)
	if err != nil {
		return err
	}
	volume, err := v.end(ctx, server, volumeID, op)
	if err != nil {
		return err
	}
	native := linkNative(server.Native, volume.Native)
	id := computedID(w.UID, KindAttachment, native)
	return w.feed.revise(ctx, w.ownKey(id), func(old []byte) ([]byte, error) {
		return reviseOwn(old, own{Kind: KindAttachment, Native: native}, func(o *own) {
			o.Title, o.Extra, o.Mixins = words.Title, maps.Clone(words.Extra), slices.Clone(words.Mixins)
		})
	})
}
