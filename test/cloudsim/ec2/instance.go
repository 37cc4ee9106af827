package ec2

import (
	"net/netip"
	"slices"
	"time"
)

// terminatedFor is how long a terminated instance is still shown.
const terminatedFor = time.Hour

// stateCodes are the codes of instance states (Amazon EC2 API Reference,
// InstanceState).
var stateCodes = map[string]int{
	"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80,
}

// instance is a server.
type instance struct {
	resource
	phase       phase
	reservation string
	index       int // in its reservation
	token       string
	image       *image
	kind        *instanceType
	zone        string
	subnet      *subnet
	key         string
	userData    string // base64, as it was given
	tenancy     string
	hibernates  bool
	protected   bool   // from termination through the API
	behaviour   string // when shut down from inside: stop or terminate
	launched    time.Time
	reason      stateReason
	interfaces  []*networkInterface // the primary one first
	volumes     []*volume
}

// stateReason is why an instance has left the running state.
type stateReason struct {
	Code    string `xml:"code"`
	Message string `xml:"message"`
}

var (
	userStopped    = stateReason{"Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown"}
	userHibernated = stateReason{"Client.UserInitiatedHibernate", "Client.UserInitiatedHibernate: User initiated hibernate"}
)

func (i *instance) alive() bool {
	return i.phase.state != "terminated" && i.phase.state != "shutting-down"
}

// rootGiB is the size of the volume the instance boots from.
func (i *instance) rootGiB() int {
	for _, v := range i.volumes {
		if v.attachment.device == i.image.rootDevice {
			return v.gib
		}
	}
	return i.image.rootGiB
}

// settle moves the instance on and does what its new state brings with it.
func (i *instance) settle(c *Cloud, now time.Time) {
	for i.phase.settle(now) {
		switch i.phase.state {
		case "stopped":
			for _, n := range i.interfaces {
				n.public = netip.Addr{}
			}
		case "terminated":
			c.scrap(i)
			i.phase.then, i.phase.due = "forgotten", i.phase.due.Add(terminatedFor)
		case "forgotten":
			c.instances.remove(i)
		}
	}
}

// scrap takes a terminated instance apart: what was made with it goes, what was
// attached later stays.
func (c *Cloud) scrap(i *instance) {
	for _, v := range slices.Clone(i.volumes) {
		if v.attachment.delete {
			c.volumes.remove(v)
			continue
		}
		v.leave()
	}
	for _, n := range slices.Clone(i.interfaces) {
		if n.attachment.delete {
			c.dropInterface(n)
			continue
		}
		c.unplug(n)
	}
	i.volumes, i.interfaces = nil, nil
}

type stateItem struct {
	Code int    `xml:"code"`
	Name string `xml:"name"`
}

func (i *instance) state() stateItem { return stateItem{stateCodes[i.phase.state], i.phase.state} }

type reservationItem struct {
	ID        string         `xml:"reservationId"`
	Owner     string         `xml:"ownerId"`
	Groups    []groupRef     `xml:"groupSet>item"`
	Instances []instanceItem `xml:"instancesSet>item"`
}

type instanceItem struct {
	ID           string          `xml:"instanceId"`
	Image        string          `xml:"imageId"`
	State        stateItem       `xml:"instanceState"`
	PrivateDNS   string          `xml:"privateDnsName"`
	PublicDNS    string          `xml:"dnsName"`
	Reason       string          `xml:"reason"`
	Key          string          `xml:"keyName,omitempty"`
	Index        int             `xml:"amiLaunchIndex"`
	Type         string          `xml:"instanceType"`
	Launched     string          `xml:"launchTime"`
	Zone         string          `xml:"placement>availabilityZone"`
	Tenancy      string          `xml:"placement>tenancy"`
	Platform     string          `xml:"platform,omitempty"`
	Details      string          `xml:"platformDetails"`
	Monitoring   string          `xml:"monitoring>state"`
	Subnet       string          `xml:"subnetId,omitempty"`
	VPC          string          `xml:"vpcId,omitempty"`
	Private      string          `xml:"privateIpAddress,omitempty"`
	Public       string          `xml:"ipAddress,omitempty"`
	Checked      bool            `xml:"sourceDestCheck"`
	Groups       []groupRef      `xml:"groupSet>item"`
	StateReason  *stateReason    `xml:"stateReason"`
	Architecture string          `xml:"architecture"`
	RootType     string          `xml:"rootDeviceType"`
	RootDevice   string          `xml:"rootDeviceName"`
	Devices      []mappedVolume  `xml:"blockDeviceMapping>item"`
	Virtual      string          `xml:"virtualizationType"`
	Hypervisor   string          `xml:"hypervisor"`
	Token        string          `xml:"clientToken"`
	Tags         []tag           `xml:"tagSet>item"`
	Interfaces   []interfaceItem `xml:"networkInterfaceSet>item"`
	EBSOptimized bool            `xml:"ebsOptimized"`
	ENA          bool            `xml:"enaSupport"`
	Cores        int             `xml:"cpuOptions>coreCount"`
	Threads      int             `xml:"cpuOptions>threadsPerCore"`
	Hibernates   bool            `xml:"hibernationOptions>configured"`
}

type mappedVolume struct {
	Device string `xml:"deviceName"`
	Volume string `xml:"ebs>volumeId"`
	Status string `xml:"ebs>status"`
	At     string `xml:"ebs>attachTime"`
	Delete bool   `xml:"ebs>deleteOnTermination"`
}

func (c *Cloud) instanceItem(i *instance) instanceItem {
	item := instanceItem{
		ID: i.id, Image: i.image.id, State: i.state(), Key: i.key, Index: i.index, Type: i.kind.name,
		Launched: timeText(i.launched), Zone: i.zone, Tenancy: i.tenancy, Platform: i.image.platform,
		Details: i.image.details(), Monitoring: "disabled", Architecture: i.image.arch, RootType: "ebs",
		RootDevice: i.image.rootDevice, Virtual: "hvm", Hypervisor: xen, Token: i.token, Tags: tagSet(&i.resource),
		ENA: true, Cores: i.kind.vcpus / i.kind.threads, Threads: i.kind.threads, Hibernates: i.hibernates,
	}
	if i.reason.Code != "" {
		reason := i.reason
		item.StateReason, item.Reason = &reason, "User initiated"
	}
	for _, v := range i.volumes {
		a := v.attachment
		item.Devices = append(item.Devices, mappedVolume{a.device, v.id, a.phase.state, timeText(a.at), a.delete})
	}
	for _, n := range i.interfaces {
		item.Interfaces = append(item.Interfaces, c.instanceInterface(n))
	}
	c.address(&item, i)
	return item
}

// address fills in what an instance takes from its primary interface. A
// terminated instance has none.
func (c *Cloud) address(item *instanceItem, i *instance) {
	if len(i.interfaces) == 0 {
		return
	}
	n := i.interfaces[0]
	item.Subnet, item.VPC, item.Checked, item.Groups = n.subnet.id, n.subnet.vpc.id, n.checked, groupRefs(n.groups)
	item.Private, item.PrivateDNS = n.private.String(), c.privateDNS(n.private)
	if at := n.visible(); at.IsValid() {
		item.Public, item.PublicDNS = at.String(), c.publicDNS(at)
	}
}

// reservations groups instances as they were launched together.
func (c *Cloud) reservations(instances []*instance) []reservationItem {
	var list []reservationItem
	at := map[string]int{}
	for _, i := range instances {
		n, known := at[i.reservation]
		if !known {
			n = len(list)
			at[i.reservation] = n
			list = append(list, reservationItem{ID: i.reservation, Owner: c.opts.Account})
		}
		list[n].Instances = append(list[n].Instances, c.instanceItem(i))
	}
	return list
}
