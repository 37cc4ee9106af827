// Package suncloud is the adapter for the Sun Cloud API, drafts 0.1 to 0.8, as
// the wiki of kenai.com/projects/suncloudapis specified it, in one virtual
// datacenter (VDC). It is given the service's URI alone: every other URI is
// found in what the cloud answers, none is ever built, and a resource's URI is
// its native id. The API's volumes are WebDAV shares that no VM can be given, and
// its backups can be restored but nothing can be made from them, so that
// neither volumes nor saving images are offered. It knows no OCCI and keeps
// nothing between calls.
package suncloud

import (
	"context"
	"net/http"
	"net/url"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// Provider is one user of one VDC. Its methods are safe for concurrent use.
type Provider struct {
	settings Settings
	service  *url.URL
	wire     wire.Client // without a base, see [Provider.do]
}

var (
	_ providers.Builder           = New
	_ providers.Provider          = (*Provider)(nil)
	_ providers.Poller            = (*Provider)(nil)
	_ providers.PowerControl      = (*Provider)(nil)
	_ providers.NetworkLister     = (*Provider)(nil)
	_ providers.NetworkMaker      = (*Provider)(nil)
	_ providers.InterfaceAttacher = (*Provider)(nil)
	_ providers.AddressLister     = (*Provider)(nil)
	_ providers.AddressMaker      = (*Provider)(nil)
	_ providers.AddressAssigner   = (*Provider)(nil)
)

// New makes the provider of one account from its [Settings]. It calls no cloud.
// Settings that cannot work are [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	var settings Settings
	if err := s.Decode(&settings); err != nil {
		return nil, err
	}
	service, err := settings.check()
	if err != nil {
		return nil, err
	}
	return &Provider{settings: settings, service: service, wire: wire.Client{
		HTTP: around.HTTP, Clock: around.Clock, Media: media, Explain: explain,
		Header:  http.Header{"X-Cloud-Client-Specification-Version": {"0.1"}},
		Sign:    func(r *http.Request) { r.SetBasicAuth(settings.User, settings.Password.Reveal()) },
		Secrets: []providers.Secret{settings.Password},
	}}, nil
}

// Identity tells the account by the URI of its VDC, which the Cloud resource
// names.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	vdc, err := p.vdcURI(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Account: vdc, Region: p.service.Host, User: p.settings.User}, nil
}

// vdcURI finds the configured VDC, or the only one.
func (p *Provider) vdcURI(ctx context.Context) (string, error) {
	const op = "GET Cloud"
	var c cloud
	if err := p.get(ctx, p.service.String(), "Cloud", &c); err != nil {
		return "", err
	}
	names := []string{}
	for _, v := range c.VDCs {
		if v.URI != "" && (v.Name == p.settings.VDC || p.settings.VDC == "" && len(c.VDCs) == 1) {
			return v.URI, nil
		}
		names = append(names, v.Name)
	}
	return "", providers.Errorf(providers.ErrInvalid, op, "vdc is %q, the service has %q", p.settings.VDC, names)
}
