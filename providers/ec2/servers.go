package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// pageSize is the number of rows asked for per page, the most that EC2 gives of
// instances (API Reference, "Pagination").
const pageSize = 1000

// Servers lists the instances of all pages, 1,000 a page. Terminated ones,
// which EC2 shows for about an hour, are left out.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	all, err := pages("DescribeInstances", func(token *string) ([]providers.Server, *string, error) {
		in := &sdk.DescribeInstancesInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		out, err := read(ctx, p.api.DescribeInstances, in)
		if err != nil {
			return nil, nil, err
		}
		var rows []providers.Server
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				if !gone(i) {
					rows = append(rows, server(i))
				}
			}
		}
		return rows, out.NextToken, nil
	})
	return listing.Once(all, err, func(s providers.Server) string { return s.ID })
}

// Server reads one instance. A terminated one is [providers.ErrNotFound].
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	i, err := p.instance(ctx, id)
	if err != nil {
		return providers.Server{}, err
	}
	return server(i), nil
}

// DeleteServer terminates an instance, with the interfaces that were made for
// it. One that is protected by disableApiTermination is [providers.ErrConflict].
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	if err := known("TerminateInstances", id); err != nil {
		return "", err
	}
	_, err := keyed(ctx, p.api.TerminateInstances, &sdk.TerminateInstancesInput{InstanceIds: []string{id}})
	return "", err
}

// ResizeServer changes the type of a stopped instance; in any other state it is
// [providers.ErrConflict].
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	if err := known("ModifyInstanceAttribute", id); err != nil {
		return "", err
	}
	_, err := keyed(ctx, p.api.ModifyInstanceAttribute, &sdk.ModifyInstanceAttributeInput{
		InstanceId:   aws.String(id),
		InstanceType: &types.AttributeValue{Value: aws.String(sizeID)},
	})
	return "", err
}

// instance reads one instance as EC2 tells it, [providers.ErrNotFound] when it
// is terminated.
func (p *Provider) instance(ctx context.Context, id string) (types.Instance, error) {
	const operation = "DescribeInstances"
	if err := known(operation, id); err != nil {
		return types.Instance{}, err
	}
	out, err := read(ctx, p.api.DescribeInstances, &sdk.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		return types.Instance{}, err
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			switch {
			case value(i.InstanceId) != id:
			case gone(i):
				return types.Instance{}, terminated(i)
			default:
				return i, nil
			}
		}
	}
	return types.Instance{}, notFound(operation, id)
}

// states is what EC2's states mean (User Guide, "Amazon EC2 instance state
// changes"). "pending" is the way to running of a new instance as of one that
// was stopped. "terminated" is missing: such instances are gone.
var states = map[types.InstanceStateName]providers.State{
	types.InstanceStateNamePending:      providers.StatePending,
	types.InstanceStateNameRunning:      providers.StateActive,
	types.InstanceStateNameStopping:     providers.StateStopping,
	types.InstanceStateNameStopped:      providers.StateInactive,
	types.InstanceStateNameShuttingDown: providers.StateDeleting,
}

// hibernating is what the states mean once hibernation was asked for.
var hibernating = map[types.InstanceStateName]providers.State{
	types.InstanceStateNameStopping: providers.StateSuspending,
	types.InstanceStateNameStopped:  providers.StateSuspended,
}

// reasonHibernate is the reason of a hibernation (API Reference, StateReason).
const reasonHibernate = "Client.UserInitiatedHibernate"

// abilities is what a server in a state can be changed in: an image is made of
// running and stopped instances (CreateImage), the type is changed of stopped
// ones (ModifyInstanceAttribute). Neither is done to hibernated ones, and no
// image is made of one that may hibernate (User Guide, "Hibernate your Amazon
// EC2 instance", limitations).
var abilities = map[providers.State][]providers.Ability{
	providers.StateActive:   {providers.AbilitySave},
	providers.StateInactive: {providers.AbilitySave, providers.AbilityResize},
}

// architectures are those that OCCI has names for.
var architectures = map[string]providers.Architecture{
	string(types.ArchitectureValuesI386):   providers.X86,
	string(types.ArchitectureValuesX8664):  providers.X64,
	string(types.ArchitectureTypeX8664Mac): providers.X64,
}

// codeTerminated marks the error of an instance that is gone for good, as
// opposed to one that EC2 does not show (yet).
const codeTerminated = "terminated"

func terminated(i types.Instance) error {
	return &providers.Error{
		Kind: providers.ErrNotFound, Op: "DescribeInstances", Code: codeTerminated,
		Message: strings.TrimSuffix(value(i.InstanceId)+" is gone: "+server(i).Message, ": "),
	}
}

func stateName(i types.Instance) types.InstanceStateName {
	if i.State == nil {
		return ""
	}
	return i.State.Name
}

func gone(i types.Instance) bool { return stateName(i) == types.InstanceStateNameTerminated }

// state finds the state of an instance.
func state(i types.Instance) providers.State {
	name := stateName(i)
	if i.StateReason != nil && value(i.StateReason.Code) == reasonHibernate {
		if s, there := hibernating[name]; there {
			return s
		}
	}
	if s, there := states[name]; there {
		return s
	}
	return providers.StateUnknown
}

// server translates an instance.
func server(i types.Instance) providers.Server {
	s := providers.Server{
		ID:           value(i.InstanceId),
		Name:         tag(i.Tags, tagName),
		ImageID:      value(i.ImageId),
		SizeID:       string(i.InstanceType),
		State:        state(i),
		NativeState:  string(stateName(i)),
		Message:      value(i.StateTransitionReason),
		Architecture: architectures[string(i.Architecture)],
		Hostname:     value(i.PrivateDnsName),
		KeyName:      value(i.KeyName),
		Token:        tag(i.Tags, tagToken),
		Interfaces:   interfaces(i),
	}
	if i.Placement != nil {
		s.Zone = value(i.Placement.AvailabilityZone)
	}
	if i.StateReason != nil && value(i.StateReason.Message) != "" {
		s.Message = value(i.StateReason.Message)
	}
	if c := i.CpuOptions; c != nil {
		s.Cores = int(value(c.CoreCount) * value(c.ThreadsPerCore))
	}
	// LaunchTime changes with every start, the first interface stays.
	if first := primary(i); first != nil && first.Attachment != nil {
		s.Created = value(first.Attachment.AttachTime)
	}
	s.Power = offers(i, s.State)
	s.Abilities = abilities[s.State]
	if mayHibernate(i) {
		s.Abilities = slices.DeleteFunc(slices.Clone(s.Abilities), func(a providers.Ability) bool { return a == providers.AbilitySave })
	}
	return s
}
