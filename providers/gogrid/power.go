package gogrid

import (
	"context"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// powers are the words of grid/server/power, and the state that each leads to.
// All cut the power or give it; what asks the guest is not there.
var powers = map[providers.PowerOp]struct{ word, goal string }{
	providers.PowerStart: {"on", "On"},
	providers.PowerOff:   {"off", "Off"},
	providers.PowerReset: {"cycle", ""},
}

// underWay are the states that lead to a goal by themselves.
var underWay = map[string][]string{"On": {"On", "Starting"}, "Off": {"Off", "Stopping"}}

// Power starts a server, cuts its power, or both. A server that is already where
// the operation leads is no error; another state that forbids it is
// [providers.ErrConflict].
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	const call = "grid/server/power"
	power, known := powers[op]
	if !known {
		return "", providers.Errorf(providers.ErrUnsupported, call, "GoGrid has no %s", op)
	}
	args := named(id)
	args.Set("power", power.word)
	_, _, err := p.call(ctx, call, args)
	if !wire.IsCode(err, "IllegalArgumentException") && providers.Kind(err) != providers.ErrConflict {
		return "", err
	}
	now, readErr := one[serverRow](ctx, p, "grid/server/get", named(id))
	switch {
	case readErr != nil:
		return "", readErr
	case slices.Contains(underWay[power.goal], now.State.Name):
		return "", nil
	}
	return "", &providers.Error{
		Kind: providers.ErrConflict, Op: call, Message: "the server is in state " + now.State.Name,
	}
}

// ResizeServer gives a server another size, running or not. The server is
// Updating for a while.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	const call = "grid/server/edit"
	sizes, err := p.sizes(ctx)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(sizes, func(s providers.Size) bool { return s.ID == sizeID || s.Name == sizeID }) {
		return "", providers.Errorf(providers.ErrInvalid, call, "there is no size %q", sizeID)
	}
	args := named(id)
	args.Set("server.ram", sizeID)
	_, _, err = p.call(ctx, call, args)
	return "", err
}
