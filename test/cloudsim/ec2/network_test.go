package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/test/cloudsim/ec2"
)

func TestDefaultNetwork(t *testing.T) {
	r := newRig(t, ec2.Options{})
	out, err := r.sdk.DescribeSubnets(t.Context(), &api.DescribeSubnetsInput{
		Filters: []types.Filter{{Name: aws.String("vpc-id"), Values: []string{r.DefaultNetwork().VPC}}},
	})
	r.must(err)
	for i, want := range []struct{ zone, zoneID, block string }{
		{"eu-central-1a", "euc1-az1", "172.31.0.0/20"},
		{"eu-central-1b", "euc1-az2", "172.31.16.0/20"},
		{"eu-central-1c", "euc1-az3", "172.31.32.0/20"},
	} {
		s := out.Subnets[i]
		same(t, "zone", *s.AvailabilityZone, want.zone)
		same(t, "zone id", *s.AvailabilityZoneId, want.zoneID)
		same(t, "block", *s.CidrBlock, want.block)
		same(t, "free addresses", *s.AvailableIpAddressCount, 4091)
		same(t, "default", *s.DefaultForAz && *s.MapPublicIpOnLaunch, true)
	}
}

func TestSubnets(t *testing.T) {
	r := newRig(t, ec2.Options{})
	ctx := t.Context()
	vpc, err := r.sdk.CreateVpc(ctx, &api.CreateVpcInput{CidrBlock: aws.String("10.1.0.0/16")})
	r.must(err)
	create := func(block string) (*api.CreateSubnetOutput, error) {
		return r.sdk.CreateSubnet(ctx, &api.CreateSubnetInput{VpcId: vpc.Vpc.VpcId, CidrBlock: &block})
	}
	made, err := create("10.1.0.0/28")
	r.must(err)
	for block, want := range map[string]string{
		"10.1.0.0/24":  "InvalidSubnet.Conflict",
		"10.1.0.8/28":  "InvalidSubnet.Conflict",
		"10.2.0.0/24":  "InvalidSubnet.Range",
		"10.1.1.0/29":  "InvalidSubnet.Range",
		"10.0.0.0/15":  "InvalidSubnet.Range",
		"10.1.0.0":     "InvalidParameterValue",
		"fd00::/64":    "InvalidParameterValue",
		"10.1.0.16/28": "",
	} {
		_, err := create(block)
		same(t, block, code(err), want)
	}
	_, err = r.sdk.DeleteVpc(ctx, &api.DeleteVpcInput{VpcId: vpc.Vpc.VpcId})
	same(t, "VPC in use", code(err), "DependencyViolation")

	in := r.wish(1)
	in.SubnetId = made.Subnet.SubnetId
	out, err := r.sdk.RunInstances(ctx, in)
	r.must(err)
	if at := out.Instances[0].PublicIpAddress; at != nil {
		t.Errorf("public address %s in a subnet that maps none", *at)
	}
	_, err = r.sdk.ModifySubnetAttribute(ctx, &api.ModifySubnetAttributeInput{
		SubnetId: made.Subnet.SubnetId, MapPublicIpOnLaunch: &types.AttributeBooleanValue{Value: aws.Bool(true)},
	})
	r.must(err)
	_, err = r.sdk.DeleteSubnet(ctx, &api.DeleteSubnetInput{SubnetId: made.Subnet.SubnetId})
	same(t, "subnet in use", code(err), "DependencyViolation")

	in.ClientToken = nil        // the client fills it in
	in.MaxCount = aws.Int32(20) // the subnet has 16 - 5 - 1 addresses left
	out, err = r.sdk.RunInstances(ctx, in)
	r.must(err)
	same(t, "as many as addresses", len(out.Instances), 10)
	if out.Instances[0].PublicIpAddress == nil {
		t.Error("no public address in a subnet that maps them")
	}
	in.ClientToken = nil
	_, err = r.sdk.RunInstances(ctx, in)
	same(t, "no address left", code(err), "InsufficientFreeAddressesInSubnet")
	same(t, "nothing left behind", r.Counts().Instances+r.Counts().Interfaces+r.Counts().Volumes, 3*11)
}

func TestInterfaces(t *testing.T) {
	r := newRig(t, ec2.Options{})
	ctx := t.Context()
	server := r.running()
	in := &api.CreateNetworkInterfaceInput{
		SubnetId: &r.DefaultNetwork().Subnets[0], ClientToken: aws.String("once"), PrivateIpAddress: aws.String("172.31.0.99"),
	}
	made, err := r.sdk.CreateNetworkInterface(ctx, in)
	r.must(err)
	again, err := r.sdk.CreateNetworkInterface(ctx, in)
	r.must(err)
	id := *made.NetworkInterface.NetworkInterfaceId
	same(t, "repeated", *again.NetworkInterface.NetworkInterfaceId, id)
	status := func(want types.NetworkInterfaceStatus) types.NetworkInterface {
		t.Helper()
		out, err := r.sdk.DescribeNetworkInterfaces(ctx, &api.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}})
		r.must(err)
		same(t, "status", out.NetworkInterfaces[0].Status, want)
		return out.NetworkInterfaces[0]
	}
	status("pending")
	r.Pass(step)
	status("available")
	attach := func(index int32) (*api.AttachNetworkInterfaceOutput, error) {
		return r.sdk.AttachNetworkInterface(ctx, &api.AttachNetworkInterfaceInput{
			NetworkInterfaceId: &id, InstanceId: &server, DeviceIndex: &index,
		})
	}
	_, err = attach(0)
	same(t, "index in use", code(err), "InvalidParameterValue")
	place, err := attach(1)
	r.must(err)
	same(t, "attachment", status("in-use").Attachment.Status, "attaching")
	r.Pass(step)
	same(t, "attachment", status("in-use").Attachment.Status, "attached")
	same(t, "interfaces of the server", len(r.instance(server).NetworkInterfaces), 2)
	_, err = attach(2)
	same(t, "interface in use", code(err), "InvalidNetworkInterface.InUse")
	_, err = r.sdk.DeleteNetworkInterface(ctx, &api.DeleteNetworkInterfaceInput{NetworkInterfaceId: &id})
	same(t, "delete while attached", code(err), "InvalidNetworkInterface.InUse")

	_, err = r.sdk.ModifyNetworkInterfaceAttribute(ctx, &api.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: &id,
		Attachment:         &types.NetworkInterfaceAttachmentChanges{AttachmentId: place.AttachmentId, DeleteOnTermination: aws.Bool(true)},
	})
	r.must(err)
	same(t, "goes with the server", *status("in-use").Attachment.DeleteOnTermination, true)
	_, err = r.sdk.DetachNetworkInterface(ctx, &api.DetachNetworkInterfaceInput{AttachmentId: place.AttachmentId})
	r.must(err)
	r.Pass(step)
	status("available")
	_, err = r.sdk.DeleteNetworkInterface(ctx, &api.DeleteNetworkInterfaceInput{NetworkInterfaceId: &id})
	r.must(err)
	primary := r.instance(server).NetworkInterfaces[0].Attachment.AttachmentId
	_, err = r.sdk.DetachNetworkInterface(ctx, &api.DetachNetworkInterfaceInput{AttachmentId: primary})
	same(t, "the primary one", code(err), "OperationNotPermitted")
}

// TestInterfaceLimit puts a third interface into a type that holds two.
func TestInterfaceLimit(t *testing.T) {
	r := newRig(t, ec2.Options{})
	server := r.running()
	attach := func(index int32) error {
		n, err := r.sdk.CreateNetworkInterface(t.Context(), &api.CreateNetworkInterfaceInput{SubnetId: &r.DefaultNetwork().Subnets[0]})
		r.must(err)
		_, err = r.sdk.AttachNetworkInterface(t.Context(), &api.AttachNetworkInterfaceInput{
			NetworkInterfaceId: n.NetworkInterface.NetworkInterfaceId, InstanceId: &server, DeviceIndex: &index,
		})
		return err
	}
	r.must(attach(1))
	same(t, "the third", code(attach(2)), "AttachmentLimitExceeded")
}

func TestLaunchWithInterfaces(t *testing.T) {
	r := newRig(t, ec2.Options{})
	net := r.DefaultNetwork()
	in := r.wish(1)
	in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{
		{DeviceIndex: aws.Int32(1), SubnetId: &net.Subnets[1], Groups: []string{net.Group}},
		{DeviceIndex: aws.Int32(0), SubnetId: &net.Subnets[1], PrivateIpAddress: aws.String("172.31.16.9")},
	}
	out, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	i := out.Instances[0]
	same(t, "interfaces", len(i.NetworkInterfaces), 2)
	same(t, "primary address", *i.PrivateIpAddress, "172.31.16.9")
	same(t, "zone", *i.Placement.AvailabilityZone, "eu-central-1b")
	if i.PublicIpAddress != nil {
		t.Error("a public address with two interfaces")
	}
	in.ClientToken = nil // the client has filled it in
	in.NetworkInterfaces = in.NetworkInterfaces[1:]
	in.NetworkInterfaces[0].PrivateIpAddress = nil
	in.NetworkInterfaces[0].AssociatePublicIpAddress = aws.Bool(false)
	out, err = r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	if out.Instances[0].PublicIpAddress != nil {
		t.Error("a public address that was not wanted")
	}
}

func TestAddresses(t *testing.T) {
	r := newRig(t, ec2.Options{MaxAddresses: 2})
	ctx := t.Context()
	server := r.running()
	own := *r.instance(server).PublicIpAddress
	a, err := r.sdk.AllocateAddress(ctx, &api.AllocateAddressInput{Domain: types.DomainTypeVpc})
	r.must(err)
	_, err = r.sdk.AllocateAddress(ctx, &api.AllocateAddressInput{})
	r.must(err)
	_, err = r.sdk.AllocateAddress(ctx, &api.AllocateAddressInput{})
	same(t, "one too many", code(err), "AddressLimitExceeded")

	place, err := r.sdk.AssociateAddress(ctx, &api.AssociateAddressInput{AllocationId: a.AllocationId, InstanceId: &server})
	r.must(err)
	same(t, "public address", *r.instance(server).PublicIpAddress, *a.PublicIp)
	out, err := r.sdk.DescribeAddresses(ctx, &api.DescribeAddressesInput{AllocationIds: []string{*a.AllocationId}})
	r.must(err)
	same(t, "instance of the address", *out.Addresses[0].InstanceId, server)
	same(t, "association", *out.Addresses[0].AssociationId, *place.AssociationId)
	_, err = r.sdk.ReleaseAddress(ctx, &api.ReleaseAddressInput{AllocationId: a.AllocationId})
	same(t, "release in use", code(err), "InvalidIPAddress.InUse")

	other := r.running()
	move := &api.AssociateAddressInput{AllocationId: a.AllocationId, InstanceId: &other, AllowReassociation: aws.Bool(false)}
	_, err = r.sdk.AssociateAddress(ctx, move)
	same(t, "must not move", code(err), "Resource.AlreadyAssociated")
	move.AllowReassociation = nil
	moved, err := r.sdk.AssociateAddress(ctx, move)
	r.must(err)
	same(t, "moved", *r.instance(other).PublicIpAddress, *a.PublicIp)
	if at := *r.instance(server).PublicIpAddress; at == *a.PublicIp || at == own {
		t.Errorf("the first server has address %s, want a new one", at)
	}

	_, err = r.sdk.StopInstances(ctx, &api.StopInstancesInput{InstanceIds: []string{other}})
	r.must(err)
	r.Pass(step)
	same(t, "kept when stopped", *r.instance(other).PublicIpAddress, *a.PublicIp)
	_, err = r.sdk.DisassociateAddress(ctx, &api.DisassociateAddressInput{AssociationId: moved.AssociationId})
	r.must(err)
	_, err = r.sdk.ReleaseAddress(ctx, &api.ReleaseAddressInput{AllocationId: a.AllocationId})
	r.must(err)
	same(t, "addresses", r.Counts().Addresses, 1)
}

func TestKeyPairs(t *testing.T) {
	r := newRig(t, ec2.Options{})
	ctx := t.Context()
	// A key of the bytes 0 to 31; ssh-keygen -l gives its fingerprint.
	public := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a"
	in := &api.ImportKeyPairInput{KeyName: aws.String("ops"), PublicKeyMaterial: []byte(public)}
	made, err := r.sdk.ImportKeyPair(ctx, in)
	r.must(err)
	same(t, "fingerprint", *made.KeyFingerprint, "ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA=")
	_, err = r.sdk.ImportKeyPair(ctx, in)
	same(t, "twice", code(err), "InvalidKeyPair.Duplicate")
	_, err = r.sdk.ImportKeyPair(ctx, &api.ImportKeyPairInput{KeyName: aws.String("bad"), PublicKeyMaterial: []byte("no key")})
	same(t, "no key", code(err), "InvalidKey.Format")
	out, err := r.sdk.DescribeKeyPairs(ctx, &api.DescribeKeyPairsInput{KeyNames: []string{"ops"}, IncludePublicKey: aws.Bool(true)})
	r.must(err)
	same(t, "material", *out.KeyPairs[0].PublicKey, public)
	same(t, "type", out.KeyPairs[0].KeyType, "ed25519")
	launch := r.wish(1)
	launch.KeyName = aws.String("ops")
	started, err := r.sdk.RunInstances(ctx, launch)
	r.must(err)
	same(t, "key of the server", *started.Instances[0].KeyName, "ops")
	for range 2 { // deleting what does not exist is no error
		_, err = r.sdk.DeleteKeyPair(ctx, &api.DeleteKeyPairInput{KeyName: aws.String("ops")})
		r.must(err)
	}
	_, err = r.sdk.DescribeKeyPairs(ctx, &api.DescribeKeyPairsInput{KeyNames: []string{"ops"}})
	same(t, "deleted", code(err), "InvalidKeyPair.NotFound")
}
