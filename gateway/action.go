package gateway

import (
	"context"

	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
	"occigate/translate/occi"
)

// mayOther checks an action on an entity that is no compute as far as that goes
// without carrying it out.
func mayOther(it *inventory.Item, call *occi.Invocation) error {
	if call.Action == occi.ActionResize && it.Volume != nil {
		_, err := translate.ResizeGiB(call.Attributes)
		return err
	}
	return translate.Reached(call.Action, stateOf(it))
}

// actOther carries out an action on an entity that is no compute. Clouds can
// resize storages; all other actions succeed where they would change nothing.
func (g *Gateway) actOther(ctx context.Context, it *inventory.Item, call *occi.Invocation) error {
	if err := mayOther(it, call); err != nil || call.Action != occi.ActionResize {
		return err
	}
	size, err := translate.ResizeGiB(call.Attributes)
	if err == nil {
		_, err = g.inv.ResizeVolume(ctx, it.ID, size)
	}
	return err
}

// stateOf is the state of a network or storage.
func stateOf(it *inventory.Item) providers.ResourceState {
	switch {
	case it.Network != nil:
		return it.Network.State
	case it.Volume != nil:
		return it.Volume.State
	}
	return ""
}
