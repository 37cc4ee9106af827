package inventory

import (
	"context"

	"occigate/providers"
)

// MayPower tells whether [Inventory.Power] would be carried out now or has
// nothing to do: nil, or the error that it would return. It changes nothing.
func (v *Inventory) MayPower(ctx context.Context, id string, op providers.PowerOp) error {
	it, w, err := v.server(ctx, id, string(op))
	if err != nil {
		return err
	}
	if _, err := able[providers.PowerControl](w, string(op)); err != nil {
		return err
	}
	_, err = w.powering(ctx, it, op)
	return err
}

// powering makes sure that a server offers a power operation or is where it
// leads to.
func (w *worker) powering(ctx context.Context, it *Item, op providers.PowerOp) (*Item, error) {
	return w.offering(ctx, it, string(op), func(s *providers.Server) bool { return s.Offers(op) || sameState(s.State, op) })
}
