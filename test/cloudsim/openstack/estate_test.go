package openstack

import (
	"strings"
	"sync"
	"testing"
)

func TestListingsOfASeededCloud(t *testing.T) {
	s := newSite(t, nil)
	s.Seed()
	s.login()
	for path, c := range map[string]struct {
		member string
		rows   int
	}{
		"/compute/v2.1/os-keypairs":       {"keypairs", 1},
		"/network/v2.0/routers":           {"routers", 1},
		"/network/v2.0/security-groups":   {"security_groups", 2},
		"/network/v2.0/floatingips":       {"floatingips", 5},
		"/network/v2.0/subnets":           {"subnets", 2},
		"/identity/v3/auth/projects":      {"projects", 1},
		"/compute/v2.1/os-keypairs?limit": {"keypairs", 1}, // not paged before 2.35
	} {
		if got := len(s.want(200, "GET", path, "").at(t, c.member).([]any)); got != c.rows {
			t.Errorf("%s gives %d rows, want %d", path, got, c.rows)
		}
	}
	r := s.want(200, "GET", "/compute/v2.1/os-keypairs?limit=1", "", latest)
	if got := r.at(t, "keypairs", "0", "keypair", "name"); got != "ops" {
		t.Errorf("key pair %v", got)
	}
	router := s.want(200, "GET", "/network/v2.0/routers", "").at(t, "routers", "0").(object)
	gateway := router["external_gateway_info"].(object)["external_fixed_ips"].([]any)[0].(object)
	if gateway["ip_address"] != "203.0.113.2" {
		t.Errorf("the router's outer address is %v", gateway)
	}
	s.want(200, "GET", "/network/v2.0/routers/"+router["id"].(string), "")
}

func TestSeedStates(t *testing.T) {
	s := newSite(t, nil)
	s.Seed()
	s.login()
	states := map[string]int{}
	mapped := 0
	for _, row := range s.want(200, "GET", serverURL+"/detail", "").at(t, "servers").([]any) {
		server := row.(object)
		states[server["status"].(string)]++
		for _, list := range server["addresses"].(object) {
			for _, a := range list.([]any) {
				if a.(object)["OS-EXT-IPS:type"] == "floating" {
					mapped++
				}
			}
		}
	}
	if states["ACTIVE"] < 5 || states["SHUTOFF"] == 0 || states["SUSPENDED"] == 0 || states["PAUSED"] == 0 || states["ERROR"] == 0 {
		t.Errorf("states %v", states)
	}
	if mapped != 3 {
		t.Errorf("%d servers have a floating address, want 3", mapped)
	}
	for _, f := range s.FloatingIPs() {
		if f.PortID == "" && f.FixedIP != "" {
			t.Errorf("%+v is mapped by half", f)
		}
	}
}

func TestChangesFromInside(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	id := s.boot("a", flavor)
	volume := s.AddVolume(Volume{}).ID
	if !s.ChangeServer(id, func(row *Server) { row.VMState = "frozen" }) {
		t.Fatal("the server is not there")
	}
	if got := s.states(id); got != "UNKNOWN frozen <nil>" {
		t.Errorf("state %s", got)
	}
	s.ChangeVolume(volume, func(v *Volume) { v.Status = "maintenance" })
	if got := s.statusOf(volume); got != "maintenance" {
		t.Errorf("volume %v", got)
	}
	if s.ChangeServer("x", func(*Server) {}) {
		t.Error("a server that does not exist was changed")
	}
	s.RevokeTokens()
	s.want(401, "GET", serverURL, "")
}

func TestLooksInsideAreCopies(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	s.AddServer(Server{Name: "a", FlavorID: flavor, Metadata: map[string]string{"k": "v"}})
	s.Servers()[0].Metadata["k"] = "changed"
	if got := s.Servers()[0].Metadata["k"]; got != "v" {
		t.Errorf("metadata %s", got)
	}
}

func TestSmallChanges(t *testing.T) {
	s, flavor, _, network := furnished(t, nil)
	s.AddServer(Server{Name: "a", FlavorID: flavor}, network)
	port := networkURL + "/ports/" + s.Ports()[0].ID
	r := s.want(200, "PUT", port, `{"port":{"name":"p","security_groups":[]}}`)
	if got := r.at(t, "port").(object); got["name"] != "p" || len(got["security_groups"].([]any)) != 0 {
		t.Errorf("port %v", got)
	}
	volume := volumesURL + "/" + s.AddVolume(Volume{Metadata: map[string]string{"a": "b"}}).ID
	if got := s.want(200, "GET", volume+"/metadata", "").at(t, "metadata", "a"); got != "b" {
		t.Errorf("metadata %v", got)
	}
	subnet := networkURL + "/subnets/" + s.Subnets()[0].ID
	s.want(200, "GET", subnet, "")
	s.want(204, "DELETE", port, "")
	s.want(204, "DELETE", subnet, "")
	s.want(404, "DELETE", subnet, "")
}

func TestManyClientsAtOnce(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	body := wish(`,"networks":"auto"`, "{flavor}", flavor, "{image}", image)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r := s.call("POST", serverURL, body, latest)
			s.call("GET", serverURL+"/detail", "", latest)
			s.call("GET", networkURL+"/ports", "")
			s.Pass(transition / 4)
			s.call("DELETE", serverURL+"/"+strings.TrimPrefix(r.Header.Get("Location"), s.url+serverURL+"/"), "")
			s.Servers()
		})
	}
	wg.Wait()
	s.Pass(transition)
	if servers, ports := len(s.Servers()), len(s.Ports()); servers != 0 || ports != 0 {
		t.Errorf("%d servers and %d ports are left", servers, ports)
	}
}
