package gogrid

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// samples is where recorded and published answers lie, beside the checkout where
// they are there at all.
const samples = "../../../../shared/fixtures/gogrid/libcloud"

// TestShapeOfSamples asks the simulator for every kind of object that samples
// have: each member of a sample must be there, in the same JSON type.
func TestShapeOfSamples(t *testing.T) {
	s := newSite(t, Options{})
	s.Seed()
	ours := shape{}
	for _, call := range [][]string{
		{"grid/server/list"}, {"grid/ip/list"}, {"grid/image/list"}, {"common/lookup/list", "lookup=ip.datacenter"},
	} {
		r := s.call(call[0], call[1:]...)
		ours.read(t, []byte(r.text))
	}
	ours.read(t, []byte(s.call("grid/server/get", "name=unknown").text))
	files, _ := filepath.Glob(filepath.Join(samples, "*.json"))
	compared := 0
	for _, name := range append(files, "testdata/sample_server.json") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		theirs := shape{}
		theirs.read(t, text)
		for member := range theirs {
			compared++
			if !ours[member] {
				t.Errorf("%s: the simulator has no %s", filepath.Base(name), member)
			}
		}
	}
	t.Logf("samples: GoGrid, simulator: %d documents, %d members of them", len(files)+1, compared)
}

// foreign are the objects that the simulator does not have, with what is in
// them.
var foreign = map[string]bool{"loadbalancer": true, "ipportpair": true, "password": true, "billingtoken": true}

// shape is the members of objects by kind: "server.ip is map[string]interface {}".
type shape map[string]bool

func (s shape) read(t *testing.T, text []byte) {
	t.Helper()
	var document object
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for _, o := range document["list"].([]any) {
		s.object(o.(object))
	}
	delete(document, "list")
	document["object"] = "envelope"
	s.object(document)
}

func (s shape) object(o object) {
	kind, _ := o["object"].(string)
	if foreign[kind] {
		return
	}
	for name, value := range o {
		if kind != "" && value != nil {
			s[fmt.Sprintf("%s.%s is %T", kind, name, value)] = true
		}
		if inner, is := value.(object); is {
			s.object(inner)
		}
	}
}
