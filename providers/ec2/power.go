package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// powers is what can be done to a server in a state (User Guide, "Amazon EC2
// instance state changes"). Only what hibernation adds is not in it.
var powers = map[providers.State][]providers.PowerOp{
	providers.StateActive:    {providers.PowerStop, providers.PowerOff, providers.PowerReboot},
	providers.StateStopping:  {providers.PowerOff},
	providers.StateInactive:  {providers.PowerStart},
	providers.StateSuspended: {providers.PowerStart},
}

// powerCalls is how it is done.
var powerCalls = map[providers.PowerOp]func(*Provider, context.Context, string) error{
	providers.PowerStart:     (*Provider).start,
	providers.PowerStop:      (*Provider).stop,
	providers.PowerOff:       (*Provider).off,
	providers.PowerHibernate: (*Provider).hibernate,
	providers.PowerReboot:    (*Provider).reboot,
}

// offers is what can be done to an instance now. An instance whose root device
// is an instance store cannot be stopped, so only a reboot is left; one can be
// hibernated only if it was launched so (HibernationOptions).
func offers(i types.Instance, s providers.State) []providers.PowerOp {
	ops := powers[s]
	active := s == providers.StateActive
	switch {
	case i.RootDeviceType == types.DeviceTypeInstanceStore && active:
		return []providers.PowerOp{providers.PowerReboot}
	case i.RootDeviceType == types.DeviceTypeInstanceStore:
		return nil
	case active && mayHibernate(i):
		return append(ops[:len(ops):len(ops)], providers.PowerHibernate)
	}
	return ops
}

func mayHibernate(i types.Instance) bool {
	return i.HibernationOptions != nil && value(i.HibernationOptions.Configured)
}

// Power starts, stops, reboots or hibernates an instance. The operations that
// EC2 has none for are [providers.ErrUnsupported].
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	do, there := powerCalls[op]
	if !there {
		return "", providers.Errorf(providers.ErrUnsupported, "Power", "EC2 has no %s", op)
	}
	if err := known("Power", id); err != nil {
		return "", err
	}
	return "", do(p, ctx, id)
}

func (p *Provider) start(ctx context.Context, id string) error {
	_, err := keyed(ctx, p.api.StartInstances, &sdk.StartInstancesInput{InstanceIds: []string{id}})
	return err
}

func (p *Provider) stop(ctx context.Context, id string) error {
	_, err := keyed(ctx, p.api.StopInstances, &sdk.StopInstancesInput{InstanceIds: []string{id}})
	return err
}

func (p *Provider) off(ctx context.Context, id string) error {
	_, err := keyed(ctx, p.api.StopInstances, &sdk.StopInstancesInput{InstanceIds: []string{id}, Force: aws.Bool(true)})
	return err
}

func (p *Provider) hibernate(ctx context.Context, id string) error {
	_, err := keyed(ctx, p.api.StopInstances, &sdk.StopInstancesInput{InstanceIds: []string{id}, Hibernate: aws.Bool(true)})
	return err
}

func (p *Provider) reboot(ctx context.Context, id string) error {
	_, err := change(ctx, p.api.RebootInstances, &sdk.RebootInstancesInput{InstanceIds: []string{id}})
	return err
}
