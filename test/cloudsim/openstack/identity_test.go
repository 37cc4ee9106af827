package openstack

import (
	"net/http"
	"strings"
	"testing"
	"time"

	ostack "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"occigate/test/cloudsim/fault"
)

const scope = `,"scope":{"project":{"name":"demo","domain":{"id":"default"}}}`

func TestLogin(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.ApplicationCredential = ApplicationCredential{ID: "ac1", Name: "robot", Secret: "s3"}
	})
	s.login()
	user := `"user":{"name":"demo","domain":{"name":"Default"}`
	for name, c := range map[string]struct {
		auth   string
		status int
		scoped bool
	}{
		"password unscoped":        {`"methods":["password"],"password":{` + user + `,"password":"secret"}}}`, 201, false},
		"password by user id":      {`"methods":["password"],"password":{"user":{"id":"` + s.UserID() + `","password":"secret"}}}` + scope, 201, true},
		"project by id":            {`"methods":["token"],"token":{"id":"` + s.token + `"}},"scope":{"project":{"id":"` + s.ProjectID() + `"}}`, 201, true},
		"wrong password":           {`"methods":["password"],"password":{` + user + `,"password":"nope"}}}` + scope, 401, false},
		"wrong domain":             {`"methods":["password"],"password":{"user":{"name":"demo","domain":{"name":"x"},"password":"secret"}}}` + scope, 401, false},
		"other project":            {`"methods":["password"],"password":{` + user + `,"password":"secret"}}},"scope":{"project":{"name":"x","domain":{"id":"default"}}}`, 401, false},
		"credential by id":         {`"methods":["application_credential"],"application_credential":{"id":"ac1","secret":"s3"}}`, 201, true},
		"credential by name":       {`"methods":["application_credential"],"application_credential":{"name":"robot","secret":"s3",` + user + `}}}`, 201, true},
		"credential without user":  {`"methods":["application_credential"],"application_credential":{"name":"robot","secret":"s3"}}`, 401, false},
		"credential, wrong secret": {`"methods":["application_credential"],"application_credential":{"id":"ac1","secret":"x"}}`, 401, false},
		"unknown method":           {`"methods":["totp"]}`, 401, false},
		"wrong token":              {`"methods":["token"],"token":{"id":"x"}}` + scope, 401, false},
		"no method":                {`"methods":[]}`, 400, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.call("POST", "/identity/v3/auth/tokens", `{"auth":{"identity":{`+c.auth+`}}`)
			if r.StatusCode != c.status {
				t.Fatalf("status %d, want %d: %s", r.StatusCode, c.status, r.text)
			}
			if c.status != 201 {
				if r.at(t, "error", "message") == "" || r.Header.Get("X-Subject-Token") != "" {
					t.Errorf("no message, or a token: %s", r.text)
				}
				return
			}
			if got := r.at(t, "token", "catalog") != nil; got != c.scoped {
				t.Errorf("has a catalogue: %v, want %v", got, c.scoped)
			}
		})
	}
}

func TestCatalogueFollowsTheHost(t *testing.T) {
	s := newSite(t, nil).login()
	want := map[string]string{
		"identity": s.url + "/identity/v3", "compute": s.url + "/compute/v2.1", "image": s.url + "/image",
		"volumev3": s.url + "/volume/v3/" + s.ProjectID(), "network": s.url + "/network",
	}
	for _, entry := range s.want(200, "GET", "/identity/v3/auth/catalog", "").at(t, "catalog").([]any) {
		e := entry.(object)
		kind := e["type"].(string)
		if got := e["endpoints"].([]any)[0].(object)["url"]; got != want[kind] {
			t.Errorf("%s at %v, want %s", kind, got, want[kind])
		}
		delete(want, kind)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestTokenLife(t *testing.T) {
	s := newSite(t, func(o *Options) { o.TokenLife = time.Minute }).login()
	first := s.token
	s.want(200, "GET", "/compute/v2.1/servers", "")
	s.Pass(59 * time.Second)
	r := s.want(201, "POST", "/identity/v3/auth/tokens",
		`{"auth":{"identity":{"methods":["token"],"token":{"id":"`+first+`"}}`+scope+`}}`)
	if got := r.at(t, "token", "expires_at"); got != "2026-03-01T12:01:00.000000Z" {
		t.Errorf("a token made from another lives until %v, longer than that", got)
	}
	s.Pass(time.Second)
	for _, path := range []string{"/compute/v2.1/servers", "/image/v2/images", "/volume/v3/{project}/volumes", "/network/v2.0/networks", "/identity/v3/auth/projects"} {
		r := s.want(401, "GET", path, "")
		if !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), `Keystone uri="http://127.0.0.1:`) {
			t.Errorf("%s: challenge %q", path, r.Header.Get("WWW-Authenticate"))
		}
	}
}

func TestRevoke(t *testing.T) {
	s := newSite(t, nil).login()
	subject := "X-Subject-Token: " + s.token
	s.want(200, "HEAD", "/identity/v3/auth/tokens", "", subject)
	r := s.want(200, "GET", "/identity/v3/auth/tokens", "", subject)
	if got := r.at(t, "token", "project", "id"); got != s.ProjectID() {
		t.Errorf("project %v, want %s", got, s.ProjectID())
	}
	s.want(404, "GET", "/identity/v3/auth/tokens", "", "X-Subject-Token: x")
	s.want(204, "DELETE", "/identity/v3/auth/tokens", "", subject)
	s.want(401, "GET", "/network/v2.0/networks", "")
	if n := s.Tokens(); n != 0 {
		t.Errorf("%d tokens are valid", n)
	}
}

func TestOtherProjectInPath(t *testing.T) {
	s := newSite(t, nil).login()
	s.want(404, "GET", "/volume/v3/0123/volumes/detail", "")
}

func TestGophercloudLogsInAgain(t *testing.T) {
	s := newSite(t, nil)
	compute := serviceClient(t, s.client(), ostack.NewComputeV2)
	s.plan.Set(fault.Fault{Kind: fault.Expire, Call: "GET /servers/detail", Times: 1})
	if _, err := servers.List(compute, nil).AllPages(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.plan.Calls()["POST /auth/tokens"]; got != 2 {
		t.Errorf("%d logins, want 2", got)
	}
	if got := s.plan.Calls()["GET /servers/detail"]; got != 2 {
		t.Errorf("%d listings, want 2", got)
	}
}

func TestVersionDocuments(t *testing.T) {
	s := newSite(t, nil)
	for path, status := range map[string]int{
		"/identity": 300, "/identity/v3": 200, "/identity/v3/": 200, "/compute/": 200, "/compute/v2.1/": 200,
		"/image/": 300, "/volume/": 300, "/volume/v3/": 200, "/network/": 200, "/network/v2.0/": 200,
		"/nothing": 404, "/compute/v2.1/nothing": 404,
	} {
		r := s.want(status, "GET", path, "")
		if status != 404 && !strings.Contains(r.text, s.url) {
			t.Errorf("%s has no link to %s: %s", path, s.url, r.text)
		}
	}
}

func TestMicroversions(t *testing.T) {
	s := newSite(t, nil).login()
	const v, old = "OpenStack-API-Version: ", "X-OpenStack-Nova-API-Version: "
	for _, c := range []struct {
		path, header string
		status       int
		shown        string
	}{
		{"/compute/v2.1/servers", "", 200, "compute 2.1"},
		{"/compute/v2.1/servers", v + "compute 2.93", 200, "compute 2.93"},
		{"/compute/v2.1/servers", v + "volume 3.9, compute 2.47", 200, "compute 2.47"},
		{"/compute/v2.1/servers", v + "compute latest", 200, "compute 2.93"},
		{"/compute/v2.1/servers", old + "2.12", 200, "compute 2.12"},
		{"/compute/v2.1/servers", v + "compute 2.94", 406, ""},
		{"/compute/v2.1/servers", v + "compute 2.0", 406, ""},
		{"/compute/v2.1/servers", v + "compute 3.1", 406, ""},
		{"/compute/v2.1/servers", v + "compute abc", 400, ""},
		{"/volume/v3/{project}/volumes", v + "compute 2.93", 200, "volume 3.0"},
		{"/volume/v3/{project}/volumes", v + "volume 3.42", 200, "volume 3.42"},
		{"/volume/v3/{project}/volumes", v + "volume 3.71", 406, ""},
		{"/network/v2.0/networks", v + "network 9.9", 200, ""},
	} {
		r := s.want(c.status, "GET", c.path, "", c.header)
		if got := r.Header.Get("OpenStack-API-Version"); c.status == http.StatusOK && got != c.shown {
			t.Errorf("%s with %q says %q, want %q", c.path, c.header, got, c.shown)
		}
	}
}
