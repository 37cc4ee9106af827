package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

// TestLostAnswer cuts every answer of a create. The client must be told where
// to look and not to ask again, and find the machine there.
func TestLostAnswer(t *testing.T) {
	plan := &fault.Plan{}
	amazon := ec2.New(ec2.Options{Region: "eu-west-1", Faults: plan})
	cloud := httptest.NewServer(amazon)
	t.Cleanup(cloud.Close)
	p := Start(t, nil, "serve", "--listen", "127.0.0.1:0", "--config", file(t, fmt.Sprintf(`
store: {embedded: {path: DIR/x.db}}
refresh: {servers: 1s, fast: 500ms, least: 500ms}
accounts:
  - name: amazon
    cloud: ec2
    settings: {region: eu-west-1, endpoint: "%s", access_key_id: %s, secret_access_key: "%s", images: {owners: ["136693071363"]}, default_image: %s, default_size: t3.micro}
`, cloud.URL, ec2.ExampleAccessKeyID, ec2.ExampleSecretAccessKey, amazon.Image("debian-12-amd64*"))))
	plan.Set(fault.Fault{Kind: fault.Cut, Call: "RunInstances"})
	a := p.Must(t, http.StatusServiceUnavailable, "POST", "/compute/", textKind("compute"), "Content-Type", "text/plain")
	plan.Clear()
	if a.Header.Get("Retry-After") != "" {
		t.Error("the client is told to ask again, which could make a second machine")
	}
	where := regexp.MustCompile(`/compute/[0-9a-f-]{36}`).FindString(a.Body)
	if where == "" || !strings.Contains(a.Body, "do not ask again") {
		t.Fatalf("the client is not told where to look: %s", a.Body)
	}
	p.State(t, p.URL+where, "active")
	if n := amazon.Counts().Instances; n != 1 {
		t.Errorf("%d machines at the cloud, want 1", n)
	}
}
