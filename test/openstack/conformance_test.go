//go:build openstack

// Package openstack_test holds the OpenStack adapter against a real control
// plane: Keystone, Nova, Glance, Neutron and Cinder as Debian packages them,
// started by the script up beside it. Faults that no healthy cloud shows are put
// on the wire between the adapter and the plane.
package openstack_test

import (
	"net/http"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/openstack"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
)

// TestConformance runs the suite of all adapters as project demo.
func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		New: plane,
		Deviations: map[string]string{
			"server that lags appears": "Nova reads what it has just written: a created server is listed at once",
		},
	})
}

func plane(t testing.TB) providertest.Cloud {
	w := &wire{}
	c := providertest.Cloud{
		Provider: adapter(t, cloud(t, "demo"), w),
		Settle:   func(testing.TB) { time.Sleep(300 * time.Millisecond) },
		Looks:    300,
		Image:    env(t, "OS_IMAGE_ID"), Size: "m1.tiny", OtherSize: "m1.small",
		Network: env(t, "OS_NETWORK_ID"), Pool: env(t, "OS_EXTGW_ID"),
		Cost: &providertest.Cost{Endless: true, Beside: 1},
		Denied: func(t testing.TB) providers.Provider {
			return adapter(t, providertest.Settings("auth_url: http://127.0.0.1:5000/v3\nusername: demo\npassword: wrong\nproject_name: demo\n"), w)
		},
		Misspelt: func() error {
			_, err := openstack.New(cloud(t, "demo", "flavour: m1.tiny"), providers.Surroundings{HTTP: http.DefaultClient, Clock: providers.SystemClock{}})
			return err
		},
	}
	c.Faults = providertest.Faults{
		Plan: &w.plan, List: "GET /servers/detail", Create: "POST /servers", Paged: true, Media: "application/json",
		Throttle: fault.Fault{Kind: fault.Status, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second},
		Quota:    func() { instanceQuota(t, 0) },
		Failure:  fault.Fault{Kind: fault.Body, ContentType: "application/json", Body: `{"computeFault": {"code": 500, "message": "The server has either erred."}}`},
		Number:   fault.Fault{Kind: fault.Edit, Find: `"vcpus": ?(\d+)`, Body: `"vcpus":"$1"`},
		NewState: fault.Fault{Kind: fault.Edit, Find: `"status": ?"ACTIVE"`, Body: `"status":"` + providertest.Unheard + `"`},
	}
	return c
}
