package gogrid

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"occigate/providers"
)

// ticket is a change that needs further steps, as JSON inside a
// [providers.Ticket].
type ticket struct {
	Create  string `json:"create,omitempty"` // name of a server that has no id yet
	Image   string `json:"image,omitempty"`  // id of an image that is being saved
	Started int64  `json:"started"`          // Unix time
}

// patience is how long a create without any sign of life is waited for. Clients
// of the time gave up after 15 minutes.
const patience = time.Hour

// clockSkew is how far the cloud's clock may be behind; signatures would not be
// taken with more.
const clockSkew = 10 * time.Minute

func (p *Provider) ticket(t ticket) providers.Ticket {
	t.Started = p.clock.Now().Unix()
	b, _ := json.Marshal(t) // texts and a number, never fails
	return providers.Ticket(b)
}

// createTicket waits for the id of a new server, and sees to it that it runs.
func (p *Provider) createTicket(r serverRow) providers.Ticket {
	return p.ticket(ticket{Create: r.Name})
}

// Poll takes one step: it looks for a new server by its name until it has an id
// and runs, or for an image until it is saved.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var now ticket
	switch err := json.Unmarshal([]byte(t), &now); {
	case err == nil && now.Create != "":
		return p.pollCreate(ctx, t, now)
	case err == nil && now.Image != "":
		return p.pollImage(ctx, t, now)
	}
	return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "ticket", "not one of this adapter")
}

// pollCreate reads a new server by its name, which is refused until it has an
// id. GoGrid leaves some new servers Off; such a one is started.
func (p *Provider) pollCreate(ctx context.Context, t providers.Ticket, now ticket) (providers.Progress, error) {
	r, err := one[serverRow](ctx, p, "grid/server/get", url.Values{"name": {now.Create}})
	switch {
	case errors.Is(err, providers.ErrNotFound) || err == nil && r.ID == "":
		return p.building(ctx, t, now)
	case err != nil:
		return providers.Progress{}, err
	}
	done := providers.Progress{ID: r.ID.String(), Message: r.State.Name}
	if r.State.Name != "Off" {
		return done, nil
	}
	_, err = p.Power(ctx, r.ID.String(), providers.PowerStart)
	return done, err
}

// lost are the ends of a job that made nothing.
var lost = []string{"Failed", "Canceled", "Fatal"}

// building looks at the job that creates a server. The newest of the name
// counts; there may be none to be seen yet.
func (p *Provider) building(ctx context.Context, t providers.Ticket, now ticket) (providers.Progress, error) {
	const op = "grid/job/list"
	since := time.Unix(now.Started, 0).Add(-clockSkew)
	jobs, err := list[jobRow](ctx, p, op, url.Values{"startdate": {strconv.FormatInt(since.UnixMilli(), 10)}})
	if err != nil {
		return providers.Progress{}, err
	}
	jobs = slices.DeleteFunc(jobs, func(j jobRow) bool {
		return j.Detail.Name != now.Create || j.Command.Name != "CreateVirtualServer"
	})
	late := p.clock.Now().Sub(time.Unix(now.Started, 0)) > patience
	if len(jobs) == 0 && !late {
		return providers.Progress{Ticket: t}, nil
	}
	if len(jobs) == 0 {
		return providers.Progress{}, providers.Errorf(providers.ErrNotFound, op, "neither a server nor a job is named %s", now.Create)
	}
	job := slices.MaxFunc(jobs, func(a, b jobRow) int { return int(a.ID.order() - b.ID.order()) })
	if slices.Contains(lost, job.State.Name) {
		return providers.Progress{}, &providers.Error{
			Kind: providers.ErrConflict, Op: "CreateVirtualServer", Code: job.State.Name, Message: job.note(),
		}
	}
	if late && job.State.Name == "Succeeded" {
		return providers.Progress{}, providers.Errorf(providers.ErrNotFound, op, "the server %s was created and is gone", now.Create)
	}
	return providers.Progress{Ticket: t, Message: job.State.Name}, nil
}

// note is the newest thing that a job says of itself.
func (j jobRow) note() string {
	for _, h := range slices.Backward(j.History) {
		if h.Note != "" {
			return h.Note
		}
	}
	return "the job that creates the server says no more"
}

// pollImage reads an image that is being saved.
func (p *Provider) pollImage(ctx context.Context, t providers.Ticket, now ticket) (providers.Progress, error) {
	r, err := one[imageRow](ctx, p, "grid/image/get", url.Values{"id": {now.Image}})
	if err != nil {
		return providers.Progress{}, err
	}
	progress := providers.Progress{ID: now.Image, Message: r.State.Name}
	if r.State.Name == "Saving" {
		progress.Ticket = t
	}
	return progress, nil
}
