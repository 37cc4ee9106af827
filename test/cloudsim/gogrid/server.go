package gogrid

import (
	"strconv"
	"time"

	"occigate/test/cloudsim/fault"
)

// Server is a virtual server.
type Server struct {
	ID          int // 0 until it is built
	Name        string
	Description string
	ImageID     int
	RAM         Option
	IP          string
	PrivateIP   string // empty when it has none
	State       Option
	Datacenter  Option
	Sandbox     bool
	Created     time.Time
	leaving     bool
}

func (c *Cloud) view(s *Server) object {
	v := object{
		"object": "server", "name": s.Name, "description": nil, "ip": nil,
		"ram": s.RAM.view(), "cores": cores(s.RAM), "state": s.State.view(), "type": webServer.view(),
		"isSandbox": s.Sandbox, "datacenter": s.Datacenter.view(),
	}
	if s.ID != 0 {
		v["id"] = s.ID
	}
	if s.Description != "" {
		v["description"] = s.Description
	}
	if a := c.address(s.IP); a != nil {
		v["ip"] = a.view()
	}
	if a := c.address(s.PrivateIP); a != nil {
		v["privateip"] = a.view()
	}
	if i := c.image(strconv.Itoa(s.ImageID)); i != nil {
		image := i.view()
		v["image"], v["os"] = image, image["os"]
	}
	return v
}

func cores(size Option) float64 {
	for _, r := range ram {
		if r.Option == size {
			return r.cores
		}
	}
	return 0.5
}

// serverNamed finds a built server by its id or name.
func (c *Cloud) serverNamed(text string) (*Server, error) {
	for _, s := range c.servers {
		if s.ID != 0 && text != "" && (text == strconv.Itoa(s.ID) || text == s.Name) {
			return s, nil
		}
	}
	return nil, noMatch()
}

// target finds the server of a call.
func (c *Cloud) target(q *call) (*Server, error) {
	for _, arg := range []string{"id", "name", "server"} {
		if q.args.Has(arg) {
			return c.serverNamed(q.args.Get(arg))
		}
	}
	return nil, illegal("One of id, name and server is needed.")
}

func (c *Cloud) serverList(q *call) (*answer, error) {
	at, err := q.option("datacenter", datacenters())
	if err != nil {
		return nil, err
	}
	var shown []*Server
	for _, s := range c.servers {
		sandbox := q.args.Get("isSandbox")
		if (at.ID == 0 || at == s.Datacenter) && (sandbox == "" || sandbox == strconv.FormatBool(s.Sandbox)) {
			shown = append(shown, s)
		}
	}
	shown = fault.Rows(c.opt.Faults, q.op, shown, func(s *Server) time.Duration { return c.line.At.Sub(s.Created) })
	rows := make([]object, len(shown))
	for i, s := range shown {
		rows[i] = c.view(s)
	}
	return c.page(q, rows)
}

// serverGet gives all servers that the arguments name, each of which may be
// repeated. One that is not built yet is not found.
func (c *Cloud) serverGet(q *call) (*answer, error) {
	var rows []object
	for _, arg := range []string{"id", "name", "server"} {
		for _, text := range q.args[arg] {
			s, err := c.serverNamed(text)
			if err != nil {
				return nil, err
			}
			rows = append(rows, c.view(s))
		}
	}
	if len(rows) == 0 {
		return nil, noMatch()
	}
	return &answer{list: rows, total: len(rows)}, nil
}

const (
	maxName        = 20
	maxDescription = 500
)

// serverAdd takes an address at once and builds the server, which takes two
// thirds of a transition; then it has an id and starts.
func (c *Cloud) serverAdd(q *call) (*answer, error) {
	s, err := c.wanted(q)
	if err != nil {
		return nil, err
	}
	c.address(s.IP).State = Assigned
	c.servers = append(c.servers, s)
	job := c.newJob(createServer, s)
	c.line.After(c.opt.Transition/3, func() { job.to(c, JobProcessing, "") })
	c.line.After(c.opt.Transition*2/3, func() { c.built(s, job) })
	return one(c.view(s)), nil
}

// built gives a server its id, unless its job has failed.
func (c *Cloud) built(s *Server, job *Job) {
	if job.ended() || s.leaving {
		return
	}
	s.ID = c.nextID()
	job.to(c, JobSucceeded, "")
	if c.opt.ComesUpOff {
		return
	}
	c.change(s, Starting, On, c.opt.Transition/3)
}

// wanted reads the arguments of an add.
func (c *Cloud) wanted(q *call) (*Server, error) {
	s := &Server{
		Name: q.args.Get("name"), Description: q.args.Get("description"), IP: q.args.Get("ip"),
		Sandbox: q.args.Get("isSandbox") == "true", State: Off, Created: c.line.At, RAM: sandboxRAM,
	}
	if s.Name == "" || len(s.Name) > maxName || len(s.Description) > maxDescription {
		return nil, illegal("The name or description is missing or too long.")
	}
	for _, other := range c.servers {
		if other.Name == s.Name {
			return nil, illegal("A server with this name exists.")
		}
	}
	if !s.Sandbox {
		size, err := q.option("server.ram", ramOptions())
		if err != nil || size.ID == 0 {
			return nil, illegal("Invalid value for server.ram.")
		}
		s.RAM = size
	}
	a := c.address(s.IP)
	if a == nil || !a.Public || a.State != Unassigned {
		return nil, illegal("The IP is not an unassigned public IP of yours.")
	}
	s.Datacenter = a.Datacenter
	i := c.image(q.args.Get("image"))
	if i == nil || i.State != ImageAvailable {
		return nil, noMatch()
	}
	if !hasOption(i.Datacenters, a.Datacenter) {
		return nil, illegal("The image is not available in the datacenter of the IP.")
	}
	s.ImageID = i.ID
	return s, nil
}

func hasOption(all []Option, o Option) bool {
	for _, other := range all {
		if other == o {
			return true
		}
	}
	return false
}

func (c *Cloud) serverEdit(q *call) (*answer, error) {
	s, err := c.target(q)
	if err != nil {
		return nil, err
	}
	size, err := q.option("server.ram", ramOptions())
	if err != nil {
		return nil, err
	}
	if q.args.Has("description") {
		s.Description = q.args.Get("description")
	}
	if size.ID == 0 {
		return one(c.view(s)), nil
	}
	if s.State != On && s.State != Off {
		return nil, illegal("The server is in state " + s.State.Name + ".")
	}
	s.RAM = size
	c.change(s, Updating, s.State, c.opt.Transition)
	return one(c.view(s)), nil
}

// power says what each word of grid/server/power does: from where, over what,
// to where. On while On and off while Off are refused, which is inferred.
var power = map[string]struct{ from, over, to Option }{
	"on": {Off, Starting, On}, "start": {Off, Starting, On},
	"off": {On, Stopping, Off}, "stop": {On, Stopping, Off},
	"cycle": {On, Restarting, On}, "restart": {On, Restarting, On},
}

func (c *Cloud) serverPower(q *call) (*answer, error) {
	s, err := c.target(q)
	if err != nil {
		return nil, err
	}
	p, known := power[q.args.Get("power")]
	if !known || s.State != p.from {
		return nil, illegal("The server is in state " + s.State.Name + ".")
	}
	c.change(s, p.over, p.to, c.opt.Transition)
	return one(c.view(s)), nil
}

// change puts a server into a state for some time and then into another.
func (c *Cloud) change(s *Server, over, to Option, d time.Duration) {
	s.State = over
	c.line.After(d, func() {
		if s.State == over {
			s.State = to
		}
	})
}

// serverDelete accepts; the server stays as it was until it disappears. One
// that has no id yet is deleted by its name.
func (c *Cloud) serverDelete(q *call) (*answer, error) {
	s, err := c.target(q)
	if err != nil {
		s = c.unbuilt(q.args.Get("name") + q.args.Get("server"))
	}
	if s == nil {
		return nil, noMatch()
	}
	answer := one(c.view(s))
	if s.leaving {
		return answer, nil
	}
	s.leaving = true
	job := c.newJob(deleteServer, s)
	c.line.After(c.opt.Transition, func() {
		job.to(c, JobSucceeded, "")
		c.remove(s)
	})
	return answer, nil
}

func (c *Cloud) unbuilt(name string) *Server {
	for _, s := range c.servers {
		if s.ID == 0 && s.Name == name {
			return s
		}
	}
	return nil
}

func (c *Cloud) remove(s *Server) {
	for i, other := range c.servers {
		if other == s {
			c.servers = append(c.servers[:i:i], c.servers[i+1:]...)
		}
	}
	for _, ip := range []string{s.IP, s.PrivateIP} {
		if a := c.address(ip); a != nil {
			a.State = Unassigned
		}
	}
}
