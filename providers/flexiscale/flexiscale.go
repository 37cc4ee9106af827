// Package flexiscale is the adapter for FlexiScale's SOAP API, version 0.5, at
// api.flexiscale.com. It follows the operations, types and faults that the
// RightScale gem right_flexiscale documents; no exchange with the service was
// ever recorded, so that the cookie, the status of faults and the layout of
// envelopes are inferred. The API cannot make or attach disks, networks or
// addresses, suspend or save, so that this adapter offers none of it. It knows
// no OCCI and keeps nothing between calls but the session.
package flexiscale

import (
	"context"
	"net/http"
	"net/http/cookiejar"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// Provider is one account of FlexiScale. Its methods are safe for concurrent
// use.
type Provider struct {
	settings Settings
	region   string
	clock    providers.Clock
	wire     *wire.Client
	session  session
}

var (
	_ providers.Builder       = New
	_ providers.Provider      = (*Provider)(nil)
	_ providers.Poller        = (*Provider)(nil)
	_ providers.PowerControl  = (*Provider)(nil)
	_ providers.Resizer       = (*Provider)(nil)
	_ providers.VolumeLister  = (*Provider)(nil)
	_ providers.NetworkLister = (*Provider)(nil)
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
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := *around.HTTP // with a jar that is the account's own
	client.Jar = jar
	return &Provider{
		settings: settings, region: base.Hostname(), clock: around.Clock, session: newSession(),
		wire: &wire.Client{
			HTTP: &client, Base: base, Clock: around.Clock, Explain: explain, Media: []string{"text/xml", "application/xml"},
			Header:  http.Header{"Content-Type": {"text/xml; charset=utf-8"}, "SOAPAction": {`"` + namespace + `"`}},
			Secrets: []providers.Secret{settings.Password},
		},
	}, nil
}

// Identity is the user's name, since no call tells a customer's number, and the
// host of the endpoint. It makes a call, so that wrong credentials show.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	if _, err := p.list(ctx, "ListPackages", all()); err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Account: p.settings.Username, Region: p.region, User: p.settings.Username}, nil
}
