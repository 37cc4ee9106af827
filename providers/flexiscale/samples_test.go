package flexiscale

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/providers/internal/naming"
)

// literal is settings that need no file.
type literal Settings

func (l literal) Decode(into any) error {
	*into.(*Settings) = Settings(l)
	return nil
}

// against gives an adapter of a cloud that answers as told.
func against(t *testing.T, handler http.HandlerFunc) *Provider {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	p, err := New(literal{Endpoint: server.URL, Username: "user@example.com", Password: "example"},
		providers.Surroundings{HTTP: server.Client(), Clock: providers.SystemClock{}})
	if err != nil {
		t.Fatal(err)
	}
	return p.(*Provider)
}

var called = regexp.MustCompile(`<ns1:(\w+) `)

// operationOf names the call of a request.
func operationOf(r *http.Request) string {
	var body strings.Builder
	_ = r.Write(&body)
	if m := called.FindStringSubmatch(body.String()); m != nil {
		return m[1]
	}
	return ""
}

// canned answers calls with documents, by operation; Login always works.
func canned(t *testing.T, bodies map[string]string) *Provider {
	return against(t, func(w http.ResponseWriter, r *http.Request) {
		op := operationOf(r)
		body := bodies[op]
		if op == "Login" {
			body = answerOf("<ns1:LoginResponse></ns1:LoginResponse>")
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if strings.Contains(body, "Fault>") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write([]byte(body))
	})
}

// TestSOAPActions are those of the documented client, which a proxy may go by.
func TestSOAPActions(t *testing.T) {
	said := map[string]string{}
	p := against(t, func(w http.ResponseWriter, r *http.Request) {
		action := r.Header.Get("SOAPAction")
		op := operationOf(r)
		said[op] = action
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write([]byte(answerOf("<ns1:" + op + "Response><" + op + "Return>1</" + op + "Return></ns1:" + op + "Response>")))
	})
	for _, call := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := p.cloud.servers(ctx); return err },
		func(ctx context.Context) error { _, err := p.cloud.packages(ctx); return err },
		func(ctx context.Context) error { _, err := p.cloud.control(ctx, "StartServer", "web", 0); return err },
	} {
		if err := call(t.Context()); err != nil {
			t.Error(err)
		}
	}
	want := map[string]string{
		"Login": `"http://api.flexiscale.com"`, "ListServers": `"http://api.flexiscale.com"`,
		"ListPackages": `"https://api.flexiscale.com"`, "StartServer": `"https://api.flexiscale.com"`,
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("documented (-) and sent (+):\n%s", diff)
	}
}

func answerOf(body string) string { return prologue + body + epilogue }

func file(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReferencesAndForeignPrefixes reads what another SOAP library would write.
func TestReferencesAndForeignPrefixes(t *testing.T) {
	p := canned(t, map[string]string{
		"ListServers":           file(t, "testdata/list_servers_references.xml"),
		"ListNetworkInterfaces": file(t, "testdata/list_interfaces_nil.xml"),
	})
	got, err := p.Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []providers.Server{
		{
			ID: "1343", Name: "web", Token: "00010203-0405-0607-0809-0a0b0c0d0e0f", ImageID: "27", SizeID: "small",
			State: providers.StateInactive, NativeState: "5", Power: []providers.PowerOp{providers.PowerStart},
			Cores: 1, MemoryMiB: 1024, DiskGiB: 20, Abilities: []providers.Ability{providers.AbilityResize},
		},
		{
			ID: "1344", Name: "my_awesome_server", ImageID: "27", State: providers.StateActive, NativeState: "Running",
			Power: []providers.PowerOp{providers.PowerStop, providers.PowerOff, providers.PowerReboot, providers.PowerReset},
			Cores: 3, MemoryMiB: 512, DiskGiB: 20, Abilities: []providers.Ability{providers.AbilityResize},
			Message: "changed figures count after a stop and start",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
}

func TestFaults(t *testing.T) {
	tests := map[string]error{
		"InvalidCredentials":                           providers.ErrDenied,
		"Your credentials are unsuitable or missing.":  providers.ErrDenied,
		`Server "kkkkkk" not found`:                    providers.ErrNotFound,
		"Server Not Stopped":                           providers.ErrConflict,
		"Server is currently stopping/stopped":         providers.ErrConflict,
		"Bad num of processors":                        providers.ErrInvalid,
		"Invalid Server":                               providers.ErrInvalid,
		"Invalid Server Name, must only contain A-Z":   providers.ErrInvalid,
		"An unexpected error occurred, please contact": providers.ErrUnavailable,
		"of a new kind":                                providers.ErrUnavailable,
	}
	for text, kind := range tests {
		if got := refusal("soapenv:Server", text); got.Kind != kind || got.Message != text {
			t.Errorf("%q is %v, want %v", text, got.Kind, kind)
		}
	}
	if got := refusal("soapenv:Client", "of a new kind").Kind; got != providers.ErrInvalid {
		t.Errorf("a fault of the client is %v", got)
	}
}

// TestBadAnswers holds what is no answer to its kind, and its text to naming the
// call.
func TestBadAnswers(t *testing.T) {
	row := func(body string) string {
		return answerOf("<r><ListServersReturn><item>" + body + "</item></ListServersReturn></r>")
	}
	tests := []struct{ name, media, body, says string }{
		{"a page", "text/html", "<html>Maintenance</html>", "text/html"},
		{"a page as XML", "text/xml", "<html>Maintenance</html>", "no SOAP envelope"},
		{"empty", "text/xml", "", "empty"},
		{"truncated", "text/xml", answerOf("<r>")[:320], "breaks off"},
		{"no result", "text/xml", answerOf("<r/>"), "no ListServersReturn"},
		{"rows are missing", "text/xml", answerOf(`<r><ListServersReturn soapenc:arrayType="ns1:Server[2]"><item><server_id>1</server_id></item></ListServersReturn></r>`), "has 1 rows, it says 2"},
		{"no id", "text/xml", row("<status>2</status>"), "server_id"},
		{"a text for a number", "text/xml", row("<server_id>many</server_id>"), "wrong type"},
		{"a reference to nothing", "text/xml", row(`<server_id href="#x"/>`), "refers to what is not in it"},
		{"references in a circle", "text/xml", row(`<server_id href="#x"/><z id="x" href="#x"/>`), "circle"},
		{"too deep", "text/xml", answerOf(strings.Repeat("<a>", 99) + strings.Repeat("</a>", 99)), "no XML"},
		{"200 that is a fault", "text/xml", file(t, "testdata/fault.xml"), "kkkkkk"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := against(t, func(w http.ResponseWriter, r *http.Request) {
				if operationOf(r) == "Login" {
					_, _ = w.Write([]byte(answerOf("<ns1:LoginResponse/>")))
					return
				}
				w.Header().Set("Content-Type", tt.media)
				_, _ = w.Write([]byte(tt.body))
			})
			_, err := p.Servers(t.Context())
			want := providers.ErrUnavailable
			if strings.HasPrefix(tt.name, "200") {
				want = providers.ErrNotFound
			}
			if providers.Kind(err) != want || !strings.Contains(err.Error(), tt.says) || !strings.HasPrefix(err.Error(), "ListServers: ") {
				t.Errorf("%v, want %v of ListServers that says %q", err, want, tt.says)
			}
		})
	}
}

func TestFutureState(t *testing.T) {
	p := canned(t, map[string]string{
		"ListServers":           answerOf("<r><ListServersReturn><item><server_id>1</server_id><status>Frozen</status></item></ListServersReturn></r>"),
		"ListNetworkInterfaces": file(t, "testdata/list_interfaces_nil.xml"),
	})
	got, err := p.Servers(t.Context())
	if err != nil || len(got) != 1 || got[0].State != providers.StateUnknown || got[0].NativeState != "Frozen" || got[0].Power != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestNames(t *testing.T) {
	const token = "00010203-0405-0607-0809-0a0b0c0d0e0f"
	for title, want := range map[string]string{
		"web": "web", "": "server", "Größe/1": "Gr-e-1", "--": "server", strings.Repeat("x", 99): strings.Repeat("x", 35),
	} {
		name := form.Name(title, naming.Code(token, 128))
		start, back := form.Split(name)
		if start != want || back != token || len(name) > form.Most || form.Odd.MatchString(name) {
			t.Errorf("%q is named %q, which is %q with %q", title, name, start, back)
		}
	}
	for _, name := range []string{"web", "web--short", "web--77777777777777777777777777", "--aaaqeayeaudaocajbifqydiob4"} {
		if title, token := form.Split(name); title != name || token != "" {
			t.Errorf("%q is taken apart into %q and %q", name, title, token)
		}
	}
	if naming.Code("no token", 128) != "" {
		t.Error("something else than a UUID is taken for a token")
	}
}

// shared are the constructed documents that are no part of this repository.
const shared = "../../../shared/fixtures/flexiscale/constructed-soap-0.5"

// reads are the calls that a sample of an answer is tried with.
var reads = map[string]func(*testing.T, *Provider) error{
	"ListServers":               func(t *testing.T, p *Provider) error { _, err := p.cloud.servers(t.Context()); return err },
	"ListDisks":                 func(t *testing.T, p *Provider) error { _, err := p.Volumes(t.Context()); return err },
	"ListVlans":                 func(t *testing.T, p *Provider) error { _, err := p.cloud.vlans(t.Context()); return err },
	"ListIpBlocks":              func(t *testing.T, p *Provider) error { _, err := p.cloud.blocks(t.Context()); return err },
	"ListNetworkInterfaces":     func(t *testing.T, p *Provider) error { _, err := p.cloud.interfaces(t.Context()); return err },
	"ListPackages":              func(t *testing.T, p *Provider) error { _, err := p.Identity(t.Context()); return err },
	"ListOperatingSystemImages": func(t *testing.T, p *Provider) error { _, err := p.Catalogue(t.Context()); return err },
	"ListJobs": func(t *testing.T, p *Provider) error {
		_, err := p.pollJob(t.Context(), ticket{Job: 10928})
		return err
	},
	"CreateServer": func(t *testing.T, p *Provider) error {
		_, err := p.cloud.createServer(t.Context(), serverRow{})
		return err
	},
	"StartServer": func(t *testing.T, p *Provider) error {
		_, err := p.cloud.control(t.Context(), "StartServer", "web", 0)
		return err
	},
	"WaitForJobs": func(t *testing.T, p *Provider) error { _, err := p.cloud.call(t.Context(), "WaitForJobs"); return err },
	"ListDebitItems": func(t *testing.T, p *Provider) error {
		_, err := list(t.Context(), p.cloud, "ListDebitItems", func(r row) int { return r.number("debit_id") })
		return err
	},
	"Login": func(t *testing.T, p *Provider) error { _, err := p.cloud.login(t.Context(), 0); return err },
}

var answered = regexp.MustCompile(`<ns1:(\w+)Response`)

// TestSamples decodes every constructed answer and writes every constructed
// request, where those documents are at hand.
func TestSamples(t *testing.T) {
	paths, err := filepath.Glob(shared + "/*.xml")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skip("samples: FlexiScale, adapter: none is here")
	}
	decoded, written := 0, 0
	for _, path := range paths {
		name, text := filepath.Base(path), file(t, path)
		switch op := answered.FindStringSubmatch(text); {
		case strings.Contains(name, "request"):
			written++
			if got := string(requests[name]); got != strings.TrimSpace(text) {
				t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(strings.TrimSpace(text), got))
			}
		case strings.HasPrefix(name, "fault"):
			decoded++
			_, err := canned(t, map[string]string{"ListServers": text}).Servers(t.Context())
			if err == nil || !strings.Contains(err.Error(), "(soapenv:Server)") {
				t.Errorf("%s: %v", name, err)
			}
		case op == nil || reads[op[1]] == nil:
			t.Errorf("%s: nothing reads it", name)
		default:
			decoded++
			if err := reads[op[1]](t, canned(t, map[string]string{op[1]: text})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	t.Logf("samples: FlexiScale, adapter: %d answers of API 0.5 decoded, %d requests written", decoded, written)
}

// requests are the calls of the samples as this adapter writes them.
var requests = map[string][]byte{
	"login_request.xml":        envelope("Login", []param{str("username", "user@example.com"), str("password", "example")}),
	"list_servers_request.xml": envelope("ListServers", []param{names()}),
	"start_server_request.xml": envelope("StartServer", []param{str("server_name", "my_awesome_server"), str("notes", "")}),
	"stop_server_request_shutdown.xml": envelope("StopServer", []param{
		str("server_name", "my_awesome_server"), num("stop_method", 1), str("notes", ""),
	}),
	"create_server_request.xml": envelope("CreateServer", serverRow{
		name: "my_awesome_server", processors: 1, memoryMB: 512, diskMB: 20480, image: "27", vlan: "552", packageID: "12345",
	}.params()),
}
