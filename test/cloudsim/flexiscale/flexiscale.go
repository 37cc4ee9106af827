// Package flexiscale is a stateful simulator of FlexiScale's SOAP API, version
// 0.5, written from the operations, types and faults that a client library of
// 2008 documents: SOAP 1.1 in rpc/encoded style, a session in a cookie, servers
// that are acted on by name, and jobs. No exchange with the real service was
// recorded, so that the layout of envelopes, the cookie's name and the status
// of faults are inferred. It holds one account and must not know any client.
package flexiscale

import (
	"cmp"
	"net/http"
	"sync"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

// Options say what cloud to simulate. The zero value of a field means its
// default.
type Options struct {
	Clock      func() time.Time // default time.Now
	Transition time.Duration    // how long a job takes; with 0 the next call sees it done
	Username   string           // default "demo"
	Password   string           // default "demo-password"

	// SessionLife is how long an unused session lasts; default 24 min, which is
	// PHP's own default (inferred).
	SessionLife time.Duration

	// MultiRef answers with values that stand apart and are referred to by href,
	// as Axis and soap4r write them.
	MultiRef bool

	// WordStates tells states in words, "stopped" for "5", as some samples do.
	WordStates bool

	// NilLists answers empty lists as nil instead of as arrays of no rows.
	NilLists bool

	Faults *fault.Plan // default none in force
}

// Cloud is one simulated account. It is an http.Handler and safe for concurrent
// use. States change by themselves as the clock of its options goes on; what is
// due is carried out before each call and before each look inside.
type Cloud struct {
	opt     Options
	handler http.Handler

	mu       sync.Mutex
	line     timeline.Line
	lastID   int
	sessions map[string]time.Time // last use by cookie

	servers  []*Server
	disks    []*Disk
	nics     []*NIC
	vlans    []VLAN
	blocks   []Block
	images   []Image
	packages []Package
	jobs     []*Job
}

// New makes an account without anything; the methods that begin with Add, and
// [Cloud.Seed], add to it.
func New(o Options) *Cloud {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Faults == nil {
		o.Faults = new(fault.Plan)
	}
	fill(&o.Username, "demo")
	fill(&o.Password, "demo-password")
	fill(&o.SessionLife, 24*time.Minute)
	c := &Cloud{opt: o, lastID: 1300, sessions: map[string]time.Time{}, line: timeline.Line{At: o.Clock()}}
	c.handler = o.Faults.Wrap(http.HandlerFunc(c.serve), operation, refuse)
	return c
}

func fill[T comparable](field *T, standard T) {
	*field = cmp.Or(*field, standard)
}

// ServeHTTP answers one call, at any path.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// nextID gives an id that nothing in the account has.
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
