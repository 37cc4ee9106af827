package ec2

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// AttachVolume connects a volume with a server of the same zone. An empty
// device is the next free one of /dev/sdf to /dev/sdp. While the server is
// still pending, the ticket attaches the volume once it runs.
func (p *Provider) AttachVolume(ctx context.Context, spec providers.AttachmentSpec) (providers.Attachment, providers.Ticket, error) {
	i, err := p.instance(ctx, spec.ServerID)
	if err != nil {
		return providers.Attachment{}, "", err
	}
	if stateName(i) == types.InstanceStateNamePending {
		if _, err := p.Volume(ctx, spec.VolumeID); err != nil {
			return providers.Attachment{}, "", err
		}
		later := step{Op: opAttach, ID: spec.ServerID, Volumes: []plug{{spec.VolumeID, spec.Device}}}
		waiting := providers.Attachment{ServerID: spec.ServerID, VolumeID: spec.VolumeID, Device: spec.Device, State: providers.ResourcePending}
		return waiting, p.ticket(later), nil
	}
	made, err := p.attach(ctx, i, plug{spec.VolumeID, spec.Device})
	return made, "", err
}

// DetachVolume disconnects a volume from a server.
func (p *Provider) DetachVolume(ctx context.Context, serverID, volumeID string) (providers.Ticket, error) {
	if err := known("DetachVolume", volumeID); err != nil {
		return "", err
	}
	_, err := change(ctx, p.api.DetachVolume, &sdk.DetachVolumeInput{VolumeId: aws.String(volumeID), InstanceId: some(serverID)})
	return "", err
}

// plug is a volume and the device that it is to appear as.
type plug struct {
	VolumeID string `json:"volume"`
	Device   string `json:"device,omitempty"`
}

// attach connects a volume with an instance that can take it now.
func (p *Provider) attach(ctx context.Context, i types.Instance, v plug) (providers.Attachment, error) {
	if err := known("AttachVolume", v.VolumeID); err != nil {
		return providers.Attachment{}, err
	}
	device := cmp.Or(v.Device, freeDevice(devices(i)))
	if device == "" {
		return providers.Attachment{}, providers.Errorf(providers.ErrQuota, "AttachVolume",
			"the devices /dev/sdf to /dev/sdp of %s are all taken", value(i.InstanceId))
	}
	out, err := change(ctx, p.api.AttachVolume, &sdk.AttachVolumeInput{
		InstanceId: i.InstanceId,
		VolumeId:   aws.String(v.VolumeID),
		Device:     aws.String(device),
	})
	if err != nil {
		return providers.Attachment{}, err
	}
	return attachment(types.VolumeAttachment{
		InstanceId: out.InstanceId, VolumeId: out.VolumeId, Device: out.Device, State: out.State,
	}), nil
}

// holds reports whether the volume is attached to the instance already.
func holds(i types.Instance, volumeID string) bool {
	for _, m := range i.BlockDeviceMappings {
		if m.Ebs != nil && value(m.Ebs.VolumeId) == volumeID {
			return true
		}
	}
	return false
}

func devices(i types.Instance) (names []string) {
	for _, m := range i.BlockDeviceMappings {
		names = append(names, value(m.DeviceName))
	}
	return names
}

// freeDevice is the first of /dev/sdf to /dev/sdp, the names that EC2
// recommends for EBS volumes on Linux (User Guide, "Device names for volumes on
// Amazon EC2 instances"), that is not used; "" when all are. /dev/xvdf and
// /dev/sdf are one device.
func freeDevice(used []string) string {
	taken := map[string]bool{}
	for _, name := range used {
		name = strings.TrimPrefix(name, "/dev/")
		name = strings.TrimPrefix(strings.TrimPrefix(name, "xvd"), "sd")
		taken[name] = true
	}
	for letter := 'f'; letter <= 'p'; letter++ {
		if !taken[string(letter)] {
			return "/dev/sd" + string(letter)
		}
	}
	return ""
}
