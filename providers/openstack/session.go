package openstack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"occigate/providers"
)

// noToken stands for a token before the first login. It is not empty, since
// gophercloud shares one login among callers only if they say which token they
// found used up.
const noToken = "none"

// session is the login of one account: it renews the token when a service
// refuses it, shares one login among all callers and knows the services' URLs.
type session struct {
	client     *gophercloud.ProviderClient
	credential credential
	overrides  Endpoints
	clock      providers.Clock
	grant      atomic.Pointer[grant] // of the last login, nil before the first
}

// grant is what a login gave beside the token.
type grant struct {
	project, user string // ids are stable, the user's name is for people
	region        string
	catalogue     []tokens.CatalogEntry
}

func newSession(c credential, overrides Endpoints, around providers.Surroundings) (*session, error) {
	for _, s := range []service{compute, image, network, volume} {
		if u, err := url.Parse(overrides.of(s)); err != nil || overrides.of(s) != "" && u.Host == "" {
			return nil, invalid("endpoints.%s is no URL", s)
		}
	}
	if u, err := url.Parse(c.authURL); err != nil || u.Host == "" {
		return nil, invalid("auth_url is no URL")
	}
	s := &session{credential: c, overrides: overrides, clock: around.Clock}
	s.client = &gophercloud.ProviderClient{HTTPClient: *around.HTTP, TokenID: noToken, ReauthFunc: s.login}
	s.client.UseTokenLock()
	return s, nil
}

// open logs in unless that has happened.
func (s *session) open(ctx context.Context) error {
	if s.grant.Load() != nil {
		return nil
	}
	return s.share(ctx, noToken)
}

// renew logs in whether or not there is a token.
func (s *session) renew(ctx context.Context) error { return s.share(ctx, "") }

// share waits for the one login that is under way, or makes it. When the caller
// that made it gave up, the next one takes over.
func (s *session) share(ctx context.Context, used string) error {
	for {
		err := s.client.Reauthenticate(ctx, used)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || !gaveUp(err) {
			return s.failure(loginOp, err)
		}
	}
}

// gaveUp reports whether an error says only that a caller's context ended.
func gaveUp(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

const loginOp = "POST /auth/tokens"

// login asks Keystone for a token (Identity API v3, "Password authentication
// with scoped authorization" and "Authenticating with an Application
// Credential"). A second token does no harm, so the call may be repeated.
func (s *session) login(ctx context.Context) error {
	identity := &gophercloud.ServiceClient{
		ProviderClient: &gophercloud.ProviderClient{HTTPClient: s.client.HTTPClient},
		Endpoint:       s.credential.authURL,
	}
	auth := s.credential.auth
	answer := tokens.Create(providers.Keyed(ctx, loginOp), identity, &auth)
	if answer.Err != nil {
		return s.noLogin(answer.Err)
	}
	g, err := s.granted(answer)
	if err != nil {
		return err
	}
	if err := s.client.SetTokenAndAuthResult(answer); err != nil {
		return s.failure(loginOp, err)
	}
	s.grant.Store(&g)
	return nil
}

// noLogin is why there is no token. Keystone says "not found" of an application
// credential that does not exist, which is a wrong credential like others.
func (s *session) noLogin(err error) error {
	err = s.failure(loginOp, err)
	var refused *providers.Error
	if errors.As(err, &refused) && refused.Kind == providers.ErrNotFound {
		refused.Kind = providers.ErrDenied
	}
	return err
}

// granted reads the answer to a login.
func (s *session) granted(answer tokens.CreateResult) (grant, error) {
	var body struct {
		Project *struct{ ID string }
		User    struct{ Name string }
		Catalog []tokens.CatalogEntry
	}
	if err := answer.ExtractIntoStructPtr(&body, "token"); err != nil {
		return grant{}, s.failure(loginOp, err)
	}
	if answer.Header.Get("X-Subject-Token") == "" {
		return grant{}, providers.Errorf(providers.ErrUnavailable, loginOp, "the answer holds no token")
	}
	if body.Project == nil {
		return grant{}, providers.Errorf(providers.ErrInvalid, loginOp, "the credentials are for no project: set project_name or project_id")
	}
	g := grant{project: body.Project.ID, user: body.User.Name, catalogue: body.Catalog}
	region, err := s.region(body.Catalog)
	g.region = region
	return g, err
}

// region is the configured one, else the only one that has servers.
func (s *session) region(catalogue []tokens.CatalogEntry) (string, error) {
	regions := regionsOf(catalogue, services[compute].types)
	switch {
	case s.credential.region != "":
		return s.credential.region, nil
	case len(regions) > 1:
		return "", providers.Errorf(providers.ErrInvalid, loginOp, "the cloud has several regions, set region to one of %s", strings.Join(regions, ", "))
	case len(regions) == 1:
		return regions[0], nil
	}
	return "", nil
}

// regionsOf lists the regions that have a service, in order and once each.
func regionsOf(catalogue []tokens.CatalogEntry, types []string) (regions []string) {
	for _, entry := range catalogue {
		if !slices.Contains(types, entry.Type) {
			continue
		}
		for _, e := range entry.Endpoints {
			regions = append(regions, regionOf(e))
		}
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}

func regionOf(e tokens.Endpoint) string {
	if e.RegionID != "" {
		return e.RegionID
	}
	return e.Region
}
