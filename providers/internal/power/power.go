// Package power decides about power operations on one server, in the order that
// holds for every cloud: what the cloud has no call for is unsupported, what has
// happened already needs no call, and what the server does not offer now is a
// conflict. It knows no cloud, and it calls one only through what it is given.
package power

import (
	"context"
	"slices"

	"occigate/providers"
)

// goals are the states that an operation leads to, or that lead there by
// themselves. A restart leads to none.
var goals = map[providers.PowerOp][]providers.State{
	providers.PowerStart:     {providers.StateActive, providers.StateStarting},
	providers.PowerStop:      {providers.StateInactive, providers.StateStopping},
	providers.PowerOff:       {providers.StateInactive, providers.StateStopping},
	providers.PowerSuspend:   {providers.StateSuspended, providers.StateSuspending},
	providers.PowerHibernate: {providers.StateSuspended, providers.StateSuspending},
}

// Orders are a cloud's words for the operations that it has.
type Orders[W any] map[providers.PowerOp]W

// Target is the server that an order is for.
type Target[W any] struct {
	ID string
	// Look reads the server as it is now.
	Look func(ctx context.Context, id string) (providers.Server, error)
	// Give makes the cloud's call for the operation with that word.
	Give func(ctx context.Context, id string, word W) (providers.Ticket, error)
}

// AtOnce is a call that leaves nothing to be done, as [Target] wants it.
func AtOnce[W any](call func(ctx context.Context, id string, word W) error) func(context.Context, string, W) (providers.Ticket, error) {
	return func(ctx context.Context, id string, word W) (providers.Ticket, error) { return "", call(ctx, id, word) }
}

// Carry carries out an operation. The server is looked at first, and once more
// when the cloud refuses: one that has meanwhile got where it was to go is no
// error.
func (o Orders[W]) Carry(ctx context.Context, op providers.PowerOp, t Target[W]) (providers.Ticket, error) {
	word, known := o[op]
	if !known {
		return "", providers.Errorf(providers.ErrUnsupported, "Power", "the cloud has no way to %s a server", op)
	}
	s, err := t.Look(ctx, t.ID)
	switch {
	case err != nil:
		return "", err
	case there(s, op):
		return "", nil
	case !s.Offers(op):
		return "", providers.Errorf(providers.ErrConflict, "Power", "a server that is %s (%s) does not offer %s", s.State, s.NativeState, op)
	}
	ticket, refused := t.Give(ctx, t.ID, word)
	switch providers.Kind(refused) {
	case nil:
		return ticket, nil
	case providers.ErrConflict, providers.ErrInvalid:
		if s, err = t.Look(ctx, t.ID); err == nil && there(s, op) {
			return "", nil
		}
	}
	return "", refused
}

// there reports whether a server is where an operation leads, or on its way.
func there(s providers.Server, op providers.PowerOp) bool { return slices.Contains(goals[op], s.State) }
