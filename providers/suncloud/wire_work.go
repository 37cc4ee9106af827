package suncloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"occigate/providers"
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
