package desk

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/broker/history"
	"occigate/gateway/broker/tariff"
)

// reading is a rate card as it was read, and when.
type reading struct {
	card *tariff.Tariff
	at   time.Time
}

// tell tells the history of the rate cards that were read. While the store is away
// it goes on being tried, with the newest state of each card; prices are in force
// without it.
func (d *Desk) tell(ctx context.Context) {
	if d.o.History == nil {
		clear(d.unseen)
		return
	}
	for path, r := range d.unseen {
		err := d.o.History.See(ctx, r.card, r.at)
		if err != nil {
			d.complain(ctx, err)
			return
		}
		delete(d.unseen, path)
	}
	d.mute = false
}

// complain says once that the history cannot be kept, unless everything ends.
func (d *Desk) complain(ctx context.Context, err error) {
	if ctx.Err() == nil && !d.mute {
		d.mute = true
		d.o.Log.Warn("the history of rate cards cannot be kept, it is tried again", zap.Error(err))
	}
}

// History gives the prices that the present tariffs had and have no more, those
// first that were replaced last. An error is the store's.
func (d *Desk) History(ctx context.Context) (all []history.Superseded, err error) {
	if d.o.History == nil {
		return nil, nil
	}
	entries, _ := d.keeper.Tariffs.Entries()
	for i := range entries {
		gone, err := d.o.History.Of(ctx, entries[i].Name)
		if err != nil {
			return nil, err
		}
		all = append(all, gone...)
	}
	slices.SortStableFunc(all, func(a, b history.Superseded) int { return b.Replaced.Compare(a.Replaced) })
	return all, nil
}
