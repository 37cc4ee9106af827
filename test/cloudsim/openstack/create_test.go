package openstack

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	ostack "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
)

// wish is a create's body: name, flavor and image are filled in, {…} replaced.
func wish(more string, names ...string) string {
	body := `{"server":{"name":"a","flavorRef":"{flavor}","imageRef":"{image}"` + more + `}}`
	return strings.NewReplacer(names...).Replace(body)
}

func TestCreateRefused(t *testing.T) {
	s, flavor, image, network := furnished(t, func(o *Options) { o.Quotas = Quotas{Instances: 3, Cores: 2} })
	s.AddFlavor(Flavor{ID: "big", VCPUs: 3, MemoryMiB: 64, DiskGiB: 1})
	bare := s.AddNetwork(Network{Name: "bare"}, "").ID
	needy := s.AddImage(Image{Name: "needy", MinMemoryMiB: 4096}).ID
	saving := s.AddImage(Image{Name: "saving", Status: "saving"}).ID
	taken := s.AddServer(Server{Name: "b", FlavorID: flavor}, network)
	names := []string{
		"{flavor}", flavor, "{image}", image, "{net}", network, "{bare}", bare,
		"{needy}", needy, "{saving}", saving, "{port}", s.portsOf(taken.ID)[0].ID,
	}
	const none = `,"networks":"none"`
	for _, c := range []struct {
		version, body string
		status        int
		words         string
	}{
		{"2.1", `junk`, 400, "Malformed request body"},
		{"2.1", `{}`, 400, "'server' is a required property"},
		{"2.1", `{"server":{}}`, 400, "'name' is a required property"},
		{"2.1", `{"server":{"name":"a"}}`, 400, "'flavorRef' is a required property"},
		{"2.1", `{"server":{"name":"a","flavorRef":"{flavor}"}}`, 400, "Missing imageRef attribute"},
		{"2.37", wish(``), 400, "'networks' is a required property"},
		{"2.36", wish(`,"networks":"auto"`), 400, "is not of type 'array'"},
		{"2.51", wish(none + `,"tags":["x"]`), 400, "Additional properties are not allowed ('tags' was unexpected)"},
		{"2.93", strings.Replace(wish(none), "{flavor}", "x", 1), 400, "Flavor x could not be found."},
		{"2.93", strings.Replace(wish(none), "{image}", "x", 1), 400, "Can not find requested image"},
		{"2.93", strings.Replace(wish(none), "{image}", "{needy}", 1), 400, "memory is too small"},
		{"2.93", strings.Replace(wish(none), "{image}", "{saving}", 1), 400, "is not active"},
		{"2.93", wish(none + `,"key_name":"x"`), 400, "Invalid key_name provided."},
		{"2.93", wish(none + `,"availability_zone":"mars"`), 400, "The requested availability zone is not available"},
		{"2.93", wish(none + `,"security_groups":[{"name":"x"}]`), 400, "Unable to find security_group with name or id 'x'"},
		{"2.93", wish(none + `,"metadata":{"a":1}`), 400, "Invalid input"},
		{"2.93", wish(`,"networks":[{"uuid":"x"}]`), 400, "network uuid is not in proper format (x)"},
		{"2.93", wish(`,"networks":[{"uuid":"{image}"}]`), 400, "could not be found"},
		{"2.93", wish(`,"networks":[{"uuid":"{bare}"}]`), 400, "requires a subnet"},
		{"2.93", wish(`,"networks":[{"port":"{image}"}]`), 400, "could not be found"},
		{"2.93", wish(`,"networks":[{"port":"{port}"}]`), 409, "still in use"},
		{"2.93", wish(`,"networks":[{"uuid":"{net}","fixed_ip":"10.0.0.2"}]`), 400, "already in use"},
		{"2.93", wish(`,"networks":"auto"`), 409, "Multiple possible networks found"},
		{"2.1", wish(``), 409, "Multiple possible networks found"},
		{"2.93", wish(none + `,"block_device_mapping_v2":[{"source_type":"volume","uuid":"x"}]`), 400, "failed to get volume x"},
		{"2.93", wish(none + `,"min_count":3`), 403, "Quota exceeded for instances: Requested 3, but already used 1 of 3 instances"},
		{"2.93", strings.Replace(wish(none), "{flavor}", "big", 1), 403, "Quota exceeded for cores: Requested 3, but already used 1 of 2 cores"},
	} {
		body := strings.NewReplacer(names...).Replace(c.body)
		r := s.want(c.status, "POST", serverURL, body, "OpenStack-API-Version: compute "+c.version)
		if !strings.Contains(r.text, c.words) {
			t.Errorf("%s\nsays %s, want %q in it", body, r.text, c.words)
		}
	}
	if n := len(s.Servers()); n != 1 {
		t.Errorf("refused creates left %d servers behind", n-1)
	}
}

func TestNetworksOfAServer(t *testing.T) {
	s, flavor, image, network := furnished(t, nil)
	for _, c := range []struct{ networks, ip string }{
		{`"none"`, ""},
		{`"auto"`, "10.0.0.2"},
		{`[{"uuid":"` + network + `"}]`, "10.0.0.3"},
		{`[{"uuid":"` + network + `","fixed_ip":"10.0.0.77"}]`, "10.0.0.77"},
	} {
		r := s.want(202, "POST", serverURL, wish(`,"networks":`+c.networks, "{flavor}", flavor, "{image}", image), latest)
		id := r.at(t, "server", "id").(string)
		ip := ""
		for _, p := range s.Ports() {
			if p.DeviceID == id {
				ip += p.FixedIPs[0].IP
			}
		}
		if ip != c.ip {
			t.Errorf("%s gives %q, want %q", c.networks, ip, c.ip)
		}
	}
	s.AddNetwork(Network{Name: "second"}, "10.1.0.0/24")
	s.want(409, "POST", serverURL, wish(``, "{flavor}", flavor, "{image}", image))
}

func TestBuildsThatFail(t *testing.T) {
	s, flavor, image, network := furnished(t, nil)
	s.AddFlavor(Flavor{ID: "huge", DiskGiB: 1 << 20})
	public := s.AddNetwork(Network{Name: "public", External: true}, "203.0.113.0/24").ID
	for body, words := range map[string]string{
		wish(`,"networks":"none"`, "{flavor}", "huge"):                          "No valid host was found. ",
		wish(`,"networks":[{"uuid":"` + public + `"}]`):                         "Failed to allocate the network(s)",
		wish(`,"networks":[{"uuid":"` + network + `","fixed_ip":"192.0.2.1"}]`): "Fixed IP 192.0.2.1 is not a valid ip address",
	} {
		body = strings.NewReplacer("{flavor}", flavor, "{image}", image).Replace(body)
		id := s.want(202, "POST", serverURL, body, latest).at(t, "server", "id").(string)
		s.Pass(transition)
		r := s.want(200, "GET", serverURL+"/"+id, "")
		if got := r.at(t, "server", "status"); got != "ERROR" {
			t.Errorf("%s ends in %v", body, got)
		}
		if got := r.at(t, "server", "fault", "message").(string); !strings.Contains(got, words) {
			t.Errorf("%s says %q, want %q in it", body, got, words)
		}
		r = s.want(409, "POST", serverURL+"/"+id+"/action", `{"os-start":null}`)
		if !strings.Contains(r.text, "is not ready") {
			t.Errorf("start says %s", r.text)
		}
		s.want(204, "DELETE", serverURL+"/"+id, "")
		s.want(404, "GET", serverURL+"/"+id, "") // it never had a host that would have to clean up
	}
}

// TestSchedulingTakesTime tells what is to come of a server that no host takes only
// when the scheduler has looked, and that a server has a host before it runs.
func TestSchedulingTakesTime(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	s.AddFlavor(Flavor{ID: "huge", DiskGiB: 1 << 20})
	var ids []string
	for _, f := range []string{flavor, "huge"} {
		r := s.want(202, "POST", serverURL, wish(`,"networks":"none"`, "{flavor}", f, "{image}", image), latest)
		ids = append(ids, r.at(t, "server", "id").(string))
	}
	for _, want := range [][]string{
		{"BUILD scheduling", "BUILD scheduling"},
		{"BUILD spawning", "BUILD scheduling"},
		{"ACTIVE <nil>", "ERROR <nil>"},
	} {
		for i, id := range ids {
			r := s.want(200, "GET", serverURL+"/"+id, "")
			if got := fmt.Sprint(r.at(t, "server", "status"), " ", r.at(t, "server", "OS-EXT-STS:task_state")); got != want[i] {
				t.Errorf("server %d is %s, want %s", i+1, got, want[i])
			}
		}
		s.Pass(transition / 2)
	}
}

func TestManyServersAtOnce(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	s.want(202, "POST", serverURL, wish(`,"networks":"none","min_count":2,"max_count":3`, "{flavor}", flavor, "{image}", image), latest)
	for i, server := range s.Servers() {
		if want := fmt.Sprintf("a-%d", i+1); server.Name != want {
			t.Errorf("name %s, want %s", server.Name, want)
		}
	}
	if n := len(s.Servers()); n != 3 {
		t.Errorf("%d servers, want 3", n)
	}
}

func TestBootFromVolume(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	kept := s.AddVolume(Volume{Name: "kept", SizeGiB: 5}).ID
	body := `{"server":{"name":"a","flavorRef":"` + flavor + `","networks":"none","block_device_mapping_v2":[` +
		`{"boot_index":0,"uuid":"` + image + `","source_type":"image","destination_type":"volume","volume_size":3,"delete_on_termination":true},` +
		`{"boot_index":-1,"uuid":"` + kept + `","source_type":"volume","destination_type":"volume"}]}}`
	id := s.want(202, "POST", serverURL, body, latest).at(t, "server", "id").(string)
	s.Pass(transition)
	r := s.want(200, "GET", serverURL+"/"+id, "")
	if got := r.at(t, "server", "image"); got != "" {
		t.Errorf("image %v, want an empty text", got)
	}
	if got := s.Volumes(); len(got) != 2 || got[1].Status != "in-use" || got[1].SizeGiB != 3 || got[1].Device != "/dev/vda" {
		t.Errorf("volumes %+v", got)
	}
	s.want(204, "DELETE", serverURL+"/"+id, "")
	s.Pass(transition)
	if got := s.Volumes(); len(got) != 1 || got[0].ID != kept || got[0].Status != "available" {
		t.Errorf("after the delete the volumes are %+v", got)
	}
}

func TestCreateThroughGophercloud(t *testing.T) {
	s, flavor, image, network := furnished(t, nil)
	compute := serviceClient(t, s.client(), ostack.NewComputeV2)
	compute.Microversion = "2.69"
	const public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDIhz2GK/XCUj4i6Q5yQJNL1MKMY0RxzPV2QrBqfHrDq me"
	if _, err := keypairs.Create(t.Context(), compute, keypairs.CreateOpts{Name: "k", Type: "ssh", PublicKey: public}).Extract(); err != nil {
		t.Fatal(err)
	}
	opts := keypairs.CreateOptsExt{KeyName: "k", CreateOptsBuilder: servers.CreateOpts{
		Name: "a", FlavorRef: flavor, ImageRef: image, UserData: []byte("#!/bin/sh"), Metadata: map[string]string{"t": "1"},
		Tags: []string{"x"}, SecurityGroups: []string{"default"}, Networks: []servers.Network{{UUID: network}},
	}}
	made, err := servers.Create(t.Context(), compute, opts, nil).Extract()
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(transition)
	if err := servers.WaitForStatus(t.Context(), compute, made.ID, "ACTIVE"); err != nil {
		t.Fatal(err)
	}
	got, _ := s.Server(made.ID)
	if got.UserData != base64.StdEncoding.EncodeToString([]byte("#!/bin/sh")) || got.KeyName != "k" || got.Metadata["t"] != "1" {
		t.Errorf("made %+v", got)
	}
	_, err = servers.Get(t.Context(), compute, "x").Extract()
	if !gophercloud.ResponseCodeIs(err, 404) {
		t.Errorf("got %v, want a 404", err)
	}
}
