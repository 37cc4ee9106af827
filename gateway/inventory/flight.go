package inventory

import (
	"context"
	"time"

	"go.uber.org/zap"

	"occigate/providers"
)

// flights is how many polls of one account are under way at most.
const flights = 4

// fly runs a call of the cloud beside the loop; what it returns is run in the
// loop when the call has ended.
func (w *worker) fly(ctx context.Context, limit time.Duration, call func(context.Context) func(context.Context)) {
	w.aloft++
	w.flight.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		w.landed <- call(ctx)
	})
}

// guarded makes one call of an adapter. One that panics over what a cloud has
// said has failed, and nothing else: it would end every gateway that takes the
// account over, one after the other.
func (w *worker) guarded(op string, call func() error) (err error) {
	defer func() {
		if what := recover(); what != nil {
			w.log.Error("an adapter has panicked", zap.String("op", op), zap.Any("panic", what), zap.Stack("stack"))
			err = providers.Errorf(providers.ErrUnavailable, op, "the adapter cannot deal with the cloud's answer: %v", what)
		}
	}()
	return call()
}
