// Package suncloud is the adapter for the Sun Cloud API, drafts 0.1 to 0.8, as
// the wiki of kenai.com/projects/suncloudapis specified it, in one virtual
// datacenter (VDC). It is given the service's URI alone: every other URI is
// found in what the cloud answers, none is ever built, and a resource's URI is
// its native id. The API's volumes are WebDAV shares, no block devices, and no
// VM can be given one: they are neither listed nor made, and a create that asks
// for one is refused. Its backups can be restored but nothing can be made from
// them, so that they are no images. It knows no OCCI and keeps nothing between
// calls.
package suncloud

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/configured"
	"occigate/providers/internal/limits"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/naming"
)

// Settings is a Sun Cloud account's own part of the configuration.
type Settings struct {
	URI      string           `yaml:"uri"` // of the Cloud resource, the service's only entry
	User     string           `yaml:"user"`
	Password providers.Secret `yaml:"password"`
	VDC      string           `yaml:"vdc"`     // name; default: the only one
	Cluster  string           `yaml:"cluster"` // name, where servers and networks are made; default: the root

	// What a server gets that does not ask for something else.
	Image   string `yaml:"default_image"`   // template, by URI or name
	Size    string `yaml:"default_size"`    // id or name
	Network string `yaml:"default_network"` // VNet, by URI or name; default: none

	// Sizes are offered beside the figures that templates have.
	Sizes configured.Sizes[Size] `yaml:"sizes"`
}

// Size is a named set of figures.
type Size struct {
	Name    string `yaml:"name"`
	Figures `yaml:",inline"`
}

// Figures are what a VM is sized by: MHz, MB and GB.
type Figures struct {
	CPU      int `yaml:"cpu_mhz" json:"cpu"`
	Memory   int `yaml:"memory_mib" json:"memory"`
	BootDisk int `yaml:"boot_disk_gib" json:"boot_disk"`
	DataDisk int `yaml:"data_disk_gib" json:"data_disk"`
	TempDisk int `yaml:"temp_disk_gib" json:"temp_disk"`
}

// cores is how many every VM is said to have: the API knows one processor of so
// many MHz, and no cores.
const cores = 1

// possible reports whether a VM can have the size.
func (s Size) possible() bool {
	return min(s.CPU, s.Memory) > 0 && min(s.BootDisk, s.DataDisk, s.TempDisk) >= 0
}

// Offer is the size as the catalogue has it.
func (s Size) Offer() providers.Size {
	return providers.Size{ID: s.Name, Name: s.Name, Cores: cores, SpeedMHz: s.CPU, MemoryMiB: s.Memory, DiskGiB: float64(s.BootDisk)}
}

// Check refuses settings that lack something, and gives the service's URI.
func (s *Settings) Check() (*url.URL, error) {
	service, err := configured.Endpoint("uri", s.URI)
	return service, cmp.Or(
		configured.Require(s.User != "" && s.Password != "", "user and password are needed"),
		s.Sizes.Require(Size.possible, "cpu_mhz and memory_mib must be positive, and no disk negative"),
		s.Sizes.Check(""),
		err,
	)
}

// Provider is one user of one VDC. Its methods are safe for concurrent use.
type Provider struct {
	settings Settings
	cloud    *client
}

var (
	_ providers.Builder           = New
	_ providers.Provider          = (*Provider)(nil)
	_ providers.Poller            = (*Provider)(nil)
	_ providers.PowerControl      = (*Provider)(nil)
	_ providers.BackupMaker       = (*Provider)(nil)
	_ providers.NetworkLister     = (*Provider)(nil)
	_ providers.NetworkMaker      = (*Provider)(nil)
	_ providers.InterfaceAttacher = (*Provider)(nil)
	_ providers.AddressLister     = (*Provider)(nil)
	_ providers.AddressMaker      = (*Provider)(nil)
	_ providers.AddressAssigner   = (*Provider)(nil)
	_ providers.Defaulter         = (*Provider)(nil)
)

// New makes the provider of one account from its [Settings]. It calls no cloud.
// Settings that cannot work are [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	var settings Settings
	service, err := configured.Read(s, &settings)
	if err != nil {
		return nil, err
	}
	return &Provider{settings, newClient(settings, service, around)}, nil
}

// DefaultImage is the default_image of the settings.
func (p *Provider) DefaultImage() string { return p.settings.Image }

// Identity tells the account by the URI of its VDC, which the Cloud resource
// names.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	vdc, err := p.cloud.entry(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Account: vdc, Region: p.cloud.service.Host, User: p.settings.User}, nil
}

// Catalogue lists the VDC's templates as images and its clusters as zones.
// Sizes are the configured ones and the figures of all templates and VMs: three
// calls.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	t, err := p.cloud.offer(ctx)
	images, err := listing.Map(t.templates, err, template.image)
	zones, err := listing.Map(t.clusters, err, cluster.zone)
	return providers.Catalogue{Images: images, Sizes: p.sizes(t).Offers(), Zones: zones}, err
}

// Servers lists the VMs of all clusters of the VDC.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	t, err := p.cloud.tree(ctx)
	return listing.Map(t.vms, err, p.server)
}

// Server reads one VM by its URI.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	return listing.ByID(ctx, id, p.cloud.vm, p.server)
}

const createOp = "POST VM"

// creating is what the cloud has no place for. That addresses cannot be chosen is
// inferred: no page says so, nor has any example of a create one.
var creating = limits.Create{
	IP: "Sun Cloud chooses addresses itself", MAC: "Sun Cloud chooses addresses itself",
	Volumes: "Sun Cloud has no block volumes", KeyName: "Sun Cloud has no named keys",
}

// CreateServer makes a VM from a template; it comes up STOPPED, and the ticket
// starts it. The token is looked for among the tags first, and names are unique
// in a cluster and end in a part of it, so that the same token makes no second
// one. The user data, the key and the hostname become user_params, which are the
// template's to use.
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (s providers.Server, _ providers.Ticket, err error) {
	if err := creating.Check(createOp, spec); err != nil {
		return s, "", err
	}
	t, err := p.cloud.offer(ctx)
	if err != nil {
		return s, "", providers.Unmade(err)
	}
	for _, m := range t.vms {
		if m.Tags.have(spec.Token) {
			return p.server(m), ticket{work: work{Target: m.URI}, ID: m.URI, Start: m.fresh()}.text(), nil
		}
	}
	in, body, err := p.wish(spec, t)
	if err != nil {
		return s, "", err
	}
	w, err := p.cloud.create(ctx, in.URI, "VM", body)
	if err != nil {
		return s, "", err
	}
	s = p.server(vm{
		Figures: body.Figures, Name: body.Name, URI: w.Target, Cluster: in.URI, State: "STOPPED", FromTemplate: body.Template, Tags: body.Tags,
	})
	s.State = providers.StatePending
	return s, ticket{work: w, ID: w.Target, Start: true}.text(), nil
}

// cluster finds where something is made: the cluster with a URI, or else the
// configured one, or else the root.
func (p *Provider) cluster(t tree, zone string) (cluster, error) {
	return listing.Find(t.clusters, nil, func(c cluster) bool {
		return c.URI == zone || zone == "" && (p.settings.Cluster == "" || c.Name == p.settings.Cluster)
	}, providers.Errorf(providers.ErrInvalid, "GET VDC", "there is no cluster %q", cmp.Or(zone, p.settings.Cluster)))
}

// wish turns a spec into the body of a create, and says in which cluster.
func (p *Provider) wish(spec providers.ServerSpec, t tree) (in cluster, w newVM, err error) {
	w = newVM{Name: naming.Distinct(cmp.Or(spec.Name, spec.Hostname, "server"), spec.Token), Tags: tagged(spec.Token)}
	for name, value := range spec.Tags {
		w.Tags = append(w.Tags, name+"="+value)
	}
	slices.Sort(w.Tags[1:])
	w.Params.User.Data, w.Params.User.PublicKey, w.Params.User.Hostname = spec.UserData, spec.PublicKey, spec.Hostname

	in, err = p.cluster(t, spec.Zone)
	image := cmp.Or(spec.ImageID, p.settings.Image)
	from, err := listing.Find(t.templates, err, func(r template) bool { return r.URI == image || r.Name == image },
		providers.Errorf(providers.ErrInvalid, createOp, "there is no template %q", image))
	if err != nil {
		return in, w, err
	}
	w.Template, w.Figures = from.URI, from.Figures
	if name := cmp.Or(spec.SizeID, p.settings.Size); name != "" {
		size, err := p.sizes(t).Named(createOp, name)
		if err != nil {
			return in, w, err
		}
		w.Figures = size.Figures
	}
	plugs := spec.Networks
	if len(plugs) == 0 && p.settings.Network != "" {
		plugs = []providers.InterfaceSpec{{NetworkID: p.settings.Network}}
	}
	for _, plug := range plugs {
		n, err := listing.Find(t.vnets, nil, func(n vnet) bool { return n.URI == plug.NetworkID || n.Name == plug.NetworkID },
			providers.Errorf(providers.ErrInvalid, createOp, "there is no VNet %q; public addresses are assigned to a server that is there", plug.NetworkID))
		if err != nil {
			return in, w, err
		}
		w.Interfaces = append(w.Interfaces, newNIC{n.URI})
	}
	return in, w, nil
}

// DeleteServer deletes a VM, running or not. Its public addresses stay.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	return left(p.cloud.remove(ctx, "VM", id))
}
