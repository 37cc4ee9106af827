//go:build openstack

package openstack_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	sdk "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/applicationcredentials"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"occigate/providers"
	"occigate/providers/providertest"
)

const login = "POST /auth/tokens"

// TestRevokedTokenIsRenewed takes a token away behind the adapter's back: its
// calls log in again once, together, and succeed.
func TestRevokedTokenIsRenewed(t *testing.T) {
	w := &wire{}
	p := adapter(t, cloud(t, "demo"), w)
	_, err := p.Servers(t.Context())
	must(t, err)
	revoke(t, w.token)

	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, err := p.Servers(t.Context()); err != nil {
				t.Errorf("after the token was revoked: %v", err)
			}
		})
	}
	calls.Wait()
	if n := w.plan.Calls()[login]; n != 2 {
		t.Errorf("%d logins, want the first and one more", n)
	}
}

func revoke(t testing.TB, token string) {
	t.Helper()
	must(t, tokens.Revoke(t.Context(), identity(t, "demo"), token).Err)
}

func identity(t testing.TB, name string) *gophercloud.ServiceClient {
	t.Helper()
	c, err := sdk.NewIdentityV3(client(t, name), gophercloud.EndpointOpts{})
	must(t, err)
	return c
}

// TestApplicationCredential logs in with one by id and by name, and is denied
// once it is deleted.
func TestApplicationCredential(t *testing.T) {
	keystone := identity(t, "demo")
	user := userOf(t, keystone)
	made, err := applicationcredentials.Create(t.Context(), keystone, user, applicationcredentials.CreateOpts{Name: "occigate-test"}).Extract()
	must(t, err)
	remove := sync.OnceValue(func() error {
		return applicationcredentials.Delete(context.Background(), keystone, user, made.ID).Err
	})
	t.Cleanup(func() { must(t, remove()) })

	byID := providertest.Settings(fmt.Sprintf("auth_url: http://127.0.0.1:5000\napplication_credential_id: %s\napplication_credential_secret: %s\n", made.ID, made.Secret))
	byName := providertest.Settings(fmt.Sprintf("auth_url: http://127.0.0.1:5000/v3\nusername: demo\napplication_credential_name: %s\napplication_credential_secret: %s\n", made.Name, made.Secret))
	for name, s := range map[string]providertest.Settings{"by id": byID, "by name": byName} {
		p := adapter(t, s, &wire{})
		id, err := p.Identity(t.Context())
		must(t, err)
		if id.Account != projectOf(t, "demo") || id.Region != "RegionOne" || id.User != "demo" {
			t.Errorf("%s: logged in as %+v", name, id)
		}
		_, err = p.Networks(t.Context())
		must(t, err)
	}

	must(t, remove())
	_, err = adapter(t, byID, &wire{}).Servers(t.Context())
	if !errors.Is(err, providers.ErrDenied) {
		t.Errorf("with a deleted credential: %v, want denied", err)
	}
	if text := fmt.Sprint(err); strings.Contains(text, made.Secret) {
		t.Errorf("the error text holds the secret: %s", text)
	}
}

// userOf is the id of the user that a client is logged in as.
func userOf(t testing.TB, c *gophercloud.ServiceClient) string {
	t.Helper()
	user, err := c.GetAuthResult().(tokens.CreateResult).ExtractUser()
	must(t, err)
	return user.ID
}

// TestEnvironment reads the OS_* variables where the account says so, and only
// there.
func TestEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"OS_AUTH_URL": env(t, "OS_AUTH_URL"), "OS_USERNAME": "alt", "OS_PASSWORD": "alt", "OS_PROJECT_NAME": "alt",
		"OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default", "OS_CLOUD": "admin", "OS_REGION_NAME": "RegionOne",
	} {
		t.Setenv(name, value)
	}
	for user, s := range map[string]providertest.Settings{"alt": "credentials: environment\n", "demo": cloud(t, "demo")} {
		id, err := adapter(t, s, &wire{}).Identity(t.Context())
		must(t, err)
		if id.User != user {
			t.Errorf("logged in as %s, want %s", id.User, user)
		}
	}
}

// TestOtherProjectsAreNotVisible looks at demo's server as another user and as
// an administrator of another project, who may see everything but is not asked
// about it.
func TestOtherProjectsAreNotVisible(t *testing.T) {
	demo := adapter(t, cloud(t, "demo"), &wire{})
	s := created(t, demo, spec(t))
	for _, name := range []string{"alt", "admin"} {
		other := adapter(t, cloud(t, name), &wire{})
		rows, err := other.Servers(t.Context())
		must(t, err)
		for _, row := range rows {
			if row.ID == s.ID {
				t.Errorf("%s lists demo's server", name)
			}
		}
		networks, err := other.Networks(t.Context())
		must(t, err)
		for _, n := range networks {
			if n.ID == env(t, "OS_NETWORK_ID") {
				t.Errorf("%s lists demo's private network", name)
			}
		}
	}
	alt := adapter(t, cloud(t, "alt"), &wire{})
	if _, err := alt.Server(t.Context(), s.ID); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("alt reads demo's server: %v, want not found", err)
	}
	if _, err := alt.DeleteServer(t.Context(), s.ID); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("alt deletes demo's server: %v, want not found", err)
	}
}
