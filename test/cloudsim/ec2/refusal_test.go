package ec2_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/ec2"
)

// pairs splits "Name=value Name=value", replacing the names of resources by
// their ids.
func pairs(text string, ids map[string]string) []string {
	var list []string
	for field := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(field, "=")
		if id, ok := ids[value]; ok {
			value = id
		}
		list = append(list, name, value)
	}
	return list
}

// launch is the form of a launch that would be carried out.
const launch = "ImageId=IMAGE InstanceType=t3.micro MinCount=1 MaxCount=1 "

// refusals are forms that ask for what cannot be, and the codes of the Amazon
// EC2 API Reference, "Error codes for the Amazon EC2 API". Names in capitals and
// of servers stand for ids.
var refusals = []struct{ action, form, code string }{
	{"", "", "MissingAction"},
	{"DescribeEverything", "", "InvalidAction"},
	{"DescribeInstances", "Colour=red", "UnknownParameter"},
	{"DescribeInstances", "InstanceId.1.Colour=red", "UnknownParameter"},
	{"DescribeInstances", "MaxResults=4", "InvalidParameterValue"},
	{"DescribeInstances", "MaxResults=many", "InvalidParameterValue"},
	{"DescribeInstances", "MaxResults=5 InstanceId.1=shop-db", "InvalidParameterCombination"},
	{"DescribeInstances", "NextToken=x", "InvalidNextToken"},
	{"DescribeInstances", "InstanceId.1=i-x", "InvalidInstanceID.Malformed"},
	{"DescribeInstances", "InstanceId.1=shop-db InstanceId.2=NOBODY", "InvalidInstanceID.NotFound"},
	{"DescribeInstances", "Filter.1.Name=colour Filter.1.Value.1=red", "InvalidParameterValue"},
	{"DescribeInstances", "Filter.1.Name=image-id", "InvalidParameterValue"},
	{"DescribeInstances", "DryRun=true", "DryRunOperation"},
	{"DescribeInstances", "DryRun=maybe", "InvalidParameterValue"},
	{"DescribeInstanceTypes", "MaxResults=101", "InvalidParameterValue"},
	{"DescribeInstanceTypes", "InstanceType.1=t9.huge", "InvalidInstanceType"},

	{"RunInstances", "MinCount=1 MaxCount=1", "MissingParameter"},
	{"RunInstances", "ImageId=IMAGE MinCount=2 MaxCount=1", "InvalidParameterValue"},
	{"RunInstances", "ImageId=ami-x MinCount=1 MaxCount=1", "InvalidAMIID.Malformed"},
	{"RunInstances", "ImageId=ami-0123456789abcdef0 MinCount=1 MaxCount=1", "InvalidAMIID.NotFound"},
	{"RunInstances", "ImageId=IMAGE InstanceType=t9.huge MinCount=1 MaxCount=1", "InvalidParameterValue"},
	{"RunInstances", "ImageId=ARM InstanceType=t3.micro MinCount=1 MaxCount=1", "InvalidParameterValue"},
	{"RunInstances", launch + "KeyName=none", "InvalidKeyPair.NotFound"},
	{"RunInstances", launch + "UserData=%", "InvalidUserData.Malformed"},
	{"RunInstances", launch + "UserData=LONG", "InvalidParameterValue"},
	{"RunInstances", launch + "SubnetId=subnet-01234567", "InvalidSubnetID.NotFound"},
	{"RunInstances", launch + "SecurityGroupId.1=sg-01234567", "InvalidGroup.NotFound"},
	{"RunInstances", launch + "SecurityGroup.1=none", "InvalidGroup.NotFound"},
	{"RunInstances", launch + "Placement.AvailabilityZone=mars-1a", "InvalidParameterValue"},
	{"RunInstances", launch + "PrivateIpAddress=10.0.0.1", "InvalidParameterValue"},
	{"RunInstances", launch + "PrivateIpAddress=172.31.0.4", "InvalidIPAddress.InUse"},
	{"RunInstances", launch + "NetworkInterface.1.DeviceIndex=1", "InvalidParameterCombination"},
	{"RunInstances", launch + "NetworkInterface.1.DeviceIndex=0 SubnetId=SUBNET", "InvalidParameterCombination"},
	{"RunInstances", launch + "NetworkInterface.1.DeviceIndex=0 NetworkInterface.2.DeviceIndex=0", "InvalidParameterValue"},
	{"RunInstances", launch + "NetworkInterface.1.DeviceIndex=0 NetworkInterface.1.AssociatePublicIpAddress=true NetworkInterface.2.DeviceIndex=1", "InvalidParameterCombination"},
	{"RunInstances", launch + "BlockDeviceMapping.1.DeviceName=/dev/xvda BlockDeviceMapping.1.Ebs.VolumeSize=2", "InvalidParameterValue"},
	{"RunInstances", launch + "TagSpecification.1.ResourceType=vpc", "InvalidParameterValue"},
	{"RunInstances", launch + "TagSpecification.1.ResourceType=instance TagSpecification.1.Tag.1.Key=aws:x", "InvalidParameterValue"},
	{"RunInstances", "ImageId=IMAGE InstanceType=t4g.micro MinCount=1 MaxCount=1 HibernationOptions.Configured=true", "InvalidParameterValue"},

	{"StartInstances", "", "MissingParameter"},
	{"StartInstances", "InstanceId.1=NOBODY", "InvalidInstanceID.NotFound"},
	{"StartInstances", "InstanceId.1=load-test", "IncorrectInstanceState"},
	{"StopInstances", "InstanceId.1=load-test", "IncorrectInstanceState"},
	{"StopInstances", "InstanceId.1=shop-db Hibernate=true", "UnsupportedHibernationConfiguration"},
	{"RebootInstances", "InstanceId.1=shop-test", "IncorrectInstanceState"},
	{"ModifyInstanceAttribute", "InstanceId=shop-db InstanceType.Value=t3.large", "IncorrectInstanceState"},
	{"ModifyInstanceAttribute", "InstanceId=shop-db Attribute=userData Value=eA==", "IncorrectInstanceState"},
	{"DescribeInstanceAttribute", "InstanceId=shop-db Attribute=colour", "InvalidParameterValue"},

	{"CreateImage", "InstanceId=load-test Name=abc", "IncorrectState"},
	{"CreateImage", "InstanceId=shop-db Name=ab", "InvalidAMIName.Malformed"},
	{"DeregisterImage", "ImageId=IMAGE", "AuthFailure"},

	{"CreateVolume", "AvailabilityZone=mars-1a Size=1", "InvalidZone.NotFound"},
	{"CreateVolume", "AvailabilityZone=eu-central-1a", "MissingParameter"},
	{"CreateVolume", "AvailabilityZone=eu-central-1a Size=100 VolumeType=st1", "InvalidParameterValue"},
	{"CreateVolume", "AvailabilityZone=eu-central-1a Size=100 VolumeType=io2", "MissingParameter"},
	{"CreateVolume", "AvailabilityZone=eu-central-1a Size=1 VolumeType=floppy", "InvalidParameterValue"},
	{"CreateVolume", "AvailabilityZone=eu-central-1a SnapshotId=snap-0", "InvalidSnapshot.NotFound"},
	{"AttachVolume", "VolumeId=VOLUME InstanceId=shop-web-2 Device=/dev/sdf", "InvalidVolume.ZoneMismatch"},
	{"AttachVolume", "VolumeId=VOLUME InstanceId=shop-db Device=/dev/sdf", "InvalidParameterValue"},
	{"AttachVolume", "VolumeId=VOLUME InstanceId=shop-db Device=disk", "InvalidParameterValue"},
	{"AttachVolume", "VolumeId=VOLUME InstanceId=load-test Device=/dev/sdf", "IncorrectState"},
	{"AttachVolume", "VolumeId=VOLUME InstanceId=shop-db", "MissingParameter"},
	{"DetachVolume", "VolumeId=VOLUME", "IncorrectState"},
	{"DetachVolume", "VolumeId=shop-db.root", "OperationNotPermitted"},
	{"DetachVolume", "VolumeId=shop-db.root InstanceId=bastion", "InvalidAttachment.NotFound"},
	{"DeleteVolume", "VolumeId=disk", "InvalidParameterValue"},
	{"ModifyVolume", "VolumeId=VOLUME Size=5", "InvalidParameterValue"},

	{"CreateVpc", "CidrBlock=10.0.0.0/8", "InvalidVpc.Range"},
	{"DeleteVpc", "VpcId=VPC", "DependencyViolation"},
	{"CreateSubnet", "VpcId=VPC CidrBlock=172.31.0.0/24", "InvalidSubnet.Conflict"},
	{"DeleteSubnet", "SubnetId=SUBNET", "DependencyViolation"},
	{"CreateNetworkInterface", "SubnetId=subnet-01234567", "InvalidSubnetID.NotFound"},
	{"DetachNetworkInterface", "AttachmentId=eni-attach-0", "InvalidAttachmentID.NotFound"},
	{"DeleteNetworkInterface", "NetworkInterfaceId=eni-01234567", "InvalidNetworkInterfaceID.NotFound"},
	{"DescribeNetworkInterfaces", "NetworkInterfaceId.1=eni-x", "InvalidNetworkInterfaceId.Malformed"},

	{"ReleaseAddress", "AllocationId=eipalloc-01234567", "InvalidAllocationID.NotFound"},
	{"ReleaseAddress", "PublicIp=192.0.2.1", "InvalidAddress.NotFound"},
	{"ReleaseAddress", "", "MissingParameter"},
	{"DisassociateAddress", "AssociationId=eipassoc-0", "InvalidAssociationID.NotFound"},
	{"ImportKeyPair", "KeyName=x PublicKeyMaterial=%", "InvalidParameterValue"},
	{"CreateTags", "ResourceId.1=thing-1 Tag.1.Key=a", "InvalidID"},
	{"CreateTags", "ResourceId.1=NOBODY Tag.1.Key=a", "InvalidInstanceID.NotFound"},
	{"CreateTags", "ResourceId.1=shop-db Tag.1.Key=aws:a", "InvalidParameterValue"},
}

// TestRefusals asks form by form, and sees that nothing is left behind.
func TestRefusals(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.must(r.Seed(ec2.Shop()))
	ids := map[string]string{
		"IMAGE": r.Image("debian-12-amd64*"), "ARM": r.Image("*-arm64-*"), "NOBODY": "i-0123456789abcdef0",
		"SUBNET": r.DefaultNetwork().Subnets[0], "GROUP": r.DefaultNetwork().Group,
		"LONG": base64.StdEncoding.EncodeToString(make([]byte, 16385)), "VPC": r.DefaultNetwork().VPC,
		"VOLUME": r.volume(10),
	}
	for _, i := range r.Instances() {
		ids[i.Name] = i.ID
		if len(i.Volumes) > 0 {
			ids[i.Name+".root"] = i.Volumes[0]
		}
	}
	for _, c := range refusals {
		before := r.Counts()
		res, d := r.bare(c.action, pairs(c.form, ids)...)
		if d.code() != c.code || d.Request == "" || res.Header.Get("X-Amzn-Requestid") != d.Request {
			t.Errorf("%s %s: got %d %s %q, want %s", c.action, c.form, res.StatusCode, d.code(), d.Request, c.code)
		}
		same(t, c.action+" "+c.form, r.Counts(), before)
	}
}

func TestVersions(t *testing.T) {
	r := newRig(t, ec2.Options{})
	for version, want := range map[string]string{"2016-11-15": "", "2006-06-26": "NoSuchVersion", "": "NoSuchVersion"} {
		_, d := r.send(r.request(t.Context(), url.Values{"Action": {"DescribeRegions"}, "Version": {version}}, time.Now()))
		same(t, "version "+version, d.code(), want)
	}
}

func TestTooManyTags(t *testing.T) {
	r := newRig(t, ec2.Options{})
	id := r.running()
	names := strings.Fields(strings.Repeat("x ", 51))
	pairs := []string{"ResourceId.1", id}
	for i := range names {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		pairs = append(pairs, "Tag.1"+n+".Key", "key"+n)
	}
	_, d := r.bare("CreateTags", pairs...)
	same(t, "51 tags", d.code(), "TagLimitExceeded")
	_, d = r.bare("CreateTags", pairs[:2+2*50]...)
	same(t, "50 tags", d.code(), "")
	_, d = r.bare("CreateTags", "ResourceId.1", id, "Tag.1.Key", "one more")
	same(t, "one more", d.code(), "TagLimitExceeded")
}

func TestSeedRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		estate ec2.Estate
		want   string
	}{
		"image": {ec2.Estate{Servers: []ec2.Server{{Name: "a", Image: "none"}}}, "no image none"},
		"type":  {ec2.Estate{Servers: []ec2.Server{{Name: "a", Type: "t9.huge"}}}, "InvalidParameterValue"},
		"state": {ec2.Estate{Servers: []ec2.Server{{Name: "a", State: "asleep"}}}, "no state"},
		"quota": {ec2.Crowd(2), "InstanceLimitExceeded"},
		"disk":  {ec2.Estate{Disks: []ec2.Disk{{Name: "d", GiB: 1, Server: "none"}}}, "no server none"},
		"key":   {ec2.Estate{Keys: []ec2.Key{{Name: "k"}}}, "ImportKeyPair"},
	} {
		r := newRig(t, ec2.Options{MaxInstances: 1})
		err := r.Seed(c.estate)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestCrowd(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.must(r.Seed(ec2.Crowd(300)))
	same(t, "counts", r.Counts(), ec2.Counts{Instances: 300, Volumes: 300, Interfaces: 300, VPCs: 1, Subnets: 3})
	ids := map[string]bool{}
	for _, i := range r.Instances() {
		same(t, i.Name, i.State, "running")
		ids[i.ID] = true
	}
	same(t, "ids", len(ids), 300)
	first, second := newRig(t, ec2.Options{}), newRig(t, ec2.Options{Account: "210987654321"})
	if first.DefaultNetwork().VPC == second.DefaultNetwork().VPC {
		t.Error("two accounts have the same VPC")
	}
}
