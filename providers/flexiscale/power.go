package flexiscale

import (
	"context"
	"slices"

	"occigate/providers"
)

// order is an operation on a server by name.
type order struct {
	op     string
	method int64             // of StopServer: 1 asks the guest, 2 cuts the power; else 0
	goals  []providers.State // where it leads, or is on the way to
}

var (
	up   = []providers.State{providers.StateActive, providers.StateStarting}
	down = []providers.State{providers.StateInactive, providers.StateStopping}
)

// orders are the power operations.
var orders = map[providers.PowerOp]order{
	providers.PowerStart:  {"StartServer", 0, up},
	providers.PowerStop:   {"StopServer", 1, down},
	providers.PowerOff:    {"StopServer", 2, down},
	providers.PowerReboot: {"RebootServer", 0, nil},
	providers.PowerReset:  {"StopStartServer", 0, nil},
}

// notes is what jobs of ours carry.
const notes = "occigate"

// Power reads the server first, since what the cloud says of one that is
// already there is not on record, and refuses what it does not offer. The
// ticket follows the job.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	o, known := orders[op]
	if !known {
		return "", providers.Errorf(providers.ErrUnsupported, "Power", "FlexiScale has no way to %s a server", op)
	}
	m, err := p.target(ctx, id)
	switch {
	case err != nil:
		return "", err
	case slices.Contains(o.goals, m.State):
		return "", nil
	case !m.Offers(op):
		return "", providers.Errorf(providers.ErrConflict, o.op, "a server that is %s does not offer it", m.State)
	}
	return p.order(ctx, m, o)
}

// order gives an order and makes the ticket of its job.
func (p *Provider) order(ctx context.Context, m machine, o order) (providers.Ticket, error) {
	params := []param{str("server_name", m.name)}
	if o.method != 0 {
		params = append(params, num("stop_method", o.method))
	}
	job, err := p.number(ctx, o.op, append(params, str("notes", notes))...)
	if err != nil {
		return "", p.unlessThere(ctx, m.ID, o, err)
	}
	return p.ticket(ticket{Do: await, ID: m.ID, Job: job}), nil
}

// unlessThere forgives a refusal of a server that has meanwhile got where it was
// to go.
func (p *Provider) unlessThere(ctx context.Context, id string, o order, refused error) error {
	kind := providers.Kind(refused)
	if kind != providers.ErrConflict && kind != providers.ErrInvalid {
		return refused
	}
	m, err := p.target(ctx, id)
	if err != nil || !slices.Contains(o.goals, m.State) {
		return refused
	}
	return nil
}

// ResizeServer changes processors and memory; the disk stays as it is. The
// figures of a running server count once it was stopped and started, which is
// done here and cuts the power.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	const op = "ModifyServer"
	size, known := p.settings.size(sizeID)
	if !known {
		return "", providers.Errorf(providers.ErrInvalid, op, "there is no size %q", sizeID)
	}
	m, err := p.target(ctx, id)
	switch {
	case err != nil:
		return "", err
	case !m.Can(providers.AbilityResize):
		return "", providers.Errorf(providers.ErrConflict, op, "a server that is %s cannot be resized", m.State)
	}
	native, _ := whole(id) // it is one that the cloud listed
	_, err = p.call(ctx, op, object("specification", "Server", num("server_id", native),
		num("processors", int64(size.Processors)), num("memory", int64(size.MemoryMiB))))
	if err != nil || m.State != providers.StateActive {
		return "", err
	}
	return p.order(ctx, m, orders[providers.PowerReset])
}

// DeleteServer destroys a server that is stopped, and cuts the power of one that
// runs, to be destroyed by the ticket.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	m, err := p.target(ctx, id)
	if err != nil {
		return "", err
	}
	done, err := p.destroy(ctx, m, ticket{Do: remove, ID: id, Started: p.clock.Now().Unix()})
	return done.Ticket, err
}
