package ec2

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
	"occigate/providers/internal/tickets"
	"occigate/providers/internal/undo"
)

// step is what is left to do of a change. Its JSON is the ticket.
type step struct {
	Op      string `json:"op"`
	ID      string `json:"id"`
	Server  string `json:"server,omitempty"`
	Volumes []plug `json:"volumes,omitempty"` // still to attach
	Since   int64  `json:"since"`             // Unix time of the change, seconds
}

// The operations of a step.
const (
	opBoot   = "boot"   // attach the volumes of a new server, or terminate it
	opAttach = "attach" // attach volumes to a server that was still pending
	opAssign = "assign" // assign an address to a server that was still pending
	opBind   = "bind"   // bind a new interface's life to its server's
	opUnplug = "unplug" // delete an interface once it is detached
)

// steps is how each is taken. What it returns is the step left, nil when there
// is none, and what there is to say.
var steps = map[string]func(*Provider, context.Context, step) (*step, string, error){
	opBoot:   (*Provider).boot,
	opAttach: (*Provider).attachLater,
	opAssign: (*Provider).assignLater,
	opBind:   (*Provider).bind,
	opUnplug: (*Provider).unplug,
}

// visible is how long after a change EC2 may still not find what was made (API
// Reference, "Eventual consistency in the Amazon EC2 API").
const visible = 5 * time.Minute

// Poll takes one step of a ticket.
func (p *Provider) Poll(ctx context.Context, t providers.Ticket) (providers.Progress, error) {
	s, err := parse(t)
	if err != nil {
		return providers.Progress{}, err
	}
	left, message, err := steps[s.Op](p, ctx, s)
	if unseen(err) && p.clock.Now().Sub(time.Unix(s.Since, 0)) < visible {
		left, message, err = &s, "waiting until EC2 shows "+s.ID, nil
	}
	if err != nil {
		return providers.Progress{}, err
	}
	done := providers.Progress{Message: message}
	if s.Op == opBoot {
		done.ID = s.ID // the others are of links, which have no id at EC2
	}
	if left != nil {
		done.Ticket = left.encode()
	}
	return done, nil
}

// unseen reports whether what was made may be there and not shown yet.
func unseen(err error) bool {
	var e *providers.Error
	return errors.As(err, &e) && e.Kind == providers.ErrNotFound && e.Code != codeTerminated
}

// ticket starts the steps of a change.
func (p *Provider) ticket(s step) providers.Ticket {
	s.Since = p.clock.Now().Unix()
	return s.encode()
}

func (s step) encode() providers.Ticket { return tickets.Text(s) }

// parse reads a ticket of this adapter; anything else is
// [providers.ErrInvalid].
func parse(t providers.Ticket) (step, error) {
	var s step
	d := json.NewDecoder(bytes.NewReader([]byte(t)))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil || d.More() {
		return step{}, providers.Errorf(providers.ErrInvalid, "Poll", "not a ticket of EC2: %.80q", string(t))
	}
	if _, there := steps[s.Op]; !there || s.ID == "" {
		return step{}, providers.Errorf(providers.ErrInvalid, "Poll", "a ticket of EC2 without a step that is known here: %.80q", string(t))
	}
	return s, nil
}

// boot attaches the next volume of a new server. A refusal for good ends the
// server, since its create has failed.
func (p *Provider) boot(ctx context.Context, s step) (*step, string, error) {
	left, message, err := p.attachLater(ctx, s)
	switch providers.Kind(err) {
	case nil, providers.ErrNotFound, providers.ErrThrottled, providers.ErrUnavailable:
		return left, message, err
	}
	return nil, "", undo.After(ctx, err, "instance "+s.ID, func(ctx context.Context) error {
		_, err := p.DeleteServer(ctx, s.ID)
		return err
	})
}

// attachLater attaches the next volume once the server runs.
func (p *Provider) attachLater(ctx context.Context, s step) (*step, string, error) {
	i, err := p.instance(ctx, s.ID)
	if err != nil || len(s.Volumes) == 0 {
		return nil, "", err
	}
	if waiting, err := settled(i); waiting || err != nil {
		return &s, "waiting until the server runs", err
	}
	next := s.Volumes[0]
	s.Volumes = s.Volumes[1:]
	if !holds(i, next.VolumeID) {
		if _, err := p.attach(ctx, i, next); err != nil {
			return nil, "", forGood(err)
		}
	}
	if len(s.Volumes) == 0 {
		return nil, "", nil
	}
	return &s, "attached " + next.VolumeID, nil
}

// forGood is the error of a volume that was there when it was asked for: if it
// is not found now, waiting does not help.
func forGood(err error) error {
	if providers.Kind(err) == providers.ErrNotFound {
		return providers.Errorf(providers.ErrConflict, "AttachVolume", "the volume was deleted meanwhile: %s", err)
	}
	return err
}

// assignLater assigns an address once the server runs.
func (p *Provider) assignLater(ctx context.Context, s step) (*step, string, error) {
	i, err := p.instance(ctx, s.Server)
	if err != nil {
		return nil, "", err
	}
	if waiting, err := settled(i); waiting || err != nil {
		return &s, "waiting until the server runs", err
	}
	a, err := p.address(ctx, s.ID)
	if err != nil || value(a.InstanceId) == s.Server {
		return nil, "", err
	}
	return nil, "", p.associate(ctx, s.ID, i)
}

// settled reports whether a server is still on the way to running; one on its
// way out is [providers.ErrConflict].
func settled(i types.Instance) (waiting bool, err error) {
	switch stateName(i) {
	case types.InstanceStateNamePending:
		return true, nil
	case types.InstanceStateNameShuttingDown:
		return false, providers.Errorf(providers.ErrConflict, "DescribeInstances", "%s is shutting down: %s", value(i.InstanceId), server(i).Message)
	}
	return false, nil
}

// bind lets EC2 delete an interface with its server, once it is attached.
func (p *Provider) bind(ctx context.Context, s step) (*step, string, error) {
	n, err := p.nic(ctx, s.ID)
	if err != nil {
		return nil, "", err
	}
	if n.Attachment == nil || n.Attachment.Status == types.AttachmentStatusAttaching {
		return &s, "waiting until the interface is attached", nil
	}
	_, err = keyed(ctx, p.api.ModifyNetworkInterfaceAttribute, &sdk.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: aws.String(s.ID),
		Attachment: &types.NetworkInterfaceAttachmentChanges{
			AttachmentId:        n.Attachment.AttachmentId,
			DeleteOnTermination: aws.Bool(true),
		},
	})
	return nil, "", err
}

// unplug deletes a detached interface that was made here.
func (p *Provider) unplug(ctx context.Context, s step) (*step, string, error) {
	n, err := p.nic(ctx, s.ID)
	if providers.Kind(err) == providers.ErrNotFound {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	if tag(n.TagSet, tagToken) == "" && tag(n.TagSet, tagServer) == "" {
		return nil, "", nil
	}
	if n.Status != types.NetworkInterfaceStatusAvailable {
		return &s, "waiting until the interface is detached", nil
	}
	return nil, "", p.deleteNIC(ctx, s.ID)
}
