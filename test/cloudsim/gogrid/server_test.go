package gogrid

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServerIsBuilt(t *testing.T) {
	s := newSite(t, Options{})
	made := s.add("web", 0, "description=front")
	if _, there := made["id"]; there || state(made) != "Off" {
		t.Errorf("add answers %v", made)
	}
	s.refused(400, illegalArgument, "grid/server/get", "name=web")
	row := s.list("grid/server/list")[0]
	if _, there := row["id"]; there || row["name"] != "web" || row["description"] != "front" {
		t.Errorf("while it is built: %v", row)
	}
	if job := s.list("grid/job/list", "object=web")[0]; job["command"].(object)["name"] != "CreateVirtualServer" {
		t.Errorf("job %v", job)
	}
	s.Pass(transition * 2 / 3)
	row = s.list("grid/server/get", "name=web")[0]
	if id(row) == "0" || state(row) != "Starting" {
		t.Errorf("built: %v", row)
	}
	s.Pass(transition)
	if row = s.list("grid/server/get", "id="+id(row))[0]; state(row) != "On" || row["cores"] != 0.5 {
		t.Errorf("at last: %v", row)
	}
	if job := s.Jobs()[0]; job.State != JobSucceeded {
		t.Errorf("job is %s", job.State.Name)
	}
}

func TestServerComesUpOff(t *testing.T) {
	s := newSite(t, Options{ComesUpOff: true})
	s.add("web", 0)
	s.Pass(transition * 2)
	if row := s.list("grid/server/get", "name=web")[0]; state(row) != "Off" {
		t.Errorf("state %s", state(row))
	}
}

func TestServerAddRefusals(t *testing.T) {
	s := newSite(t, Options{})
	s.AddBlock("10.0.0.0/28", USWest1, false)
	s.AddImage(Image{Name: "east", Public: true, Datacenters: []Option{USEast1}})
	s.add("taken", 0)
	good := map[string]string{"name": "web", "image": "centos", "server.ram": "1", "ip": s.Addresses()[1].IP}
	tests := []struct{ name, arg, value string }{
		{"no name", "name", ""},
		{"21 characters", "name", "abcdefghijklmnopqrstu"},
		{"name taken", "name", "taken"},
		{"unknown image", "image", "none"},
		{"image elsewhere", "image", "east"},
		{"unknown size", "server.ram", "3GB"},
		{"address taken", "ip", s.Addresses()[0].IP},
		{"private address", "ip", "10.0.0.2"},
		{"another's address", "ip", "192.0.2.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := []string{tt.arg + "=" + tt.value}
			for name, value := range good {
				if name != tt.arg {
					args = append(args, name+"="+value)
				}
			}
			s.refused(400, illegalArgument, "grid/server/add", args...)
		})
	}
	if n := len(s.Servers()); n != 1 {
		t.Errorf("%d servers, want 1", n)
	}
}

func TestAddressRace(t *testing.T) {
	s := newSite(t, Options{})
	s.add("first", 3)
	if a := s.Addresses()[3]; a.State != Assigned {
		t.Errorf("address is %s", a.State.Name)
	}
	s.refused(400, illegalArgument, "grid/server/add", "name=second", "image=centos", "server.ram=1", "ip="+s.Addresses()[3].IP)
	if free := s.list("grid/ip/list", "ip.type=Public", "ip.state=1", "datacenter=US-West-1"); len(free) != 12 {
		t.Errorf("%d addresses are free, want 12", len(free))
	}
}

func TestDelete(t *testing.T) {
	s := newSite(t, Options{})
	s.add("web", 0)
	s.Pass(transition)
	s.Pass(transition)
	if row := s.list("grid/server/delete", "name=web")[0]; state(row) != "On" {
		t.Errorf("delete answers %s", state(row))
	}
	s.list("grid/server/get", "name=web")
	s.Pass(transition)
	s.refused(400, illegalArgument, "grid/server/get", "name=web")
	if a := s.Addresses()[0]; a.State != Unassigned {
		t.Errorf("address is %s", a.State.Name)
	}
}

func TestDeleteWhileBuilding(t *testing.T) {
	s := newSite(t, Options{})
	s.add("web", 0)
	s.list("grid/server/delete", "name=web")
	s.Pass(transition * 3)
	if rows := s.list("grid/server/list"); len(rows) != 0 {
		t.Errorf("still there: %v", rows)
	}
}

func TestPower(t *testing.T) {
	tests := []struct {
		from       Option
		word       string
		over, last string // empty: refused
	}{
		{On, "off", "Stopping", "Off"},
		{On, "stop", "Stopping", "Off"},
		{On, "cycle", "Restarting", "On"},
		{On, "restart", "Restarting", "On"},
		{On, "on", "", ""},
		{On, "reboot", "", ""},
		{Off, "on", "Starting", "On"},
		{Off, "start", "Starting", "On"},
		{Off, "off", "", ""},
		{Off, "cycle", "", ""},
		{Updating, "off", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.from.Name+" "+tt.word, func(t *testing.T) {
			s := newSite(t, Options{})
			s.AddServer(Server{Name: "web", State: tt.from})
			if tt.over == "" {
				s.refused(400, illegalArgument, "grid/server/power", "name=web", "power="+tt.word)
				return
			}
			if got := state(s.list("grid/server/power", "name=web", "power="+tt.word)[0]); got != tt.over {
				t.Errorf("goes over %s, want %s", got, tt.over)
			}
			s.Pass(transition)
			if got := state(s.list("grid/server/get", "name=web")[0]); got != tt.last {
				t.Errorf("ends in %s, want %s", got, tt.last)
			}
		})
	}
}

func TestEdit(t *testing.T) {
	s := newSite(t, Options{})
	s.AddServer(Server{Name: "web", State: On})
	row := s.list("grid/server/edit", "server=web", "server.ram=2GB", "description=bigger")[0]
	if state(row) != "Updating" || row["description"] != "bigger" {
		t.Errorf("edit answers %v", row)
	}
	s.Pass(transition)
	row = s.list("grid/server/get", "server=web")[0]
	if state(row) != "On" || row["ram"].(object)["name"] != "2GB" {
		t.Errorf("edited: %v", row)
	}
	s.refused(400, illegalArgument, "grid/server/edit", "server=web", "server.ram=3GB")
}

func TestFailedCreate(t *testing.T) {
	s := newSite(t, Options{})
	s.add("web", 0)
	s.FailCreate("web", "no capacity")
	s.Pass(transition * 2)
	if rows := s.list("grid/server/list"); len(rows) != 0 {
		t.Errorf("still there: %v", rows)
	}
	job := s.list("grid/job/list")[0]
	if job["currentstate"].(object)["name"] != "Failed" {
		t.Errorf("job %v", job)
	}
	if got := s.list("grid/job/get", "id="+id(job))[0]; !cmp.Equal(got, job) {
		t.Error("job got and listed differ")
	}
}

func TestImageIsSavedAndDeleted(t *testing.T) {
	s := newSite(t, Options{})
	image := s.Images()[0].ID
	s.AddServer(Server{Name: "web", State: On, ImageID: image, IP: s.Addresses()[0].IP})
	made := s.list("grid/image/save", "server=web", "friendlyName=mine", "description=of web")[0]
	if state(made) != "Saving" || made["isPublic"] != false {
		t.Errorf("save answers %v", made)
	}
	if got := state(s.list("grid/server/get", "name=web")[0]); got != "On/Saving" {
		t.Errorf("server is %s", got)
	}
	s.refused(400, illegalArgument, "grid/image/save", "server=web", "friendlyName=again")
	s.Pass(transition)
	if got := state(s.list("grid/server/get", "name=web")[0]); got != "On" {
		t.Errorf("server is %s", got)
	}
	if got := s.list("grid/image/list", "image.state=Available", "datacenter=1"); len(got) != 2 {
		t.Errorf("%d images are available, want 2", len(got))
	}
	if got := s.list("grid/image/list", "datacenter=2"); len(got) != 1 {
		t.Errorf("%d images are in another datacenter, want 1", len(got))
	}
	if got := state(s.list("grid/image/delete", "id="+id(made))[0]); got != "Trash" {
		t.Errorf("deleted image is in %s", got)
	}
	if got := s.list("grid/image/list"); len(got) != 2 {
		t.Errorf("%d images are listed with the trash, want 2", len(got))
	}
	s.list("grid/image/restore", "id="+id(made))
	s.list("grid/image/edit", "id="+id(made), "friendlyName=ours")
	s.refused(400, illegalArgument, "grid/image/delete", "name=centos")
}

func TestSeed(t *testing.T) {
	s := newSite(t, Options{})
	before := len(s.Addresses())
	s.Seed()
	rows := s.list("grid/server/list", "datacenter=US-West-1", "num_items=100")
	if len(rows) != 9 || len(s.Addresses()) == before {
		t.Errorf("%d servers, %d addresses", len(rows), len(s.Addresses()))
	}
	names := map[string]bool{}
	for _, r := range rows {
		ip := r["ip"].(object)["ip"].(string)
		if names[ip] || r["image"] == nil {
			t.Errorf("server %v: needs an address of its own and an image", r)
		}
		names[ip] = true
	}
	other := New(Options{Clock: s.Now})
	other.Seed()
	again := New(Options{Clock: s.Now})
	again.Seed()
	if diff := cmp.Diff(other.Servers(), again.Servers(), cmp.AllowUnexported(Server{})); diff != "" {
		t.Error(diff)
	}
}

func TestRivals(t *testing.T) {
	s := newSite(t, Options{})
	ip := s.Addresses()[0].IP
	if !s.TakeAddress(ip) || s.TakeAddress(ip) {
		t.Error("an address is taken once")
	}
	s.AddServer(Server{Name: "web", IP: s.Addresses()[1].IP})
	s.ChangeServer("web", func(row *Server) { row.State = Option{11, "Hibernating", ""} })
	if got := state(s.list("grid/server/list")[0]); got != "Hibernating" {
		t.Errorf("state %s", got)
	}
	s.RemoveServer("web")
	if s.Addresses()[1].State != Unassigned || len(s.Servers()) != 0 {
		t.Error("a removed server leaves something")
	}
}
