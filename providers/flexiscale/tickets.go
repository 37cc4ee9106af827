package flexiscale

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"occigate/providers"
)

// ticket is a change that needs further steps, as JSON inside a
// [providers.Ticket].
type ticket struct {
	Do      step   `json:"do"`
	ID      string `json:"id"`
	Job     int64  `json:"job,omitempty"`
	Started int64  `json:"started"` // Unix time
}

// step is what a ticket is about.
type step string

const (
	create step = "create" // start the server when it is there
	await  step = "await"  // a job
	remove step = "remove" // destroy the server once it is stopped
)

// patience is how long a new server may be missing from the listing.
const patience = 10 * time.Minute

// steps take one step each.
var steps = map[step]func(*Provider, context.Context, ticket) (providers.Progress, error){
	create: (*Provider).pollCreate,
	await:  (*Provider).pollJob,
	remove: (*Provider).pollRemove,
}

func (p *Provider) ticket(t ticket) providers.Ticket {
	t.Started = p.clock.Now().Unix()
	return t.text()
}

func (t ticket) text() providers.Ticket {
	b, _ := json.Marshal(t) // texts and numbers only, never fails
	return providers.Ticket(b)
}

// Poll takes one step of a create, a job or a delete.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var now ticket
	err := json.Unmarshal([]byte(t), &now)
	take, known := steps[now.Do]
	if err != nil || !known || now.ID == "" {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "ticket", "not one of this adapter")
	}
	return take(p, ctx, now)
}

// pollCreate starts a new server once it is listed. It looks at its state
// first, so that a start whose answer was lost is not made twice.
func (p *Provider) pollCreate(ctx context.Context, t ticket) (providers.Progress, error) {
	m, err := p.target(ctx, t.ID)
	late := p.clock.Now().Sub(time.Unix(t.Started, 0)) > patience
	switch {
	case errors.Is(err, providers.ErrNotFound) && !late:
		return providers.Progress{Ticket: t.text(), ID: t.ID, Message: "not listed yet"}, nil
	case err != nil:
		return providers.Progress{}, err
	case m.State != providers.StateInactive:
		return providers.Progress{ID: t.ID, Message: string(m.State)}, nil
	}
	next, err := p.order(ctx, m, orders[providers.PowerStart])
	return providers.Progress{Ticket: next, ID: t.ID, Message: "starting"}, err
}

// The states of a job.
const (
	jobRunning = 1
	jobFailed  = 3
)

// pollJob looks at a job. WaitForJobs would block for minutes, so that jobs are
// listed. One that is not listed any more has ended: how is told by the server.
func (p *Provider) pollJob(ctx context.Context, t ticket) (providers.Progress, error) {
	const op = "ListJobs"
	rows, err := p.list(ctx, op, array("list", "xsd:int", strconv.FormatInt(t.Job, 10)))
	if err != nil {
		return providers.Progress{}, err
	}
	progress := providers.Progress{ID: t.ID}
	for _, r := range rows.items {
		if r.number("job_id") != t.Job {
			continue
		}
		progress.Message = r.text("description")
		switch r.number("status") {
		case jobRunning:
			progress.Ticket = t.text()
		case jobFailed:
			return providers.Progress{}, providers.Errorf(providers.ErrConflict, op, "the job %d %s has failed", t.Job, progress.Message)
		}
	}
	return progress, rows.err()
}

func (p *Provider) pollRemove(ctx context.Context, t ticket) (providers.Progress, error) {
	m, err := p.target(ctx, t.ID)
	if errors.Is(err, providers.ErrNotFound) {
		return providers.Progress{ID: t.ID}, nil
	}
	if err != nil {
		return providers.Progress{}, err
	}
	return p.destroy(ctx, m, t)
}

// destroy takes the next step to a server's end: it cuts the power of a running
// one once, waits for one in transition, and destroys one that has come to rest.
func (p *Provider) destroy(ctx context.Context, m machine, t ticket) (providers.Progress, error) {
	progress := providers.Progress{ID: t.ID, Message: string(m.State)}
	switch {
	case m.State.InTransition():
		progress.Ticket = t.text()
		return progress, nil
	case m.State == providers.StateActive && t.Job != 0:
		return p.stillRunning(ctx, t)
	case m.State == providers.StateActive:
		job, err := p.number(ctx, "StopServer", str("server_name", m.name), num("stop_method", 2), str("notes", notes))
		if kind := providers.Kind(err); err != nil && kind != providers.ErrConflict {
			return progress, err
		}
		t.Job = job // 0 when it was stopping already
		progress.Ticket = t.text()
		return progress, nil
	}
	_, err := p.call(ctx, "DestroyServer", str("server_name", m.name))
	return progress, err
}

// stillRunning looks why a server runs that was told to stop.
func (p *Provider) stillRunning(ctx context.Context, t ticket) (providers.Progress, error) {
	progress, err := p.pollJob(ctx, t)
	if err == nil && progress.Ticket == "" {
		err = providers.Errorf(providers.ErrConflict, "DestroyServer", "the server runs again after it was stopped")
	}
	return progress, err
}
