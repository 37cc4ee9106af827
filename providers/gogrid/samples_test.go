package gogrid

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/providers"
)

// samples is where the vendor's and other clients' sample documents lie, beside
// the checkout where they are there at all.
const samples = "../../../shared/fixtures/gogrid"

// TestSamples decodes sample documents as answers of the cloud: the hand-made
// ones always, the others where they are there. XML is turned into the JSON that
// the cloud gives for the same objects.
func TestSamples(t *testing.T) {
	files, _ := filepath.Glob("testdata/sample_*.json")
	for _, pattern := range []string{"libcloud/*.json", "gogridapisdk-xml/*.xml"} {
		more, _ := filepath.Glob(filepath.Join(samples, pattern))
		files = append(files, more...)
	}
	if len(files) < 2 {
		t.Fatalf("only %d samples", len(files))
	}
	rows := map[string]int{}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, ".xml") {
				text = fromXML(t, text)
			}
			// libcloud's list of images has 4 of its 59 rows.
			text = bytes.Replace(text, []byte(`"total": 59`), []byte(`"total": 4`), 1)
			for kind, n := range decodeSample(t, text) {
				rows[kind] += n
			}
		})
	}
	t.Logf("samples: GoGrid, adapter: %d documents decoded, with %v", len(files), rows)
}

// decodeSample has the adapter decode one answer and counts its objects.
func decodeSample(t *testing.T, text []byte) map[string]int {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(text)
	}))
	defer server.Close()
	made, err := New(fixed{server.URL}, providers.Surroundings{HTTP: server.Client(), Clock: providers.SystemClock{}})
	if err != nil {
		t.Fatal(err)
	}
	p := made.(*Provider)
	_, e, err := p.cloud.call(t.Context(), "sample", nil)
	if e.Status == "failure" {
		if err == nil {
			t.Error("a failure is no error")
		}
		return map[string]int{"failure": 1}
	}
	if err != nil {
		t.Fatal(err)
	}
	return kindsOf(t, p, e)
}

// decoders turn each kind of object that the adapter knows into the contract's,
// and report whether what every such object has is there. Others are passed over.
var decoders = map[string]func(context.Context, *Provider) (complete bool, err error){
	"server": func(ctx context.Context, p *Provider) (bool, error) {
		all, err := p.Servers(ctx)
		for _, s := range all {
			if s.Name == "" || s.NativeState == "" || s.MemoryMiB == 0 || s.ImageID == "" || s.ID != "" && len(s.Interfaces) != 1 {
				return false, err
			}
		}
		return len(all) > 0, err
	},
	"serverimage": func(ctx context.Context, p *Provider) (bool, error) {
		all, err := list[imageRow](ctx, p.cloud, "sample", nil)
		for _, r := range all {
			if i := r.image(); i.ID == "" || i.Name == "" {
				return false, err
			}
		}
		return len(all) > 0, err
	},
	"ip": func(ctx context.Context, p *Provider) (bool, error) {
		all, err := list[ipRow](ctx, p.cloud, "sample", nil)
		for _, r := range all {
			if r.ID == "" || r.IP == "" || prefix(r.Subnet) == "" {
				return false, err
			}
		}
		return len(all) > 0, err
	},
	"option": func(ctx context.Context, p *Provider) (bool, error) {
		all, err := list[option](ctx, p.cloud, "sample", nil)
		for _, o := range all {
			if o.ID == "" || o.Name == "" {
				return false, err
			}
		}
		return len(all) > 0, err
	},
	"job": func(ctx context.Context, p *Provider) (bool, error) {
		all, err := list[jobRow](ctx, p.cloud, "sample", nil)
		for _, j := range all {
			if j.ID == "" || j.Detail.Name == "" || j.Command.Name == "" || j.State.Name == "" {
				return false, err
			}
		}
		return len(all) > 0, err
	},
}

func kindsOf(t *testing.T, p *Provider, e envelope) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, text := range e.List {
		var of struct{ Object string }
		if err := json.Unmarshal(text, &of); err != nil {
			t.Fatal(err)
		}
		n[of.Object]++
	}
	for kind := range n {
		decode := decoders[kind]
		if decode == nil {
			continue
		}
		if complete, err := decode(t.Context(), p); err != nil || !complete {
			t.Errorf("%s: complete %v, %v", kind, complete, err)
		}
	}
	return n
}

// fixed are settings for an endpoint.
type fixed struct{ url string }

func (f fixed) Decode(into any) error {
	s := into.(*Settings)
	s.Endpoint, s.APIKey, s.Secret, s.Datacenter = f.url, "k", "s", "US-West-1"
	return nil
}

// node is any element of GoGrid's XML.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []node     `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// fromXML turns a response, or a lone object, into the JSON envelope.
func fromXML(t *testing.T, text []byte) []byte {
	t.Helper()
	var root node
	if err := xml.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &root); err != nil {
		t.Fatal(err)
	}
	var rows []any
	status := "success"
	if root.XMLName.Local == "object" {
		rows = append(rows, root.value())
	} else {
		response := root.Nodes[0]
		status = response.attr("status")
		for _, n := range response.Nodes {
			if n.XMLName.Local == "list" {
				rows = n.value().([]any)
			}
		}
	}
	out, err := json.Marshal(map[string]any{
		"status": status, "summary": map[string]any{"total": len(rows), "numpages": 0}, "list": rows,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// value is the JSON for a node: objects have attributes, lists have objects,
// and a text is a text, numbers too.
func (n node) value() any {
	switch {
	case n.XMLName.Local == "list":
		rows := []any{}
		for _, o := range n.Nodes {
			rows = append(rows, o.value())
		}
		return rows
	case n.XMLName.Local == "object":
		o := map[string]any{"object": n.attr("name")}
		for _, a := range n.Nodes {
			o[a.attr("name")] = a.value()
		}
		return o
	case len(n.Nodes) > 0:
		return n.Nodes[0].value()
	}
	switch text := strings.TrimSpace(n.Text); text {
	case "true", "false":
		return text == "true"
	case "":
		return nil
	default:
		return text
	}
}
