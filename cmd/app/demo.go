package app

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	ec2sim "occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
	openstacksim "occigate/test/cloudsim/openstack"
)

func (c *command) demo() *cobra.Command {
	var transition time.Duration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the gateway at work over simulated clouds",
		Long: `Starts a simulated Amazon EC2 and a simulated OpenStack on this machine, each
with an estate, and serves both through one OCCI endpoint. Nothing of it is kept
when it ends.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runDemo(cmd.Context(), transition) },
	}
	// Long enough to be seen, short enough not to bore.
	cmd.Flags().DurationVar(&transition, "transition", 2*time.Second, "time that the simulated clouds take from one state to the next")
	return c.serving(cmd)
}

// runDemo starts the clouds, writes the configuration that a user would, and
// serves it.
func (c *command) runDemo(ctx context.Context, transition time.Duration) error {
	dir, err := os.MkdirTemp("", "occigate-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	clouds, err := startClouds(ctx, transition)
	if err != nil {
		return err
	}
	defer clouds.close()
	file := filepath.Join(dir, "demo.yaml")
	if err := os.WriteFile(file, []byte(clouds.configuration(dir)), 0o600); err != nil {
		return err
	}
	cfg, err := c.load(file)
	if err != nil {
		return err
	}
	cfg.Log.Level = cmp.Or(c.logLevel, "error")
	return c.start(ctx, cfg, func(h *house) { c.invite(h, clouds) })
}

// simulated are the clouds of the demo, each served on a port of its own.
type simulated struct {
	servers       []*http.Server
	serving       sync.WaitGroup
	ec2URL, osURL string
}

// startClouds makes the two clouds with their estates and serves them.
func startClouds(ctx context.Context, transition time.Duration) (*simulated, error) {
	var amazonFaults, privateFaults fault.Plan
	amazon := ec2sim.New(ec2sim.Options{Region: "eu-west-1", Transition: transition, Faults: &amazonFaults})
	if err := amazon.Seed(ec2sim.Shop()); err != nil {
		return nil, err
	}
	private := openstacksim.New(openstacksim.Options{Transition: transition, Faults: &privateFaults})
	private.Seed()
	s := &simulated{}
	var err error
	if s.ec2URL, err = s.serve(ctx, amazon, &amazonFaults); err == nil {
		s.osURL, err = s.serve(ctx, private, &privateFaults)
	}
	if err != nil {
		s.close()
	}
	return s, err
}

// serve answers for a cloud on a free loopback port until close. At /_faults it
// can be told to misbehave.
func (s *simulated) serve(ctx context.Context, cloud http.Handler, faults *fault.Plan) (url string, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.Handle("/", cloud)
	mux.Handle("/_faults", faults.Control())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	s.serving.Go(func() { _ = server.Serve(l) }) // ends by close, with ErrServerClosed
	return "http://" + l.Addr().String(), nil
}

func (s *simulated) close() {
	for _, server := range s.servers {
		server.Close()
	}
	s.serving.Wait()
}

// configuration is the file that a user of these two clouds would write.
func (s *simulated) configuration(dir string) string {
	return fmt.Sprintf(`
store: {embedded: {path: %q}}
refresh: {servers: 5s, volumes: 5s, networks: 5s, addresses: 5s, catalogue: 60s, fast: 500ms, least: 500ms}
defaults: {account: private}
accounts:
  - name: amazon
    cloud: ec2
    rate: {per_second: 100, burst: 100}
    settings:
      region: eu-west-1
      endpoint: %s
      access_key_id: %s
      secret_access_key: %s
      images: {owners: [self, "136693071363", "099720109477"]}
  - name: private
    cloud: openstack
    rate: {per_second: 100, burst: 100}
    settings:
      auth_url: %s/identity/v3
      region: RegionOne
      username: demo
      password: secret
      project_name: demo
      default_image: debian-12-genericcloud-amd64
      default_flavor: m1.small
      default_network: frontend
`, filepath.Join(dir, "occigate.db"), s.ec2URL, ec2sim.ExampleAccessKeyID, ec2sim.ExampleSecretAccessKey, s.osURL)
}

// invite prints what to try.
func (c *command) invite(h *house, clouds *simulated) {
	url := h.url()
	fmt.Fprintf(c.stdout, `occigate %s: Amazon EC2 and OpenStack (both simulated) behind one OCCI endpoint

  %s/

Try, in another terminal:

  curl %s/compute/
  curl -H 'Accept: application/occi+json' %s/compute/
  curl %s/clouds

Let OpenStack hang, and see that the list still answers and, after some 20
seconds, says so in its headers:

  curl -X PUT -d '[{"kind":"hang"}]' %s/_faults
  curl -I %s/compute/

Ctrl-C ends it.
`, Version, url, url, url, url, clouds.osURL, url)
}
