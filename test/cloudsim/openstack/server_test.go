package openstack

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	latest    = "OpenStack-API-Version: compute 2.93"
	serverURL = "/compute/v2.1/servers"
)

// boot adds a running server.
func (s *site) boot(name, flavor string) string {
	return s.AddServer(Server{Name: name, FlavorID: flavor}).ID
}

// states are what a server shows: status, vm_state and task_state.
func (s *site) states(id string) string {
	s.t.Helper()
	r := s.want(200, "GET", serverURL+"/"+id, "")
	return fmt.Sprint(r.at(s.t, "server", "status"), " ", r.at(s.t, "server", "OS-EXT-STS:vm_state"), " ",
		r.at(s.t, "server", "OS-EXT-STS:task_state"))
}

func TestServerComesUp(t *testing.T) {
	s, flavor, image, network := furnished(t, nil)
	r := s.want(202, "POST", serverURL, `{"server":{"name":"web","flavorRef":"`+flavor+
		`","imageRef":"`+image+`","networks":[{"uuid":"`+network+`"}],"metadata":{"a":"b"},"tags":["y","x"]}}`, latest)
	id := r.at(t, "server", "id").(string)
	if want := s.url + serverURL + "/" + id; r.Header.Get("Location") != want {
		t.Errorf("Location %s, want %s", r.Header.Get("Location"), want)
	}
	for _, want := range []string{"BUILD building scheduling", "BUILD building spawning", "ACTIVE active <nil>"} {
		if got := s.states(id); got != want {
			t.Errorf("state %s, want %s", got, want)
		}
		s.Pass(transition / 2)
	}
	got := s.want(200, "GET", serverURL+"/"+id, "", latest).at(t, "server").(object)
	for name, want := range map[string]any{
		"metadata": object{"a": "b"}, "tags": []any{"x", "y"}, "tenant_id": s.ProjectID(), "locked": false,
		"OS-EXT-AZ:availability_zone": "nova", "security_groups": []any{object{"name": "default"}},
		"created": "2026-03-01T12:00:00Z", "OS-SRV-USG:launched_at": "2026-03-01T12:00:10.000000",
		"addresses": object{"private": []any{object{
			"addr": "10.0.0.2", "version": 4.0, "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": s.Ports()[0].MAC,
		}}},
		"flavor": object{
			"original_name": "m1.tiny", "vcpus": 1.0, "ram": 512.0, "disk": 1.0, "ephemeral": 0.0, "swap": 0.0,
			"extra_specs": object{},
		},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFieldsByMicroversion(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	id := s.boot("a", flavor)
	for version, c := range map[string]struct{ has, lacks []string }{
		"2.1":  {[]string{"flavor"}, []string{"locked", "description", "tags"}},
		"2.9":  {[]string{"locked"}, []string{"description", "tags"}},
		"2.26": {[]string{"locked", "description", "tags"}, []string{"locked_reason"}},
		"2.90": {[]string{"locked_reason", "OS-EXT-SRV-ATTR:hostname"}, nil},
	} {
		got := s.want(200, "GET", serverURL+"/"+id, "", "OpenStack-API-Version: compute "+version).at(t, "server").(object)
		for _, name := range c.has {
			if _, ok := got[name]; !ok {
				t.Errorf("%s has no %s", version, name)
			}
		}
		for _, name := range c.lacks {
			if _, ok := got[name]; ok {
				t.Errorf("%s has %s", version, name)
			}
		}
	}
	old := s.want(200, "GET", serverURL+"/"+id, "").at(t, "server", "flavor").(object)
	if old["id"] != flavor || old["vcpus"] != nil {
		t.Errorf("before 2.47 the flavor is a link, not %v", old)
	}
}

func TestActions(t *testing.T) {
	for _, c := range []struct {
		from, action       string
		status             int
		meanwhile, finally string
	}{
		{"active", `{"os-stop":null}`, 202, "ACTIVE active powering-off", "SHUTOFF stopped <nil>"},
		{"stopped", `{"os-start":null}`, 202, "SHUTOFF stopped powering-on", "ACTIVE active <nil>"},
		{"active", `{"reboot":{"type":"SOFT"}}`, 202, "REBOOT active rebooting", "ACTIVE active <nil>"},
		{"stopped", `{"reboot":{"type":"hard"}}`, 202, "SHUTOFF stopped rebooting_hard", "ACTIVE active <nil>"},
		{"active", `{"suspend":null}`, 202, "ACTIVE active suspending", "SUSPENDED suspended <nil>"},
		{"suspended", `{"resume":null}`, 202, "SUSPENDED suspended resuming", "ACTIVE active <nil>"},
		{"active", `{"pause":null}`, 202, "ACTIVE active pausing", "PAUSED paused <nil>"},
		{"paused", `{"unpause":null}`, 202, "PAUSED paused unpausing", "ACTIVE active <nil>"},
		{"active", `{"resize":{"flavorRef":"m1.small"}}`, 202, "RESIZE active resize_prep", "VERIFY_RESIZE resized <nil>"},
		{"stopped", `{"resize":{"flavorRef":"m1.small"}}`, 202, "RESIZE stopped resize_prep", "VERIFY_RESIZE resized <nil>"},
		{"active", `{"createImage":{"name":"i"}}`, 202, "ACTIVE active image_snapshot", "ACTIVE active <nil>"},
		{"error", `{"reboot":{"type":"HARD"}}`, 202, "ERROR error rebooting_hard", "ACTIVE active <nil>"},
		{"active", `{"os-start":null}`, 409, "Cannot 'start' instance {id} while it is in vm_state active", ""},
		{"stopped", `{"os-stop":null}`, 409, "Cannot 'stop' instance {id} while it is in vm_state stopped", ""},
		{"stopped", `{"reboot":{"type":"SOFT"}}`, 409, "Cannot 'reboot' instance {id} while it is in vm_state stopped", ""},
		{"active", `{"confirmResize":null}`, 409, "Cannot 'confirmResize' instance {id} while it is in vm_state active", ""},
		{"error", `{"createImage":{"name":"i"}}`, 409, "Cannot 'createImage' instance {id} while it is in vm_state error", ""},
		{"active", `{"resize":{"flavorRef":"m1.tiny"}}`, 400, "When resizing, instances must change flavor!", ""},
		{"active", `{"resize":{"flavorRef":"x"}}`, 400, "Flavor x could not be found.", ""},
		{"active", `{"reboot":{"type":"X"}}`, 400, "'X' is not one of ['HARD'", ""},
		{"active", `{"nonsense":null}`, 400, "There is no such action: nonsense", ""},
		{"active", `{"createImage":{}}`, 400, "'name' is a required property", ""},
		{"active", `{}`, 400, "Malformed request body", ""},
	} {
		t.Run(c.from+c.action, func(t *testing.T) {
			s, flavor, _, _ := furnished(t, nil)
			id := s.AddServer(Server{Name: "a", FlavorID: flavor, VMState: c.from, Launched: epoch}).ID
			r := s.want(c.status, "POST", serverURL+"/"+id+"/action", c.action)
			if c.status != 202 {
				if want := strings.ReplaceAll(c.meanwhile, "{id}", id); !strings.Contains(r.text, want) {
					t.Errorf("says %s, want %s", r.text, want)
				}
				return
			}
			if got := s.states(id); got != c.meanwhile {
				t.Errorf("meanwhile %s, want %s", got, c.meanwhile)
			}
			s.Pass(transition)
			if got := s.states(id); got != c.finally {
				t.Errorf("finally %s, want %s", got, c.finally)
			}
		})
	}
}

func TestResizeEnds(t *testing.T) {
	for action, c := range map[string]struct {
		status    int
		meanwhile string
		flavor    string
	}{
		"confirmResize": {204, "VERIFY_RESIZE", "m1.small"},
		"revertResize":  {202, "REVERT_RESIZE", "m1.tiny"},
	} {
		s, flavor, _, _ := furnished(t, nil)
		id := s.boot("a", flavor)
		path := serverURL + "/" + id + "/action"
		s.want(202, "POST", path, `{"resize":{"flavorRef":"m1.small"}}`)
		s.Pass(transition)
		s.want(409, "POST", path, `{"os-stop":null}`)
		s.want(c.status, "POST", path, `{"`+action+`":null}`)
		if got := s.states(id); !strings.HasPrefix(got, c.meanwhile) {
			t.Errorf("%s: meanwhile %s", action, got)
		}
		s.Pass(transition)
		if got, _ := s.Server(id); got.VMState != "active" || got.FlavorID != c.flavor {
			t.Errorf("%s ends in %s with flavor %s, want %s", action, got.VMState, got.FlavorID, c.flavor)
		}
	}
}

func TestTasksExclude(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	id := s.boot("a", flavor)
	path := serverURL + "/" + id + "/action"
	s.want(202, "POST", path, `{"os-stop":null}`)
	r := s.want(409, "POST", path, `{"os-stop":null}`)
	if !strings.Contains(r.text, "while it is in task_state powering-off") {
		t.Error(r.text)
	}
	s.want(204, "DELETE", serverURL+"/"+id, "")
	s.Pass(transition)
	s.want(404, "GET", serverURL+"/"+id, "")
}

func TestLock(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	id := s.boot("a", flavor)
	path := serverURL + "/" + id
	s.want(202, "POST", path+"/action", `{"lock":{"locked_reason":"audit"}}`, latest)
	if got := s.want(200, "GET", path, "", latest).at(t, "server", "locked_reason"); got != "audit" {
		t.Errorf("locked_reason %v", got)
	}
	if r := s.want(409, "POST", path+"/action", `{"os-stop":null}`); !strings.Contains(r.text, "is locked") {
		t.Error(r.text)
	}
	s.want(409, "DELETE", path, "")
	s.want(202, "POST", path+"/action", `{"unlock":null}`)
	s.want(202, "POST", path+"/action", `{"os-stop":null}`)
}

func TestDelete(t *testing.T) {
	s, flavor, image, network := furnished(t, nil)
	id := s.want(202, "POST", serverURL, `{"server":{"name":"a","flavorRef":"`+flavor+`","imageRef":"`+image+
		`","networks":[{"uuid":"`+network+`"}]}}`).at(t, "server", "id").(string)
	s.want(204, "DELETE", serverURL+"/"+id, "")
	if got := s.states(id); got != "BUILD building deleting" {
		t.Errorf("meanwhile %s", got)
	}
	s.want(204, "DELETE", serverURL+"/"+id, "")
	s.Pass(transition)
	s.want(404, "GET", serverURL+"/"+id, "")
	if n := len(s.Ports()); n != 0 {
		t.Errorf("%d ports are left", n)
	}
	query := "?changes-since=" + url.QueryEscape(epoch.Add(time.Second).Format(time.RFC3339))
	r := s.want(200, "GET", serverURL+"/detail"+query, "")
	if got := r.at(t, "servers", "0", "status"); got != "DELETED" {
		t.Errorf("changes-since shows %v", got)
	}
}

func TestServerFilters(t *testing.T) {
	s, flavor, image, _ := furnished(t, nil)
	s.AddServer(Server{Name: "web-1", FlavorID: flavor, ImageID: image, Tags: []string{"a", "b"}})
	s.Pass(time.Minute)
	s.AddServer(Server{Name: "db", FlavorID: "m1.small", VMState: "stopped", Tags: []string{"b"}})
	s.AddServer(Server{Name: "lost", CellDown: true})
	since := url.QueryEscape(epoch.Add(time.Second).Format(time.RFC3339))
	for query, want := range map[string][]string{
		"":                            {"", "db", "web-1"},
		"?status=shutoff":             {"db"},
		"?name=web":                   {"web-1"},
		"?name=^d.$":                  {"db"},
		"?flavor=m1.tiny":             {"web-1"},
		"?image=" + image:             {"web-1"},
		"?tags=b":                     {"db", "web-1"},
		"?tags=a,b":                   {"web-1"},
		"?tags-any=a,b":               {"db", "web-1"},
		"?not-tags=a":                 {"", "db"},
		"?not-tags-any=a,b":           {""},
		"?status=ACTIVE&name=web-1":   {"web-1"},
		"?changes-since=" + since:     {"", "db"},
		"?status=BOGUS":               nil,
		"?unknown=filters+are+passed": {"", "db", "web-1"},
	} {
		var names []string
		for _, row := range s.want(200, "GET", serverURL+"/detail"+query, "", latest).at(t, "servers").([]any) {
			name, _ := row.(object)["name"].(string) // one whose cell is down has none
			names = append(names, name)
		}
		slices.Sort(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if n := len(s.want(200, "GET", serverURL, "").at(t, "servers").([]any)); n != 2 {
		t.Errorf("%d servers in the oldest microversion, want 2", n)
	}
	s.want(400, "GET", serverURL+"?name=", "")
}

func TestRename(t *testing.T) {
	s, flavor, _, _ := furnished(t, nil)
	id := s.boot("a", flavor)
	r := s.want(200, "PUT", serverURL+"/"+id, `{"server":{"name":"b"}}`)
	if got := r.at(t, "server", "name"); got != "b" {
		t.Errorf("name %v", got)
	}
	s.want(404, "PUT", serverURL+"/x", `{"server":{"name":"b"}}`)
}
