package flexiscale

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"occigate/test/cloudsim/fault"
)

// Status is the state of a server, a digit that is sent as text.
type Status string

// The states of a server.
const (
	Failed   Status = "1"
	Running  Status = "2"
	Starting Status = "3"
	Stopping Status = "4"
	Stopped  Status = "5"
)

var words = map[Status]string{Failed: "Error", Running: "Running", Starting: "Starting", Stopping: "Stopping", Stopped: "stopped"}

// Server is a virtual server. Its name is what calls are made by; that it is
// unique is not on record, and two of one name are accepted here.
type Server struct {
	ID         int
	Name       string
	Status     Status
	Package    int
	Processors int
	MemoryMB   int
	Image      int
	DiskGB     int
	IPs        []string
	Modified   bool // until it is stopped and started
	Created    time.Time
	leaving    bool
}

func (c *Cloud) view(s *Server) value {
	status := string(s.Status)
	if c.opt.WordStates {
		status = words[s.Status]
	}
	var disks, nics, ips []value
	for _, d := range c.disks {
		if d.Server == s.ID {
			disks = append(disks, number("item", d.ID))
		}
	}
	for _, n := range c.nics {
		if n.Server == s.ID {
			nics = append(nics, number("item", n.ID))
		}
	}
	for _, ip := range s.IPs {
		ips = append(ips, text("item", ip))
	}
	image := c.imageView(s.Image)
	image.name = "operating_system_image"
	return object("Server",
		number("server_id", s.ID), text("server_name", s.Name), text("status", status),
		number("package_id", s.Package), number("processors", s.Processors), number("memory", s.MemoryMB), image,
		value{name: "disk_capacity", kind: "xsd:long", text: strconv.Itoa(s.DiskGB * 1024)},
		list("disks", "xsd:int", disks), list("network_interfaces", "xsd:int", nics),
		text("initial_password", fmt.Sprintf("%016d\n", s.ID)), value{name: "uptime", kind: "xsd:long", text: "0"},
		list("ip_addresses", "xsd:string", ips),
		value{name: "modified", kind: "xsd:boolean", text: strconv.FormatBool(s.Modified)})
}

// listServers lists those of the names, or all.
func (c *Cloud) listServers(call *tree) (value, error) {
	names := call.list()
	var shown []*Server
	for _, s := range c.servers {
		if len(names) == 0 || names[s.Name] {
			shown = append(shown, s)
		}
	}
	shown = fault.Rows(c.opt.Faults, call.name, shown, func(s *Server) time.Duration { return c.line.At.Sub(s.Created) })
	var rows []value
	for _, s := range shown {
		rows = append(rows, c.view(s))
	}
	return list("", "ns1:Server", rows), nil
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// maxProcessors is inferred.
const maxProcessors = 8

// createServer makes a server that is stopped, with a disk, an interface and an
// address of its VLAN. What is said of an image, package or VLAN that does not
// exist is not on record.
func (c *Cloud) createServer(call *tree) (value, error) {
	spec, vlan := call.kid("specification"), call.kid("vlan").number("vlan_id")
	s := &Server{
		Name: spec.text("server_name"), Status: Stopped, Package: spec.number("package_id"), Processors: spec.number("processors"),
		MemoryMB: spec.number("memory"), Image: spec.kid("operating_system_image").number("operating_system_image_id"),
		DiskGB: spec.number("disk_capacity"), Created: c.line.At,
	}
	switch {
	case !goodName.MatchString(s.Name):
		return value{}, refusal(badName)
	case s.Processors < 1 || s.Processors > maxProcessors:
		return value{}, refusal(badProcessors)
	case s.MemoryMB < 1 || s.DiskGB < 1 || !c.hasPackage(s.Package) || !c.hasVLAN(vlan) || !c.hasImage(s.Image):
		return value{}, refusal(unexpected)
	}
	c.furnish(s, vlan)
	return number("", s.ID), nil
}

// furnish gives a new server its id, disk, interface and address.
func (c *Cloud) furnish(s *Server, vlan int) {
	s.ID = c.nextID()
	if ip := c.freeIP(vlan); ip != "" {
		s.IPs = append(s.IPs, ip)
	}
	c.servers = append(c.servers, s)
	c.disks = append(c.disks, &Disk{ID: c.nextID(), Package: s.Package, GB: s.DiskGB, Server: s.ID, Name: fmt.Sprintf("Server %d Operating System", s.ID)})
	c.plug(s, vlan)
}

func (c *Cloud) plug(s *Server, vlan int) {
	id := c.nextID()
	c.nics = append(c.nics, &NIC{ID: id, Server: s.ID, VLAN: vlan, MAC: fmt.Sprintf("00:0f:4b:22:%02x:%02x", id>>8&0xff, id&0xff)})
}

// modifyServer shows the new figures at once; that they hold only after a stop
// and start is told by modified.
func (c *Cloud) modifyServer(call *tree) (value, error) {
	spec := call.kid("specification")
	for _, s := range c.servers {
		if s.ID != spec.number("server_id") {
			continue
		}
		processors := spec.number("processors")
		if processors < 1 || processors > maxProcessors {
			return value{}, refusal(badProcessors)
		}
		s.Processors, s.MemoryMB, s.Modified = processors, spec.number("memory"), true
		return c.view(s), nil
	}
	return value{}, refusal(invalidServer)
}

// named finds the server that a call is about.
func (c *Cloud) named(call *tree) (*Server, error) {
	name := call.text("server_name")
	for _, s := range c.servers {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, refusal(fmt.Sprintf("Server %q not found", name))
}

// startServer refuses a server that is not stopped; which fault does so is
// inferred.
func (c *Cloud) startServer(call *tree) (value, error) {
	s, err := c.named(call)
	if err != nil {
		return value{}, err
	}
	if s.Status != Stopped {
		return value{}, refusal(invalidServer)
	}
	return c.work(s, "start_virtual_server", call, Starting, Running), nil
}

func (c *Cloud) stopServer(call *tree) (value, error) {
	s, err := c.running(call)
	if err != nil {
		return value{}, err
	}
	if method := call.text("stop_method"); method != "1" && method != "2" {
		return value{}, refusal(unexpected)
	}
	return c.work(s, "stop_virtual_server", call, Stopping, Stopped), nil
}

func (c *Cloud) rebootServer(call *tree) (value, error) {
	s, err := c.running(call)
	if err != nil {
		return value{}, err
	}
	return c.work(s, "reboot_virtual_server", call, Starting, Running), nil
}

func (c *Cloud) stopStartServer(call *tree) (value, error) {
	s, err := c.running(call)
	if err != nil {
		return value{}, err
	}
	return c.work(s, "stop_start_virtual_server", call, Stopping, Starting, Running), nil
}

func (c *Cloud) running(call *tree) (*Server, error) {
	s, err := c.named(call)
	if err == nil && s.Status != Running {
		return nil, refusal(notRunning)
	}
	return s, err
}

// destroyServer takes a stopped server away at the end of a transition, with
// its disks and interfaces. What the number it returns means is not on record.
func (c *Cloud) destroyServer(call *tree) (value, error) {
	s, err := c.named(call)
	if err != nil {
		return value{}, err
	}
	if s.Status != Stopped && s.Status != Failed {
		return value{}, refusal(notStopped)
	}
	if !s.leaving {
		s.leaving = true
		c.line.After(c.opt.Transition, func() { c.remove(s) })
	}
	return number("", s.ID), nil
}
