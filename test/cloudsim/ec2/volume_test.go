package ec2_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/test/cloudsim/ec2"
)

func (r *rig) describeVolume(id string) types.Volume {
	r.t.Helper()
	out, err := r.sdk.DescribeVolumes(r.t.Context(), &api.DescribeVolumesInput{VolumeIds: []string{id}})
	r.must(err)
	return out.Volumes[0]
}

func TestLifeOfAVolume(t *testing.T) {
	r := newRig(t, ec2.Options{})
	ctx := t.Context()
	server := r.running()
	made, err := r.sdk.CreateVolume(ctx, &api.CreateVolumeInput{
		AvailabilityZone: aws.String("eu-central-1a"), Size: aws.Int32(10), VolumeType: types.VolumeTypeGp3,
	})
	r.must(err)
	id := *made.VolumeId
	state := func(want types.VolumeState) {
		t.Helper()
		same(t, "volume", r.describeVolume(id).State, want)
	}
	attached := func(want types.VolumeAttachmentState) {
		t.Helper()
		same(t, "attachment", r.describeVolume(id).Attachments[0].State, want)
	}
	attach := func() error {
		_, err := r.sdk.AttachVolume(ctx, &api.AttachVolumeInput{VolumeId: &id, InstanceId: &server, Device: aws.String("/dev/sdf")})
		return err
	}
	remove := func() error {
		_, err := r.sdk.DeleteVolume(ctx, &api.DeleteVolumeInput{VolumeId: &id})
		return err
	}

	state("creating")
	same(t, "attach while creating", code(attach()), "IncorrectState")
	r.Pass(step)
	state("available")
	same(t, "gp3", *r.describeVolume(id).Iops, 3000)

	r.must(attach())
	state("in-use")
	attached("attaching")
	r.Pass(step)
	attached("attached")
	same(t, "attach twice", code(attach()), "VolumeInUse")
	same(t, "delete while attached", code(remove()), "VolumeInUse")
	devices := r.instance(server).BlockDeviceMappings
	same(t, "device", *devices[1].DeviceName, "/dev/sdf")
	same(t, "volume", *devices[1].Ebs.VolumeId, id)

	_, err = r.sdk.DetachVolume(ctx, &api.DetachVolumeInput{VolumeId: &id})
	r.must(err)
	attached("detaching")
	state("in-use")
	r.Pass(step)
	state("available")
	r.must(remove())
	state("deleting")
	r.Pass(step)
	_, err = r.sdk.DescribeVolumes(ctx, &api.DescribeVolumesInput{VolumeIds: []string{id}})
	same(t, "deleted", code(err), "InvalidVolume.NotFound")
}

func TestVolumesOutliveServers(t *testing.T) {
	r := newRig(t, ec2.Options{})
	server, id := r.running(), r.volume(1)
	_, err := r.sdk.AttachVolume(t.Context(), &api.AttachVolumeInput{VolumeId: &id, InstanceId: &server, Device: aws.String("/dev/sdf")})
	r.must(err)
	_, err = r.sdk.TerminateInstances(t.Context(), &api.TerminateInstancesInput{InstanceIds: []string{server}})
	r.must(err)
	r.Pass(step)
	same(t, "state", r.describeVolume(id).State, "available")
	same(t, "volumes", r.Counts().Volumes, 1)
}

func TestGrowingAVolume(t *testing.T) {
	r := newRig(t, ec2.Options{})
	id := r.volume(10)
	modify := func(gib int32) error {
		_, err := r.sdk.ModifyVolume(t.Context(), &api.ModifyVolumeInput{VolumeId: &id, Size: &gib})
		return err
	}
	change := func(want types.VolumeModificationState, gib int32) {
		t.Helper()
		out, err := r.sdk.DescribeVolumesModifications(t.Context(), &api.DescribeVolumesModificationsInput{VolumeIds: []string{id}})
		r.must(err)
		same(t, "modification", out.VolumesModifications[0].ModificationState, want)
		same(t, "size", *r.describeVolume(id).Size, gib)
	}
	same(t, "shrink", code(modify(9)), "InvalidParameterValue")
	_, err := r.sdk.DescribeVolumesModifications(t.Context(), &api.DescribeVolumesModificationsInput{VolumeIds: []string{id}})
	same(t, "never changed", code(err), "InvalidVolumeModification.NotFound")
	r.must(modify(20))
	change("modifying", 10)
	same(t, "while modifying", code(modify(30)), "IncorrectModificationState")
	r.Pass(step)
	change("optimizing", 20)
	r.Pass(step)
	change("completed", 20)
	same(t, "too soon", code(modify(30)), "VolumeModificationRateExceeded")
	r.Pass(6 * time.Hour)
	r.must(modify(30))
}

func TestVolumeToken(t *testing.T) {
	r := newRig(t, ec2.Options{})
	in := &api.CreateVolumeInput{AvailabilityZone: aws.String("eu-central-1b"), Size: aws.Int32(1), ClientToken: aws.String("once")}
	first, err := r.sdk.CreateVolume(t.Context(), in)
	r.must(err)
	second, err := r.sdk.CreateVolume(t.Context(), in)
	r.must(err)
	same(t, "volume", *second.VolumeId, *first.VolumeId)
	in.Size = aws.Int32(2)
	_, err = r.sdk.CreateVolume(t.Context(), in)
	same(t, "another size", code(err), "IdempotentParameterMismatch")
	same(t, "volumes", r.Counts().Volumes, 1)
}

func TestLifeOfAnImage(t *testing.T) {
	r := newRig(t, ec2.Options{})
	server := r.running()
	made, err := r.sdk.CreateImage(t.Context(), &api.CreateImageInput{InstanceId: &server, Name: aws.String("golden")})
	r.must(err)
	in := r.wish(1)
	in.ImageId = made.ImageId
	_, err = r.sdk.RunInstances(t.Context(), in)
	same(t, "launch of a pending image", code(err), "InvalidAMIID.Unavailable")
	r.Pass(step)
	out, err := r.sdk.DescribeImages(t.Context(), &api.DescribeImagesInput{ImageIds: []string{*made.ImageId}})
	r.must(err)
	same(t, "state", out.Images[0].State, "available")
	same(t, "owner", *out.Images[0].OwnerId, "123456789012")
	_, err = r.sdk.CreateImage(t.Context(), &api.CreateImageInput{InstanceId: &server, Name: aws.String("golden")})
	same(t, "same name", code(err), "InvalidAMIName.Duplicate")
	launched, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)

	_, err = r.sdk.DeregisterImage(t.Context(), &api.DeregisterImageInput{ImageId: made.ImageId})
	r.must(err)
	in.ClientToken = nil // the client has filled it in
	_, err = r.sdk.RunInstances(t.Context(), in)
	same(t, "launch of a gone image", code(err), "InvalidAMIID.NotFound")
	same(t, "image of the server", *r.instance(*launched.Instances[0].InstanceId).ImageId, *made.ImageId)
}
