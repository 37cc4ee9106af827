package suncloud

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// samples is where the specification's examples, and some made by its lists of
// fields, lie beside the checkout where they are there at all.
const samples = "../../../../shared/fixtures/suncloud"

// shapes bring the simulator to answer like the samples whose names begin so. The
// first that fits counts.
var shapes = []struct {
	name string
	ask  func(*site) any
}{
	{"cloud", func(s *site) any { return s.get("/") }},
	{"vdc", func(s *site) any { return s.get(vdcURI) }},
	{"cluster", func(s *site) any { return s.shop() }},
	{"vmtemplates", func(s *site) any { return s.list(templatesURI) }},
	{"vm_", func(s *site) any { return s.shop()["vms"].([]any)[0] }},
	{"vnet", func(s *site) any { return s.shop()["vnets"].([]any)[0] }},
	{"publicaddress", func(s *site) any { return s.get(vdcURI)["addresses"].([]any)[0] }},
	{"volume", func(s *site) any { return s.get(vdcURI)["volumes"].([]any)[0] }},
	{"backup", func(s *site) any {
		done := s.work("POST", s.shop()["vms"].([]any)[0].(object)["back_up"].(string), "Backup", `{"name": "b"}`)
		return s.get(done["target_uri"].(string))
	}},
	{"status_failed", func(s *site) any {
		_, doc := s.send("POST", s.root()["uri"].(string), "VM", s.wish())
		s.Fail(409, "no room")
		return s.get(doc["status_uri"].(string))
	}},
	{"status_", func(s *site) any { return s.work("POST", s.root()["uri"].(string), "VM", s.wish()) }},
	{"messages", func(s *site) any {
		_, doc := s.send("GET", "/vms/none", "", "")
		return doc
	}},
	{"version", func(s *site) any { return s.get("/versions") }},
}

// unlike are the samples that the simulator has nothing like: it takes no
// snapshots of shares.
var unlike = []string{"snapshot"}

// own are members whose own members differ from object to object, and those
// that the specification leaves to a cloud.
var own = map[string]bool{"controllers": true, "params": true, "field": true, "hint": true}

func (s *site) shop() object {
	s.t.Helper()
	return s.root()["clusters"].([]any)[0].(object)
}

func (s *site) wish() string {
	return fmt.Sprintf(`{"name": "new", "from_template": %q}`, s.list(templatesURI)[0].(object)["uri"])
}

// list reads a document that is a list.
func (s *site) list(uri string) (rows []any) {
	s.t.Helper()
	if err := json.Unmarshal(s.text(uri), &rows); err != nil {
		s.t.Fatal(err)
	}
	return rows
}

// TestShapeOfSamples holds each answer of the simulator to the samples of its
// kind: every member is there, in the same JSON type. Requests are read.
func TestShapeOfSamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("samples: Sun Cloud, simulator: none is here")
	}
	members, passed := 0, 0
	for _, file := range files {
		name := filepath.Base(file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "request_") {
			var body wish
			if err := json.Unmarshal(text, &body); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if strings.HasPrefix(name, unlike[0]) {
			passed++
			continue
		}
		n, err := compare(t, name, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		members += n
	}
	t.Logf("samples: Sun Cloud, simulator: %d documents, %d members of them, %d without a like", len(files)-passed, members, passed)
}

// compare counts the members of a sample that the simulator has.
func compare(t *testing.T, name string, text []byte) (members int, err error) {
	t.Helper()
	var sample any
	if err := json.Unmarshal(text, &sample); err != nil {
		return 0, err
	}
	for _, s := range shapes {
		if strings.HasPrefix(name, s.name) {
			site := newSite(t, Options{})
			site.Seed()
			return alike(name, sample, s.ask(site))
		}
	}
	return 0, fmt.Errorf("no answer of the simulator is like it")
}

// alike compares two JSON values, of lists the first rows.
func alike(path string, sample, ours any) (members int, err error) {
	if reflect.TypeOf(sample) != reflect.TypeOf(ours) {
		return 0, fmt.Errorf("%s is %T, the simulator says %T", path, sample, ours)
	}
	switch s := sample.(type) {
	case []any:
		if o := ours.([]any); len(s) > 0 && len(o) > 0 {
			return alike(path+"[0]", s[0], o[0])
		}
	case object:
		for name, value := range s {
			o, there := ours.(object)[name]
			if !there && own[name] {
				continue
			}
			if !there {
				return members, fmt.Errorf("the simulator has no %s.%s", path, name)
			}
			members++
			if own[name] {
				continue
			}
			n, err := alike(path+"."+name, value, o)
			members += n
			if err != nil {
				return members, err
			}
		}
	}
	return members, nil
}
