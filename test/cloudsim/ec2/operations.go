package ec2

// Parts of forms that many actions share (see declared).
const (
	tagSpecs = " TagSpecification.N.ResourceType TagSpecification.N.Tag.N.Key TagSpecification.N.Tag.N.Value "
	filters  = " Filter.N.Name Filter.N.Value.N "
	paging   = " MaxResults# NextToken "
	powered  = " InstanceId.N! "

	runForm = `ImageId! MinCount#! MaxCount#! InstanceType KeyName UserData ClientToken SubnetId PrivateIpAddress
		SecurityGroupId.N SecurityGroup.N Placement.AvailabilityZone Placement.Tenancy HibernationOptions.Configured?
		DisableApiTermination? InstanceInitiatedShutdownBehavior EbsOptimized? Monitoring.Enabled?
		NetworkInterface.N.DeviceIndex# NetworkInterface.N.NetworkInterfaceId NetworkInterface.N.SubnetId
		NetworkInterface.N.SecurityGroupId.N NetworkInterface.N.PrivateIpAddress NetworkInterface.N.Description
		NetworkInterface.N.AssociatePublicIpAddress? NetworkInterface.N.DeleteOnTermination?
		BlockDeviceMapping.N.DeviceName BlockDeviceMapping.N.Ebs.VolumeSize# BlockDeviceMapping.N.Ebs.VolumeType
		BlockDeviceMapping.N.Ebs.Iops# BlockDeviceMapping.N.Ebs.SnapshotId BlockDeviceMapping.N.Ebs.Encrypted?
		BlockDeviceMapping.N.Ebs.DeleteOnTermination? MetadataOptions.HttpTokens MetadataOptions.HttpEndpoint
		MetadataOptions.HttpPutResponseHopLimit#` + tagSpecs

	modifyInstanceForm = `InstanceId! Attribute Value InstanceType.Value UserData.Value DisableApiTermination.Value?
		InstanceInitiatedShutdownBehavior.Value SourceDestCheck.Value? GroupId.N`

	modifyInterfaceForm = `NetworkInterfaceId! SecurityGroupId.N Description.Value SourceDestCheck.Value?
		Attachment.AttachmentId Attachment.DeleteOnTermination?`
)

// operations are the actions that are simulated, by the version of their API.
var operations = map[string]map[string]operation{
	stsAPI.version: {
		"GetCallerIdentity": {"", getCallerIdentity},
		"AssumeRole":        {"RoleArn! RoleSessionName! DurationSeconds# ExternalId Policy", assumeRole},
	},
	ec2API.version: {
		"DescribeRegions":           {"RegionName.N AllRegions?" + filters, describeRegions},
		"DescribeAvailabilityZones": {"ZoneName.N AllAvailabilityZones?" + filters, describeAvailabilityZones},
		"DescribeSpotPriceHistory": {
			"StartTime EndTime InstanceType.N ProductDescription.N AvailabilityZone" + filters + paging, describeSpotPriceHistory,
		},
		"DescribeInstanceTypes": {"InstanceType.N" + filters + paging, describeInstanceTypes},

		"RunInstances":              {runForm, runInstances},
		"DescribeInstances":         {"InstanceId.N" + filters + paging, describeInstances},
		"DescribeInstanceStatus":    {"InstanceId.N IncludeAllInstances?" + filters + paging, describeInstanceStatus},
		"StartInstances":            {powered, startInstances},
		"StopInstances":             {powered + "Hibernate? Force?", stopInstances},
		"RebootInstances":           {powered, rebootInstances},
		"TerminateInstances":        {powered, terminateInstances},
		"ModifyInstanceAttribute":   {modifyInstanceForm, modifyInstanceAttribute},
		"DescribeInstanceAttribute": {"InstanceId! Attribute!", describeInstanceAttribute},

		"DescribeImages":  {"ImageId.N Owner.N IncludeDeprecated? IncludeDisabled?" + filters + paging, describeImages},
		"CreateImage":     {"InstanceId! Name! Description NoReboot?" + tagSpecs, createImage},
		"DeregisterImage": {"ImageId! DeleteAssociatedSnapshots?", deregisterImage},

		"CreateVolume": {
			"AvailabilityZone! Size# VolumeType Iops# Throughput# SnapshotId Encrypted? ClientToken" + tagSpecs, createVolume,
		},
		"DescribeVolumes":              {"VolumeId.N" + filters + paging, describeVolumes},
		"DeleteVolume":                 {"VolumeId!", deleteVolume},
		"AttachVolume":                 {"VolumeId! InstanceId! Device!", attachVolume},
		"DetachVolume":                 {"VolumeId! InstanceId Device Force?", detachVolume},
		"ModifyVolume":                 {"VolumeId! Size# VolumeType Iops# Throughput#", modifyVolume},
		"DescribeVolumesModifications": {"VolumeId.N" + filters + paging, describeVolumesModifications},

		"DescribeVpcs":           {"VpcId.N" + filters + paging, describeVpcs},
		"CreateVpc":              {"CidrBlock! InstanceTenancy" + tagSpecs, createVpc},
		"DeleteVpc":              {"VpcId!", deleteVpc},
		"DescribeSubnets":        {"SubnetId.N" + filters + paging, describeSubnets},
		"CreateSubnet":           {"VpcId! CidrBlock! AvailabilityZone" + tagSpecs, createSubnet},
		"DeleteSubnet":           {"SubnetId!", deleteSubnet},
		"ModifySubnetAttribute":  {"SubnetId! MapPublicIpOnLaunch.Value?", modifySubnetAttribute},
		"DescribeSecurityGroups": {"GroupId.N GroupName.N" + filters + paging, describeSecurityGroups},

		"CreateNetworkInterface": {
			"SubnetId! Description PrivateIpAddress SecurityGroupId.N ClientToken" + tagSpecs, createNetworkInterface,
		},
		"DescribeNetworkInterfaces":       {"NetworkInterfaceId.N" + filters + paging, describeNetworkInterfaces},
		"AttachNetworkInterface":          {"NetworkInterfaceId! InstanceId! DeviceIndex#!", attachNetworkInterface},
		"DetachNetworkInterface":          {"AttachmentId! Force?", detachNetworkInterface},
		"DeleteNetworkInterface":          {"NetworkInterfaceId!", deleteNetworkInterface},
		"ModifyNetworkInterfaceAttribute": {modifyInterfaceForm, modifyNetworkInterfaceAttribute},

		"AllocateAddress":     {"Domain" + tagSpecs, allocateAddress},
		"DescribeAddresses":   {"AllocationId.N PublicIp.N" + filters, describeAddresses},
		"AssociateAddress":    {"AllocationId PublicIp InstanceId NetworkInterfaceId AllowReassociation?", associateAddress},
		"DisassociateAddress": {"AssociationId PublicIp", disassociateAddress},
		"ReleaseAddress":      {"AllocationId PublicIp", releaseAddress},

		"ImportKeyPair":    {"KeyName! PublicKeyMaterial!" + tagSpecs, importKeyPair},
		"DescribeKeyPairs": {"KeyName.N KeyPairId.N IncludePublicKey?" + filters, describeKeyPairs},
		"DeleteKeyPair":    {"KeyName KeyPairId", deleteKeyPair},

		"CreateTags":   {"ResourceId.N! Tag.N.Key! Tag.N.Value", createTags},
		"DeleteTags":   {"ResourceId.N! Tag.N.Key Tag.N.Value", deleteTags},
		"DescribeTags": {filters + paging, describeTags},
	},
}
