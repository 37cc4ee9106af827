package suncloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"occigate/providers"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/wire"
)

// status tells of work. Code and message mean something at progress 100 only.
type status struct {
	Op       string `json:"op"`
	Progress int    `json:"progress"`
	Target   string `json:"target_uri"`
	Status   string `json:"status_uri"`
	Code     int    `json:"status"`
	Message  string `json:"message"`
}

func (s *status) links() []*string { return []*string{&s.Target, &s.Status} }

// work is a change that the cloud has accepted.
type work struct {
	Status string `json:"status,omitempty"` // URI to ask, empty when the work is done
	Target string `json:"target"`           // URI of what is made or changed
	Kind   string `json:"kind"`             // its media type
	Gone   bool   `json:"gone,omitempty"`   // the work ends in the target's absence
}

// change makes a call that changes a resource of a kind. The cloud may be done
// at once, and say so by a Location or by nothing. Work that has failed at once
// is an error.
func (c *client) change(ctx context.Context, kind string, asked call) (work, error) {
	a, base, err := c.do(ctx, asked)
	if err != nil {
		return work{}, err
	}
	s := status{Op: a.Op, Progress: 100, Code: a.Status, Target: cmp.Or(a.Header.Get("Location"), asked.uri)}
	if a.Status == http.StatusAccepted {
		s = status{}
		if err := a.JSON(&s); err != nil {
			return work{}, err
		}
	}
	resolve(base, s.links())
	w := work{Target: s.Target, Kind: kind, Gone: asked.method == http.MethodDelete}
	if s.Progress < 100 {
		w.Status = s.Status
	}
	if s.Target == "" || s.Progress < 100 && s.Status == "" {
		return work{}, a.Broken("the Status has no target_uri or no status_uri")
	}
	return w, c.failed(s)
}

// create makes a resource of a kind below its parent.
func (c *client) create(ctx context.Context, parent, kind string, body any) (work, error) {
	return c.change(ctx, kind, call{method: http.MethodPost, uri: parent, kind: kind, body: body})
}

// remove deletes a resource of a kind.
func (c *client) remove(ctx context.Context, kind, uri string) (work, error) {
	return c.change(ctx, kind, call{method: http.MethodDelete, uri: uri, kind: kind})
}

// follow posts to one of the links of a VM, which has those that are legal now.
// What the work makes or changes is of a kind.
func (c *client) follow(ctx context.Context, kind string, asked call) (work, error) {
	if asked.uri == "" {
		return work{}, providers.Errorf(providers.ErrConflict, asked.op, "the VM has no link for it now")
	}
	asked.method = http.MethodPost
	return c.change(ctx, kind, asked)
}

// control follows the first of the controllers that a VM has.
func (c *client) control(ctx context.Context, m vm, names []string) (work, error) {
	name, uri := m.controller(names)
	return c.follow(ctx, "VM", call{uri: uri, op: name + " VM", body: struct{}{}})
}

// backUp makes a backup of a VM.
func (c *client) backUp(ctx context.Context, m vm, backup named) (work, error) {
	return c.follow(ctx, "Backup", call{uri: m.BackUp, kind: "Backup", op: "back_up VM", body: backup})
}

// attach connects a VM with a VNet or a public address.
func (c *client) attach(ctx context.Context, server string, i nic) (work, error) {
	m, err := c.vm(ctx, server)
	if err != nil {
		return work{}, err
	}
	return c.follow(ctx, "VM", call{uri: m.Attach, kind: i.kind(), op: "attach " + i.kind(), body: named{URI: i.target()}})
}

// detach parts a VM from the VNet or public address at a URI.
func (c *client) detach(ctx context.Context, server, from string) (work, error) {
	m, err := c.vm(ctx, server)
	i, err := listing.Find(m.Interfaces, err, func(i nic) bool { return i.target() == from },
		providers.Errorf(providers.ErrNotFound, "detach", "the VM has no such interface"))
	if err != nil {
		return work{}, err
	}
	return c.follow(ctx, "VM", call{uri: m.Detach, kind: i.kind(), op: "detach " + i.kind(), body: named{URI: from}})
}

// createAddress reserves a public address of the VDC. One that is not there at once
// is known by its URI and tags alone.
func (c *client) createAddress(ctx context.Context, in vdc, body named) (address, error) {
	w, err := c.create(ctx, in.URI, "PublicAddress", body)
	if err != nil {
		return address{}, err
	}
	a, err := c.address(ctx, w.Target)
	if errors.Is(err, providers.ErrNotFound) {
		return address{URI: w.Target, Tags: body.Tags}, nil
	}
	return a, err
}

// ask asks once how far work is, and what it says of itself. Work whose Status
// the cloud does not keep any more is judged by its target.
func (c *client) ask(ctx context.Context, w work) (_ work, message string, err error) {
	var s status
	err = c.get(ctx, w.Status, "Status", &s)
	switch {
	case errors.Is(err, providers.ErrNotFound):
		err = c.forgotten(ctx, w)
	case err == nil && s.Progress < 100:
		return w, fmt.Sprintf("%s: %d%%", s.Op, s.Progress), nil
	case err == nil:
		err = c.failed(s)
	}
	if w.Gone && errors.Is(err, providers.ErrNotFound) {
		err = nil
	}
	w.Status = ""
	return w, "done", err
}

func (c *client) forgotten(ctx context.Context, w work) error {
	var ignored struct{}
	err := c.get(ctx, w.Target, w.Kind, &ignored)
	if w.Gone && err == nil {
		return providers.Errorf(providers.ErrConflict, "GET Status", "the Status of the delete is not there any more, and the resource is")
	}
	return err
}

// failed is the error of work that has ended badly. It is never one that asks
// to wait: there is nothing to wait for.
func (c *client) failed(s status) error {
	if s.Progress < 100 || s.Code < http.StatusBadRequest {
		return nil
	}
	kind := wire.Statuses()[s.Code]
	switch kind {
	case nil, providers.ErrUnavailable, providers.ErrThrottled:
		kind = providers.ErrConflict
	}
	if s.Code == http.StatusBadRequest {
		kind = providers.ErrInvalid
	}
	said := wire.Refusal{Kind: kind, Code: http.StatusText(s.Code), Message: cmp.Or(s.Message, "the cloud does not say why")}
	return c.http.Refused(wire.Answer{Op: cmp.Or(s.Op, "GET Status")}, said)
}
