package ec2

import (
	"slices"
	"time"
)

// image is an AMI with one root volume.
type image struct {
	resource
	phase       phase
	name        string
	description string
	arch        string
	owner       string // account number
	alias       string // of the owner, such as "amazon"
	platform    string // "windows" or empty
	platformOf  string // platform details, the billing name of the platform
	rootDevice  string
	rootGiB     int
	snapshot    string
	public      bool
	source      string // instance it was made from
}

// The publishers of the public images.
const (
	debian      = "136693071363"
	ubuntuOwner = "099720109477"
	amazon      = "137112412989"
	microsoft   = "801119661308" // Amazon's account for Windows images
)

// publicImages are the images that anybody may launch.
var publicImages = []image{
	{
		name:        "debian-12-amd64-20250814-2204",
		description: "Debian 12 (20250814-2204)",
		arch:        x86, owner: debian, rootDevice: "/dev/xvda", rootGiB: 8,
	},
	{
		name:        "debian-12-arm64-20250814-2204",
		description: "Debian 12 (20250814-2204)",
		arch:        arm, owner: debian, rootDevice: "/dev/xvda", rootGiB: 8,
	},
	{
		name:        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250821",
		description: "Canonical, Ubuntu, 24.04, amd64 noble image",
		arch:        x86, owner: ubuntuOwner, rootDevice: "/dev/sda1", rootGiB: 8,
	},
	{
		name:        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250821",
		description: "Canonical, Ubuntu, 24.04, arm64 noble image",
		arch:        arm, owner: ubuntuOwner, rootDevice: "/dev/sda1", rootGiB: 8,
	},
	{
		name:        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20250822",
		description: "Canonical, Ubuntu, 22.04, amd64 jammy image",
		arch:        x86, owner: ubuntuOwner, rootDevice: "/dev/sda1", rootGiB: 8,
	},
	{
		name:        "al2023-ami-2023.8.20250818.0-kernel-6.1-x86_64",
		description: "Amazon Linux 2023 AMI 2023.8.20250818.0 x86_64 HVM kernel-6.1",
		arch:        x86, owner: amazon, alias: "amazon", rootDevice: "/dev/xvda", rootGiB: 8,
	},
	{
		name:        "al2023-ami-2023.8.20250818.0-kernel-6.1-arm64",
		description: "Amazon Linux 2023 AMI 2023.8.20250818.0 arm64 HVM kernel-6.1",
		arch:        arm, owner: amazon, alias: "amazon", rootDevice: "/dev/xvda", rootGiB: 8,
	},
	{
		name:        "Windows_Server-2022-English-Full-Base-2025.08.13",
		description: "Microsoft Windows Server 2022 Full Locale English AMI provided by Amazon",
		arch:        x86, owner: microsoft, alias: "amazon", platform: "windows", platformOf: "Windows", rootDevice: "/dev/sda1", rootGiB: 30,
	},
}

func (c *Cloud) addPublicImages(now time.Time) {
	for _, m := range publicImages {
		m.resource = resource{c.id(imageKind.prefix), now.AddDate(0, -3, 0), map[string]string{}}
		m.phase = phase{state: "available"}
		m.snapshot = c.id("snap-")
		m.public = true
		c.snapshots[m.snapshot] = m.rootGiB
		c.images.add(&m)
	}
}

func (m *image) details() string {
	if m.platformOf == "" {
		return "Linux/UNIX"
	}
	return m.platformOf
}

// blockDevice is a volume to be made with each instance of an image.
type blockDevice struct {
	Device    string `xml:"deviceName"`
	Snapshot  string `xml:"ebs>snapshotId"`
	GiB       int    `xml:"ebs>volumeSize"`
	Type      string `xml:"ebs>volumeType"`
	Delete    bool   `xml:"ebs>deleteOnTermination"`
	Encrypted bool   `xml:"ebs>encrypted"`
}

type imageItem struct {
	ID           string        `xml:"imageId"`
	Location     string        `xml:"imageLocation"`
	State        string        `xml:"imageState"`
	Owner        string        `xml:"imageOwnerId"`
	Alias        string        `xml:"imageOwnerAlias,omitempty"`
	Public       bool          `xml:"isPublic"`
	Architecture string        `xml:"architecture"`
	Type         string        `xml:"imageType"`
	Platform     string        `xml:"platform,omitempty"`
	Details      string        `xml:"platformDetails"`
	Name         string        `xml:"name"`
	Description  string        `xml:"description,omitempty"`
	Created      string        `xml:"creationDate"`
	RootType     string        `xml:"rootDeviceType"`
	RootDevice   string        `xml:"rootDeviceName"`
	Devices      []blockDevice `xml:"blockDeviceMapping>item"`
	Virtual      string        `xml:"virtualizationType"`
	Hypervisor   string        `xml:"hypervisor"`
	ENA          bool          `xml:"enaSupport"`
	Source       string        `xml:"sourceInstanceId,omitempty"`
	Tags         []tag         `xml:"tagSet>item"`
}

func (m *image) item() imageItem {
	return imageItem{
		ID: m.id, Location: m.owner + "/" + m.name, State: m.phase.state, Owner: m.owner, Alias: m.alias,
		Public: m.public, Architecture: m.arch, Type: "machine", Platform: m.platform, Details: m.details(),
		Name: m.name, Description: m.description, Created: timeText(m.born), RootType: "ebs", RootDevice: m.rootDevice,
		Devices: []blockDevice{{m.rootDevice, m.snapshot, m.rootGiB, "gp2", true, false}},
		Virtual: "hvm", Hypervisor: xen, ENA: true, Source: m.source, Tags: tagSet(&m.resource),
	}
}

var imageListing = listing[*image]{least: 1, most: 1000, clamps: true, filters: map[string]filter[*image]{
	"architecture":        of(func(m *image) string { return m.arch }),
	"creation-date":       of(func(m *image) string { return timeText(m.born) }),
	"description":         of(func(m *image) string { return m.description }),
	"hypervisor":          of(func(*image) string { return xen }),
	"image-id":            of(func(m *image) string { return m.id }),
	"image-type":          of(func(*image) string { return "machine" }),
	"is-public":           of(func(m *image) string { return boolText(m.public) }),
	"name":                of(func(m *image) string { return m.name }),
	"owner-alias":         of(func(m *image) string { return m.alias }),
	"owner-id":            of(func(m *image) string { return m.owner }),
	"platform":            of(func(m *image) string { return m.platform }),
	"root-device-type":    of(func(*image) string { return "ebs" }),
	"source-instance-id":  of(func(m *image) string { return m.source }),
	"state":               of(func(m *image) string { return m.phase.state }),
	"virtualization-type": of(func(*image) string { return "hvm" }),
}}

// describeImages lists images; Owner.N takes account numbers, "self" and
// aliases.
func describeImages(c *call) (any, error) {
	shown := c.images
	if owners := c.list("Owner"); len(owners) > 0 {
		shown = newRows[*image](imageKind)
		for _, m := range c.images.all() {
			self := m.owner == c.opts.Account && slices.Contains(owners, "self")
			if self || slices.Contains(owners, m.owner) || m.alias != "" && slices.Contains(owners, m.alias) {
				shown.add(m)
			}
		}
	}
	found, next, err := describe(c, &shown, imageListing)
	answer := struct {
		Images []imageItem `xml:"imagesSet>item"`
		Next   string      `xml:"nextToken,omitempty"`
	}{Next: next}
	for _, m := range found {
		answer.Images = append(answer.Images, m.item())
	}
	return answer, err
}

// createImage makes an image of a running or stopped instance. Names of own
// images are unique.
func createImage(c *call) (any, error) {
	tags, err := c.specified("image", "snapshot")
	if err != nil {
		return nil, err
	}
	i, err := c.instances.find(c.text("InstanceId"))
	if err != nil {
		return nil, err
	}
	if s := i.phase.state; s != "running" && s != "stopped" && s != "stopping" {
		return nil, fail("IncorrectState", "The instance '%s' is not in a state from which an image can be made: %s", i.id, s)
	}
	name := c.text("Name")
	if len(name) < 3 || len(name) > 128 {
		return nil, fail("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long")
	}
	for _, m := range c.images.all() {
		if m.owner == c.opts.Account && m.name == name {
			return nil, fail("InvalidAMIName.Duplicate", "AMI name %s is already in use by AMI %s", name, m.id)
		}
	}
	m := &image{
		resource: c.fresh(imageKind, tags["image"]), phase: c.passing(c.now, "pending", "available"),
		name: name, description: c.text("Description"), arch: i.image.arch, owner: c.opts.Account,
		platform: i.image.platform, platformOf: i.image.platformOf, rootDevice: i.image.rootDevice,
		rootGiB: i.rootGiB(), snapshot: c.id("snap-"), source: i.id,
	}
	c.snapshots[m.snapshot] = m.rootGiB
	c.images.add(m)
	return struct {
		ID string `xml:"imageId"`
	}{m.id}, nil
}

func deregisterImage(c *call) (any, error) {
	m, err := c.images.find(c.text("ImageId"))
	if err != nil {
		return nil, err
	}
	if m.owner != c.opts.Account {
		return nil, fail("AuthFailure", "Not authorized for image:%s", m.id)
	}
	if c.flag("DeleteAssociatedSnapshots", false) {
		delete(c.snapshots, m.snapshot)
	}
	c.images.remove(m)
	return done{true}, nil
}
