package ec2

import (
	"cmp"
	"encoding/base64"
)

// maxUserData is EC2's bound on user data, in bytes before base64.
const maxUserData = 16384

// launch is a checked wish for instances.
type launch struct {
	image   *image
	kind    *instanceType
	ports   []port
	devices []device
	tags    map[string]map[string]string // by resource type
	least   int
	most    int
}

// runInstances launches between MinCount and MaxCount instances, or none.
func runInstances(c *call) (any, error) {
	ids, err := c.repeated()
	if err != nil {
		return nil, err
	}
	if ids != nil {
		return c.runAgain(ids)
	}
	l, err := c.launch()
	if err != nil {
		return nil, err
	}
	made, err := c.launchAll(l)
	if err != nil {
		return nil, err
	}
	var madeIDs []string
	for _, i := range made {
		madeIDs = append(madeIDs, i.id)
	}
	c.remember(madeIDs...)
	return c.reservations(made)[0], nil
}

// runAgain answers a repeated launch with what the first one made.
func (c *call) runAgain(ids []string) (any, error) {
	var made []*instance
	for _, id := range ids {
		i, ok := c.instances.byID[id]
		if !ok || !i.alive() {
			return nil, fail("IdempotentInstanceTerminated", "The instance '%s' that was launched with this client token is terminated.", id)
		}
		made = append(made, i)
	}
	return c.reservations(made)[0], nil
}

// launch checks the form of RunInstances.
func (c *call) launch() (launch, error) {
	l := launch{least: c.number("MinCount", 1), most: c.number("MaxCount", 1)}
	if l.least < 1 || l.most < l.least {
		return l, fail("InvalidParameterValue", "MaxCount (%d) must not be less than MinCount (%d), and both at least 1", l.most, l.least)
	}
	var err error
	for _, check := range []func(*call, *launch) error{
		(*call).checkTags, (*call).checkImage, (*call).checkText, (*call).checkPorts,
		(*call).checkDevices, (*call).checkHibernation, (*call).checkQuota,
	} {
		if err = check(c, &l); err != nil {
			return l, err
		}
	}
	return l, nil
}

func (c *call) checkTags(l *launch) (err error) {
	l.tags, err = c.specified("instance", "volume", "network-interface")
	return err
}

// checkImage finds the image and the type, which must fit each other.
func (c *call) checkImage(l *launch) (err error) {
	if l.image, err = c.images.find(c.text("ImageId")); err != nil {
		return err
	}
	if l.image.phase.state != "available" {
		return fail("InvalidAMIID.Unavailable", "The image ID '%s' is not available", l.image.id)
	}
	if l.kind, err = c.typeNamed(cmp.Or(c.text("InstanceType"), "m1.small")); err != nil {
		return err
	}
	if l.kind.arch != l.image.arch {
		return mismatch(l.kind, l.image)
	}
	return nil
}

// checkText checks the key's name and the user data.
func (c *call) checkText(*launch) error {
	if name := c.text("KeyName"); name != "" {
		if _, err := c.keyNamed(name); err != nil {
			return err
		}
	}
	data, err := base64.StdEncoding.DecodeString(c.text("UserData"))
	if err != nil {
		return fail("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data")
	}
	if len(data) > maxUserData {
		return fail("InvalidParameterValue", "User data is limited to %d bytes", maxUserData)
	}
	return nil
}

// checkHibernation enforces what hibernation needs: a type that can, and an
// encrypted root volume (Amazon EC2 User Guide, "Prerequisites for EC2 instance
// hibernation").
func (c *call) checkHibernation(l *launch) error {
	if !c.flag("HibernationOptions.Configured", false) {
		return nil
	}
	if !l.kind.hibernates {
		return fail("UnsupportedHibernationConfiguration", "The instance type %s does not support hibernation.", l.kind.name)
	}
	if !l.devices[0].spec.encrypted {
		return fail("UnsupportedHibernationConfiguration", "Hibernation requires an encrypted root volume.")
	}
	return nil
}

// checkQuota lowers the number of instances to what the limit leaves.
func (c *call) checkQuota(l *launch) error {
	if c.opts.MaxInstances == 0 {
		return nil
	}
	left := c.opts.MaxInstances
	for _, i := range c.instances.order {
		if i.alive() {
			left--
		}
	}
	if left < l.least {
		return fail("InstanceLimitExceeded",
			"You have requested more instances (%d) than your current instance limit of %d allows for the specified instance type.",
			l.least, c.opts.MaxInstances)
	}
	l.most = min(l.most, left)
	return nil
}

// launchAll makes as many instances as there are addresses for, or none when
// these are fewer than asked for at least.
func (c *call) launchAll(l launch) ([]*instance, error) {
	reservation := c.id("r-")
	var made []*instance
	for len(made) < l.most {
		i, err := c.launchOne(l, reservation, len(made))
		if err == nil {
			made = append(made, i)
			continue
		}
		if len(made) >= l.least {
			break
		}
		for _, i := range made {
			c.scrap(i)
			c.instances.remove(i)
		}
		return nil, err
	}
	return made, nil
}

func (c *call) launchOne(l launch, reservation string, index int) (*instance, error) {
	i := &instance{
		resource: c.fresh(instanceKind, l.tags["instance"]), phase: c.passing(c.now, "pending", "running"),
		reservation: reservation, index: index, token: c.text("ClientToken"), image: l.image, kind: l.kind,
		zone: l.ports[0].subnet.zone, subnet: l.ports[0].subnet, key: c.text("KeyName"), userData: c.text("UserData"),
		tenancy: cmp.Or(c.text("Placement.Tenancy"), "default"), hibernates: c.flag("HibernationOptions.Configured", false),
		protected: c.flag("DisableApiTermination", false), behaviour: cmp.Or(c.text("InstanceInitiatedShutdownBehavior"), "stop"),
		launched: c.now,
	}
	for _, p := range l.ports {
		if err := c.addPort(i, p, l.tags["network-interface"]); err != nil {
			c.scrap(i)
			return nil, err
		}
	}
	for _, d := range l.devices {
		v, err := c.newVolume(c.fresh(volumeKind, l.tags["volume"]), i.zone, d.spec)
		if err != nil {
			c.scrap(i)
			return nil, err
		}
		v.phase = phase{state: "available"}
		c.volumes.add(v)
		c.mount(v, i, d.name)
		v.attachment.delete = d.delete
	}
	c.instances.add(i)
	return i, nil
}
