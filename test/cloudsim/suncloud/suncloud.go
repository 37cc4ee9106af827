// Package suncloud is a stateful simulator of the Sun Cloud API as the wiki of
// kenai.com/projects/suncloudapis specified it (draft 0.1 to 0.8): resources
// that name each other by URIs with odd characters in them, creates that a
// POST's media type decides, work that is told by Status resources, and
// controllers that are there only when legal. What the drafts leave open is
// marked as inferred. It knows time only through the clock it is given, and
// must not know any client of it.
package suncloud

import (
	"cmp"
	"fmt"
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
	Transition time.Duration    // how long a change takes; with 0 the next call sees it done
	User       string           // default "demo"
	Password   string           // default "demo-password"

	// AtOnce finishes every change before it is answered, so that the first
	// Status says so already.
	AtOnce bool

	// Relative shows URIs as references without scheme and host. Both forms
	// stand in the specification's examples.
	Relative bool

	// Forget is how long the Status of finished work is kept; default: forever.
	Forget time.Duration

	// Halt calls the controller that stops a VM halt, as an example of the
	// specification does, instead of stop.
	Halt bool

	// Partial lists VMs in trees with name and URI alone, which is all that the
	// specification promises of nested rows.
	Partial bool

	Faults *fault.Plan // default none in force
}

// Cloud is one simulated service with one VDC. It is an http.Handler and safe
// for concurrent use. States change by themselves as the clock of its options
// goes on.
type Cloud struct {
	opt     Options
	handler http.Handler

	mu     sync.Mutex
	line   timeline.Line
	lastID int

	clusters  []*Cluster
	vms       []*VM
	vnets     []*VNet
	addresses []*Address
	volumes   []*Volume
	backups   []*Backup
	templates []*Template
	statuses  []*status
}

// New makes a VDC with an empty root cluster; the Add methods and [Cloud.Seed]
// fill it.
func New(o Options) *Cloud {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Faults == nil {
		o.Faults = new(fault.Plan)
	}
	fill(&o.User, "demo")
	fill(&o.Password, "demo-password")
	c := &Cloud{opt: o}
	c.line.At = o.Clock()
	c.clusters = []*Cluster{{URI: c.newURI("/clusters/%d"), Name: "root"}}
	c.handler = o.Faults.Wrap(http.HandlerFunc(c.serve), operation, refuse)
	return c
}

func fill[T comparable](field *T, standard T) {
	*field = cmp.Or(*field, standard)
}

// ServeHTTP answers one call. The Cloud resource is at /.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// newURI gives a URI that no resource has, by a form with one number.
func (c *Cloud) newURI(form string) string {
	c.lastID++
	return fmt.Sprintf(form, c.lastID)
}

// look runs do on the state as it is now.
func (c *Cloud) look(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.Settle(c.opt.Clock())
	do()
}
