package ec2

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// public is the id of the network that public addresses come from. EC2 has no
// such thing; its addresses of this kind are all from one pool.
const public = "public"

// autoOwner is the owner of a public address that EC2 assigned by itself; that
// of an Elastic IP address is an account (API Reference,
// InstanceNetworkInterfaceAssociation, ipOwnerId).
const autoOwner = "amazon"

// links is what EC2's states of the attachment of an interface or volume mean.
// "busy" is a volume that the guest does not let go.
var links = map[string]providers.ResourceState{
	string(types.AttachmentStatusAttaching): providers.ResourcePending,
	string(types.AttachmentStatusAttached):  providers.ResourceOnline,
	string(types.AttachmentStatusDetaching): providers.ResourcePending,
	string(types.AttachmentStatusDetached):  providers.ResourceOffline,
	string(types.VolumeAttachmentStateBusy): providers.ResourcePending,
}

// primary is the interface eth0, nil when there is none (yet).
func primary(i types.Instance) *types.InstanceNetworkInterface {
	for n := range i.NetworkInterfaces {
		if deviceIndex(i.NetworkInterfaces[n]) == 0 {
			return &i.NetworkInterfaces[n]
		}
	}
	return nil
}

func deviceIndex(n types.InstanceNetworkInterface) int32 {
	if n.Attachment == nil {
		return 0
	}
	return value(n.Attachment.DeviceIndex)
}

// interfaces lists an instance's network interfaces in the order of their
// device index, each followed by the public address that EC2 assigned to it.
// Elastic IP addresses are not among them: they are addresses of their own.
func interfaces(i types.Instance) []providers.Interface {
	var all []providers.Interface
	byIndex := slices.SortedFunc(slices.Values(i.NetworkInterfaces), func(a, b types.InstanceNetworkInterface) int {
		return cmp.Compare(deviceIndex(a), deviceIndex(b))
	})
	for _, n := range byIndex {
		private := networkInterface(n, value(i.InstanceId))
		all = append(all, private)
		if a := n.Association; a != nil && value(a.IpOwnerId) == autoOwner {
			auto := private
			auto.ID += ":" + public
			auto.NetworkID, auto.IP, auto.MoreIPs = public, value(a.PublicIp), nil
			auto.Public, auto.Fixed = true, true
			all = append(all, auto)
		}
	}
	return all
}

// networkInterface translates one network interface of a server.
func networkInterface(n types.InstanceNetworkInterface, serverID string) providers.Interface {
	index := deviceIndex(n)
	i := providers.Interface{
		ID:        value(n.NetworkInterfaceId),
		ServerID:  serverID,
		NetworkID: value(n.SubnetId),
		Device:    fmt.Sprintf("eth%d", index),
		MAC:       value(n.MacAddress),
		IP:        value(n.PrivateIpAddress),
		State:     providers.ResourceOnline,
		Fixed:     index == 0,
	}
	if n.Attachment != nil {
		i.NativeState = string(n.Attachment.Status)
		i.State = cmp.Or(links[i.NativeState], providers.ResourceOnline)
	}
	for _, more := range n.PrivateIpAddresses {
		if ip := value(more.PrivateIpAddress); ip != i.IP && ip != "" {
			i.MoreIPs = append(i.MoreIPs, ip)
		}
	}
	for _, six := range n.Ipv6Addresses {
		i.MoreIPs = append(i.MoreIPs, value(six.Ipv6Address))
	}
	return i
}
