// Package openstack is a stateful simulator of an OpenStack cloud: Keystone v3,
// Nova v2.1, Glance v2, Cinder v3 and Neutron v2.0 behind one http.Handler, told
// apart by the first segment of the path. It is written from the OpenStack API
// reference (https://docs.openstack.org/api-ref/), holds one project beside the
// operator's, and knows time only through the clock it is given. It must not know
// any client of it.
package openstack

import (
	"net/http"
	"sync"

	"github.com/google/uuid"

	"occigate/test/cloudsim/timeline"
)

// Cloud is one simulated cloud. It is an http.Handler and safe for concurrent
// use. States change by themselves as the clock of its options goes on; what is
// due is carried out before each call and before each look inside.
type Cloud struct {
	opt     Options
	mux     *http.ServeMux
	handler http.Handler

	mu     sync.Mutex
	line   timeline.Line
	macs   int // MAC addresses given
	tokens map[string]token
	walks  map[string]walk

	flavors    table[Flavor]
	keys       table[KeyPair]
	servers    table[Server]
	deleted    table[Server] // for changes-since
	images     table[Image]
	volumes    table[Volume]
	networks   table[Network]
	subnets    table[Subnet]
	ports      table[Port]
	routers    table[Router]
	floating   table[FloatingIP]
	groups     table[SecurityGroup]
	volumeType string
}

// New makes a cloud without flavors, images and networks; [Cloud.Furnish] and
// [Cloud.Seed] add some. Its project has the security group "default".
func New(o Options) *Cloud {
	c := &Cloud{
		opt:        o.withDefaults(),
		mux:        http.NewServeMux(),
		tokens:     map[string]token{},
		walks:      map[string]walk{},
		volumeType: "__DEFAULT__",
	}
	c.line.At = c.opt.Clock()
	for _, r := range routes {
		c.mux.Handle(r.method+" "+r.path, c.serve(r))
	}
	c.mux.HandleFunc("/", notHere)
	c.handler = c.opt.Faults.Wrap(c.mux, c.operation, c.refuse)
	own := c.addGroup("default", "Default security group")
	own.Rules = append(own.Rules, SecurityRule{
		ID: uuid.NewString(), Direction: "ingress", Ethertype: "IPv4", RemoteGroup: own.ID,
	})
	return c
}

// ServeHTTP answers one call of any of the services.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// serve makes a route's handler: it finds out who calls, carries out what is
// due, and writes what the route answers.
func (c *Cloud) serve(rt route) http.HandlerFunc {
	s := serviceOf(rt.path)
	return func(w http.ResponseWriter, r *http.Request) {
		q := &call{Request: r, service: s, op: c.operation(r)}
		a, err := c.carryOut(q, rt)
		q.write(w, a, err)
	}
}

func (c *Cloud) carryOut(q *call, rt route) (answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.now(q.op))
	if !rt.open {
		if err := c.admit(q); err != nil {
			return answer{}, err
		}
	}
	if err := q.negotiate(); err != nil {
		return answer{}, err
	}
	return rt.do(c, q)
}

// look runs do on the state as it is now.
func (c *Cloud) look(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.opt.Clock())
	do()
}
