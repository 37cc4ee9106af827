// Package budget holds the calls of all gateways to a cloud within what its
// account may make: it waits for the bucket that they share in the store, and
// keeps to a part of the budget while the store is away, so that a create is
// never refused for want of it. It knows stores, and of clouds only that they
// complain.
package budget

import (
	"context"
	"fmt"
	"sync"
	"time"

	"occigate/gateway/store"
	"occigate/providers"
)

// Store is what is asked for of a [store.Store].
type Store interface {
	Take(ctx context.Context, uid string, b store.Budget, longest time.Duration) (wait time.Duration, err error)
	Slow(ctx context.Context, uid string, b store.Budget, pause time.Duration) error
}

// Metrics is told what budgets cost. Methods are called by many goroutines.
type Metrics interface {
	Waited(uid string, d time.Duration) // before a call was made
	Slowed(uid string)                  // by a complaint of the cloud
}

const (
	// patience is the longest that a call waits which has no deadline.
	patience = time.Minute

	// answer is how long the store has to answer before a call is made without.
	answer = 500 * time.Millisecond

	// apart is how long a store that did not answer is left alone.
	apart = 5 * time.Second
)

// Options are what budgets are made of.
type Options struct {
	Store    Store
	Gateways func() int      // how many share the store, this one among them; nil is 1
	Metrics  Metrics         // nil counts nothing
	Clock    providers.Clock // nil is the machine's; waits are those of package time
}

// Budgets are those of all accounts. They are safe for concurrent use.
type Budgets struct {
	Options
	mu   sync.Mutex
	away time.Time // the store is left alone until then
}

// New makes budgets on a store.
func New(o Options) *Budgets {
	if o.Gateways == nil {
		o.Gateways = func() int { return 1 }
	}
	if o.Clock == nil {
		o.Clock = providers.SystemClock{}
	}
	return &Budgets{Options: o}
}

// Account is the budget of one account. It is a [providers.Limiter] that learns
// from what clouds complain about.
type Account struct {
	all   *Budgets
	uid   string
	rate  store.Budget
	mu    sync.Mutex
	alone store.Bucket // for when the store is away
}

var (
	_ providers.Limiter = (*Account)(nil)
	_ providers.Learner = (*Account)(nil)
)

// Of is the budget of an account.
func (b *Budgets) Of(uid string, rate store.Budget) *Account {
	return &Account{all: b, uid: uid, rate: rate}
}

// Wait waits until one more call may be made. When that is later than ctx ends,
// it is [providers.ErrThrottled] at once, and the call was not made.
func (a *Account) Wait(ctx context.Context) error {
	longest := patience
	if end, bounded := ctx.Deadline(); bounded {
		longest = min(longest, time.Until(end))
	}
	wait, err := a.take(ctx, longest)
	if err != nil {
		return err
	}
	if wait > longest {
		return &providers.Error{
			Kind: providers.ErrThrottled, Op: "wait for the budget", RetryAfter: wait,
			Message: fmt.Sprintf("the next call of the account's budget is %v away", wait.Round(time.Second)),
		}
	}
	if wait <= 0 {
		return ctx.Err()
	}
	if a.all.Metrics != nil {
		a.all.Metrics.Waited(a.uid, wait)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take asks the shared bucket, or our own while that is away.
func (a *Account) take(ctx context.Context, longest time.Duration) (wait time.Duration, err error) {
	err = a.all.ask(ctx, func(ctx context.Context) (err error) {
		wait, err = a.all.Store.Take(ctx, a.uid, a.rate, longest)
		return err
	})
	if err == nil || ctx.Err() != nil {
		return wait, ctx.Err()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.alone.Take(a.all.Clock.Now(), a.part(), longest), nil
}

// Throttled takes note that the cloud complains about the number of calls, and
// for how long it wants none, 0 when it does not say.
func (a *Account) Throttled(ctx context.Context, pause time.Duration) {
	if a.all.Metrics != nil {
		a.all.Metrics.Slowed(a.uid)
	}
	a.mu.Lock()
	a.alone.Slow(a.all.Clock.Now(), a.part(), pause)
	a.mu.Unlock()
	// When the store does not hear of it, our own bucket holds us back.
	_ = a.all.ask(ctx, func(ctx context.Context) error { return a.all.Store.Slow(ctx, a.uid, a.rate, pause) })
}

// part is what of the budget is ours alone.
func (a *Account) part() store.Budget {
	gateways := max(1, a.all.Gateways())
	return store.Budget{PerSecond: a.rate.PerSecond / float64(gateways), Burst: max(1, a.rate.Burst/gateways)}
}

// errApart says that the store is left alone.
var errApart = fmt.Errorf("budget: the store did not answer a moment ago")

// ask asks the store, unless it did not answer a moment ago: no call of a cloud
// waits long for a store that is away.
func (b *Budgets) ask(ctx context.Context, do func(context.Context) error) error {
	b.mu.Lock()
	away := b.away
	b.mu.Unlock()
	if b.Clock.Now().Before(away) {
		return errApart
	}
	within, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	err := do(within)
	if err != nil && ctx.Err() == nil {
		b.mu.Lock()
		b.away = b.Clock.Now().Add(apart)
		b.mu.Unlock()
	}
	return err
}
