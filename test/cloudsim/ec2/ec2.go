// Package ec2 simulates one account in one region of Amazon EC2: the Query API
// of version 2016-11-15 with the state behind it, the two calls of STS that
// clients log in with, and GetProducts of the Price List Query API. It is written
// from the Amazon EC2 API Reference, the AWS Price List API Reference and the APIs'
// published models. Signatures are verified, ids and states are enforced,
// transitions take time, and faults are carried out on request.
//
// It shares no code with the adapter it is used to test. What it does not
// simulate it refuses by name: an action (InvalidAction), a parameter
// (UnknownParameter), a filter (InvalidParameterValue).
package ec2

import (
	"cmp"
	"net/http"
	"sync"
	"time"

	"occigate/test/cloudsim/fault"
)

// The key pair of the examples in AWS's documents, valid when Options names no
// other.
const (
	ExampleAccessKeyID     = "AKIAIOSFODNN7EXAMPLE"
	ExampleSecretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// Options say what a cloud is like. The zero value is a usable one.
type Options struct {
	Account     string       // 12 digits, default 123456789012
	Region      string       // default us-east-1
	Credentials []Credential // who may call, default the example key pair

	// Clock drives states and time stamps, default time.Now. Signatures and
	// sessions are judged by the clock of the machine, since clients sign by it.
	Clock func() time.Time

	// Transition is how long a state passes through: pending, stopping,
	// shutting-down, creating, attaching. With 0 the next call finds the end
	// state.
	Transition time.Duration

	MaxInstances int // instances that are not terminated, 0 for no limit
	MaxAddresses int // Elastic IP addresses, default 5 as in AWS
	MaxVPCs      int // default 5 as in AWS

	// Products are the documents that the Pricing API's GetProducts gives, each a
	// JSON text; default none.
	Products []string

	Faults *fault.Plan // default an empty plan
}

// Credential is an access key of a user of the account.
type Credential struct {
	AccessKeyID     string
	SecretAccessKey string
	User            string // user name in the ARN, default "operator"
}

// Cloud is a simulated account in a region. It is an http.Handler and safe for
// concurrent use.
type Cloud struct {
	opts    Options
	faults  *fault.Plan
	handler http.Handler

	mu         sync.Mutex // guards all below
	serial     uint64     // of ids and addresses
	publics    uint32     // public addresses handed out
	sessions   map[string]session
	tokens     map[string]keyed
	pages      pages
	instances  rows[*instance]
	images     rows[*image]
	volumes    rows[*volume]
	vpcs       rows[*vpc]
	subnets    rows[*subnet]
	interfaces rows[*networkInterface]
	groups     rows[*securityGroup]
	addresses  rows[*address]
	keyPairs   rows[*keyPair]
	types      rows[*instanceType]
	snapshots  map[string]int // sizes in GiB by snapshot id
}

// New makes a cloud with a default VPC, a default subnet in each of three
// zones, a default security group, and the images and instance types of the
// tables in this package.
func New(opts Options) *Cloud {
	opts.Account = cmp.Or(opts.Account, "123456789012")
	opts.Region = cmp.Or(opts.Region, "us-east-1")
	opts.MaxAddresses = cmp.Or(opts.MaxAddresses, 5)
	opts.MaxVPCs = cmp.Or(opts.MaxVPCs, 5)
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if len(opts.Credentials) == 0 {
		opts.Credentials = []Credential{{ExampleAccessKeyID, ExampleSecretAccessKey, "operator"}}
	}
	if opts.Faults == nil {
		opts.Faults = &fault.Plan{}
	}
	c := &Cloud{
		opts:       opts,
		faults:     opts.Faults,
		sessions:   map[string]session{},
		tokens:     map[string]keyed{},
		snapshots:  map[string]int{},
		instances:  newRows[*instance](instanceKind),
		images:     newRows[*image](imageKind),
		volumes:    newRows[*volume](volumeKind),
		vpcs:       newRows[*vpc](vpcKind),
		subnets:    newRows[*subnet](subnetKind),
		interfaces: newRows[*networkInterface](interfaceKind),
		groups:     newRows[*securityGroup](groupKind),
		addresses:  newRows[*address](addressKind),
		keyPairs:   newRows[*keyPair](keyPairKind),
		types:      newRows[*instanceType](typeKind),
	}
	c.handler = c.faults.Wrap(http.HandlerFunc(c.serve), operationOf, c.refuse)
	c.furnish()
	return c
}

// ServeHTTP answers one call of EC2 or STS.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// furnish puts in what every account has from the start.
func (c *Cloud) furnish() {
	now := c.opts.Clock()
	for _, t := range instanceTypes {
		t.id = t.name
		c.types.add(&t)
	}
	c.addPublicImages(now)
	c.addDefaultNetwork(now)
}
