package providertest

import (
	"context"
	"net/http"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
)

// refusals are the kinds of the statuses that the suite plans.
var refusals = map[int]error{http.StatusTooManyRequests: providers.ErrThrottled, http.StatusBadRequest: providers.ErrInvalid}

// struck is the adapter's view of what the plan does to a call.
func (m *memory) struck(ctx context.Context, op string) error {
	unavailable := &providers.Error{Kind: providers.ErrUnavailable, Op: op, Message: "no sense"}
	if _, hangs := m.plan.Take(fault.Hang, op); hangs {
		<-ctx.Done()
		unavailable.Err = ctx.Err()
		return unavailable
	}
	if f, ok := m.plan.Take(fault.Status, op); ok {
		unavailable.RetryAfter = f.RetryAfter
		if kind := refusals[f.Status]; kind != nil {
			unavailable.Kind = kind
		}
		return unavailable
	}
	for _, kind := range []fault.Kind{fault.Body, fault.Truncate, fault.Cut} {
		if op == "CreateServer" && kind == fault.Cut {
			continue // strikes once the server is made
		}
		if _, ok := m.plan.Take(kind, op); ok {
			return unavailable
		}
	}
	if _, ended := m.plan.Take(fault.Expire, op); ended {
		m.plan.Count("Login")
		if _, again := m.plan.Take(fault.Expire, op); again {
			return providers.Errorf(providers.ErrDenied, op, "the session ended")
		}
	}
	return nil
}
