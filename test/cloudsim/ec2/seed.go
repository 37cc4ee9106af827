package ec2

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"time"
)

// Estate is what an account holds from the start of a demonstration or test.
type Estate struct {
	Keys          []Key
	Servers       []Server
	Disks         []Disk
	Images        []Image
	Subnets       map[string]string // names of the default subnets, by the letters of their zones
	FreeAddresses int               // Elastic IP addresses that belong to no server
}

// Image is an image to make of a server.
type Image struct {
	Name, Description string
	Server            string // its name
}

// Key is a key pair to import.
type Key struct {
	Name      string
	PublicKey string // OpenSSH form
}

// Server is an instance to launch.
type Server struct {
	Name       string            // unique in the estate
	Image      string            // name of a public image, "*" allowed; default the first one
	Type       string            // default t3.micro
	Zone       string            // the zone's letter, default "a"
	State      string            // running (default), pending, stopping, stopped, shutting-down or terminated
	Age        time.Duration     // since launch
	Key        string            // name of one of the keys
	Address    bool              // has an Elastic IP address
	Hibernates bool              // launched with hibernation configured
	Tags       map[string]string // besides Name
}

// Disk is a volume to create.
type Disk struct {
	Name   string
	GiB    int
	Type   string // default gp3
	Zone   string // the zone's letter, default "a"
	Server string // name of the server it is attached to, empty for none
	Device string // default /dev/sdf
}

// Seed puts an estate into the cloud by the API's own actions. Quotas hold. An
// error names the part of the estate that was refused.
func (c *Cloud) Seed(e Estate) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := seeding{cloud: c, now: c.opts.Clock(), servers: map[string]*instance{}}
	for _, k := range e.Keys {
		s.do(0, "ImportKeyPair", k.Name, url.Values{
			"KeyName": {k.Name}, "PublicKeyMaterial": {base64.StdEncoding.EncodeToString([]byte(k.PublicKey))},
		})
	}
	for _, server := range e.Servers {
		s.launch(server)
	}
	for _, d := range e.Disks {
		s.create(d)
	}
	for _, m := range e.Images {
		s.save(m)
	}
	for _, n := range s.cloud.subnets.all() {
		if name := e.Subnets[n.zone[len(c.opts.Region):]]; name != "" {
			s.do(0, "CreateTags", name, url.Values{"ResourceId.1": {n.id}, "Tag.1.Key": {"Name"}, "Tag.1.Value": {name}})
		}
	}
	for range e.FreeAddresses {
		s.do(0, "AllocateAddress", "address", url.Values{})
	}
	for _, server := range e.Servers {
		if s.err == nil {
			s.put(s.servers[server.Name], server.State)
		}
	}
	return s.err
}

// seeding carries an estate out and keeps the first error.
type seeding struct {
	cloud   *Cloud
	now     time.Time
	servers map[string]*instance
	err     error
}

// do carries out an action as if it had been called some time ago, and lets
// its transitions end.
func (s *seeding) do(ago time.Duration, action, part string, form url.Values) {
	if s.err != nil {
		return
	}
	op := operations[ec2API.version][action]
	err := declared(op.form, form)
	if err == nil {
		_, err = op.do(&call{Cloud: s.cloud, params: params{values: form}, action: action, now: s.now.Add(-ago)})
	}
	if err != nil {
		s.err = fmt.Errorf("ec2: seed %s: %s: %w", part, action, err)
	}
	s.cloud.settle(s.now.Add(s.cloud.opts.Transition))
}

func (s *seeding) launch(server Server) {
	before := len(s.cloud.instances.order)
	image := s.cloud.imageNamed(cmp.Or(server.Image, "*"))
	if image == nil {
		s.err = cmp.Or(s.err, fmt.Errorf("ec2: seed %s: no image %s", server.Name, server.Image))
		return
	}
	form := url.Values{
		"ImageId": {image.id}, "InstanceType": {cmp.Or(server.Type, "t3.micro")}, "MinCount": {"1"}, "MaxCount": {"1"},
		"Placement.AvailabilityZone": {s.cloud.opts.Region + cmp.Or(server.Zone, "a")},
	}
	if server.Key != "" {
		form.Set("KeyName", server.Key)
	}
	if server.Hibernates {
		form.Set("HibernationOptions.Configured", "true")
		form.Set("BlockDeviceMapping.1.DeviceName", image.rootDevice)
		form.Set("BlockDeviceMapping.1.Ebs.Encrypted", "true")
	}
	label(form, "instance", server.Name, server.Tags)
	form.Set("TagSpecification.2.ResourceType", "volume")
	form.Set("TagSpecification.2.Tag.1.Key", "Name")
	form.Set("TagSpecification.2.Tag.1.Value", server.Name+"-root")
	s.do(server.Age, "RunInstances", server.Name, form)
	if s.err != nil {
		return
	}
	i := s.cloud.instances.order[before]
	s.servers[server.Name] = i
	if server.Address {
		s.assign(i)
	}
}

func label(form url.Values, of, name string, tags map[string]string) {
	form.Set("TagSpecification.1.ResourceType", of)
	form.Set("TagSpecification.1.Tag.1.Key", "Name")
	form.Set("TagSpecification.1.Tag.1.Value", name)
	for n, key := range sortedKeys(tags) {
		form.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Key", n+2), key)
		form.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Value", n+2), tags[key])
	}
}

// assign gives a server a new Elastic IP address.
func (s *seeding) assign(i *instance) {
	before := len(s.cloud.addresses.order)
	s.do(0, "AllocateAddress", i.id, url.Values{})
	if s.err == nil {
		a := s.cloud.addresses.order[before]
		s.do(0, "AssociateAddress", i.id, url.Values{"AllocationId": {a.id}, "InstanceId": {i.id}})
	}
}

// put moves a running instance into another state; those that pass begin to
// pass now.
func (s *seeding) put(i *instance, state string) {
	c := s.cloud
	switch state {
	case "", "running":
		return
	case "pending":
		i.phase = c.passing(s.now, "pending", "running")
		return
	case "stopping":
		i.phase = c.passing(s.now, "stopping", "stopped")
	case "shutting-down":
		i.phase = c.passing(s.now, "shutting-down", "terminated")
	case "stopped":
		i.phase = phase{state: "stopped"}
		for _, n := range i.interfaces {
			n.public = netip.Addr{}
		}
	case "terminated":
		c.scrap(i)
		i.phase = phase{"terminated", "forgotten", s.now.Add(terminatedFor)}
	default:
		s.err = fmt.Errorf("ec2: seed %s: no state %q", i.tags["Name"], state)
	}
	i.reason = userStopped
}

func (s *seeding) create(d Disk) {
	before := len(s.cloud.volumes.order)
	form := url.Values{
		"Size": {fmt.Sprint(d.GiB)}, "VolumeType": {cmp.Or(d.Type, "gp3")},
		"AvailabilityZone": {s.cloud.opts.Region + cmp.Or(d.Zone, "a")},
	}
	label(form, "volume", d.Name, nil)
	s.do(0, "CreateVolume", d.Name, form)
	if s.err != nil || d.Server == "" {
		return
	}
	i, ok := s.servers[d.Server]
	if !ok {
		s.err = fmt.Errorf("ec2: seed %s: no server %s", d.Name, d.Server)
		return
	}
	s.do(0, "AttachVolume", d.Name, url.Values{
		"VolumeId": {s.cloud.volumes.order[before].id}, "InstanceId": {i.id}, "Device": {cmp.Or(d.Device, "/dev/sdf")},
	})
}

// save makes an image of a server that runs.
func (s *seeding) save(m Image) {
	i, ok := s.servers[m.Server]
	if !ok {
		s.err = cmp.Or(s.err, fmt.Errorf("ec2: seed %s: no server %s", m.Name, m.Server))
		return
	}
	s.do(0, "CreateImage", m.Name, url.Values{"InstanceId": {i.id}, "Name": {m.Name}, "Description": {m.Description}})
}
