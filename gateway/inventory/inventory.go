package inventory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"occigate/gateway/store"
	"occigate/providers"
)

// ErrNotReady says that the store has not been read yet, so that nothing can be
// changed. It matches [providers.ErrUnavailable] too.
var ErrNotReady = fmt.Errorf("inventory: the store has not been read yet: %w", providers.ErrUnavailable)

// ErrStore is the error of what needs the store while that does not answer. It
// matches [providers.ErrUnavailable] too, and says nothing of any cloud.
var ErrStore = errors.New("the store cannot be used now")

// Account is one credential in one region or endpoint of a cloud: the unit of
// refresh, lease and freshness.
type Account struct {
	UID      string // fixed for ever, ids hang on it
	Name     string // shown, may change
	Cloud    string // name of the adapter: "ec2"
	Provider providers.Provider
	Refresh  Policy
}

// Policy is how often an account's cloud is asked. A zero duration is the
// default in brackets. Every wait is varied by a tenth to either side.
type Policy struct {
	Servers   time.Duration // 30 s
	Volumes   time.Duration // 60 s
	Networks  time.Duration // 5 min
	Addresses time.Duration // 60 s
	Catalogue time.Duration // 15 min
	Fast      time.Duration // 5 s: while something is in transition
	Least     time.Duration // 5 s: between two refreshes of the account, whoever asks
	Denied    time.Duration // 10 min: between probes with refused credentials
	Longest   time.Duration // 5 min: the longest back-off from a cloud that fails
}

// Limits are the waits of the inventory. A zero duration is the default in
// brackets.
type Limits struct {
	Listing  time.Duration // 60 s: one listing, login or point read
	Change   time.Duration // 60 s: one call that changes something
	Store    time.Duration // 5 s: one call of the store
	Overdue  time.Duration // 15 s: a refresh that has not ended so long after it was due is a problem
	Lease    time.Duration // 9 s: life of a lease, renewed after a third
	Newborn  time.Duration // 5 min: no row younger than this is taken for gone
	Lag      time.Duration // 60 s: how long a cloud may take to list what it made
	Deleting time.Duration // 10 min: an accepted delete whose machine still lives comes back as error
	Changing time.Duration // 10 min: an accepted change whose effect does not show is a problem
	Showing  time.Duration // 1 h: how long a failed create is shown
	Tombs    time.Duration // 24 h: how long the evidence of what is gone is kept
}

// Metrics is told of the inventory's work. Methods are called by many
// goroutines.
type Metrics interface {
	// Refreshed says how long one listing took and how it ended. kind is
	// [KindServer], [KindVolume], [KindNetwork], [KindAddress] or [KindImage]
	// for the whole catalogue.
	Refreshed(uid string, kind Kind, took time.Duration, err error)
	// Changed says how a change of ours was answered. op is "create", "delete",
	// "start" and so on.
	Changed(uid string, kind Kind, op string, err error)
}

// Options is what an Inventory is made of.
type Options struct {
	Store    store.Store
	Accounts []Account

	// Derive makes [Item.Derived]. It is called once for each version of an
	// item, and again when one of the item's links changed; links are those
	// that start at it, ordered by id, nil for a link itself. It may read items
	// of the catalogue and networks from the Inventory, and must not modify what
	// it gets.
	Derive func(it *Item, links []*Item) any

	// Words says what an item is found by beside its Mixins, see
	// [Inventory.Select]. It depends on the item alone.
	Words func(it *Item) []Word

	Clock   providers.Clock // nil is the machine's; waits are those of package time
	Log     *zap.Logger     // nil is silence
	Metrics Metrics         // nil counts nothing
	Holder  string          // name of this gateway in leases, unique among them; "" makes one up
	Shared  bool            // other gateways use the store too: the accounts are dealt out among them
	Limits  Limits
	Events  int // how many changes are kept for those who follow them, 0 is 4096
}

// Inventory is what all accounts hold. Its methods are safe for concurrent use.
type Inventory struct {
	o       Options
	feed    *feed
	workers map[string]*worker
	peers   *peers // nil unless Shared
	claims  claims
}

// New checks the options and makes an Inventory that is empty until Run.
// Accounts without a uid or a provider, and two with one uid, are refused.
func New(o Options) (*Inventory, error) {
	if o.Store == nil {
		return nil, errors.New("inventory: no store")
	}
	seen := map[string]bool{}
	for _, a := range o.Accounts {
		if a.UID == "" || a.Provider == nil {
			return nil, fmt.Errorf("inventory: account %q has no uid or no provider", a.Name)
		}
		if seen[a.UID] {
			return nil, fmt.Errorf("inventory: two accounts have the uid %q", a.UID)
		}
		seen[a.UID] = true
	}
	o.defaults()
	v := &Inventory{o: o, feed: newFeed(o), workers: map[string]*worker{}}
	if o.Shared {
		v.peers = newPeers(v)
		v.feed.beats, v.feed.ahead = v.peers.hear, v.peers.ahead
	}
	for _, a := range o.Accounts {
		w := newWorker(v, a)
		v.workers[a.UID] = w
		v.feed.bells[a.UID] = w.hear
	}
	return v, nil
}

func (o *Options) defaults() {
	if o.Clock == nil {
		o.Clock = providers.SystemClock{}
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Derive == nil {
		o.Derive = func(*Item, []*Item) any { return nil }
	}
	if o.Words == nil {
		o.Words = func(*Item) []Word { return nil }
	}
	if o.Metrics == nil {
		o.Metrics = uncounted{}
	}
	if o.Holder == "" {
		o.Holder = uuid.NewString()
	}
	l := &o.Limits
	l.Listing = or(l.Listing, time.Minute)
	l.Change = or(l.Change, time.Minute)
	l.Store = or(l.Store, 5*time.Second)
	l.Overdue = or(l.Overdue, 15*time.Second)
	l.Lease = or(l.Lease, 9*time.Second)
	l.Newborn = or(l.Newborn, 5*time.Minute)
	l.Lag = or(l.Lag, time.Minute)
	l.Deleting = or(l.Deleting, 10*time.Minute)
	l.Changing = or(l.Changing, 10*time.Minute)
	l.Showing = or(l.Showing, time.Hour)
	l.Tombs = or(l.Tombs, 24*time.Hour)
}

// uncounted is the Metrics of those who want none.
type uncounted struct{}

func (uncounted) Refreshed(string, Kind, time.Duration, error) {}
func (uncounted) Changed(string, Kind, string, error)          {}

// Run reads the store and keeps the inventory until ctx ends: it owns every
// goroutine, and returns when all of them have ended. The error is nil when
// ctx ended it.
func (v *Inventory) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, shard := range v.feed.shards() {
		all.Go(func() { v.feed.read(ctx, shard) })
	}
	for _, w := range v.workers {
		all.Go(func() { w.run(ctx) })
	}
	if v.peers != nil {
		all.Go(func() { v.peers.run(ctx) })
	}
	all.Wait()
	return nil
}

// Ready reports whether the store has been read and every part of every account
// has had its first try, successful or not, by this gateway or another: what is
// missing then is known to be missing.
func (v *Inventory) Ready() bool {
	if !v.feed.ready() {
		return false
	}
	for uid, w := range v.workers {
		tried := w.tried.Load()
		v.feed.with(uid, func(s *state) { tried = tried || s.stamp.tried(w.groups) })
		if !tried {
			return false
		}
	}
	return true
}
