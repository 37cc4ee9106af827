package ec2

import (
	"regexp"
	"slices"
)

// deviceName is what a volume may be attached as (Amazon EC2 User Guide,
// "Device names for volumes").
var deviceName = regexp.MustCompile(`^(/dev/(sd|xvd|hd)[a-z]{1,2}[0-9]{0,2}|xvd[a-z]{1,2})$`)

func attachVolume(c *call) (any, error) {
	v, err := c.volumes.find(c.text("VolumeId"))
	if err != nil {
		return nil, err
	}
	i, err := c.instances.find(c.text("InstanceId"))
	if err != nil {
		return nil, err
	}
	device := c.text("Device")
	if err := i.canTake(v, device); err != nil {
		return nil, err
	}
	c.mount(v, i, device)
	return v.attachmentItem(), nil
}

// canTake checks that a volume may be attached to an instance.
func (i *instance) canTake(v *volume, device string) error {
	switch {
	case v.attachment != nil:
		return fail("VolumeInUse", "%s is already attached to an instance", v.id)
	case v.status() != "available":
		return fail("IncorrectState", "%s is not 'available'.", v.id)
	case i.phase.state != "running" && i.phase.state != "stopped":
		return fail("IncorrectState", "Instance '%s' is not 'running'.", i.id)
	case v.zone != i.zone:
		return fail("InvalidVolume.ZoneMismatch", "The volume '%s' is not in the same availability zone as instance '%s'", v.id, i.id)
	}
	return i.freeDevice(device)
}

func (i *instance) freeDevice(device string) error {
	if !deviceName.MatchString(device) {
		return fail("InvalidParameterValue", "Value (%s) for parameter device is invalid. %s is not a valid EBS device name.", device, device)
	}
	if slices.ContainsFunc(i.volumes, func(other *volume) bool { return other.attachment.device == device }) {
		return fail("InvalidParameterValue", "Invalid value '%s' for unixDevice. Attachment point %s is already in use", device, device)
	}
	return nil
}

// mount puts a volume into an instance.
func (c *call) mount(v *volume, i *instance, device string) {
	v.attachment = &volumeAttachment{
		instance: i, device: device, at: c.now, phase: c.passing(c.now, "attaching", "attached"),
	}
	i.volumes = append(i.volumes, v)
}

func detachVolume(c *call) (any, error) {
	v, err := c.volumes.find(c.text("VolumeId"))
	if err != nil {
		return nil, err
	}
	a := v.attachment
	if a == nil {
		return nil, fail("IncorrectState", "Volume '%s' is in the '%s' state.", v.id, v.status())
	}
	id, device := c.text("InstanceId"), c.text("Device")
	switch {
	case id != "" && id != a.instance.id, device != "" && device != a.device:
		return nil, fail("InvalidAttachment.NotFound", "The volume '%s' is not attached to instance '%s' as device '%s'.", v.id, id, device)
	case a.device == a.instance.image.rootDevice && a.instance.phase.state != "stopped":
		return nil, fail("OperationNotPermitted", "Unable to detach root volume '%s' from instance '%s'", v.id, a.instance.id)
	case a.phase.state != "attached":
		return nil, fail("IncorrectState", "The attachment of volume '%s' is in the '%s' state.", v.id, a.phase.state)
	}
	a.phase = c.passing(c.now, "detaching", "detached")
	return v.attachmentItem(), nil
}
