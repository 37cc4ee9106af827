package openstack

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	ostack "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/subnets"
)

const networkURL = "/network/v2.0"

func TestNetworkLife(t *testing.T) {
	s := newSite(t, nil).login()
	r := s.want(201, "POST", networkURL+"/networks", `{"network":{"name":"n","description":"d"}}`)
	id := r.at(t, "network", "id").(string)
	r = s.want(201, "POST", networkURL+"/subnets", `{"subnet":{"network_id":"`+id+`","ip_version":4,"cidr":"10.7.0.0/29"}}`)
	subnet := r.at(t, "subnet").(object)
	if subnet["gateway_ip"] != "10.7.0.1" || subnet["enable_dhcp"] != true {
		t.Errorf("subnet %v", subnet)
	}
	pool := []any{object{"start": "10.7.0.2", "end": "10.7.0.6"}}
	if diff := cmp.Diff(pool, subnet["allocation_pools"]); diff != "" {
		t.Error(diff)
	}
	port := func(status int, fixed string) reply {
		return s.want(status, "POST", networkURL+"/ports", `{"port":{"network_id":"`+id+`"`+fixed+`}}`)
	}
	first := port(201, "").at(t, "port", "id").(string)
	if r := port(409, `,"fixed_ips":[{"ip_address":"10.7.0.2"}]`); !strings.Contains(r.text, "IpAddressAlreadyAllocated") {
		t.Error(r.text)
	}
	if r := port(400, `,"fixed_ips":[{"ip_address":"192.0.2.1"}]`); !strings.Contains(r.text, "InvalidIpForNetwork") {
		t.Error(r.text)
	}
	for range 4 { // .3 to .6
		port(201, "")
	}
	if r := port(409, ""); !strings.Contains(r.text, "IpAddressGenerationFailure") {
		t.Error(r.text)
	}
	r = s.want(409, "DELETE", networkURL+"/networks/"+id, "")
	if r.at(t, "NeutronError", "type") != "NetworkInUse" || !strings.Contains(r.text, first) {
		t.Error(r.text)
	}
	if r := s.want(409, "DELETE", networkURL+"/subnets/"+subnet["id"].(string), ""); !strings.Contains(r.text, "SubnetInUse") {
		t.Error(r.text)
	}
	for _, p := range s.Ports() {
		s.want(204, "DELETE", networkURL+"/ports/"+p.ID, "")
	}
	r = s.want(200, "PUT", networkURL+"/networks/"+id, `{"network":{"name":"m","admin_state_up":false}}`)
	if got := r.at(t, "network").(object); got["name"] != "m" || got["admin_state_up"] != false || got["description"] != "d" {
		t.Errorf("network %v", got)
	}
	s.want(204, "DELETE", networkURL+"/networks/"+id, "")
	s.want(404, "GET", networkURL+"/networks/"+id, "")
	if n := len(s.Subnets()); n != 0 {
		t.Errorf("%d subnets are left", n)
	}
}

func TestNeutronFilters(t *testing.T) {
	s := newSite(t, nil).login()
	one := s.AddNetwork(Network{Name: "one", Tags: []string{"a"}}, "10.1.0.0/24").ID
	two := s.AddNetwork(Network{Name: "two"}, "10.2.0.0/24").ID
	public := s.AddNetwork(Network{Name: "public", External: true}, "203.0.113.0/24").ID
	s.AddNetwork(Network{Name: "theirs", ProjectID: "other"}, "10.3.0.0/24")
	server := s.AddServer(Server{Name: "s"}, one, two).ID
	for path, want := range map[string]int{
		"/networks":                                          3,
		"/networks?router:external=true":                     1,
		"/networks?router:external=False":                    2,
		"/networks?name=one&name=two":                        2,
		"/networks?id=" + one + "&id=" + public:              2,
		"/networks?tags=a":                                   1,
		"/networks?not-tags=a":                               2,
		"/networks?bogus=1":                                  3,
		"/networks?status=DOWN":                              0,
		"/subnets":                                           2,
		"/subnets?network_id=" + one:                         1,
		"/ports?device_id=" + server:                         2,
		"/ports?network_id=" + two:                           1,
		"/ports?fixed_ips=ip_address=10.1.0.2":               1,
		"/ports?fixed_ips=ip_address=10.1.0.9":               0,
		"/ports?security_groups=" + s.SecurityGroups()[0].ID: 2,
	} {
		kind := strings.TrimPrefix(strings.Split(path, "?")[0], "/")
		if got := len(s.want(200, "GET", networkURL+path, "").at(t, kind).([]any)); got != want {
			t.Errorf("%s gives %d rows, want %d", path, got, want)
		}
	}
	got := s.want(200, "GET", networkURL+"/networks?name=one&fields=id&fields=name", "").at(t, "networks")
	if diff := cmp.Diff([]any{object{"id": one, "name": "one"}}, got); diff != "" {
		t.Error(diff)
	}
	r := s.want(200, "GET", networkURL+"/networks?limit=2", "")
	if !strings.Contains(r.text, `"rel":"previous"`) || !strings.Contains(r.text, `"rel":"next"`) {
		t.Errorf("no links: %s", r.text)
	}
	if r := s.want(200, "GET", networkURL+"/networks", ""); strings.Contains(r.text, "networks_links") {
		t.Errorf("links without a limit: %s", r.text)
	}
}

func TestNeutronRefuses(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Quotas = Quotas{Networks: 1, Subnets: 1, Ports: 1, FloatingIPs: 1, SecurityGroups: 2, GroupRules: 6}
	}).login()
	own := s.AddNetwork(Network{Name: "own"}, "10.0.0.0/24").ID
	public := s.AddNetwork(Network{Name: "public", External: true}, "203.0.113.0/24").ID
	s.want(201, "POST", networkURL+"/ports", `{"port":{"network_id":"`+own+`"}}`)
	s.want(201, "POST", networkURL+"/floatingips", `{"floatingip":{"floating_network_id":"`+public+`"}}`)
	group := s.want(201, "POST", networkURL+"/security-groups", `{"security_group":{"name":"g"}}`).at(t, "security_group", "id").(string)
	rule := `{"security_group_rule":{"security_group_id":"` + group + `","direction":"ingress","protocol":"tcp","port_range_min":22,"port_range_max":22}}`
	s.want(201, "POST", networkURL+"/security-group-rules", rule)
	for _, c := range []struct {
		method, path, body string
		status             int
		kind               string
	}{
		{"POST", "/networks", `junk`, 400, "HTTPBadRequest"},
		{"POST", "/networks", `{}`, 400, "HTTPBadRequest"},
		{"POST", "/networks", `{"network":{"name":"x"}}`, 409, "OverQuota"},
		{"POST", "/subnets", `{"subnet":{"network_id":"` + own + `","cidr":"10.9.0.0/24"}}`, 409, "OverQuota"},
		{"POST", "/subnets", `{"subnet":{"network_id":"` + own + `","cidr":"junk"}}`, 400, "InvalidInput"},
		{"POST", "/subnets", `{"subnet":{"network_id":"` + own + `","cidr":"10.0.0.128/25"}}`, 400, "InvalidInput"},
		{"POST", "/subnets", `{"subnet":{"network_id":"x","cidr":"10.9.0.0/24"}}`, 404, "NetworkNotFound"},
		{"POST", "/ports", `{"port":{"network_id":"` + own + `"}}`, 409, "OverQuota"},
		{"POST", "/floatingips", `{"floatingip":{"floating_network_id":"` + public + `"}}`, 409, "OverQuota"},
		{"POST", "/floatingips", `{"floatingip":{"floating_network_id":"` + own + `"}}`, 400, "BadRequest"},
		{"POST", "/floatingips", `{"floatingip":{}}`, 400, "HTTPBadRequest"},
		{"POST", "/security-groups", `{"security_group":{"name":"x"}}`, 409, "OverQuota"},
		{"POST", "/security-group-rules", rule, 409, "OverQuota"},
		{"DELETE", "/networks/" + public, "", 403, "PolicyNotAuthorized"},
		{"PUT", "/networks/" + public, `{"network":{"name":"x"}}`, 403, "PolicyNotAuthorized"},
		{"GET", "/networks/x", "", 404, "NetworkNotFound"},
		{"GET", "/subnets/x", "", 404, "SubnetNotFound"},
		{"GET", "/ports/x", "", 404, "PortNotFound"},
		{"GET", "/routers/x", "", 404, "RouterNotFound"},
		{"GET", "/floatingips/x", "", 404, "FloatingIPNotFound"},
		{"GET", "/security-groups/x", "", 404, "SecurityGroupNotFound"},
		{"PUT", "/networks/x/tags/t", "", 404, "TagResourceNotFound"},
	} {
		r := s.want(c.status, c.method, networkURL+c.path, c.body)
		if got := r.at(t, "NeutronError", "type"); got != c.kind {
			t.Errorf("%s %s is %v, want %s", c.method, c.path, got, c.kind)
		}
	}
}

func TestFloatingIP(t *testing.T) {
	s := newSite(t, nil).login()
	s.Furnish()
	ids := map[string]string{}
	for _, n := range s.Networks() {
		ids[n.Name] = n.ID
	}
	lonely := s.AddNetwork(Network{Name: "lonely"}, "10.9.0.0/24").ID
	server := s.AddServer(Server{Name: "a"}, ids["frontend"]).ID
	apart := s.AddServer(Server{Name: "b"}, lonely).ID
	port := func(server string) string { return s.portsOf(server)[0].ID }
	r := s.want(201, "POST", networkURL+"/floatingips", `{"floatingip":{"floating_network_id":"`+ids["public"]+`"}}`)
	made := r.at(t, "floatingip").(object)
	if made["status"] != "DOWN" || made["port_id"] != nil {
		t.Errorf("made %v", made)
	}
	path := networkURL + "/floatingips/" + made["id"].(string)
	mapTo := func(status int, port string) reply {
		return s.want(status, "PUT", path, `{"floatingip":{"port_id":`+port+`}}`)
	}
	if r := mapTo(404, `"`+port(apart)+`"`); !strings.Contains(r.text, "ExternalGatewayForFloatingIPNotFound") {
		t.Error(r.text)
	}
	mapTo(404, `"x"`)
	got := mapTo(200, `"`+port(server)+`"`).at(t, "floatingip").(object)
	if got["status"] != "ACTIVE" || got["fixed_ip_address"] != "192.168.10.2" || got["router_id"] == nil {
		t.Errorf("mapped %v", got)
	}
	r = s.want(200, "GET", serverURL+"/"+server, "")
	if got := r.at(t, "server", "addresses", "frontend", "1", "addr"); got != made["floating_ip_address"] {
		t.Errorf("the server shows %v", got)
	}
	mapTo(200, `null`)
	mapTo(200, `"`+port(server)+`"`)
	s.RemoveServer(server)
	if got := s.want(200, "GET", path, "").at(t, "floatingip", "status"); got != "DOWN" {
		t.Errorf("without its server it is %v", got)
	}
	s.want(204, "DELETE", path, "")
	s.want(404, "DELETE", path, "")
}

func TestInterfaces(t *testing.T) {
	s, flavor, _, network := furnished(t, nil)
	other := s.AddNetwork(Network{Name: "other"}, "10.1.0.0/24").ID
	server := s.AddServer(Server{Name: "a", FlavorID: flavor}, network).ID
	path := serverURL + "/" + server + "/os-interface"
	attach := func(status int, wish string) reply {
		return s.want(status, "POST", path, `{"interfaceAttachment":{`+wish+`}}`)
	}
	r := attach(200, `"net_id":"`+other+`","fixed_ips":[{"ip_address":"10.1.0.50"}]`)
	port := r.at(t, "interfaceAttachment", "port_id").(string)
	if got := r.at(t, "interfaceAttachment", "fixed_ips", "0", "ip_address"); got != "10.1.0.50" {
		t.Errorf("address %v", got)
	}
	attach(409, `"net_id":"`+other+`","fixed_ips":[{"ip_address":"10.1.0.50"}]`)
	attach(400, `"net_id":"`+other+`","fixed_ips":[{"ip_address":"192.0.2.1"}]`)
	attach(404, `"net_id":"`+server+`"`)
	if n := len(s.want(200, "GET", path, "").at(t, "interfaceAttachments").([]any)); n != 2 {
		t.Errorf("%d interfaces, want 2", n)
	}
	s.want(200, "GET", path+"/"+port, "")
	s.want(202, "DELETE", path+"/"+port, "")
	s.Pass(transition)
	s.want(404, "GET", path+"/"+port, "")
	s.want(202, "DELETE", path+"/x", "")

	own := s.want(201, "POST", networkURL+"/ports", `{"port":{"network_id":"`+other+`"}}`).at(t, "port", "id").(string)
	attach(200, `"port_id":"`+own+`"`)
	attach(409, `"port_id":"`+own+`"`)
	s.RemoveServer(server)
	if got := s.want(200, "GET", networkURL+"/ports/"+own, "").at(t, "port", "device_id"); got != "" {
		t.Errorf("a port that Nova did not make stays, free, not with %v", got)
	}
}

func TestNeutronTags(t *testing.T) {
	s := newSite(t, nil).login()
	path := networkURL + "/networks/" + s.AddNetwork(Network{Name: "n"}, "").ID + "/tags"
	s.want(200, "PUT", path, `{"tags":["b","a"]}`)
	s.want(201, "PUT", path+"/c", "")
	s.want(204, "DELETE", path+"/a", "")
	s.want(404, "DELETE", path+"/a", "")
	if diff := cmp.Diff([]any{"b", "c"}, s.want(200, "GET", path, "").at(t, "tags")); diff != "" {
		t.Error(diff)
	}
	for _, kind := range []string{"subnets", "ports", "routers", "floatingips", "security-groups", "nothing"} {
		s.want(404, "PUT", networkURL+"/"+kind+"/x/tags", `{"tags":[]}`)
	}
}

func TestSecurityGroups(t *testing.T) {
	s := newSite(t, nil).login()
	r := s.want(201, "POST", networkURL+"/security-groups", `{"security_group":{"name":"g"}}`)
	id := r.at(t, "security_group", "id").(string)
	rule := `{"security_group_rule":{"security_group_id":"` + id + `","direction":"ingress","protocol":"icmp"}}`
	s.want(201, "POST", networkURL+"/security-group-rules", rule)
	if r := s.want(409, "POST", networkURL+"/security-group-rules", rule); !strings.Contains(r.text, "SecurityGroupRuleExists") {
		t.Error(r.text)
	}
	s.AddServer(Server{Name: "a", SecurityGroups: []string{"g"}}, s.AddNetwork(Network{Name: "n"}, "10.0.0.0/24").ID)
	s.want(409, "DELETE", networkURL+"/security-groups/"+id, "")
	s.RemoveServer(s.Servers()[0].ID)
	s.want(204, "DELETE", networkURL+"/security-groups/"+id, "")
	left := s.SecurityGroups()
	if i := slices.IndexFunc(left, func(g SecurityGroup) bool { return g.Name == "default" }); i < 0 || len(left) != 1 {
		t.Errorf("left are %+v", left)
	}
	s.want(409, "DELETE", networkURL+"/security-groups/"+left[0].ID, "")
}

func TestNetworksThroughGophercloud(t *testing.T) {
	s := newSite(t, nil)
	s.Furnish()
	c := serviceClient(t, s.client(), ostack.NewNetworkV2)
	n, err := networks.Create(t.Context(), c, networks.CreateOpts{Name: "n"}).Extract()
	if err != nil {
		t.Fatal(err)
	}
	none := ""
	sub, err := subnets.Create(t.Context(), c, subnets.CreateOpts{NetworkID: n.ID, CIDR: "10.5.0.0/24", IPVersion: 4, GatewayIP: &none}).Extract()
	if err != nil || sub.GatewayIP != "" {
		t.Errorf("subnet %+v, error %v", sub, err)
	}
	public := all(t, networks.List(c, networks.ListOpts{Name: "public"}), networks.ExtractNetworks)[0]
	f, err := floatingips.Create(t.Context(), c, floatingips.CreateOpts{FloatingNetworkID: public.ID}).Extract()
	if err != nil || f.FloatingIP == "" {
		t.Errorf("floating address %+v, error %v", f, err)
	}
	if err := networks.Delete(t.Context(), c, n.ID).ExtractErr(); err != nil {
		t.Error(err)
	}
}
