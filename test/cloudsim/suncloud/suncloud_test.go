package suncloud

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func names(o object) (all []string) {
	for name := range o {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func TestVMFromCreateToDelete(t *testing.T) {
	for name, o := range map[string]Options{"absolute": {}, "relative": {Relative: true}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, o)
			template := s.AddTemplate(Template{Name: "small", OS: "OpenSolaris", CPU: 1000, Memory: 1024, BootDisk: 10})
			root := s.root()["uri"].(string)
			_, made := s.send("POST", root, "VM", `{"name": "web", "from_template": "`+template+`", "memory": 2048, "uri": "/x", "tags": ["a"]}`)
			if made["op"] != "new-VM" || made["progress"] != 0.0 || made["status"] != nil {
				t.Errorf("accepted: %v", made)
			}
			if strings.HasPrefix(made["status_uri"].(string), "/") != o.Relative {
				t.Errorf("URI %v", made["status_uri"])
			}
			m := s.vm()
			if m["run_status"] != Stopped || len(m["controllers"].(object)) != 0 || m["memory"] != 2048.0 || m["cpu"] != 1000.0 || m["uri"] == "/x" {
				t.Errorf("while it is made: %v", m)
			}
			s.Pass(transition / 2)
			if st := s.get(made["status_uri"].(string)); st["progress"] != 38.0 || st["status"] != nil {
				t.Errorf("half done: %v", st)
			}
			s.Pass(transition / 2)
			if st := s.get(made["status_uri"].(string)); st["progress"] != 100.0 || st["status"] != 201.0 || st["target_uri"] != m["uri"] {
				t.Errorf("done: %v", st)
			}
			s.work("DELETE", m["uri"].(string), "", "")
			if code, _ := s.send("GET", m["uri"].(string), "", ""); code != 404 {
				t.Errorf("deleted: %d", code)
			}
		})
	}
}

func TestControllers(t *testing.T) {
	s := newSite(t, Options{})
	s.AddVM(VM{Name: "web", State: Stopped, CPU: 1, Memory: 1})
	steps := []struct {
		controller, over, last string
		then                   []string
	}{
		{"start", Starting, Started, []string{"hibernate", "reboot", "stop"}},
		{"reboot", Stopping, Started, []string{"hibernate", "reboot", "stop"}},
		{"hibernate", Sleeping, Asleep, []string{"resume"}},
		{"resume", Waking, Started, []string{"hibernate", "reboot", "stop"}},
		{"stop", Stopping, Stopped, []string{"start"}},
	}
	for _, step := range steps {
		uri := s.vm()["controllers"].(object)[step.controller].(string)
		if code, doc := s.send("POST", uri, "", `{"note": "x"}`, "Content-Type: application/json"); code != 202 {
			t.Fatalf("%s: %d %v", step.controller, code, doc)
		}
		if m := s.vm(); m["run_status"] != step.over || len(m["controllers"].(object)) != 0 {
			t.Errorf("%s: goes over %v with %v", step.controller, m["run_status"], m["controllers"])
		}
		if code, doc := s.send("POST", uri, "", "{}"); code != 409 || doc["message"] == nil {
			t.Errorf("%s twice: %d %v", step.controller, code, doc)
		}
		s.Pass(transition)
		m := s.vm()
		if diff := cmp.Diff(step.then, names(m["controllers"].(object))); m["run_status"] != step.last || diff != "" {
			t.Errorf("%s: ends in %v: %s", step.controller, m["run_status"], diff)
		}
	}
}

func TestMediaTypeDecides(t *testing.T) {
	s := newSite(t, Options{})
	root := s.root()["uri"].(string)
	for _, tt := range []struct {
		uri, kind string
		want      int
		op        string
	}{
		{root, "VNet", 202, "new-VNet"},
		{root, "Cluster", 202, "new-Cluster"},
		{vdcURI, "PublicAddress", 202, "new-Address"},
		{vdcURI, "Volume", 202, "new-Volume"},
		{root, "Volume", 415, ""},
		{vdcURI, "VM", 415, ""},
		{root, "VM", 400, ""},
		{"/none", "VM", 404, ""},
	} {
		code, doc := s.send("POST", tt.uri, tt.kind, `{"name": "x"}`)
		if op, _ := doc["op"].(string); code != tt.want || op != tt.op {
			t.Errorf("%s to %s: %d %v", tt.kind, tt.uri, code, doc)
		}
	}
	if code, _ := s.send("POST", root, "VNet", `{"name": "x"}`); code != 409 {
		t.Errorf("name taken: %d", code)
	}
}

func TestHeaders(t *testing.T) {
	s := newSite(t, Options{})
	for header, want := range map[string]int{
		"Authorization: Basic eDp5": 401, "Accept: text/html": 406, "Accept: */*": 200, "Accept: " + stem + "Cloud+json": 200,
	} {
		if code, _ := s.send("GET", "/", "", "", header); code != want {
			t.Errorf("%s: %d, want %d", header, code, want)
		}
	}
	if v := s.get("/versions"); v["specification_version"] != "0.1,0.8" {
		t.Errorf("versions %v", v)
	}
}

// TestVersionHeader sends the header in each of the specification's spellings: a
// version that is spoken, none, and one that is not, which shows that the
// spelling is read at all.
func TestVersionHeader(t *testing.T) {
	s := newSite(t, Options{})
	for _, name := range []string{
		"X-Cloud-Client-Specification-Version", "X-Compute-Client-Specification-Version",
		"X-Cloud-Specification-Version", "X-YYYYY-Client-Specification-Version", "X-Vdc-Client-Specification-Version",
	} {
		for version, want := range map[string]int{"0.1": 200, "0.8": 200, "": 200, "7": 400} {
			if code, _ := s.send("GET", "/", "", "", name+": "+version); code != want {
				t.Errorf("%s: %q: %d, want %d", name, version, code, want)
			}
		}
	}
	if code, _ := s.send("GET", "/", "", "", "X-Specification-Version: 7"); code != 200 {
		t.Errorf("another header: %d", code)
	}
}

func TestAttachAndDetach(t *testing.T) {
	s := newSite(t, Options{})
	vnet, address := s.AddVNet("back", ""), s.AddAddress("a")
	s.AddVM(VM{Name: "web", CPU: 1, Memory: 1})
	attach := s.vm()["attach"].(string)
	for _, tt := range []struct {
		uri, kind string
		want      int
	}{
		{vnet, "PublicAddress", 400}, {vnet, "VNet", 202}, {vnet, "VNet", 409}, {address, "PublicAddress", 202}, {"/none", "VNet", 400},
	} {
		if code, doc := s.send("POST", attach, tt.kind, `{"uri": "`+s.url+tt.uri+`"}`); code != tt.want {
			t.Errorf("%s as %s: %d %v", tt.uri, tt.kind, code, doc)
		}
	}
	if a := s.get(address); a["vm"] != s.vm()["uri"] || len(s.vm()["interfaces"].([]any)) != 2 {
		t.Errorf("attached: %v", a)
	}
	s.work("POST", s.vm()["detach"].(string), "VNet", `{"uri": "`+vnet+`"}`)
	s.work("DELETE", s.vm()["uri"].(string), "", "")
	if a := s.get(address); a["vm"] != nil {
		t.Errorf("the VM is gone, the address has %v", a["vm"])
	}
}

func TestPutReplacesLists(t *testing.T) {
	s := newSite(t, Options{})
	s.AddVM(VM{Name: "web", Description: "old", CPU: 1, Memory: 1, Tags: []string{"a", "b"}})
	s.work("PUT", s.vm()["uri"].(string), "VM", `{"tags": ["c"], "memory": 9}`)
	m := s.vm()
	if diff := cmp.Diff([]any{"c"}, m["tags"]); diff != "" || m["memory"] != 1.0 || m["description"] != "old" {
		t.Errorf("updated: %v", m)
	}
}

func TestClusterGoesWithAllInIt(t *testing.T) {
	s := newSite(t, Options{})
	in := s.AddCluster("web")
	s.AddVM(VM{Name: "web", Cluster: in, CPU: 1, Memory: 1}, s.AddVNet("front", in))
	s.work("DELETE", in, "", "")
	if len(s.VMs()) != 0 || len(s.root()["clusters"].([]any)) != 0 {
		t.Errorf("left: %v", s.VMs())
	}
}

func TestStatusForms(t *testing.T) {
	s := newSite(t, Options{AtOnce: true})
	if _, doc := s.send("POST", s.Root(), "VNet", `{"name": "x"}`); doc["progress"] != 100.0 || doc["status"] != 201.0 {
		t.Errorf("at once: %v", doc)
	}
	s = newSite(t, Options{Forget: time.Second})
	_, doc := s.send("POST", s.Root(), "VNet", `{"name": "x"}`)
	s.Pass(transition + time.Second)
	if code, _ := s.send("GET", doc["status_uri"].(string), "", ""); code != 404 {
		t.Errorf("a Status that is forgotten: %d", code)
	}
	s = newSite(t, Options{})
	_, doc = s.send("POST", s.Root(), "VNet", `{"name": "x"}`)
	s.Fail(409, "no")
	if st := s.get(doc["status_uri"].(string)); st["status"] != 409.0 || st["message"] != "no" {
		t.Errorf("failed: %v", st)
	}
}

func TestBackup(t *testing.T) {
	s := newSite(t, Options{})
	s.AddVM(VM{Name: "web", CPU: 1, Memory: 1})
	made := s.work("POST", s.vm()["back_up"].(string), "Backup", `{"name": "b"}`)
	if code, doc := s.send("POST", s.vm()["back_up"].(string), "Backup", `{"name": "b"}`); code != 409 {
		t.Errorf("a second one of the name: %d %v", code, doc)
	}
	b := s.get(made["target_uri"].(string))
	if done := s.work("POST", b["restore"].(string), "", ""); done["op"] != "restore-Backup" || done["status"] != 200.0 {
		t.Errorf("restored: %v", done)
	}
	s.work("DELETE", s.vm()["uri"].(string), "", "")
	if left := s.Backups(); len(left) != 0 {
		t.Errorf("the VM is gone, and has backups: %v", left)
	}
}

func TestSeed(t *testing.T) {
	a, b := newSite(t, Options{}), newSite(t, Options{})
	a.Seed()
	b.Seed()
	if diff := cmp.Diff(a.VMs(), b.VMs(), cmp.AllowUnexported(VM{})); diff != "" || len(a.VMs()) != 8 {
		t.Errorf("%d VMs: %s", len(a.VMs()), diff)
	}
}
