package openstack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me"

func TestKeyPairs(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Quotas.KeyPairs = 2 }).login()
	const path = "/compute/v2.1/os-keypairs"
	r := s.want(200, "POST", path, `{"keypair":{"name":"made"}}`)
	if got := r.at(t, "keypair", "private_key").(string); !strings.Contains(got, "PRIVATE KEY") {
		t.Errorf("private key %q", got)
	}
	if r.at(t, "keypair", "type") != nil {
		t.Error("type is shown before 2.2")
	}
	r = s.want(201, "POST", path, `{"keypair":{"name":"mine","type":"ssh","public_key":"`+publicKey+`"}}`, latest)
	// as ssh-keygen -l -E md5 prints it
	if got := r.at(t, "keypair", "fingerprint"); got != "65:96:2d:fc:e8:d5:a9:11:64:0c:0f:ea:00:6e:5b:bd" {
		t.Errorf("fingerprint %v", got)
	}
	if got := s.want(200, "GET", path+"/mine", "", latest).at(t, "keypair", "public_key"); got != publicKey {
		t.Errorf("public key %v", got)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{"POST", path, `{"keypair":{"name":"mine","public_key":"` + publicKey + `"}}`, 409, "Key pair 'mine' already exists."},
		{"POST", path, `{"keypair":{"name":"third","public_key":"` + publicKey + `"}}`, 403, "Quota exceeded, too many key pairs."},
		{"POST", path, `{"keypair":{"name":"third"}}`, 400, "'public_key' is a required property"},
		{"GET", path + "/x", "", 404, "Keypair x not found for user " + s.UserID()},
		{"DELETE", path + "/x", "", 404, "Keypair x not found"},
		{"DELETE", path + "/made", "", 204, ""},
		{"POST", path, `{"keypair":{"name":"third","public_key":"junk"}}`, 400, "failed to generate fingerprint"},
	} {
		if r := s.want(c.status, c.method, c.path, c.body, latest); !strings.Contains(r.text, c.words) {
			t.Errorf("%s %s says %s, want %q", c.method, c.path, r.text, c.words)
		}
	}
	s.want(202, "DELETE", path+"/mine", "")
	if n := len(s.KeyPairs()); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

func TestServerMetadata(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	path := serverURL + "/" + s.boot("a", flavor) + "/metadata"
	for _, c := range []struct {
		method, path, body string
		status             int
		want               any
	}{
		{"POST", path, `{"metadata":{"a":"1","b":"2"}}`, 200, object{"a": "1", "b": "2"}},
		{"POST", path, `{"metadata":{"b":"3"}}`, 200, object{"a": "1", "b": "3"}},
		{"GET", path, ``, 200, object{"a": "1", "b": "3"}},
		{"PUT", path, `{"metadata":{"c":"4"}}`, 200, object{"c": "4"}},
	} {
		got := s.want(c.status, c.method, c.path, c.body).at(t, "metadata")
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: %s", c.method, c.body, diff)
		}
	}
	s.want(200, "PUT", path+"/d", `{"meta":{"d":"5"}}`)
	s.want(400, "PUT", path+"/d", `{"meta":{"e":"5"}}`)
	s.want(400, "POST", path, `{"metadata":{"e":5}}`)
	s.want(200, "GET", path+"/d", "")
	s.want(204, "DELETE", path+"/d", "")
	s.want(404, "GET", path+"/d", "")
	s.want(404, "DELETE", path+"/d", "")
}

func TestServerTags(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	path := serverURL + "/" + s.boot("a", flavor) + "/tags"
	s.want(404, "GET", path, "") // before 2.26
	s.want(200, "PUT", path, `{"tags":["b","a","b"]}`, latest)
	s.want(201, "PUT", path+"/c", "", latest)
	s.want(204, "PUT", path+"/c", "", latest)
	s.want(204, "GET", path+"/c", "", latest)
	s.want(204, "DELETE", path+"/a", "", latest)
	s.want(404, "DELETE", path+"/a", "", latest)
	s.want(404, "GET", path+"/a", "", latest)
	if diff := cmp.Diff([]any{"b", "c"}, s.want(200, "GET", path, "", latest).at(t, "tags")); diff != "" {
		t.Error(diff)
	}
	s.want(204, "DELETE", path, "", latest)
	if diff := cmp.Diff([]any{}, s.want(200, "GET", path, "", latest).at(t, "tags")); diff != "" {
		t.Error(diff)
	}
}

func TestFlavors(t *testing.T) {
	s := newSite(t, nil)
	s.AddFlavor(Flavor{ID: "f", Name: "gpu", VCPUs: 2, MemoryMiB: 64, ExtraSpecs: map[string]string{"pci": "a100"}})
	s.login()
	const path = "/compute/v2.1/flavors/f"
	old := s.want(200, "GET", path, "").at(t, "flavor").(object)
	if old["swap"] != "" || old["extra_specs"] != nil || old["description"] != nil {
		t.Errorf("2.1 shows %v", old)
	}
	now := s.want(200, "GET", path, "", latest).at(t, "flavor").(object)
	if diff := cmp.Diff(object{"pci": "a100"}, now["extra_specs"]); diff != "" || now["swap"] != 0.0 {
		t.Errorf("2.93 shows %v", now)
	}
	s.want(200, "GET", path+"/os-extra_specs", "")
	s.want(404, "GET", "/compute/v2.1/flavors/x", "")
}

func TestComputeLimits(t *testing.T) {
	s, _, _, _ := furnished(t, nil)
	s.boot("a", "m1.small")
	got := s.want(200, "GET", "/compute/v2.1/limits", "").at(t, "limits", "absolute").(object)
	for name, want := range map[string]float64{
		"maxTotalInstances": 50, "totalInstancesUsed": 1, "totalCoresUsed": 1, "totalRAMUsed": 1024,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	zone := s.want(200, "GET", "/compute/v2.1/os-availability-zone", "")
	if got := zone.at(t, "availabilityZoneInfo", "0", "zoneName"); got != "nova" {
		t.Errorf("zone %v", got)
	}
}
