package ec2

import "slices"

// change is a change of power as it is answered.
type change struct {
	ID       string    `xml:"instanceId"`
	Current  stateItem `xml:"currentState"`
	Previous stateItem `xml:"previousState"`
}

// verb is a way to change the power of instances.
type verb struct {
	name string            // in messages
	from []string          // the states it acts on
	as   []string          // the states in which it has nothing to do
	do   func(i *instance) // to an instance in one of the states from
}

// power does a verb to all instances named, or to none when one is in a state
// that forbids it.
func (c *call) power(v verb) ([]change, error) {
	instances, err := c.instances.findAll(c.list("InstanceId"))
	if err != nil {
		return nil, err
	}
	for _, i := range instances {
		if s := i.phase.state; !slices.Contains(v.from, s) && !slices.Contains(v.as, s) {
			return nil, fail("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be %s.", i.id, v.name)
		}
	}
	var changes []change
	for _, i := range instances {
		before := i.state()
		if slices.Contains(v.from, before.Name) {
			v.do(i)
		}
		changes = append(changes, change{i.id, i.state(), before})
	}
	return changes, nil
}

type changed struct {
	Changes []change `xml:"instancesSet>item"`
}

func startInstances(c *call) (any, error) {
	changes, err := c.power(verb{"started", []string{"stopped"}, []string{"running", "pending"}, func(i *instance) {
		i.phase, i.reason, i.launched = c.passing(c.now, "pending", "running"), stateReason{}, c.now
		for _, n := range i.interfaces {
			c.givePublic(n)
		}
	}})
	return changed{changes}, err
}

// stopInstances stops instances; Hibernate needs instances that were launched
// for it. Force makes no difference to a machine without a guest.
func stopInstances(c *call) (any, error) {
	reason := userStopped
	if c.flag("Hibernate", false) {
		reason = userHibernated
		instances, err := c.instances.findAll(c.list("InstanceId"))
		if err != nil {
			return nil, err
		}
		for _, i := range instances {
			if !i.hibernates {
				return nil, fail("UnsupportedHibernationConfiguration", "The instance '%s' was not launched with hibernation configured.", i.id)
			}
		}
	}
	changes, err := c.power(verb{"stopped", []string{"running"}, []string{"stopping", "stopped"}, func(i *instance) {
		i.phase, i.reason = c.passing(c.now, "stopping", "stopped"), reason
	}})
	return changed{changes}, err
}

func terminateInstances(c *call) (any, error) {
	instances, err := c.instances.findAll(c.list("InstanceId"))
	if err != nil {
		return nil, err
	}
	for _, i := range instances {
		if i.protected && i.alive() {
			return nil, fail("OperationNotPermitted", "The instance '%s' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", i.id)
		}
	}
	from := []string{"pending", "running", "stopping", "stopped"}
	changes, err := c.power(verb{"terminated", from, []string{"shutting-down", "terminated"}, func(i *instance) {
		i.phase, i.reason = c.passing(c.now, "shutting-down", "terminated"), userStopped
	}})
	return changed{changes}, err
}

// rebootInstances leaves the state as it is, as EC2 does.
func rebootInstances(c *call) (any, error) {
	_, err := c.power(verb{"rebooted", []string{"running"}, []string{"terminated"}, func(*instance) {}})
	return done{true}, err
}
