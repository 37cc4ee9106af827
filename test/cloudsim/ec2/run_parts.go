package ec2

import "slices"

// port is a wish for an interface of a new instance.
type port struct {
	index       int
	existing    *networkInterface // nil for a new one
	subnet      *subnet
	groups      []*securityGroup
	private     string
	description string
	givesPublic bool
	delete      bool
}

// device is a wish for a volume of a new instance.
type device struct {
	name   string
	spec   volumeSpec
	delete bool
}

// checkPorts reads the interfaces wished for: NetworkInterface.N, or one made
// of the parameters of the instance itself.
func (c *call) checkPorts(l *launch) error {
	wishes := c.parts("NetworkInterface")
	if len(wishes) == 0 {
		p, err := c.onlyPort()
		l.ports = []port{p}
		return err
	}
	for _, name := range []string{"SubnetId", "PrivateIpAddress", "SecurityGroupId.1", "SecurityGroup.1"} {
		if c.has(name) {
			return fail("InvalidParameterCombination", "Network interfaces and an instance-level %s may not be specified on the same request", name)
		}
	}
	for _, wish := range wishes {
		p, err := c.port(wish, len(wishes) == 1)
		if err != nil {
			return err
		}
		if p.existing != nil && l.most > 1 {
			return fail("InvalidParameterCombination", "An existing network interface can be used by one instance only")
		}
		l.ports = append(l.ports, p)
	}
	return l.checkPlaces()
}

// checkPlaces checks the interfaces of an instance against each other.
func (l *launch) checkPlaces() error {
	slices.SortFunc(l.ports, func(a, b port) int { return a.index - b.index })
	if l.ports[0].index != 0 {
		return fail("InvalidParameterCombination", "When specifying network interfaces, you must include a device at index 0.")
	}
	if len(l.ports) > l.kind.interfaces {
		return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for %s", len(l.ports), l.kind.name)
	}
	for i, p := range l.ports[1:] {
		if p.index == l.ports[i].index {
			return fail("InvalidParameterValue", "Each network interface requires a unique device index.")
		}
		if p.subnet.zone != l.ports[0].subnet.zone {
			return fail("InvalidParameterCombination", "Network interfaces must be in the same availability zone")
		}
	}
	return nil
}

// onlyPort is the interface of an instance for which none is specified.
func (c *call) onlyPort() (port, error) {
	s, err := c.subnetFor(c.text("SubnetId"))
	if err != nil {
		return port{}, err
	}
	groups, err := c.groupsFor(c.list("SecurityGroupId"), s)
	if names := c.list("SecurityGroup"); err == nil && len(names) > 0 {
		groups, err = c.groupsNamed(names)
	}
	return port{
		subnet: s, groups: groups, private: c.text("PrivateIpAddress"), givesPublic: s.givesPublic, delete: true,
	}, err
}

// subnetFor finds the subnet of a launch: the one named, or the default one of
// the zone asked for, or any default one.
func (c *call) subnetFor(id string) (*subnet, error) {
	zone := c.text("Placement.AvailabilityZone")
	if zone != "" {
		if err := c.knownZone(zone); err != nil {
			return nil, err
		}
	}
	if id == "" {
		for _, s := range c.subnets.order {
			if s.isFirst && (zone == "" || zone == s.zone) {
				return s, nil
			}
		}
		return nil, fail("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
	}
	s, err := c.subnets.find(id)
	if err == nil && zone != "" && zone != s.zone {
		return nil, fail("InvalidParameterValue", "The subnet '%s' is not in the availability zone '%s'", id, zone)
	}
	return s, err
}

// port reads one NetworkInterface.N; alone says that there is no other.
func (c *call) port(wish params, alone bool) (port, error) {
	if !wish.has("DeviceIndex") {
		return port{}, fail("MissingParameter", "The request must contain the parameter DeviceIndex")
	}
	p := port{
		index: wish.number("DeviceIndex", 0), private: wish.text("PrivateIpAddress"),
		description: wish.text("Description"), delete: wish.flag("DeleteOnTermination", true),
	}
	if wish.has("AssociatePublicIpAddress") && !alone {
		return p, fail("InvalidParameterCombination", "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.")
	}
	if id := wish.text("NetworkInterfaceId"); id != "" {
		return c.existingPort(p, id)
	}
	s, err := c.subnetFor(wish.text("SubnetId"))
	if err != nil {
		return p, err
	}
	p.subnet = s
	p.givesPublic = wish.flag("AssociatePublicIpAddress", alone && s.givesPublic)
	p.groups, err = c.groupsFor(wish.list("SecurityGroupId"), s)
	return p, err
}

func (c *call) existingPort(p port, id string) (port, error) {
	n, err := c.interfaces.find(id)
	if err != nil {
		return p, err
	}
	if n.attachment != nil {
		return p, fail("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", id)
	}
	p.existing, p.subnet, p.delete = n, n.subnet, false
	return p, nil
}

// addPort plugs an interface into a new instance.
func (c *call) addPort(i *instance, p port, tags map[string]string) error {
	n := p.existing
	if n == nil {
		made, err := c.newInterface(c.fresh(interfaceKind, tags), p.subnet, p.private, p.groups)
		if err != nil {
			return err
		}
		n = made
		n.phase, n.description, n.givesPublic = phase{state: "available"}, p.description, p.givesPublic
	}
	c.plug(n, i, p.index)
	n.attachment.delete = p.delete
	c.givePublic(n)
	return nil
}

// checkDevices reads the volumes wished for: the root volume first, as the
// image says where BlockDeviceMapping.N does not.
func (c *call) checkDevices(l *launch) error {
	l.devices = []device{{l.image.rootDevice, volumeSpec{snapshot: l.image.snapshot}, true}}
	for _, wish := range c.parts("BlockDeviceMapping") {
		d := device{wish.text("DeviceName"), volumeSpec{
			wish.number("Ebs.VolumeSize", 0), wish.text("Ebs.VolumeType"), wish.number("Ebs.Iops", 0),
			wish.text("Ebs.SnapshotId"), wish.flag("Ebs.Encrypted", false),
		}, wish.flag("Ebs.DeleteOnTermination", true)}
		if d.name == l.image.rootDevice {
			d.spec.snapshot = l.image.snapshot
			l.devices[0] = d
			continue
		}
		if !deviceName.MatchString(d.name) {
			return fail("InvalidBlockDeviceMapping", "Invalid device name %s", d.name)
		}
		l.devices = append(l.devices, d)
	}
	for _, d := range l.devices {
		if _, err := c.newVolume(resource{}, "", d.spec); err != nil {
			return err
		}
	}
	return nil
}
