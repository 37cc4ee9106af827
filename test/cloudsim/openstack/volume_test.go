package openstack

import (
	"strings"
	"testing"

	ostack "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/volumeattach"
)

const volumesURL = "/volume/v3/{project}/volumes"

// statusOf is a volume's status as Cinder shows it.
func (s *site) statusOf(id string) any {
	s.t.Helper()
	return s.want(200, "GET", volumesURL+"/"+id, "").at(s.t, "volume", "status")
}

func TestVolumeLife(t *testing.T) {
	s := newSite(t, nil).login()
	r := s.want(202, "POST", volumesURL, `{"volume":{"size":2,"name":"v","metadata":{"a":"b"}}}`)
	id := r.at(t, "volume", "id").(string)
	path := volumesURL + "/" + id
	steps := []struct {
		method, path, body string
		status             int
		meanwhile, finally string
	}{
		{"GET", path, "", 200, "creating", "available"},
		{"PUT", path, `{"volume":{"name":"w","metadata":{"c":"d"}}}`, 200, "available", "available"},
		{"POST", path + "/action", `{"os-extend":{"new_size":3}}`, 202, "extending", "available"},
		{"POST", path + "/action", `{"os-extend":{"new_size":3}}`, 400, "available", "available"},
		{"POST", path + "/metadata", `{"metadata":{"e":"f"}}`, 200, "available", "available"},
		{"DELETE", path + "/metadata/c", "", 200, "available", "available"},
		{"DELETE", path + "/metadata/c", "", 404, "available", "available"},
	}
	for _, step := range steps {
		s.want(step.status, step.method, step.path, step.body)
		if got := s.statusOf(id); got != step.meanwhile {
			t.Errorf("%s %s: %v, want %s", step.method, step.body, got, step.meanwhile)
		}
		s.Pass(transition)
		if got := s.statusOf(id); got != step.finally {
			t.Errorf("%s %s ends in %v, want %s", step.method, step.body, got, step.finally)
		}
	}
	if v := s.Volumes()[0]; v.Name != "w" || v.SizeGiB != 3 || len(v.Metadata) != 1 || v.Metadata["e"] != "f" {
		t.Errorf("volume %+v", v)
	}
	s.want(202, "DELETE", path, "")
	if got := s.statusOf(id); got != "deleting" {
		t.Errorf("meanwhile %v", got)
	}
	s.want(400, "DELETE", path, "")
	s.Pass(transition)
	s.want(404, "GET", path, "")
}

func TestVolumeRefused(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Quotas = Quotas{Volumes: 2, Gigabytes: 10} }).login()
	s.AddVolume(Volume{SizeGiB: 4})
	for body, c := range map[string]struct {
		status int
		words  string
	}{
		`junk`:                  {400, "Malformed request body"},
		`{"volume":{}}`:         {400, "size"},
		`{"volume":{"size":0}}`: {400, "0 is less than the minimum of 1"},
		`{"volume":{"size":1,"volume_type":"x"}}`:       {404, "Volume type with name x could not be found."},
		`{"volume":{"size":1,"availability_zone":"x"}}`: {400, "Availability zone 'x' is invalid."},
		`{"volume":{"size":7}}`:                         {413, "Requested 7G, quota is 10G and 4G has been consumed."},
	} {
		r := s.want(c.status, "POST", volumesURL, body)
		if !strings.Contains(r.text, c.words) {
			t.Errorf("%s says %s, want %q in it", body, r.text, c.words)
		}
		if c.status == 413 && r.Header.Get("Retry-After") != "0" {
			t.Errorf("Retry-After %q, want 0", r.Header.Get("Retry-After"))
		}
	}
	s.want(202, "POST", volumesURL, `{"volume":{"size":1}}`)
	r := s.want(413, "POST", volumesURL, `{"volume":{"size":1}}`)
	if !strings.Contains(r.text, "Maximum number of volumes allowed (2) exceeded") {
		t.Error(r.text)
	}
}

func TestAttach(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	server := s.AddServer(Server{Name: "a", FlavorID: flavor, ImageID: image}).ID
	volume := s.AddVolume(Volume{Name: "v"}).ID
	path := serverURL + "/" + server + "/os-volume_attachments"
	body := `{"volumeAttachment":{"volumeId":"` + volume + `"}}`

	r := s.want(200, "POST", path, body)
	if got := r.at(t, "volumeAttachment", "device"); got != "/dev/vdb" {
		t.Errorf("device %v", got)
	}
	if got := s.statusOf(volume); got != "attaching" {
		t.Errorf("meanwhile %v", got)
	}
	if r := s.want(400, "POST", path, body); !strings.Contains(r.text, "is already attached to instances: "+server) {
		t.Error(r.text)
	}
	s.want(400, "DELETE", path+"/"+volume, "")
	s.Pass(transition)
	shown := s.want(200, "GET", volumesURL+"/"+volume, "")
	if got := shown.at(t, "volume", "attachments", "0", "server_id"); got != server {
		t.Errorf("attached to %v", got)
	}
	if r := s.want(200, "GET", path, ""); r.at(t, "volumeAttachments", "0", "id") != volume {
		t.Errorf("before 2.89 the id is the volume's: %s", r.text)
	}
	now := s.want(200, "GET", path+"/"+volume, "", latest).at(t, "volumeAttachment").(object)
	if now["id"] != nil || now["attachment_id"] == nil || now["delete_on_termination"] != false {
		t.Errorf("2.93 shows %v", now)
	}
	s.want(400, "DELETE", volumesURL+"/"+volume, "")

	extend := `{"os-extend":{"new_size":9}}`
	s.want(400, "POST", volumesURL+"/"+volume+"/action", extend)
	s.want(202, "POST", volumesURL+"/"+volume+"/action", extend, "OpenStack-API-Version: volume 3.42")
	s.Pass(transition)
	if got := s.statusOf(volume); got != "in-use" {
		t.Errorf("after the extend %v", got)
	}

	s.want(202, "DELETE", path+"/"+volume, "")
	if got := s.statusOf(volume); got != "detaching" {
		t.Errorf("meanwhile %v", got)
	}
	s.Pass(transition)
	if got := s.statusOf(volume); got != "available" {
		t.Errorf("in the end %v", got)
	}
	s.want(404, "GET", path+"/"+volume, "")
	s.want(404, "DELETE", path+"/"+volume, "")
}

func TestAttachRefused(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	running := s.boot("a", flavor)
	building := s.AddServer(Server{Name: "b", FlavorID: flavor, VMState: "building"}).ID
	good := s.AddVolume(Volume{}).ID
	broken := s.AddVolume(Volume{Status: "error"}).ID
	for _, c := range []struct {
		server, volume string
		status         int
	}{
		{running, "x", 400},
		{running, running, 404},
		{running, broken, 400},
		{building, good, 409},
		{"x", good, 404},
	} {
		s.want(c.status, "POST", serverURL+"/"+c.server+"/os-volume_attachments", `{"volumeAttachment":{"volumeId":"`+c.volume+`"}}`)
	}
	if n := s.Volumes()[0].Status; n != "available" {
		t.Errorf("a refused attach left the volume %s", n)
	}
}

func TestVolumesThroughGophercloud(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	server := s.boot("a", flavor)
	p := s.client()
	cinder, nova := serviceClient(t, p, ostack.NewBlockStorageV3), serviceClient(t, p, ostack.NewComputeV2)
	v, err := volumes.Create(t.Context(), cinder, volumes.CreateOpts{Size: 1, Name: "v"}, nil).Extract()
	if err != nil {
		t.Fatal(err)
	}
	s.Pass(transition)
	if _, err := volumeattach.Create(t.Context(), nova, server, volumeattach.CreateOpts{VolumeID: v.ID}).Extract(); err != nil {
		t.Fatal(err)
	}
	s.Pass(transition)
	v, err = volumes.Get(t.Context(), cinder, v.ID).Extract()
	if err != nil || v.Status != "in-use" || v.Attachments[0].ServerID != server {
		t.Errorf("volume %+v, error %v", v, err)
	}
}

func TestCinderExtras(t *testing.T) {
	s := newSite(t, nil).login()
	s.AddVolume(Volume{SizeGiB: 7})
	if got := s.want(200, "GET", "/volume/v3/{project}/types", "").at(t, "volume_types", "0", "name"); got != "__DEFAULT__" {
		t.Errorf("type %v", got)
	}
	if got := s.want(200, "GET", "/volume/v3/{project}/limits", "").at(t, "limits", "absolute", "totalGigabytesUsed"); got != 7.0 {
		t.Errorf("used %v", got)
	}
	if got := s.want(200, "GET", "/volume/v3/{project}/os-availability-zone", "").at(t, "availabilityZoneInfo", "0", "zoneName"); got != "nova" {
		t.Errorf("zone %v", got)
	}
}
