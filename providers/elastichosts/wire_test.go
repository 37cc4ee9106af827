package elastichosts

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/internal/wire"
	"occigate/providers/providertest"
)

// answering gives an adapter of a cloud that answers everything in one way.
func answering(t *testing.T, f string, handler http.HandlerFunc) *Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return providertest.Build[*Provider](t, New, "uri: "+server.URL+"\nuser: me\nkey: secret\nformat: "+f,
		providers.Surroundings{HTTP: server.Client(), Clock: providers.SystemClock{}})
}

// saying gives an adapter of a cloud that answers everything with a body.
func saying(t *testing.T, f, body string) *Provider {
	return answering(t, f, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", formats[f].media)
		io.WriteString(w, body)
	})
}

func TestFormatsSayTheSame(t *testing.T) {
	want := []providers.Server{
		{
			ID: "b605ca90-c3e6-4cee-85f8-a8ebdf8f9903", Name: "test api node", State: providers.StateActive, NativeState: "active",
			Architecture: providers.X64, Cores: 1, MemoryMiB: 1024, Token: "7f5f1a3e-6a0b-4f0e-9a0e-0d3b7c0ffee0",
			Power: []providers.PowerOp{providers.PowerStop, providers.PowerOff, providers.PowerReset},
			Interfaces: []providers.Interface{{
				ID: "nic:0", ServerID: "b605ca90-c3e6-4cee-85f8-a8ebdf8f9903", NetworkID: "public", Device: "eth0",
				IP: "192.0.2.4", MoreIPs: []string{"192.0.2.5"}, Public: true, State: providers.ResourceOnline, NativeState: "active", Fixed: true,
			}},
		},
		{
			ID: "d905ca90-c3e6-4cee-85f8-a8ebdf8f9903", Name: "idle", State: providers.StateInactive, NativeState: "stopped",
			Architecture: providers.X64, Cores: 3, MemoryMiB: 2048,
			Power: []providers.PowerOp{providers.PowerStart}, Abilities: []providers.Ability{providers.AbilityResize},
			Interfaces: []providers.Interface{{
				ID: "nic:1", ServerID: "d905ca90-c3e6-4cee-85f8-a8ebdf8f9903", NetworkID: "d805ca90-c3e6-4cee-85f8-a8ebdf8f9903", Device: "eth1",
				MAC: "d2:b6:05:ca:90:c3", State: providers.ResourceOffline, NativeState: "stopped", Fixed: true,
			}},
		},
	}
	for f, file := range map[string]string{"text": "testdata/servers_info.txt", "json": "testdata/servers_info.json"} {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, crlf := range []bool{false, true} {
			text := string(body)
			if crlf {
				text = strings.ReplaceAll(text, "\n", "\r\n")
			}
			got, err := saying(t, f, text).Servers(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, CR LF %t (-want +got):\n%s", file, crlf, diff)
			}
		}
	}
}

func TestDecodedValues(t *testing.T) {
	tests := []struct {
		format, body string
		want         []props
	}{
		{"text", "", nil},
		{"text", "\r\n\n", nil},
		{"text", "a b c\ntags \nbare\nnote x\\ny\n\n\na d", []props{{"a": "b c", "tags": "", "bare": "", "note": "x\ny"}, {"a": "d"}}},
		{"json", `[]`, []props{}},
		{"json", `{"a": 1, "b": "251", "c": true, "d": ["x", 2], "e": null, "f": 10737418240}`, []props{{"a": "1", "b": "251", "c": "true", "d": "x 2", "e": "", "f": "10737418240"}}},
	}
	for _, tt := range tests {
		got, err := formats[tt.format].decode(wire.Answer{Body: []byte(tt.body)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", tt.format, tt.body, diff)
		}
	}
}

func TestEncodedValues(t *testing.T) {
	body := props{"name": "two words", "cpu": "2000", "smp": "auto", "user:note": "x\r\ny", "user:digits": "12"}
	want := map[string]string{
		"text": "cpu 2000\nname two words\nsmp auto\nuser:digits 12\nuser:note x\\ny\n",
		"json": `{"cpu":2000,"name":"two words","smp":"auto","user:digits":"12","user:note":"x\r\ny"}`,
	}
	for name, f := range formats {
		if diff := cmp.Diff(want[name], string(f.encode(body))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	tests := []struct{ name, format, media, body string }{
		{"HTML", "text", "text/html", "<html>hush</html>"},
		{"HTML", "json", "text/html", "<html>hush</html>"},
		{"HTML that calls itself text", "text", "text/plain", "<html>\nhush</html>"},
		{"empty", "json", "application/json", ""},
		{"truncated", "json", "application/json", `[{"server": "hush`},
		{"truncated", "text", "text/plain", "boot ide:0:0\nvnc:password hush\n"},
		{"no object", "json", "application/json", `["hush"]`},
		{"nested object", "json", "application/json", `[{"server": {"hush": 1}}]`},
		{"nested array", "json", "application/json", `[{"server": [["hush"]]}]`},
		{"a list of values", "text", "text/plain", "5f0c6ad1-8d0c-4f5e-9a0e-0d3b7c0ffee0 2000 1024\n"},
	}
	for _, tt := range tests {
		t.Run(tt.format+" "+tt.name, func(t *testing.T) {
			p := answering(t, tt.format, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.media)
				io.WriteString(w, tt.body)
			})
			rows, err := p.Servers(t.Context())
			if !errors.Is(err, providers.ErrUnavailable) || rows != nil {
				t.Errorf("%v, %v, want unavailable", rows, err)
			}
			if err != nil && (strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "GET /servers/info")) {
				t.Errorf("%v: must name the call and repeat nothing", err)
			}
		})
	}
	if _, err := saying(t, "text", "").Server(t.Context(), "x"); !errors.Is(err, providers.ErrUnavailable) {
		t.Errorf("no object where one must be: %v", err)
	}
}

func TestErrorClasses(t *testing.T) {
	tests := []struct {
		name, class string
		status      int
		media, body string
		want        error
	}{
		{"usage", "usage", 400, "text/plain", "bad key", providers.ErrInvalid},
		{"auth", "auth", 401, "text/plain", "", providers.ErrDenied},
		{"billing", "billing", 402, "text/plain", "no credit", providers.ErrQuota},
		{"missing without a body", "missing", 404, "text/plain", "", providers.ErrNotFound},
		{"method", "method", 405, "text/plain", "", providers.ErrUnsupported},
		{"busy", "busy", 409, "text/plain", "", providers.ErrConflict},
		{"failed", "failed", 500, "text/plain", "", providers.ErrUnavailable},
		{"system", "system", 500, "text/plain", "", providers.ErrUnavailable},
		{"full", "full", 507, "text/plain", "", providers.ErrQuota},
		{"class of tomorrow", "odd", 409, "text/plain", "", providers.ErrConflict},
		{"no class", "", 507, "text/plain", "", providers.ErrQuota},
		{"400 that means 404", "usage", 400, "text/plain", "errors:drive could not be found", providers.ErrNotFound},
		{"not found without class", "", 404, "text/plain", "", providers.ErrNotFound},
		{"a proxy's not found", "", 404, "text/html", "<html>", providers.ErrUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := answering(t, "text", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.media)
				if tt.class != "" {
					w.Header().Set("X-Elastic-Error", tt.class)
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			_, err := p.cloud.send(t.Context(), nil, "POST /servers/{id}/start", "x")
			if providers.Kind(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "<html>") || strings.Contains(err.Error(), "errors:")) {
				t.Errorf("%v: repeats what is of no use", err)
			}
		})
	}
	p := answering(t, "text", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	if _, err := p.Server(t.Context(), "x"); !errors.Is(err, providers.ErrNotFound) {
		t.Errorf("400 of an info command: %v, want not found", err)
	}
}

// samples are the recorded answers and the calls that they are answers to.
var samples = map[string]func(*testing.T, *Provider) (string, error){
	"servers_info.json":         listedServer,
	"offline_servers_info.json": listedServer,
	"servers_create.json": func(t *testing.T, p *Provider) (string, error) {
		row, err := p.cloud.create(t.Context(), "server", "POST /servers/create", props{})
		if err != nil {
			return "", err
		}
		s := p.server(row)
		if s.State != providers.StateActive || len(s.Interfaces) != 1 || s.Interfaces[0].IP != "1.2.3.4" || len(s.Interfaces[0].MoreIPs) != 1 {
			t.Errorf("server %+v: must be active at 1.2.3.4 and one address more", s)
		}
		return s.ID, nil
	},
	"drives_info.json": readVolume,
	"drives_create.json": func(t *testing.T, p *Provider) (string, error) {
		v, _, err := p.CreateVolume(t.Context(), providers.VolumeSpec{SizeGiB: 10})
		if v.SizeGiB != 10 || v.State != providers.ResourceOnline {
			t.Errorf("volume %+v: must be online with 10 GiB", v)
		}
		return v.ID, err
	},
}

func listedServer(t *testing.T, p *Provider) (string, error) {
	rows, err := p.Servers(t.Context())
	if err != nil || len(rows) != 1 {
		return "", err
	}
	if rows[0].MemoryMiB != 1024 || rows[0].Name != "test api node" || rows[0].State == providers.StateUnknown || len(rows[0].Interfaces) != 1 {
		t.Errorf("server %+v: not what the sample says", rows[0])
	}
	return rows[0].ID, nil
}

func readVolume(t *testing.T, p *Provider) (string, error) {
	row, err := p.cloud.readOne(t.Context(), "drive", "GET /drives/{id}/info", "x")
	if err != nil {
		return "", err
	}
	v := volumeRow{drive: row}.volume()
	if v.SizeGiB != 10 || v.State != providers.ResourceOnline {
		t.Errorf("volume %+v: must be online with 10 GiB", v)
	}
	return v.ID, nil
}

// TestSamples decodes the recorded answers where they are; testdata has
// equivalents of those that tell something.
func TestSamples(t *testing.T) {
	const folder = "../../../shared/fixtures/elastichosts/libcloud"
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("samples: ElasticHosts, adapter: none is here")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		decode := samples[e.Name()]
		if decode == nil {
			t.Errorf("%s: no call is known that it answers", e.Name())
			continue
		}
		body, err := os.ReadFile(folder + "/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if id, err := decode(t, saying(t, "json", string(body))); err != nil || len(id) != 36 {
			t.Errorf("%s: %q, %v", e.Name(), id, err)
		}
	}
	t.Logf("samples: ElasticHosts, adapter: %d recorded answers decoded", len(entries))
}

// TestNothingInText is an account without servers, unless a proxy says nothing.
func TestNothingInText(t *testing.T) {
	for media, want := range map[string]error{"text/plain; charset=utf-8": nil, "": nil, "text/html": providers.ErrUnavailable} {
		p := answering(t, "text", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			if media != "" {
				w.Header().Set("Content-Type", media)
			}
		})
		if rows, err := p.Servers(t.Context()); providers.Kind(err) != want || len(rows) != 0 {
			t.Errorf("nothing in %q: %v, %v, want %v", media, rows, err, want)
		}
	}
}
