// Package flexiscale is the adapter for FlexiScale's SOAP API, version 0.5, at
// api.flexiscale.com. It follows the operations, types and faults that the
// RightScale gem right_flexiscale documents; no exchange with the service was
// ever recorded, so that the cookie, the status of faults and the layout of
// envelopes are inferred, and no fault for a limit that is reached is known. The
// API cannot make or attach disks, networks or addresses, suspend or save, so
// that this adapter offers none of it. It knows no OCCI and keeps nothing
// between calls but the session.
package flexiscale

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

// Settings is a FlexiScale account's own part of the configuration.
type Settings struct {
	Endpoint string           `yaml:"endpoint"` // default https://api.flexiscale.com/0.5/index.php
	Username string           `yaml:"username"`
	Password providers.Secret `yaml:"password"`

	// Package is the id of the package that pays for new servers. Default: the
	// account's only one.
	Package string `yaml:"package_id"`

	// Sizes is what the catalogue offers, since the cloud has no such thing.
	Sizes configured.Sizes[Size] `yaml:"sizes"`

	// What a server gets that does not ask for something else.
	Image   string `yaml:"default_image"`   // id
	Size    string `yaml:"default_size"`    // name
	Network string `yaml:"default_network"` // id of a VLAN; default: the account's only one
}

// Size is one offer.
type Size struct {
	Name       string `yaml:"name"`
	Processors int    `yaml:"processors"`
	MemoryMiB  int    `yaml:"memory_mib"`
	DiskGiB    int    `yaml:"disk_gib"`
}

// possible reports whether a server can have the size.
func (s Size) possible() bool { return min(s.Processors, s.MemoryMiB, s.DiskGiB) > 0 }

// Offer is the size as the catalogue has it.
func (s Size) Offer() providers.Size {
	return providers.Size{ID: s.Name, Name: s.Name, Cores: s.Processors, MemoryMiB: s.MemoryMiB, DiskGiB: float64(s.DiskGiB), DiskIsVolume: true}
}

// defaultSizes are steps of the kind that the service sold; its own limits are
// not on record.
func defaultSizes() configured.Sizes[Size] {
	return configured.Sizes[Size]{
		{"tiny", 1, 512, 20},
		{"small", 1, 1024, 20},
		{"medium", 2, 2048, 50},
		{"large", 4, 4096, 100},
		{"extra-large", 4, 8192, 200},
	}
}

// Check refuses what cannot work, fills in the sizes and gives the endpoint.
func (s *Settings) Check() (*url.URL, error) {
	if s.Sizes == nil {
		s.Sizes = defaultSizes()
	}
	endpoint, err := configured.Endpoint("endpoint", s.Endpoint)
	return endpoint, cmp.Or(
		configured.Require(s.Username != "" && s.Password != "", "username and password are needed"),
		s.Sizes.Require(Size.possible, "processors, memory_mib and disk_gib must be positive"),
		s.Sizes.Check(s.Size),
		err,
	)
}

// Provider is one account of FlexiScale. Its methods are safe for concurrent
// use.
type Provider struct {
	settings Settings
	region   string
	clock    providers.Clock
	cloud    *client
}

var (
	_ providers.Builder       = New
	_ providers.Provider      = (*Provider)(nil)
	_ providers.Poller        = (*Provider)(nil)
	_ providers.PowerControl  = (*Provider)(nil)
	_ providers.Resizer       = (*Provider)(nil)
	_ providers.VolumeLister  = (*Provider)(nil)
	_ providers.NetworkLister = (*Provider)(nil)
	_ providers.Defaulter     = (*Provider)(nil)
)

// New makes the provider of one account from its [Settings]. It calls no cloud.
// Settings that cannot work are [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	settings := Settings{Endpoint: "https://api.flexiscale.com/0.5/index.php"}
	endpoint, err := configured.Read(s, &settings)
	if err != nil {
		return nil, err
	}
	cloud, err := newClient(settings, endpoint, around)
	return &Provider{settings, endpoint.Hostname(), around.Clock, cloud}, err
}

// DefaultImage is the default_image of the settings.
func (p *Provider) DefaultImage() string { return p.settings.Image }

// Identity is the user's name, since no call tells a customer's number, and the
// host of the endpoint. It makes a call, so that wrong credentials show.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	_, err := p.cloud.packages(ctx)
	return providers.Identity{Account: p.settings.Username, Region: p.region, User: p.settings.Username}, err
}

// Catalogue lists the cloud's operating system images, in one call, and the
// configured sizes. There are no zones.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	images, err := listing.All(ctx, p.cloud.images, image)
	return providers.Catalogue{Images: images, Sizes: p.settings.Sizes.Offers()}, err
}

// Servers lists all servers: a call for them and one for their interfaces, and
// one for the ranges of addresses when a server has several interfaces. The API
// has no pages.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	rows, err := p.cloud.servers(ctx)
	if err != nil {
		return nil, err
	}
	nics, err := p.cloud.interfaces(ctx)
	of, several := map[string][]nicRow{}, false
	for _, n := range nics {
		of[n.server] = append(of[n.server], n)
		several = several || len(of[n.server]) > 1
	}
	var blocks []blockRow
	if err == nil && several {
		blocks, err = p.cloud.blocks(ctx)
	}
	return listing.Map(rows, err, func(r serverRow) providers.Server {
		s := p.server(r)
		plug(&s, r.ips, of[r.id], blocks)
		return s
	})
}

// Server reads one server by its id. Calls go by name, so that all are listed.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	all, err := p.Servers(ctx)
	return listing.Find(all, err, func(s providers.Server) bool { return s.ID == id }, missing("ListServers", "server", id))
}

func missing(op, what, id string) error {
	return providers.Errorf(providers.ErrNotFound, op, "there is no %s with the id %s", what, id)
}

// target finds a server that is to be changed. One whose name another has too
// is [providers.ErrConflict], since a call by name might change that other.
func (p *Provider) target(ctx context.Context, id string) (serverRow, error) {
	const op = "ListServers"
	rows, err := p.cloud.servers(ctx)
	found, err := listing.Find(rows, err, func(r serverRow) bool { return r.id == id }, missing(op, "server", id))
	if err != nil {
		return found, err
	}
	for _, other := range rows {
		if other.name == found.name && other.id != id {
			return found, providers.Errorf(providers.ErrConflict, op, "the servers %s and %s have one name, %s, and calls are made by name", id, other.id, found.name)
		}
	}
	return found, nil
}

const createOp = "CreateServer"

// creating is what the cloud has no parameter for.
var creating = limits.Create{
	Zone:     "FlexiScale has no zones",
	Networks: "a server is made on one VLAN",
	IP:       "FlexiScale chooses addresses itself",
	MAC:      "FlexiScale chooses addresses itself",
	Volumes:  "FlexiScale attaches no disks",
	Keys:     "FlexiScale sets passwords and takes no keys",
	UserData: "FlexiScale takes no user data",
}

// CreateServer makes a server, which is stopped; its ticket starts it. The name
// holds the token, and all names are looked at first, since the cloud is not
// known to refuse a second server of one name.
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (s providers.Server, _ providers.Ticket, err error) {
	spec.ImageID, spec.SizeID = cmp.Or(spec.ImageID, p.settings.Image), cmp.Or(spec.SizeID, p.settings.Size)
	if err := cmp.Or(limits.Needed(createOp, spec), creating.Check(createOp, spec)); err != nil {
		return s, "", err
	}
	rows, err := p.cloud.servers(ctx)
	if err != nil {
		return s, "", providers.Unmade(err)
	}
	for _, r := range rows {
		if _, token := form.Split(r.name); token != "" && token == spec.Token {
			return p.server(r), p.ticket(create, r.id).text(), nil
		}
	}
	made, err := p.wish(ctx, spec)
	if err != nil {
		return s, "", providers.Unmade(err)
	}
	made.id, err = p.cloud.createServer(ctx, made)
	if err != nil {
		return s, "", err
	}
	s = p.server(made)
	s.State, s.Power, s.Abilities = providers.StatePending, nil, nil // until the ticket has started it
	return s, p.ticket(create, made.id).text(), nil
}

// wish is the server that a spec asks for. Image, package and VLAN are looked
// for, since what the cloud says of unknown ones is not on record.
func (p *Provider) wish(ctx context.Context, spec providers.ServerSpec) (w serverRow, err error) {
	size, err := p.settings.Sizes.Named(createOp, spec.SizeID)
	if err != nil {
		return w, err
	}
	code := naming.Code(spec.Token, 128)
	if code == "" {
		return w, providers.Errorf(providers.ErrInvalid, createOp, "the token is no UUID")
	}
	w = serverRow{
		name: form.Name(cmp.Or(spec.Name, spec.Hostname), code), status: "5", image: spec.ImageID, packageID: p.settings.Package,
		vlan: p.settings.Network, processors: size.Processors, memoryMB: size.MemoryMiB, diskMB: size.DiskGiB * 1024,
	}
	if len(spec.Networks) == 1 {
		w.vlan = cmp.Or(spec.Networks[0].NetworkID, w.vlan)
	}
	for _, part := range []struct {
		id   *string
		list func(context.Context) ([]named, error)
		what string
	}{
		{&w.image, p.cloud.images, "image"}, {&w.packageID, p.cloud.packages, "package"}, {&w.vlan, p.cloud.vlans, "VLAN"},
	} {
		rows, err := part.list(ctx)
		if err != nil {
			return w, err
		}
		if *part.id == "" && len(rows) == 1 {
			*part.id = rows[0].id
		}
		if !slices.ContainsFunc(rows, func(r named) bool { return r.id == *part.id }) {
			return w, providers.Errorf(providers.ErrInvalid, createOp, "name one of the account's %d %ss: %q is none of them", len(rows), part.what, *part.id)
		}
	}
	return w, nil
}

// DeleteServer destroys a server that is stopped, and cuts the power of one that
// runs, to be destroyed by the ticket.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	r, err := p.target(ctx, id)
	if err != nil {
		return "", err
	}
	done, err := p.destroy(ctx, r, p.ticket(remove, id))
	return done.Ticket, err
}
