package sources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
)

// mostSuperseded is how many prices that are no more are kept of a source; the
// oldest ones go first.
const mostSuperseded = 5000

// Superseded is a price that its source has said until another took its place, or
// none did.
type Superseded struct {
	Price    tariff.Price
	Source   tariff.Source // of the list that had it last
	Said     time.Time     // when it was said last
	Replaced time.Time     // when it was not said any more
}

// History gives the prices that a tariff has had and has no more, oldest first, the
// newest some thousands of them. A tariff that this keeper does not keep is an
// error.
func (k *Keeper) History(ctx context.Context, name string) ([]Superseded, error) {
	for _, s := range k.sources {
		if s.key == name {
			_, all, err := s.history(ctx)
			return all, err
		}
	}
	return nil, fmt.Errorf("no prices called %q are kept", name)
}

func (s *source) history(ctx context.Context) (store.Record, []Superseded, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Store)
	defer cancel()
	key := s.record(recHistory, theOne)
	rec, err := s.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{Key: key, Durable: true}, nil, nil
	}
	var all []Superseded
	if err == nil {
		err = unpack(bytes.NewReader(rec.Data), &all)
	}
	return rec, all, err
}

// remember keeps what an old list had and the new one has not. Only the holder of
// the lease does, so that nobody else writes the record meanwhile.
func (s *source) remember(ctx context.Context, old, now *tariff.Tariff) error {
	gone := superseded(old, now)
	if len(gone) == 0 {
		return nil
	}
	rec, all, err := s.history(ctx)
	if err != nil {
		return err
	}
	all = append(all, gone...)
	all = slices.Clone(all[max(0, len(all)-mostSuperseded):])
	if rec.Data, err = pack(all); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Store)
	defer cancel()
	_, err = s.Store.Put(ctx, rec)
	return err
}

// charge is what makes two prices the same.
type charge struct {
	key       tariff.Key
	tier      tariff.Tier
	from      time.Time
	per       int64
	unit, fee tariff.Money
}

func chargeOf(p *tariff.Price) charge {
	return charge{p.Key(), p.Tier, p.ValidFrom.UTC(), p.Per, p.UnitPrice(), p.Fee}
}

// superseded are the prices of the old tariff that the new one does not have.
func superseded(old, now *tariff.Tariff) (gone []Superseded) {
	if old.Digest() == now.Digest() {
		return nil
	}
	still := map[charge]bool{}
	prices := now.Prices()
	for i := range prices {
		still[chargeOf(&prices[i])] = true
	}
	prices = old.Prices()
	for i := range prices {
		if !still[chargeOf(&prices[i])] {
			gone = append(gone, Superseded{prices[i], old.Source(), old.ObservedAt(), now.ObservedAt()})
		}
	}
	return gone
}
