package openstack_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/openstack"
)

const goodSettings = "auth_url: http://cloud.example:5000/v3\nusername: u\npassword: " + password + "\nproject_name: p\n"

// TestBadSettings are refused by New, with the key's name and no secret.
func TestBadSettings(t *testing.T) {
	for text, words := range map[string]string{
		"region: R\n":                                                                            "auth_url",
		"auth_url: http://x\n":                                                                   "username",
		goodSettings + "region: [1]\n":                                                           "line 5",
		goodSettings + "flavour: m1\n":                                                           "flavour",
		goodSettings + "interface: privat\n":                                                     "interface",
		goodSettings + "credentials: keychain\n":                                                 "credentials",
		goodSettings + "credentials: environment\ncloud: c\n":                                    "exclude",
		goodSettings + "clouds_file: f\n":                                                        "cloud",
		goodSettings + "cloud: c\nclouds_file: /does/not/exist\n":                                "not found",
		goodSettings + "images: ['[']\n":                                                         "patterns",
		goodSettings + "endpoints: {compute: nowhere}\n":                                         "endpoints.compute",
		"auth_url: http://x\nusername: u\nproject_name: p\n":                                     "password",
		"auth_url: http://x\nusername: u\npassword: " + password + "\n":                          "project_name",
		"auth_url: http://x/v2.0\nusername: u\npassword: " + password + "\nproject_name: p\n":    "v2.0",
		"auth_url: nowhere\nusername: u\npassword: " + password + "\nproject_name: p\n":          "auth_url",
		"auth_url: http://x\napplication_credential_id: a\n":                                     "application_credential_secret",
		"auth_url: http://x\napplication_credential_name: a\napplication_credential_secret: s\n": "username",
	} {
		_, err := openstack.New(settings(text), surroundings(http.DefaultClient))
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), password) {
			t.Errorf("settings\n%sgive %v, want an error that says %q", text, err, words)
		}
	}
}

// TestNewCallsNobody builds an adapter over a client that cannot send.
func TestNewCallsNobody(t *testing.T) {
	refuse := roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("New calls %s", r.URL)
		return nil, errors.New("no calls")
	})
	if _, err := openstack.New(settings(goodSettings), surroundings(&http.Client{Transport: refuse})); err != nil {
		t.Error(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestCloudsFile reads the entry it is told to, with the secret from the file
// beside it, whatever the environment says.
func TestCloudsFile(t *testing.T) {
	s := newSite(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "clouds.yaml"), `clouds:
  ours:
    region_name: RegionOne
    auth: {auth_url: "`+s.URL+`/identity", username: demo, project_name: demo, user_domain_name: Default, project_domain_id: default}
  unchecked:
    verify: false
    auth: {auth_url: "`+s.URL+`/identity", username: demo, password: x, project_name: demo, user_domain_name: Default, project_domain_id: default}
`)
	write(t, filepath.Join(dir, "secure.yaml"), "clouds: {ours: {auth: {password: "+password+"}}}\n")
	for name, value := range map[string]string{"OS_CLOUD": "other", "OS_REGION_NAME": "Elsewhere", "OS_INTERFACE": "admin", "OS_PASSWORD": "wrong"} {
		t.Setenv(name, value)
	}
	file := "clouds_file: " + filepath.Join(dir, "clouds.yaml") + "\n"
	id, err := s.adapter(t, file+"cloud: ours\n").Identity(t.Context())
	if err != nil || id.Region != "RegionOne" || id.Account != s.ProjectID() {
		t.Errorf("from clouds.yaml: %+v, %v", id, err)
	}
	_, err = openstack.New(settings(file+"cloud: unchecked\n"), surroundings(http.DefaultClient))
	if !errors.Is(err, providers.ErrInvalid) || !strings.Contains(err.Error(), "verify") {
		t.Errorf("verify: false is taken: %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEnvironment reads an openrc's variables only when it is told to.
func TestEnvironment(t *testing.T) {
	s := newSite(t)
	for name, value := range map[string]string{
		"OS_AUTH_URL": s.URL + "/identity/v3", "OS_USERNAME": "demo", "OS_PASSWORD": password, "OS_PROJECT_NAME": "demo",
		"OS_REGION_NAME": "RegionOne", "OS_ENDPOINT_TYPE": "publicURL",
	} {
		t.Setenv(name, value)
	}
	p := s.adapter(t, "credentials: environment\n")
	if _, err := p.Networks(t.Context()); err != nil {
		t.Errorf("from the environment: %v", err)
	}
	_, err := openstack.New(settings("region: RegionOne\n"), surroundings(http.DefaultClient))
	if !errors.Is(err, providers.ErrInvalid) {
		t.Errorf("without credentials in the settings: %v, want invalid", err)
	}
}

// TestCatalogueOffersWhatTheSettingsSay narrows images and flavors by name, but
// keeps the project's own images.
func TestCatalogueOffersWhatTheSettingsSay(t *testing.T) {
	s := newStub(t)
	s.paths["GET /image/v2/images"] = says(http.StatusOK, `{"images": [
		{"id": "1", "name": "ubuntu-24", "status": "active", "owner": "x", "architecture": "x86_64"}, {"id": "2", "name": "fedora", "status": "active", "owner": "x"},
		{"id": "3", "name": "saved", "status": "saving", "owner": "p1"}, {"id": "4", "name": "ubuntu-kernel", "status": "active", "owner": "x", "disk_format": "aki"},
		{"id": "5", "name": "ubuntu-old", "status": "deactivated", "owner": "x"}, {"id": "6", "name": "ubuntu-bad", "status": "killed", "owner": "x"}]}`)
	s.paths["GET /compute/v2.1/flavors/detail"] = says(http.StatusOK, `{"flavors": [
		{"id": "f1", "name": "m1.tiny", "vcpus": 1, "ram": 512, "disk": 1}, {"id": "f2", "name": "g1.huge", "vcpus": 64, "ram": 1}, {"id": "f3", "name": "m1.off", "OS-FLV-DISABLED:disabled": true}]}`)
	s.paths["GET /compute/v2.1/os-availability-zone"] = says(http.StatusOK, `{"availabilityZoneInfo": [{"zoneName": "a", "zoneState": {"available": true}}, {"zoneName": "b", "zoneState": {"available": false}}]}`)
	c, err := s.adapter(t, "images: [ubuntu-*]", "flavors: [m1.*]").Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, i := range c.Images {
		seen = append(seen, i.Name+" "+string(i.State)+" "+string(i.Architecture))
	}
	for _, f := range c.Sizes {
		seen = append(seen, f.ID)
	}
	for _, z := range c.Zones {
		if z.Available {
			seen = append(seen, z.ID)
		}
	}
	if got, want := strings.Join(seen, ", "), "ubuntu-24 ready x64, saved pending , ubuntu-bad failed , m1.tiny, a"; got != want {
		t.Errorf("the catalogue offers %s, want %s", got, want)
	}
}
