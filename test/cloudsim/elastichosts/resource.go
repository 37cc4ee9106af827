package elastichosts

import (
	"net/netip"
	"strings"
)

// createAddress reserves a static address.
func createAddress(c *Cloud, q *call) (answer, error) {
	if err := known(q.keys, nil); err != nil {
		return answer{}, err
	}
	if c.leased >= 200 {
		return answer{}, refuse("full", "no address is left")
	}
	return one(c.show(c.makeAddress()))
}

func (c *Cloud) makeAddress() *thing {
	c.leased++
	ip := netip.AddrFrom4([4]byte{203, 0, 113, byte(10 + c.leased)}).String()
	return c.add(address, ip, object{
		"resource": ip, "type": "ip", "user": c.opt.User, "netmask": "255.255.255.0", "gateway": "203.0.113.1", "nameserver": "203.0.113.2",
	})
}

// resourceKeys are the keys that a user may give a VLAN.
var resourceKeys = map[string]bool{"name": true}

func createVLAN(c *Cloud, q *call) (answer, error) {
	for key := range q.keys {
		if !resourceKeys[key] {
			return answer{}, refuse("usage", "unknown key %s", key)
		}
	}
	if q.keys["name"] == "" {
		return answer{}, refuse("usage", "name is needed")
	}
	return one(c.show(c.makeVLAN(newID(), q.keys["name"])))
}

func (c *Cloud) makeVLAN(id, name string) *thing {
	return c.add(vlan, id, object{"resource": id, "type": "vlan", "name": name, "user": c.opt.User})
}

func setVLAN(c *Cloud, q *call) (answer, error) {
	t, err := c.find(vlan, q.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	t.keys["name"] = q.keys["name"]
	return one(c.show(t))
}

// destroyResource is the command that gives an address or a VLAN back, unless a
// server uses it.
func destroyResource(k kind) func(*Cloud, *call) (answer, error) {
	return func(c *Cloud, q *call) (answer, error) {
		t, err := c.find(k, q.PathValue("id"))
		if err != nil {
			return answer{}, err
		}
		for _, s := range c.all(server) {
			if s.keys["nic:0:dhcp"] == t.id || strings.EqualFold(s.keys["nic:1:vlan"], t.id) {
				return answer{}, refuse("busy", "server %s uses it", s.id)
			}
		}
		c.drop(t)
		return nothing()
	}
}
