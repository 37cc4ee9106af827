package sources

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"occigate/gateway/broker/history"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
)

// The kinds of record that a source has under its uid.
const (
	recHead = "price-head" // how it stands; one
	recPart = "price-part" // of its prices: deflated JSON, cut into parts

	theOne = "source" // id of records of which a source has one
)

// Bounds of what is kept of a source.
const (
	partSize  = 256 << 10 // bytes of a part
	mostParts = 100       // of a list: some hundred thousand prices
)

// head is how a source stands.
type head struct {
	Serial   uint64    `json:"serial"` // of the list; its parts have it in their ids
	Parts    int       `json:"parts"`
	Fence    uint64    `json:"fence"`
	Edition  string    `json:"edition"`
	Region   string    `json:"region"`
	Location string    `json:"location"`
	Digest   string    `json:"digest"`
	Observed time.Time `json:"observed"` // when the seller said so
	Missing  int       `json:"missing"`  // rows of the list without a price
	Next     time.Time `json:"next"`     // when the source is asked again
	Problem  string    `json:"problem,omitempty"`
	Failed   time.Time `json:"failed,omitzero"`
	Fails    int       `json:"fails,omitempty"` // in a row
}

func (s *source) record(kind, id string) store.Key { return store.Key{UID: s.uid, Kind: kind, ID: id} }

func partID(serial uint64, n int) string { return fmt.Sprintf("%d-%04d", serial, n) }

func (s *source) acquire(ctx context.Context) (store.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Store)
	defer cancel()
	return s.Store.Acquire(ctx, s.uid, s.Holder, s.Limits.Read+time.Minute, s.at.Fence)
}

func (s *source) release(ctx context.Context, lease store.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Limits.Store)
	defer cancel()
	if err := s.Store.Release(ctx, lease); err != nil {
		s.complain(ctx, "the lease of the prices was not given back", err)
	}
}

// adopt takes over how the source stands in the store, if that is something else
// than what this gateway knows. An emptied store has nothing, so that the source is
// read again; what is known is shown until then.
func (s *source) adopt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Store)
	defer cancel()
	rec, err := s.Store.Get(ctx, s.record(recHead, theOne))
	if errors.Is(err, store.ErrNotFound) {
		s.at.Next, s.at.Edition, s.at.Parts, s.seen = time.Time{}, "", 0, nil
		return nil
	}
	if err != nil {
		return err
	}
	if bytes.Equal(rec.Data, s.seen) {
		return nil
	}
	var stored head
	if err := json.Unmarshal(rec.Data, &stored); err != nil {
		return err
	}
	var made *tariff.Tariff
	if stored.Parts > 0 && (s.tariff == nil || stored.Serial != s.at.Serial || stored.Digest != s.at.Digest) {
		made, err = s.load(ctx, stored)
		if errors.Is(err, store.ErrNotFound) {
			return nil // a newer one has just been written; it is taken over next time
		}
		if err != nil {
			return err
		}
	}
	s.seen = rec.Data
	s.take(stored, made)
	return nil
}

// load puts the parts of a list together.
func (s *source) load(ctx context.Context, at head) (*tariff.Tariff, error) {
	var packed bytes.Buffer
	for n := range at.Parts {
		rec, err := s.Store.Get(ctx, s.record(recPart, partID(at.Serial, n)))
		if err != nil {
			return nil, err
		}
		packed.Write(rec.Data)
	}
	var spec tariff.Spec
	if err := history.Unpack(&packed, &spec); err != nil {
		return nil, err
	}
	spec.ObservedAt, spec.Scope, spec.Discounts = at.Observed, s.scope(at.Region), s.discounts
	return tariff.New(spec)
}

// share writes how the source stands, and its prices when they are new, as one
// step under the lease.
func (s *source) share(ctx context.Context, lease store.Lease, at *head, made *tariff.Tariff) error {
	var batch []store.Write
	if made != nil {
		packed, err := history.Pack(tariff.Spec{Name: made.Name(), Scope: made.Scope(), Source: made.Source(), ObservedAt: made.ObservedAt(), Prices: made.Prices()})
		if err != nil {
			return err
		}
		if len(packed) > mostParts*partSize {
			return fmt.Errorf("%d prices take %d bytes, at most %d are kept", len(made.Prices()), len(packed), mostParts*partSize)
		}
		for n := range s.at.Parts {
			batch = append(batch, store.Write{Key: s.record(recPart, partID(s.at.Serial, n))})
		}
		at.Parts = 0
		for len(packed) > 0 {
			size := min(len(packed), partSize)
			batch = append(batch, store.Write{Key: s.record(recPart, partID(at.Serial, at.Parts)), Data: packed[:size]})
			packed = packed[size:]
			at.Parts++
		}
	}
	data, err := json.Marshal(at)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Store)
	defer cancel()
	if err := s.Store.Apply(ctx, lease, append(batch, store.Write{Key: s.record(recHead, theOne), Data: data})); err != nil {
		return err
	}
	s.seen = data
	return nil
}
