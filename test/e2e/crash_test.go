package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
	"occigate/test/servers"
)

// TestKilledInTheMiddleOfACreate kills the program, as a failing machine would,
// when the cloud has made the machine and the answer is still under way. What
// is started again on the same file must find the machine, once, and never ask
// for another.
func TestKilledInTheMiddleOfACreate(t *testing.T) {
	plan := &fault.Plan{}
	amazon := ec2.New(ec2.Options{Region: "eu-west-1", Faults: plan})
	cloud := httptest.NewServer(amazon)
	t.Cleanup(cloud.Close)
	t.Cleanup(plan.Clear)
	binary := build(t)
	config := file(t, fmt.Sprintf(`
store: {embedded: {path: DIR/x.db}}
refresh: {servers: 1s, fast: 500ms, least: 500ms}
accounts:
  - name: amazon
    cloud: ec2
    settings: {region: eu-west-1, endpoint: "%s", access_key_id: %s, secret_access_key: "%s", images: {owners: ["136693071363"]}, default_image: %s, default_size: t3.micro}
`, cloud.URL, ec2.ExampleAccessKeyID, ec2.ExampleSecretAccessKey, amazon.Image("debian-12-amd64*")))

	p, process := launch(t, binary, config)
	plan.Set(fault.Fault{Kind: fault.Hang, Call: "RunInstances", After: true})
	ctx, giveUp := context.WithCancel(context.Background())
	t.Cleanup(giveUp)
	body := textKind("compute") + textAttr("occi.core.title", "survivor")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/compute/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		if resp, err := p.Client.Do(req); err == nil { // it cannot be answered any more
			resp.Body.Close()
		}
	}()
	p.Eventually(t, "machine made", func() bool { return amazon.Counts().Instances == 1 })
	process.Kill()
	<-answered
	plan.Clear()

	again, _ := launch(t, binary, config)
	var list string
	again.Eventually(t, "machine listed", func() bool {
		list = again.Must(t, http.StatusOK, "GET", "/compute/", "", "Accept", "application/occi+json").Body
		return strings.Contains(list, `"occi.compute.state":"active"`)
	})
	if n := strings.Count(list, `"title":"survivor"`); n != 1 || strings.Count(list, `#compute"`) < 1 {
		t.Errorf("%d machines are shown, want 1:\n%s", n, list)
	}
	made := amazon.Instances()
	if len(made) != 1 {
		t.Fatalf("%d machines at the cloud, want 1", len(made))
	}
	if !strings.Contains(list, made[0].Token) {
		t.Errorf("the machine is not shown under the id that it was asked for with, %s:\n%s", made[0].Token, list)
	}
}

// launch runs the program as a process of its own until the test ends.
func launch(t *testing.T, binary, config string) (*Program, *servers.Program) {
	t.Helper()
	address := servers.Address(t)
	process := servers.Start(t, nil, binary, "serve", "--config", config, "--listen", address)
	p := &Program{URL: "http://" + address, Client: &http.Client{Timeout: perRequest}}
	t.Cleanup(p.Client.CloseIdleConnections)
	p.waitReady(t)
	return p, process
}
