package ec2

import "strings"

// changeable reads one attribute's new value from the form, given either as
// NAME.Value or as Attribute=name with Value.
func (c *call) changeable(name string) (string, bool) {
	if c.has(name + ".Value") {
		return c.text(name + ".Value"), true
	}
	return c.text("Value"), strings.EqualFold(c.text("Attribute"), name)
}

// modifyInstanceAttribute changes one attribute of an instance.
func modifyInstanceAttribute(c *call) (any, error) {
	i, err := c.instances.find(c.text("InstanceId"))
	if err != nil {
		return nil, err
	}
	if ids := c.list("GroupId"); len(ids) > 0 && len(i.interfaces) > 0 {
		groups, err := c.groupsFor(ids, i.subnet)
		if err != nil {
			return nil, err
		}
		i.interfaces[0].groups = groups
	}
	if value, ok := c.changeable("InstanceType"); ok {
		if err := c.retype(i, value); err != nil {
			return nil, err
		}
	}
	if value, ok := c.changeable("UserData"); ok {
		if err := i.mustBeStopped(); err != nil {
			return nil, err
		}
		i.userData = value
	}
	if value, ok := c.changeable("DisableApiTermination"); ok {
		i.protected = strings.EqualFold(value, "true")
	}
	if value, ok := c.changeable("InstanceInitiatedShutdownBehavior"); ok {
		i.behaviour = value
	}
	if value, ok := c.changeable("SourceDestCheck"); ok && len(i.interfaces) == 1 {
		i.interfaces[0].checked = strings.EqualFold(value, "true")
	}
	return done{true}, nil
}

func (i *instance) mustBeStopped() error {
	if i.phase.state != "stopped" {
		return fail("IncorrectInstanceState", "The instance '%s' is not in the 'stopped' state.", i.id)
	}
	return nil
}

// retype gives a stopped instance another type of the same architecture.
func (c *call) retype(i *instance, name string) error {
	if err := i.mustBeStopped(); err != nil {
		return err
	}
	kind, err := c.typeNamed(name)
	if err != nil {
		return err
	}
	if kind.arch != i.image.arch {
		return mismatch(kind, i.image)
	}
	i.kind = kind
	return nil
}

func mismatch(t *instanceType, m *image) error {
	return fail("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of the specified AMI.", t.arch, m.arch)
}

type valueItem struct {
	Value string `xml:"value"`
}

type attributeItem struct {
	ID         string         `xml:"instanceId"`
	Type       *valueItem     `xml:"instanceType"`
	UserData   *valueItem     `xml:"userData"`
	Protected  *valueItem     `xml:"disableApiTermination"`
	Behaviour  *valueItem     `xml:"instanceInitiatedShutdownBehavior"`
	RootDevice *valueItem     `xml:"rootDeviceName"`
	Checked    *valueItem     `xml:"sourceDestCheck"`
	Groups     []groupRef     `xml:"groupSet>item"`
	Devices    []mappedVolume `xml:"blockDeviceMapping>item"`
}

// attributes show one attribute each.
var attributes = map[string]func(*attributeItem, instanceItem, *instance){
	"instanceType":                      func(a *attributeItem, _ instanceItem, i *instance) { a.Type = &valueItem{i.kind.name} },
	"userData":                          func(a *attributeItem, _ instanceItem, i *instance) { a.UserData = &valueItem{i.userData} },
	"disableApiTermination":             func(a *attributeItem, _ instanceItem, i *instance) { a.Protected = &valueItem{boolText(i.protected)} },
	"instanceInitiatedShutdownBehavior": func(a *attributeItem, _ instanceItem, i *instance) { a.Behaviour = &valueItem{i.behaviour} },
	"rootDeviceName":                    func(a *attributeItem, _ instanceItem, i *instance) { a.RootDevice = &valueItem{i.image.rootDevice} },
	"sourceDestCheck":                   func(a *attributeItem, v instanceItem, _ *instance) { a.Checked = &valueItem{boolText(v.Checked)} },
	"groupSet":                          func(a *attributeItem, v instanceItem, _ *instance) { a.Groups = v.Groups },
	"blockDeviceMapping":                func(a *attributeItem, v instanceItem, _ *instance) { a.Devices = v.Devices },
}

func describeInstanceAttribute(c *call) (any, error) {
	i, err := c.instances.find(c.text("InstanceId"))
	if err != nil {
		return nil, err
	}
	show, ok := attributes[c.text("Attribute")]
	if !ok {
		return nil, fail("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute.", c.text("Attribute"))
	}
	item := attributeItem{ID: i.id}
	show(&item, c.instanceItem(i), i)
	return item, nil
}
