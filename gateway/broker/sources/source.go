package sources

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"occigate/gateway/broker/history"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/store"
	"occigate/providers"
)

// source is one place that prices come from, with the accounts that it is of.
type source struct {
	*Options
	providers.PriceSource
	past      *history.History
	key       string // name of its tariff
	uid       string // of its records
	accounts  []Account
	discounts []tariff.Discount // of its accounts
	public    bool              // the prices are those of every account of the cloud and region

	at     head           // how it stands, as far as this gateway knows
	seen   []byte         // the record that says so
	tariff *tariff.Tariff // the last good one
	said   string         // the problem of the source that was logged last
	untold bool           // the history was not told of the tariff yet; of local ones

	complaint string // about the store, likewise
}

// run looks again and again at what is due.
func (s *source) run(ctx context.Context) {
	ticker := time.NewTicker(s.Limits.Look)
	defer ticker.Stop()
	for {
		s.turn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// turn takes over what another gateway has read, and reads what is due.
func (s *source) turn(ctx context.Context) {
	if s.Local {
		// Every gateway reads its own files: those of two machines may differ, and
		// nobody is asked twice by that.
		if s.due() {
			next, list := s.read(ctx, s.at)
			s.take(next, list)
			s.untold = s.untold || list != nil
		}
		s.tell(ctx)
		return
	}
	if err := s.adopt(ctx); err != nil {
		s.complain(ctx, "the prices that are kept cannot be read", err)
		return
	}
	s.complaint = ""
	if !s.due() {
		return
	}
	lease, err := s.acquire(ctx)
	if errors.Is(err, store.ErrHeld) {
		return // another gateway is reading
	}
	if err != nil {
		s.complain(ctx, "the lease of the prices cannot be had", err)
		return
	}
	defer s.release(ctx, lease)
	s.renew(ctx, lease)
}

// tell tells the history of a local list, which is compared there with what was read
// last, by a run before this one too. While the store is away it is tried again.
func (s *source) tell(ctx context.Context) {
	if !s.untold {
		return
	}
	if err := s.past.See(ctx, s.tariff, s.Clock.Now()); err != nil {
		s.complain(ctx, "the history of the prices cannot be kept", err)
		return
	}
	s.untold, s.complaint = false, ""
}

func (s *source) due() bool { return !s.at.Next.After(s.Clock.Now()) }

// renew reads the source under its lease. Another gateway may have read it since
// we looked.
func (s *source) renew(ctx context.Context, lease store.Lease) {
	if err := s.adopt(ctx); err != nil || !s.due() {
		return
	}
	before := s.tariff
	next, list := s.read(ctx, s.at)
	if ctx.Err() != nil {
		return
	}
	next.Fence = lease.Fence
	if err := s.share(ctx, lease, &next, list); err != nil {
		s.complain(ctx, "the prices cannot be kept", err)
		return
	}
	s.take(next, list)
	if list != nil && before != nil {
		if err := s.past.Replace(ctx, before, s.tariff); err != nil {
			s.complain(ctx, "the history of the prices cannot be kept", err)
		}
	}
}

// read asks the source and says how it stands then. The list is nil when there
// is no new one: it is the same, or it could not be read, which changes nothing of
// the last good one.
func (s *source) read(ctx context.Context, at head) (head, *tariff.Tariff) {
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Read)
	defer cancel()
	edition := at.Edition
	if s.tariff == nil {
		edition = ""
	}
	who := s.accounts[at.Fails%len(s.accounts)] // if one is refused, perhaps the next is not
	list, err := who.Lister.Prices(ctx, s.Name, edition)
	if err == nil && list.Unchanged && s.tariff == nil {
		err = errors.New("the source has not changed since nothing was read of it")
	}
	var made *tariff.Tariff
	if err == nil && !list.Unchanged {
		made, err = s.tariffOf(&list)
	}
	now := s.Clock.Now()
	if err != nil {
		at.Problem, at.Failed, at.Next = err.Error(), now, now.Add(s.backoff(err, at.Fails))
		at.Fails++
		return at, nil
	}
	at.Problem, at.Failed, at.Fails = "", time.Time{}, 0
	at.Edition, at.Observed, at.Next = list.Edition, list.Observed, now.Add(varied(s.Every))
	if made != nil {
		at.Serial++
		at.Region, at.Location, at.Digest, at.Missing = list.Region, list.Location, list.Digest, list.Missing
	}
	return at, made
}

// backoff is how long a source that fails is left alone.
func (s *source) backoff(err error, fails int) time.Duration {
	wait := min(s.Limits.First<<min(fails, 20), s.Every)
	return max(varied(wait), providers.RetryAfter(err))
}

// varied moves a wait by up to a tenth, so that gateways and sources do not ask at
// one moment.
func varied(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}

// take makes a state the present one. made is its tariff if that is a new one.
func (s *source) take(next head, made *tariff.Tariff) {
	if made == nil && s.tariff != nil && !next.Observed.Equal(s.tariff.ObservedAt()) {
		made = again(s.tariff, next.Observed)
	}
	s.at = next
	if made != nil {
		s.tariff = made
		s.Book.Put(made)
	} else if s.tariff != nil && next.Problem == "" && s.said != "" {
		s.Book.Put(s.tariff)
	}
	if next.Problem != "" {
		s.Book.Fail(s.key, next.Failed, errors.New(next.Problem))
		if s.said != next.Problem {
			s.Log.Warn("prices could not be renewed", zap.String("source", s.key), zap.String("problem", next.Problem))
		}
	} else if made != nil {
		s.Log.Debug("prices", zap.String("source", s.key), zap.Int("prices", len(made.Prices())), zap.Int("missing", next.Missing))
	}
	s.said = next.Problem
}

// again is a tariff that was said once more.
func again(t *tariff.Tariff, observed time.Time) *tariff.Tariff {
	made, err := tariff.New(tariff.Spec{
		Name: t.Name(), Scope: t.Scope(), Source: t.Source(), ObservedAt: observed, Prices: t.Prices(), Discounts: t.Discounts(),
	})
	if err != nil {
		return nil // it was good before
	}
	return made
}

// complain logs a failure of the store, unless everything ends. One that lasts is
// said once.
func (s *source) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil && s.complaint != what {
		s.complaint = what
		s.Log.Warn(what, zap.String("source", s.key), zap.Error(err))
	}
}
