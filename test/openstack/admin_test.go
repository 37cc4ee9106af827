//go:build openstack

package openstack_test

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	sdk "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/quotasets"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
)

// env is a variable of the openrc file that up wrote.
func env(t testing.TB, name string) string {
	t.Helper()
	cloudsFile(t)
	f, err := os.Open(filepath.Join(stateDir(), "openrc"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "export "+name+"="); ok {
			return value
		}
	}
	t.Fatalf("the openrc file has no %s", name)
	return ""
}

// client logs in with the SDK alone, for what the adapter cannot do.
func client(t testing.TB, name string) *gophercloud.ProviderClient {
	t.Helper()
	auth, _, _, err := clouds.Parse(clouds.WithLocations(cloudsFile(t)), clouds.WithCloudName(name))
	must(t, err)
	c, err := sdk.AuthenticatedClient(t.Context(), auth)
	must(t, err)
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// instanceQuota lets project demo have n servers until the test ends.
func instanceQuota(t testing.TB, n int) {
	t.Helper()
	compute, err := sdk.NewComputeV2(client(t, "admin"), gophercloud.EndpointOpts{Region: "RegionOne"})
	must(t, err)
	demo := projectOf(t, "demo")
	set := func(ctx context.Context, n int) error {
		return quotasets.Update(ctx, compute, demo, quotasets.UpdateOpts{Instances: &n, Force: true}).Err
	}
	must(t, set(t.Context(), n))
	t.Cleanup(func() {
		if err := set(context.Background(), 50); err != nil {
			t.Errorf("the quota of servers is left at %d: %v", n, err)
		}
	})
}

// projectOf is the id of a cloud's project.
func projectOf(t testing.TB, name string) string {
	t.Helper()
	id, err := adapter(t, cloud(t, name), &wire{}).Identity(t.Context())
	must(t, err)
	return id.Account
}
