package elastichosts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"occigate/providers"
	"occigate/providers/internal/limits"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/tickets"
	"occigate/providers/internal/undo"
)

// lacks is what no command for a new server has a place for.
var lacks = limits.Create{
	Zone:     "an endpoint is one zone, none can be chosen",
	Keys:     "ElasticHosts puts no keys into a server",
	UserData: "ElasticHosts puts no user data into a server",
}

// CreateServer makes a drive, has the image copied onto it, and leaves the rest
// to the ticket: the server is created, and started with that, once the copy is
// complete; its id comes with that step. Drive and server carry the token, and
// both are looked for before they are made, so the same token goes on where an
// earlier call ended, also after an answer was lost. Two calls at the same
// moment are not told apart.
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (s providers.Server, _ providers.Ticket, err error) {
	if made, err := p.withToken(ctx, spec.Token); err != nil || made.ID != "" {
		return made, "", providers.Unmade(err)
	}
	w, err := p.wish(ctx, spec)
	keys, impossible := w.keys()
	if err = cmp.Or(err, impossible); err != nil {
		return s, "", providers.Unmade(err)
	}
	if keys[bootDevice], err = p.bootDrive(ctx, w); err != nil {
		return s, "", err
	}
	s = providers.Server{Name: w.name, ImageID: keys[imageKey], SizeID: w.size.Name, State: providers.StatePending, Token: w.token}
	return s, tickets.Text(ticket{Do: "await image", Wish: keys}), nil
}

// withToken finds the server that carries our token; it is empty when there is
// none.
func (p *Provider) withToken(ctx context.Context, token string) (providers.Server, error) {
	all, err := p.Servers(ctx)
	return listing.Find(all, err, func(s providers.Server) bool { return token != "" && s.Token == token }, nil)
}

// wish is the server that a spec asks for. What cannot be is refused.
func (p *Provider) wish(ctx context.Context, spec providers.ServerSpec) (w newServer, err error) {
	spec.ImageID, spec.SizeID = cmp.Or(spec.ImageID, p.settings.Image), cmp.Or(spec.SizeID, p.settings.Size)
	size, noSize := p.settings.Sizes.Named(createServerOp, spec.SizeID)
	if err := cmp.Or(limits.Needed(createServerOp, spec), lacks.Check(createServerOp, spec), noSize); err != nil {
		return w, err
	}
	w = newServer{name: cmp.Or(spec.Name, spec.Hostname, "server-"+spec.Token), token: spec.Token, size: size, tags: spec.Tags}
	for _, n := range spec.Networks {
		w.nics = append(w.nics, nic{network: lower(cmp.Or(n.NetworkID, public)), asked: n.IP, mac: n.MAC})
	}
	w.image, err = p.cloud.image(ctx, spec.ImageID)
	if needed := w.image.unpacked() / gib; err == nil && size.DiskGiB < needed {
		err = providers.Errorf(providers.ErrInvalid, createServerOp, "the image needs %.2f GiB, size %s has %.2f", needed, size.Name, size.DiskGiB)
	}
	if err != nil {
		return w, err
	}
	rows, err := p.cloud.drives(ctx)
	for _, v := range spec.Volumes {
		w.drives = append(w.drives, plug{drive: lower(v.VolumeID), device: v.Device})
		_, err = listing.Find(rows, err, func(r props) bool { return lower(r["drive"]) == lower(v.VolumeID) },
			providers.Errorf(providers.ErrNotFound, createServerOp, "no drive %s", v.VolumeID))
	}
	w.boot, err = listing.Find(rows, err, func(r props) bool { return spec.Token != "" && r[bootKey] == spec.Token }, nil)
	return w, err
}

// bootDrive makes the drive, or takes the one of an earlier call, and has the
// image copied onto it. That may have begun already, which the cloud calls
// busy. A drive that the cloud refuses to copy to is taken back; after an
// unknown outcome it stays for the next call with the token.
func (p *Provider) bootDrive(ctx context.Context, w newServer) (id string, err error) {
	boot, earlier := w.boot, w.boot != nil
	if !earlier {
		boot, err = p.cloud.createDrive(ctx, newDrive{w.name, w.size.DiskGiB, bootKey, w.token})
	}
	if id = lower(boot["drive"]); err != nil || boot["imaging"] != "" {
		return id, err
	}
	err = p.cloud.copyImage(ctx, id, w.image)
	if earlier && errors.Is(err, providers.ErrConflict) {
		return id, nil
	}
	return id, p.takeBack(ctx, id, err)
}

// takeBack destroys a drive because of an error that tells that it is of no
// use.
func (p *Provider) takeBack(ctx context.Context, drive string, cause error) error {
	switch providers.Kind(cause) {
	case nil, providers.ErrUnavailable, providers.ErrThrottled:
		return cause
	}
	return undo.After(ctx, cause, "drive "+drive, func(ctx context.Context) error { return p.cloud.destroyDrive(ctx, drive) })
}

// ticket is a change that needs further steps.
type ticket struct {
	Do     string    `json:"do"`
	Server string    `json:"server,omitempty"`
	Token  string    `json:"token,omitempty"`  // that drives to destroy were made with
	Drives []string  `json:"drives,omitempty"` // left to destroy
	Wish   props     `json:"wish,omitempty"`   // keys of the server to create
	Begun  bool      `json:"begun,omitempty"`  // the copy was seen, or looked for once
	Busy   int       `json:"busy,omitempty"`   // how often the create met a busy drive
	Until  time.Time `json:"until,omitzero"`
}

var steps = tickets.Steps[*Provider, ticket]{
	"await image":    (*Provider).pollImage,
	"await stop":     (*Provider).pollStop,
	"destroy drives": (*Provider).pollDestroy,
}

// Poll takes one step of a create, a stop or a delete.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	return steps.Take(ctx, p, t)
}

// again leaves the rest to another step.
func (t ticket) again(message string) (providers.Progress, error) {
	return providers.Progress{Ticket: tickets.Text(t), ID: t.Server, Message: message}, nil
}

// maxBusy is how often a create that meets a busy drive is tried.
const maxBusy = 10

// pollImage waits until the key "imaging", whatever its value, is absent. It
// may not be there yet right after the order, so one look without it is not
// believed. Then the server is created.
func (p *Provider) pollImage(ctx context.Context, t ticket) (providers.Progress, error) {
	boot := t.Wish[bootDevice]
	if boot == "" {
		return providers.Progress{}, tickets.Foreign()
	}
	drive, err := p.cloud.drive(ctx, boot)
	if err != nil {
		return providers.Progress{}, err
	}
	if imaging, copying := drive["imaging"]; copying || !t.Begun {
		t.Begun = true
		return t.again("copying the image: " + percent(imaging))
	}
	made, err := p.withToken(ctx, t.Wish[tokenKey])
	if err == nil && made.ID == "" {
		made.ID, err = p.cloud.createServer(ctx, t.Wish)
	}
	switch {
	case errors.Is(err, providers.ErrConflict) && t.Busy < maxBusy:
		t.Busy++
		return t.again("a drive is busy")
	case err != nil:
		return providers.Progress{}, p.takeBack(ctx, boot, err)
	}
	return providers.Progress{ID: made.ID}, nil
}

func (p *Provider) pollStop(ctx context.Context, t ticket) (providers.Progress, error) {
	row, err := p.cloud.server(ctx, t.Server)
	switch {
	case err != nil || row["status"] != "active":
		return providers.Progress{ID: t.Server}, err
	case p.clock.Now().After(t.Until):
		return providers.Progress{}, providers.Errorf(providers.ErrConflict, shutdownOp, "the guest did not obey its power button within %v", p.settings.ShutdownTimeout)
	}
	return t.again("waiting for the guest to shut down")
}

// pollDestroy destroys the drives that were made for the server and can be
// destroyed by now; the others of these are left to the next step.
func (p *Provider) pollDestroy(ctx context.Context, t ticket) (providers.Progress, error) {
	var busy []string
	for _, drive := range t.Drives {
		row, err := p.cloud.drive(ctx, drive)
		if err == nil && row.madeFor(t.Server, t.Token) {
			err = p.cloud.destroyDrive(ctx, drive)
		}
		switch {
		case errors.Is(err, providers.ErrConflict):
			busy = append(busy, drive)
		case err != nil && !errors.Is(err, providers.ErrNotFound):
			return providers.Progress{}, err
		}
	}
	if t.Drives = busy; len(busy) > 0 {
		return t.again(fmt.Sprintf("%d drives are busy", len(busy)))
	}
	return providers.Progress{ID: t.Server}, nil
}
