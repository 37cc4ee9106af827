package inventory

import (
	"context"
	"maps"
	"slices"
)

// Describe changes what the gateway alone keeps of an item, durably.
// An empty Title or Summary stays as it is. The keys of Extra are set, those
// with an empty value removed. Mixins replace the present ones unless nil.
// ID is ignored.
func (v *Inventory) Describe(ctx context.Context, id string, to Own) (*Item, error) {
	return v.redescribe(ctx, id, func(o *own, now *Item) {
		if to.Title == now.Title { // it need not be kept to be shown, and may change at the cloud
			to.Title = ""
		}
		o.describe(to)
	})
}

// Agree keeps what an item was made at, durably, unless something is kept already:
// it is for creates of which that was known only when they were answered.
func (v *Inventory) Agree(ctx context.Context, id string, terms map[string]string) (*Item, error) {
	return v.redescribe(ctx, id, func(o *own, _ *Item) {
		if o.Terms == nil {
			o.Terms = terms
		}
	})
}

// Mix adds mixins to an item and takes others off, durably and without
// disturbing what others change at the same time.
func (v *Inventory) Mix(ctx context.Context, id string, add, remove []string) (*Item, error) {
	return v.redescribe(ctx, id, func(o *own, _ *Item) { o.mix(add, remove) })
}

func (v *Inventory) redescribe(ctx context.Context, id string, do func(*own, *Item)) (*Item, error) {
	it, w, err := v.known(ctx, id, "describe")
	if err != nil {
		return nil, err
	}
	err = w.feed.revise(ctx, w.ownKey(id), func(old []byte) ([]byte, error) {
		known := own{Kind: it.Kind, Native: it.Native, Born: it.thing().created()}
		if in := w.about(id, classCreate); in != nil {
			known = in.begun()
			known.Native = it.Native
		}
		return reviseOwn(old, known, func(o *own) { do(o, it) })
	})
	if err != nil {
		return nil, err
	}
	return v.item(id), nil
}

// describe lays a user's words over what is kept.
func (o *own) describe(to Own) {
	if to.Title != "" {
		o.Title = to.Title
	}
	if to.Summary != "" {
		o.Summary = to.Summary
	}
	if len(to.Extra) > 0 {
		o.Extra = maps.Clone(o.Extra)
		if o.Extra == nil {
			o.Extra = map[string]string{}
		}
		for key, value := range to.Extra {
			o.Extra[key] = value
			if value == "" {
				delete(o.Extra, key)
			}
		}
	}
	if to.Mixins != nil {
		o.Mixins = slices.Clone(to.Mixins)
	}
}

// mix adds and removes mixins; their order is that in which they came.
func (o *own) mix(add, remove []string) {
	var mixins []string
	for _, m := range slices.Concat(o.Mixins, add) {
		if !slices.Contains(remove, m) && !slices.Contains(mixins, m) {
			mixins = append(mixins, m)
		}
	}
	o.Mixins = mixins
}

// thing is the cloud's part of an item.
func (it *Item) thing() thing {
	return thing{
		Server: it.Server, Volume: it.Volume, Network: it.Network, Interface: it.Interface,
		Attachment: it.Attachment, Address: it.Address, Image: it.Image, Size: it.Size, Zone: it.Zone,
	}
}
