package elastichosts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"occigate/providers"
)

// ticket is a change that needs further steps, as JSON inside a
// [providers.Ticket].
type ticket struct {
	Do     step      `json:"do"`
	Server string    `json:"server,omitempty"`
	Token  string    `json:"token,omitempty"`
	Drives []string  `json:"drives,omitempty"` // to wait for, or left to destroy
	Wish   props     `json:"wish,omitempty"`   // keys of the server to create
	Begun  bool      `json:"begun,omitempty"`  // the copy was seen, or looked for once
	Busy   int       `json:"busy,omitempty"`   // how often the create met a busy drive
	Until  time.Time `json:"until,omitzero"`
}

// step is what a ticket waits for.
type step string

const (
	awaitImage    step = "await image"
	awaitStop     step = "await stop"
	destroyDrives step = "destroy drives"
)

// steps take one step each: the next ticket, the server's id once known, and
// what to tell people.
var steps = map[step]func(*Provider, context.Context, ticket) (providers.Progress, error){
	awaitImage:    (*Provider).pollImage,
	awaitStop:     (*Provider).pollStop,
	destroyDrives: (*Provider).pollDestroy,
}

// maxBusy is how often a create that meets a busy drive is tried.
const maxBusy = 10

func (t ticket) text() providers.Ticket {
	b, _ := json.Marshal(t) // texts and numbers only, never fails
	return providers.Ticket(b)
}

// Poll takes one step of a create, a stop or a delete.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var now ticket
	if err := json.Unmarshal([]byte(t), &now); err != nil {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "ticket", "not one of this adapter")
	}
	take, known := steps[now.Do]
	if !known || now.Do == awaitImage && (len(now.Drives) != 1 || now.Wish == nil) {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "ticket", "unknown step %q", now.Do)
	}
	return take(p, ctx, now)
}

// pollImage waits until the key "imaging", whatever its value, is absent. It
// may not be there yet right after the order, so one look without it is not
// believed. Then the server is created.
func (p *Provider) pollImage(ctx context.Context, t ticket) (providers.Progress, error) {
	drive, err := p.readOne(ctx, "drive", "GET /drives/{id}/info", t.Drives[0])
	if err != nil {
		return providers.Progress{}, err
	}
	if imaging, copying := drive["imaging"]; copying || !t.Begun {
		t.Begun = true
		return providers.Progress{Ticket: t.text(), Message: "copying the image: " + percent(imaging)}, nil
	}
	made, err := p.withToken(ctx, t.Token)
	if err != nil {
		return providers.Progress{}, err
	}
	if made == nil {
		t.Wish["vnc:password"] = password()
		made, err = p.create(ctx, "server", "POST /servers/create", t.Wish)
		delete(t.Wish, "vnc:password")
	}
	if errors.Is(err, providers.ErrConflict) && t.Busy < maxBusy {
		t.Busy++
		return providers.Progress{Ticket: t.text(), Message: "a drive is busy"}, nil
	}
	if err != nil {
		return providers.Progress{}, p.takeBack(ctx, t.Drives[0], err)
	}
	return providers.Progress{ID: lower(made["server"])}, nil
}

// percent brings what "imaging" may hold to one form: a number with or without
// the sign, "queued", "true".
func percent(imaging string) string {
	switch imaging {
	case "", "true":
		return "under way"
	case "queued":
		return imaging
	}
	if imaging[len(imaging)-1] == '%' {
		return imaging
	}
	return imaging + "%"
}

// password makes one of eight characters, the most that VNC takes. It is also
// that of the login toor of standard images.
func password() string { return rand.Text()[:8] }

func (p *Provider) pollStop(ctx context.Context, t ticket) (providers.Progress, error) {
	row, err := p.serverRow(ctx, t.Server)
	switch {
	case err != nil:
		return providers.Progress{}, err
	case row["status"] != "active":
		return providers.Progress{ID: t.Server}, nil
	case p.clock.Now().After(t.Until):
		return providers.Progress{}, providers.Errorf(providers.ErrConflict, verbs[providers.PowerStop], "the guest did not obey its power button within %v", p.settings.ShutdownTimeout)
	}
	return providers.Progress{Ticket: t.text(), ID: t.Server, Message: "waiting for the guest to shut down"}, nil
}

// pollDestroy destroys the drives that were made for the server and can be
// destroyed by now; the others are left to the next step.
func (p *Provider) pollDestroy(ctx context.Context, t ticket) (providers.Progress, error) {
	var busy []string
	for _, drive := range t.Drives {
		err := p.destroyOwn(ctx, drive, t)
		switch {
		case errors.Is(err, providers.ErrConflict):
			busy = append(busy, drive)
		case err != nil && !errors.Is(err, providers.ErrNotFound):
			return providers.Progress{}, err
		}
	}
	if len(busy) == 0 {
		return providers.Progress{ID: t.Server}, nil
	}
	t.Drives = busy
	return providers.Progress{Ticket: t.text(), ID: t.Server, Message: fmt.Sprintf("%d drives are busy", len(busy))}, nil
}

// destroyOwn destroys a drive that carries the mark of having been made for the
// server. Others, and one that another server holds by now, are left alone.
func (p *Provider) destroyOwn(ctx context.Context, id string, t ticket) error {
	drive, err := p.readOne(ctx, "drive", "GET /drives/{id}/info", id)
	if err != nil {
		return err
	}
	elsewhere := slices.ContainsFunc(claimants(drive), func(s string) bool { return s != lower(t.Server) })
	if drive[bootKey] != t.Token || elsewhere {
		return nil
	}
	_, err = p.send(ctx, nil, "POST /drives/{id}/destroy", id)
	return err
}
