package e2e

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/openstack"
)

// TestBulkOfASlowCloud has a cloud take its time, and lose an answer.
func TestBulkOfASlowCloud(t *testing.T) {
	plan := &fault.Plan{}
	stack := openstack.New(openstack.Options{Faults: plan})
	stack.Seed()
	cloud := httptest.NewServer(stack)
	t.Cleanup(cloud.Close)
	t.Cleanup(plan.Clear)
	p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", file(t, fmt.Sprintf(`
store: {embedded: {path: DIR/slow.db}}
limits: {write_timeout: 8s}
accounts:
  - name: private
    cloud: openstack
    rate: {per_second: 100, burst: 100}
    settings: {auth_url: "%s/identity/v3", username: demo, password: secret, project_name: demo, default_network: frontend}
`, cloud.URL)))
	list := resources(volume("private", "slow0", 1), volume("private", "slow1", 1))
	t.Run("longer than answers may take", func(t *testing.T) {
		plan.Set(fault.Fault{Kind: fault.Latency, Call: "POST /volumes", Delay: 9 * time.Second})
		defer plan.Clear()
		p.Must(t, 201, "POST", "/storage/", list, "Content-Type", "application/occi+json")
		if got := p.titled(t, "slow"); len(got) != 2 {
			t.Errorf("created %q", got)
		}
	})
	t.Run("a lost answer", func(t *testing.T) {
		plan.Set(fault.Fault{Kind: fault.Status, Call: "POST /volumes", Status: 504, After: true, Times: 1})
		defer plan.Clear()
		a := p.Must(t, 503, "POST", "/storage/", list, "Content-Type", "application/occi+json", "Accept", "application/json")
		words := map[string]int{}
		for _, r := range p.results(t, a) {
			words[r.Result]++
		}
		if words["unclear"] != 1 || words["undone"]+words["not tried"] != 1 {
			t.Errorf("%s", a.Body)
		}
	})
}
