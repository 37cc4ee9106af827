package ec2_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/test/cloudsim/ec2"
)

func TestLifeOfAnInstance(t *testing.T) {
	r := newRig(t, ec2.Options{})
	ctx := t.Context()
	id := r.launch(1)[0]
	ids := []string{id}
	state := func(want types.InstanceStateName) {
		t.Helper()
		same(t, "state", r.instance(id).State.Name, want)
	}

	state("pending")
	r.Pass(step - time.Nanosecond)
	state("pending")
	r.Pass(time.Nanosecond)
	state("running")
	first := *r.instance(id).PublicIpAddress

	_, err := r.sdk.StopInstances(ctx, &api.StopInstancesInput{InstanceIds: ids})
	r.must(err)
	state("stopping")
	_, err = r.sdk.StartInstances(ctx, &api.StartInstancesInput{InstanceIds: ids})
	same(t, "start while stopping", code(err), "IncorrectInstanceState")
	r.Pass(step)
	state("stopped")
	same(t, "reason", *r.instance(id).StateReason.Code, "Client.UserInitiatedShutdown")
	if at := r.instance(id).PublicIpAddress; at != nil {
		t.Errorf("a stopped instance has public address %s", *at)
	}
	again, err := r.sdk.StopInstances(ctx, &api.StopInstancesInput{InstanceIds: ids})
	r.must(err)
	same(t, "stop of a stopped one", again.StoppingInstances[0].CurrentState.Name, "stopped")

	_, err = r.sdk.StartInstances(ctx, &api.StartInstancesInput{InstanceIds: ids})
	r.must(err)
	state("pending")
	r.Pass(step)
	state("running")
	if second := *r.instance(id).PublicIpAddress; second == first {
		t.Errorf("the same public address %s after a restart", second)
	}

	gone, err := r.sdk.TerminateInstances(ctx, &api.TerminateInstancesInput{InstanceIds: ids})
	r.must(err)
	same(t, "terminate", gone.TerminatingInstances[0].CurrentState.Name, "shutting-down")
	r.Pass(step)
	state("terminated")
	same(t, "root volume and interface", r.Counts().Volumes+r.Counts().Interfaces, 0)
	r.Pass(time.Hour - time.Nanosecond)
	state("terminated")
	r.Pass(time.Nanosecond)
	_, err = r.sdk.DescribeInstances(ctx, &api.DescribeInstancesInput{InstanceIds: ids})
	same(t, "an hour later", code(err), "InvalidInstanceID.NotFound")
}

func TestWhatALaunchMakes(t *testing.T) {
	r := newRig(t, ec2.Options{})
	in := r.wish(1)
	in.UserData = aws.String(base64.StdEncoding.EncodeToString([]byte("#!/bin/sh")))
	in.ClientToken = aws.String("token-1")
	in.TagSpecifications = []types.TagSpecification{{
		ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("web & co")}},
	}}
	out, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	i := out.Instances[0]
	same(t, "name", *i.Tags[0].Value, "web & co")
	same(t, "zone", *i.Placement.AvailabilityZone, "eu-central-1a")
	same(t, "subnet", *i.SubnetId, r.DefaultNetwork().Subnets[0])
	same(t, "group", *i.SecurityGroups[0].GroupId, r.DefaultNetwork().Group)
	same(t, "private address", *i.PrivateIpAddress, "172.31.0.4")
	same(t, "private name", *i.PrivateDnsName, "ip-172-31-0-4.eu-central-1.compute.internal")
	same(t, "token", *i.ClientToken, "token-1")
	same(t, "launched", i.LaunchTime.UTC(), r.Now())
	same(t, "architecture", i.Architecture, "x86_64")
	same(t, "root device", *i.BlockDeviceMappings[0].DeviceName, *i.RootDeviceName)
	same(t, "interface index", *i.NetworkInterfaces[0].Attachment.DeviceIndex, 0)
	same(t, "public address", *i.NetworkInterfaces[0].Association.PublicIp, *i.PublicIpAddress)
	seen := r.InstancesByToken("token-1")
	same(t, "instances of the token", len(seen), 1)
	same(t, "user data", seen[0].UserData, "#!/bin/sh")
	same(t, "counts", r.Counts(), ec2.Counts{Instances: 1, Volumes: 1, Interfaces: 1, VPCs: 1, Subnets: 3})
	attribute, err := r.sdk.DescribeInstanceAttribute(t.Context(), &api.DescribeInstanceAttributeInput{
		InstanceId: i.InstanceId, Attribute: types.InstanceAttributeNameUserData,
	})
	r.must(err)
	same(t, "user data attribute", *attribute.UserData.Value, *in.UserData)
}

func TestClientToken(t *testing.T) {
	r := newRig(t, ec2.Options{})
	in := r.wish(2)
	in.ClientToken = aws.String("once")
	first, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	r.Pass(step)
	second, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	same(t, "reservation", *second.ReservationId, *first.ReservationId)
	same(t, "state of the repeated answer", second.Instances[1].State.Name, "running")
	same(t, "instances", r.Counts().Instances, 2)

	in.InstanceType = types.InstanceTypeT3Small
	_, err = r.sdk.RunInstances(t.Context(), in)
	same(t, "another form", code(err), "IdempotentParameterMismatch")

	in.InstanceType = types.InstanceTypeT3Micro
	_, err = r.sdk.TerminateInstances(t.Context(), &api.TerminateInstancesInput{InstanceIds: []string{*first.Instances[0].InstanceId}})
	r.must(err)
	_, err = r.sdk.RunInstances(t.Context(), in)
	same(t, "after termination", code(err), "IdempotentInstanceTerminated")
	same(t, "instances in the end", len(r.InstancesByToken("once")), 2)
}

func TestQuota(t *testing.T) {
	r := newRig(t, ec2.Options{MaxInstances: 3})
	r.launch(2)
	in := r.wish(2)
	_, err := r.sdk.RunInstances(t.Context(), in)
	same(t, "two more", code(err), "InstanceLimitExceeded")
	in.MinCount = aws.Int32(1)
	out, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	same(t, "as many as possible", len(out.Instances), 1)
}

func TestHibernation(t *testing.T) {
	r := newRig(t, ec2.Options{})
	plain := r.running()
	_, err := r.sdk.StopInstances(t.Context(), &api.StopInstancesInput{InstanceIds: []string{plain}, Hibernate: aws.Bool(true)})
	same(t, "launched without", code(err), "UnsupportedHibernationConfiguration")

	in := r.wish(1)
	in.HibernationOptions = &types.HibernationOptionsRequest{Configured: aws.Bool(true)}
	_, err = r.sdk.RunInstances(t.Context(), in)
	same(t, "root volume not encrypted", code(err), "UnsupportedHibernationConfiguration")
	in.BlockDeviceMappings = []types.BlockDeviceMapping{{
		DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{Encrypted: aws.Bool(true), VolumeSize: aws.Int32(20)},
	}}
	out, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	r.Pass(step)
	id := *out.Instances[0].InstanceId
	same(t, "configured", *r.instance(id).HibernationOptions.Configured, true)
	_, err = r.sdk.StopInstances(t.Context(), &api.StopInstancesInput{InstanceIds: []string{id}, Hibernate: aws.Bool(true)})
	r.must(err)
	r.Pass(step)
	same(t, "reason", *r.instance(id).StateReason.Code, "Client.UserInitiatedHibernate")
}

func TestAttributes(t *testing.T) {
	r := newRig(t, ec2.Options{})
	id := r.running()
	retype := func(name string) error {
		_, err := r.sdk.ModifyInstanceAttribute(t.Context(), &api.ModifyInstanceAttributeInput{
			InstanceId: &id, InstanceType: &types.AttributeValue{Value: &name},
		})
		return err
	}
	protect := func(on bool) {
		_, err := r.sdk.ModifyInstanceAttribute(t.Context(), &api.ModifyInstanceAttributeInput{
			InstanceId: &id, DisableApiTermination: &types.AttributeBooleanValue{Value: &on},
		})
		r.must(err)
	}
	same(t, "while running", code(retype("t3.large")), "IncorrectInstanceState")
	_, err := r.sdk.StopInstances(t.Context(), &api.StopInstancesInput{InstanceIds: []string{id}})
	r.must(err)
	r.Pass(step)
	same(t, "unknown type", code(retype("t3.huge")), "InvalidParameterValue")
	same(t, "other architecture", code(retype("t4g.micro")), "InvalidParameterValue")
	r.must(retype("t3.large"))
	same(t, "type", r.instance(id).InstanceType, "t3.large")

	protect(true)
	_, err = r.sdk.TerminateInstances(t.Context(), &api.TerminateInstancesInput{InstanceIds: []string{id}})
	same(t, "protected", code(err), "OperationNotPermitted")
	protect(false)
	_, err = r.sdk.TerminateInstances(t.Context(), &api.TerminateInstancesInput{InstanceIds: []string{id}})
	r.must(err)
}

func TestPowerIsAllOrNothing(t *testing.T) {
	r := newRig(t, ec2.Options{})
	running := r.running()
	pending := r.launch(1)[0]
	_, err := r.sdk.StopInstances(t.Context(), &api.StopInstancesInput{InstanceIds: []string{running, pending}})
	same(t, "one pending", code(err), "IncorrectInstanceState")
	same(t, "the other", r.instance(running).State.Name, "running")
	_, err = r.sdk.RebootInstances(t.Context(), &api.RebootInstancesInput{InstanceIds: []string{running}})
	r.must(err)
	same(t, "after reboot", r.instance(running).State.Name, "running")
}

func TestInstanceStatus(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.running()
	r.launch(1)
	for _, c := range []struct {
		all  bool
		want int
	}{{false, 1}, {true, 2}} {
		out, err := r.sdk.DescribeInstanceStatus(t.Context(), &api.DescribeInstanceStatusInput{IncludeAllInstances: &c.all})
		r.must(err)
		same(t, "statuses", len(out.InstanceStatuses), c.want)
		same(t, "check", out.InstanceStatuses[0].InstanceStatus.Status, types.SummaryStatusOk)
	}
}
