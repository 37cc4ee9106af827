// Package openstack is the adapter for OpenStack clouds: Keystone v3 for the
// login, Nova for servers, flavors and key pairs, Glance for images, Cinder for
// volumes, Neutron for networks, interfaces and floating addresses. It follows
// the API references under https://docs.openstack.org/api-ref/ and reaches them
// through gophercloud's authenticated requests, with rows and paging of its
// own, since the large listings must cost few calls. It knows no OCCI and
// keeps nothing but the token and the service catalogue of its login.
package openstack

import (
	"context"

	"occigate/providers"
)

// Provider is one project in one region of an OpenStack cloud. Its methods are
// safe for concurrent use.
type Provider struct {
	settings Settings
	session  *session
}

var (
	_ providers.Builder           = New
	_ providers.Provider          = (*Provider)(nil)
	_ providers.Poller            = (*Provider)(nil)
	_ providers.PowerControl      = (*Provider)(nil)
	_ providers.Resizer           = (*Provider)(nil)
	_ providers.ImageSaver        = (*Provider)(nil)
	_ providers.VolumeLister      = (*Provider)(nil)
	_ providers.VolumeMaker       = (*Provider)(nil)
	_ providers.VolumeResizer     = (*Provider)(nil)
	_ providers.VolumeAttacher    = (*Provider)(nil)
	_ providers.NetworkLister     = (*Provider)(nil)
	_ providers.NetworkMaker      = (*Provider)(nil)
	_ providers.InterfaceAttacher = (*Provider)(nil)
	_ providers.AddressLister     = (*Provider)(nil)
	_ providers.AddressMaker      = (*Provider)(nil)
	_ providers.AddressAssigner   = (*Provider)(nil)
	_ providers.Defaulter         = (*Provider)(nil)
	_ providers.LateScheduler     = (*Provider)(nil)
)

// New makes the provider of one account from its [Settings]. It calls no cloud;
// the login happens with the first call. Settings that cannot work are
// [providers.ErrInvalid].
func New(s providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	settings := defaults()
	if err := s.Decode(&settings); err != nil {
		return nil, err
	}
	credential, err := settings.credential()
	if err != nil {
		return nil, err
	}
	session, err := newSession(credential, settings.Endpoints, around)
	if err != nil {
		return nil, err
	}
	return &Provider{settings: settings, session: session}, nil
}

// DefaultImage is the default_image of the settings.
func (p *Provider) DefaultImage() string { return p.settings.Image }

// Identity logs in anew and says which project and user the credentials stand
// for: Account is the project's id.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	if err := p.session.renew(ctx); err != nil {
		return providers.Identity{}, err
	}
	g := p.session.grant.Load()
	return providers.Identity{Account: g.project, Region: g.region, User: g.user}, nil
}
