package ec2

import "slices"

var interfaceListing = listing[*networkInterface]{least: 5, most: 1000, filters: map[string]filter[*networkInterface]{
	"attachment.attachment-id": of(func(n *networkInterface) string {
		return ofAttachment(n, func(a *interfaceAttachment) string { return a.id })
	}),
	"attachment.instance-id": of(func(n *networkInterface) string {
		return ofAttachment(n, func(a *interfaceAttachment) string { return a.instance.id })
	}),
	"attachment.status": of(func(n *networkInterface) string {
		return ofAttachment(n, func(a *interfaceAttachment) string { return a.phase.state })
	}),
	"availability-zone":    of(func(n *networkInterface) string { return n.subnet.zone }),
	"description":          of(func(n *networkInterface) string { return n.description }),
	"group-id":             func(_ *call, n *networkInterface) []string { return groupIDs(n.groups) },
	"mac-address":          of(func(n *networkInterface) string { return n.mac }),
	"network-interface-id": of(func(n *networkInterface) string { return n.id }),
	"private-ip-address":   of(func(n *networkInterface) string { return n.private.String() }),
	"status":               of(func(n *networkInterface) string { return n.status() }),
	"subnet-id":            of(func(n *networkInterface) string { return n.subnet.id }),
	"vpc-id":               of(func(n *networkInterface) string { return n.subnet.vpc.id }),
}}

func ofAttachment(n *networkInterface, text func(*interfaceAttachment) string) string {
	if n.attachment == nil {
		return ""
	}
	return text(n.attachment)
}

func groupIDs(groups []*securityGroup) []string {
	var ids []string
	for _, g := range groups {
		ids = append(ids, g.id)
	}
	return ids
}

func describeNetworkInterfaces(c *call) (any, error) {
	found, next, err := describe(c, &c.interfaces, interfaceListing)
	answer := struct {
		Interfaces []interfaceItem `xml:"networkInterfaceSet>item"`
		Next       string          `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, n := range found {
		answer.Interfaces = append(answer.Interfaces, c.interfaceItem(n))
	}
	return answer, err
}

func createNetworkInterface(c *call) (any, error) {
	tags, err := c.specified("network-interface")
	if err != nil {
		return nil, err
	}
	ids, err := c.repeated()
	if err != nil {
		return nil, err
	}
	if ids != nil {
		n, err := c.interfaces.find(ids[0])
		return c.createdInterface(n), err
	}
	s, err := c.subnets.find(c.text("SubnetId"))
	if err != nil {
		return nil, err
	}
	groups, err := c.groupsFor(c.list("SecurityGroupId"), s)
	if err != nil {
		return nil, err
	}
	n, err := c.newInterface(c.fresh(interfaceKind, tags["network-interface"]), s, c.text("PrivateIpAddress"), groups)
	if err != nil {
		return nil, err
	}
	n.description = c.text("Description")
	c.remember(n.id)
	return c.createdInterface(n), nil
}

func (c *call) createdInterface(n *networkInterface) any {
	if n == nil {
		return nil
	}
	return struct {
		Interface interfaceItem `xml:"networkInterface"`
		Token     string        `xml:"clientToken,omitempty"`
	}{c.interfaceItem(n), c.text("ClientToken")}
}

func attachNetworkInterface(c *call) (any, error) {
	n, err := c.interfaces.find(c.text("NetworkInterfaceId"))
	if err != nil {
		return nil, err
	}
	i, err := c.instances.find(c.text("InstanceId"))
	if err != nil {
		return nil, err
	}
	if s := i.phase.state; s != "running" && s != "stopped" {
		return nil, fail("IncorrectInstanceState", "Instance '%s' is not in a state that allows this: %s", i.id, s)
	}
	index := c.number("DeviceIndex", 0)
	if err := i.canHold(n, index); err != nil {
		return nil, err
	}
	c.plug(n, i, index)
	return struct {
		ID   string `xml:"attachmentId"`
		Card int    `xml:"networkCardIndex"`
	}{n.attachment.id, 0}, nil
}

// canHold checks that an interface may be put into an instance at an index.
func (i *instance) canHold(n *networkInterface, index int) error {
	switch {
	case n.attachment != nil:
		return fail("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", n.id)
	case n.subnet.zone != i.zone:
		return fail("InvalidParameterCombination", "You may not attach a network interface to an instance if they are not in the same availability zone")
	case slices.ContainsFunc(i.interfaces, func(other *networkInterface) bool { return other.attachment.index == index }):
		return fail("InvalidParameterValue", "Instance '%s' already has an interface attached at device index '%d'.", i.id, index)
	case len(i.interfaces) >= i.kind.interfaces:
		return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for %s", len(i.interfaces)+1, i.kind.name)
	}
	return nil
}

// plug puts an interface into an instance.
func (c *call) plug(n *networkInterface, i *instance, index int) {
	n.attachment = &interfaceAttachment{
		id: c.id("eni-attach-"), instance: i, index: index, at: c.now, phase: c.passing(c.now, "attaching", "attached"),
	}
	i.interfaces = append(i.interfaces, n)
}

func detachNetworkInterface(c *call) (any, error) {
	for _, n := range c.interfaces.all() {
		a := n.attachment
		if a == nil || a.id != c.text("AttachmentId") {
			continue
		}
		if a.index == 0 {
			return nil, fail("OperationNotPermitted", "The network interface at device index 0 and networkCard index 0 cannot be detached.")
		}
		a.phase = c.passing(c.now, "detaching", "detached")
		return done{true}, nil
	}
	return nil, fail("InvalidAttachmentID.NotFound", "The attachment ID '%s' does not exist", c.text("AttachmentId"))
}

func deleteNetworkInterface(c *call) (any, error) {
	n, err := c.interfaces.find(c.text("NetworkInterfaceId"))
	if err != nil {
		return nil, err
	}
	if n.attachment != nil {
		return nil, fail("InvalidNetworkInterface.InUse", "Network interface '%s' is currently in use.", n.id)
	}
	c.dropInterface(n)
	return done{true}, nil
}

func modifyNetworkInterfaceAttribute(c *call) (any, error) {
	n, err := c.interfaces.find(c.text("NetworkInterfaceId"))
	if err != nil {
		return nil, err
	}
	if ids := c.list("SecurityGroupId"); len(ids) > 0 {
		groups, err := c.groupsFor(ids, n.subnet)
		if err != nil {
			return nil, err
		}
		n.groups = groups
	}
	if c.has("Description.Value") {
		n.description = c.text("Description.Value")
	}
	n.checked = c.flag("SourceDestCheck.Value", n.checked)
	if id := c.text("Attachment.AttachmentId"); id != "" {
		if n.attachment == nil || n.attachment.id != id {
			return nil, fail("InvalidAttachmentID.NotFound", "The attachment ID '%s' does not exist", id)
		}
		n.attachment.delete = c.flag("Attachment.DeleteOnTermination", n.attachment.delete)
	}
	return done{true}, nil
}
