package openstack

import (
	"cmp"
	"context"

	"occigate/providers"
)

// verbs are the bodies of Nova's server actions (Compute API, "Servers - run an
// action"). Nova's stop asks the guest to shut down and cuts the power when it
// has not after a time that the cloud sets; there is no other way to turn a
// server off, so "off" is not offered.
var verbs = map[providers.PowerOp]map[string]any{
	providers.PowerStop:    {"os-stop": nil},
	providers.PowerReboot:  {"reboot": map[string]string{"type": "SOFT"}},
	providers.PowerReset:   {"reboot": map[string]string{"type": "HARD"}},
	providers.PowerSuspend: {"suspend": nil},
}

// starts are the actions that make a server run, by the status it is in.
var starts = map[string]map[string]any{
	"SHUTOFF":           {"os-start": nil},
	"SUSPENDED":         {"resume": nil},
	"PAUSED":            {"unpause": nil},
	"SHELVED":           {"unshelve": nil},
	"SHELVED_OFFLOADED": {"unshelve": nil},
}

// Power reads the server first, since how to start it depends on its status,
// and refuses what it does not offer.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	if verbs[op] == nil && op != providers.PowerStart {
		return "", providers.Errorf(providers.ErrUnsupported, actionOp, "OpenStack has no way to %s a server", op)
	}
	row, err := p.serverRow(ctx, id)
	if err != nil {
		return "", err
	}
	if s := (providers.Server{Power: row.power()}); !s.Offers(op) {
		return "", providers.Errorf(providers.ErrConflict, actionOp, "cannot %s a server that is %s", op, row.doing())
	}
	verb := verbs[op]
	if op == providers.PowerStart {
		verb = starts[row.Status]
	}
	return "", p.act(ctx, id, verb, nil)
}

// doing is the status and, in brackets, the task.
func (r serverRow) doing() string {
	if r.Task == "" {
		return r.Status
	}
	return r.Status + " (" + r.Task + ")"
}

const actionOp = "POST /servers/{id}/action"

// act runs one action on a server.
func (p *Provider) act(ctx context.Context, id string, action, into any) error {
	return p.do(ctx, request{to: compute, op: actionOp, ids: []string{id}, body: action, into: into})
}

// ResizeServer moves a server to another flavor. Nova keeps the old disk until
// the resize is confirmed, which the ticket does.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	flavor, err := p.flavor(ctx, sizeID)
	if err != nil {
		return "", err
	}
	if err := p.act(ctx, id, map[string]any{"resize": map[string]string{"flavorRef": flavor.ID}}, nil); err != nil {
		return "", err
	}
	return ticket{Do: confirmResize, Server: id, Flavor: flavor.Name}.text(), nil
}

// SaveServer makes an image of the server. Nova decides whether it pauses a
// running machine for that, so spec.Hot changes nothing. Name and token go
// into the image; the answer has Glance's id and is pending.
func (p *Provider) SaveServer(ctx context.Context, id string, spec providers.ImageSpec) (providers.Image, providers.Ticket, error) {
	name := cmp.Or(spec.Name, "image-"+spec.Token)
	wish := map[string]any{"name": name}
	if spec.Token != "" {
		wish["metadata"] = map[string]string{tokenKey: spec.Token}
	}
	var answer struct {
		ImageID string `json:"image_id"`
	}
	if err := p.act(ctx, id, map[string]any{"createImage": wish}, &answer); err != nil {
		return providers.Image{}, "", err
	}
	return providers.Image{ID: answer.ImageID, Name: name, Token: spec.Token, State: providers.ImagePending, Own: true}, "", nil
}

// DeleteImage deletes an image of the project.
func (p *Provider) DeleteImage(ctx context.Context, id string) error {
	return p.do(ctx, request{to: image, op: "DELETE /images/{id}", ids: []string{id}})
}
