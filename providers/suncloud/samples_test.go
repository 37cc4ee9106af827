package suncloud

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/internal/wire"
)

// samples are the kinds of answers, by the start of the names of their
// files.
var samples = []struct {
	name string
	doc  func() any
}{
	{"cloud", func() any { return new(cloud) }},
	{"cluster", func() any { return new(cluster) }},
	{"publicaddress", func() any { return new(address) }},
	{"status_", func() any { return new(status) }},
	{"vmtemplates", func() any { return new(templates) }},
	{"vm_", func() any { return new(vm) }},
	{"vnet", func() any { return new(vnet) }},
	{"vdc", func() any { return new(vdc) }},
}

// unread are answers and requests that the adapter has no use for.
var unread = []string{"backup", "snapshot", "volume", "request_", "version", "messages_"}

// TestSamples reads the samples beside this package, and those of the
// specification where a copy is there.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < len(samples)-3 {
		t.Fatalf("%d samples in testdata, %v", len(files), err)
	}
	const copied = "../../../shared/fixtures/suncloud"
	if _, err := os.Stat(copied); !errors.Is(err, os.ErrNotExist) {
		more, err := filepath.Glob(copied + "/*/*.json")
		if err != nil || len(more) < 30 {
			t.Fatalf("%d samples of the specification, %v", len(more), err)
		}
		files = append(files, more...)
	}
	passed := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if !decodes(t, file) {
				passed++
			}
		})
	}
	t.Logf("samples: Sun Cloud, adapter: %d documents decoded, %d that it has no use for", len(files)-passed, passed)
}

// decodes holds one sample to its kind: it is read and its URIs become absolute.
// It reports false for a kind that the adapter does not read.
func decodes(t *testing.T, file string) bool {
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	base := &url.URL{Scheme: "https", Host: "cloud.example.test", Path: "/statuses/1"}
	for _, s := range samples {
		if !strings.HasPrefix(filepath.Base(file), s.name) {
			continue
		}
		doc := s.doc()
		if err := (wire.Answer{Op: "GET", Body: body}).JSON(doc); err != nil {
			t.Fatal(err)
		}
		linked, is := doc.(links)
		if !is {
			return true
		}
		resolve(base, linked.links())
		found := 0
		for _, link := range linked.links() {
			if *link != "" && !strings.HasPrefix(*link, "http") {
				t.Errorf("URI %q is not absolute", *link)
			}
			if *link != "" {
				found++
			}
		}
		if found == 0 {
			t.Error("no URI was read")
		}
		return true
	}
	for _, name := range unread {
		if strings.HasPrefix(filepath.Base(file), name) {
			return false
		}
	}
	t.Error("no kind is known for it")
	return false
}

// TestMessagesSample holds the reading of errors to the sample in testdata.
func TestMessagesSample(t *testing.T) {
	body, err := os.ReadFile("testdata/messages_400.json")
	if err != nil {
		t.Fatal(err)
	}
	said := explain(wire.Answer{Op: "POST VM", Status: 400, Body: body})
	if said.Code != "name-missing" || said.Message != "A VM must have a name." {
		t.Errorf("said %+v", said)
	}
}

func TestReferences(t *testing.T) {
	tests := []struct{ link, want string }{
		{"/vms?cluster=1&vm=web01", "https://c.example.test/vms?cluster=1&vm=web01"},
		{"SFMCO**x", "https://c.example.test/a/SFMCO**x"},
		{"/statuses?op=delete-vm&vm=00eAA.f*", "https://c.example.test/statuses?op=delete-vm&vm=00eAA.f*"},
		{"?x=1", "https://c.example.test/a/b?x=1"},
		{"http://other.example.test/f%2Ag", "http://other.example.test/f%2Ag"},
		{"", ""},
	}
	base := &url.URL{Scheme: "https", Host: "c.example.test", Path: "/a/b"}
	for _, tt := range tests {
		if got := absolute(base, tt.link); got != tt.want {
			t.Errorf("%q is %q, want %q", tt.link, got, tt.want)
		}
	}
}

// TestStates holds the table of states to the specification's list.
func TestStates(t *testing.T) {
	p := &Provider{}
	for _, word := range []string{"STOPPED", "STARTING", "STARTED", "STOPPING", "SLEEPING", "ASLEEP", "WAKING"} {
		if s := p.server(vm{URI: "https://c.example.test/1", State: word}); s.State == providers.StateUnknown {
			t.Errorf("%s is not known", word)
		}
	}
	if s := p.server(vm{URI: "https://c.example.test/1", State: "MELTING"}); s.State != providers.StateUnknown || s.NativeState != "MELTING" {
		t.Errorf("a new word is %s (%s)", s.State, s.NativeState)
	}
}
