// Package gogrid is the adapter for GoGrid's query API, version 1.9, in one
// datacenter. It follows wiki.gogrid.com's "API" pages; what those leave open is
// taken from recorded exchanges and marked as inferred. The API has no volumes,
// no keys and no graceful stop, so that this adapter offers none. It knows no
// OCCI and keeps nothing between calls.
package gogrid

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"

	"occigate/providers"
	"occigate/providers/internal/configured"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/naming"
	"occigate/providers/internal/power"
	"occigate/providers/internal/tickets"
)

// Settings is a GoGrid account's own part of the configuration.
type Settings struct {
	Endpoint   string           `yaml:"endpoint"` // default https://api.gogrid.com/api
	APIKey     providers.Secret `yaml:"api_key"`
	Secret     providers.Secret `yaml:"secret"`     // shared secret of the key
	Datacenter string           `yaml:"datacenter"` // name or id: US-West-1

	// What a server gets that does not ask for something else.
	Image string `yaml:"default_image"` // id or name
	Size  string `yaml:"default_size"`  // name or id: 1GB

	// Images are patterns, as in a shell, of the names of images that the
	// catalogue offers. None offer all. The account's own are always offered.
	Images configured.Patterns `yaml:"images"`

	// ImagePrices is the currency of the prices that images carry, which are taken
	// to be for an hour; the API tells neither. Default: they are not read.
	ImagePrices string `yaml:"image_prices"`
}

// Check refuses settings that lack something and gives the endpoint.
func (s *Settings) Check() (*url.URL, error) {
	endpoint, err := configured.Endpoint("endpoint", s.Endpoint)
	return endpoint, cmp.Or(
		configured.Require(s.APIKey != "" && s.Secret != "" && s.Datacenter != "", "api_key, secret and datacenter are needed"),
		configured.Require(currency.MatchString(s.ImagePrices), "image_prices is the code of a currency, such as USD, not %q", s.ImagePrices),
		s.Images.Check("images"),
		err,
	)
}

// currency is the form of a code of ISO 4217, or of none.
var currency = regexp.MustCompile(`^([A-Z]{3})?$`)

// Provider is one account in one datacenter of GoGrid. Its methods are safe for
// concurrent use.
type Provider struct {
	settings Settings
	cloud    *client
	clock    providers.Clock
}

var (
	_ providers.Builder       = New
	_ providers.Provider      = (*Provider)(nil)
	_ providers.Poller        = (*Provider)(nil)
	_ providers.PowerControl  = (*Provider)(nil)
	_ providers.Resizer       = (*Provider)(nil)
	_ providers.ImageSaver    = (*Provider)(nil)
	_ providers.NetworkLister = (*Provider)(nil)
	_ providers.AddressLister = (*Provider)(nil)
	_ providers.PriceLister   = (*Provider)(nil)
	_ providers.Defaulter     = (*Provider)(nil)
)

// New makes the provider of one account from its [Settings]. It calls no cloud.
// Settings that cannot work are [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	settings := Settings{Endpoint: "https://api.gogrid.com/api"}
	base, err := configured.Read(s, &settings)
	if err != nil {
		return nil, err
	}
	return &Provider{settings, newClient(settings, base, around), around.Clock}, nil
}

// DefaultImage is the default_image of the settings.
func (p *Provider) DefaultImage() string { return p.settings.Image }

// Identity tells the account by the block of its oldest address, since no call
// tells a customer's number, blocks belong to one account (inferred), and a key
// may be replaced. Region is the datacenter's name.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	at, err := p.cloud.place(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	all, err := p.cloud.ipsAnywhere(ctx)
	if err == nil && len(all) == 0 {
		err = providers.Errorf(providers.ErrInvalid, ipsOp, "the account has no addresses, so that it can have no servers")
	}
	if err != nil {
		return providers.Identity{}, err
	}
	oldest := slices.MinFunc(all, func(a, b ipRow) int { return cmp.Compare(a.ID.order(), b.ID.order()) })
	return providers.Identity{Account: cmp.Or(prefix(oldest.Subnet), oldest.IP), Region: at.Name}, nil
}

// Catalogue lists the images of the datacenter, the memory sizes, and the
// datacenter as the only zone: three calls, more when there are many images.
func (p *Provider) Catalogue(ctx context.Context) (c providers.Catalogue, err error) {
	at, err := p.cloud.place(ctx)
	if err != nil {
		return c, err
	}
	c.Zones = []providers.Zone{{ID: at.Name, Name: cmp.Or(at.Description, at.Name), Available: true}}
	if c.Sizes, err = p.sizes(ctx); err != nil {
		return c, err
	}
	rows, err := p.images(ctx)
	rows = slices.DeleteFunc(rows, func(r imageRow) bool { return r.Public && !p.settings.Images.Fit(r.Name, r.FriendlyName) })
	c.Images, err = listing.Map(rows, err, imageRow.image)
	return c, err
}

// images are those of the datacenter that are shown.
func (p *Provider) images(ctx context.Context) ([]imageRow, error) {
	rows, err := p.cloud.images(ctx)
	return slices.DeleteFunc(rows, func(r imageRow) bool { return imageStates[r.State.Name] == "" }), err
}

// sizes are the options of server.ram. The lookup does not tell cores, which go
// with the memory (half a core at 512MB): a size says one, a server its own.
func (p *Provider) sizes(ctx context.Context) ([]providers.Size, error) {
	options, err := p.cloud.lookup(ctx, "server.ram")
	options = slices.DeleteFunc(options, func(o option) bool { return mebibytes(o.Name) == 0 })
	return listing.Map(options, err, func(o option) providers.Size {
		return providers.Size{ID: o.ID.String(), Name: o.Name, Cores: 1, MemoryMiB: mebibytes(o.Name)}
	})
}

// Servers lists the account's servers in the datacenter, 250 a call. Those that
// are still being built have no id.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	return listing.All(ctx, p.cloud.servers, serverRow.server)
}

// Server reads one server by its id.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	return listing.ByID(ctx, id, p.cloud.server, serverRow.server)
}

// DeleteServer deletes a server by its id, or by its name while it has no id.
// The cloud shows it as it was until it is gone.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	return "", p.cloud.deleteServer(ctx, id)
}

// orders are the words of grid/server/power. All cut the power or give it; what
// asks the guest is not there.
var orders = power.Orders[string]{
	providers.PowerStart: "on",
	providers.PowerOff:   "off",
	providers.PowerReset: "cycle",
}

// Power starts a server, cuts its power, or both.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	return orders.Carry(ctx, op, power.Target[string]{ID: id, Look: p.Server, Give: power.AtOnce(p.cloud.powerServer)})
}

// ResizeServer gives a server another size, running or not. The server is
// Updating for a while.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	sizes, err := p.sizes(ctx)
	_, err = listing.Find(sizes, err, func(s providers.Size) bool { return s.ID == sizeID || s.Name == sizeID },
		providers.Errorf(providers.ErrInvalid, editOp, "there is no size %q", sizeID))
	if err != nil {
		return "", err
	}
	return "", p.cloud.editServer(ctx, id, sizeID)
}

// SaveServer makes an image of a server, running or not: the cloud knows a state
// for both. Whether it pauses a running one is not documented.
func (p *Provider) SaveServer(ctx context.Context, id string, spec providers.ImageSpec) (providers.Image, providers.Ticket, error) {
	r, err := p.cloud.saveImage(ctx, id, spec.Name, naming.Bracket(spec.Name, spec.Token, maxDescription))
	if err != nil {
		return providers.Image{}, "", err
	}
	return r.image(), tickets.Text(ticket{Do: "save", Image: r.ID.String()}), nil
}

// DeleteImage moves an image to the trash, which is as far as the API goes.
func (p *Provider) DeleteImage(ctx context.Context, id string) error {
	return p.cloud.deleteImage(ctx, id)
}

// The networks of a datacenter. The cloud has no object for them: they are made
// from the subnets of the account's addresses.
const (
	public  = "public"
	private = "private"
)

// Networks lists the two networks of the datacenter, with the range of the
// account's first block in each. They cannot be made or deleted.
func (p *Provider) Networks(ctx context.Context) ([]providers.Network, error) {
	rows, err := p.cloud.ips(ctx)
	return listing.Map([]string{public, private}, err, func(id string) providers.Network {
		return p.network(id, rows)
	})
}

// Network finds one of the two.
func (p *Provider) Network(ctx context.Context, id string) (providers.Network, error) {
	return listing.Network(ctx, ipsOp, id, p.Networks)
}

// Addresses lists the account's public addresses in the datacenter with the
// servers that have them: a listing of addresses and one of servers.
func (p *Provider) Addresses(ctx context.Context) ([]providers.Address, error) {
	return listing.Addresses(listing.All(ctx, p.cloud.publicIPs, ipRow.address))
}
