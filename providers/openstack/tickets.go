package openstack

import (
	"cmp"
	"context"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/tickets"
)

// ticket is a change that needs further steps, as JSON inside a
// [providers.Ticket].
type ticket struct {
	Do      step           `json:"do"`
	Server  string         `json:"server"`
	Flavor  string         `json:"flavor,omitempty"`  // what a resize leads to
	Volumes []volumeToPlug `json:"volumes,omitempty"` // what is left to attach
}

type volumeToPlug struct {
	ID     string `json:"id"`
	Device string `json:"device,omitempty"`
}

// step is what a ticket waits for.
type step string

const (
	confirmResize step = "confirm resize"
	attachVolumes step = "attach volumes"
)

func (t ticket) text() providers.Ticket { return tickets.Text(t) }

// attachTicket is empty when there is nothing to attach.
func attachTicket(server string, specs []providers.AttachmentSpec) providers.Ticket {
	if len(specs) == 0 {
		return ""
	}
	t := ticket{Do: attachVolumes, Server: server}
	for _, s := range specs {
		t.Volumes = append(t.Volumes, volumeToPlug{s.VolumeID, s.Device})
	}
	return t.text()
}

// Poll takes one step: it reads the server and, when that is ready, confirms
// its resize or attaches its next volume.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	var now ticket
	if err := tickets.Read(t, &now); err != nil {
		return providers.Progress{}, err
	}
	steps := map[step]func(context.Context, ticket, serverRow) (providers.Ticket, error){
		confirmResize: p.pollResize,
		attachVolumes: p.pollAttach,
	}
	take, known := steps[now.Do]
	if !known {
		return providers.Progress{}, providers.Errorf(providers.ErrInvalid, "ticket", "unknown step %q", now.Do)
	}
	row, err := p.serverRow(ctx, now.Server)
	if err != nil {
		return providers.Progress{}, err
	}
	next, err := take(ctx, now, row)
	return providers.Progress{Ticket: next, ID: now.Server, Message: row.doing()}, err
}

// pollResize confirms a resize. Nova may be set to confirm by itself; a server
// that is back in its old flavor has failed to move.
func (p *Provider) pollResize(ctx context.Context, t ticket, row serverRow) (providers.Ticket, error) {
	const op = "resize"
	switch {
	case row.Status == "VERIFY_RESIZE" && row.Task == "":
		return "", p.act(ctx, t.Server, map[string]any{"confirmResize": nil}, nil)
	case row.Status == "ERROR":
		return "", providers.Errorf(providers.ErrConflict, op, "%s", cmp.Or(row.Fault.Message, "the server is in error"))
	case row.Task != "" || row.state() == providers.StateResizing:
		return t.text(), nil
	case row.Flavor != nil && row.Flavor.Name == t.Flavor:
		return "", nil
	}
	return "", providers.Errorf(providers.ErrQuota, op, "the cloud found no host for flavor %s and left the server as it was", t.Flavor)
}

// pollAttach attaches the first volume that is not attached yet and leaves the
// rest to the next step. It waits for the server's first run and for volumes
// that are still being made.
func (p *Provider) pollAttach(ctx context.Context, t ticket, row serverRow) (providers.Ticket, error) {
	const op = "attach volumes"
	if row.Status == "ERROR" {
		return "", providers.Errorf(providers.ErrConflict, op, "%s", cmp.Or(row.Fault.Message, "the server is in error"))
	}
	if row.Task != "" || row.state().InTransition() {
		return t.text(), nil
	}
	t.Volumes = slices.DeleteFunc(t.Volumes, func(v volumeToPlug) bool { return row.holds(v.ID) })
	if len(t.Volumes) == 0 {
		return "", nil
	}
	next := t.Volumes[0]
	found, err := p.Volume(ctx, next.ID)
	if err != nil || found.State == providers.ResourcePending {
		return t.text(), err
	}
	_, _, err = p.AttachVolume(ctx, providers.AttachmentSpec{ServerID: t.Server, VolumeID: next.ID, Device: next.Device})
	t.Volumes = t.Volumes[1:]
	if err != nil || len(t.Volumes) == 0 {
		return "", err
	}
	return t.text(), nil
}

// holds reports whether the volume is attached or being so.
func (r serverRow) holds(volumeID string) bool {
	return slices.ContainsFunc(r.Volumes, func(v struct{ ID string }) bool { return v.ID == volumeID })
}
