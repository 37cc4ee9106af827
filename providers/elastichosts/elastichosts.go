// Package elastichosts is the adapter for ElasticHosts and the clouds that run
// its software ElasticStack (Serverlove, SKALI Cloud, Open Hosting, Go2Cloud,
// CrossPeer). It follows ElasticHosts' "API details": core, drives, servers; the
// commands for addresses and VLANs are known only from licensees and clients,
// so what is said of them here is inferred. It knows no OCCI and keeps nothing
// but its settings; the protocol's two formats are in wire.go.
package elastichosts

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"occigate/providers"
	"occigate/providers/internal/condition"
	"occigate/providers/internal/configured"
	"occigate/providers/internal/listing"
	"occigate/providers/internal/power"
	"occigate/providers/internal/tickets"
)

// Settings is an ElasticHosts account's own part of the configuration.
type Settings struct {
	// URI is the stem of the endpoint, whose path is kept:
	// https://api-lon-p.elastichosts.com, https://us-east.crosspeer.com/api/.
	URI  string           `yaml:"uri"`
	User string           `yaml:"user"` // user UUID
	Key  providers.Secret `yaml:"key"`  // secret API key

	// Format is the representation on the wire: text (default) or json.
	Format string `yaml:"format"`

	// Sizes is what the catalogue offers, since the cloud has no such thing.
	// Default: five triples that clients of this cloud have long used.
	Sizes configured.Sizes[Size] `yaml:"sizes"`

	// What a server gets that does not ask for something else.
	Image string `yaml:"default_image"` // UUID of a standard drive
	Size  string `yaml:"default_size"`  // name

	// ShutdownTimeout is how long a guest may take to obey the power button.
	// Default: 10m.
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout"`
}

// Size is one offer. CPU is the sum over all cores in MHz, as the cloud counts;
// Cores 0 derives their number from it.
type Size struct {
	Name      string  `yaml:"name"`
	CPU       int     `yaml:"cpu_mhz"`
	Cores     int     `yaml:"cores"`
	MemoryMiB int     `yaml:"memory_mib"`
	DiskGiB   float64 `yaml:"disk_gib"`
}

// Offer is the size as the catalogue has it.
func (s Size) Offer() providers.Size {
	return providers.Size{
		ID: s.Name, Name: s.Name, Cores: cmp.Or(s.Cores, coresOf(s.CPU)), SpeedMHz: s.CPU, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB, DiskIsVolume: true,
	}
}

// defaultSizes are the sizes of Apache Libcloud's driver for this cloud.
var defaultSizes = []Size{
	{Name: "small", CPU: 2000, MemoryMiB: 1700, DiskGiB: 160},
	{Name: "high-cpu-medium", CPU: 5000, MemoryMiB: 1700, DiskGiB: 350},
	{Name: "large", CPU: 4000, MemoryMiB: 7680, DiskGiB: 850},
	{Name: "extra-large", CPU: 8000, MemoryMiB: 8192, DiskGiB: 1690},
	{Name: "high-cpu-extra-large", CPU: 20000, MemoryMiB: 7168, DiskGiB: 1690},
}

// Check refuses what cannot work and gives the stem.
func (s *Settings) Check() (*url.URL, error) {
	stem, err := configured.Endpoint("uri", s.URI)
	return stem, cmp.Or(
		configured.Require(s.User != "" && s.Key != "", "user and key are needed"),
		configured.Require(formats[s.Format].media != "", "format must be text or json, not %q", s.Format),
		configured.Require(s.ShutdownTimeout > 0, "shutdown_timeout must be positive"),
		s.Sizes.Require(Size.possible, "cpu_mhz is %d to %d, memory_mib %d to %d, disk_gib positive", minCPU, maxCPU, minMemory, maxMemory),
		s.Sizes.Check(s.Size),
		err,
	)
}

// Provider is one user at one endpoint, which is one zone. Its methods are safe
// for concurrent use.
type Provider struct {
	settings Settings
	cloud    *client
	clock    providers.Clock
}

var (
	_ providers.Builder         = New
	_ providers.Provider        = (*Provider)(nil)
	_ providers.Poller          = (*Provider)(nil)
	_ providers.PowerControl    = (*Provider)(nil)
	_ providers.Resizer         = (*Provider)(nil)
	_ providers.VolumeLister    = (*Provider)(nil)
	_ providers.VolumeMaker     = (*Provider)(nil)
	_ providers.VolumeResizer   = (*Provider)(nil)
	_ providers.VolumeAttacher  = (*Provider)(nil)
	_ providers.NetworkLister   = (*Provider)(nil)
	_ providers.NetworkMaker    = (*Provider)(nil)
	_ providers.AddressLister   = (*Provider)(nil)
	_ providers.AddressMaker    = (*Provider)(nil)
	_ providers.AddressAssigner = (*Provider)(nil)
	_ providers.Defaulter       = (*Provider)(nil)
)

// New makes the provider of one account from its [Settings]. It calls no cloud.
// Settings that cannot work are [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	settings := Settings{Format: "text", Sizes: slices.Clone(defaultSizes), ShutdownTimeout: 10 * time.Minute}
	base, err := configured.Read(s, &settings)
	if err != nil {
		return nil, err
	}
	return &Provider{settings, newClient(settings, base, around), around.Clock}, nil
}

// DefaultImage is the default_image of the settings.
func (p *Provider) DefaultImage() string { return p.settings.Image }

// Identity lists the servers to see whether the key is right. There is no call
// that tells who one is; the user's UUID is the login itself.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	_, err := p.cloud.servers(ctx)
	return providers.Identity{Account: lower(p.settings.User), Region: p.cloud.http.Base.Host}, err
}

// Catalogue lists the standard drives that are disks, which take one call, and
// the configured sizes. There are no zones: an endpoint is one.
func (p *Provider) Catalogue(ctx context.Context) (providers.Catalogue, error) {
	images, err := listing.All(ctx, p.cloud.images, image)
	return providers.Catalogue{Images: images, Sizes: p.settings.Sizes.Offers()}, err
}

func image(r props) providers.Image {
	return providers.Image{
		ID: lower(r["drive"]), Name: cmp.Or(r["name"], r["drive"]), Description: r["description"],
		MinDiskGiB: r.unpacked() / gib, State: providers.ImageReady,
	}
}

// Servers lists all servers with one call; the API has no pages.
func (p *Provider) Servers(ctx context.Context) ([]providers.Server, error) {
	return listing.All(ctx, p.cloud.servers, p.server)
}

// Server reads one server.
func (p *Provider) Server(ctx context.Context, id string) (providers.Server, error) {
	return listing.ByID(ctx, id, p.cloud.server, p.server)
}

// conditions of servers by their status (Server API details). There is no
// command for or out of "paused"; that its power can be cut is inferred.
var conditions = condition.Table{
	"active":  {State: providers.StateActive, Power: []providers.PowerOp{providers.PowerStop, providers.PowerOff, providers.PowerReset}},
	"stopped": {State: providers.StateInactive, Power: []providers.PowerOp{providers.PowerStart}, Abilities: []providers.Ability{providers.AbilityResize}},
	"paused":  {State: providers.StateSuspended, Power: []providers.PowerOp{providers.PowerOff}},
	"dumped":  {State: providers.StateError, Message: "the cloud says that the server is dumped"},
	"dead":    {State: providers.StateError, Message: "the cloud says that the server is dead"},
}

// server maps one. The cloud does not tell when a server was made, only since
// when it runs. The size of its disk is a matter of its drives. One that is not
// persistent is destroyed by a stop, so it must not be stopped by us.
func (p *Provider) server(r props) providers.Server {
	s := providers.Server{
		ID: lower(r["server"]), Name: r["name"], ImageID: r[imageKey], SizeID: p.sizeOf(r), Token: r[tokenKey],
		Architecture: providers.X64, Cores: r.cores(), MemoryMiB: int(r.number("mem")),
	}
	conditions.Set(&s, r["status"])
	if r["persistent"] == "false" {
		s.Power = slices.DeleteFunc(s.Power, func(op providers.PowerOp) bool { return op != providers.PowerReset })
	}
	for _, n := range r.nics() {
		condition.Plug(&s, providers.Interface{
			ID: n.slot, NetworkID: n.network, Device: n.device, MAC: n.mac, IP: n.ip, MoreIPs: n.more, Static: n.static, Public: n.network == public,
		})
	}
	return s
}

// sizeOf finds the size that a server has: the one noted when it was made, or
// else the only one of its CPU and memory.
func (p *Provider) sizeOf(r props) string {
	fit := slices.DeleteFunc(slices.Clone(p.settings.Sizes), func(s Size) bool { return !r.has(s) })
	noted := slices.IndexFunc(fit, func(s Size) bool { return s.Name == r[sizeKey] })
	if noted < 0 && len(fit) != 1 {
		return ""
	}
	return fit[max(noted, 0)].Name
}

// DeleteServer destroys a server, which the cloud does in any state. Its drives
// stay, so those that were made for it are destroyed after it, and by the
// ticket as long as they are busy or cannot be reached.
func (p *Provider) DeleteServer(ctx context.Context, id string) (providers.Ticket, error) {
	row, err := p.cloud.server(ctx, id)
	if err == nil {
		err = p.cloud.destroyServer(ctx, id)
	}
	if err != nil || row[tokenKey] == "" {
		return "", err
	}
	t := ticket{Do: "destroy drives", Server: id, Token: row[tokenKey], Drives: row.drives()}
	if progress, err := p.pollDestroy(ctx, t); err == nil {
		return progress.Ticket, nil
	}
	return tickets.Text(t), nil // the server is gone, whatever became of its drives
}

// orders are the commands of power operations.
var orders = power.Orders[string]{
	providers.PowerStart: "start",
	providers.PowerStop:  "shutdown", // presses the ACPI power button
	providers.PowerOff:   "stop",     // cuts the power
	providers.PowerReset: "reset",
}

// Power gives an order. The cloud does not tell whether a guest obeys its power
// button, so a stop gives a ticket that ends when it has, or with
// [providers.ErrConflict] after the configured time.
func (p *Provider) Power(ctx context.Context, id string, op providers.PowerOp) (providers.Ticket, error) {
	return orders.Carry(ctx, op, power.Target[string]{
		ID: id, Look: p.Server,
		Give: func(ctx context.Context, id, command string) (providers.Ticket, error) {
			if err := p.cloud.orderServer(ctx, id, command); err != nil || op != providers.PowerStop {
				return "", err
			}
			until := p.clock.Now().Add(p.settings.ShutdownTimeout).Truncate(time.Second)
			return tickets.Text(ticket{Do: "await stop", Server: id, Until: until}), nil
		},
	})
}

// ResizeServer changes CPU and memory of a stopped server; its disk stays.
func (p *Provider) ResizeServer(ctx context.Context, id, sizeID string) (providers.Ticket, error) {
	size, err := p.settings.Sizes.Named(setOp, sizeID)
	if err != nil {
		return "", err
	}
	return "", p.cloud.resizeServer(ctx, id, size)
}
