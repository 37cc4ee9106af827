package elastichosts

import (
	"fmt"
	"hash/crc32"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var devicePattern = regexp.MustCompile(`^(ide:[01]:[01]|scsi:0:[0-7]|block:[0-7])$`)

func isDevice(key string) bool { return devicePattern.MatchString(key) }

// serverKeys are the keys that a user may give a server, beside devices and
// user:*.
var serverKeys = map[string]bool{
	"name": true, "cpu": true, "mem": true, "smp": true, "persistent": true, "boot": true, "tags": true, "avoid": true,
	"nic:0:model": true, "nic:0:dhcp": true, "nic:1:model": true, "nic:1:vlan": true, "nic:1:mac": true,
	"vnc": true, "vnc:ip": true, "vnc:password": true, "vnc:tls": true, "password": true,
}

// running are the keys that an active server lets change.
var running = map[string]bool{
	"name": true, "cpu": true, "persistent": true, "tags": true, "password": true, "vnc:password": true,
}

// createServer is the command that makes a server and, unless told otherwise,
// starts it.
func createServer(start bool) func(*Cloud, *call) (answer, error) {
	return func(c *Cloud, q *call) (answer, error) {
		for _, key := range []string{"name", "cpu", "mem"} {
			if q.keys[key] == "" {
				return answer{}, refuse("usage", "%s is needed", key)
			}
		}
		id := newID()
		if err := c.check(id, q.keys); err != nil {
			return answer{}, err
		}
		t := c.makeServer(id, q.keys)
		if start {
			c.run(t)
		}
		return one(c.show(t))
	}
}

func (c *Cloud) makeServer(id string, keys object) *thing {
	o := object{
		"smp": "auto", "persistent": "false", "status": "stopped", "server": id, "user": c.opt.User,
	}
	maps.Copy(o, keys)
	if o["nic:0:dhcp"] != "" {
		o["nic:0:block"] = "tcp/21 tcp/22 tcp/23 tcp/25" // the ports that are closed from outside
	}
	if o["nic:1:vlan"] != "" && o["nic:1:mac"] == "" {
		o["nic:1:mac"] = fmt.Sprintf("d2:%s:%s:%s:%s:%s", id[0:2], id[2:4], id[4:6], id[6:8], id[9:11])
	}
	return c.add(server, id, o)
}

func (c *Cloud) run(t *thing) {
	t.keys["status"] = "active"
	t.keys["started"] = strconv.FormatInt(c.opt.Clock().Unix(), 10)
	if t.keys["vnc"] == "auto" {
		t.keys["vnc:ip"] = lease("vnc " + t.id)
	}
}

// halt is the end of a run. A server that is not persistent ends with it.
func (c *Cloud) halt(t *thing) {
	t.keys["status"] = "stopped"
	delete(t.keys, "started")
	delete(t.keys, "vnc:ip")
	if t.keys["persistent"] != "true" {
		c.drop(t)
	}
}

// lease is the address that a server gets when it asks for any.
func lease(id string) string {
	sum := crc32.ChecksumIEEE([]byte(id))
	return fmt.Sprintf("198.51.%d.%d", 100+sum>>8%100, 1+sum%250)
}

// check refuses keys that a server cannot have.
func (c *Cloud) check(id string, keys object) error {
	for key, value := range keys {
		name := strings.TrimSuffix(key, ":media")
		switch {
		case value == "" || strings.HasPrefix(key, "user:"):
		case isDevice(name) && name == key:
			if err := c.checkDrive(id, keys, key); err != nil {
				return err
			}
		case isDevice(name):
			if value != "disk" && value != "cdrom" {
				return refuse("usage", "%s is disk or cdrom", key)
			}
		case !serverKeys[key]:
			return refuse("usage", "unknown key %s", key)
		default:
			if err := c.checkKey(key, value); err != nil {
				return err
			}
		}
	}
	for device := range strings.FieldsSeq(keys["boot"]) {
		if keys[device] == "" {
			return refuse("usage", "boot device %s has no drive", device)
		}
	}
	return nil
}

// checkDrive refuses a drive that is not there or, unless it may be shared,
// used elsewhere.
func (c *Cloud) checkDrive(id string, keys object, device string) error {
	t, err := c.find(drive, keys[device])
	if err != nil {
		return refuse("usage", "drive %s could not be found", keys[device])
	}
	if !t.ends.IsZero() {
		return refuse("busy", "drive %s is being imaged", t.id)
	}
	if t.keys["claim:type"] == "shared" {
		return nil
	}
	for _, claim := range c.claims(t) {
		if !strings.HasPrefix(claim, "user:guest:"+id+":") {
			return refuse("busy", "drive %s is in use", t.id)
		}
	}
	for other, value := range keys {
		if other != device && isDevice(other) && strings.EqualFold(value, t.id) {
			return refuse("busy", "drive %s is given twice", t.id)
		}
	}
	return nil
}

// ranges are the least and the most of what is counted (Server API details).
var ranges = map[string][2]int{"cpu": {500, 20000}, "mem": {256, 8192}, "smp": {1, 16}}

func (c *Cloud) checkKey(key, value string) error {
	if r, counted := ranges[key]; counted && (key != "smp" || value != "auto") {
		if n, err := strconv.Atoi(value); err != nil || n < r[0] || n > r[1] {
			return refuse("usage", "%s must be between %d and %d", key, r[0], r[1])
		}
	}
	switch key {
	case "vnc:password", "password":
		if len(value) > 8 {
			return refuse("usage", "a password has at most 8 characters")
		}
	case "nic:1:vlan":
		if _, err := c.find(vlan, value); err != nil {
			return refuse("usage", "VLAN %s could not be found", value)
		}
	case "nic:0:dhcp":
		if _, err := c.find(address, value); err != nil && value != "auto" {
			return refuse("usage", "address %s could not be found", value)
		}
	}
	return nil
}

func setServer(c *Cloud, q *call) (answer, error) {
	t, err := c.find(server, q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	for key := range q.keys {
		if t.keys["status"] == "active" && !running[key] && !strings.HasPrefix(key, "user:") {
			return answer{}, refuse("usage", "%s cannot be set on an active server", key)
		}
	}
	after := maps.Clone(t.keys)
	apply(after, q.keys)
	for key := range after {
		if !serverKeys[key] && !isDevice(strings.TrimSuffix(key, ":media")) && q.keys[key] == "" {
			delete(after, key) // what the cloud itself says of the server
		}
	}
	if err := c.check(t.id, after); err != nil {
		return answer{}, err
	}
	apply(t.keys, q.keys)
	return one(c.show(t))
}

// command is a command on a server in a state.
func command(q *call, c *Cloud, state string) (*thing, error) {
	t, err := c.find(server, q.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if t.keys["status"] != state {
		return nil, refuse("busy", "the server is %s", t.keys["status"])
	}
	return t, nil
}

func startServer(c *Cloud, q *call) (answer, error) {
	t, err := command(q, c, "stopped")
	if err != nil {
		return answer{}, err
	}
	c.run(t)
	return nothing()
}

func stopServer(c *Cloud, q *call) (answer, error) {
	t, err := c.find(server, q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	if t.keys["status"] == "stopped" {
		return answer{}, refuse("busy", "the server is stopped")
	}
	t.ends = c.opt.Clock()
	c.settle()
	return nothing()
}

// shutdownServer presses the power button. The guest takes its time, or pays
// no attention.
func shutdownServer(c *Cloud, q *call) (answer, error) {
	t, err := command(q, c, "active")
	if err != nil {
		return answer{}, err
	}
	if !c.stubborn[t.id] && t.ends.IsZero() {
		t.ends = c.opt.Clock().Add(c.opt.Transition)
	}
	return nothing()
}

func resetServer(c *Cloud, q *call) (answer, error) {
	t, err := command(q, c, "active")
	if err != nil {
		return answer{}, err
	}
	t.ends = time.Time{} // whatever the guest was about to do
	return nothing()
}

// destroyServer ends a server in any state. Its drives stay.
func destroyServer(c *Cloud, q *call) (answer, error) {
	t, err := c.find(server, q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	for key, id := range t.keys {
		if isDevice(key) {
			c.lingering[strings.ToLower(id)] = claim{claimOf(t.id, key), c.opt.Clock().Add(c.opt.Lingering)}
		}
	}
	c.drop(t)
	return nothing()
}
