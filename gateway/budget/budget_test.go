package budget_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"occigate/gateway/budget"
	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/bolt/bolttest"
	"occigate/providers"
)

// purse is a store whose budgets can be out of reach.
type purse struct {
	store.Store
	mu    sync.Mutex
	mode  string // "", "broken", "hangs"
	asked int
}

func (p *purse) set(mode string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = mode
}

func (p *purse) reach(ctx context.Context) error {
	p.mu.Lock()
	p.asked++
	mode := p.mode
	p.mu.Unlock()
	switch mode {
	case "broken":
		return errors.New("no route to host")
	case "hangs":
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (p *purse) Take(ctx context.Context, uid string, b store.Budget, longest time.Duration) (time.Duration, error) {
	if err := p.reach(ctx); err != nil {
		return 0, err
	}
	return p.Store.Take(ctx, uid, b, longest)
}

func (p *purse) Slow(ctx context.Context, uid string, b store.Budget, pause time.Duration) error {
	if err := p.reach(ctx); err != nil {
		return err
	}
	return p.Store.Slow(ctx, uid, b, pause)
}

// inBubble runs a test with a store and a clock that only sleeping moves.
func inBubble(t *testing.T, test func(t *testing.T, p *purse)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "store")
	synctest.Test(t, func(t *testing.T) {
		test(t, &purse{Store: bolttest.Open(t, file, bolt.Options{})})
	})
}

// rate is what the accounts of the tests may do.
var rate = store.Budget{PerSecond: 10, Burst: 4}

// spend makes calls one after the other and says how long they took.
func spend(t *testing.T, n int, of ...*budget.Account) time.Duration {
	t.Helper()
	began := time.Now()
	for i := range n {
		if err := of[i%len(of)].Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(began).Round(time.Millisecond)
}

func TestGatewaysSpendOneBudget(t *testing.T) {
	inBubble(t, func(t *testing.T, p *purse) {
		one, two := budget.New(budget.Options{Store: p}).Of("a", rate), budget.New(budget.Options{Store: p}).Of("a", rate)
		if took := spend(t, 24, one, two); took != 2*time.Second {
			t.Errorf("24 calls take %v, want 2 s: 4 at once and 10 a second", took)
		}
		two.Throttled(t.Context(), 3*time.Second)
		if took := spend(t, 1, one); took < 3*time.Second {
			t.Errorf("a call of the other gateway waits %v in a pause of 3 s", took)
		}
	})
}

func TestWhatWouldWaitTooLongIsThrottled(t *testing.T) {
	inBubble(t, func(t *testing.T, p *purse) {
		a := budget.New(budget.Options{Store: p}).Of("a", rate)
		a.Throttled(t.Context(), 10*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		err := a.Wait(ctx)
		if providers.Kind(err) != providers.ErrThrottled || providers.Unclear(err) || providers.RetryAfter(err) < 10*time.Second {
			t.Errorf("error %v, to be tried again in %v", err, providers.RetryAfter(err))
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("it is said after %v", took)
		}
		if took := spend(t, 1, a); took > 11*time.Second {
			t.Errorf("the next call waits %v: what was refused has been spent", took)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T, p *purse) {
		a := budget.New(budget.Options{Store: p}).Of("a", rate)
		a.Throttled(t.Context(), 10*time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		if err := a.Wait(ctx); !errors.Is(err, context.Canceled) || time.Since(began) != time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		if err := a.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v of a call that is over", err)
		}
	})
}

// Without the store each gateway keeps to its part, and waits for it but once.
func TestWithoutTheStore(t *testing.T) {
	for _, mode := range []string{"broken", "hangs"} {
		t.Run(mode, func(t *testing.T) {
			inBubble(t, func(t *testing.T, p *purse) {
				all := budget.New(budget.Options{Store: p, Gateways: func() int { return 2 }})
				a, b := all.Of("a", rate), all.Of("b", rate)
				p.set(mode)
				if took := spend(t, 1, a); took > time.Second {
					t.Errorf("the first call waits %v for the store", took)
				}
				if took := spend(t, 11, a); took != 2*time.Second {
					t.Errorf("11 more calls take %v, want 2 s: 1 at once and 5 a second", took)
				}
				if took := spend(t, 2, b); took != 0 {
					t.Errorf("the other account waits %v", took)
				}
				if p.asked != 1 {
					t.Errorf("the store was asked %d times within seconds", p.asked)
				}
				a.Throttled(t.Context(), 10*time.Second)
				if took := spend(t, 1, a); took < 10*time.Second {
					t.Errorf("a call waits %v in a pause of 10 s", took)
				}
				p.set("")
				time.Sleep(time.Minute)
				if took := spend(t, 4, a); took != 0 {
					t.Errorf("4 calls take %v when the store is back", took)
				}
			})
		})
	}
}
