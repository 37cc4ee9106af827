package openstack

import (
	"testing"
)

func TestServerComesUp(t *testing.T) {
	s, flavor, image, network := furnished(t, nil)
	r := s.want(202, "POST", "/compute/v2.1/servers", `{"server":{"name":"web","flavorRef":"`+flavor+
		`","imageRef":"`+image+`","networks":[{"uuid":"`+network+`"}],"metadata":{"a":"b"},"tags":["y","x"]}}`,
		"OpenStack-API-Version: compute 2.93")
	id := r.at(t, "server", "id").(string)
	if want := s.url + "/compute/v2.1/servers/" + id; r.Header.Get("Location") != want {
		t.Errorf("Location %s, want %s", r.Header.Get("Location"), want)
	}
	path := "/compute/v2.1/servers/" + id
	if got := s.want(200, "GET", path, "").at(t, "server", "status"); got != "BUILD" {
		t.Errorf("status %v, want BUILD", got)
	}
	s.wait(transition)
	r = s.want(200, "GET", path, "", "OpenStack-API-Version: compute 2.93")
	if got := r.at(t, "server", "status"); got != "ACTIVE" {
		t.Errorf("status %v, want ACTIVE", got)
	}
	if got := r.at(t, "server", "addresses", "private", "0", "addr"); got != "10.0.0.2" {
		t.Errorf("address %v", got)
	}
	if got := r.at(t, "server", "flavor", "original_name"); got != "m1.tiny" {
		t.Errorf("flavor %v", got)
	}
}
