package elastichosts_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
)

// shapes are the recorded answers and how the simulator is brought to give one
// like them.
var shapes = map[string]func(*rig) (command, body string){
	"drives_create.json": func(*rig) (string, string) {
		return "POST /drives/create", `{"name": "d", "size": "1G"}`
	},
	"drives_info.json": func(r *rig) (string, string) {
		return "GET /drives/" + r.drive() + "/info", ""
	},
	"servers_create.json": func(r *rig) (string, string) {
		return "POST /servers/create", recorded(r.drive())
	},
	"servers_info.json": func(r *rig) (string, string) {
		r.ask("application/json", "POST /servers/create", recorded(r.drive()))
		return "GET /servers/info", ""
	},
	"offline_servers_info.json": func(r *rig) (string, string) {
		r.ask("application/json", "POST /servers/create/stopped", recorded(r.drive()))
		return "GET /servers/info", ""
	},
}

// recorded asks for a server like the recorded one.
func recorded(drive string) string {
	return fmt.Sprintf(`{"name": "s", "cpu": 2000, "mem": 1024, "smp": 1, "boot": "ide:0:0", "ide:0:0": %q,
		"nic:0:model": "virtio", "nic:0:dhcp": "auto", "vnc": "auto", "vnc:password": "XXXXXXXX"}`, drive)
}

// mayDiffer are the keys whose values are one text or an array of them.
var mayDiffer = map[string]bool{"nic:0:dhcp": true, "nic:0:dhcp:ip": true}

// TestShapeOfSamples compares keys and types with the recorded answers,
// where those are.
func TestShapeOfSamples(t *testing.T) {
	const folder = "../../../../shared/fixtures/elastichosts/libcloud/"
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		t.Skip("samples: ElasticHosts, simulator: none is here")
	}
	for name, prepare := range shapes {
		text, err := os.ReadFile(folder + name)
		if err != nil {
			t.Error(err)
			continue
		}
		r := newRig(t)
		command, body := prepare(r)
		want, got := members(t, text), members(t, r.ask("application/json", command, body).Body.Bytes())
		for key, value := range want {
			simulated, there := got[key]
			if !there {
				t.Errorf("%s: the simulator does not say %s", name, key)
			} else if !mayDiffer[key] && fmt.Sprintf("%T", simulated) != fmt.Sprintf("%T", value) {
				t.Errorf("%s: %s is %T, recorded as %T", name, key, simulated, value)
			}
		}
	}
	t.Logf("samples: ElasticHosts, simulator: %d recorded answers", len(shapes))
}

// members reads an object or an array with one.
func members(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var many []map[string]any
	if json.Unmarshal(text, &many) == nil && len(many) == 1 {
		return many[0]
	}
	one := map[string]any{}
	if err := json.Unmarshal(text, &one); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return one
}
