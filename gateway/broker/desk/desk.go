// Package desk is the broker at work: it renews tariffs and exchange rates from
// what is configured, keeps the market over the inventory, says which accounts
// cannot be used at the moment, and signs quotes. It calls no cloud, knows no HTTP, and
// holds no floating-point number.
package desk

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/broker"
	"occigate/gateway/broker/fx"
	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/history"
	"occigate/gateway/broker/ratecard"
	"occigate/gateway/broker/tariff"
)

// Options is what a desk is made of. Zero fields mean their defaults, except
// Holdings.
type Options struct {
	Holdings broker.Holdings
	History  *history.History     // of prices that are no more; nil keeps none of rate cards and knows none
	Cards    []string             // rate cards: paths, or patterns of [path/filepath.Match]
	Rates    string               // file of exchange rates, "" for none
	Samples  bool                 // take the sample rate cards and rates too, marked as such
	Places   map[string]geo.Point // where the region of an account lies, by account uid
	Currency tariff.Currency      // of sums that nobody asks for in another; EUR
	Life     time.Duration        // how long a quote can be redeemed; 15 min
	Key      []byte               // signs quotes, the same on all gateways; nil makes one that ends with the program
	Look     time.Duration        // how often files are looked at for changes; 30 s
	Log      *zap.Logger          // nil is silence
	Now      func() time.Time     // nil is the machine's
}

// Desk quotes prices. It is safe for concurrent use. Other sources of prices may
// put tariffs into its book at any time.
type Desk struct {
	o      Options
	keeper *broker.Keeper
	files  map[string]appearance // what each file looked like when it was read last; Run's own
	unseen map[string]reading    // rate cards that the history was not told of yet, by path; Run's own
	mute   bool                  // it was said that it cannot be told; Run's own

	edition atomic.Uint64
	seen    seen // Run's own
}

// New makes a desk and reads everything that is configured. What cannot be read is
// a problem of its tariff and no error: the gateway is of use without it.
func New(o Options) (*Desk, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Currency = cmp.Or(o.Currency, tariff.EUR)
	o.Life = cmp.Or(o.Life, 15*time.Minute)
	if len(o.Key) == 0 {
		o.Key = newKey()
	}
	o.Look = cmp.Or(o.Look, 30*time.Second)
	d := &Desk{o: o, keeper: broker.NewKeeper(o.Holdings, o.Places), files: map[string]appearance{}, unseen: map[string]reading{}}
	if o.Samples {
		if err := d.takeSamples(); err != nil {
			return nil, err
		}
	}
	d.look()
	d.publish()
	return d, nil
}

func (d *Desk) takeSamples() error {
	now := d.o.Now()
	cards, err := ratecard.Samples(now)
	if err != nil {
		return err
	}
	for _, t := range cards {
		d.keeper.Tariffs.Put(t)
	}
	if d.o.Rates != "" {
		return nil
	}
	rates, err := fx.Sample(now)
	if err == nil {
		d.keeper.Rates.Put(rates)
	}
	return err
}

// Run looks at the files until ctx ends. The error is nil.
func (d *Desk) Run(ctx context.Context) error {
	ticker := time.NewTicker(d.o.Look)
	defer ticker.Stop()
	for {
		d.tell(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			d.look()
			d.publish()
		}
	}
}

// Tariffs is the book of all tariffs.
func (d *Desk) Tariffs() *tariff.Book { return &d.keeper.Tariffs }

// Rates says how the exchange rates stand.
func (d *Desk) Rates() fx.Standing { return d.keeper.Rates.Standing() }

// Now is the desk's time.
func (d *Desk) Now() time.Time { return d.o.Now() }

// Currency is that of sums which nobody asks for in another.
func (d *Desk) Currency() tariff.Currency { return d.o.Currency }

// ReadWish reads a wish from JSON, see [ReadWish].
func (d *Desk) ReadWish(text []byte) (broker.Wish, error) { return ReadWish(text, d.o.Currency) }

// Market is the present one.
func (d *Desk) Market() *broker.Market { return d.keeper.Market(d.o.Now()) }

// Quote makes a quote of what is known at this moment. No cloud is called. Sums
// are in the desk's currency when the wish names none.
func (d *Desk) Quote(w broker.Wish) (*broker.Quote, error) {
	return d.keeper.Quote(d.normal(w), d.o.Now(), d.Obstacles())
}

// Rejections lists what is no candidate for a wish at this moment, and why.
func (d *Desk) Rejections(w broker.Wish) ([]broker.Rejection, error) {
	return d.keeper.Rejections(d.normal(w), d.o.Now(), d.Obstacles())
}

func (d *Desk) normal(w broker.Wish) broker.Wish {
	w.Currency = cmp.Or(w.Currency, d.o.Currency)
	return w
}
