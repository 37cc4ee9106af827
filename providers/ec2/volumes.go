package ec2

import (
	"cmp"
	"context"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
	"occigate/providers/internal/limits"
	"occigate/providers/internal/listing"
)

// Volumes lists the EBS volumes of all pages.
func (p *Provider) Volumes(ctx context.Context) ([]providers.Volume, error) {
	return listing.Volumes(pages("DescribeVolumes", func(token *string) ([]providers.Volume, *string, error) {
		in := &sdk.DescribeVolumesInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		out, err := read(ctx, p.api.DescribeVolumes, in)
		if err != nil {
			return nil, nil, err
		}
		var rows []providers.Volume
		for _, v := range out.Volumes {
			if v.State != types.VolumeStateDeleted {
				rows = append(rows, volume(v))
			}
		}
		return rows, out.NextToken, nil
	}))
}

// Volume reads one EBS volume.
func (p *Provider) Volume(ctx context.Context, id string) (providers.Volume, error) {
	const operation = "DescribeVolumes"
	if err := known(operation, id); err != nil {
		return providers.Volume{}, err
	}
	out, err := read(ctx, p.api.DescribeVolumes, &sdk.DescribeVolumesInput{VolumeIds: []string{id}})
	if err != nil {
		return providers.Volume{}, err
	}
	for _, v := range out.Volumes {
		if value(v.VolumeId) == id && v.State != types.VolumeStateDeleted {
			return volume(v), nil
		}
	}
	return providers.Volume{}, notFound(operation, id)
}

// CreateVolume makes an empty volume of whole GiB. The token is the call's
// client token, so that the same one never makes a second volume.
func (p *Provider) CreateVolume(ctx context.Context, spec providers.VolumeSpec) (providers.Volume, providers.Ticket, error) {
	size, err := wholeGiB("CreateVolume", spec.SizeGiB)
	if err != nil {
		return providers.Volume{}, "", err
	}
	zone, err := p.volumeZone(ctx, spec.Zone)
	if err != nil {
		return providers.Volume{}, "", err
	}
	out, err := keyed(ctx, p.api.CreateVolume, &sdk.CreateVolumeInput{
		AvailabilityZone:  aws.String(zone),
		ClientToken:       some(spec.Token),
		Size:              aws.Int32(size),
		VolumeType:        types.VolumeType(cmp.Or(spec.Type, p.settings.VolumeType)),
		TagSpecifications: tagged(types.ResourceTypeVolume, ownTags(spec.Name, spec.Token)),
	})
	if err != nil {
		return providers.Volume{}, "", err
	}
	return volume(types.Volume{
		VolumeId: out.VolumeId, AvailabilityZone: out.AvailabilityZone, Size: out.Size,
		State: out.State, CreateTime: out.CreateTime, Tags: out.Tags,
	}), "", nil
}

// DeleteVolume deletes a volume that is attached to nothing.
func (p *Provider) DeleteVolume(ctx context.Context, id string) (providers.Ticket, error) {
	if err := known("DeleteVolume", id); err != nil {
		return "", err
	}
	_, err := change(ctx, p.api.DeleteVolume, &sdk.DeleteVolumeInput{VolumeId: aws.String(id)})
	return "", err
}

// ResizeVolume grows a volume, to whole GiB. EC2 allows one change in six hours
// (ModifyVolume); a further one is [providers.ErrQuota]. One that has the size
// already is not changed, so that none is spent on it.
func (p *Provider) ResizeVolume(ctx context.Context, id string, sizeGiB float64) (providers.Ticket, error) {
	const operation = "ModifyVolume"
	size, err := wholeGiB(operation, sizeGiB)
	if err != nil {
		return "", err
	}
	now, err := p.Volume(ctx, id)
	if err == nil {
		err = limits.Growth(operation, now, float64(size))
	}
	if err != nil || float64(size) == now.SizeGiB {
		return "", err
	}
	_, err = change(ctx, p.api.ModifyVolume, &sdk.ModifyVolumeInput{VolumeId: aws.String(id), Size: aws.Int32(size)})
	return "", err
}

// wholeGiB rounds up to what EC2 can make.
func wholeGiB(operation string, gib float64) (int32, error) {
	if up := math.Ceil(gib); up >= 1 && up <= math.MaxInt32 {
		return int32(up), nil
	}
	return 0, providers.Errorf(providers.ErrInvalid, operation, "a volume cannot have %v GiB", gib)
}

// volumeZone is where a volume is made: in the zone asked for, the configured
// one, the one of the default network, or the first that is available.
func (p *Provider) volumeZone(ctx context.Context, asked string) (string, error) {
	if zone := cmp.Or(asked, p.settings.Zone); zone != "" {
		return zone, nil
	}
	if p.settings.DefaultNetwork != "" {
		subnet, err := p.subnet(ctx, p.settings.DefaultNetwork)
		return value(subnet.AvailabilityZone), err
	}
	zones, err := p.zones(ctx)
	if err != nil {
		return "", err
	}
	first := ""
	for _, z := range zones {
		if z.Available && (first == "" || z.ID < first) {
			first = z.ID
		}
	}
	if first == "" {
		return "", providers.Errorf(providers.ErrConflict, "CreateVolume", "no zone of the region is available; set zone")
	}
	return first, nil
}

// volumeStates is what EC2's states mean (User Guide, "Amazon EBS volume
// state"). A volume is usable whether or not it is attached.
var volumeStates = map[types.VolumeState]providers.ResourceState{
	types.VolumeStateCreating:  providers.ResourcePending,
	types.VolumeStateAvailable: providers.ResourceOnline,
	types.VolumeStateInUse:     providers.ResourceOnline,
	types.VolumeStateDeleting:  providers.ResourceDeleting,
	types.VolumeStateError:     providers.ResourceError,
}

// volume translates a volume.
func volume(v types.Volume) providers.Volume {
	out := providers.Volume{
		ID:          value(v.VolumeId),
		Name:        tag(v.Tags, tagName),
		Zone:        value(v.AvailabilityZone),
		SizeGiB:     float64(value(v.Size)),
		State:       cmp.Or(volumeStates[v.State], providers.ResourceOffline),
		NativeState: string(v.State),
		Created:     value(v.CreateTime),
		Token:       tag(v.Tags, tagToken),
	}
	for _, a := range v.Attachments {
		if a.State != types.VolumeAttachmentStateDetached {
			out.Attachments = append(out.Attachments, attachment(a))
		}
	}
	return out
}

// attachment translates a volume's connection to a server.
func attachment(a types.VolumeAttachment) providers.Attachment {
	return providers.Attachment{
		ServerID:    value(a.InstanceId),
		VolumeID:    value(a.VolumeId),
		Device:      value(a.Device),
		State:       cmp.Or(links[string(a.State)], providers.ResourceOnline),
		NativeState: string(a.State),
	}
}
