// Package sources keeps the tariffs that clouds tell by themselves: it asks every
// account's price sources at their interval and puts what they say into the book
// that quotes read. Gateways that share a store ask once for all of them. It knows
// the contract with the clouds, the store and the model of tariffs; it knows no
// cloud and no quote, and it holds no floating-point number.
package sources

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/broker/history"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
	"occigate/providers"
)

// Account is one account whose cloud tells prices.
type Account struct {
	UID    string
	Cloud  string // name of the adapter
	Lister providers.PriceLister
}

// Limits are the waits. A zero duration is the default in brackets.
type Limits struct {
	Look  time.Duration // 15 s: how often it is looked what is due, and what other gateways have read
	Read  time.Duration // 15 min: one reading, of a list that may have a gigabyte
	Store time.Duration // 5 s: one call of the store
	First time.Duration // 1 min: wait after the first failure; doubles with each, up to the source's interval
}

// Options is what a Keeper is made of.
type Options struct {
	Store    store.Store
	Accounts []Account
	Book     *tariff.Book
	Holder   string          // name of this gateway in leases, unique among them
	Clock    providers.Clock // nil is the machine's; waits are those of package time
	Log      *zap.Logger     // nil is silence
	Limits   Limits
}

// Keeper keeps the tariffs of all sources.
type Keeper struct {
	o       Options
	sources []*source
}

// New finds the sources of the accounts. Those with one key are one. It calls no
// cloud.
func New(o Options) *Keeper {
	o.Limits.Look = cmp.Or(o.Limits.Look, 15*time.Second)
	o.Limits.Read = cmp.Or(o.Limits.Read, 15*time.Minute)
	o.Limits.Store = cmp.Or(o.Limits.Store, 5*time.Second)
	o.Limits.First = cmp.Or(o.Limits.First, time.Minute)
	if o.Clock == nil {
		o.Clock = providers.SystemClock{}
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	k, found := &Keeper{o: o}, map[string]*source{}
	past := history.New(o.Store)
	for _, a := range o.Accounts {
		for _, from := range a.Lister.PriceSources() {
			key := cmp.Or(from.Key, fmt.Sprintf("%s account %s %s", a.Cloud, a.UID, from.Name))
			if found[key] == nil {
				found[key] = &source{Options: &k.o, PriceSource: from, past: past, key: key, uid: storedAs(key)}
			}
			found[key].accounts = append(found[key].accounts, a)
			if from.Discount > 0 {
				found[key].discounts = append(found[key].discounts, tariff.Discount{Accounts: []string{a.UID}, Millionths: from.Discount})
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		k.sources = append(k.sources, found[key])
	}
	k.publish()
	return k
}

// publish finds the price lists that are those of every account of their cloud and
// region: nobody reads another one under their name. A rate card that names its
// accounts counts before such a list; it would not if the list named them too.
func (k *Keeper) publish() {
	type list struct{ cloud, region, name string }
	readings := map[list]int{}
	of := func(s *source) list { return list{s.accounts[0].Cloud, s.Region, s.Name} }
	for _, s := range k.sources {
		readings[of(s)]++
	}
	for _, s := range k.sources {
		s.public = s.Key != "" && s.Region != "" && readings[of(s)] == 1
	}
}

// storedAs is the uid that a source's records and lease are kept under: no account
// has a slash in its own.
func storedAs(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "prices/" + hex.EncodeToString(sum[:16])
}

// Names are those of the tariffs that are kept, ordered.
func (k *Keeper) Names() (all []string) {
	for _, s := range k.sources {
		all = append(all, s.key)
	}
	return all
}

// Run keeps the tariffs until ctx ends, and returns when nothing is under way any
// more. The error is nil.
func (k *Keeper) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, s := range k.sources {
		all.Go(func() { s.run(ctx) })
	}
	all.Wait()
	return nil
}
