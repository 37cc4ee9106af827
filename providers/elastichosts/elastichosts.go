// Package elastichosts is the adapter for ElasticHosts and the clouds that run
// its software ElasticStack (Serverlove, SKALI Cloud, Open Hosting, Go2Cloud,
// CrossPeer). It follows ElasticHosts' "API details": core, drives, servers; the
// commands for addresses and VLANs are known only from licensees and clients,
// so what is said of them here is inferred. It knows no OCCI and keeps nothing
// but its settings; the protocol's two formats are in wire.go.
package elastichosts

import (
	"context"
	"net/http"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// Provider is one user at one endpoint, which is one zone. Its methods are safe
// for concurrent use.
type Provider struct {
	settings Settings
	wire     wire.Client
	format   format
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
)

// New makes the provider of one account from its [Settings]. It calls no cloud.
// Settings that cannot work are [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	settings := defaults()
	if err := s.Decode(&settings); err != nil {
		return nil, err
	}
	base, err := settings.check()
	if err != nil {
		return nil, err
	}
	f := formats[settings.Format]
	return &Provider{
		settings: settings, format: f, clock: around.Clock,
		wire: wire.Client{
			HTTP: around.HTTP, Base: base, Clock: around.Clock,
			Header:  http.Header{"Accept": {f.media}},
			Media:   []string{f.media},
			Sign:    func(r *http.Request) { r.SetBasicAuth(settings.User, settings.Key.Reveal()) },
			Explain: explain,
			Secrets: []providers.Secret{settings.Key},
		},
	}, nil
}

// Identity makes the smallest call to see whether the key is right. There is no
// call that tells who one is; the user's UUID is the login itself.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	_, err := p.wire.Do(ctx, wire.Request{To: "GET /servers/list", Repeat: true})
	if err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Account: lower(p.settings.User), Region: p.wire.Base.Host}, nil
}
