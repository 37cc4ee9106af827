package flexiscale

import (
	"context"
	"errors"
	"slices"
	"time"

	"occigate/providers"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/power"
	"occigate/providers/internal/tickets"
)

// ticket is a change that needs further steps.
type ticket struct {
	Do      string `json:"do"`
	ID      string `json:"id"`
	Job     int    `json:"job,omitempty"`
	Started int64  `json:"started"` // Unix time
}

// What a ticket is about.
const (
	create = "create" // start the server when it is there
	await  = "await"  // a job
	remove = "remove" // destroy the server once it is stopped
)

// steps take one step each.
var steps = tickets.Steps[*Provider, ticket]{
	create: (*Provider).pollCreate,
	await:  (*Provider).pollJob,
	remove: (*Provider).pollRemove,
}

func (p *Provider) ticket(do, id string) ticket {
	return ticket{Do: do, ID: id, Started: p.clock.Now().Unix()}
}

func (t ticket) text() providers.Ticket { return tickets.Text(t) }

// Poll takes one step of a create, a job or a delete.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	return steps.Take(ctx, p, t)
}

// patience is how long a new server may be missing from the listing.
const patience = 10 * time.Minute

// pollCreate starts a new server once it is listed, unless a start whose answer
// was lost has done so.
func (p *Provider) pollCreate(ctx context.Context, t ticket) (providers.Progress, error) {
	next, err := p.Power(ctx, t.ID, providers.PowerStart)
	late := p.clock.Now().Sub(time.Unix(t.Started, 0)) > patience
	if errors.Is(err, providers.ErrNotFound) && !late {
		return providers.Progress{Ticket: t.text(), ID: t.ID, Message: "not listed yet"}, nil
	}
	return providers.Progress{Ticket: next, ID: t.ID, Message: "starting"}, err
}

// pollJob looks at a job. One that is not listed any more has ended: how is told
// by the server.
func (p *Provider) pollJob(ctx context.Context, t ticket) (providers.Progress, error) {
	rows, err := p.cloud.jobs(ctx, t.Job)
	job, err := listing.Find(rows, err, func(r jobRow) bool { return r.id == t.Job }, nil)
	progress := providers.Progress{ID: t.ID, Message: job.description}
	switch job.status {
	case jobRunning:
		progress.Ticket = t.text()
	case jobFailed:
		err = providers.Errorf(providers.ErrConflict, "ListJobs", "the job %d %s has failed", t.Job, job.description)
	}
	return progress, err
}

func (p *Provider) pollRemove(ctx context.Context, t ticket) (providers.Progress, error) {
	r, err := p.target(ctx, t.ID)
	if errors.Is(err, providers.ErrNotFound) {
		return providers.Progress{ID: t.ID}, nil
	}
	if err != nil {
		return providers.Progress{}, err
	}
	return p.destroy(ctx, r, t)
}

// destroy takes the next step to a server's end: it cuts the power of a running
// one once, waits for one in transition, and destroys one that has come to rest.
func (p *Provider) destroy(ctx context.Context, r serverRow, t ticket) (progress providers.Progress, err error) {
	state := p.server(r).State
	switch {
	case state == providers.StateActive && t.Job != 0:
		progress, err = p.pollJob(ctx, t)
		if err == nil && progress.Ticket == "" {
			err = providers.Errorf(providers.ErrConflict, "DestroyServer", "the server runs again after it was stopped")
		}
		return progress, err
	case state == providers.StateActive:
		off := orders[providers.PowerOff]
		t.Job, err = p.cloud.control(ctx, off.op, r.name, off.method)
		if errors.Is(err, providers.ErrConflict) {
			err = nil // it is stopping already
		}
	case !state.InTransition():
		return providers.Progress{ID: t.ID}, p.cloud.destroyServer(ctx, r.name)
	}
	return providers.Progress{Ticket: t.text(), ID: t.ID, Message: string(state)}, err
}

// order is a call that changes whether a server runs.
type order struct {
	op     string
	method int // of StopServer: 1 asks the guest, 2 cuts the power; else 0
}

// orders are the power operations.
var orders = power.Orders[order]{
	providers.PowerStart:  {"StartServer", 0},
	providers.PowerStop:   {"StopServer", 1},
	providers.PowerOff:    {"StopServer", 2},
	providers.PowerReboot: {"RebootServer", 0},
	providers.PowerReset:  {"StopStartServer", 0},
}

// Power reads the server first, since what the cloud says of one that is
// already there is not on record. The ticket follows the job.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	var r serverRow
	return orders.Carry(ctx, op, power.Target[order]{
		ID: id,
		Look: func(ctx context.Context, id string) (_ providers.Server, err error) {
			r, err = p.target(ctx, id)
			return p.server(r), err
		},
		Give: func(ctx context.Context, id string, o order) (providers.Ticket, error) {
			t := p.ticket(await, id)
			var err error
			t.Job, err = p.cloud.control(ctx, o.op, r.name, o.method)
			return t.text(), err
		},
	})
}

// ResizeServer changes processors and memory; the disk stays as it is. The
// figures of a running server count once it was stopped and started, which is
// done here and cuts the power.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	const op = "ModifyServer"
	size, err := p.settings.Sizes.Named(op, sizeID)
	if err != nil {
		return "", err
	}
	r, err := p.target(ctx, id)
	if err != nil {
		return "", err
	}
	s := p.server(r)
	if !s.Can(providers.AbilityResize) {
		return "", providers.Errorf(providers.ErrConflict, op, "a server that is %s cannot be resized", s.State)
	}
	err = p.cloud.modifyServer(ctx, id, size.Processors, size.MemoryMiB)
	if err != nil || s.State != providers.StateActive {
		return "", err
	}
	return p.Power(ctx, id, providers.PowerReset)
}

// Volumes lists the disks. Each is made and destroyed with its server, and can
// be neither attached nor detached.
func (p *Provider) Volumes(ctx context.Context) ([]providers.Volume, error) {
	return listing.Volumes(listing.All(ctx, p.cloud.disks, volume))
}

// Volume finds one of them.
func (p *Provider) Volume(ctx context.Context, id string) (providers.Volume, error) {
	all, err := p.Volumes(ctx)
	return listing.Find(all, err, func(v providers.Volume) bool { return v.ID == id }, missing("ListDisks", "disk", id))
}

// Networks lists the VLANs, which cannot be made or deleted: a call for them and
// one for their ranges of addresses. A range is no CIDR, so that none is told.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	vlans, err := p.cloud.vlans(ctx)
	if err != nil {
		return nil, err
	}
	blocks, err := p.cloud.blocks(ctx)
	return listing.Networks(listing.Map(vlans, err, func(r named) providers.Network {
		return providers.Network{
			ID: r.id, Name: r.name, Shared: true, State: providers.ResourceOnline,
			Public: slices.ContainsFunc(blocks, func(b blockRow) bool { return b.vlan == r.id && public(b.start) }),
		}
	}))
}

// Network finds one of them.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	return listing.Network(ctx, "ListVlans", id, p.Networks)
}
