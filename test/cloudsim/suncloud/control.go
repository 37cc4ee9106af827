package suncloud

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The states of a VM.
const (
	Stopped  = "STOPPED"
	Starting = "STARTING"
	Started  = "STARTED"
	Stopping = "STOPPING"
	Sleeping = "SLEEPING"
	Asleep   = "ASLEEP"
	Waking   = "WAKING"
)

// controls says what each controller does: from which state, and over which
// others it goes.
var controls = map[string]struct {
	op, from string
	over     []string
}{
	"start":     {"start-VM", Stopped, []string{Starting, Started}},
	"stop":      {"stop-VM", Started, []string{Stopping, Stopped}},
	"reboot":    {"reboot-VM", Started, []string{Stopping, Starting, Started}},
	"hibernate": {"hibernate-VM", Started, []string{Sleeping, Asleep}},
	"resume":    {"resume-VM", Asleep, []string{Waking, Started}},
}

// resting are the states that a VM stays in.
var resting = map[string]bool{Stopped: true, Started: true, Asleep: true}

// control follows a controller of a VM or a cluster.
func (c *Cloud) control(rest string, _ call) (work, error) {
	name, uri, _ := strings.Cut(rest, "&vm=")
	if m, is := c.find(uri).(*VM); is {
		return c.controlVM(name, m)
	}
	name, uri, _ = strings.Cut(rest, "&cluster=")
	in, is := c.find(uri).(*Cluster)
	if !is {
		return work{}, errNotFound
	}
	for _, m := range only(c.vms, func(m *VM) bool { return m.Cluster == in.URI }) {
		if w, err := c.controlVM(name, m); err == nil && w.end != nil {
			c.line.After(c.opt.Transition, w.end)
		}
	}
	return work{op: name + "-Cluster", target: in.URI, code: http.StatusOK}, nil
}

// controlVM puts a VM on its way; one that is not where the controller begins
// is refused.
func (c *Cloud) controlVM(name string, m *VM) (work, error) {
	k := controls[name]
	if m.State != k.from || m.pending {
		return work{}, conflict("VM is not in a state from which it can be so controlled")
	}
	m.State = k.over[0]
	steps := len(k.over) - 1
	for i, state := range k.over[1:steps] {
		c.line.After(c.opt.Transition*time.Duration(i+1)/time.Duration(steps), func() {
			if m.State == k.over[i] {
				m.State = state
			}
		})
	}
	return work{op: k.op, target: m.URI, code: http.StatusOK, end: func() {
		m.State = k.over[steps]
		if m.State == Started {
			m.LastBoot, m.Updated = c.line.At, false
		}
	}}, nil
}

func (c *Cloud) attach(uri string, q call) (work, error) {
	m, is := c.find(uri).(*VM)
	if !is {
		return work{}, errNotFound
	}
	target := path(q.body.URI)
	if !c.typed(target, q.media) {
		return work{}, bad("The URI is of no such resource.")
	}
	return work{op: "attach", target: uri, code: http.StatusOK}, c.plug(m, target)
}

// typed reports whether the URI is of a resource of the type.
func (c *Cloud) typed(uri, media string) bool {
	switch c.find(uri).(type) {
	case *VNet:
		return media == "VNet"
	case *Address:
		return media == "PublicAddress"
	}
	return false
}

// plug connects a VM with a VNet or an address. Either is refused a second
// time, and an address that another VM has (inferred).
func (c *Cloud) plug(m *VM, uri string) error {
	for _, i := range m.Interfaces {
		if i.VNet == uri || i.PublicAddress == uri {
			return conflict("It is attached already.")
		}
	}
	nic := Interface{NIC: fmt.Sprintf("eth%d", m.lastNIC)}
	switch r := c.find(uri).(type) {
	case *VNet:
		r.lastIP++
		nic.VNet, nic.IP = uri, fmt.Sprintf("10.31.%d.%d", r.third, r.lastIP)
	case *Address:
		if r.VM != "" {
			return conflict("The address is attached to another VM.")
		}
		r.VM = m.URI
		nic.PublicAddress, nic.IP = uri, r.IP
	default:
		return bad("There is no such VNet or address.")
	}
	m.lastNIC++
	c.lastID++
	nic.MAC = fmt.Sprintf("00:14:4f:%02x:%02x:%02x", c.lastID>>16&255, c.lastID>>8&255, c.lastID&255)
	m.Interfaces = append(m.Interfaces, nic)
	return nil
}

func (c *Cloud) detach(uri string, q call) (work, error) {
	m, is := c.find(uri).(*VM)
	if !is {
		return work{}, errNotFound
	}
	target := path(q.body.URI)
	rest := only(m.Interfaces, func(i Interface) bool { return i.VNet != target && i.PublicAddress != target })
	if len(rest) == len(m.Interfaces) || !c.typed(target, q.media) {
		return work{}, bad("It is not attached.")
	}
	m.Interfaces = rest
	if a, is := c.find(target).(*Address); is {
		a.VM = ""
	}
	return work{op: "detach", target: uri, code: http.StatusOK, atOnce: true}, nil
}

// backUp makes a backup, which goes with its VM. A VM that another change is
// under way of is refused, which is seen of one deployment only.
func (c *Cloud) backUp(uri string, q call) (work, error) {
	m, is := c.find(uri).(*VM)
	if !is {
		return work{}, errNotFound
	}
	if m.pending || !resting[m.State] {
		return work{}, conflict("Another change of the VM is under way.")
	}
	name, err := named(q.body, func(n string) bool {
		return len(only(c.backups, func(b *Backup) bool { return b.Name == n && b.VM == m.URI })) > 0
	})
	if err != nil {
		return work{}, err
	}
	b := &Backup{URI: c.newURI("/backups/%d"), Name: name, VM: m.URI, Created: c.line.At}
	take(&b.Tags, q.body.Tags)
	c.backups = append(c.backups, b)
	return made("back_up", b.URI), nil
}

func (c *Cloud) restore(uri string, _ call) (work, error) {
	if _, is := c.find(uri).(*Backup); !is {
		return work{}, errNotFound
	}
	return work{op: "restore-Backup", target: uri, code: http.StatusOK}, nil
}
