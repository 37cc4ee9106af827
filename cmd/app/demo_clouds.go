package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	ec2sim "occigate/test/cloudsim/ec2"
	elastichostssim "occigate/test/cloudsim/elastichosts"
	"occigate/test/cloudsim/fault"
	flexiscalesim "occigate/test/cloudsim/flexiscale"
	gogridsim "occigate/test/cloudsim/gogrid"
	openstacksim "occigate/test/cloudsim/openstack"
	suncloudsim "occigate/test/cloudsim/suncloud"
)

// simulation is one cloud of the demo and the account that it is reached by.
type simulation struct {
	account, cloud, title string
	place                 string // of the region, as YAML; "" is unknown
	build                 func(surroundings) (http.Handler, string, error)
}

// surroundings are what a simulation is built from.
type surroundings struct {
	url        string // where the cloud will answer
	transition time.Duration
	faults     *fault.Plan
}

// simulations are the clouds of the demo, the default account's first. Each
// builder makes a cloud with an estate, and the settings of its account, with an
// image, a size and a network for creates that name none.
var simulations = []simulation{
	{"private", "openstack", "OpenStack", "{latitude: 52.52, longitude: 13.40}", buildPrivate},
	{"amazon", "ec2", "Amazon EC2", "{latitude: 53.35, longitude: -6.26}", buildAmazon},
	{"gogrid", "gogrid", "GoGrid", "{latitude: 37.77, longitude: -122.42}", buildGoGrid},
	{"flexi", "flexiscale", "FlexiScale", "{latitude: 51.51, longitude: -0.13}", buildFlexi},
	{"sun", "suncloud", "Sun Cloud", "", buildSun},
	{"elastic", "elastichosts", "ElasticHosts", "{latitude: 51.50, longitude: -0.09}", buildElastic},
}

// simulated chooses simulations by the names of their accounts; no names mean
// all.
func simulated(names []string) (chosen []simulation, err error) {
	if len(names) == 0 {
		return simulations, nil
	}
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var known []string
	for _, s := range simulations {
		known = append(known, s.account)
		if wanted[s.account] {
			chosen = append(chosen, s)
			delete(wanted, s.account)
		}
	}
	for name := range wanted {
		return nil, fmt.Errorf("--clouds: there is no %q, only %s", name, strings.Join(known, ", "))
	}
	return chosen, nil
}

func buildPrivate(s surroundings) (http.Handler, string, error) {
	c := openstacksim.New(openstacksim.Options{Transition: s.transition, Faults: s.faults})
	c.Seed()
	return c, `
      auth_url: ` + s.url + `/identity/v3
      region: RegionOne
      username: demo
      password: secret
      project_name: demo
      default_image: debian-12-genericcloud-amd64
      default_flavor: m1.small
      default_network: frontend`, nil
}

func buildAmazon(s surroundings) (http.Handler, string, error) {
	c := ec2sim.New(ec2sim.Options{Region: "eu-west-1", Transition: s.transition, Faults: s.faults})
	return c, fmt.Sprintf(`
      region: eu-west-1
      endpoint: %s
      access_key_id: %s
      secret_access_key: %s
      images: {owners: [self, "136693071363", "099720109477"]}
      default_image: %s
      default_size: t3.micro`,
		s.url, ec2sim.ExampleAccessKeyID, ec2sim.ExampleSecretAccessKey, c.Image("debian-12-amd64*")), c.Seed(ec2sim.Shop())
}

func buildGoGrid(s surroundings) (http.Handler, string, error) {
	c := gogridsim.New(gogridsim.Options{Transition: s.transition, Faults: s.faults})
	c.Seed()
	return c, `
      endpoint: ` + s.url + `/api
      api_key: demo-key
      secret: demo-secret
      datacenter: US-West-1
      default_image: debian7_64_base
      default_size: 1GB`, nil
}

func buildFlexi(s surroundings) (http.Handler, string, error) {
	c := flexiscalesim.New(flexiscalesim.Options{Transition: s.transition, Faults: s.faults})
	c.Seed()
	return c, fmt.Sprintf(`
      endpoint: %s
      username: demo
      password: demo-password
      default_image: "%d"
      default_size: small
      default_network: "%d"`, s.url, flexiscalesim.SeedImage, flexiscalesim.SeedVLAN), nil
}

func buildSun(s surroundings) (http.Handler, string, error) {
	c := suncloudsim.New(suncloudsim.Options{Transition: s.transition, Faults: s.faults})
	c.Seed()
	return c, `
      uri: ` + s.url + `
      user: demo
      password: demo-password
      default_image: Ubuntu 9.10
      default_network: front`, nil
}

func buildElastic(s surroundings) (http.Handler, string, error) {
	c := elastichostssim.New(elastichostssim.Options{Transition: s.transition, Faults: s.faults})
	c.Seed()
	return c, `
      uri: ` + s.url + `
      user: 2164ce57-591a-43ee-ade5-e2fe0ee13c3f
      key: secret
      default_image: ` + c.Image("Debian Linux 6.0 (Squeeze)") + `
      default_size: small`, nil
}

// running are the clouds of a demo under way, each served on a port of its own.
type running struct {
	chosen   []simulation
	servers  []*http.Server
	serving  sync.WaitGroup
	accounts strings.Builder   // as YAML
	urls     map[string]string // by account
}

// startClouds makes the chosen clouds with their estates and serves them.
func startClouds(ctx context.Context, chosen []simulation, transition time.Duration) (*running, error) {
	r := &running{chosen: chosen, urls: map[string]string{}}
	for _, s := range chosen {
		if err := r.start(ctx, s, transition); err != nil {
			r.close()
			return nil, fmt.Errorf("simulated %s: %w", s.title, err)
		}
	}
	return r, nil
}

// start answers for a cloud on a free loopback port until close. At /_faults it
// can be told to misbehave.
func (r *running) start(ctx context.Context, s simulation, transition time.Duration) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var faults fault.Plan
	url := "http://" + l.Addr().String()
	cloud, settings, err := s.build(surroundings{url, transition, &faults})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/", cloud)
	mux.Handle("/_faults", faults.Control())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	r.servers = append(r.servers, server)
	r.serving.Go(func() { _ = server.Serve(l) }) // ends by close, with ErrServerClosed
	r.urls[s.account] = url
	fmt.Fprintf(&r.accounts, `
  - name: %s
    cloud: %s
    rate: {per_second: 100, burst: 100}
    location: %s
    settings:%s`, s.account, s.cloud, s.place, settings)
	return nil
}

func (r *running) close() {
	for _, server := range r.servers {
		server.Close()
	}
	r.serving.Wait()
}
