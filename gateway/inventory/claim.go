package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/store"
	"occigate/providers"
)

// An id that a client chose for something whose account the gateway chooses is
// claimed before the choice: an intent is in an account, and two gateways that are
// asked at once may choose two.
const (
	claimsUID = "claims/" // no account has a slash in its own
	recClaim  = "claim"   // who is choosing; removed when the choice has come to an end
)

// claimed is how many calls of a cloud a claim may take before nobody believes it
// any more.
const claimed = 10

// chooser is the record of a claim.
type chooser struct {
	Holder string    `json:"holder"`
	Since  time.Time `json:"since"` // by the holder's clock
}

// Claim takes an id, among all gateways, for who chooses an account for it, until
// free is called. An id that is claimed, or of which something is being made or
// deleted in any account, is [providers.ErrConflict]. The claim of a gateway that
// has died is taken over.
func (v *Inventory) Claim(ctx context.Context, id string) (free func(), err error) {
	rec, err := v.feed.stored(ctx, store.Key{UID: claimsUID, Kind: recClaim, ID: id})
	if err != nil {
		return nil, storeFailed(err)
	}
	taken := providers.Errorf(providers.ErrConflict, "create", "a place for %s is being looked for already", id)
	if rec.Data != nil && v.believes(rec.Data) {
		return nil, taken
	}
	rec.Data = encode(chooser{v.o.Holder, v.o.Clock.Now()})
	err = v.feed.ask(ctx, func(ctx context.Context) (err error) {
		rec.Rev, err = v.feed.store.Put(ctx, rec)
		return err
	})
	switch {
	case errors.Is(err, store.ErrRevision):
		return nil, taken
	case err != nil:
		return nil, storeFailed(err)
	}
	free = func() { v.unclaim(ctx, rec) }
	uid, err := v.making(ctx, id)
	if err == nil && uid != "" {
		err = providers.Errorf(providers.ErrConflict, "create", "%s is being made at %s already", id, uid)
	}
	if err != nil {
		free()
		return nil, err
	}
	return free, nil
}

// unclaim gives a claim back. What cannot be removed ends by itself.
func (v *Inventory) unclaim(ctx context.Context, rec store.Record) {
	rec.Data = nil
	err := v.feed.ask(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, err := v.feed.store.Put(ctx, rec)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrRevision) {
		v.o.Log.Warn("a claim was not given back, its id is refused for a while", zap.String("id", rec.ID), zap.Error(err))
	}
}

// believes reports whether who made a claim may still be choosing.
func (v *Inventory) believes(data []byte) bool {
	var c chooser
	if json.Unmarshal(data, &c) != nil {
		return false
	}
	age := v.o.Clock.Now().Sub(c.Since)
	switch {
	case c.Holder == v.o.Holder:
		return age <= claimed*v.o.Limits.Change
	case v.peers == nil: // of an earlier run: the store is ours alone
		return false
	}
	return age <= claimed*v.o.Limits.Change && (age <= v.peers.silence || !v.peers.gone(c.Holder))
}

// making finds the account in which something with an id that a client chose is
// being made or deleted, whatever gateway began that; "" when there is none. Only
// the store knows: what is being made is not shown while its cloud is asked.
func (v *Inventory) making(ctx context.Context, id string) (uid string, err error) {
	var keys []store.Key
	for _, a := range v.o.Accounts {
		keys = append(keys, intentKey(a.UID, id, classCreate), intentKey(a.UID, id, classDelete))
	}
	found, err := v.feed.find(ctx, keys)
	if err != nil {
		return "", storeFailed(err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0].UID, nil
}
