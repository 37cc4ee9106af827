package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
	"occigate/providers/internal/undo"
)

// AttachInterface makes a network interface in a subnet and attaches it to a
// server of the same zone. The ticket then binds the interface's life to the
// server's.
func (p *Provider) AttachInterface(ctx context.Context, spec providers.InterfaceSpec) (providers.Interface, providers.Ticket, error) {
	const operation = "CreateNetworkInterface"
	if err := pluggable(operation, spec); err != nil {
		return providers.Interface{}, "", err
	}
	i, err := p.instance(ctx, spec.ServerID)
	if err != nil {
		return providers.Interface{}, "", err
	}
	out, err := keyed(ctx, p.api.CreateNetworkInterface, &sdk.CreateNetworkInterfaceInput{
		ClientToken:       some(spec.Token),
		SubnetId:          aws.String(spec.NetworkID),
		PrivateIpAddress:  some(spec.IP),
		Groups:            p.settings.SecurityGroups,
		TagSpecifications: tagged(types.ResourceTypeNetworkInterface, ownTags(tag(i.Tags, tagName), spec.Token)),
	})
	if err != nil {
		return providers.Interface{}, "", err
	}
	if out.NetworkInterface == nil {
		return providers.Interface{}, "", providers.Errorf(providers.ErrUnavailable, operation, "the answer holds no interface")
	}
	made := *out.NetworkInterface
	index, there := indexOf(i, value(made.NetworkInterfaceId))
	if !there {
		if err := p.attachNIC(ctx, i, value(made.NetworkInterfaceId), index); err != nil {
			return providers.Interface{}, "", err
		}
	}
	plugged := networkInterface(types.InstanceNetworkInterface{
		NetworkInterfaceId: made.NetworkInterfaceId, SubnetId: made.SubnetId,
		MacAddress: made.MacAddress, PrivateIpAddress: made.PrivateIpAddress,
		Attachment: &types.InstanceNetworkInterfaceAttachment{DeviceIndex: aws.Int32(index), Status: types.AttachmentStatusAttaching},
	}, spec.ServerID)
	plugged.Static = spec.IP != ""
	return plugged, p.ticket(step{Op: opBind, ID: plugged.ID, Server: spec.ServerID}), nil
}

// attachNIC attaches a new network interface, or deletes it again. EC2 refuses
// to delete one that was attached after all.
func (p *Provider) attachNIC(ctx context.Context, i types.Instance, id string, index int32) error {
	_, err := change(ctx, p.api.AttachNetworkInterface, &sdk.AttachNetworkInterfaceInput{
		InstanceId:         i.InstanceId,
		NetworkInterfaceId: aws.String(id),
		DeviceIndex:        aws.Int32(index),
	})
	if err == nil {
		return nil
	}
	return undo.After(ctx, err, "network interface "+id, func(ctx context.Context) error { return p.deleteNIC(ctx, id) })
}

// DetachInterface unplugs a network interface that is not the first one. One
// that was made here is deleted by the ticket, others are kept.
func (p *Provider) DetachInterface(ctx context.Context, serverID, interfaceID string) (providers.Ticket, error) {
	const operation = "DetachNetworkInterface"
	i, err := p.instance(ctx, serverID)
	if err != nil {
		return "", err
	}
	id, auto := strings.CutSuffix(interfaceID, ":"+public)
	at := slices.IndexFunc(i.NetworkInterfaces, func(n types.InstanceNetworkInterface) bool { return value(n.NetworkInterfaceId) == id })
	switch {
	case at < 0:
		return "", providers.Errorf(providers.ErrNotFound, operation, "%s has no interface %s", serverID, interfaceID)
	case auto:
		return "", providers.Errorf(providers.ErrConflict, operation, "the public address that EC2 assigned goes with the server")
	case deviceIndex(i.NetworkInterfaces[at]) == 0 || i.NetworkInterfaces[at].Attachment == nil:
		return "", providers.Errorf(providers.ErrConflict, operation, "the first interface goes with the server")
	}
	_, err = change(ctx, p.api.DetachNetworkInterface, &sdk.DetachNetworkInterfaceInput{
		AttachmentId: i.NetworkInterfaces[at].Attachment.AttachmentId,
	})
	if err != nil {
		return "", err
	}
	return p.ticket(step{Op: opUnplug, ID: id}), nil
}

// pluggable refuses what EC2 has no way to do.
func pluggable(operation string, spec providers.InterfaceSpec) error {
	switch {
	case spec.MAC != "":
		return providers.Errorf(providers.ErrUnsupported, operation, "EC2 chooses the MAC address itself")
	case spec.NetworkID == public:
		return providers.Errorf(providers.ErrUnsupported, operation, "a server gets a public address at its creation, or by assigning a reserved one")
	case spec.NetworkID == "":
		return providers.Errorf(providers.ErrInvalid, operation, "no network is named")
	}
	return nil
}

// indexOf is the device index of an interface of the instance, or the next free
// one when the instance does not have it.
func indexOf(i types.Instance, id string) (index int32, there bool) {
	used := map[int32]bool{}
	for _, n := range i.NetworkInterfaces {
		if value(n.NetworkInterfaceId) == id {
			return deviceIndex(n), true
		}
		used[deviceIndex(n)] = true
	}
	for index = 1; used[index]; {
		index++
	}
	return index, false
}

// nic reads one network interface.
func (p *Provider) nic(ctx context.Context, id string) (types.NetworkInterface, error) {
	out, err := read(ctx, p.api.DescribeNetworkInterfaces, &sdk.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}})
	if err != nil {
		return types.NetworkInterface{}, err
	}
	for _, n := range out.NetworkInterfaces {
		if value(n.NetworkInterfaceId) == id {
			return n, nil
		}
	}
	return types.NetworkInterface{}, notFound("DescribeNetworkInterfaces", id)
}

func (p *Provider) deleteNIC(ctx context.Context, id string) error {
	_, err := change(ctx, p.api.DeleteNetworkInterface, &sdk.DeleteNetworkInterfaceInput{NetworkInterfaceId: aws.String(id)})
	return err
}
