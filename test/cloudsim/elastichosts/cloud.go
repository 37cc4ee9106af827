// Package elastichosts is a stateful simulator of one zone of ElasticHosts, or
// of another cloud that runs ElasticStack, as an http.Handler. It is written
// from the vendor's API pages (core, drives, servers); addresses and VLANs from
// those of licensees. It serves both representations, holds one user, and knows
// time only through the clock it is given. It must not know any client of it.
package elastichosts

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"occigate/test/cloudsim/fault"
)

// Options say what cloud to simulate. The zero value of a field means its
// default.
type Options struct {
	Clock      func() time.Time // default time.Now
	Transition time.Duration    // how long the copy of an image and a shutdown take; with 0 they are done at once

	User string // user UUID, default 2164ce57-591a-43ee-ade5-e2fe0ee13c3f
	Key  string // secret API key, default secret

	// Capacity is how many bytes of drives the cluster has room for; with 0
	// there is no limit.
	Capacity int64

	// Lingering is how long a drive stays claimed once its server was destroyed.
	Lingering time.Duration

	Faults *fault.Plan // default none in force
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Faults == nil {
		o.Faults = new(fault.Plan)
	}
	if o.User == "" {
		o.User = "2164ce57-591a-43ee-ade5-e2fe0ee13c3f"
	}
	if o.Key == "" {
		o.Key = "secret"
	}
	return o
}

// Cloud is one simulated zone. It is an http.Handler for an endpoint without a
// path; [http.StripPrefix] gives one with a path. It is safe for concurrent use.
type Cloud struct {
	opt     Options
	mux     *http.ServeMux
	handler http.Handler

	mu        sync.Mutex
	order     []*thing          // in the order of their making
	byID      map[string]*thing // by kind and id
	leased    int               // addresses given so far
	stubborn  map[string]bool   // servers whose guest ignores the power button
	lingering map[string]claim  // by drive, of servers that are gone
}

// kind is what a thing is. It is also the key that holds its id, but for
// resources.
type kind string

const (
	drive    kind = "drive"
	standard kind = "standard" // a drive of the cloud's own
	server   kind = "server"
	address  kind = "ip"
	vlan     kind = "vlan"
)

// thing is a drive, a server or a resource.
type thing struct {
	kind    kind
	id      string
	keys    object
	made    time.Time
	began   time.Time // of a drive's copy, zero when none is under way
	ends    time.Time // of a drive's copy or a server's shutdown, zero when none
	content string    // of a drive: the standard drive it is a copy of, "packed" for a useless one
}

// claim is a server's use of a drive that ends at a time.
type claim struct {
	text string
	ends time.Time
}

// New makes a zone without anything in it; [Cloud.Furnish] adds the standard
// drives.
func New(o Options) *Cloud {
	c := &Cloud{
		opt: o.withDefaults(), mux: http.NewServeMux(), byID: map[string]*thing{},
		stubborn: map[string]bool{}, lingering: map[string]claim{},
	}
	for _, r := range routes {
		c.mux.Handle(r.path, c.serve(r))
	}
	c.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse("missing", "no such command").write(w) })
	c.handler = c.opt.Faults.Wrap(c.mux, c.operation, refuseFault)
	return c
}

// ServeHTTP answers one command.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// route is a command: method, path and what carries it out.
type route struct {
	method, path string
	do           func(*Cloud, *call) (answer, error)
}

// routes are all commands.
var routes = []route{
	{"GET", "/drives/list", listed(drive, "drive")},
	{"GET", "/drives/info", infos(drive)},
	{"GET", "/drives/list/standard", listed(standard, "drive")},
	{"GET", "/drives/info/standard", infos(standard)},
	{"GET", "/drives/{id}/info", driveInfo},
	{"GET", "/drives/{id}/info/full", driveInfo},
	{"POST", "/drives/create", createDrive},
	{"POST", "/drives/{id}/set", setDrive},
	{"POST", "/drives/{id}/destroy", destroyDrive},
	{"POST", "/drives/{id}/image/{source}", copyImage("")},
	{"POST", "/drives/{id}/image/{source}/gunzip", copyImage("gunzip")},
	{"POST", "/drives/{id}/image/{source}/gzip", copyImage("gzip")},

	{"GET", "/servers/list", listed(server, "server", "cpu", "mem")},
	{"GET", "/servers/info", infos(server)},
	{"GET", "/servers/{id}/info", info(server)},
	{"POST", "/servers/create", createServer(true)},
	{"POST", "/servers/create/stopped", createServer(false)},
	{"POST", "/servers/{id}/set", setServer},
	{"POST", "/servers/{id}/start", startServer},
	{"POST", "/servers/{id}/stop", stopServer},
	{"POST", "/servers/{id}/shutdown", shutdownServer},
	{"POST", "/servers/{id}/reset", resetServer},
	{"POST", "/servers/{id}/destroy", destroyServer},

	{"GET", "/resources/ip/list", listed(address, "type", "resource")},
	{"GET", "/resources/ip/info", infos(address)},
	{"GET", "/resources/ip/{id}/info", info(address)},
	{"POST", "/resources/ip/create", createAddress},
	{"POST", "/resources/ip/{id}/destroy", destroyResource(address)},
	{"GET", "/resources/vlan/list", listed(vlan, "type", "resource")},
	{"GET", "/resources/vlan/info", infos(vlan)},
	{"GET", "/resources/vlan/{id}/info", info(vlan)},
	{"POST", "/resources/vlan/create", createVLAN},
	{"POST", "/resources/vlan/{id}/set", setVLAN},
	{"POST", "/resources/vlan/{id}/destroy", destroyResource(vlan)},
}

// operation names a request as faults and counts do: "POST /servers/{id}/set".
func (c *Cloud) operation(r *http.Request) string {
	_, pattern := c.mux.Handler(r)
	if pattern == "/" || pattern == "" {
		return r.Method + " " + r.URL.Path
	}
	return r.Method + " " + pattern
}

func (c *Cloud) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := &call{Request: r, op: rt.method + " " + rt.path}
		a, err := c.carryOut(q, rt)
		if err != nil {
			err.(*refusal).write(w)
			return
		}
		a.write(w, q)
	}
}

func (c *Cloud) carryOut(q *call, rt route) (answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	user, key, _ := q.BasicAuth()
	if !strings.EqualFold(user, c.opt.User) || subtle.ConstantTimeCompare([]byte(key), []byte(c.opt.Key)) == 0 {
		return answer{}, refuse("auth", "authentication failed")
	}
	if q.Method != rt.method {
		return answer{}, refuse("method", "this command is called by %s", rt.method)
	}
	if err := q.parse(); err != nil {
		return answer{}, err
	}
	c.settle()
	return rt.do(c, q)
}

// settle carries out what has become due: copies and shutdowns that are over.
func (c *Cloud) settle() {
	now := c.opt.Clock()
	for _, t := range append([]*thing{}, c.order...) {
		if t.ends.IsZero() || t.ends.After(now) {
			continue
		}
		t.began, t.ends = time.Time{}, time.Time{}
		if t.kind == server {
			c.halt(t)
		}
	}
}

func (c *Cloud) add(k kind, id string, keys object) *thing {
	t := &thing{kind: k, id: id, keys: keys, made: c.opt.Clock()}
	c.order = append(c.order, t)
	c.byID[string(k)+" "+id] = t
	return t
}

func (c *Cloud) drop(t *thing) {
	delete(c.byID, string(t.kind)+" "+t.id)
	for i, o := range c.order {
		if o == t {
			c.order = append(c.order[:i:i], c.order[i+1:]...)
			return
		}
	}
}

// find looks a thing up, whatever the case of its id.
func (c *Cloud) find(k kind, id string) (*thing, error) {
	if t := c.byID[string(k)+" "+strings.ToLower(id)]; t != nil {
		return t, nil
	}
	return nil, refuse("missing", "")
}

// all lists the things of a kind.
func (c *Cloud) all(k kind) (rows []*thing) {
	for _, t := range c.order {
		if t.kind == k {
			rows = append(rows, t)
		}
	}
	return rows
}

func newID() string { return uuid.NewString() }
