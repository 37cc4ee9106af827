package openstack

import (
	"cmp"
	"strings"
	"time"

	"github.com/google/uuid"

	"occigate/test/cloudsim/fault"
)

// Options say what cloud to simulate. The zero value of a field means its
// default.
type Options struct {
	Clock      func() time.Time // default time.Now
	Transition time.Duration    // how long a change takes; with 0 the next call sees it done
	TokenLife  time.Duration    // default 1 h

	Region   string // default RegionOne
	Zone     string // availability zone of Nova and Cinder, default nova
	Domain   string // name of the domain of user and project, default Default; its id is "default"
	Project  string // name, default demo
	User     string // name, default demo
	Password string // default secret

	// ApplicationCredential logs in with its id, or with its name and the user.
	// It is for the one project. The zero value has none.
	ApplicationCredential ApplicationCredential

	Quotas Quotas

	// PageSize is the most rows that Nova, Cinder and Glance give in a page
	// (their max_limit), default 1000. Glance gives at most 25 unless asked for
	// more. Neutron pages only when asked.
	PageSize int

	// Host is the largest machine that fits on a host, default 128 CPUs, 1 TiB of
	// memory and 16 TiB of disk. A server of a larger flavor ends in ERROR with
	// "No valid host was found.".
	Host Flavor

	Faults *fault.Plan // default none in force
}

// ApplicationCredential is a Keystone application credential.
type ApplicationCredential struct{ ID, Name, Secret string }

// Quotas limit what the project may hold; 0 means the default, -1 no limit.
type Quotas struct {
	Instances, Cores, MemoryMiB, KeyPairs   int // Nova: 50, 200, 512000, 100
	Volumes, Gigabytes                      int // Cinder: 50, 5000
	Networks, Subnets, Ports                int // Neutron: 100, 100, 500
	FloatingIPs, SecurityGroups, GroupRules int // Neutron: 50, 10, 100
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Faults == nil {
		o.Faults = new(fault.Plan)
	}
	fill(&o.TokenLife, time.Hour)
	fill(&o.Region, "RegionOne")
	fill(&o.Zone, "nova")
	fill(&o.Domain, "Default")
	fill(&o.Project, "demo")
	fill(&o.User, "demo")
	fill(&o.Password, "secret")
	fill(&o.PageSize, 1000)
	fill(&o.Host.VCPUs, 128)
	fill(&o.Host.MemoryMiB, 1<<20)
	fill(&o.Host.DiskGiB, 16<<10)
	o.Quotas = o.Quotas.withDefaults()
	return o
}

func (q Quotas) withDefaults() Quotas {
	for _, f := range []struct {
		field    *int
		standard int
	}{
		{&q.Instances, 50},
		{&q.Cores, 200},
		{&q.MemoryMiB, 512000},
		{&q.KeyPairs, 100},
		{&q.Volumes, 50},
		{&q.Gigabytes, 5000},
		{&q.Networks, 100},
		{&q.Subnets, 100},
		{&q.Ports, 500},
		{&q.FloatingIPs, 50},
		{&q.SecurityGroups, 10},
		{&q.GroupRules, 100},
	} {
		fill(f.field, f.standard)
	}
	return q
}

func fill[T comparable](field *T, standard T) {
	*field = cmp.Or(*field, standard)
}

// exceeds reports whether n is more than a quota allows.
func exceeds(n, quota int) bool { return quota >= 0 && n > quota }

// ProjectID is the id of the options' project: 32 hexadecimal digits, the same
// in every cloud with this region and project name.
func (c *Cloud) ProjectID() string { return c.idOf("project", c.opt.Project) }

// UserID is the id of the options' user.
func (c *Cloud) UserID() string { return c.idOf("user", c.opt.User) }

// operator is the id of the project that owns public images and external
// networks.
func (c *Cloud) operator() string { return c.idOf("project", "operator of "+c.opt.Project) }

// idOf makes an id in Keystone's form out of names.
func (c *Cloud) idOf(kind, name string) string {
	return strings.ReplaceAll(c.fixedID(kind, name), "-", "")
}

// fixedID makes a UUID out of names, so that a seeded cloud has the same ids
// each time.
func (c *Cloud) fixedID(kind, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(c.opt.Region+"/"+kind+"/"+name)).String()
}
