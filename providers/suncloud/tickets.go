package suncloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"occigate/providers"
)

// ticket is work that needs further steps, as JSON inside a [providers.Ticket].
type ticket struct {
	Status string `json:"status,omitempty"` // URI to ask, empty when the work is done
	Target string `json:"target"`           // URI of what is made or changed
	Kind   string `json:"kind"`             // its media type
	Made   bool   `json:"made,omitempty"`   // the work makes the target
	Gone   bool   `json:"gone,omitempty"`   // the work ends in the target's absence
	Start  bool   `json:"start,omitempty"`  // the target is started then
}

func (t ticket) text() providers.Ticket {
	b, _ := json.Marshal(t) // texts only, never fails
	return providers.Ticket(b)
}

// after is the ticket of work that a Status tells of; empty when nothing is left
// to do.
func (t ticket) after(s status) providers.Ticket {
	t.Target = s.Target
	if s.Progress < 100 {
		t.Status = s.Status
	}
	if t.Status == "" && !t.Start {
		return ""
	}
	return t.text()
}

// Poll takes one step: it asks for the Status of work until it is done, and
// starts a new VM then.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var now ticket
	if err := json.Unmarshal([]byte(t), &now); err != nil || now.Target == "" {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "ticket", "not one of this adapter")
	}
	if now.Status == "" {
		return p.pollStart(ctx, now)
	}
	var s status
	err := p.get(ctx, now.Status, "Status", &s)
	switch {
	case errors.Is(err, providers.ErrNotFound):
		err = p.collected(ctx, now)
	case err == nil && s.Progress < 100:
		return now.progress(t, fmt.Sprintf("%s: %d%%", s.Op, s.Progress)), nil
	case err == nil:
		err = p.failed(s)
	}
	if now.Gone && errors.Is(err, providers.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return providers.Progress{}, err
	}
	now.Status = ""
	if now.Start {
		return now.progress(now.text(), "made"), nil
	}
	return now.progress("", ""), nil
}

// collected looks at what work was about, whose Status the cloud does not keep
// any more.
func (p *Provider) collected(ctx context.Context, now ticket) error {
	var ignored struct{}
	err := p.get(ctx, now.Target, now.Kind, &ignored)
	if now.Gone && err == nil {
		return providers.Errorf(providers.ErrConflict, "GET Status", "the Status of the delete is not there any more, and the resource is")
	}
	return err
}

// progress tells the id of what is made.
func (t ticket) progress(next providers.Ticket, message string) providers.Progress {
	done := providers.Progress{Ticket: next, Message: message}
	if t.Made {
		done.ID = t.Target
	}
	return done
}

// pollStart starts a new VM once it has the controller for it. One that has run
// before is left as it is.
func (p *Provider) pollStart(ctx context.Context, now ticket) (providers.Progress, error) {
	m, err := p.vm(ctx, now.Target)
	if err != nil {
		return providers.Progress{}, err
	}
	if !m.fresh() {
		return now.progress("", m.State), nil
	}
	if _, uri := m.controller(providers.PowerStart); uri == "" {
		return now.progress(now.text(), "cannot be started yet"), nil
	}
	next, err := p.Power(ctx, now.Target, providers.PowerStart)
	return now.progress(next, "starting"), err
}

// fresh reports whether a VM has never been started.
func (m vm) fresh() bool {
	return m.State == "STOPPED" && (len(m.LastBoot) == 0 || string(m.LastBoot) == "null")
}
