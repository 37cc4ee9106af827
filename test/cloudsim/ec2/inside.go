package ec2

import (
	"encoding/base64"
	"maps"

	"occigate/test/cloudsim/fault"
)

// Instance is what a test may look at of an instance.
type Instance struct {
	ID         string
	Name       string // tag Name
	State      string // in EC2's words
	Type       string
	Image      string // id
	Token      string // ClientToken
	Key        string
	Zone       string
	UserData   string // decoded
	Hibernates bool
	Tags       map[string]string
	Interfaces []string // ids, the primary one first
	Volumes    []string // ids
}

// Counts are how many resources there are.
type Counts struct {
	Instances  int // not terminated or on the way to it
	Volumes    int // root volumes too
	Interfaces int
	Addresses  int
	KeyPairs   int
	Images     int // the account's own
	VPCs       int
	Subnets    int
}

// Network is the network that every account has.
type Network struct {
	VPC     string
	Subnets []string // the default subnets, in the order of zones
	Group   string   // the default security group
}

// Faults is the plan of misbehaviour in force.
func (c *Cloud) Faults() *fault.Plan { return c.faults }

// Instances lists the instances in the order of launch, with the terminated
// ones that are still shown.
func (c *Cloud) Instances() []Instance {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.opts.Clock())
	var list []Instance
	for _, i := range c.instances.order {
		data, _ := base64.StdEncoding.DecodeString(i.userData)
		seen := Instance{
			ID: i.id, Name: i.tags["Name"], State: i.phase.state, Type: i.kind.name, Image: i.image.id, Token: i.token,
			Key: i.key, Zone: i.zone, UserData: string(data), Hibernates: i.hibernates, Tags: maps.Clone(i.tags),
		}
		for _, n := range i.interfaces {
			seen.Interfaces = append(seen.Interfaces, n.id)
		}
		for _, v := range i.volumes {
			seen.Volumes = append(seen.Volumes, v.id)
		}
		list = append(list, seen)
	}
	return list
}

// InstancesByToken lists the instances launched under a client token.
func (c *Cloud) InstancesByToken(token string) []Instance {
	var list []Instance
	for _, i := range c.Instances() {
		if i.Token == token {
			list = append(list, i)
		}
	}
	return list
}

// Counts counts the resources.
func (c *Cloud) Counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.opts.Clock())
	n := Counts{
		Volumes: len(c.volumes.order), Interfaces: len(c.interfaces.order), Addresses: len(c.addresses.order),
		KeyPairs: len(c.keyPairs.order), VPCs: len(c.vpcs.order), Subnets: len(c.subnets.order),
	}
	for _, i := range c.instances.order {
		if i.alive() {
			n.Instances++
		}
	}
	for _, m := range c.images.order {
		if m.owner == c.opts.Account {
			n.Images++
		}
	}
	return n
}

// DefaultNetwork gives the ids of the default network.
func (c *Cloud) DefaultNetwork() Network {
	c.mu.Lock()
	defer c.mu.Unlock()
	var n Network
	for _, s := range c.subnets.order {
		if s.isFirst {
			n.VPC = s.vpc.id
			n.Subnets = append(n.Subnets, s.id)
		}
	}
	for _, g := range c.groups.order {
		if g.vpc.isFirst && g.name == "default" {
			n.Group = g.id
		}
	}
	return n
}

// Image gives the id of the first image whose name matches, empty when there
// is none. "*" stands for any text.
func (c *Cloud) Image(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.imageNamed(name); m != nil {
		return m.id
	}
	return ""
}

func (c *Cloud) imageNamed(name string) *image {
	matches := matcher([]string{name})
	for _, m := range c.images.order {
		if matches(m.name) {
			return m
		}
	}
	return nil
}
