// Package ec2 is the adapter for Amazon EC2 over aws-sdk-go-v2: one credential
// in one region. It follows the Amazon EC2 API Reference (2016-11-15) and the
// Amazon EC2 User Guide. It knows EC2's words and this house's neutral model,
// and nothing of OCCI, inventories or retries.
//
// What EC2 calls a subnet is a network here; the pool of public addresses is
// one more network, with the id "public". Our token is the client token of a
// call that takes one, and always the tag occigate:token.
package ec2

import (
	"context"
	"net/http"
	"sync/atomic"

	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"occigate/providers"
)

// Provider is one EC2 account in one region.
type Provider struct {
	settings Settings
	region   string
	api      *sdk.Client
	sts      *sts.Client
	pricing  *pricing.Client
	http     *http.Client // for price lists, which anybody may read
	clock    providers.Clock
	known    atomic.Pointer[string] // the account number of the credentials, once it was asked for
}

// What EC2 can do.
var (
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
	_ providers.PriceLister       = (*Provider)(nil)
	_ providers.Defaulter         = (*Provider)(nil)
	_ providers.Builder           = New
)

// New makes the provider of one account from its [Settings]. It may read the
// environment or the profile files when the settings name them, and calls no
// cloud. Settings that cannot work are [providers.ErrInvalid].
func New(settings providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	var s Settings
	if err := settings.Decode(&s); err != nil {
		return nil, err
	}
	s.setDefaults()
	if err := s.validate(); err != nil {
		return nil, err
	}
	cfg, err := s.session(around)
	if err != nil {
		return nil, err
	}
	return &Provider{
		settings: s,
		region:   cfg.Region,
		api:      sdk.NewFromConfig(cfg),
		sts:      sts.NewFromConfig(cfg),
		pricing:  s.pricingClient(cfg, around.HTTP),
		http:     around.HTTP,
		clock:    around.Clock,
	}, nil
}

// DefaultImage is the default_image of the settings.
func (p *Provider) DefaultImage() string { return p.settings.DefaultImage }

// Identity asks the Security Token Service whose the credentials are. It needs
// no permission (AWS STS API Reference, GetCallerIdentity).
func (p *Provider) Identity(ctx context.Context) (providers.Identity, error) {
	out, err := read(ctx, p.sts.GetCallerIdentity, &sts.GetCallerIdentityInput{})
	if err != nil {
		return providers.Identity{}, err
	}
	account := value(out.Account)
	if account == "" {
		return providers.Identity{}, providers.Errorf(providers.ErrUnavailable, "GetCallerIdentity", "the answer names no account")
	}
	p.known.Store(&account)
	return providers.Identity{Account: account, Region: p.region, User: value(out.Arn)}, nil
}

// account is the account number of the credentials. It is part of the session:
// credentials never change their account.
func (p *Provider) account(ctx context.Context) (string, error) {
	if known := p.known.Load(); known != nil {
		return *known, nil
	}
	id, err := p.Identity(ctx)
	return id.Account, err
}
