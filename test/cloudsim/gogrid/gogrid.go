// Package gogrid is a stateful simulator of GoGrid's query API, version 1.9, as
// wiki.gogrid.com documented it and as recorded exchanges show it: signed calls
// that are all made by GET or POST, JSON that is served as text/html, servers
// that have no id until they are built, and a fixed pool of addresses. It holds
// one account, knows time only through the clock it is given, and must not know
// any client of it.
package gogrid

import (
	"cmp"
	"net/http"
	"strings"
	"sync"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

// Options say what cloud to simulate. The zero value of a field means its
// default.
type Options struct {
	Clock      func() time.Time // default time.Now
	Transition time.Duration    // how long a change takes; with 0 the next call sees it done
	Key        string           // the API key, default "demo-key"
	Secret     string           // shared secret that signs, default "demo-secret"
	Role       Role             // of the key, default [SuperUser]

	// Window is how far the time of a signature may be from the clock, either
	// way; default 10 min. The real length is not documented.
	Window time.Duration

	// ComesUpOff leaves new servers Off when they are built, as GoGrid did at
	// times; default is On.
	ComesUpOff bool

	Faults *fault.Plan // default none in force
}

// Role is what a key may do.
type Role string

// The roles of the vendor's documentation that matter here.
const (
	SuperUser Role = "Super User"
	ReadOnly  Role = "Read Only User" // changes are 401
)

// Cloud is one simulated account. It is an http.Handler and safe for concurrent
// use. States change by themselves as the clock of its options goes on; what is
// due is carried out before each call and before each look inside.
type Cloud struct {
	opt     Options
	handler http.Handler

	mu     sync.Mutex
	line   timeline.Line
	lastID int

	addresses []*Address
	images    []*Image
	servers   []*Server
	jobs      []*Job
}

// New makes an account without addresses, images and servers; [Cloud.AddBlock],
// [Cloud.AddImage] and [Cloud.Seed] add some.
func New(o Options) *Cloud {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Faults == nil {
		o.Faults = new(fault.Plan)
	}
	fill(&o.Key, "demo-key")
	fill(&o.Secret, "demo-secret")
	fill(&o.Role, SuperUser)
	fill(&o.Window, 10*time.Minute)
	c := &Cloud{opt: o, lastID: 90000}
	c.line.At = o.Clock()
	c.handler = o.Faults.Wrap(http.HandlerFunc(c.serve), operation, refuse)
	return c
}

func fill[T comparable](field *T, standard T) {
	*field = cmp.Or(*field, standard)
}

// ServeHTTP answers one call below /api/.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// operation is the cloud's name of a call: "grid/server/list".
func operation(r *http.Request) string { return strings.TrimPrefix(r.URL.Path, "/api/") }

// nextID gives an id that no object of the account has.
func (c *Cloud) nextID() int {
	c.lastID++
	return c.lastID
}

// look runs do on the state as it is now.
func (c *Cloud) look(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.opt.Clock())
	do()
}
