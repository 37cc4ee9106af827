// Package history keeps the prices that are no more: in the store, durably, with
// the dates between which they were said. It knows the model of tariffs and the
// store; it knows neither clouds nor files, and asks nobody for a price.
package history

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
)

// most is how many prices that are no more are kept of a tariff; the oldest ones go
// first.
const most = 5000

// storeTimeout is how long one call of the store may take.
const storeTimeout = 5 * time.Second

// The record of a tariff: one, under a uid that no account has.
const (
	kind  = "superseded" // durable: deflated JSON of a record
	theID = "tariff"
)

// tries is how often a record is read again that another gateway has just written.
const tries = 5

// Superseded is a price that was said until another took its place, or none did.
type Superseded struct {
	Tariff   string // its name
	Scope    tariff.Scope
	Price    tariff.Price
	Source   tariff.Source // of what said it last
	Said     time.Time     // as of when it was said last
	Replaced time.Time     // when it was found to be said no more
}

// record is what is kept of a tariff.
type record struct {
	Present *list `json:",omitempty"` // only of tariffs that [History.See] is told of
	Gone    []Superseded
}

// list is one state of a tariff.
type list struct {
	Scope  tariff.Scope
	Source tariff.Source
	Said   time.Time
	Seen   time.Time // when it was read by who told of it first
	Prices []tariff.Price
}

// History is what a store has of prices that are no more. It is safe for concurrent
// use, also by gateways that share the store.
type History struct{ store store.Store }

// New is the history in a store. Nothing is read yet.
func New(s store.Store) *History { return &History{s} }

// Of gives the prices that a tariff has had and has no more, oldest first: the
// newest some thousands of them, none of a tariff that nobody knows. An error is
// the store's, or says that the record makes no sense.
func (h *History) Of(ctx context.Context, name string) ([]Superseded, error) {
	_, r, err := h.read(ctx, name)
	return r.Gone, err
}

// Replace keeps what the old one of two tariffs of one name has and the new one has
// not. Gateways that share their tariffs call it once, not each.
func (h *History) Replace(ctx context.Context, old, now *tariff.Tariff) error {
	before, after := listOf(old, old.ObservedAt()), listOf(now, now.ObservedAt())
	return h.change(ctx, now.Name(), func(r *record) bool {
		gone := before.without(after, now.Name(), now.ObservedAt())
		r.Gone = append(r.Gone, gone...)
		return len(gone) > 0
	})
}

// See keeps what a tariff no longer has since it was seen last, at any gateway, also
// when it changed while none ran. So every gateway may tell of each reading: who
// tells of what is known already, or has been superseded since it was read, changes
// nothing. at is when it was read.
func (h *History) See(ctx context.Context, now *tariff.Tariff, at time.Time) error {
	after := listOf(now, at)
	return h.change(ctx, now.Name(), func(r *record) bool {
		before := r.Present
		if before != nil {
			same := before.Source == after.Source && before.Said.Equal(after.Said)
			if same || before.Seen.After(at) {
				return false
			}
			r.Gone = append(r.Gone, before.without(after, now.Name(), at)...)
		}
		r.Present = after
		return true
	})
}

// change reads a record, and writes it if it was changed. When another gateway has
// written it meanwhile, it is all done again.
func (h *History) change(ctx context.Context, name string, change func(*record) bool) (err error) {
	for range tries {
		var kept store.Record
		var r record
		if kept, r, err = h.read(ctx, name); err != nil || !change(&r) {
			return err
		}
		r.Gone = slices.Clone(r.Gone[max(0, len(r.Gone)-most):])
		if kept.Data, err = Pack(&r); err != nil {
			return err
		}
		if err = h.write(ctx, kept); !errors.Is(err, store.ErrRevision) {
			return err
		}
	}
	return err
}

func (h *History) read(ctx context.Context, name string) (kept store.Record, r record, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	key := store.Key{UID: storedAs(name), Kind: kind, ID: theID}
	kept, err = h.store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{Key: key, Durable: true}, r, nil
	}
	if err == nil {
		err = Unpack(bytes.NewReader(kept.Data), &r)
	}
	return kept, r, err
}

func (h *History) write(ctx context.Context, kept store.Record) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	_, err := h.store.Put(ctx, kept)
	return err
}

// storedAs is the uid of a tariff's record: no account has a slash in its own.
func storedAs(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "history/" + hex.EncodeToString(sum[:16])
}

func listOf(t *tariff.Tariff, seen time.Time) *list {
	return &list{t.Scope(), t.Source(), t.ObservedAt(), seen, t.Prices()}
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

// without are the prices of a list that a later one of the tariff does not have.
func (l *list) without(later *list, name string, at time.Time) (gone []Superseded) {
	still := map[charge]bool{}
	for i := range later.Prices {
		still[chargeOf(&later.Prices[i])] = true
	}
	for i := range l.Prices {
		if !still[chargeOf(&l.Prices[i])] {
			gone = append(gone, Superseded{name, l.Scope, l.Prices[i], l.Source, l.Said, at})
		}
	}
	return gone
}
