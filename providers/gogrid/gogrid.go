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
	"slices"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// Provider is one account in one datacenter of GoGrid. Its methods are safe for
// concurrent use.
type Provider struct {
	settings Settings
	clock    providers.Clock
	wire     *wire.Client
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
	p := &Provider{settings: settings, clock: around.Clock}
	p.wire = &wire.Client{
		HTTP: around.HTTP, Base: base, Clock: around.Clock, Sign: p.sign, Explain: explain,
		Secrets: []providers.Secret{settings.APIKey, settings.Secret},
	}
	return p, nil
}

// Identity tells the account by the block of its oldest address, since no call
// tells a customer's number, blocks belong to one account (inferred), and a key
// may be replaced. Region is the datacenter's name.
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	at, err := p.datacenter(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	all, err := list[ipRow](ctx, p, "grid/ip/list", nil)
	if err != nil {
		return providers.Identity{}, err
	}
	if len(all) == 0 {
		return providers.Identity{}, providers.Errorf(providers.ErrInvalid, "grid/ip/list", "the account has no addresses, so that it can have no servers")
	}
	oldest := slices.MinFunc(all, func(a, b ipRow) int { return cmp.Compare(a.ID.order(), b.ID.order()) })
	return providers.Identity{Account: cmp.Or(prefix(oldest.Subnet), oldest.IP), Region: at.Name}, nil
}

// datacenter finds the configured datacenter among the cloud's.
func (p *Provider) datacenter(ctx context.Context) (option, error) {
	const op = "common/lookup/list"
	all, err := list[option](ctx, p, op, url.Values{"lookup": {"ip.datacenter"}})
	if err != nil {
		return option{}, err
	}
	names := []string{}
	for _, o := range all {
		if p.here(o) {
			return o, nil
		}
		names = append(names, o.Name)
	}
	return option{}, providers.Errorf(providers.ErrInvalid, op, "there is no datacenter %q, there are %q", p.settings.Datacenter, names)
}

// here reports whether a datacenter is the configured one.
func (p *Provider) here(o option) bool {
	return p.settings.Datacenter == o.Name || p.settings.Datacenter == o.ID.String()
}
