package ec2

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// place is where an instance is launched: a zone, and the subnets of its
// interfaces in order. Without both EC2 uses the default VPC.
type place struct {
	zone    string
	plugs   []providers.InterfaceSpec
	public  bool // EC2 assigns a public address to the first interface
	volumes []types.Volume
}

// place finds where a server goes: into the networks that it names, else into
// the default network, else to where its volumes are.
func (p *Provider) place(ctx context.Context, spec providers.ServerSpec) (where place, err error) {
	if err := where.plug(spec.Networks); err != nil {
		return place{}, err
	}
	if where.volumes, err = p.freeVolumes(ctx, spec.Volumes); err != nil {
		return place{}, err
	}
	if len(where.plugs) == 0 && p.settings.DefaultNetwork != "" {
		where.plugs = []providers.InterfaceSpec{{NetworkID: p.settings.DefaultNetwork}}
	}
	volumeZone := where.volumeZone()
	if len(where.plugs) > 0 {
		where.zone = spec.Zone
		return where, p.sameZone(ctx, where.plugs[0].NetworkID, volumeZone)
	}
	where.zone = cmp.Or(spec.Zone, volumeZone, p.settings.Zone)
	if volumeZone != "" && where.zone != volumeZone {
		return place{}, providers.Errorf(providers.ErrInvalid, "RunInstances", "the volumes are in %s, not in %s", volumeZone, where.zone)
	}
	if where.public || p.settings.VPC != "" {
		subnet, err := p.someSubnet(ctx, where.zone)
		if err != nil {
			return place{}, err
		}
		where.plugs = []providers.InterfaceSpec{{NetworkID: subnet}}
	}
	return where, nil
}

// plug sorts the networks asked for. EC2 assigns a public address to the only
// interface of a launch, never to one of several (API Reference,
// InstanceNetworkInterfaceSpecification, AssociatePublicIpAddress).
func (w *place) plug(networks []providers.InterfaceSpec) error {
	const operation = "RunInstances"
	for _, n := range networks {
		if n.NetworkID == public && n.IP == "" {
			w.public = true
			continue
		}
		if err := pluggable(operation, n); err != nil {
			return err
		}
		w.plugs = append(w.plugs, n)
	}
	if w.public && len(w.plugs) > 1 {
		return providers.Errorf(providers.ErrInvalid, operation,
			"EC2 assigns no public address to a server with several interfaces; assign a reserved one")
	}
	return nil
}

// freeVolumes reads the volumes that a server is to get and refuses those that
// it cannot: an attach that fails later would leave a server half-made.
func (p *Provider) freeVolumes(ctx context.Context, wanted []providers.AttachmentSpec) ([]types.Volume, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	var ids []string
	for _, w := range wanted {
		if err := known("DescribeVolumes", w.VolumeID); err != nil {
			return nil, err
		}
		ids = append(ids, w.VolumeID)
	}
	out, err := read(ctx, p.api.DescribeVolumes, &sdk.DescribeVolumesInput{VolumeIds: ids})
	if err != nil {
		return nil, err
	}
	zone := ""
	for _, v := range out.Volumes {
		zone = cmp.Or(zone, value(v.AvailabilityZone))
		switch {
		case v.State == types.VolumeStateInUse && !value(v.MultiAttachEnabled):
			return nil, providers.Errorf(providers.ErrConflict, "RunInstances", "%s is attached to another server", value(v.VolumeId))
		case value(v.AvailabilityZone) != zone:
			return nil, providers.Errorf(providers.ErrInvalid, "RunInstances", "the volumes are in several zones, %s and %s", zone, value(v.AvailabilityZone))
		}
	}
	return out.Volumes, nil
}

func (w *place) volumeZone() string {
	if len(w.volumes) == 0 {
		return ""
	}
	return value(w.volumes[0].AvailabilityZone)
}

// sameZone refuses a subnet that is not in the zone of the volumes, when there
// are any.
func (p *Provider) sameZone(ctx context.Context, subnetID, volumeZone string) error {
	if volumeZone == "" {
		return nil
	}
	s, err := p.subnet(ctx, subnetID)
	if err != nil {
		return err
	}
	if zone := value(s.AvailabilityZone); zone != volumeZone {
		return providers.Errorf(providers.ErrInvalid, "RunInstances", "the volumes are in %s, the network in %s", volumeZone, zone)
	}
	return nil
}

// into writes the place into a request. With interfaces, their groups are
// named with them and not with the instance (RunInstances, SecurityGroupId).
func (w *place) into(in *sdk.RunInstancesInput, groups []string) {
	if w.zone != "" {
		in.Placement = &types.Placement{AvailabilityZone: aws.String(w.zone)}
	}
	if len(w.plugs) == 0 {
		in.SecurityGroupIds = groups
		return
	}
	for n, plug := range w.plugs {
		in.NetworkInterfaces = append(in.NetworkInterfaces, types.InstanceNetworkInterfaceSpecification{
			DeviceIndex:         aws.Int32(int32(n)),
			SubnetId:            aws.String(plug.NetworkID),
			PrivateIpAddress:    some(plug.IP),
			Groups:              groups,
			DeleteOnTermination: aws.Bool(true),
		})
	}
	if w.public {
		in.NetworkInterfaces[0].AssociatePublicIpAddress = aws.Bool(true)
	}
}
