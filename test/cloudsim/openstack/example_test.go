package openstack_test

import (
	"fmt"
	"net/http/httptest"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
)

// A cloud with an estate, of which a client sees pages of five servers and one
// listing that fails.
func Example() {
	plan := new(fault.Plan)
	cloud := openstack.New(openstack.Options{Transition: 2 * time.Second, PageSize: 5, Faults: plan})
	cloud.Seed()
	server := httptest.NewServer(cloud) // log in at server.URL + "/identity/v3" as demo, secret
	defer server.Close()

	plan.Set(fault.Fault{Kind: fault.Status, Call: "GET /servers/detail", Status: 503, Times: 1})
	for _, s := range cloud.Servers()[:2] {
		fmt.Println(s.Name, s.Status())
	}
	// Output:
	// lb-1 ACTIVE
	// lb-2 ACTIVE
}
