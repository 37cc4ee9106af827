package elastichosts

import (
	"maps"
	"strconv"

	"github.com/google/uuid"
)

// fixedID makes a UUID out of names, so that a seeded cloud has the same ids
// each time.
func (c *Cloud) fixedID(k kind, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(c.opt.User+"/"+string(k)+"/"+name)).String()
}

// image is a standard drive: sizes in MiB, packed and unpacked.
type image struct {
	name, media     string
	packed, rawsize int64
}

var images = []image{
	{"Debian Linux 6.0 (Squeeze)", "disk", 220, 1024},
	{"CentOS Linux 6.2", "disk", 480, 3072},
	{"Ubuntu Linux 10.04 LTS (Lucid)", "disk", 310, 1024},
	{"Ubuntu Linux 12.04 LTS (Precise)", "disk", 350, 1024},
	{"Windows Server 2008 R2 Standard", "disk", 4200, 13312},
	{"Debian 6.0 netinst install CD", "cdrom", 190, 190},
}

// everybody may read a standard drive.
const everybody = "ffffffff-ffff-ffff-ffff-ffffffffffff"

// Furnish adds the standard drives: five disks, packed, and a CD.
func (c *Cloud) Furnish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range images {
		id := c.fixedID(standard, i.name)
		keys := object{
			"drive": id, "name": i.name, "claim:type": "shared", "readers": everybody, "user": "00000000-0000-0000-0000-000000000001",
			"media": i.media, "size": strconv.FormatInt(i.packed<<20, 10), "rawsize": strconv.FormatInt(i.rawsize<<20, 10), "status": "active",
		}
		if i.media == "disk" {
			keys["format"] = "gzip"
		}
		c.add(standard, id, keys)
	}
}

// Image gives the id that a standard drive of a name has in a furnished zone.
func (c *Cloud) Image(name string) (id string) { return c.fixedID(standard, name) }

// seeded is one machine of the estate.
type seeded struct {
	name, status, image string
	cpu, mem, disk      int // MHz, MiB, GiB
	more                object
}

var estate = []seeded{
	{"intranet-1", "active", images[3].name, 2000, 1700, 20, object{"tags": "web", "nic:0:dhcp": "address"}},
	{"intranet-2", "active", images[3].name, 2000, 1700, 20, object{"tags": "web"}},
	{"intranet-db", "active", images[1].name, 8000, 8192, 80, object{"tags": "database", "block:0": "intranet-data"}},
	{"mail", "active", images[0].name, 2000, 1700, 40, object{"block:0": "mail-archive"}},
	{"erp", "active", images[4].name, 4000, 7680, 120, object{"block:0": "erp-archive"}},
	{"erp-test", "stopped", images[4].name, 4000, 7680, 120, nil},
	{"timesheets", "active", images[0].name, 2000, 1700, 40, nil},
	{"payroll", "paused", images[0].name, 2000, 1700, 40, nil},
	{"intranet-next", "stopped", images[3].name, 2000, 1700, 20, nil},
	{"fax-gateway", "dumped", images[2].name, 2000, 1700, 10, object{"nic:1:vlan": ""}},
}

// volumes are the drives that nothing boots from, by name in GiB.
var volumes = []struct {
	name string
	gib  int64
}{{"intranet-data", 200}, {"mail-archive", 300}, {"erp-archive", 400}, {"backup", 500}}

// Seed adds a believable estate, that of an office: what Furnish adds, ten
// servers in different states with their drives, four volumes, a VLAN and two
// static addresses. The ids are the same each time.
func (c *Cloud) Seed() {
	c.Furnish()
	c.mu.Lock()
	defer c.mu.Unlock()
	inside := c.makeVLAN(c.fixedID(vlan, "office"), "office").id
	fixed := c.makeAddress().id
	c.makeAddress()
	for _, v := range volumes {
		c.makeDrive(c.fixedID(drive, v.name), object{"name": v.name}, v.gib<<30)
	}
	for _, s := range estate {
		c.seedServer(s, inside, fixed)
	}
}

func (c *Cloud) seedServer(s seeded, inside, fixed string) {
	boot := c.makeDrive(c.fixedID(drive, s.name), object{"name": s.name}, int64(s.disk)<<30)
	boot.content = c.fixedID(standard, s.image)
	keys := object{
		"name": s.name, "cpu": strconv.Itoa(s.cpu), "mem": strconv.Itoa(s.mem), "persistent": "true",
		"boot": "ide:0:0", "ide:0:0": boot.id, "vnc": "auto", "vnc:password": "changeme",
		"nic:0:model": "e1000", "nic:0:dhcp": "auto", "nic:1:model": "e1000", "nic:1:vlan": inside,
	}
	maps.Copy(keys, s.more)
	if keys["nic:0:dhcp"] == "address" {
		keys["nic:0:dhcp"] = fixed
	}
	if name := keys["block:0"]; name != "" {
		keys["block:0"] = c.fixedID(drive, name)
	}
	if keys["nic:1:vlan"] == "" {
		delete(keys, "nic:1:vlan")
		delete(keys, "nic:1:model")
	}
	t := c.makeServer(c.fixedID(server, s.name), keys)
	if s.status == "active" {
		c.run(t)
	}
	t.keys["status"] = s.status
}

// SetStatus puts a server into a state that no command leads to, such as
// "paused" or one that no client knows yet. An unknown id changes nothing.
func (c *Cloud) SetStatus(id, status string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, err := c.find(server, id); err == nil {
		t.keys["status"] = status
	}
}

// IgnoreShutdown makes a server's guest pay no attention to its power button.
func (c *Cloud) IgnoreShutdown(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stubborn[id] = true
}

// Content tells what was copied onto a drive: the id of a standard drive,
// "packed" for one that was not unpacked and boots nothing, empty for nothing.
func (c *Cloud) Content(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	t, err := c.find(drive, id)
	if err != nil {
		return ""
	}
	return t.content
}
